//! The door: one call by name, with policy, conversion, retries, redaction and events.

use crate::{
    CallEvent, CallOptions, Config, Error, Identity, RetryEvent, WaitEvent,
    clients::{Clients, Connection},
    error::innermost,
    limits::Limits,
    policy::{Rules, repeatable},
    redaction, registry, retry,
    service::{Failure, FailureKind, Operation, Prepared, Reply, Service},
};
use dmsrun_base::{Map, Redactor, Timestamp, Value};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};
use tokio::sync::OnceCell;

/// The door to AWS. Cheap to clone; clones share clients, identity and policy.
#[derive(Clone)]
pub struct Aws(Arc<Inner>);

struct Inner {
    config: Config,
    rules: Rules,
    clients: Clients,
    limits: Limits,
    identities: Mutex<BTreeMap<Option<String>, Arc<OnceCell<Identity>>>>,
}

impl std::fmt::Debug for Aws {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Aws").field(&self.0.config).finish()
    }
}

impl Aws {
    /// Makes the door. Nothing is read, looked up or connected before the first call.
    pub fn new(config: Config) -> Self {
        let rules = Rules::new(config.policy.clone());
        let (clients, identities) = (Clients::new(), Mutex::default());
        Self(Arc::new(Inner { config, rules, clients, limits: Limits::default(), identities }))
    }

    /// Calls an operation by its name.
    pub async fn call(
        &self,
        service: &str,
        operation: &str,
        input: Value,
        options: &CallOptions,
    ) -> Result<Value, Error> {
        let (service, operation) = registry::find(service, operation)?;
        let call = Call { aws: &self.0, service, operation, options };
        call.refuse_changes()?;
        let input = call.with_token(input);
        let prepared = call.prepare(&input)?;
        call.dry_run()?;
        call.expectations().await?;
        call.send(&input, prepared).await
    }

    /// Who the caller is; asked once.
    pub async fn identity(&self) -> Result<Identity, Error> {
        self.0.identity(&None, None).await
    }

    /// The default region.
    pub async fn region(&self) -> Result<String, Error> {
        self.0.clients.region(&self.0.config).await
    }

    /// Refuses every other account and region from now on. `None` leaves what is expected already.
    pub fn expect(&self, account: Option<String>, region: Option<String>) {
        self.0.rules.change(|policy| {
            policy.expect_account = account.or(policy.expect_account.take());
            policy.expect_region = region.or(policy.expect_region.take());
        });
    }

    /// Refuses changes from now on, or allows them.
    pub fn set_read_only(&self, read_only: bool) {
        self.0.rules.change(|policy| policy.read_only = read_only);
    }

    /// Whether the local AWS answers.
    pub fn is_local(&self) -> bool {
        self.0.config.local
    }
}

impl Inner {
    async fn identity(
        &self,
        role: &Option<String>,
        timeout: Option<Duration>,
    ) -> Result<Identity, Error> {
        let cell = {
            let mut cells = self.identities.lock().unwrap_or_else(PoisonError::into_inner);
            cells.entry(role.clone()).or_default().clone()
        };
        cell.get_or_try_init(|| self.ask_identity(role, timeout)).await.cloned()
    }

    async fn ask_identity(
        &self,
        role: &Option<String>,
        timeout: Option<Duration>,
    ) -> Result<Identity, Error> {
        let (service, operation) = registry::find("sts", "get_caller_identity")?;
        let options = CallOptions { role: role.clone(), timeout, ..CallOptions::default() };
        let call = Call { aws: self, service, operation, options: &options };
        let input = Value::Map(Map::new());
        let answer = call.send(&input, call.prepare(&input)?).await?;
        let text = |key: &str| {
            answer.get(key).and_then(Value::as_str).map(str::to_owned).unwrap_or_default()
        };
        Ok(Identity { account: text("account"), arn: text("arn"), user_id: text("user_id") })
    }
}

/// Whether an input fits an operation: its names, types, enumeration values and what is required. Nothing
/// is sent, and no policy is asked.
///
/// # Errors
/// What a call with this input would be refused with before it is sent.
pub fn check_input(
    service: &str,
    operation: &str,
    input: &Value,
    redactor: &Redactor,
) -> Result<(), Error> {
    let (service, operation) = registry::find(service, operation)?;
    prepare(service, operation, input, redactor).map(drop)
}

