//! Changes to a task that does not run: modify and move.

use super::super::{
    Answer, events,
    faults::Fault,
    input::{Input, identifier},
    offers,
    region::Shard,
    selection,
};
use super::{log, positions, settings};
use serde_json::json;

impl Shard<'_> {
    pub(crate) fn modify_task(&mut self, input: &Input) -> Answer {
        let arn = input.required("ReplicationTaskArn")?;
        let task = self.region.task(arn)?;
        let settings_text = input.text("ReplicationTaskSettings")?.filter(|t| !t.trim().is_empty());
        let others = [
            "ReplicationTaskIdentifier",
            "MigrationType",
            "TableMappings",
            "CdcStartTime",
            "CdcStartPosition",
            "CdcStopPosition",
            "TaskData",
        ];
        let others = others.iter().any(|m| input.has(m));
        if settings_text.is_none() && !others {
            return Err(Fault::combination("No modifications were requested"));
        }
        let live = task.status == "running"
            && !others
            && settings_text.is_some_and(settings::only_severities);
        if !live {
            task.need("modify", |status| {
                if status == "running" {
                    format!(
                        "Replication Task {arn} excluding logging severity task settings cannot be \
                         modified while it is running."
                    )
                } else {
                    format!("Replication Task {arn} cannot be modified while it is {status}.")
                }
            })?;
        }
        if input.text("MigrationType")?.is_some_and(|m| m != task.migration_type) {
            return Err(Fault::combination(format!(
                "The migration type of Replication Task {arn} can't be changed."
            )));
        }
        let name = match input.text("ReplicationTaskIdentifier")? {
            Some(name) => identifier("ReplicationTaskIdentifier", name, 255)?,
            None => task.identifier.clone(),
        };
        let twin = self.region.tasks.iter().find(|t| t.identifier == name && t.arn != arn);
        if let Some(twin) = twin {
            let text = format!("Replication Task {name} already exists.");
            return Err(Fault::exists(text, &twin.arn));
        }
        if let Some(mappings) = input.text("TableMappings")? {
            selection::check(mappings)?;
        }
        let mut settings = match settings_text {
            Some(text) => {
                let new = task.settings.with(text, &task.migration_type)?;
                let only = |s: &settings::Settings| s.flag("ValidationSettings", "ValidationOnly");
                if only(&new) != only(&task.settings) {
                    return Err(Fault::value("ValidationOnly can't be changed after creation."));
                }
                new
            }
            None => task.settings.clone(),
        };
        let (start, stop) = positions(input, &task.migration_type)?;
        let instance = self.region.instance(&task.instance_arn)?.identifier.clone();
        settings.set_log(&log::group(&instance), &log::stream(&task.resource_id));
        let (now, due) = (self.now, self.now + self.timing.task_modify);
        let task = self.region.task_mut(arn)?;
        task.identifier = name;
        task.settings = settings;
        task.mappings = input.owned("TableMappings")?.unwrap_or_else(|| task.mappings.clone());
        task.start_position = start.or_else(|| task.start_position.take());
        task.stop_position = stop.or_else(|| task.stop_position.take());
        task.task_data = input.owned("TaskData")?.or_else(|| task.task_data.take());
        if !live {
            task.resting = std::mem::replace(&mut task.status, "modifying".to_owned());
            task.due = Some(due);
        }
        Ok(json!({"ReplicationTask": task.answer(now, true)}))
    }

    pub(crate) fn move_task(&mut self, input: &Input) -> Answer {
        let arn = input.required("ReplicationTaskArn")?;
        let to = input.required("TargetReplicationInstanceArn")?;
        let task = self.region.task(arn)?;
        let target = self.region.instance(to)?;
        task.need("move", |status| {
            format!("Replication Task {arn} cannot be moved while it is {status}.")
        })?;
        if task.instance_arn == to {
            return Err(Fault::state(format!(
                "Replication Task {arn} is already on Replication Instance {to}."
            )));
        }
        if target.status != "available" {
            return Err(Fault::state(format!(
                "Replication Instance {to} must be available, it is {}.",
                target.status
            )));
        }
        let here = self.region.instance(&task.instance_arn)?;
        let version = |v: &str| offers::numbers(v);
        if version(&target.engine_version) < version(&here.engine_version) {
            return Err(Fault::state(format!(
                "The engine version {} of the target replication instance must be the same as or \
                 later than {}.",
                target.engine_version, here.engine_version
            )));
        }
        self.check_task_quota(to)?;
        let (now, due) = (self.now, self.now + self.timing.task_move);
        let task = self.region.task_mut(arn)?;
        task.target_instance_arn = Some(to.to_owned());
        task.resting = if task.started.is_some() { "stopped" } else { "ready" }.to_owned();
        task.status = "moving".to_owned();
        task.due = Some(due);
        Ok(json!({"ReplicationTask": task.answer(now, true)}))
    }

    /// The move is over: it failed when the instance has gone away meanwhile.
    pub(super) fn move_ends(&mut self, at: usize) {
        let to = self.region.tasks[at].target_instance_arn.take().unwrap_or_default();
        let instances = &self.region.instances;
        let found = instances.iter().find(|i| i.arn == to && i.status == "available");
        let found = found.map(|i| i.identifier.clone());
        let task = &mut self.region.tasks[at];
        let name = task.identifier.clone();
        match found {
            Some(instance) => {
                task.instance_arn = to;
                task.settings.set_log(&log::group(&instance), &log::stream(&task.resource_id));
                self.event(events::TASK_MODIFIED, &name, "Replication task has been moved.");
            }
            None => {
                task.status = "failed-move".to_owned();
                task.last_failure =
                    Some(format!("The target replication instance {to} is not available."));
                self.event(events::TASK_FAILED, &name, "Replication task could not be moved.");
            }
        }
    }
}
