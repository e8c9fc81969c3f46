//! An HTTP client that answers from a function and remembers what it was asked.

use aws_smithy_runtime_api::client::{
    http::{
        HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
        SharedHttpConnector,
    },
    orchestrator::{HttpRequest, HttpResponse},
    result::ConnectorError,
    runtime_components::RuntimeComponents,
};
use aws_smithy_types::body::SdkBody;
use dmsrun_aws::{Aws, CallEvent, Config, Observer, Policy, RetryEvent, WaitEvent};
use dmsrun_base::{Clock, Random, Redactor, Timestamp, Value, VirtualClock, drive};
use std::{
    fmt,
    future::Future,
    sync::{Arc, Mutex},
    time::Duration,
};

/// A request as the service sees it.
#[derive(Clone, Debug)]
pub struct Asked {
    pub uri: String,
    pub target: String,
    pub body: String,
}

/// An answer: a status and a body, or a failure of the connection.
pub type Answer = Result<(u16, String), ConnectorError>;
type Answers = Arc<dyn Fn(&Asked, usize) -> Answer + Send + Sync>;

#[derive(Clone)]
pub struct Fake {
    answers: Answers,
    pub asked: Arc<Mutex<Vec<Asked>>>,
    pub events: Arc<Mutex<Vec<CallEvent>>>,
    pub retries: Arc<Mutex<Vec<RetryEvent>>>,
    pub waits: Arc<Mutex<Vec<WaitEvent>>>,
    pub clock: VirtualClock,
    pub redactor: Redactor,
    /// How long an answer takes.
    pub delay: Duration,
}

impl fmt::Debug for Fake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fake")
    }
}

impl HttpConnector for Fake {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let body = request.body().bytes().unwrap_or_default();
        let asked = Asked {
            uri: request.uri().to_owned(),
            target: request.headers().get("x-amz-target").unwrap_or_default().to_owned(),
            body: String::from_utf8_lossy(body).into_owned(),
        };
        let count = {
            let mut all = self.asked.lock().unwrap();
            all.push(asked.clone());
            all.len()
        };
        let answer = (self.answers)(&asked, count).map(|(status, body)| {
            let status = status.try_into().expect("a status");
            let mut response = HttpResponse::new(status, SdkBody::from(body));
            response.headers_mut().insert("x-amzn-requestid", format!("req-{count}"));
            response
        });
        let delay = (!self.delay.is_zero()).then(|| self.clock.sleep(self.delay));
        HttpConnectorFuture::new(async move {
            if let Some(delay) = delay {
                delay.await;
            }
            answer
        })
    }
}

impl HttpClient for Fake {
    fn http_connector(
        &self,
        _: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl Observer for Fake {
    fn call(&self, event: &CallEvent) {
        self.events.lock().unwrap().push(event.clone());
    }
    fn retry(&self, event: &RetryEvent) {
        self.retries.lock().unwrap().push(event.clone());
    }
    fn waits(&self, event: &WaitEvent) {
        self.waits.lock().unwrap().push(event.clone());
    }
}

impl Fake {
    /// Answers from a function of the request and its number, from 1.
    pub fn new(answers: impl Fn(&Asked, usize) -> Answer + Send + Sync + 'static) -> Self {
        let start = Timestamp::from_second(1_800_000_000).expect("a valid time");
        Self {
            answers: Arc::new(answers),
            asked: Arc::default(),
            events: Arc::default(),
            retries: Arc::default(),
            waits: Arc::default(),
            clock: VirtualClock::new(start, None),
            redactor: Redactor::new(),
            delay: Duration::ZERO,
        }
    }

    /// Answers every request with the same JSON.
    pub fn always(status: u16, body: serde_json::Value) -> Self {
        Self::new(move |_, _| Ok((status, body.to_string())))
    }

    /// The door to it.
    pub fn aws(&self, policy: Policy) -> Aws {
        Aws::new(Config {
            profile: None,
            region: Some("eu-west-1".into()),
            endpoint_url: None,
            http_client: Some(SharedHttpClient::new(self.clone())),
            credentials: Some(("key".into(), "secret".into())),
            clock: Arc::new(self.clock.clone()),
            random: Random::seeded(1),
            redactor: self.redactor.clone(),
            policy,
            observer: Arc::new(self.clone()),
            local: true,
        })
    }

    /// Runs a future on virtual time.
    pub fn run<F: Future>(&self, future: F) -> F::Output {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        // A pause that the runtime makes must not look as if nothing could run.
        runtime.block_on(tokio::task::unconstrained(drive(&self.clock, future)))
    }

    /// How long it took on virtual time.
    pub fn seconds(&self) -> i64 {
        self.clock.now().as_second() - 1_800_000_000
    }

    pub fn count(&self) -> usize {
        self.asked.lock().unwrap().len()
    }
}

/// A value of JSON.
pub fn value(json: serde_json::Value) -> Value {
    Value::from_json(json)
}
