//! Changes to a living instance: modify, reboot, maintenance windows, and what they do to its tasks.

use super::super::{
    Answer, events,
    faults::Fault,
    input::{Input, identifier},
    offers,
    region::Shard,
    time::{DAY, MINUTE, Millis, timestamp},
    world::{Effect, InterfaceChange, World},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

/// The days of a maintenance window, Sunday first.
pub(crate) const DAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/// A change that waits for the maintenance window, or is being carried out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Pending {
    pub(crate) class: Option<String>,
    pub(crate) storage: Option<i64>,
    pub(crate) multi_az: Option<bool>,
    pub(crate) engine_version: Option<String>,
}

impl Pending {
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether the replication process has to stop for it.
    fn interrupts(&self) -> bool {
        self.class.is_some() || self.engine_version.is_some()
    }

    pub(crate) fn answer(&self) -> Json {
        let mut answer = json!({});
        if let Some(class) = &self.class {
            answer["ReplicationInstanceClass"] = json!(class);
        }
        if let Some(storage) = self.storage {
            answer["AllocatedStorage"] = json!(storage);
        }
        if let Some(multi_az) = self.multi_az {
            answer["MultiAZ"] = json!(multi_az);
        }
        if let Some(version) = &self.engine_version {
            answer["EngineVersion"] = json!(version);
        }
        answer
    }
}

