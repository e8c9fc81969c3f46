//! What a call fails with: structured, one line as text, a diagnostic for people.

use crate::policy::repeatable;
use dmsrun_diag::{Diagnostic, did_you_mean, nearest};
use std::{fmt, time::Duration};

/// Why a call failed. Every text in it is scrubbed of secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Error {
    /// A service or an operation that is not there.
    Unknown {
        /// The service, where an operation is unknown.
        service: Option<String>,
        /// The name that was asked for.
        name: String,
        /// The nearest names, best first.
        nearest: Vec<String>,
        /// What to do.
        hint: Option<String>,
    },
    /// The input does not fit the operation. Nothing was sent.
    Input {
        /// The service.
        service: &'static str,
        /// The operation.
        operation: &'static str,
        /// Where in the input, such as `filters[2].values`; empty for the input itself.
        path: String,
        /// What is wrong.
        message: String,
        /// What to do.
        hint: Option<String>,
    },
    /// No credentials were found, or they can't be used.
    NoCredentials {
        /// The profile that was asked for.
        profile: Option<String>,
        /// The role that was to be assumed.
        role: Option<String>,
        /// What the SDK says.
        cause: String,
    },
    /// No region is set.
    NoRegion,
    /// The policy forbids it. Nothing was sent.
    Refused {
        /// The service.
        service: &'static str,
        /// The operation.
        operation: &'static str,
        /// Why.
        reason: String,
    },
    /// A dry run: the input is fine, and the call was not sent.
    DryRun {
        /// The service.
        service: &'static str,
        /// The operation.
        operation: &'static str,
    },
    /// The service answered with an error.
    Service {
        /// The service.
        service: &'static str,
        /// The operation.
        operation: &'static str,
        /// The service's code, such as `ResourceNotFoundFault`.
        code: String,
        /// The service's message.
        message: String,
        /// The id to give to AWS support.
        request_id: Option<Box<str>>,
        /// Whether it may go away by itself.
        retryable: bool,
        /// The region.
        region: Box<str>,
    },
    /// The service failed at a change, or its answer to an earlier attempt was lost: nobody knows
    /// whether it was made.
    Unclear {
        /// The service.
        service: &'static str,
        /// The operation.
        operation: &'static str,
        /// The service's code, such as `InternalFailure`.
        code: String,
        /// The service's message.
        message: String,
        /// The id to give to AWS support.
        request_id: Option<Box<str>>,
        /// The region.
        region: Box<str>,
    },
    /// No answer: nobody could be reached, or the answer was lost.
    Dispatch {
        /// The service.
        service: &'static str,
        /// The operation.
        operation: &'static str,
        /// Whom it was sent to.
        endpoint: String,
        /// What went wrong, outermost cause first.
        cause: String,
        /// Whether the request may have arrived, so that what it asked for may have been done.
        sent: bool,
        /// The region.
        region: Box<str>,
    },
    /// No answer in time.
    Timeout {
        /// The service.
        service: &'static str,
        /// The operation.
        operation: &'static str,
        /// After how long.
        after: Duration,
        /// What happened last.
        cause: String,
        /// Whether the request may have arrived, so that what it asked for may have been done; else its
        /// turn did not come.
        sent: bool,
        /// The region.
        region: Box<str>,
    },
}

/// An error as fields that a script can branch on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fields {
    /// The service; empty where the error stands before one.
    pub service: String,
    /// The operation; empty where the error stands before one.
    pub operation: String,
    /// The service's code, or one of ours: `UnknownName`, `InvalidInput`, `NoCredentials`,
    /// `NoRegion`, `Refused`, `DryRun`, `ConnectionFailed`, `Timeout`, and `AnswerLost` where nobody
    /// knows whether a change was made: its answer was lost, or the service failed at it.
    pub code: String,
    /// What happened.
    pub message: String,
    /// The request id.
    pub request_id: Option<String>,
    /// Whether it may go away by itself.
    pub retryable: bool,
    /// Whether the operation can't be had here at all; see [`Error::is_unavailable`].
    pub unavailable: bool,
    /// What to do.
    pub hint: Option<String>,
}

