//! Who is told of calls and retries: the trace, the progress line, a test.

use dmsrun_base::Timestamp;
use std::time::Duration;

/// A call that ended.
#[derive(Debug, Clone)]
pub struct CallEvent {
    /// When it began.
    pub at: Timestamp,
    /// The service.
    pub service: &'static str,
    /// The operation.
    pub operation: &'static str,
    /// The region.
    pub region: String,
    /// The role it was made in, where one was assumed.
    pub role: Option<String>,
    /// Whether it may change something.
    pub mutates: bool,
    /// How often it was sent.
    pub attempts: u32,
    /// How long it took in real time, waits included.
    pub duration: Duration,
    /// The id that AWS gave the request.
    pub request_id: Option<String>,
    /// Nothing, or the code and message of the error.
    pub outcome: Result<(), (String, String)>,
    /// The input as JSON, secrets masked.
    pub parameters: String,
}

/// A call that is about to be repeated.
#[derive(Debug, Clone)]
pub struct RetryEvent {
    /// The service.
    pub service: &'static str,
    /// The operation.
    pub operation: &'static str,
    /// The region.
    pub region: String,
    /// How often it was sent so far.
    pub attempt: u32,
    /// How long until the next time.
    pub delay: Duration,
    /// How long the call has lasted.
    pub elapsed: Duration,
    /// The error's code.
    pub code: String,
    /// The error's message.
    pub message: String,
}

/// A call that is not sent yet, and that for a while.
#[derive(Debug, Clone)]
pub struct WaitEvent {
    /// The service.
    pub service: &'static str,
    /// The operation.
    pub operation: &'static str,
    /// The region.
    pub region: String,
    /// What it waits for.
    pub why: String,
}

/// Who is told.
pub trait Observer: Send + Sync {
    /// A call ended.
    fn call(&self, event: &CallEvent);
    /// A call is about to be repeated.
    fn retry(&self, event: &RetryEvent);
    /// A call waits for its turn, or for a place among those that are under way. Told once in a minute
    /// for each service.
    fn waits(&self, _event: &WaitEvent) {}
    /// Whether events are wanted at all; making the parameters' text takes time.
    fn wants_events(&self) -> bool {
        true
    }
}

/// Tells nobody.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Observer for Silent {
    fn call(&self, _: &CallEvent) {}
    fn retry(&self, _: &RetryEvent) {}
    fn wants_events(&self) -> bool {
        false
    }
}
