//! Faults on demand: calls that fail, lose their answer, or take long, so that a rehearsal can show what
//! a migration does then.

use dmsrun_base::Random;
use std::{
    str::FromStr,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

/// What happens to a call.
#[derive(Clone, Debug, PartialEq)]
pub enum FaultKind {
    /// It is refused and not performed.
    Fail {
        /// The HTTP status.
        status: u16,
        /// The error code.
        code: String,
        /// The sentence for people.
        message: String,
    },
    /// It is performed, and the connection breaks before the answer.
    DropAnswer,
    /// It takes this long, in virtual time, before it is performed.
    Delay(Duration),
    /// The process is killed, as by `kill -9`, before the call is performed.
    Kill,
    /// The call is performed, and the process killed before the answer.
    KillAfter,
}

/// Which of the calls of an operation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum When {
    /// The nth, from 1, counted from the moment the fault was set.
    Nth(u64),
    /// From the nth on.
    From(u64),
    /// Each with this probability.
    Chance(f64),
}

/// A rule: these calls of this operation.
///
/// Its text is `service:Operation#1=Code` with `#1` for the first call, `#2+` for the second and all
/// later ones, `%0.1` for one in ten, and none for all; instead of a code (with its message after a
/// space) `drop`, `delay 30` for seconds, `kill` or `kill-after`. The service and the operation may be
/// `*`; the operation `mutating` stands for every one that is not a read: `*:mutating#7=kill`.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// The service, as Lua names it: `dms`, `cloudwatch`.
    pub service: String,
    /// The operation as AWS names it: `CreateEndpoint`; `*` for all, `mutating` for all but reads.
    pub operation: String,
    /// Which calls.
    pub when: When,
    /// What happens.
    pub kind: FaultKind,
}

impl FromStr for Fault {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let bad = |what: &str| {
            format!(
                "{what} in fault \"{text}\": expected such as dms:CreateEndpoint#1=ThrottlingException"
            )
        };
        let (call, kind) = text.split_once('=').ok_or_else(|| bad("no \"=\""))?;
        let (service, rest) = call.trim().split_once(':').ok_or_else(|| bad("no \":\""))?;
        let (operation, when) = if let Some((operation, nth)) = rest.split_once('#') {
            let (nth, from) = nth.strip_suffix('+').map_or((nth, false), |n| (n, true));
            let nth = nth.parse::<u64>().ok().filter(|n| *n > 0).ok_or_else(|| bad("no number"))?;
            (operation, if from { When::From(nth) } else { When::Nth(nth) })
        } else if let Some((operation, chance)) = rest.split_once('%') {
            let chance = chance.parse::<f64>().ok().filter(|c| (0.0..=1.0).contains(c));
            (operation, When::Chance(chance.ok_or_else(|| bad("no probability"))?))
        } else {
            (rest, When::From(1))
        };
        if service.is_empty() || operation.is_empty() {
            return Err(bad("no service or operation"));
        }
        let kind = kind.trim();
        let (word, rest) = kind.split_once(' ').unwrap_or((kind, ""));
        let kind = match word {
            "" => return Err(bad("no error code")),
            "drop" => FaultKind::DropAnswer,
            "kill" => FaultKind::Kill,
            "kill-after" => FaultKind::KillAfter,
            "delay" => {
                let seconds = rest.trim().trim_end_matches('s').parse::<f64>().ok();
                let delay = seconds.and_then(|s| Duration::try_from_secs_f64(s).ok());
                FaultKind::Delay(delay.ok_or_else(|| bad("no seconds"))?)
            }
            code => FaultKind::Fail {
                status: status_of(code),
                code: code.into(),
                message: if rest.is_empty() { message_of(code) } else { rest.trim().into() },
            },
        };
        Ok(Self { service: service.into(), operation: operation.into(), when, kind })
    }
}

fn status_of(code: &str) -> u16 {
    match code {
        "InternalFailure" | "InternalError" | "InternalServerError" => 500,
        "ServiceUnavailable" | "SlowDown" | "Unavailable" => 503,
        "AccessDenied" | "UnauthorizedOperation" => 403,
        _ => 400,
    }
}