impl Error {
    pub(crate) fn unknown_service<'a>(
        name: &str,
        known: impl Iterator<Item = &'a str> + Clone,
    ) -> Self {
        let list = known.clone().collect::<Vec<_>>().join(", ");
        let near = did_you_mean(name, known.clone());
        Self::Unknown {
            service: None,
            name: name.into(),
            nearest: nearest(name, known).into_iter().map(Into::into).collect(),
            hint: near.or_else(|| Some(format!("The services are: {list}."))),
        }
    }

    pub(crate) fn unknown_operation<'a>(
        service: &str,
        name: &str,
        known: impl Iterator<Item = &'a str> + Clone,
    ) -> Self {
        let near = did_you_mean(name, known.clone());
        let see = format!("`require(\"aws\").services()` lists the operations of {service}.");
        Self::Unknown {
            service: Some(service.into()),
            name: name.into(),
            nearest: nearest(name, known).into_iter().map(Into::into).collect(),
            hint: near.or(Some(see)),
        }
    }

    /// The service's code where the service answered with one.
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Service { code, .. } => Some(code),
            _ => None,
        }
    }

    /// Whether the same call may be made later, and succeed. What may have been done is none of them
    /// unless doing it twice is doing it once.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Service { retryable, .. } => *retryable,
            Self::Unclear { operation, .. }
            | Self::Dispatch { operation, sent: true, .. }
            | Self::Timeout { operation, sent: true, .. } => repeatable(operation),
            Self::Dispatch { .. } | Self::Timeout { .. } => true,
            _ => false,
        }
    }

    /// Whether the endpoint seems to lack the operation, as emulators do; AWS always tells a code.
    pub fn is_unsupported(&self) -> bool {
        const CODES: &[&str] = &[
            "HTTP404",
            "HTTP405",
            "HTTP500",
            "HTTP501",
            "InvalidAction",
            "NotImplemented",
            "NotImplementedException",
            "UnknownOperationException",
        ];
        self.code().is_some_and(|code| CODES.contains(&code))
    }

    /// Whether the operation can't be had here at all: not offered by the endpoint, or not permitted. A
    /// check that fails this way can't be made; it has not found anything wrong.
    pub fn is_unavailable(&self) -> bool {
        const CODES: &[&str] = &[
            "AccessDenied",
            "AccessDeniedException",
            "AccessDeniedFault",
            "AuthorizationError",
            "NotImplementedError",
            "NotInLocalAws",
            "UnauthorizedOperation",
            "UnknownOperation",
            "UnsupportedOperation",
            "UnsupportedOperationException",
        ];
        self.is_unsupported() || self.code().is_some_and(|code| CODES.contains(&code))
    }

    /// Whether what the call asked for may have been done though it failed.
    pub fn may_have_happened(&self) -> bool {
        matches!(
            self,
            Self::Unclear { .. }
                | Self::Dispatch { sent: true, .. }
                | Self::Timeout { sent: true, .. }
        )
    }

    /// What to do, where that is known.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Unknown { hint, .. } | Self::Input { hint, .. } => hint.clone(),
            Self::NoCredentials { role: Some(_), .. } => {
                Some("Check the role's trust policy and that you may call sts:AssumeRole.".into())
            }
            Self::NoCredentials { .. } => Some(
                "Log in (`aws sso login`, `aws configure`), name a profile with --profile, or try \
                 it without an account: --local."
                    .into(),
            ),
            Self::NoRegion => Some(
                "Give --region, set AWS_REGION, or put `region` into the profile; or try it \
                 without an account: --local."
                    .into(),
            ),
            Self::Service { code, service, .. } => service_hint(service, code),
            Self::Dispatch { sent: false, endpoint, .. } => {
                Some(format!("Check that {endpoint} is up and can be reached from here."))
            }
            Self::Timeout { sent: false, .. } => {
                Some("It was not sent. Make fewer calls at once, or give it more time.".into())
            }
            Self::Unclear { .. } | Self::Dispatch { .. } | Self::Timeout { .. } => {
                Some("It may have been done all the same: look before you repeat it.".into())
            }
            Self::Refused { .. } | Self::DryRun { .. } => None,
        }
    }

    /// The fields for a script.
    pub fn fields(&self) -> Fields {
        let (service, operation) = self.place();
        let (code, request_id) = match self {
            Self::Service { code, request_id, .. } => {
                (code.as_str(), request_id.as_deref().map(Into::into))
            }
            Self::Unclear { request_id, .. } => {
                ("AnswerLost", request_id.as_deref().map(Into::into))
            }
            Self::Unknown { .. } => ("UnknownName", None),
            Self::Input { .. } => ("InvalidInput", None),
            Self::NoCredentials { .. } => ("NoCredentials", None),
            Self::NoRegion => ("NoRegion", None),
            Self::Refused { .. } => ("Refused", None),
            Self::DryRun { .. } => ("DryRun", None),
            Self::Dispatch { sent: false, .. } => ("ConnectionFailed", None),
            Self::Dispatch { .. } => ("AnswerLost", None),
            Self::Timeout { .. } => ("Timeout", None),
        };
        Fields {
            service: service.into(),
            operation: operation.into(),
            code: code.into(),
            message: self.message(),
            request_id,
            retryable: self.is_retryable(),
            unavailable: self.is_unavailable(),
            hint: self.hint(),
        }
    }

    fn place(&self) -> (&str, &str) {
        match self {
            Self::Unknown { service: Some(service), name, .. } => (service, name),
            Self::Unknown { service: None, .. } | Self::NoCredentials { .. } | Self::NoRegion => {
                ("", "")
            }
            Self::Input { service, operation, .. }
            | Self::Refused { service, operation, .. }
            | Self::DryRun { service, operation }
            | Self::Service { service, operation, .. }
            | Self::Unclear { service, operation, .. }
            | Self::Dispatch { service, operation, .. }
            | Self::Timeout { service, operation, .. } => (service, operation),
        }
    }

    /// What happened, without service, operation and code.
    pub fn message(&self) -> String {
        match self {
            Self::Unknown { service: None, name, .. } => format!("unknown service \"{name}\""),
            Self::Unknown { service: Some(service), name, .. } => {
                format!("unknown operation \"{name}\" of {service}")
            }
            Self::Input { path, message, .. } if path.is_empty() => message.clone(),
            Self::Input { path, message, .. } => format!("{path}: {message}"),
            Self::NoCredentials { role: Some(role), cause, .. } => {
                format!("the role {role} could not be assumed: {cause}")
            }
            Self::NoCredentials { profile: Some(profile), .. } => {
                format!("no usable AWS credentials in profile \"{profile}\"")
            }
            Self::NoCredentials { .. } => "no AWS credentials were found".into(),
            Self::NoRegion => "no AWS region is set".into(),
            Self::Refused { reason, .. } => reason.clone(),
            Self::DryRun { .. } => "dry run: the call was checked and not sent".into(),
            Self::Service { message, .. } => message.clone(),
            Self::Dispatch { endpoint, cause, sent: false, .. } => {
                format!("{endpoint} could not be reached: {cause}")
            }
            Self::Dispatch { endpoint, cause, .. } => {
                format!("no answer from {endpoint}: {cause}")
            }
            Self::Unclear { code, message, .. } => {
                let gap = if message.is_empty() { "" } else { ": " };
                format!("{code}{gap}{message}; nobody knows whether it was done")
            }
            Self::Timeout { after, cause, sent: true, .. } => {
                format!("no success within {}s: {cause}", after.as_secs_f64())
            }
            Self::Timeout { after, cause, .. } => {
                format!("not sent within {}s: {cause}", after.as_secs_f64())
            }
        }
    }

    /// The error as a diagnostic. Whoever raises it adds the place in the script.
    pub fn to_diagnostic(&self) -> Diagnostic {
        let mut diagnostic = match self {
            Self::Unknown { service: None, .. } => Diagnostic::error("Unknown AWS service"),
            Self::Unknown { .. } => Diagnostic::error("Unknown AWS operation"),
            Self::Input { .. } => Diagnostic::error("Invalid AWS parameters"),
            Self::NoCredentials { .. } => Diagnostic::error("No AWS credentials"),
            Self::NoRegion => Diagnostic::error("No AWS region"),
            Self::Refused { .. } => Diagnostic::error("AWS call refused"),
            Self::DryRun { .. } => Diagnostic::error("AWS call not sent"),
            Self::Service { .. } => Diagnostic::error("AWS call failed"),
            Self::Dispatch { sent: false, .. } => Diagnostic::error("AWS could not be reached"),
            Self::Unclear { .. } => Diagnostic::error("AWS failed at a change"),
            Self::Dispatch { .. } => Diagnostic::error("AWS did not answer"),
            Self::Timeout { sent: false, .. } => Diagnostic::error("AWS call not sent in time"),
            Self::Timeout { .. } => Diagnostic::error("AWS did not answer in time"),
        };
        diagnostic = diagnostic.what(self.what());
        match self {
            Self::NoCredentials { cause, role: None, .. } => {
                diagnostic = diagnostic.why(LOOKED_FOR_CREDENTIALS).cause(cause);
            }
            Self::NoRegion => diagnostic = diagnostic.why(LOOKED_FOR_REGION),
            Self::Service { region, request_id, .. } | Self::Unclear { region, request_id, .. } => {
                let request = request_id.as_deref().unwrap_or("unknown");
                diagnostic = diagnostic.detail("aws", format!("{region}, request {request}"));
            }
            _ => {}
        }
        match self.hint() {
            Some(hint) => diagnostic.hint(hint),
            None => diagnostic,
        }
    }

    fn what(&self) -> String {
        let (service, operation) = self.place();
        match self {
            Self::Service { code, message, .. } => {
                format!("{service}.{operation} answered {code}: {message}")
            }
            Self::Unclear { .. } => format!("{service}.{operation} failed: {}", self.message()),
            Self::Unknown { .. } | Self::NoCredentials { .. } | Self::NoRegion => self.message(),
            _ => format!("{service}.{operation}: {}", self.message()),
        }
    }
}