fn prepare(
    service: &'static Service,
    operation: &'static Operation,
    input: &Value,
    redactor: &Redactor,
) -> Result<Prepared, Error> {
    // First, so that no message about a wrong input shows a secret of its.
    redaction::learn(input, operation.fields, redactor);
    (operation.prepare)(input).map_err(|bad| {
        let scrub = |text: String| redactor.scrub(&text);
        Error::Input {
            service: service.name,
            operation: operation.name,
            path: scrub(bad.path),
            message: scrub(bad.message),
            hint: bad.hint.map(scrub),
        }
    })
}

/// One call.
struct Call<'a> {
    aws: &'a Inner,
    service: &'static Service,
    operation: &'static Operation,
    options: &'a CallOptions,
}

/// How a call went so far.
struct Progress {
    started: Timestamp,
    /// Real time, for what is shown only: virtual time stands still during a call.
    begun: Instant,
    attempt: u32,
    /// How long it waited for its turn, where nobody said how long it may take: that is no part of what
    /// AWS may take.
    paced: Duration,
    /// Whether it may have been carried out by an attempt that failed.
    unclear: bool,
}

impl Progress {
    fn new(started: Timestamp) -> Self {
        Self { started, begun: Instant::now(), attempt: 0, paced: Duration::ZERO, unclear: false }
    }
}

