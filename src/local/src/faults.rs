//! Faults on demand: calls that fail, lose their answer, or take long, so that a rehearsal can show what
//! a migration does then.

use dmsrun_base::Random;
use std::{
    fmt,
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
    /// It is performed, and answered as if it had failed.
    FailAfter {
        /// The HTTP status.
        status: u16,
        /// The error code.
        code: String,
        /// The sentence for people.
        message: String,
    },
    /// It is performed, and the connection breaks before the answer.
    DropAnswer,
    /// Nobody is reached: the network is away.
    Offline,
    /// It takes this long, in virtual time, before it is performed.
    Delay(Duration),
    /// It takes up to this long, by chance: calls overtake each other.
    Jitter(Duration),
    /// A read answers from what was there this long ago: what was just made is not seen yet.
    Stale(Duration),
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
/// space) `fail-after Code` for a call that is performed and answered with that code all the same, `drop`
/// for one that is performed and whose answer is lost, `offline` for one that reaches nobody, `delay 30`
/// for seconds, `jitter 3` for up to so many, `stale 10` for a read that sees what was there 10 seconds
/// ago, `kill` or `kill-after`. The service and the operation may be `*`; the operation `mutating` stands
/// for every one that is not a read, `reading` for every read: `*:mutating#7=kill`.
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
            "offline" => FaultKind::Offline,
            "kill" => FaultKind::Kill,
            "kill-after" => FaultKind::KillAfter,
            "delay" | "jitter" | "stale" => {
                let seconds = rest.trim().trim_end_matches('s').parse::<f64>().ok();
                let time = seconds.and_then(|s| Duration::try_from_secs_f64(s).ok());
                let time = time.ok_or_else(|| bad("no seconds"))?;
                match word {
                    "delay" => FaultKind::Delay(time),
                    "jitter" => FaultKind::Jitter(time),
                    _ => FaultKind::Stale(time),
                }
            }
            "fail-after" => match failure(rest.trim()) {
                (_, code, _) if code.is_empty() => return Err(bad("no error code")),
                (status, code, message) => FaultKind::FailAfter { status, code, message },
            },
            _ => {
                let (status, code, message) = failure(kind);
                FaultKind::Fail { status, code, message }
            }
        };
        Ok(Self { service: service.into(), operation: operation.into(), when, kind })
    }
}

/// Status, code and message of a failure: a code, and a message after a space where one is given.
fn failure(text: &str) -> (u16, String, String) {
    let (code, message) = text.split_once(' ').unwrap_or((text, ""));
    let message = if message.is_empty() { message_of(code) } else { message.trim().into() };
    (status_of(code), code.into(), message)
}

fn status_of(code: &str) -> u16 {
    match code {
        "InternalFailure" | "InternalError" | "InternalServerError" => 500,
        "ServiceUnavailable" | "SlowDown" | "Unavailable" => 503,
        "AccessDenied" | "UnauthorizedOperation" | "ExpiredToken" => 403,
        _ => 400,
    }
}

fn message_of(code: &str) -> String {
    match code {
        "ThrottlingException" | "Throttling" | "RequestLimitExceeded" => "Rate exceeded".into(),
        "ExpiredToken" | "ExpiredTokenException" | "RequestExpired" => {
            "The security token included in the request is expired".into()
        }
        _ => format!("{code} was asked for by a fault of the local AWS"),
    }
}

#[derive(Debug)]
struct Rule {
    fault: Fault,
    /// What it was given as, where it was text.
    text: Option<String>,
    /// How many of its calls came.
    seen: u64,
    struck: bool,
}

/// A fault that has struck no call though it names which.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unstruck {
    /// Its text.
    pub text: String,
    /// How many calls of its operation came.
    pub seen: u64,
}

/// Who dies by a kill.
#[derive(Clone, Default)]
enum Victim {
    /// The process.
    #[default]
    Process,
    /// Nobody: the call is refused.
    Nobody,
    /// A client inside this process, which is told so.
    Client(Arc<dyn Fn() + Send + Sync>),
}

impl fmt::Debug for Victim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Process => "Process",
            Self::Nobody => "Nobody",
            Self::Client(_) => "Client",
        })
    }
}

/// What comes of a kill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Killed {
    /// The process is to end.
    Process,
    /// The client is gone: its calls are never answered.
    Client,
    /// There was nobody to kill.
    Nobody,
}

#[derive(Debug)]
struct State {
    rules: Vec<Rule>,
    random: Random,
    victim: Victim,
    /// Whether the client has been killed.
    dead: bool,
}

/// The faults that are set. Clones share them.
#[derive(Clone, Debug)]
pub struct Faults(Arc<Mutex<State>>);

