//! A service and its operations at run time, and what comes back from sending one.

use crate::shape::{Bad, Field, text_or_bytes};
use aws_smithy_runtime_api::client::{orchestrator::HttpResponse, result::SdkError};
use aws_smithy_types::{
    byte_stream::ByteStream,
    error::metadata::{ErrorMetadata, ProvideErrorMetadata},
};
use aws_types::{SdkConfig, request_id::RequestId};
use dmsrun_base::Value;
use std::{
    any::Any, error::Error as StdError, future::Future, pin::Pin, sync::Arc, time::Duration,
};

/// A service of AWS, as the door reaches it.
pub struct Service {
    /// Its name here, such as `dms`.
    pub name: &'static str,
    /// Its name in words.
    pub title: &'static str,
    pub(crate) client: fn(&SdkConfig, &Setup) -> AnyClient,
    pub(crate) operations: &'static [Operation],
}

impl Service {
    /// Its operations, in the order of their names.
    pub fn operations(&self) -> &'static [Operation] {
        self.operations
    }

    /// One operation by its name.
    pub fn operation(&self, name: &str) -> Option<&'static Operation> {
        self.operations
            .binary_search_by(|operation| operation.name.cmp(name))
            .ok()
            .map(|index| &self.operations[index])
    }
}

/// An operation of a service.
pub struct Operation {
    /// Its name here, such as `describe_endpoints`.
    pub name: &'static str,
    /// Its name on the wire, such as `DescribeEndpoints`.
    pub wire_name: &'static str,
    /// How its answer is paged, where it is.
    pub pages: Option<Pages>,
    pub(crate) fields: &'static [Field],
    pub(crate) outputs: &'static [Field],
    /// The member that makes repeating it harmless; filled in where the caller leaves it out.
    pub token: Option<&'static str>,
    pub(crate) prepare: fn(&Value) -> Result<Prepared, Bad>,
}

impl Operation {
    /// The members of its input.
    pub fn fields(&self) -> &'static [Field] {
        self.fields
    }

    /// The members of its output.
    pub fn outputs(&self) -> &'static [Field] {
        self.outputs
    }

    /// Whether it may change something: all but an allow-list of reads.
    pub fn mutates(&self) -> bool {
        crate::policy::mutates(self.name)
    }
}

/// How an answer is paged.
#[derive(Debug, Clone, Copy)]
pub struct Pages {
    /// Input members and the output members that they continue from.
    pub tokens: &'static [(&'static str, &'static str)],
    /// The output members that hold the items.
    pub items: &'static [&'static str],
}

/// What making a client takes besides the SDK's own configuration.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Setup {
    /// Whether an endpoint of the user's or the local AWS answers.
    pub custom_endpoint: bool,
}

/// A client of some service.
pub(crate) type AnyClient = Arc<dyn Any + Send + Sync>;

/// A converted input that waits for its client.
pub(crate) type Prepared = Box<dyn FnOnce(&AnyClient) -> Answer + Send>;

/// A call under way.
pub(crate) type Answer = Pin<Box<dyn Future<Output = Result<Reply, Failure>> + Send>>;

/// A good answer.
pub(crate) struct Reply {
    pub value: Value,
    pub request_id: Option<String>,
}

impl Reply {
    /// The same with one more member.
    pub fn with(mut self, name: &str, value: Value) -> Self {
        if let Value::Map(members) = &mut self.value {
            members.insert(name.to_owned(), value);
        }
        self
    }
}

/// Why one attempt failed.
#[derive(Debug, Clone)]
pub(crate) struct Failure {
    pub kind: FailureKind,
    /// The service's code; empty where there is none.
    pub code: String,
    /// The service's message, or the chain of causes.
    pub message: String,
    pub request_id: Option<String>,
    pub status: Option<u16>,
}

impl Failure {
    /// No answer within the time that was left.
    pub fn timeout(after: Duration) -> Self {
        let message = format!("no answer within {}s", after.as_secs());
        Self {
            kind: FailureKind::Timeout,
            code: String::new(),
            message,
            request_id: None,
            status: None,
        }
    }

    /// Its turn did not come within the time that it was given.
    pub fn unsent(why: String) -> Self {
        Self {
            kind: FailureKind::Unsent,
            code: String::new(),
            message: why,
            request_id: None,
            status: None,
        }
    }

    /// An input that could be converted once and not again.
    pub fn input(bad: &Bad) -> Self {
        let message = format!("{}: {}", bad.path, bad.message);
        Self {
            kind: FailureKind::Other,
            code: String::new(),
            message,
            request_id: None,
            status: None,
        }
    }
}