const LOOKED_FOR_CREDENTIALS: &str = "looked for AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, the \
    profile in ~/.aws/config and ~/.aws/credentials (AWS_PROFILE or --profile; keys, SSO, \
    credential_process), a web identity token, and the credentials of a container or an EC2 \
    instance";

const LOOKED_FOR_REGION: &str = "looked for --region, AWS_REGION, \
    AWS_DEFAULT_REGION, `region` in the profile, and an EC2 instance";

fn service_hint(service: &str, code: &str) -> Option<String> {
    let text = match code {
        "ExpiredToken" | "ExpiredTokenException" | "RequestExpired" => {
            "The credentials have expired: log in again (`aws sso login`)."
        }
        "InvalidClientTokenId"
        | "UnrecognizedClientException"
        | "InvalidAccessKeyId"
        | "AuthFailure"
        | "SignatureDoesNotMatch" => {
            "AWS does not know these credentials here: check --profile and --region."
        }
        "AccessDenied" | "AccessDeniedException" | "UnauthorizedOperation" => {
            "The caller lacks the permission; `aws.whoami()` tells who that is."
        }
        "AccessDeniedFault" if service == "dms" => {
            "DMS could not use a role: check that dms-vpc-role exists and trusts dms.amazonaws.com."
        }
        "OptInRequired" => "The account is not enabled for this region.",
        _ => return None,
    };
    Some(text.into())
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // One line, whatever the service put into its message.
        f.write_str(&self.what().split_whitespace().collect::<Vec<_>>().join(" "))?;
        if let Self::Service { request_id: Some(id), .. }
        | Self::Unclear { request_id: Some(id), .. } = self
        {
            write!(f, " (request {id})")?;
        }
        match self {
            Self::Unknown { hint: Some(hint), .. } | Self::Input { hint: Some(hint), .. } => {
                write!(f, ". {hint}")
            }
            _ => Ok(()),
        }
    }
}

impl std::error::Error for Error {}

/// A chain of causes without what the SDK's layers say of themselves.
pub(crate) fn innermost(chain: &str) -> String {
    const LAYERS: &[&str] = &[
        "dispatch failure: ",
        "io error: ",
        "other: ",
        "timeout: ",
        "client error (Connect): ",
        "client error (SendRequest): ",
        "request has timed out: ",
        "an error occurred while loading credentials: ",
    ];
    let mut text = chain;
    while let Some(rest) = LAYERS.iter().find_map(|layer| text.strip_prefix(layer)) {
        text = rest;
    }
    text.to_owned()
}
