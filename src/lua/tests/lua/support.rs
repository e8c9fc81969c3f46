//! A host on virtual time that remembers what it showed.

use dmsrun_base::{Clock as _, Timestamp, VirtualClock};
use dmsrun_diag::Diagnostic;
use dmsrun_lua::{Host, HostConfig, ui::Recording};
use std::sync::Arc;

#[path = "support_aws.rs"]
mod support_aws;

pub struct Bench {
    pub host: Host,
    pub ui: Recording,
    pub clock: VirtualClock,
}

pub fn config(ui: &Recording, clock: &VirtualClock) -> HostConfig {
    let mut config = HostConfig::bare();
    config.ui = Arc::new(ui.clone());
    let clock: Arc<VirtualClock> = Arc::new(clock.clone());
    let aws = support_aws::aws(clock.clone(), &config.random, &config.redactor);
    config.with_session(aws, clock)
}

pub fn clock() -> VirtualClock {
    VirtualClock::new(Timestamp::from_second(1_800_000_000).unwrap(), None)
}

impl Bench {
    pub fn new() -> Self {
        Self::with(|_| {})
    }

    pub fn with(change: impl FnOnce(&mut HostConfig)) -> Self {
        let (ui, clock) = (Recording::default(), clock());
        let mut config = config(&ui, &clock);
        change(&mut config);
        Self { host: Host::new(config).unwrap(), ui, clock }
    }

    /// Runs a text that must go well; what it printed.
    pub fn run(&self, text: &str) -> Vec<String> {
        let before = self.ui.out_lines().len();
        match self.host.run_string("test.lua", text) {
            Ok(0) => self.ui.out_lines().split_off(before),
            other => panic!("{other:?}\n{:?}", self.ui.err_lines()),
        }
    }

    /// Runs a text that must fail.
    pub fn fail(&self, text: &str) -> Diagnostic {
        match self.host.run_string("test.lua", text) {
            Err(diagnostic) => diagnostic,
            Ok(code) => panic!("it ended with {code}"),
        }
    }

    /// Seconds that passed on the clock.
    pub fn passed(&self) -> i64 {
        self.clock.now().as_second() - 1_800_000_000
    }
}

pub fn line(diagnostic: &Diagnostic) -> String {
    let span = diagnostic.span.as_ref();
    let place = span.map(|s| format!("{}:{}: ", s.file, s.line)).unwrap_or_default();
    let hints: Vec<&str> = diagnostic.hints.iter().map(|h| h.text.as_str()).collect();
    let hints = if hints.is_empty() { String::new() } else { format!(" [{}]", hints.join(" ")) };
    format!("{place}{diagnostic}{hints}")
}
