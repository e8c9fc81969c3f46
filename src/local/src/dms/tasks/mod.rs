//! Replication tasks: what one is, how it comes to be and goes, and which operation is legal when.

mod cdc;
mod change;
mod load;
mod log;
mod outage;
mod run;
pub(crate) mod settings;
mod start;

pub(crate) use cdc::{Apply, StopAt, changes, checkpoint, time_of};
pub(crate) use load::{Load, State, TableRun};
pub(crate) use log::Level;
pub(crate) use run::{Phase, Run};
pub(crate) use start::{FRESH, NO_TABLES, RELOAD, RESUME};

use super::{
    Answer,
    account::quotas,
    catalogue::Address,
    events,
    faults::Fault,
    input::{Input, identifier, resource_identifier},
    paging,
    region::{At, Shard},
    selection, serverless,
    time::{Millis, epoch},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use settings::Settings;

/// What follows a state that ends by itself; `resting` is the state from before, nothing is gone.
const TRANSITIONS: &[(&str, Option<&str>)] = &[
    ("creating", Some("ready")),
    ("starting", Some("running")),
    ("stopping", Some("stopped")),
    ("modifying", Some(RESTING)),
    ("moving", Some(RESTING)),
    ("testing", Some(RESTING)),
    ("deleting", None),
];
const RESTING: &str = "resting";

/// In which states an operation is legal.
const LEGAL: &[(&str, &[&str])] = &[
    ("start", &["ready", "stopped", "failed", "failed-move"]),
    ("stop", &["running"]),
    ("modify", &["ready", "stopped", "failed", "failed-move"]),
    ("move", &["stopped", "failed", "failed-move"]),
    ("assess", &["ready", "stopped", "failed"]),
    ("reload", &["running"]),
    (
        "delete",
        &[
            "creating",
            "ready",
            "stopped",
            "failed",
            "failed-move",
            "moving",
            "modifying",
            "testing",
        ],
    ),
];

/// A replication task.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Task {
    pub(crate) serial: u64,
    pub(crate) identifier: String,
    pub(crate) arn: String,
    pub(crate) resource_id: String,
    pub(crate) source_arn: String,
    pub(crate) target_arn: String,
    pub(crate) instance_arn: String,
    /// Where it is moving to.
    pub(crate) target_instance_arn: Option<String>,
    pub(crate) migration_type: String,
    pub(crate) mappings: String,
    pub(crate) settings: Settings,
    pub(crate) status: String,
    pub(crate) resting: String,
    pub(crate) due: Option<Millis>,
    pub(crate) last_failure: Option<String>,
    pub(crate) stop_reason: Option<String>,
    pub(crate) created: Millis,
    pub(crate) started: Option<Millis>,
    pub(crate) start_position: Option<String>,
    pub(crate) stop_position: Option<String>,
    pub(crate) task_data: Option<String>,
    /// What the start under way is to do.
    pub(crate) start: Option<Start>,
    pub(crate) logging: bool,
    pub(crate) log_bytes: u64,
    pub(crate) run: Option<Run>,
    /// When the last assessment of the old kind was.
    pub(crate) assessed: Option<Millis>,
}

/// A start under way.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Start {
    pub(crate) kind: String,
    /// Where the source is, by the connection test.
    pub(crate) address: Option<Address>,
    /// The source's time that replication begins at, where one was given.
    pub(crate) from: Option<Millis>,
}

impl Task {
    pub(crate) fn uses(&self, endpoint_arn: &str) -> bool {
        self.source_arn == endpoint_arn || self.target_arn == endpoint_arn
    }

    pub(crate) fn moves_to(&self, instance_arn: &str) -> bool {
        self.target_instance_arn.as_deref() == Some(instance_arn)
    }

    pub(crate) fn is_active(&self) -> bool {
        matches!(self.status.as_str(), "starting" | "running" | "stopping")
            || serverless::STAGES.contains(&self.status.as_str())
    }

    pub(crate) fn loads(&self) -> bool {
        self.migration_type != "cdc"
    }

    pub(crate) fn replicates(&self) -> bool {
        self.migration_type != "full-load"
    }

