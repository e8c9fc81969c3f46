//! One execution of a task, from its fresh start on: what it loads, what it applies, and when the next
//! thing happens.

use super::super::time::{Millis, SECOND, epoch};
use super::{Apply, Load, State, StopAt, TableRun, cdc::CACHED};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

/// From the last row to the end of a task that does not go on.
pub(super) const ENDING: Millis = 8 * SECOND;

/// Before rows of a table are compared, its partitions are prepared.
const PREPARING: Millis = 4 * SECOND;

/// Rows a second that a thread of the validator compares.
const COMPARED: u64 = 200_000;

/// What a running task is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Phase {
    /// Connects, reads metadata, prepares the target's tables.
    Preparing(Millis),
    Loading,
    /// Nothing is left to do; it ends for that reason.
    Ending(Millis, String),
    Replicating,
}

/// An execution.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Run {
    /// When it started from nothing, and when it last started.
    pub(super) fresh: Millis,
    pub(super) start: Millis,
    pub(crate) stopped: Option<Millis>,
    load_began: Option<Millis>,
    load_ended: Option<Millis>,
    pub(crate) phase: Phase,
    pub(crate) load: Load,
    pub(crate) apply: Option<Apply>,
    /// The source's time from which changes count.
    pub(super) counts_from: Millis,
    /// Where replication begins, when that is not now.
    pub(super) from: Option<Millis>,
    pub(super) stop_at: Option<StopAt>,
    /// Ends when what was cached during the load is applied.
    pub(super) ends_settled: bool,
    pub(super) told_settled: bool,
    /// Rows a second that are validated; 0 when validation is off.
    compared: u64,
    /// Whether its counters were reset by a restart of the load.
    pub(super) only_validates: bool,
}

impl Run {
    pub(super) fn new(now: Millis, load: Load, threads: i64, only_validates: bool) -> Self {
        Self {
            fresh: now,
            start: now,
            stopped: None,
            load_began: None,
            load_ended: None,
            phase: Phase::Preparing(now),
            load,
            apply: None,
            counts_from: now,
            from: None,
            stop_at: None,
            ends_settled: false,
            told_settled: false,
            compared: u64::try_from(threads).unwrap_or(0) * COMPARED,
            only_validates,
        }
    }

    pub(super) fn set_threads(&mut self, threads: i64) {
        self.compared = u64::try_from(threads).unwrap_or(0) * COMPARED;
    }

    /// The time as this run sees it: it stands still once it has stopped.
    pub(crate) fn clock(&self, now: Millis) -> Millis {
        self.stopped.map_or(now, |s| s.min(now))
    }

    /// When the next thing happens, while it runs.
    pub(super) fn next_event(&self) -> Option<Millis> {
        let load = self.load.next_end();
        let phase = match &self.phase {
            Phase::Preparing(until) | Phase::Ending(until, _) => Some(*until),
            Phase::Loading => None,
            Phase::Replicating => self.next_of_replication(),
        };
        load.into_iter().chain(phase).min()
    }

    fn next_of_replication(&self) -> Option<Millis> {
        let apply = self.apply.as_ref().filter(|a| !a.is_halted())?;
        let settled = (!self.told_settled).then_some(apply.settled);
        let stop = self.stop_at.map(|stop| match stop {
            StopAt::Server(at) => at.max(self.start),
            StopAt::Commit(at) => apply.reaches(at),
        });
        settled.into_iter().chain(stop).min()
    }

    pub(super) fn load_begins(&mut self, now: Millis) {
        self.load_began.get_or_insert(now);
        self.load_ended = None;
        self.phase = Phase::Loading;
    }

    pub(super) fn load_ends(&mut self, now: Millis) {
        self.load_ended.get_or_insert(now);
    }

    pub(super) fn fresh_load(&mut self) {
        (self.load_began, self.load_ended) = (None, None);
    }

    /// Replication begins, or goes on from where it stood.
    pub(super) fn replicate(&mut self, now: Millis) {
        match &mut self.apply {
            Some(apply) => apply.resume(now),
            None => {
                let behind =
                    if self.load_began.is_some() { CACHED } else { 2 * super::cdc::STEADY };
                self.apply = Some(Apply::new(now, self.from.unwrap_or(now - behind)));
            }
        }
        self.phase = Phase::Replicating;
        self.told_settled = false;
    }

    pub(super) fn end(&mut self, now: Millis, reason: &str) {
        self.phase = Phase::Ending(now + ENDING, format!("Stop Reason {reason}"));
    }

    /// The source's time that is applied, where changes are replicated.
    pub(crate) fn position(&self, now: Millis) -> Option<Millis> {
        let apply = self.apply.as_ref()?;
        Some(apply.applied(self.clock(now)))
    }

    /// Captured and applied changes of a table: inserts, updates, deletes each.
    pub(crate) fn changes(&self, table: &TableRun, now: Millis) -> ([u64; 3], [u64; 3]) {
        let Some(apply) = &self.apply else { return ([0; 3], [0; 3]) };
        let now = self.clock(now);
        let from = self.counts_from;
        let count = |to| table.rates.map(|rate| super::changes(rate, from, to));
        (count(apply.captured(now)), count(apply.applied(now)))
    }

    pub(crate) fn validates(&self) -> bool {
        self.compared > 0
    }

    /// How many rows of a table have been validated, or nothing before that began.
    pub(crate) fn validated(&self, table: &TableRun, now: Millis) -> Option<u64> {
        let began = table.validates? + PREPARING;
        let span = self.clock(now) - began;
        if span < 0 {
            return None;
        }
        let rows = u128::from(self.compared) * u128::from(span.unsigned_abs()) / 1_000;
        Some(u64::try_from(rows).unwrap_or(u64::MAX).min(table.rows))
    }

    /// `ReplicationTaskStats`.
    pub(crate) fn stats(&self, now: Millis) -> Json {
        let now = self.clock(now);
        let count = |state| self.load.count(state);
        let percent = if self.only_validates { 100 } else { self.load.percent(now) };
        let mut stats = json!({
            "FullLoadProgressPercent": if self.load_began.is_some() { percent } else { 0 },
            "ElapsedTimeMillis": (now - self.start).max(0),
            "TablesLoaded": if self.load_began.is_some() { count(State::Completed) } else { 0 },
            "TablesLoading": count(State::Loading),
            "TablesQueued": count(State::Queued),
            "TablesErrored": count(State::Error),
            "FreshStartDate": epoch(self.fresh),
            "StartDate": epoch(self.start),
        });
        let dates = [
            ("StopDate", self.stopped),
            ("FullLoadStartDate", self.load_began),
            ("FullLoadFinishDate", self.load_ended),
        ];
        for (member, date) in dates {
            if let Some(date) = date {
                stats[member] = epoch(date);
            }
        }
        stats
    }
}