impl Faults {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Arc::new(Mutex::new(State {
            rules: Vec::new(),
            random: Random::seeded(seed),
            victim: Victim::default(),
            dead: false,
        })))
    }

    /// From now on a kill never ends this process: it ends a client that [`Faults::client`] names, or
    /// the call is refused.
    pub fn spare(&self) {
        self.state().victim = Victim::Nobody;
    }

    /// Names the client that a kill ends, by how it is told. Its calls are never answered then, as
    /// nobody is there to take an answer, until [`Faults::client_gone`].
    pub fn client(&self, kill: impl Fn() + Send + Sync + 'static) {
        let mut state = self.state();
        state.victim = Victim::Client(Arc::new(kill));
        state.dead = false;
    }

    /// The client has ended; whether it was killed.
    pub fn client_gone(&self) -> bool {
        let mut state = self.state();
        state.victim = Victim::Nobody;
        std::mem::take(&mut state.dead)
    }

    /// Kills.
    pub(crate) fn kill(&self) -> Killed {
        let tell = {
            let mut state = self.state();
            match state.victim.clone() {
                Victim::Process => return Killed::Process,
                Victim::Nobody => return Killed::Nobody,
                Victim::Client(tell) => {
                    state.dead = true;
                    tell
                }
            }
        };
        tell();
        Killed::Client
    }

    /// Whether the client was killed, so that none of its calls goes any further.
    pub(crate) fn is_dead(&self) -> bool {
        self.state().dead
    }

    /// The longest time by which a read may lag behind, where one may.
    pub(crate) fn stalest(&self) -> Option<Duration> {
        let state = self.state();
        let lags = state.rules.iter().filter_map(|rule| match rule.fault.kind {
            FaultKind::Stale(lag) => Some(lag),
            _ => None,
        });
        lags.max()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Sets a fault; its calls are counted from now on.
    pub fn set(&self, fault: Fault) {
        self.state().rules.push(Rule { fault, text: None, seen: 0, struck: false });
    }

    /// Sets a fault given as text; see [`Fault`].
    ///
    /// # Errors
    /// Where the text is no fault.
    pub fn set_text(&self, text: &str) -> Result<(), String> {
        let (fault, text) = (text.parse()?, Some(text.to_owned()));
        self.state().rules.push(Rule { fault, text, seen: 0, struck: false });
        Ok(())
    }

    /// The faults given as text that are not left to chance and have struck no call: what they were to
    /// show has not been shown.
    pub fn unstruck(&self) -> Vec<Unstruck> {
        let state = self.state();
        let quiet = state
            .rules
            .iter()
            .filter(|rule| !rule.struck && !matches!(rule.fault.when, When::Chance(_)));
        let told =
            quiet.filter_map(|rule| Some(Unstruck { text: rule.text.clone()?, seen: rule.seen }));
        told.collect()
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
        let State { rules, random, .. } = &mut *state;
        let mut struck = None;
        for rule in rules {
            let Fault { service: s, operation: o, when, kind } = &rule.fault;
            let named = match o.as_str() {
                "*" => true,
                "mutating" => mutates,
                "reading" => !mutates,
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
            // What a mutation changes is never seen late by itself.
            let applies = applies && !(mutates && matches!(kind, FaultKind::Stale(_)));
            if applies && struck.is_none() {
                rule.struck = true;
                struck = Some(match kind {
                    FaultKind::Jitter(most) => FaultKind::Delay(most.mul_f64(random.unit())),
                    kind => kind.clone(),
                });
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
    fn a_kill_spares_the_process_where_a_client_is_named() {
        let faults = Faults::new(1);
        assert_eq!(faults.kill(), Killed::Process);
        faults.spare();
        assert_eq!(faults.kill(), Killed::Nobody);
        let told = Arc::new(Mutex::new(0));
        let count = told.clone();
        faults.client(move || *count.lock().unwrap() += 1);
        assert!(!faults.is_dead());
        assert_eq!(faults.kill(), Killed::Client);
        assert!(faults.is_dead());
        assert!(faults.client_gone());
        assert!(!faults.is_dead() && !faults.client_gone());
        assert_eq!(*told.lock().unwrap(), 1);
    }

    #[test]
    fn what_comes_late_comes_by_chance_and_reads_alone_are_stale() {
        let faults = Faults::new(1);
        faults.set_text("*:*=jitter 4").unwrap();
        let delay = |f: &Faults| match f.strike("dms", "CreateEndpoint", true) {
            Some(FaultKind::Delay(time)) => time,
            other => panic!("a jitter is a delay by chance, not {other:?}"),
        };
        let (one, two) = (delay(&faults), delay(&faults));
        assert!(one != two && one.max(two) < Duration::from_secs(4));
        faults.clear();
        assert_eq!(faults.stalest(), None);
        faults.set_text("dms:*=stale 10").unwrap();
        assert_eq!(faults.strike("dms", "CreateEndpoint", true), None);
        let lag = Duration::from_secs(10);
        assert_eq!(faults.strike("dms", "DescribeEndpoints", false), Some(FaultKind::Stale(lag)));
        assert_eq!(faults.stalest(), Some(lag));
    }

    #[test]
    fn a_call_may_be_performed_and_fail_all_the_same() {
        let fault: Fault = "*:mutating%0.1=fail-after InternalFailure Try later.".parse().unwrap();
        let FaultKind::FailAfter { status, code, message } = fault.kind else {
            panic!("it is performed");
        };
        assert_eq!((status, &*code, &*message), (500, "InternalFailure", "Try later."));
        assert_eq!("dms:*#3+=offline".parse::<Fault>().unwrap().kind, FaultKind::Offline);
    }

    #[test]
    fn a_fault_that_never_strikes_is_known() {
        let faults = Faults::new(1);
        for text in ["dms:CreateEndpoint#2=kill", "dms:*#9+=offline", "s3:*%0.5=drop", "ec2:*=drop"]
        {
            faults.set_text(text).unwrap();
        }
        let told = |text: &str, seen| Unstruck { text: text.into(), seen };
        faults.strike("dms", "CreateEndpoint", true);
        faults.strike("ec2", "CreateVpc", true);
        let wanted = [told("dms:CreateEndpoint#2=kill", 1), told("dms:*#9+=offline", 1)];
        assert_eq!(faults.unstruck(), wanted);
        faults.strike("dms", "CreateEndpoint", true);
        assert_eq!(faults.unstruck(), [told("dms:*#9+=offline", 2)]);
    }

    #[test]
    fn a_text_that_is_no_fault_says_so() {
        for text in [
            "",
            "dms",
            "dms:X",
            "dms:X#0=A",
            "dms:X=",
            "dms:X%2=A",
            "dms:X=delay",
            "dms:X=stale",
            "dms:X=fail-after",
            "dms:X=jitter x",
            ":X=A",
        ] {
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