fn message_of(code: &str) -> String {
    match code {
        "ThrottlingException" | "Throttling" | "RequestLimitExceeded" => "Rate exceeded".into(),
        _ => format!("{code} was asked for by a fault of the local AWS"),
    }
}

#[derive(Debug)]
struct Rule {
    fault: Fault,
    seen: u64,
}

#[derive(Debug)]
struct State {
    rules: Vec<Rule>,
    random: Random,
}

/// The faults that are set. Clones share them.
#[derive(Clone, Debug)]
pub struct Faults(Arc<Mutex<State>>);

impl Faults {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Arc::new(Mutex::new(State { rules: Vec::new(), random: Random::seeded(seed) })))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Sets a fault; its calls are counted from now on.
    pub fn set(&self, fault: Fault) {
        self.state().rules.push(Rule { fault, seen: 0 });
    }

    /// Sets a fault given as text; see [`Fault`].
    ///
    /// # Errors
    /// Where the text is no fault.
    pub fn set_text(&self, text: &str) -> Result<(), String> {
        text.parse().map(|fault| self.set(fault))
    }

    /// Takes all faults away.
    pub fn clear(&self) {
        self.state().rules.clear();
    }

    /// What happens to this call: the first rule that applies. Every rule counts it.
    pub(crate) fn strike(
        &self,
        service: &str,
        operation: &str,
        mutates: bool,
    ) -> Option<FaultKind> {
        let mut state = self.state();
        let State { rules, random } = &mut *state;
        let mut struck = None;
        for rule in rules {
            let Fault { service: s, operation: o, when, kind } = &rule.fault;
            let named = match o.as_str() {
                "*" => true,
                "mutating" => mutates,
                o => o == operation,
            };
            if !named || (s != "*" && s != service) {
                continue;
            }
            rule.seen += 1;
            let applies = match when {
                When::Nth(n) => rule.seen == *n,
                When::From(n) => rule.seen >= *n,
                When::Chance(chance) => random.unit() < *chance,
            };
            if applies && struck.is_none() {
                struck = Some(kind.clone());
            }
        }
        struck
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_fault_strikes_the_calls_it_names() {
        let faults = Faults::new(1);
        faults.set_text("dms:CreateEndpoint#2=ThrottlingException").unwrap();
        faults.set_text("s3:*#1+=drop").unwrap();
        assert_eq!(faults.strike("dms", "CreateEndpoint", true), None);
        assert_eq!(faults.strike("dms", "DescribeEndpoints", false), None);
        let Some(FaultKind::Fail { status, code, message }) =
            faults.strike("dms", "CreateEndpoint", true)
        else {
            panic!("the second call fails");
        };
        assert_eq!((status, &*code, &*message), (400, "ThrottlingException", "Rate exceeded"));
        assert_eq!(faults.strike("dms", "CreateEndpoint", true), None);
        assert_eq!(faults.strike("s3", "PutObject", true), Some(FaultKind::DropAnswer));
    }

    #[test]
    fn a_kill_is_counted_over_what_mutates() {
        let faults = Faults::new(1);
        faults.set_text("*:mutating#2=kill-after").unwrap();
        assert_eq!(faults.strike("ec2", "CreateVpc", true), None);
        assert_eq!(faults.strike("dms", "DescribeEndpoints", false), None);
        assert_eq!(faults.strike("dms", "CreateEndpoint", true), Some(FaultKind::KillAfter));
    }

    #[test]
    fn a_text_that_is_no_fault_says_so() {
        for text in ["", "dms", "dms:X", "dms:X#0=A", "dms:X=", "dms:X%2=A", "dms:X=delay", ":X=A"]
        {
            assert!(text.parse::<Fault>().is_err(), "{text}");
        }
        let fault: Fault = "ec2:CreateVpc%0.5=delay 30".parse().unwrap();
        assert_eq!(fault.kind, FaultKind::Delay(Duration::from_secs(30)));
        assert_eq!(fault.when, When::Chance(0.5));
        let fault: Fault = "ec2:CreateVpc=VpcLimitExceeded No more VPCs.".parse().unwrap();
        assert!(
            matches!(fault.kind, FaultKind::Fail { message, .. } if message == "No more VPCs.")
        );
    }
}