/// The sorts of failure that are handled differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FailureKind {
    /// The service answered with an error.
    Service,
    /// Nobody could be reached: the request was not sent.
    Unreachable,
    /// The request was sent, the answer was lost: what it asked for may have been done.
    Lost,
    /// It took too long: what it asked for may have been done.
    Timeout,
    /// It was not sent in the time that it was given.
    Unsent,
    /// No credentials.
    Credentials,
    /// The request could not be made, or the answer not be read.
    Other,
}

/// The client of one service out of the cache.
pub(crate) fn typed<C: Clone + 'static>(client: &AnyClient) -> C {
    client.downcast_ref::<C>().expect("a service's operations get that service's client").clone()
}

/// The request id of an output.
pub(crate) fn request_id(output: &impl RequestId) -> Option<String> {
    output.request_id().map(str::to_owned)
}

/// Reads a streamed body to its end.
pub(crate) async fn collect(body: ByteStream) -> Result<Value, Failure> {
    match body.collect().await {
        Ok(bytes) => Ok(text_or_bytes(bytes.to_vec())),
        Err(error) => Err(Failure {
            kind: FailureKind::Lost,
            code: String::new(),
            message: chain(&error),
            request_id: None,
            status: None,
        }),
    }
}

/// What is known of a failed call, whatever operation it was.
pub(crate) fn failure<E>(error: SdkError<E, HttpResponse>) -> Failure
where
    E: ProvideErrorMetadata + StdError + 'static,
{
    let request_id = error.request_id().map(str::to_owned);
    let status = error.raw_response().map(|response| response.status().as_u16());
    let kind = match &error {
        SdkError::TimeoutError(_) => FailureKind::Timeout,
        SdkError::DispatchFailure(it) if it.is_timeout() => FailureKind::Timeout,
        SdkError::DispatchFailure(it) if it.is_io() => FailureKind::Lost,
        SdkError::ServiceError(_) => FailureKind::Service,
        _ => FailureKind::Other,
    };
    describe(kind, error.meta(), &error, request_id, status)
}

/// How the SDK begins where the endpoint that the user names is no URL.
const NO_URL: &str = "failed to apply endpoint `";

fn describe(
    kind: FailureKind,
    meta: &ErrorMetadata,
    error: &(dyn StdError + 'static),
    request_id: Option<String>,
    status: Option<u16>,
) -> Failure {
    if let Some(cause) =
        causes(error).map(ToString::to_string).find(|text| text.starts_with(NO_URL))
    {
        // The SDK's own words print the whole request behind the endpoint.
        let endpoint = cause[NO_URL.len()..].split('`').next().unwrap_or_default();
        let message = format!(
            "\"{endpoint}\", from AWS_ENDPOINT_URL or the AWS configuration, is no URL: it begins \
                 with http:// or https://"
        );
        let code = String::new();
        return Failure { kind: FailureKind::Unreachable, code, message, request_id, status };
    }
    let kind = match kind {
        FailureKind::Service => kind,
        _ if lacks_credentials(error) => FailureKind::Credentials,
        _ if never_connected(error) => FailureKind::Unreachable,
        _ if status.is_some() => FailureKind::Service,
        _ => kind,
    };
    let code = match (meta.code(), status) {
        (Some(code), _) => code.to_owned(),
        (None, Some(status)) if kind == FailureKind::Service => format!("HTTP{status}"),
        _ => String::new(),
    };
    let message = match meta.message() {
        Some(message) => message.to_owned(),
        None if kind == FailureKind::Service => match status {
            Some(status) => {
                format!("the service answered with HTTP status {status} and no message")
            }
            None => chain(error),
        },
        None => chain(error),
    };
    let request_id = request_id.or_else(|| meta.request_id().map(str::to_owned));
    Failure { kind, code, message, request_id, status }
}

/// The causes of an error, outermost first, each once.
pub(crate) fn chain(error: &(dyn StdError + 'static)) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next {
        let text = error.to_string();
        if !parts.iter().any(|part| part.contains(&text)) {
            parts.push(text);
        }
        next = error.source();
    }
    parts.join(": ")
}

fn causes<'a>(
    error: &'a (dyn StdError + 'static),
) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |error: &&'a (dyn StdError + 'static)| (*error).source())
}

fn lacks_credentials(error: &(dyn StdError + 'static)) -> bool {
    causes(error).any(|e| e.is::<aws_credential_types::provider::error::CredentialsError>())
}

fn never_connected(error: &(dyn StdError + 'static)) -> bool {
    causes(error).any(|e| {
        e.downcast_ref::<std::io::Error>()
            .is_some_and(|io| io.kind() == std::io::ErrorKind::ConnectionRefused)
            || matches!(e.to_string().as_str(), "client error (Connect)" | "dns error")
    })
}
