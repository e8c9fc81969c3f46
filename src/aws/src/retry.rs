//! Whether a failed call is repeated, and when. Pure: the door waits.

use crate::{
    policy::repeatable,
    service::{Failure, FailureKind},
};
use std::time::Duration;

/// The longest that a call may last with all its repeats, unless the caller says otherwise.
pub(crate) const DEADLINE: Duration = Duration::from_secs(300);

/// How a sort of failure is repeated.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Backoff {
    /// The longest first wait; it doubles with every attempt.
    base: Duration,
    /// The longest wait.
    cap: Duration,
    /// How often a call is sent at most.
    pub attempts: u32,
    /// How long such a failure is borne; the call's own deadline holds besides.
    pub within: Duration,
    /// The part of a wait that chance does not shorten.
    floor: f64,
}

const THROTTLED: Backoff = Backoff::new(500, 20_000, 60, DEADLINE);
const SERVER: Backoff = Backoff::new(250, 20_000, 14, DEADLINE);
/// AWS tells a code. An endpoint that answers 500 without one is seldom AWS and seldom heals.
const MUTE: Backoff = Backoff::new(250, 1_000, 3, DEADLINE);
const LOST: Backoff = Backoff::new(250, 5_000, 8, DEADLINE);
/// A refused connection seldom heals: three attempts within some two seconds.
const UNREACHABLE: Backoff =
    Backoff { floor: 0.5, ..Backoff::new(600, 1_200, 3, Duration::from_secs(10)) };
/// A new role takes a while to be known everywhere; a wrong one must not take for ever.
const PROPAGATING: Backoff =
    Backoff { floor: 0.5, ..Backoff::new(1_000, 4_000, 60, Duration::from_secs(120)) };
/// A zone that is out of machines may have some again in a minute, but not in a second.
const CAPACITY: Backoff = Backoff { floor: 0.5, ..Backoff::new(10_000, 60_000, 20, DEADLINE) };
const ASKED: Backoff = Backoff::new(1_000, 5_000, 60, DEADLINE);

impl Backoff {
    const fn new(base: u64, cap: u64, attempts: u32, within: Duration) -> Self {
        let (base, cap) = (Duration::from_millis(base), Duration::from_millis(cap));
        Self { base, cap, attempts, within, floor: 0.0 }
    }

    /// The wait after the attempt with this number, from 1; `chance` is from 0 up to 1.
    pub fn delay(&self, attempt: u32, chance: f64) -> Duration {
        let doubled = self.base.saturating_mul(1 << attempt.saturating_sub(1).min(16));
        doubled.min(self.cap).mul_f64(self.floor + (1.0 - self.floor) * chance)
    }
}

/// How to repeat after this failure; `None` where it stands. `token` tells that the input holds
/// what makes repeating harmless, `codes` are the ones that the caller wants to outlast.
pub(crate) fn backoff(
    service: &str,
    operation: &str,
    failure: &Failure,
    token: bool,
    codes: &[String],
) -> Option<Backoff> {
    let again = token || repeatable(operation);
    match failure.kind {
        FailureKind::Unreachable => Some(UNREACHABLE),
        FailureKind::Lost | FailureKind::Timeout => again.then_some(LOST),
        FailureKind::Unsent | FailureKind::Credentials | FailureKind::Other => None,
        FailureKind::Service if codes.iter().any(|code| matches(code, &failure.code)) => {
            Some(ASKED)
        }
        FailureKind::Service if is_throttling(failure) => Some(THROTTLED),
        FailureKind::Service if is_unclear(failure) && !again => None,
        FailureKind::Service if failure.code == "HTTP500" => Some(MUTE),
        FailureKind::Service if is_server_side(failure) => Some(SERVER),
        FailureKind::Service if lacks_capacity(failure) => Some(CAPACITY),
        FailureKind::Service => propagating(service, failure).then_some(PROPAGATING),
    }
}

/// Whether an answer's error may go away by itself.
pub(crate) fn is_transient(service: &str, failure: &Failure) -> bool {
    is_throttling(failure)
        || is_server_side(failure)
        || lacks_capacity(failure)
        || propagating(service, failure)
}

/// A code, or a pattern with one `*` such as `*.NotFound`.
fn matches(pattern: &str, code: &str) -> bool {
    match pattern.split_once('*') {
        Some((head, tail)) => {
            code.len() >= head.len() + tail.len() && code.starts_with(head) && code.ends_with(tail)
        }
        None => pattern == code,
    }
}

pub(crate) fn is_throttling(failure: &Failure) -> bool {
    const CODES: &[&str] = &[
        "BandwidthLimitExceeded",
        "EC2ThrottledException",
        "LimitExceededException.Throttling",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionInProgressException",
    ];
    failure.status == Some(429) || CODES.contains(&failure.code.as_str())
}

fn is_server_side(failure: &Failure) -> bool {
    const CODES: &[&str] = &[
        "InternalError",
        "InternalFailure",
        "InternalServerError",
        "InternalServiceError",
        "InternalServiceException",
        "RequestTimeout",
        "RequestTimeoutException",
        "ServiceUnavailable",
        "ServiceUnavailableException",
        "Unavailable",
    ];
    failure.status.is_some_and(|status| status >= 500 && status != 501)
        || CODES.contains(&failure.code.as_str())
}

