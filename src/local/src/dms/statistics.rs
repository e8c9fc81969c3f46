//! Table statistics of a task, and the size of its logs.

use super::{
    Answer,
    input::Input,
    paging,
    region::Shard,
    tasks::{Run, State, TableRun, Task},
    time::{Millis, epoch},
};
use serde_json::{Value as Json, json};

impl Shard<'_> {
    pub(crate) fn describe_statistics(&self, input: &Input) -> Answer {
        let arn = input.required("ReplicationTaskArn")?;
        let task = self.region.task(arn)?;
        let limits = &paging::STATISTICS;
        let mut answer = self.statistics_of(task, "TableStatistics", limits, input)?;
        answer["ReplicationTaskArn"] = json!(arn);
        Ok(answer)
    }

    /// A page of the statistics of a job, under `member`.
    pub(crate) fn statistics_of(
        &self,
        task: &Task,
        member: &str,
        limits: &paging::Limits,
        input: &Input,
    ) -> Answer {
        let filters = paging::filters(input, &["schema-name", "table-name", "table-state"])?;
        let tables = task.run.as_ref().map(|r| r.load.tables.as_slice()).unwrap_or_default();
        let numbered: Vec<(u64, &TableRun)> = (1u64..).zip(tables).collect();
        let found = paging::select(&numbered, &filters, "tables", |(_, t), name| {
            vec![match name {
                "schema-name" => t.schema.clone(),
                "table-name" => t.table.clone(),
                _ => state(t).to_owned(),
            }]
        })?;
        let rows = found.into_iter().filter_map(|(n, t)| {
            let run = task.run.as_ref()?;
            Some((*n, statistics(run, t, self.now)))
        });
        paging::page(input, limits, member, rows)
    }

    pub(crate) fn describe_task_logs(&self, input: &Input) -> Answer {
        let arn = input.required("ReplicationInstanceArn")?;
        self.region.instance(arn)?;
        let tasks = self.region.tasks.iter().filter(|t| t.instance_arn == arn && t.log_bytes > 0);
        let items = tasks.map(|t| {
            json!({
                "ReplicationTaskName": t.identifier,
                "ReplicationTaskArn": t.arn,
                "ReplicationInstanceTaskLogSize": t.log_bytes,
            })
        });
        let mut answer =
            paging::page_fixed(input, &paging::USUAL, "ReplicationInstanceTaskLogs", items)?;
        answer["ReplicationInstanceArn"] = json!(arn);
        Ok(answer)
    }
}

fn state(table: &TableRun) -> &'static str {
    match table.state {
        State::Queued if table.reloaded => "Table is being reloaded",
        State::Idle | State::Queued => "Before load",
        State::Loading => "Full load",
        State::Completed => "Table completed",
        State::Cancelled => "Table cancelled",
        State::Error => "Table error",
    }
}

fn statistics(run: &Run, table: &TableRun, now: Millis) -> Json {
    let (captured, applied) = run.changes(table, now);
    let now = run.clock(now);
    let (validation, pending) = validation(run, table, now);
    let mut answer = json!({
        "SchemaName": table.schema,
        "TableName": table.table,
        "Inserts": captured[0],
        "Updates": captured[1],
        "Deletes": captured[2],
        "Ddls": 0,
        "AppliedInserts": applied[0],
        "AppliedUpdates": applied[1],
        "AppliedDeletes": applied[2],
        "AppliedDdls": 0,
        "FullLoadRows": run.load.loaded(table, now),
        "FullLoadCondtnlChkFailedRows": 0,
        "FullLoadErrorRows": 0,
        "FullLoadReloaded": table.reloaded,
        "LastUpdateTime": epoch(now),
        "TableState": state(table),
        "ValidationState": validation,
        "ValidationPendingRecords": pending,
        "ValidationFailedRecords": 0,
        "ValidationSuspendedRecords": 0,
        "ResyncState": "Not enabled",
        "ResyncRowsAttempted": 0,
        "ResyncRowsSucceeded": 0,
        "ResyncRowsFailed": 0,
        "ResyncProgress": 0.0,
    });
    if let Some(began) = table.began {
        answer["FullLoadStartTime"] = epoch(began);
    }
    if let Some(ended) = table.ended {
        answer["FullLoadEndTime"] = epoch(ended);
    }
    answer
}

/// The state of a table's validation, and how many of its rows still wait.
fn validation(run: &Run, table: &TableRun, now: Millis) -> (&'static str, u64) {
    if !run.validates() {
        return ("Not enabled", 0);
    }
    if !table.has_key {
        return ("No primary key", 0);
    }
    if table.state == State::Error {
        return ("Table error", 0);
    }
    if table.validates.is_none() {
        return ("Pending validation", 0);
    }
    match run.validated(table, now) {
        None => ("Preparing table", table.rows),
        Some(done) if done < table.rows => ("Pending records", table.rows - done),
        Some(_) => ("Validated", 0),
    }
}
