//! `--trace`, and the line that says why nothing seems to happen: retries that last.

use super::Terminal;
use dmsrun_aws::{CallEvent, Observer, RetryEvent, WaitEvent};
use dmsrun_lua::{spec::Transcript, ui::Ui as _};
use std::time::Duration;

/// Retries are shown once a call has lasted this long.
const LASTING: Duration = Duration::from_secs(5);

/// Prints calls when tracing, and retries that last.
#[derive(Debug)]
pub struct Tracer {
    terminal: Terminal,
    calls: bool,
    /// Where what is told goes instead, unless every call is traced.
    aside: Option<Transcript>,
}

impl Tracer {
    /// With `calls`, each call is printed.
    pub fn new(terminal: Terminal, calls: bool) -> Self {
        Self { terminal, calls, aside: None }
    }

    /// The same for a spec: what is told belongs to what the spec prints, and not between the results.
    pub fn aside(self, transcript: Transcript) -> Self {
        Self { aside: Some(transcript), ..self }
    }

    fn tell(&self, text: &str) {
        match self.aside.as_ref().filter(|_| !self.wants_events()) {
            Some(aside) => aside.err(text),
            None => self.terminal.talk(text),
        }
    }
}

impl Observer for Tracer {
    fn call(&self, event: &CallEvent) {
        if self.wants_events() {
            self.terminal.talk(&line(event));
        }
    }

    fn retry(&self, event: &RetryEvent) {
        if self.wants_events() || event.elapsed >= LASTING {
            self.tell(&format!(
                "retry    {}:{} answered {}; attempt {} in {:.1} s",
                event.service,
                event.operation,
                event.code,
                event.attempt + 1,
                event.delay.as_secs_f64()
            ));
        }
    }

    fn waits(&self, event: &WaitEvent) {
        self.tell(&format!(
            "waiting  {}:{} is not sent yet: {}",
            event.service, event.operation, event.why
        ));
    }

    fn wants_events(&self) -> bool {
        self.calls || self.terminal.is_tracing()
    }
}

fn line(event: &CallEvent) -> String {
    let outcome = match &event.outcome {
        Ok(()) => "ok".to_owned(),
        Err((code, message)) => format!("{code}: {message}"),
    };
    let sort = if event.mutates { "mutates" } else { "reads" };
    let attempts = match event.attempts {
        0 | 1 => String::new(),
        n => format!(" · {n} attempts"),
    };
    let id = event.request_id.as_deref().map(|id| format!(" · {id}")).unwrap_or_default();
    format!(
        "trace    {}:{} {} · {sort} · {outcome} · {:.1} ms{attempts}{id} · {}",
        event.service,
        event.operation,
        event.region,
        event.duration.as_secs_f64() * 1000.0,
        event.parameters
    )
}
