//! `--trace`, and the line that says why nothing seems to happen: retries that last.

use super::Terminal;
use dmsrun_aws::{CallEvent, Observer, RetryEvent};

/// Prints calls when tracing, and retries always.
#[derive(Debug)]
pub struct Tracer {
    terminal: Terminal,
    calls: bool,
}

impl Tracer {
    /// With `calls`, each call is printed.
    pub fn new(terminal: Terminal, calls: bool) -> Self {
        Self { terminal, calls }
    }
}

impl Observer for Tracer {
    fn call(&self, event: &CallEvent) {
        if self.calls {
            self.terminal.talk(&event.to_string());
        }
    }

    fn retry(&self, event: &RetryEvent) {
        self.terminal.talk(&event.to_string());
    }
}
