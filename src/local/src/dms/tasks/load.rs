//! The full load: tables side by side, each at its pace, computed from event to event in whole numbers.

use super::super::{
    catalogue::Table,
    offers::Class,
    selection::Chosen,
    time::{Millis, SECOND},
};
use super::settings::Settings;
use serde::{Deserialize, Serialize};

/// What one subtask moves on a `dms.t3.medium` with endless commits, bytes a second.
const SUBTASK: f64 = 18_720_000.0;

/// What one vCPU moves at most, bytes a second.
const VCPU: f64 = 64_000_000.0;

/// No table loads faster than this: it is created, opened and closed.
const SHORTEST: Millis = 2 * SECOND;

/// Rows a second of a table whose LOBs are looked up one by one.
const WHOLE_LOBS: u64 = 1_500;

/// Where a table is in its load.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum State {
    /// Known, and not to be loaded before a reload asks for it.
    Idle,
    /// Waiting for a subtask.
    Queued,
    Loading,
    Completed,
    Cancelled,
    Error,
}

/// A table of a task.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct TableRun {
    pub(crate) schema: String,
    pub(crate) table: String,
    pub(crate) target: (String, String),
    load_order: u32,
    pub(crate) rows: u64,
    /// Bytes of a row as they are moved, LOBs cut.
    pub(crate) row_bytes: u64,
    pub(crate) has_key: bool,
    /// The largest LOB and the size it is cut to, KB, where something is cut.
    pub(crate) cut: Option<(u64, u64)>,
    /// Inserts, updates and deletes an hour.
    pub(crate) rates: [u64; 3],
    pub(crate) state: State,
    pub(crate) reloaded: bool,
    /// Thousandths of rows that were loaded when the load was last settled.
    done: u64,
    /// Thousandths of rows a second, alone and now.
    top: u64,
    rate: u64,
    pub(crate) began: Option<Millis>,
    pub(crate) ended: Option<Millis>,
    /// From when on its rows are validated.
    pub(crate) validates: Option<Millis>,
}

impl TableRun {
    /// A table as the mappings and the settings make it.
    pub(crate) fn new(table: &Table, chosen: &Chosen, settings: &Settings, class: &Class) -> Self {
        let limited = settings.flag("TargetMetadata", "LimitedSizeLobMode");
        let of_task = if limited {
            u64::try_from(settings.int("TargetMetadata", "LobMaxSize")).unwrap_or(0)
        } else {
            0
        };
        let limit = chosen.lob_kb.unwrap_or(of_task);
        let largest = table.largest_lob_kb();
        let whole = largest.is_some() && limit == 0;
        let lobs = if whole { table.lob_bytes } else { table.lob_bytes.min(limit * 1024) };
        let row_bytes = (table.row_bytes + lobs).max(1);
        let commit = settings.int("FullLoadSettings", "CommitRate").max(1) as f64;
        let subtasks = settings.int("FullLoadSettings", "MaxFullLoadSubTasks").max(1) as f64;
        // Segments share the subtasks, and each one more helps a little less.
        let segments = f64::from(chosen.segments).min(subtasks).powf(0.8);
        let bytes = SUBTASK * class.speed * commit / (commit + 2_000.0) * segments;
        let mut top = (bytes * 1_000.0) as u64 / row_bytes;
        if whole {
            top = top.min(WHOLE_LOBS * 1_000);
        }
        let total = table.rows.max(1) * 1_000;
        let top = top.min(total / SHORTEST.unsigned_abs() * 1_000).max(1_000);
        Self {
            schema: table.schema.clone(),
            table: table.name.clone(),
            target: (chosen.target_schema.clone(), chosen.target_table.clone()),
            load_order: chosen.load_order,
            rows: table.rows,
            row_bytes,
            has_key: table.has_key(),
            cut: largest.filter(|kb| limit > 0 && *kb > limit).map(|kb| (kb, limit)),
            rates: [table.inserts, table.updates, table.deletes],
            state: State::Queued,
            reloaded: false,
            done: 0,
            top,
            rate: 0,
            began: None,
            ended: None,
            validates: None,
        }
    }

    fn total(&self) -> u64 {
        self.rows.max(1) * 1_000
    }

    /// Puts it back into the queue.
    pub(crate) fn queue(&mut self) {
        (self.state, self.done, self.rate) = (State::Queued, 0, 0);
        (self.began, self.ended, self.validates) = (None, None, None);
    }

    /// Takes it as loaded: a task that only replicates loads nothing.
    pub(crate) fn skip(&mut self) {
        self.state = State::Completed;
    }

    /// Loaded rows at a time, when the load was last settled at `settled`.
    pub(crate) fn loaded(&self, settled: Millis, now: Millis) -> u64 {
        let more =
            if self.state == State::Loading { moved(self.rate, (now - settled).max(0)) } else { 0 };
        ((self.done + more) / 1_000).min(self.rows)
    }

    /// Rows a second that it loads now.
    pub(crate) fn pace(&self) -> u64 {
        if self.state == State::Loading { self.rate / 1_000 } else { 0 }
    }