    pub(crate) fn next_due(&self) -> Option<Millis> {
        let running = self.run.as_ref().filter(|_| self.status == "running");
        self.due.into_iter().chain(running.and_then(Run::next_event)).min()
    }

    /// Refuses an operation that is not legal in this state.
    pub(crate) fn need(
        &self,
        operation: &str,
        message: impl FnOnce(&str) -> String,
    ) -> Result<(), Fault> {
        let legal = LEGAL.iter().find(|(o, _)| *o == operation).map_or(&[][..], |(_, s)| s);
        if legal.contains(&self.status.as_str()) {
            return Ok(());
        }
        Err(Fault::state(message(&self.status)))
    }

    /// What it does comes to a halt now; it has stopped when that is due.
    pub(crate) fn begin_stop(&mut self, now: Millis, due: Millis) {
        self.status = "stopping".to_owned();
        self.stop_reason = None;
        self.due = Some(due);
        if let Some(run) = &mut self.run {
            run.stopped = Some(now);
            run.load.halt(now, State::Cancelled, false);
            if let Some(apply) = &mut run.apply {
                apply.halt(now);
            }
        }
    }

    /// Begins an assessment; with a time, the state from before comes back then.
    pub(crate) fn assess(&mut self, due: Option<Millis>) -> Result<(), Fault> {
        let arn = self.arn.clone();
        self.need("assess", |status| {
            format!("Replication Task {arn} cannot be assessed while it is {status}.")
        })?;
        self.resting = std::mem::replace(&mut self.status, "testing".to_owned());
        self.due = due;
        Ok(())
    }

    /// The assessment is over.
    pub(crate) fn assessed(&mut self) {
        if self.status == "testing" {
            self.status = std::mem::take(&mut self.resting);
        }
    }

    pub(crate) fn answer(&self, now: Millis, with_settings: bool) -> Json {
        let mut answer = json!({
            "ReplicationTaskIdentifier": self.identifier,
            "SourceEndpointArn": self.source_arn,
            "TargetEndpointArn": self.target_arn,
            "ReplicationInstanceArn": self.instance_arn,
            "MigrationType": self.migration_type,
            "Status": self.status,
            "ReplicationTaskCreationDate": epoch(self.created),
            "ReplicationTaskArn": self.arn,
        });
        let mut put = |member: &str, value: Option<Json>| {
            if let Some(value) = value {
                answer[member] = value;
            }
        };
        if with_settings {
            put("TableMappings", Some(json!(self.mappings)));
            put("ReplicationTaskSettings", Some(json!(self.settings.text())));
        }
        let text = |t: &Option<String>| t.as_ref().map(|t| json!(t));
        put("LastFailureMessage", text(&self.last_failure));
        put("StopReason", text(&self.stop_reason));
        put("ReplicationTaskStartDate", self.started.map(epoch));
        put("CdcStartPosition", text(&self.start_position));
        put("CdcStopPosition", text(&self.stop_position));
        put("TaskData", text(&self.task_data));
        put("TargetReplicationInstanceArn", text(&self.target_instance_arn));
        if let Some(run) = &self.run {
            put("ReplicationTaskStats", Some(run.stats(now)));
            put("RecoveryCheckpoint", run.position(now).map(|p| json!(checkpoint(p))));
        }
        answer
    }
}

