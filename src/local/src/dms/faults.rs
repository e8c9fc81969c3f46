//! Faults as DMS answers them: the code that clients branch on, and the sentence that people read.

use serde_json::{Map, Value as Json};

/// A refusal. It is answered with HTTP 400 and the code as `__type`.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// The error code, such as `ResourceNotFoundFault`.
    pub code: String,
    /// The sentence for people.
    pub message: String,
    /// Further members of the answer, such as `resourceArn`.
    pub extra: Map<String, Json>,
}

impl Fault {
    /// A fault of that code.
    pub fn new(code: &str, message: impl Into<String>) -> Self {
        Self { code: code.to_owned(), message: message.into(), extra: Map::new() }
    }

    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        Self::new("ResourceNotFoundFault", message)
    }

    pub(crate) fn exists(message: impl Into<String>, arn: &str) -> Self {
        let mut fault = Self::new("ResourceAlreadyExistsFault", message);
        fault.extra.insert("resourceArn".into(), Json::from(arn));
        fault
    }

    pub(crate) fn state(message: impl Into<String>) -> Self {
        Self::new("InvalidResourceStateFault", message)
    }

    pub(crate) fn value(message: impl Into<String>) -> Self {
        Self::new("InvalidParameterValueException", message)
    }

    pub(crate) fn combination(message: impl Into<String>) -> Self {
        Self::new("InvalidParameterCombinationException", message)
    }

    pub(crate) fn quota(what: &str, max: usize) -> Self {
        Self::new(
            "ResourceQuotaExceededFault",
            format!("The quota for {what} ({max}) would be exceeded."),
        )
    }

    pub(crate) fn denied(message: impl Into<String>) -> Self {
        Self::new("AccessDeniedFault", message)
    }

    /// The role is missing, lacks trust or policy, or is too young. The text is what clients look for
    /// before they try again.
    pub(crate) fn role(arn: &str) -> Self {
        Self::denied(format!("The IAM Role {arn} is not configured properly."))
    }

    pub(crate) fn missing(member: &str) -> Self {
        let mut lower = member.to_owned();
        if let Some(first) = lower.get_mut(..1) {
            first.make_ascii_lowercase();
        }
        Self::new(
            "ValidationException",
            format!(
                "1 validation error detected: Value null at '{lower}' failed to satisfy constraint: \
                 Member must not be null"
            ),
        )
    }

    pub(crate) fn wrong_type(member: &str, wanted: &str) -> Self {
        Self::new("SerializationException", format!("{member} must be {wanted}"))
    }

    pub(crate) fn not_local(operation: &str) -> Self {
        Self::new("NotInLocalAws", format!("dms:{operation} is not in the local AWS"))
    }

    pub(crate) fn unknown_operation(operation: &str) -> Self {
        Self::new("UnknownOperationException", format!("DMS has no operation {operation}"))
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}

impl std::error::Error for Fault {}