impl Call<'_> {
    fn refused(&self, reason: String) -> Error {
        Error::Refused { service: self.service.name, operation: self.operation.name, reason }
    }

    fn refuse_changes(&self) -> Result<(), Error> {
        if self.operation.mutates() && self.aws.rules.now().read_only {
            return Err(self.refused("read-only: it may change something".into()));
        }
        Ok(())
    }

    fn dry_run(&self) -> Result<(), Error> {
        if self.operation.mutates() && self.aws.rules.now().dry_run {
            let (service, operation) = (self.service.name, self.operation.name);
            return Err(Error::DryRun { service, operation });
        }
        Ok(())
    }

    /// Refuses another account or region than the ones that are expected. A read may name another
    /// region; a change may not.
    async fn expectations(&self) -> Result<(), Error> {
        let policy = self.aws.rules.now();
        if let Some(wanted) = policy.expect_region {
            let own = self.options.region.as_ref();
            let region = match own.filter(|_| self.operation.mutates()) {
                Some(region) => region.clone(),
                None => self.aws.clients.region(&self.aws.config).await?,
            };
            if region != wanted {
                let reason = format!("this belongs to region {wanted}, the call goes to {region}");
                return Err(self.refused(reason));
            }
        }
        if let Some(wanted) = policy.expect_account
            && self.operation.name != "get_caller_identity"
        {
            let identity = self.aws.identity(&self.options.role, self.options.timeout).await?;
            if identity.account != wanted {
                return Err(self.refused(format!(
                    "this belongs to account {wanted}, the credentials are {} of account {}",
                    identity.arn, identity.account
                )));
            }
        }
        Ok(())
    }

    /// The input with the token that makes repeating harmless: the same for all attempts.
    fn with_token(&self, mut input: Value) -> Value {
        if let (Some(token), Value::Map(members)) = (self.operation.token, &mut input) {
            let slot = members.entry(token.to_owned()).or_default();
            if slot.is_null() {
                *slot = Value::String(self.aws.config.random.uuid());
            }
        }
        input
    }

    /// Whether the input holds a token of whatever name.
    fn has_token(&self, input: &Value) -> bool {
        ["client_token", "client_request_token", "idempotency_token"]
            .iter()
            .chain(&self.operation.token)
            .any(|token| input.get(token).is_some_and(|value| !value.is_null()))
    }

    fn prepare(&self, input: &Value) -> Result<Prepared, Error> {
        prepare(self.service, self.operation, input, &self.aws.config.redactor)
    }

    /// Sends it as often as it takes, and tells the observer how it ended.
    async fn send(&self, input: &Value, prepared: Prepared) -> Result<Value, Error> {
        let config = &self.aws.config;
        let mut progress = Progress::new(config.clock.now());
        let (region, role) = (self.options.region.as_deref(), self.options.role.as_deref());
        let connected = self.aws.clients.connect(config, self.service, region, role).await;
        let (result, region) = match connected {
            Ok(connection) => {
                let mut sent = self.attempts(&connection, input, prepared, &mut progress).await;
                if let Err(failure) = &mut sent {
                    self.say_how_often(failure, &progress);
                }
                let result = sent.map_err(|failure| {
                    (failure.request_id.clone(), self.error(failure, &connection, &progress))
                });
                (result, connection.region)
            }
            Err(error) => (Err((None, error)), String::new()),
        };
        if config.observer.wants_events() {
            self.tell(input, &result, region, &progress);
        }
        let reply = result.map_err(|(_, error)| error)?;
        redaction::learn(&reply.value, self.operation.outputs, &config.redactor);
        Ok(reply.value)
    }

    async fn attempts(
        &self,
        connection: &Connection,
        input: &Value,
        prepared: Prepared,
        progress: &mut Progress,
    ) -> Result<Reply, Failure> {
        let (config, mut next) = (&self.aws.config, Some(prepared));
        let deadline = self.options.timeout.unwrap_or(retry::DEADLINE);
        let token = self.has_token(input);
        loop {
            let prepared = match next.take() {
                Some(prepared) => prepared,
                None => (self.operation.prepare)(input).map_err(|bad| Failure::input(&bad))?,
            };
            let failure = match self.turn(connection, prepared, progress, deadline).await {
                Ok(reply) => return Ok(reply),
                Err(failure) => failure,
            };
            progress.unclear |= retry::is_unclear(&failure);
            let codes = &self.options.retry_codes;
            let (service, operation) = (self.service.name, self.operation.name);
            let Some(backoff) = retry::backoff(service, operation, &failure, token, codes) else {
                return Err(failure);
            };
            let delay = backoff.delay(progress.attempt, config.random.unit());
            let elapsed = self.elapsed(progress);
            let until = elapsed + delay;
            if progress.attempt >= backoff.attempts || until >= backoff.within.min(deadline) {
                return Err(failure);
            }
            self.tell_retry(&failure, connection, progress, delay, elapsed);
            config.clock.sleep(delay).await;
        }
    }

    /// An error that stood in spite of repeats says so: who reads it must not think of one mishap.
    fn say_how_often(&self, failure: &mut Failure, progress: &Progress) {
        if progress.attempt > 1 {
            let text = format!("sent {} times", progress.attempt);
            let elapsed = self.elapsed(progress).as_secs();
            let during = if elapsed > 0 { format!(" in {elapsed} s") } else { String::new() };
            let gap = if failure.message.is_empty() { "" } else { " " };
            failure.message = format!("{}{gap}({text}{during})", failure.message);
        }
    }

    /// One attempt, as soon as the service's limits have room for it.
    async fn turn(
        &self,
        connection: &Connection,
        prepared: Prepared,
        progress: &mut Progress,
        deadline: Duration,
    ) -> Result<Reply, Failure> {
        let (limits, clock) = (&self.aws.limits, &self.aws.config.clock);
        let before = self.elapsed(progress);
        let key = Limits::key(self.service.name, &connection.region, self.options.role.as_deref());
        let left = self.options.timeout.map(|timeout| timeout.saturating_sub(before));
        let reads = !self.operation.mutates();
        let tell = |why: &str| self.tell_wait(connection, why);
        let admitted = limits.admit(&key, reads, &**clock, left, &tell).await;
        let _place = admitted.map_err(Failure::unsent)?;
        if left.is_none() {
            progress.paced += self.elapsed(progress).saturating_sub(before);
        }
        let left = deadline.saturating_sub(self.elapsed(progress));
        progress.attempt += 1;
        let answer = self.attempt(connection, prepared, left).await;
        if answer.as_ref().is_err_and(retry::is_throttling) {
            limits.throttled(&key, clock.now());
        }
        answer
    }

    async fn attempt(
        &self,
        connection: &Connection,
        prepared: Prepared,
        left: Duration,
    ) -> Result<Reply, Failure> {
        let clock = &self.aws.config.clock;
        let answer = prepared(&connection.client);
        if clock.is_virtual() {
            // The local AWS marks its calls as under way, and may let time pass in one. A timeout is
            // no waiter: an answer that came too late is dropped instead.
            let begun = clock.now();
            let answer = answer.await;
            let took = Duration::try_from(clock.now().duration_since(begun)).unwrap_or_default();
            return if took > left { Err(Failure::timeout(left)) } else { answer };
        }
        match tokio::time::timeout(left, answer).await {
            Ok(answer) => answer,
            Err(_) => Err(Failure::timeout(left)),
        }
    }

    fn elapsed(&self, progress: &Progress) -> Duration {
        let elapsed = self.aws.config.clock.now().duration_since(progress.started);
        Duration::try_from(elapsed).unwrap_or_default().saturating_sub(progress.paced)
    }

    fn error(&self, failure: Failure, connection: &Connection, progress: &Progress) -> Error {
        let config = &self.aws.config;
        let (service, operation) = (self.service.name, self.operation.name);
        let retryable = retry::is_transient(self.service.name, &failure);
        let text = config.redactor.scrub(&failure.message);
        let region: Box<str> = connection.region.as_str().into();
        let after = self.options.timeout.unwrap_or(retry::DEADLINE);
        // What is repeated anyway does no harm when it was done already.
        let unclear = progress.unclear && self.operation.mutates() && !repeatable(operation);
        match failure.kind {
            FailureKind::Credentials => Error::NoCredentials {
                profile: config.profile.clone(),
                role: self.options.role.clone(),
                cause: innermost(&text),
            },
            FailureKind::Unreachable | FailureKind::Lost => {
                let endpoint = connection
                    .endpoint
                    .clone()
                    .unwrap_or_else(|| format!("the AWS endpoint of {service} in {region}"));
                let (cause, sent) =
                    (innermost(&text), failure.kind == FailureKind::Lost || unclear);
                Error::Dispatch { service, operation, endpoint, cause, sent, region }
            }
            FailureKind::Timeout | FailureKind::Unsent => {
                let sent = failure.kind == FailureKind::Timeout || unclear;
                Error::Timeout { service, operation, after, cause: innermost(&text), sent, region }
            }
            FailureKind::Service | FailureKind::Other => {
                let code =
                    if failure.code.is_empty() { "ClientError".into() } else { failure.code };
                let (message, request_id) = (text, failure.request_id.map(Into::into));
                // AWS tells a code: what fails without one is an endpoint that lacks the operation.
                if unclear && code != "HTTP500" {
                    return Error::Unclear {
                        service,
                        operation,
                        code,
                        message,
                        request_id,
                        region,
                    };
                }
                Error::Service { service, operation, code, message, request_id, retryable, region }
            }
        }
    }

    fn tell(
        &self,
        input: &Value,
        result: &Result<Reply, (Option<String>, Error)>,
        region: String,
        progress: &Progress,
    ) {
        let config = &self.aws.config;
        let (request_id, outcome) = match result {
            Ok(reply) => (reply.request_id.clone(), Ok(())),
            Err((request_id, error)) => {
                let fields = error.fields();
                (request_id.clone(), Err((fields.code, fields.message)))
            }
        };
        config.observer.call(&CallEvent {
            at: progress.started,
            service: self.service.name,
            operation: self.operation.name,
            region,
            role: self.options.role.clone(),
            mutates: self.operation.mutates(),
            attempts: progress.attempt,
            duration: progress.begun.elapsed(),
            request_id,
            outcome,
            parameters: redaction::masked(input, self.operation.fields, &config.redactor),
        });
    }

    fn tell_wait(&self, connection: &Connection, why: &str) {
        let (service, operation) = (self.service.name, self.operation.name);
        let (region, why) = (connection.region.clone(), why.to_owned());
        self.aws.config.observer.waits(&WaitEvent { service, operation, region, why });
    }

    fn tell_retry(
        &self,
        failure: &Failure,
        connection: &Connection,
        progress: &Progress,
        delay: Duration,
        elapsed: Duration,
    ) {
        let config = &self.aws.config;
        config.observer.retry(&RetryEvent {
            service: self.service.name,
            operation: self.operation.name,
            region: connection.region.clone(),
            attempt: progress.attempt,
            delay,
            elapsed,
            code: match failure.kind {
                FailureKind::Unreachable => "ConnectionFailed".into(),
                FailureKind::Lost => "AnswerLost".into(),
                FailureKind::Timeout | FailureKind::Unsent => "Timeout".into(),
                _ => failure.code.clone(),
            },
            message: innermost(&config.redactor.scrub(&failure.message)),
        });
    }
}