impl Shard<'_> {
    pub(crate) fn create_task(&mut self, input: &Input) -> Answer {
        let name = input.required("ReplicationTaskIdentifier")?;
        let name = identifier("ReplicationTaskIdentifier", name, 255)?;
        let resource = resource_identifier(input)?;
        let (source_arn, target_arn) =
            (input.required("SourceEndpointArn")?, input.required("TargetEndpointArn")?);
        let instance_arn = input.required("ReplicationInstanceArn")?;
        let migration_type = migration_type(input.required("MigrationType")?)?;
        let mappings = input.required("TableMappings")?;
        let tags = input.tags()?;
        let (start_position, stop_position) = positions(input, &migration_type)?;
        let settings_text = input.text("ReplicationTaskSettings")?;
        let settings_text = settings_text.filter(|t| !t.trim().is_empty()).unwrap_or("{}");
        self.check_side(source_arn, "SOURCE")?;
        self.check_side(target_arn, "TARGET")?;
        let instance = self.region.instance(instance_arn)?;
        let instance_name = instance.identifier.clone();
        if instance.status != "available" {
            return Err(Fault::state(format!(
                "Replication Instance {instance_arn} must be available to create a task, it is {}.",
                instance.status
            )));
        }
        selection::check(mappings)?;
        let mut settings = Settings::defaults().with(settings_text, &migration_type)?;
        settings::check_new(settings_text)?;
        self.check_cdc(source_arn, &migration_type)?;
        let resource_id = resource.unwrap_or_else(|| self.ids.resource());
        let arn = self.arn("task", &resource_id);
        if let Some(twin) = self.region.tasks.iter().find(|t| t.identifier == name || t.arn == arn)
        {
            let text = format!("Replication Task {name} already exists.");
            return Err(Fault::exists(text, &twin.arn));
        }
        self.check_task_quota(instance_arn)?;
        settings.set_log(&log::group(&instance_name), &log::stream(&resource_id));
        let task = Task {
            serial: self.ids.serial(),
            identifier: name.clone(),
            arn: arn.clone(),
            resource_id,
            source_arn: source_arn.to_owned(),
            target_arn: target_arn.to_owned(),
            instance_arn: instance_arn.to_owned(),
            target_instance_arn: None,
            migration_type,
            mappings: mappings.to_owned(),
            settings,
            status: "creating".to_owned(),
            resting: String::new(),
            due: Some(self.now + self.timing.task_create),
            last_failure: None,
            stop_reason: None,
            created: self.now,
            started: None,
            start_position,
            stop_position,
            task_data: input.owned("TaskData")?,
            start: None,
            logging: false,
            log_bytes: 0,
            run: None,
            assessed: None,
        };
        let answer = json!({"ReplicationTask": task.answer(self.now, true)});
        self.region.tasks.push(task);
        self.region.tags.insert(arn, tags);
        Ok(answer)
    }

    pub(crate) fn delete_task(&mut self, input: &Input) -> Answer {
        let arn = input.required("ReplicationTaskArn")?;
        let (now, due) = (self.now, self.now + self.timing.task_delete);
        let task = self.region.task_mut(arn)?;
        task.need("delete", |status| {
            format!(
                "Replication Task {arn} cannot be deleted while it is {status}; stop it first, and \
                 wait until it has stopped."
            )
        })?;
        task.status = "deleting".to_owned();
        task.due = Some(due);
        Ok(json!({"ReplicationTask": task.answer(now, true)}))
    }

    pub(crate) fn describe_tasks(&self, input: &Input) -> Answer {
        let known = [
            "replication-task-arn",
            "replication-task-id",
            "migration-type",
            "endpoint-arn",
            "replication-instance-arn",
        ];
        let filters = paging::filters(input, &known)?;
        let without = input.flag("WithoutSettings")?.unwrap_or(false);
        let found = paging::select(&self.region.tasks, &filters, "Tasks", |t, name| match name {
            "replication-task-arn" => vec![t.arn.clone()],
            "replication-task-id" => vec![t.identifier.clone()],
            "migration-type" => vec![t.migration_type.clone()],
            "endpoint-arn" => vec![t.source_arn.clone(), t.target_arn.clone()],
            _ => vec![t.instance_arn.clone()],
        })?;
        let items = found.into_iter().map(|t| (t.serial, t.answer(self.now, !without)));
        paging::page(input, &paging::USUAL, "ReplicationTasks", items)
    }

    /// Moves every task whose time has come: its state first, then what it runs.
    pub(crate) fn step_tasks(&mut self) {
        for at in (0..self.region.tasks.len()).rev() {
            if self.region.tasks[at].due.is_some_and(|due| due <= self.now) {
                self.task_settles(at);
            }
        }
        for at in 0..self.region.tasks.len() {
            let task = &self.region.tasks[at];
            if task.status == "running" && task.next_due().is_some_and(|due| due <= self.now) {
                self.run_step(At::Task(at));
            }
        }
    }

    fn task_settles(&mut self, at: usize) {
        let task = &mut self.region.tasks[at];
        task.due = None;
        let was = task.status.clone();
        let next = TRANSITIONS.iter().find(|(from, _)| *from == was).and_then(|(_, to)| *to);
        let Some(next) = next else { return self.task_gone(at) };
        task.status =
            if next == RESTING { std::mem::take(&mut task.resting) } else { next.to_owned() };
        let name = task.identifier.clone();
        match was.as_str() {
            "creating" => {
                self.event(events::TASK_CREATED, &name, "Replication task has been created.");
            }
            "starting" => self.run_begins(At::Task(at)),
            "stopping" => self.run_stops(At::Task(at)),
            "modifying" => {
                self.event(events::TASK_MODIFIED, &name, "Replication task has been modified.");
            }
            "moving" => self.move_ends(at),
            _ => {}
        }
    }

    fn task_gone(&mut self, at: usize) {
        let gone = self.region.tasks.remove(at);
        self.region.tags.remove(&gone.arn);
        self.region.assessments.retain(|a| a.task_arn != gone.arn);
        let text = "Replication task has been deleted.";
        self.event(events::TASK_DELETED, &gone.identifier, text);
    }

    pub(crate) fn check_side(&self, arn: &str, side: &str) -> Result<(), Fault> {
        let endpoint = self.region.endpoint(arn)?;
        if endpoint.side != side {
            return Err(Fault::value(format!("The endpoint {arn} must be of type {side}.")));
        }
        if endpoint.status != "active" {
            return Err(Fault::state(format!("Endpoint {arn} is {}.", endpoint.status)));
        }
        Ok(())
    }

    /// Refuses to replicate changes from a source that has none to read.
    pub(crate) fn check_cdc(&self, source_arn: &str, migration_type: &str) -> Result<(), Fault> {
        let engine = self.region.endpoint(source_arn)?.engine();
        if migration_type != "full-load" && engine.is_some_and(|e| !e.captures_changes) {
            return Err(Fault::combination(format!(
                "The source engine {} does not support the migration type {migration_type}.",
                engine.map(|e| e.name).unwrap_or_default()
            )));
        }
        Ok(())
    }

    fn check_task_quota(&self, instance_arn: &str) -> Result<(), Fault> {
        if self.region.tasks.len() >= quotas::TASKS {
            return Err(Fault::quota("replication tasks", quotas::TASKS));
        }
        let here = self.region.tasks.iter().filter(|t| t.instance_arn == instance_arn).count();
        if here >= quotas::TASKS_PER_INSTANCE {
            return Err(Fault::quota("tasks per instance", quotas::TASKS_PER_INSTANCE));
        }
        Ok(())
    }
}

