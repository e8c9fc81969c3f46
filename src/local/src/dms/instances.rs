//! Replication instances: their life from `creating` to gone. Changes to a living one are in `changes`.

pub(crate) mod changes;
mod interfaces;

use super::{
    Answer,
    account::quotas,
    events,
    faults::Fault,
    input::{Input, identifier, resource_identifier},
    offers, paging,
    region::Shard,
    subnet_groups::SubnetGroup,
    time::{Millis, epoch, timestamp},
    world::{Effect, InterfaceChange, World},
};
pub(crate) use changes::Pending;
pub(crate) use interfaces::Interface;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

/// Every state that ends by itself, and what follows; `None` is gone.
const TRANSITIONS: &[(&str, Option<&str>)] = &[
    ("creating", Some("available")),
    ("modifying", Some("available")),
    ("upgrading", Some("available")),
    ("rebooting", Some("available")),
    ("deleting", None),
];

/// States in which an instance can be deleted.
const DELETABLE: &[&str] =
    &["available", "failed", "storage-full", "incompatible-network", "incompatible-credentials"];

/// A replication instance.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Instance {
    serial: u64,
    pub(crate) identifier: String,
    pub(crate) arn: String,
    pub(crate) class: String,
    pub(crate) status: String,
    due: Option<Millis>,
    pub(crate) allocated_storage: i64,
    created: Option<Millis>,
    security_groups: Vec<String>,
    zone: String,
    second_zone: Option<String>,
    pub(crate) subnet_group: String,
    window: String,
    window_due: Option<Millis>,
    pub(crate) pending: Pending,
    multi_az: bool,
    pub(crate) engine_version: String,
    auto_minor: bool,
    kms_key: String,
    public: bool,
    dns_servers: Option<String>,
    network_type: String,
    kerberos: Option<Json>,
    pub(crate) interfaces: Vec<Interface>,
}

impl Instance {
    pub(crate) fn next_due(&self) -> Option<Millis> {
        self.due.into_iter().chain(self.window_due).min()
    }

    fn answer(&self, group: Option<&SubnetGroup>) -> Json {
        let mut answer = json!({
            "ReplicationInstanceIdentifier": self.identifier,
            "ReplicationInstanceClass": self.class,
            "ReplicationInstanceStatus": self.status,
            "AllocatedStorage": self.allocated_storage,
            "VpcSecurityGroups": self.security_groups.iter()
                .map(|id| json!({"VpcSecurityGroupId": id, "Status": "active"}))
                .collect::<Vec<_>>(),
            "AvailabilityZone": self.zone,
            "PreferredMaintenanceWindow": self.window,
            "PendingModifiedValues": self.pending.answer(),
            "MultiAZ": self.multi_az,
            "EngineVersion": self.engine_version,
            "AutoMinorVersionUpgrade": self.auto_minor,
            "KmsKeyId": self.kms_key,
            "ReplicationInstanceArn": self.arn,
            "PubliclyAccessible": self.public,
            "NetworkType": self.network_type,
        });
        let mut put = |member: &str, value: Option<Json>| {
            if let Some(value) = value {
                answer[member] = value;
            }
        };
        put("ReplicationSubnetGroup", group.map(SubnetGroup::answer));
        put("InstanceCreateTime", self.created.map(epoch));
        put("SecondaryAvailabilityZone", self.second_zone.as_ref().map(|z| json!(z)));
        put("DnsNameServers", self.dns_servers.as_ref().map(|d| json!(d)));
        put("KerberosAuthenticationSettings", self.kerberos.clone());
        // Addresses are shown once the instance can be reached.
        if self.created.is_some() {
            let private: Vec<&str> =
                self.interfaces.iter().map(|i| i.private_ip.as_str()).collect();
            let public: Vec<&str> =
                self.interfaces.iter().filter_map(|i| i.public_ip.as_deref()).collect();
            put("ReplicationInstancePrivateIpAddress", private.first().map(|ip| json!(ip)));
            put("ReplicationInstancePrivateIpAddresses", Some(json!(private)));
            put("ReplicationInstancePublicIpAddress", public.first().map(|ip| json!(ip)));
            put("ReplicationInstancePublicIpAddresses", Some(json!(public)));
        }
        answer
    }
}