    /// `schema.table`, for messages.
    pub(crate) fn label(&self) -> String {
        format!("'{}'.'{}'", self.schema, self.table)
    }
}

/// Thousandths of rows that a rate moves in a span.
fn moved(rate: u64, span: Millis) -> u64 {
    let all = u128::from(rate) * u128::from(span.unsigned_abs()) / 1_000;
    u64::try_from(all).unwrap_or(u64::MAX)
}

/// The load of a task's tables.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Load {
    pub(crate) tables: Vec<TableRun>,
    /// When the tables' progress was last brought up to date.
    settled: Millis,
    subtasks: usize,
    /// Bytes a second of the whole instance.
    capacity: u64,
}

impl Load {
    pub(crate) fn new(tables: Vec<TableRun>, settings: &Settings, class: &Class) -> Self {
        let subtasks = settings.int("FullLoadSettings", "MaxFullLoadSubTasks").max(1);
        Self {
            tables,
            settled: 0,
            subtasks: usize::try_from(subtasks).unwrap_or(1),
            capacity: (VCPU * class.speed * f64::from(class.vcpus)) as u64,
        }
    }

    /// Gives free subtasks to queued tables, and every loading table its share; gives the tables that
    /// began.
    pub(crate) fn fill(&mut self, now: Millis) -> Vec<usize> {
        self.settle(now);
        let mut began = Vec::new();
        let mut free = self.subtasks.saturating_sub(self.count(State::Loading));
        while free > 0 {
            // The highest load order first, then by name: the list is sorted by name.
            let waiting = self.tables.iter().enumerate().filter(|(_, t)| t.state == State::Queued);
            let next = waiting.min_by_key(|(at, t)| (std::cmp::Reverse(t.load_order), *at));
            let Some(at) = next.map(|(at, _)| at) else { break };
            let table = &mut self.tables[at];
            table.state = State::Loading;
            table.began = Some(now);
            began.push(at);
            free -= 1;
        }
        self.share();
        began
    }

    fn share(&mut self) {
        let wish = |t: &TableRun| u128::from(t.top) * u128::from(t.row_bytes) / 1_000;
        let loading = || self.tables.iter().filter(|t| t.state == State::Loading);
        let sum: u128 = loading().map(wish).sum();
        let capacity = u128::from(self.capacity);
        for table in self.tables.iter_mut().filter(|t| t.state == State::Loading) {
            let rate = if sum > capacity {
                u64::try_from(u128::from(table.top) * capacity / sum).unwrap_or(table.top)
            } else {
                table.top
            };
            table.rate = rate.max(1);
        }
    }

    fn settle(&mut self, now: Millis) {
        let span = (now - self.settled).max(0);
        for table in self.tables.iter_mut().filter(|t| t.state == State::Loading) {
            table.done = (table.done + moved(table.rate, span)).min(table.total());
        }
        self.settled = now;
    }

    /// When the next table is done.
    pub(crate) fn next_end(&self) -> Option<Millis> {
        let loading = self.tables.iter().filter(|t| t.state == State::Loading);
        loading
            .map(|t| {
                let left = u128::from(t.total().saturating_sub(t.done)) * 1_000;
                let span = left.div_ceil(u128::from(t.rate.max(1)));
                self.settled + Millis::try_from(span).unwrap_or(Millis::MAX / 4)
            })
            .min()
    }

    /// Completes the tables that are done by now; gives them.
    pub(crate) fn complete(&mut self, now: Millis) -> Vec<usize> {
        self.settle(now);
        let mut ended = Vec::new();
        for (at, table) in self.tables.iter_mut().enumerate() {
            if table.state == State::Loading && table.done >= table.total() {
                table.state = State::Completed;
                table.ended = Some(now);
                ended.push(at);
            }
        }
        ended
    }

    /// Stops what is under way, leaving it in `state`.
    pub(crate) fn halt(&mut self, now: Millis, state: State, queued_too: bool) {
        self.settle(now);
        for table in &mut self.tables {
            let hit = table.state == State::Loading || (queued_too && table.state == State::Queued);
            if hit {
                table.state = state;
                table.ended = Some(now);
            }
        }
    }

    pub(crate) fn count(&self, state: State) -> usize {
        self.tables.iter().filter(|t| t.state == state).count()
    }

    /// Whether something loads or waits to.
    pub(crate) fn is_busy(&self) -> bool {
        self.tables.iter().any(|t| matches!(t.state, State::Loading | State::Queued))
    }

    pub(crate) fn loaded(&self, table: &TableRun, now: Millis) -> u64 {
        table.loaded(self.settled, now)
    }

    /// How much of all rows is loaded, 0 to 100; 100 only when everything is.
    pub(crate) fn percent(&self, now: Millis) -> i64 {
        let total: u64 = self.tables.iter().map(|t| t.rows).sum();
        let done: u64 = self.tables.iter().map(|t| self.loaded(t, now)).sum();
        let complete = self.tables.iter().all(|t| t.state == State::Completed);
        if complete {
            return 100;
        }
        i64::try_from(u128::from(done) * 100 / u128::from(total.max(1))).unwrap_or(0).min(99)
    }
}