impl Shard<'_> {
    pub(crate) async fn modify_instance(&mut self, world: &dyn World, input: &Input) -> Answer {
        let arn = input.required("ReplicationInstanceArn")?;
        let at = self.find_instance(arn)?;
        let status = self.region.instances[at].status.clone();
        if status != "available" {
            return Err(Fault::state(format!(
                "Replication Instance {arn} can't be modified while it is {status}."
            )));
        }
        let pending = self.wanted_change(input, at)?;
        let security_groups = input.texts("VpcSecurityGroupIds")?;
        if let Some(ids) = &security_groups {
            let group = self.subnet_group(&self.region.instances[at].subnet_group);
            let vpc = group.map(|g| g.vpc_id.clone()).unwrap_or_default();
            self.check_security_groups(world, ids, &vpc).await?;
        }
        let name = input.text("ReplicationInstanceIdentifier")?;
        let name = name.map(|n| identifier("ReplicationInstanceIdentifier", n, 63)).transpose()?;
        if let Some(name) = &name {
            let twin = self.region.instances.iter().find(|i| i.identifier == *name && i.arn != arn);
            if let Some(twin) = twin {
                let text = format!("Replication Instance {name} already exists.");
                return Err(Fault::exists(text, &twin.arn));
            }
        }
        let window = input.text("PreferredMaintenanceWindow")?.map(check_window).transpose()?;
        let auto_minor = input.flag("AutoMinorVersionUpgrade")?;
        let kerberos = input.get("KerberosAuthenticationSettings").cloned();
        let small = name.is_some()
            || window.is_some()
            || auto_minor.is_some()
            || kerberos.is_some()
            || security_groups.is_some();
        if !small && !input.has("NetworkType") && !self.asks_for_change(input)? {
            return Err(Fault::combination("No modifications were requested"));
        }
        let instance = &mut self.region.instances[at];
        instance.identifier = name.unwrap_or_else(|| instance.identifier.clone());
        instance.window = window.unwrap_or_else(|| instance.window.clone());
        instance.auto_minor = auto_minor.unwrap_or(instance.auto_minor);
        instance.kerberos = kerberos.or_else(|| instance.kerberos.take());
        if input.has("NetworkType") {
            instance.network_type = super::network_type(input)?;
        }
        if let Some(ids) = security_groups {
            self.set_security_groups(at, ids);
        }
        if !pending.is_empty() {
            self.region.instances[at].pending = pending;
            if input.flag("ApplyImmediately")?.unwrap_or(false) {
                self.change_begins(at);
            } else {
                let opens = next_window(&self.region.instances[at].window, self.now);
                self.region.instances[at].window_due = Some(opens);
            }
        }
        Ok(json!({"ReplicationInstance": self.instance_answer(&self.region.instances[at])}))
    }

    fn asks_for_change(&self, input: &Input) -> Result<bool, Fault> {
        let members = ["ReplicationInstanceClass", "AllocatedStorage", "MultiAZ", "EngineVersion"];
        Ok(members.iter().any(|m| input.has(m)))
    }

    /// The part of a request that takes time, without what is so already.
    fn wanted_change(&self, input: &Input, at: usize) -> Result<Pending, Fault> {
        let old = &self.region.instances[at];
        let class = input.owned("ReplicationInstanceClass")?.filter(|c| *c != old.class);
        if let Some(class) = &class {
            offers::class(class)?;
        }
        let storage = input.int("AllocatedStorage")?.filter(|s| *s != old.allocated_storage);
        if let Some(storage) = storage {
            self.check_storage(storage, old.allocated_storage)?;
            if storage < old.allocated_storage {
                return Err(Fault::combination(format!(
                    "The allocated storage can't be decreased from {} GB to {storage} GB.",
                    old.allocated_storage
                )));
            }
        }
        let engine_version = input.owned("EngineVersion")?.filter(|v| *v != old.engine_version);
        if let Some(version) = &engine_version {
            offers::check_version(version, self.now)?;
            let (from, to) = (offers::numbers(&old.engine_version), offers::numbers(version));
            if to < from {
                return Err(Fault::combination(format!(
                    "The engine version can't be downgraded from {} to {version}.",
                    old.engine_version
                )));
            }
            let major = from[..2.min(from.len())] != to[..2.min(to.len())];
            if major && !input.flag("AllowMajorVersionUpgrade")?.unwrap_or(false) {
                return Err(Fault::combination(format!(
                    "The AllowMajorVersionUpgrade flag must be present when upgrading from {} to \
                     {version}.",
                    old.engine_version
                )));
            }
        }
        let multi_az = input.flag("MultiAZ")?.filter(|m| *m != old.multi_az);
        Ok(Pending { class, storage, multi_az, engine_version })
    }

    fn set_security_groups(&mut self, at: usize, ids: Vec<String>) {
        let instance = &mut self.region.instances[at];
        for interface in &instance.interfaces {
            self.effects.push(Effect::NetworkInterface {
                region: self.name.to_owned(),
                time: timestamp(self.now),
                id: interface.id.clone(),
                change: InterfaceChange::SecurityGroups(ids.clone()),
            });
        }
        instance.security_groups = ids;
    }

    /// The maintenance window opens: what waited for it begins.
    pub(super) fn window_opens(&mut self, at: usize) {
        let instance = &mut self.region.instances[at];
        instance.window_due = None;
        if instance.pending.is_empty() {
            return;
        }
        if instance.status == "available" {
            let name = instance.identifier.clone();
            self.event(events::MAINTENANCE_BEGINS, &name, "Offline maintenance is taking place.");
            self.change_begins(at);
        } else {
            instance.window_due = Some(next_window(&instance.window, self.now));
        }
    }

    pub(crate) fn change_begins(&mut self, at: usize) {
        let (now, timing) = (self.now, self.timing);
        let instance = &mut self.region.instances[at];
        let upgrade = instance.pending.engine_version.is_some();
        let status = if upgrade { "upgrading" } else { "modifying" };
        instance.status = status.to_owned();
        instance.window_due = None;
        instance.due =
            Some(now + if upgrade { timing.instance_upgrade } else { timing.instance_modify });
        let (name, arn, pending) =
            (instance.identifier.clone(), instance.arn.clone(), instance.pending.clone());
        for (sort, text) in told(&pending, true) {
            self.event(sort, &name, text);
        }
        if pending.interrupts() {
            self.interrupt_tasks(&arn);
        }
    }

    /// A change, an upgrade or a reboot is over.
    pub(super) fn change_ends(&mut self, at: usize, was: &str) {
        let instance = &mut self.region.instances[at];
        let pending = std::mem::take(&mut instance.pending);
        let (name, arn) = (instance.identifier.clone(), instance.arn.clone());
        if was == "rebooting" {
            // What waits for the window goes on waiting.
            instance.pending = pending;
            if instance.second_zone.is_some() {
                self.event(events::FAILOVER_ENDS, &name, "Multi-AZ failover has completed.");
            }
            return self.resume_tasks_after_outage(&arn);
        }
        for (sort, text) in told(&pending, false) {
            self.event(sort, &name, text);
        }
        let instance = &mut self.region.instances[at];
        if let Some(class) = pending.class.clone() {
            instance.class = class;
        }
        if let Some(version) = pending.engine_version.clone() {
            instance.engine_version = version;
        }
        instance.allocated_storage = pending.storage.unwrap_or(instance.allocated_storage);
        if let Some(multi_az) = pending.multi_az {
            self.set_multi_az(at, multi_az);
        }
        if pending.interrupts() {
            self.resume_tasks_after_outage(&arn);
        }
    }

    fn set_multi_az(&mut self, at: usize, multi_az: bool) {
        self.region.instances[at].multi_az = multi_az;
        if !multi_az {
            let instance = &mut self.region.instances[at];
            instance.second_zone = None;
            for gone in instance.interfaces.drain(1.min(instance.interfaces.len())..) {
                self.effects.push(Effect::NetworkInterface {
                    region: self.name.to_owned(),
                    time: timestamp(self.now),
                    id: gone.id,
                    change: InterfaceChange::Delete,
                });
            }
            return;
        }
        let instance = self.region.instances[at].clone();
        let Some(group) = self.subnet_group(&instance.subnet_group).cloned() else { return };
        let Some(zone) = group.zones().into_iter().find(|z| *z != instance.zone) else { return };
        let interface = self.new_interface(&group, zone, instance.public);
        self.effects.push(self.interface_appears(&interface, &instance.security_groups, &group));
        let instance = &mut self.region.instances[at];
        instance.second_zone = Some(zone.to_owned());
        instance.interfaces.push(interface);
    }

    pub(crate) fn reboot_instance(&mut self, input: &Input) -> Answer {
        let arn = input.required("ReplicationInstanceArn")?;
        let force = input.flag("ForceFailover")?.unwrap_or(false);
        let planned = input.flag("ForcePlannedFailover")?.unwrap_or(false);
        let at = self.find_instance(arn)?;
        let instance = &self.region.instances[at];
        if force && planned {
            return Err(Fault::combination(
                "ForceFailover and ForcePlannedFailover can't both be true.",
            ));
        }
        if (force || planned) && !instance.multi_az {
            return Err(Fault::combination(
                "A failover can be forced only for a Multi-AZ replication instance.",
            ));
        }
        if instance.status != "available" {
            return Err(Fault::state(format!(
                "Replication Instance {arn} can't be rebooted while it is {}.",
                instance.status
            )));
        }
        let due = self.now + self.timing.instance_reboot;
        let instance = &mut self.region.instances[at];
        instance.status = "rebooting".to_owned();
        instance.due = Some(due);
        let name = instance.identifier.clone();
        if force || planned {
            if let Some(second) = instance.second_zone.clone() {
                instance.second_zone = Some(std::mem::replace(&mut instance.zone, second));
            }
            self.event(events::FAILOVER_BEGINS, &name, "Multi-AZ failover has started.");
        }
        self.interrupt_tasks(arn);
        Ok(json!({"ReplicationInstance": self.instance_answer(&self.region.instances[at])}))
    }

    pub(crate) fn find_instance(&self, arn: &str) -> Result<usize, Fault> {
        self.region.instance(arn)?;
        Ok(self.region.instances.iter().position(|i| i.arn == arn).unwrap_or(0))
    }
}

