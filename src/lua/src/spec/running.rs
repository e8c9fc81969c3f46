//! What runs at this moment, for whoever has to say it when a run is ended from outside.

use super::{Status, Summary};
use dmsrun_diag::Span;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// What is under way, and how far a run has come. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Running(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    files: usize,
    summary: Summary,
    /// By file: since when, and the test in it.
    under_way: BTreeMap<String, (Instant, Option<Current>)>,
}

/// A test that runs.
#[derive(Clone, Debug)]
pub struct Current {
    /// The names of its blocks and its own.
    pub name: String,
    /// Where it stands.
    pub place: Option<Span>,
}

/// A file that is under way.
#[derive(Clone, Debug)]
pub struct UnderWay {
    /// The file.
    pub file: String,
    /// Its test that runs; `None` while it is read or its blocks are set up.
    pub test: Option<Current>,
    /// For how long.
    pub took: Duration,
}

impl Running {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A run of so many files begins.
    pub(super) fn begin(&self, files: usize) {
        *self.state() = State { files, ..State::default() };
    }

    pub(super) fn file(&self, file: &str) {
        self.state().under_way.insert(file.to_owned(), (Instant::now(), None));
    }

    pub(super) fn test(&self, file: &str, test: Current) {
        self.state().under_way.insert(file.to_owned(), (Instant::now(), Some(test)));
    }

    pub(super) fn ended(&self, status: Status) {
        self.state().summary.count(status);
    }

    pub(super) fn file_end(&self, file: &str) {
        let mut state = self.state();
        state.summary.files += 1;
        state.under_way.remove(file);
    }

    /// How many files there are, what came of the tests so far, and what is under way.
    pub fn now(&self) -> (usize, Summary, Vec<UnderWay>) {
        let state = self.state();
        let under_way = state.under_way.iter().map(|(file, (since, test))| UnderWay {
            file: file.clone(),
            test: test.clone(),
            took: since.elapsed(),
        });
        (state.files, state.summary, under_way.collect())
    }
}