/// Whether the call may have been carried out though it failed. A service that is unavailable (503) has
/// not begun; one that fails half-way may have come to the end of what matters.
pub(crate) fn is_unclear(failure: &Failure) -> bool {
    match failure.kind {
        FailureKind::Lost | FailureKind::Timeout => true,
        FailureKind::Service => is_server_side(failure) && failure.status != Some(503),
        _ => false,
    }
}

/// AWS has no machine or address to give at the moment.
fn lacks_capacity(failure: &Failure) -> bool {
    const CODES: &[&str] = &[
        "InsufficientAddressCapacity",
        "InsufficientCapacity",
        "InsufficientInstanceCapacity",
        "InsufficientResourceCapacityFault",
    ];
    CODES.contains(&failure.code.as_str())
}

/// DMS refuses a role that IAM has not yet told it of; it says so with a code that means more.
fn propagating(service: &str, failure: &Failure) -> bool {
    service == "dms"
        && failure.code == "AccessDeniedFault"
        && failure.message.contains("not configured properly")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(kind: FailureKind, code: &str, message: &str, status: Option<u16>) -> Failure {
        Failure { kind, code: code.into(), message: message.into(), request_id: None, status }
    }

    #[test]
    fn what_heals_is_repeated_and_what_does_not_is_not() {
        let ask = |code: &str, message: &str, status| {
            backoff(
                "dms",
                "create_endpoint",
                &failure(FailureKind::Service, code, message, status),
                false,
                &[],
            )
        };
        assert_eq!(ask("ThrottlingException", "", Some(400)), Some(THROTTLED));
        assert_eq!(ask("Whatever", "", Some(503)), Some(SERVER));
        assert_eq!(ask("InsufficientResourceCapacityFault", "", Some(400)), Some(CAPACITY));
        assert_eq!(ask("InvalidParameterValueException", "", Some(400)), None);
        assert_eq!(ask("AccessDeniedFault", "no permission", Some(400)), None);
        let role = "The IAM Role arn:aws:iam::1:role/dms-vpc-role is not configured properly.";
        assert_eq!(ask("AccessDeniedFault", role, Some(400)), Some(PROPAGATING));
    }

    /// Creating again after a lost answer would make a twin.
    #[test]
    fn a_create_whose_answer_was_lost_is_not_repeated() {
        let lost = failure(FailureKind::Lost, "", "", None);
        assert_eq!(backoff("ec2", "create_vpc", &lost, false, &[]), None);
        assert_eq!(backoff("ec2", "create_nat_gateway", &lost, true, &[]), Some(LOST));
        assert_eq!(backoff("ec2", "describe_vpcs", &lost, false, &[]), Some(LOST));
        assert_eq!(backoff("ec2", "delete_vpc", &lost, false, &[]), Some(LOST));
    }

    /// Each of them that AWS did perform would be one more.
    #[test]
    fn a_create_that_the_service_failed_at_is_not_repeated() {
        let failed = |code: &str, status| failure(FailureKind::Service, code, "", Some(status));
        for (code, status) in [
            ("InternalError", 500),
            ("InternalFailure", 500),
            ("HTTP500", 500),
            ("HTTP502", 502),
            ("HTTP504", 504),
            ("RequestTimeout", 400),
        ] {
            let failed = failed(code, status);
            assert!(is_unclear(&failed), "{code}");
            assert_eq!(backoff("ec2", "create_vpc", &failed, false, &[]), None, "{code}");
            for (operation, token) in
                [("create_nat_gateway", true), ("describe_vpcs", false), ("delete_vpc", false)]
            {
                let again = backoff("ec2", operation, &failed, token, &[]);
                let wanted = if code == "HTTP500" { MUTE } else { SERVER };
                assert_eq!(again, Some(wanted), "{operation} {code}");
            }
        }
        let refused = failed("Unavailable", 503);
        assert!(!is_unclear(&refused));
        assert_eq!(backoff("ec2", "create_vpc", &refused, false, &[]), Some(SERVER));
    }

    #[test]
    fn codes_that_the_caller_names_are_outlasted() {
        let missing = failure(FailureKind::Service, "InvalidSubnetID.NotFound", "", Some(400));
        let asked = |codes: &[String]| backoff("ec2", "create_tags", &missing, false, codes);
        assert_eq!(asked(&[]), None);
        assert_eq!(asked(&["*.NotFound".into()]), Some(ASKED));
        assert_eq!(asked(&["InvalidVpcID.NotFound".into()]), None);
    }

    #[test]
    fn waits_grow_and_have_a_bound() {
        assert_eq!(THROTTLED.delay(1, 1.0), Duration::from_millis(500));
        assert_eq!(THROTTLED.delay(3, 0.5), Duration::from_millis(1000));
        assert_eq!(THROTTLED.delay(60, 1.0), Duration::from_secs(20));
        assert_eq!(THROTTLED.delay(5, 0.0), Duration::ZERO);
        assert!(UNREACHABLE.delay(1, 0.0) + UNREACHABLE.delay(2, 1.0) < Duration::from_secs(2));
    }
}