/// What subscribers hear of a change, when it begins or when it has ended.
fn told(pending: &Pending, begins: bool) -> Vec<(events::Sort, &'static str)> {
    let mut out = Vec::new();
    if pending.class.is_some() {
        out.push(if begins {
            (events::CLASS_CHANGING, "The replication instance class is being changed.")
        } else {
            (events::CLASS_CHANGED, "The replication instance class has been changed.")
        });
    }
    if pending.storage.is_some() {
        out.push(if begins {
            (
                events::STORAGE_CHANGING,
                "The storage of the replication instance is being increased.",
            )
        } else {
            (events::STORAGE_CHANGED, "The storage of the replication instance has been increased.")
        });
    }
    match pending.multi_az {
        Some(true) if begins => {
            out.push((events::TO_MULTI_AZ, "The transition to a Multi-AZ configuration begins."));
        }
        Some(true) => {
            out.push((events::IS_MULTI_AZ, "The transition to a Multi-AZ configuration is over."));
        }
        Some(false) if begins => {
            out.push((events::TO_SINGLE_AZ, "The transition to a Single-AZ configuration begins."));
        }
        Some(false) => {
            out.push((
                events::IS_SINGLE_AZ,
                "The transition to a Single-AZ configuration is over.",
            ));
        }
        None => {}
    }
    if pending.engine_version.is_some() && !begins {
        out.push((events::MAINTENANCE_ENDS, "Offline maintenance is complete."));
    }
    out
}

