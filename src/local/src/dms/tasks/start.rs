//! Starting, stopping and reloading a task, and what it does while it runs.

use super::super::{
    Answer, events,
    faults::Fault,
    input::Input,
    offers,
    region::{At, Shard},
    selection,
    time::Millis,
    world::World,
};
use super::{
    Level, Load, Phase, Run, Start, State, StopAt, TableRun, cdc, positions, settings::Settings,
};
use serde_json::json;

pub(crate) const FRESH: &str = "start-replication";
pub(crate) const RESUME: &str = "resume-processing";
pub(crate) const RELOAD: &str = "reload-target";

pub(crate) const NO_TABLES: &str = "Last Error  No tables were found at task initialization. Either the \
    selected table(s) no longer exist or no match was found for the table selection pattern(s). \
    Stop Reason FATAL_ERROR Error Level FATAL";

impl Shard<'_> {
    pub(crate) async fn start_task(&mut self, world: &dyn World, input: &Input) -> Answer {
        let arn = input.required("ReplicationTaskArn")?;
        let kind = input.required("StartReplicationTaskType")?;
        if ![FRESH, RESUME, RELOAD].contains(&kind) {
            return Err(Fault::value(format!("Invalid start type: {kind}")));
        }
        let task = self.region.task(arn)?.clone();
        task.need("start", |_| "Replication Task cannot be started, invalid state".to_owned())?;
        let (start, stop) = positions(input, &task.migration_type)?;
        let again = task.migration_type == "cdc" && start.is_some();
        let only = |kind: &str, when: &str| {
            let kind = kind.to_ascii_uppercase().replace('-', "_");
            Err(Fault::combination(format!("Start Type : {kind}, valid only for tasks {when}")))
        };
        match (kind, task.started.is_some()) {
            (FRESH, true) if !again => return only(FRESH, "running for the first time"),
            (RESUME | RELOAD, false) => return only(kind, "that have been executed before"),
            (RELOAD, true) if !task.loads() => {
                return only(RELOAD, "with the migration type full-load or full-load-and-cdc");
            }
            _ => {}
        }
        let source = self.region.endpoint(&task.source_arn)?;
        let family = source.engine().map(|e| e.family);
        if input.has("CdcStartTime") && family == Some(dmsrun_dms::Family::Postgres) {
            return Err(Fault::combination(
                "CdcStartTime is not supported for PostgreSQL sources; use CdcStartPosition with a \
                 slot.",
            ));
        }
        let address = self.need_connections(&task)?;
        let wants_log = task.settings.flag("Logging", "EnableLogging");
        let logging = wants_log && self.logs_role(world).await;
        let (now, due) = (self.now, self.now + self.timing.task_start);
        let task = self.region.task_mut(arn)?;
        let position = start.clone().or_else(|| {
            // The position of the definition holds for the first start.
            task.start_position.clone().filter(|_| kind == FRESH)
        });
        let from = position.as_deref().and_then(cdc::time_of);
        task.start = Some(Start { kind: kind.to_owned(), address, from });
        task.start_position = start.or_else(|| task.start_position.take());
        task.stop_position = stop.or_else(|| task.stop_position.take());
        task.logging = logging;
        task.started = Some(now);
        task.status = "starting".to_owned();
        task.due = Some(due);
        (task.last_failure, task.stop_reason) = (None, None);
        Ok(json!({"ReplicationTask": task.answer(now, true)}))
    }

    /// The source's address by its test; refuses unless both ends were tested with success.
    fn need_connections(
        &self,
        task: &super::Task,
    ) -> Result<Option<super::super::catalogue::Address>, Fault> {
        let instance = self.region.instance(&task.instance_arn)?;
        if instance.status != "available" {
            return Err(Fault::state(format!(
                "Replication Instance {} must be available, it is {}.",
                instance.arn, instance.status
            )));
        }
        let mut address = None;
        for arn in [&task.target_arn, &task.source_arn] {
            let endpoint = self.region.endpoint(arn)?;
            let Some(connection) = self.tested(&instance.arn, arn) else {
                return Err(Fault::state(format!(
                    "Test connection for replication instance {} and endpoint {} should be \
                     successful for starting the replication task",
                    instance.identifier, endpoint.identifier
                )));
            };
            address.clone_from(&connection.address);
        }
        Ok(address)
    }

    /// Without the role a task runs all the same, and writes no log.
    pub(crate) async fn logs_role(&self, world: &dyn World) -> bool {
        let policy = Some("/AmazonDMSCloudWatchLogsRole");
        let name = "dms-cloudwatch-logs-role";
        self.need_role(world, name, "dms.amazonaws.com", policy).await.is_ok()
    }

    pub(crate) fn stop_task(&mut self, input: &Input) -> Answer {
        let arn = input.required("ReplicationTaskArn")?;
        let (now, due) = (self.now, self.now + self.timing.task_stop);
        let task = self.region.task_mut(arn)?;
        task.need("stop", |status| {
            format!("Replication Task {arn} cannot be stopped while it is {status}.")
        })?;
        task.begin_stop(now, due);
        Ok(json!({"ReplicationTask": task.answer(now, true)}))
    }

    pub(crate) fn reload_tables(&mut self, input: &Input) -> Answer {
        let arn = input.required("ReplicationTaskArn")?;
        self.region.task(arn)?;
        let at = self.region.tasks.iter().position(|t| t.arn == arn).unwrap_or(0);
        self.reload(At::Task(at), input)?;
        Ok(json!({"ReplicationTaskArn": arn}))
    }

    /// Puts tables of a running job back into its queue, or has them compared once more.
    pub(crate) fn reload(&mut self, at: At, input: &Input) -> Result<(), Fault> {
        let list = input.list("TablesToReload")?.ok_or_else(|| Fault::missing("TablesToReload"))?;
        let option = input.text("ReloadOption")?.unwrap_or("data-reload");
        let now = self.now;
        let task = self.region.job_mut(at);
        let name = format!("{} {}", at.title(), task.arn);
        task.need("reload", |status| {
            format!("{name} must be running to reload tables, it is {status}.")
        })?;
        if !task.loads() {
            return Err(Fault::state(format!(
                "Tables of a task with the migration type {} can't be reloaded.",
                task.migration_type
            )));
        }
        if list.is_empty() || list.len() > 10 {
            return Err(Fault::value("From 1 to 10 tables can be reloaded at a time."));
        }
        let validates = task.settings.flag("ValidationSettings", "EnableValidation");
        if !["data-reload", "validate-only"].contains(&option) {
            return Err(Fault::value(format!("Invalid reload option: {option}")));
        }
        if option == "validate-only" && !validates {
            return Err(Fault::combination(
                "The reload option validate-only needs a task with validation enabled.",
            ));
        }
        let Some(run) = &mut task.run else { return Ok(()) };
        let mut places = Vec::new();
        for item in list {
            let (schema, table) = (item["SchemaName"].as_str(), item["TableName"].as_str());
            let place =
                run.load.tables.iter().position(|t| {
                    Some(t.schema.as_str()) == schema && Some(t.table.as_str()) == table
                });
            places.push(place.ok_or_else(|| {
                Fault::value(format!(
                    "Table {}.{} does not exist in {name}.",
                    schema.unwrap_or_default(),
                    table.unwrap_or_default()
                ))
            })?);
        }
        for place in places {
            let table = &mut run.load.tables[place];
            if option == "validate-only" {
                table.validates = Some(now);
            } else {
                table.queue();
                table.reloaded = true;
            }
        }
        self.tell(at, events::TASK_RELOAD, "A reload of tables has been requested.");
        self.fill(at);
        Ok(())
    }

    /// `starting` is over: the run is made, or fails for want of tables.
    pub(crate) fn run_begins(&mut self, at: At) {
        let task = self.region.job(at).clone();
        let Some(start) = task.start.clone() else { return };
        self.region.job_mut(at).start = None;
        let Some(run) = self.make_run(at, &task, &start) else {
            return self.run_fails(at, NO_TABLES);
        };
        self.region.job_mut(at).run = Some(run);
        let text = format!("{} has started with start type: {}.", at.noun(), start.kind);
        self.tell(at, events::TASK_STARTED, &text);
        let what = match task.migration_type.as_str() {
            "full-load" => "full load only",
            "cdc" => "CDC only",
            _ => "full load and CDC",
        };
        let mode = if start.kind == RESUME { "resume" } else { "fresh start" };
        let line = format!("Task '{}' running {what} in {mode} mode", task.resource_id);
        self.log(at, Level::Info, "TASK_MANAGER", &line);
    }

    /// The run of a start; nothing when no table was found and that is fatal.
    fn make_run(&self, at: At, task: &super::Task, start: &Start) -> Option<Run> {
        let now = self.now;
        let tables = self.tables_of(at, task, start);
        let fatal = task.settings.flag("ErrorBehavior", "FailOnNoTablesCaptured");
        if tables.is_empty() && fatal {
            return None;
        }
        let class = self.class_of(at)?;
        let validation = |key| task.settings.flag("ValidationSettings", key);
        let enabled = validation("EnableValidation");
        let threads =
            if enabled { task.settings.int("ValidationSettings", "ThreadCount") } else { 0 };
        let only_validates = validation("ValidationOnly");
        let mut load = Load::new(tables, &task.settings, &class);
        if !task.loads() || only_validates {
            load.tables.iter_mut().for_each(TableRun::skip);
        }
        let mut run = match task.run.clone().filter(|_| start.kind == RESUME) {
            None => Run::new(now, load, threads, only_validates),
            Some(old) => resumed(old, load, now),
        };
        run.set_threads(threads);
        run.start = now;
        run.stopped = None;
        run.phase = Phase::Preparing(now + self.timing.task_prepare);
        run.stop_at = task.stop_position.as_deref().and_then(StopAt::parse);
        if let Some(from) = start.from {
            (run.from, run.counts_from, run.apply) = (Some(from), from.min(now), None);
        }
        if !task.loads() && enabled {
            for table in run.load.tables.iter_mut().filter(|t| t.has_key) {
                table.validates.get_or_insert(now);
            }
        }
        Some(run)
    }

    fn tables_of(&self, at: At, task: &super::Task, start: &Start) -> Vec<TableRun> {
        let source = start.address.as_ref().map(|a| self.source.tables(a)).unwrap_or_default();
        let Some(class) = self.class_of(at) else { return Vec::new() };
        let mut tables: Vec<TableRun> = selection::evaluate(&task.mappings, &source)
            .iter()
            .map(|c| TableRun::new(&source[c.at], c, &task.settings, &class))
            .collect();
        tables.sort_by(|a, b| (&a.schema, &a.table).cmp(&(&b.schema, &b.table)));
        tables
    }

    /// The machine that the job runs on.
    fn class_of(&self, at: At) -> Option<offers::Class> {
        match at {
            At::Task(at) => {
                let instance = self.region.instance(&self.region.tasks[at].instance_arn).ok()?;
                offers::class(&instance.class).ok()
            }
            At::Replication(at) => self.region.replications[at].class(),
        }
    }

    /// Tells of a job: subscribers hear of tasks, a serverless replication has a log of its own.
    fn tell(&mut self, at: At, sort: events::Sort, text: &str) {
        match at {
            At::Task(at) => {
                let name = self.region.tasks[at].identifier.clone();
                self.event(sort, &name, text);
            }
            At::Replication(at) => self.orchestrate(at, text, None),
        }
    }

    /// A serverless replication that runs no more keeps its machine only for a while.
    fn job_rests(&mut self, at: At) {
        if let At::Replication(at) = at {
            self.replication_rests(at);
        }
    }

    /// `stopping` is over.
    pub(crate) fn run_stops(&mut self, at: At) {
        self.run_ends(at, "Stop Reason NORMAL");
    }

    fn run_ends(&mut self, at: At, reason: &str) {
        let now = self.now;
        let task = self.region.job_mut(at);
        task.status = "stopped".to_owned();
        task.stop_reason = Some(reason.to_owned());
        if let Some(run) = &mut task.run {
            run.stopped = Some(now);
            if let Some(apply) = &mut run.apply {
                apply.halt(now);
            }
        }
        let line = format!("Task is stopped: {reason}");
        self.log(at, Level::Info, "TASK_MANAGER", &line);
        let text = format!("{} has stopped. {reason}", at.noun());
        self.tell(at, events::TASK_STOPPED, &text);
        self.job_rests(at);
    }

    pub(crate) fn run_fails(&mut self, at: At, message: &str) {
        let now = self.now;
        let task = self.region.job_mut(at);
        task.status = "failed".to_owned();
        task.due = None;
        task.stop_reason = Some(message.to_owned());
        task.last_failure = Some(message.to_owned());
        if let Some(run) = &mut task.run {
            run.stopped = Some(now);
            if let Some(apply) = &mut run.apply {
                apply.halt(now);
            }
        }
        self.log(at, Level::Error, "TASK_MANAGER", message);
        match at {
            At::Task(_) => {
                let text = format!("Replication task has failed. Reason: {message}");
                self.tell(at, events::TASK_FAILED, &text);
            }
            At::Replication(at) => {
                self.orchestrate(at, "The replication has failed.", Some(message));
            }
        }
        self.job_rests(at);
    }

    /// What a running task does now.
    pub(crate) fn run_step(&mut self, at: At) {
        let now = self.now;
        let Some(run) = &mut self.region.job_mut(at).run else { return };
        match run.phase.clone() {
            Phase::Preparing(until) if until <= now => self.prepared(at),
            Phase::Ending(until, reason) if until <= now => self.run_ends(at, &reason),
            Phase::Replicating => {
                self.tables_end(at);
                self.replication_step(at);
            }
            _ => self.tables_end(at),
        }
    }

    fn prepared(&mut self, at: At) {
        let now = self.now;
        let task = self.region.job_mut(at);
        let (loads, replicates) = (task.loads(), task.replicates());
        let mode = task.settings.word("FullLoadSettings", "TargetTablePrepMode").to_owned();
        let Some(run) = &mut task.run else { return };
        if run.load.is_busy() {
            run.load_begins(now);
            let line = format!(
                "Start loading {} tables, target table preparation mode {mode}",
                run.load.count(State::Queued)
            );
            self.log(at, Level::Info, "TASK_MANAGER", &line);
            self.fill(at);
        } else if replicates {
            if loads {
                run.load_ends(now);
            }
            run.replicate(now);
            self.log(at, Level::Info, "SOURCE_CAPTURE", "Source capture of changes has started");
        } else {
            run.load_ends(now);
            run.end(now, "FULL_LOAD_ONLY_FINISHED");
        }
    }

    /// Gives free subtasks to waiting tables.
    fn fill(&mut self, at: At) {
        let now = self.now;
        let Some(run) = &mut self.region.job_mut(at).run else { return };
        let began = run.load.fill(now);
        let lines: Vec<String> = began
            .into_iter()
            .map(|i| format!("Start loading table {}", run.load.tables[i].label()))
            .collect();
        for line in lines {
            self.log(at, Level::Info, "TASK_MANAGER", &line);
        }
    }

    /// Tables whose last row is on the target; the load ends with the last of them.
    fn tables_end(&mut self, at: At) {
        let now = self.now;
        let Some(run) = &mut self.region.job_mut(at).run else { return };
        let ended = run.load.complete(now);
        if ended.is_empty() {
            return;
        }
        let validates = run.validates();
        let mut lines = Vec::new();
        for i in ended {
            let table = &mut run.load.tables[i];
            table.validates = (validates && table.has_key).then_some(now);
            if let Some((largest, limit)) = table.cut {
                let text = format!(
                    "LOBs of table {} were truncated to {limit} KB; the largest has {largest} KB",
                    table.label()
                );
                lines.push((Level::Warning, "SOURCE_UNLOAD", text));
            }
            let (schema, name) = &table.target;
            let text = format!(
                "Load finished for table {} to '{schema}'.'{name}': {} rows received, 0 rows \
                 skipped",
                table.label(),
                table.rows
            );
            lines.push((Level::Info, "TARGET_LOAD", text));
        }
        for (level, component, text) in lines {
            self.log(at, level, component, &text);
        }
        self.fill(at);
        self.load_may_end(at);
    }

    fn load_may_end(&mut self, at: At) {
        let now = self.now;
        let task = self.region.job_mut(at);
        let replicates = task.replicates();
        let stop = stop_setting(&task.settings);
        let Some(run) = &mut task.run else { return };
        if run.load.is_busy() || run.phase != Phase::Loading {
            return;
        }
        run.load_ends(now);
        if !replicates {
            run.end(now, "FULL_LOAD_ONLY_FINISHED");
        } else if stop == Some("STOPPED_AFTER_FULL_LOAD") {
            run.end(now, "STOPPED_AFTER_FULL_LOAD");
        } else {
            run.replicate(now);
            run.ends_settled = stop.is_some();
        }
        self.log(at, Level::Info, "TASK_MANAGER", "All tables are loaded. Full load has finished");
    }

    fn replication_step(&mut self, at: At) {
        let now = self.now;
        let Some(run) = &mut self.region.job_mut(at).run else { return };
        let Some(apply) = run.apply.as_ref().filter(|a| !a.is_halted()) else { return };
        let over = match run.stop_at {
            Some(StopAt::Server(time)) if time <= now => Some("STOPPED_AT_SERVER_TIME"),
            Some(StopAt::Commit(time)) if apply.reaches(time) <= now => {
                Some("STOPPED_AT_COMMIT_TIME")
            }
            _ => None,
        };
        if let Some(reason) = over {
            return self.run_ends(at, &format!("Stop Reason {reason}"));
        }
        if apply.settled <= now && !run.told_settled {
            run.told_settled = true;
            if run.ends_settled {
                run.ends_settled = false;
                return self.run_ends(at, "Stop Reason STOPPED_AFTER_CACHED_EVENTS");
            }
            let text = "All cached changes are applied; the target follows the source";
            self.log(at, Level::Info, "TARGET_APPLY", text);
        }
    }
}

/// Takes an earlier run up again: what was loaded stays, the rest is loaded again, and tables that the
/// mappings took in meanwhile wait for a reload.
fn resumed(mut old: Run, new: Load, now: Millis) -> Run {
    let mut load = new;
    for table in &mut load.tables {
        let before =
            old.load.tables.iter().find(|t| t.schema == table.schema && t.table == table.table);
        match before {
            Some(t) if t.state == State::Completed => *table = t.clone(),
            Some(t) if t.state == State::Idle => table.state = State::Idle,
            Some(_) => {}
            None if table.state == State::Queued => table.state = State::Idle,
            None => {}
        }
    }
    if load.is_busy() {
        old.fresh_load();
    }
    old.load = load;
    debug_assert!(old.fresh <= now, "a run starts before it is resumed");
    old
}

/// The reason for which the task's settings let it stop after the load.
fn stop_setting(settings: &Settings) -> Option<&'static str> {
    let flag = |key| settings.flag("FullLoadSettings", key);
    if flag("StopTaskCachedChangesNotApplied") {
        Some("STOPPED_AFTER_FULL_LOAD")
    } else if flag("StopTaskCachedChangesApplied") {
        Some("STOPPED_AFTER_CACHED_EVENTS")
    } else {
        None
    }
}