impl Shard<'_> {
    pub(crate) async fn create_instance(&mut self, world: &dyn World, input: &Input) -> Answer {
        let name = input.required("ReplicationInstanceIdentifier")?;
        let name = identifier("ReplicationInstanceIdentifier", name, 63)?;
        let class = offers::class(input.required("ReplicationInstanceClass")?)?.name;
        let resource = resource_identifier(input)?;
        let tags = input.tags()?;
        self.need_vpc_role(world).await?;
        let resource = resource.unwrap_or_else(|| self.ids.resource());
        let arn = self.arn("rep", &resource);
        if let Some(twin) =
            self.region.instances.iter().find(|i| i.identifier == name || i.arn == arn)
        {
            return Err(Fault::exists(
                format!("Replication Instance {name} already exists."),
                &twin.arn,
            ));
        }
        let storage = input.int("AllocatedStorage")?;
        let storage = storage.unwrap_or_else(|| offers::default_storage(&class));
        self.check_storage(storage, 0)?;
        if self.region.instances.len() >= quotas::INSTANCES {
            return Err(Fault::quota("replication instances", quotas::INSTANCES));
        }
        let auto_minor = input.flag("AutoMinorVersionUpgrade")?.unwrap_or(true);
        let engine_version = self.choose_version(input.text("EngineVersion")?, auto_minor)?;
        let group = self.choose_group(input)?;
        let multi_az = input.flag("MultiAZ")?.unwrap_or(false);
        let zones = self.choose_zones(input, &group, multi_az)?;
        let security_groups = self.choose_security_groups(world, input, &group).await?;
        let kms_key = self.key(world, input.text("KmsKeyId")?).await?;
        let public = input.flag("PubliclyAccessible")?.unwrap_or(true);
        let window = match input.text("PreferredMaintenanceWindow")? {
            Some(text) => changes::check_window(text)?,
            None => self.random_window(),
        };
        let (dns_servers, network_type) = (dns_servers(input)?, network_type(input)?);
        let interfaces =
            zones.iter().map(|zone| self.new_interface(&group, zone, public)).collect();
        let instance = Instance {
            serial: self.ids.serial(),
            identifier: name.clone(),
            arn: arn.clone(),
            class,
            status: "creating".to_owned(),
            due: Some(self.now + self.timing.instance_create),
            allocated_storage: storage,
            created: None,
            security_groups,
            zone: zones[0].clone(),
            second_zone: zones.get(1).cloned(),
            subnet_group: group.identifier.clone(),
            window,
            window_due: None,
            pending: Pending::default(),
            multi_az,
            engine_version,
            auto_minor,
            kms_key,
            public,
            dns_servers,
            network_type,
            kerberos: input.get("KerberosAuthenticationSettings").cloned(),
            interfaces,
        };
        for interface in &instance.interfaces {
            self.effects.push(self.interface_appears(interface, &instance.security_groups, &group));
        }
        let answer = json!({"ReplicationInstance": instance.answer(Some(&group))});
        self.region.instances.push(instance);
        self.region.tags.insert(arn, tags);
        self.event(events::INSTANCE_CREATING, &name, "A replication instance is being created.");
        Ok(answer)
    }

    pub(crate) fn delete_instance(&mut self, input: &Input) -> Answer {
        let arn = input.required("ReplicationInstanceArn")?;
        let instance = self.region.instance(arn)?;
        if self.region.tasks.iter().any(|t| t.instance_arn == arn || t.moves_to(arn)) {
            return Err(Fault::state(format!(
                "Replication Instance {arn} has one or more replication tasks."
            )));
        }
        if !DELETABLE.contains(&instance.status.as_str()) {
            return Err(Fault::state(format!(
                "Replication Instance {arn} can't be deleted while it is {}.",
                instance.status
            )));
        }
        let due = self.now + self.timing.instance_delete;
        let instance = self.region.instance_mut(arn)?;
        instance.status = "deleting".to_owned();
        instance.due = Some(due);
        instance.window_due = None;
        let name = instance.identifier.clone();
        self.event(events::INSTANCE_DELETING, &name, "The replication instance is being deleted.");
        let instance = self.region.instance(arn)?;
        Ok(json!({"ReplicationInstance": self.instance_answer(instance)}))
    }

    pub(crate) fn describe_instances(&self, input: &Input) -> Answer {
        let known = [
            "replication-instance-arn",
            "replication-instance-id",
            "replication-instance-class",
            "engine-version",
        ];
        let filters = paging::filters(input, &known)?;
        let all = &self.region.instances;
        let found = paging::select(all, &filters, "Replication Instances", |i, name| {
            vec![match name {
                "replication-instance-arn" => i.arn.clone(),
                "replication-instance-id" => i.identifier.clone(),
                "replication-instance-class" => i.class.clone(),
                _ => i.engine_version.clone(),
            }]
        })?;
        let items = found.into_iter().map(|i| (i.serial, self.instance_answer(i)));
        paging::page(input, &paging::USUAL, "ReplicationInstances", items)
    }

    pub(crate) fn instance_answer(&self, instance: &Instance) -> Json {
        instance.answer(self.subnet_group(&instance.subnet_group))
    }

    /// Moves every instance whose time has come.
    pub(crate) fn step_instances(&mut self) {
        for at in (0..self.region.instances.len()).rev() {
            let instance = &self.region.instances[at];
            if instance.window_due.is_some_and(|due| due <= self.now) {
                self.window_opens(at);
            }
            if self.region.instances[at].due.is_some_and(|due| due <= self.now) {
                self.instance_settles(at);
            }
        }
    }

    fn instance_settles(&mut self, at: usize) {
        let now = self.now;
        let instance = &mut self.region.instances[at];
        instance.due = None;
        let was = instance.status.clone();
        let next = TRANSITIONS.iter().find(|(from, _)| *from == was).and_then(|(_, to)| *to);
        let Some(next) = next else { return self.instance_gone(at) };
        instance.status = next.to_owned();
        let name = instance.identifier.clone();
        if was == "creating" {
            instance.created = Some(now);
            self.start_metrics();
            self.event(events::INSTANCE_CREATED, &name, "A replication instance has been created.");
        } else {
            self.change_ends(at, &was);
        }
    }

    fn instance_gone(&mut self, at: usize) {
        let gone = self.region.instances.remove(at);
        self.region.tags.remove(&gone.arn);
        self.region.connections.retain(|c| c.instance_arn != gone.arn);
        self.region.refreshes.retain(|r| r.instance_arn != gone.arn);
        for interface in &gone.interfaces {
            self.effects.push(Effect::NetworkInterface {
                region: self.name.to_owned(),
                time: timestamp(self.now),
                id: interface.id.clone(),
                change: InterfaceChange::Delete,
            });
        }
        let text = "The replication instance has been deleted.";
        self.event(events::INSTANCE_DELETED, &gone.identifier, text);
    }

    /// Refuses storage out of range, or beyond the account's quota; `old` is what the instance has.
    fn check_storage(&self, storage: i64, old: i64) -> Result<(), Fault> {
        if !offers::STORAGE.contains(&storage) {
            return Err(Fault::value(format!(
                "Invalid storage size: {storage} GB. It must be between {} and {} GB.",
                offers::STORAGE.start(),
                offers::STORAGE.end()
            )));
        }
        let used: i64 = self.region.instances.iter().map(|i| i.allocated_storage).sum();
        if used - old + storage > quotas::STORAGE_GB {
            return Err(Fault::new(
                "StorageQuotaExceededFault",
                format!("The quota for storage ({} GB) would be exceeded.", quotas::STORAGE_GB),
            ));
        }
        Ok(())
    }

    /// The version of a new instance. With automatic minor upgrades one below the default is not kept.
    fn choose_version(&self, asked: Option<&str>, auto_minor: bool) -> Result<String, Fault> {
        let usual = offers::default_version(self.now);
        let Some(asked) = asked else { return Ok(usual.to_owned()) };
        offers::check_version(asked, self.now)?;
        let older = offers::numbers(asked) < offers::numbers(usual);
        Ok(if auto_minor && older { usual } else { asked }.to_owned())
    }

    fn choose_group(&self, input: &Input) -> Result<SubnetGroup, Fault> {
        let Some(name) = input.text("ReplicationSubnetGroupIdentifier")? else {
            return Err(Fault::new(
                "InvalidSubnet",
                "No default subnet detected in the default VPC. Name a replication subnet group: \
                 the local AWS has no default VPC for DMS.",
            ));
        };
        let name = name.to_ascii_lowercase();
        let found = self.find_subnet_group(&name)?;
        Ok(self.region.subnet_groups[found].clone())
    }

    /// The zone of the primary and, with Multi-AZ, that of the standby.
    pub(crate) fn choose_zones(
        &mut self,
        input: &Input,
        group: &SubnetGroup,
        multi_az: bool,
    ) -> Result<Vec<String>, Fault> {
        let asked = input.text("AvailabilityZone")?.filter(|z| !z.is_empty());
        if multi_az && asked.is_some() {
            return Err(Fault::combination(
                "The AvailabilityZone parameter can't be set if the MultiAZ parameter is set to \
                 true.",
            ));
        }
        let zones = group.zones();
        let first = match asked {
            Some(zone) => zones.iter().position(|z| *z == zone).ok_or_else(|| {
                Fault::value(format!(
                    "The Availability Zone {zone} is not covered by the replication subnet group \
                     {}.",
                    group.identifier
                ))
            })?,
            None => usize::try_from(self.ids.below(zones.len() as u64)).unwrap_or(0),
        };
        let mut chosen = vec![zones[first].to_owned()];
        if multi_az {
            chosen.push(zones[(first + 1) % zones.len()].to_owned());
        }
        Ok(chosen)
    }

    pub(crate) async fn choose_security_groups(
        &self,
        world: &dyn World,
        input: &Input,
        group: &SubnetGroup,
    ) -> Result<Vec<String>, Fault> {
        let Some(ids) = input.texts("VpcSecurityGroupIds")?.filter(|ids| !ids.is_empty()) else {
            let usual = world.default_security_group(self.name, &group.vpc_id).await;
            return Ok(usual.into_iter().collect());
        };
        self.check_security_groups(world, &ids, &group.vpc_id).await?;
        Ok(ids)
    }

    async fn check_security_groups(
        &self,
        world: &dyn World,
        ids: &[String],
        vpc_id: &str,
    ) -> Result<(), Fault> {
        for id in ids {
            match world.security_group(self.name, id).await {
                Some(vpc) if vpc == vpc_id => {}
                Some(vpc) => {
                    return Err(Fault::combination(format!(
                        "The security group {id} is in VPC {vpc}, the replication subnet group is \
                         in {vpc_id}."
                    )));
                }
                None => {
                    return Err(Fault::value(format!("Invalid security group: {id}")));
                }
            }
        }
        Ok(())
    }

    /// A half hour of some weekday's night.
    pub(crate) fn random_window(&mut self) -> String {
        let day = changes::DAYS[usize::try_from(self.ids.below(7)).unwrap_or(0)];
        let half_hours = i64::try_from(self.ids.below(15)).unwrap_or(0);
        let (from, to) = (half_hours * 30, half_hours * 30 + 30);
        let clock = |m: i64| format!("{:02}:{:02}", m / 60, m % 60);
        format!("{day}:{}-{day}:{}", clock(from), clock(to))
    }
}

pub(crate) fn dns_servers(input: &Input) -> Result<Option<String>, Fault> {
    let Some(text) = input.text("DnsNameServers")? else { return Ok(None) };
    let list: Vec<&str> = text.split(',').map(str::trim).collect();
    let good = list.len() <= 4 && list.iter().all(|ip| ip.parse::<std::net::IpAddr>().is_ok());
    if good {
        return Ok(Some(text.to_owned()));
    }
    Err(Fault::value("DnsNameServers must be a comma-separated list of at most 4 IP addresses."))
}

fn network_type(input: &Input) -> Result<String, Fault> {
    match input.text("NetworkType")? {
        None => Ok("IPV4".to_owned()),
        Some(text) if ["IPV4", "DUAL"].contains(&text.to_ascii_uppercase().as_str()) => {
            Ok(text.to_ascii_uppercase())
        }
        Some(text) => Err(Fault::value(format!("Invalid network type: {text}"))),
    }
}