/// Checks `ddd:hh24:mi-ddd:hh24:mi`, at least half an hour; gives it in lower case.
pub(crate) fn check_window(text: &str) -> Result<String, Fault> {
    let lower = text.to_ascii_lowercase();
    let ends = lower.split_once('-').and_then(|(a, b)| minute_of_week(a).zip(minute_of_week(b)));
    let week = 7 * 24 * 60;
    match ends {
        Some((from, to)) if (to - from).rem_euclid(week) >= 30 => Ok(lower),
        _ => Err(Fault::value(format!(
            "Invalid maintenance window: {text}. The form is ddd:hh24:mi-ddd:hh24:mi, at least 30 \
             minutes."
        ))),
    }
}

fn minute_of_week(text: &str) -> Option<i64> {
    let parts: Vec<&str> = text.split(':').collect();
    let [day, hour, minute] = parts.as_slice() else { return None };
    let day = i64::try_from(DAYS.iter().position(|d| d == day)?).ok()?;
    let hour = hour.parse::<i64>().ok().filter(|h| (0..24).contains(h))?;
    let minute = minute.parse::<i64>().ok().filter(|m| (0..60).contains(m))?;
    Some((day * 24 + hour) * 60 + minute)
}

/// When a window opens next.
pub(crate) fn next_window(window: &str, now: Millis) -> Millis {
    let opens = window.split_once('-').and_then(|(from, _)| minute_of_week(from)).unwrap_or(0);
    let week = 7 * DAY;
    // 1970 began on a Thursday, the fifth day of a week that begins on Sunday.
    let sunday = now - (now + 4 * DAY).rem_euclid(week);
    let at = sunday + opens * MINUTE;
    if at >= now { at } else { at + week }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::super::time::parse;
    use super::*;

    #[test]
    fn a_window_opens_on_its_day() {
        // 22 November 2026 is a Sunday.
        let now = parse("2026-11-22T20:08:08").unwrap();
        let next = |w| timestamp(next_window(w, now)).to_string();
        assert_eq!(next("sun:03:00-sun:03:30"), "2026-11-29T03:00:00Z");
        assert_eq!(next("mon:03:00-mon:03:30"), "2026-11-23T03:00:00Z");
        assert_eq!(next("sun:21:00-sun:22:00"), "2026-11-22T21:00:00Z");
    }

    #[test]
    fn windows_are_checked() {
        assert_eq!(check_window("Sun:23:45-Mon:00:15").unwrap(), "sun:23:45-mon:00:15");
        for bad in ["", "sun:03:00", "sun:03:00-sun:03:20", "xxx:03:00-sun:04:00", "sun:3-sun:4"] {
            assert!(check_window(bad).is_err(), "{bad}");
        }
    }
}
