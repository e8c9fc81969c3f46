//! Pending maintenance: an instance whose engine version is no longer ordered is to be upgraded.

use super::{
    Answer,
    faults::Fault,
    input::Input,
    instances::{Instance, Pending},
    offers, paging,
    region::Shard,
    time::epoch,
};
use serde_json::{Value as Json, json};

const ACTION: &str = "db-upgrade";

impl Shard<'_> {
    pub(crate) fn describe_maintenance(&self, input: &Input) -> Answer {
        let filters = paging::filters(input, &[])?;
        debug_assert!(filters.is_empty(), "no filter is known");
        let only = input.text("ReplicationInstanceArn")?;
        if let Some(arn) = only {
            self.region.instance(arn)?;
        }
        let instances = self.region.instances.iter();
        let items: Vec<Json> = instances
            .filter(|i| only.is_none_or(|arn| arn == i.arn))
            .filter_map(|i| self.maintenance_of(i))
            .collect();
        paging::page_fixed(input, &paging::USUAL, "PendingMaintenanceActions", items)
    }

    pub(crate) fn apply_maintenance(&mut self, input: &Input) -> Answer {
        let arn = input.required("ReplicationInstanceArn")?;
        let action = input.required("ApplyAction")?;
        let opt_in = input.required("OptInType")?;
        let at = self.find_instance(arn)?;
        let instance = &self.region.instances[at];
        if !["immediate", "next-maintenance", "undo-opt-in"].contains(&opt_in) {
            return Err(Fault::value(format!("Invalid opt-in type: {opt_in}")));
        }
        if action != ACTION || self.maintenance_of(instance).is_none() {
            return Err(Fault::not_found(format!("No pending action {action} for {arn}.")));
        }
        if opt_in == "immediate" {
            if instance.status != "available" {
                return Err(Fault::state(format!(
                    "Replication Instance {arn} is {}.",
                    instance.status
                )));
            }
            let version = offers::default_version(self.now).to_owned();
            let pending = Pending { engine_version: Some(version), ..Pending::default() };
            self.region.instances[at].pending = pending;
            self.change_begins(at);
        }
        let instance = &self.region.instances[at];
        let answer = self.maintenance_of(instance).unwrap_or_else(
            || json!({"ResourceIdentifier": instance.arn, "PendingMaintenanceActionDetails": []}),
        );
        Ok(json!({"ResourcePendingMaintenanceActions": answer}))
    }

    fn maintenance_of(&self, instance: &Instance) -> Option<Json> {
        let forced = offers::retirement(&instance.engine_version, self.now)?;
        Some(json!({
            "ResourceIdentifier": instance.arn,
            "PendingMaintenanceActionDetails": [{
                "Action": ACTION,
                "AutoAppliedAfterDate": epoch(forced),
                "ForcedApplyDate": epoch(forced),
                "Description": format!(
                    "Upgrade of the engine from {} to {}",
                    instance.engine_version,
                    offers::default_version(self.now)
                ),
            }],
        }))
    }
}