pub(crate) fn migration_type(text: &str) -> Result<String, Fault> {
    if ["full-load", "cdc", "full-load-and-cdc"].contains(&text) {
        return Ok(text.to_owned());
    }
    Err(Fault::value(format!("Invalid migration type: {text}")))
}

/// Where a request begins and ends the replication of changes, checked.
pub(crate) fn positions(
    input: &Input,
    migration_type: &str,
) -> Result<(Option<String>, Option<String>), Fault> {
    let start = input.owned("CdcStartPosition")?.filter(|t| !t.is_empty());
    let time = input.time("CdcStartTime")?;
    if start.is_some() && time.is_some() {
        return Err(Fault::combination(
            "CdcStartTime and CdcStartPosition can't both be specified.",
        ));
    }
    let start = start.or_else(|| time.map(|t| super::time::timestamp(t).to_string()));
    let stop = input.owned("CdcStopPosition")?.filter(|t| !t.is_empty());
    if migration_type == "full-load" && (start.is_some() || stop.is_some()) {
        return Err(Fault::combination(
            "A CDC position can't be specified for the migration type full-load.",
        ));
    }
    match &stop {
        Some(text) if StopAt::parse(text).is_none() => Err(Fault::value(format!(
            "Invalid CdcStopPosition: {text}. The forms are server_time:YYYY-MM-DDTHH:MM:SS and \
             commit_time:YYYY-MM-DDTHH:MM:SS."
        ))),
        _ => Ok((start, stop)),
    }
}
