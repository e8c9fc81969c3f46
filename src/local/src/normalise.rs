//! Makes winterbaume's answers repeatable: ids that it drew at random become ids of the account, times
//! that it read from the wall become virtual, in its answer and in its state.

use crate::{ids::Ids, wire::Answer};
use dmsrun_base::Timestamp;
use jiff::SignedDuration;
use serde_json::{Number, Value as Json};
use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

/// When a call was made, on both clocks.
pub(crate) struct Moment<'a> {
    ids: &'a Ids,
    now: Timestamp,
    wall: Timestamp,
}

impl<'a> Moment<'a> {
    pub fn new(ids: &'a Ids, now: Timestamp, wall: Timestamp) -> Self {
        Self { ids, now, wall }
    }

    /// The virtual time for a time that a service read from the wall during the call, or a whole number
    /// of days after it, as the end of a waiting period is.
    fn virtual_time(&self, time: Timestamp) -> Option<Timestamp> {
        // A call takes microseconds; a second is lost where fractions are cut off.
        const SLACK: i128 = 1_500_000_000;
        const DAY: i128 = 86_400_000_000_000;
        let ahead = time.duration_since(self.wall).as_nanos();
        let days = (ahead + SLACK).div_euclid(DAY);
        if !(0..=400).contains(&days) || (ahead - days * DAY).abs() > SLACK {
            return None;
        }
        let hours = i64::try_from(days).ok()? * 24;
        self.now.checked_add(SignedDuration::from_hours(hours)).ok()
    }
}

/// What was renamed so far; the same always gets the same name.
#[derive(Default)]
pub(crate) struct Normaliser {
    renamed: BTreeMap<String, String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Uuid,
    Iam,
    Secret,
    Time,
}

impl Normaliser {
    /// Normalises an answer: text, and the numbers of a JSON body.
    pub fn answer(
        &mut self,
        moment: &Moment<'_>,
        known: &BTreeSet<String>,
        sent: &str,
        answer: &mut Answer,
    ) {
        let names: Vec<_> = answer.headers.keys().cloned().collect();
        for name in names {
            let value = answer.headers.get(&name).and_then(|v| v.to_str().ok());
            let value = value.and_then(|text| self.text(moment, known, sent, text));
            if let Some(Ok(value)) = value.map(|text| text.parse()) {
                answer.headers.insert(name, value);
            }
        }
        let Ok(text) = std::str::from_utf8(&answer.body) else { return };
        if text.starts_with('{') {
            let Ok(mut body) = serde_json::from_str::<Json>(text) else { return };
            if self.state(moment, known, sent, &mut body) {
                answer.body = body.to_string().into();
            }
        } else if let Some(text) = self.text(moment, known, sent, text) {
            answer.body = text.into();
        }
    }

    /// Normalises a state; whether anything changed.
    pub fn state(
        &mut self,
        moment: &Moment<'_>,
        known: &BTreeSet<String>,
        sent: &str,
        value: &mut Json,
    ) -> bool {
        match value {
            Json::String(text) => match self.text(moment, known, sent, text) {
                Some(new) => {
                    *text = new;
                    true
                }
                None => false,
            },
            Json::Number(number) => match number_of(moment, number) {
                Some(new) => {
                    *number = new;
                    true
                }
                None => false,
            },
            Json::Array(items) => items
                .iter_mut()
                .fold(false, |any, item| self.state(moment, known, sent, item) | any),
            Json::Object(map) => {
                let mut any = false;
                let mut renamed = false;
                for (_, member) in map.iter_mut() {
                    any |= self.state(moment, known, sent, member);
                }
                let old = std::mem::take(map);
                for (name, member) in old {
                    let name = match self.text(moment, known, sent, &name) {
                        Some(new) => {
                            renamed = true;
                            new
                        }
                        None => name,
                    };
                    map.insert(name, member);
                }
                if renamed {
                    map.sort_keys();
                }
                any | renamed
            }
            Json::Null | Json::Bool(_) => false,
        }
    }

    fn text(
        &mut self,
        moment: &Moment<'_>,
        known: &BTreeSet<String>,
        sent: &str,
        text: &str,
    ) -> Option<String> {
        let mut out = String::new();
        let mut copied = 0;
        for (range, kind) in tokens(text) {
            let token = &text[range.clone()];
            if known.contains(token) || (kind != Kind::Time && sent.contains(token)) {
                continue;
            }
            let Some(new) = self.rename(moment, token, kind) else { continue };
            out.push_str(&text[copied..range.start]);
            out.push_str(&new);
            copied = range.end;
        }
        (copied > 0).then(|| {
            out.push_str(&text[copied..]);
            out
        })
    }

    fn rename(&mut self, moment: &Moment<'_>, token: &str, kind: Kind) -> Option<String> {
        if let Some(new) = self.renamed.get(token) {
            return Some(new.clone());
        }
        let ids = moment.ids;
        let new = match kind {
            Kind::Uuid => ids.uuid(),
            Kind::Iam => format!("{}{}", &token[..4], ids.upper(token.len() - 4)),
            Kind::Secret => format!("{}{}", &token[..token.len() - 6], ids.alphanumeric(6)),
            Kind::Time => {
                let time = moment.virtual_time(token.parse().ok()?)?;
                let seconds = Timestamp::from_second(time.as_second()).ok()?;
                return Some(seconds.to_string());
            }
        };
        self.renamed.insert(token.to_owned(), new.clone());
        // What we have given must not be taken for something to rename.
        self.renamed.insert(new.clone(), new.clone());
        Some(new)
    }
}

fn number_of(moment: &Moment<'_>, number: &Number) -> Option<Number> {
    let value = number.as_f64()?;
    // Only what can be a time of our age: in seconds or in milliseconds.
    if (1e9..1e10).contains(&value) {
        let time = Timestamp::from_nanosecond((value * 1e9) as i128).ok()?;
        return Some(moment.virtual_time(time)?.as_second().into());
    }
    if (1e12..1e13).contains(&value) {
        let time = Timestamp::from_nanosecond((value * 1e6) as i128).ok()?;
        return Some(moment.virtual_time(time)?.as_millisecond().into());
    }
    None
}

/// The ids and times of a state, which later calls leave alone.
pub(crate) fn known(state: &Json) -> BTreeSet<String> {
    fn walk(value: &Json, known: &mut BTreeSet<String>) {
        let mut add = |text: &str| {
            known.extend(tokens(text).into_iter().map(|(range, _)| text[range].to_owned()));
        };
        match value {
            Json::String(text) => add(text),
            Json::Array(items) => items.iter().for_each(|item| walk(item, known)),
            Json::Object(map) => {
                for (name, member) in map {
                    known.extend(tokens(name).into_iter().map(|(range, _)| name[range].to_owned()));
                    walk(member, known);
                }
            }
            _ => {}
        }
    }
    let mut known = BTreeSet::new();
    walk(state, &mut known);
    known
}

/// What in a text may be an id or a time, in order.
fn tokens(text: &str) -> Vec<(Range<usize>, Kind)> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let fresh = at == 0 || !bytes[at - 1].is_ascii_alphanumeric();
        let token = if !fresh {
            None
        } else {
            uuid(&bytes[at..])
                .map(|len| (len, Kind::Uuid))
                .or_else(|| iam(&bytes[at..]).map(|len| (len, Kind::Iam)))
                .or_else(|| time(&bytes[at..]).map(|len| (len, Kind::Time)))
                .or_else(|| {
                    let secret = at > 0 && text[..at].ends_with(":secret:");
                    secret.then(|| tail(&bytes[at..])).flatten().map(|len| (len, Kind::Secret))
                })
        };
        match token {
            Some((len, kind)) => {
                found.push((at..at + len, kind));
                at += len;
            }
            None => at += 1,
        }
        while at < bytes.len() && !text.is_char_boundary(at) {
            at += 1;
        }
    }
    found
}

fn ends(bytes: &[u8], len: usize) -> Option<usize> {
    bytes.get(len).is_none_or(|b| !b.is_ascii_alphanumeric()).then_some(len)
}

fn uuid(bytes: &[u8]) -> Option<usize> {
    let head = bytes.get(..36)?;
    let fits = head.iter().enumerate().all(|(n, b)| match n {
        8 | 13 | 18 | 23 => *b == b'-',
        _ => b.is_ascii_digit() || (b'a'..=b'f').contains(b),
    });
    fits.then_some(36).and_then(|len| ends(bytes, len))
}

fn iam(bytes: &[u8]) -> Option<usize> {
    const PREFIXES: [&[u8]; 8] =
        [b"AROA", b"AIDA", b"ANPA", b"AGPA", b"AIPA", b"ASCA", b"APKA", b"AKIA"];
    if !PREFIXES.iter().any(|prefix| bytes.starts_with(prefix)) {
        return None;
    }
    let len = bytes.iter().take_while(|b| b.is_ascii_uppercase() || b.is_ascii_digit()).count();
    (16..=24).contains(&len).then_some(len).and_then(|len| ends(bytes, len))
}

fn time(bytes: &[u8]) -> Option<usize> {
    const FORM: &[u8] = b"0000-00-00T00:00:00";
    let head = bytes.get(..FORM.len())?;
    let fits = head.iter().zip(FORM).all(|(b, form)| match form {
        b'0' => b.is_ascii_digit(),
        form => b == form,
    });
    if !fits {
        return None;
    }
    let mut len = FORM.len();
    if bytes.get(len) == Some(&b'.') {
        len += 1 + bytes[len + 1..].iter().take_while(|b| b.is_ascii_digit()).count();
    }
    if bytes.get(len) == Some(&b'Z') {
        return Some(len + 1);
    }
    bytes[len..].starts_with(b"+00:00").then_some(len + 6)
}

/// The end of a secret's ARN: its name, a hyphen, six characters.
fn tail(bytes: &[u8]) -> Option<usize> {
    let part = |b: &&u8| b.is_ascii_alphanumeric() || b"/_+=.@!-".contains(b);
    let len = bytes.iter().take_while(part).count();
    let last = bytes[..len].iter().rposition(|b| *b == b'-')?;
    (len - last == 7).then_some(len)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    #[test]
    fn what_was_drawn_at_random_becomes_ours_and_stays_so() {
        let ids = Ids::new(3, 0, 0);
        let now: Timestamp = "2030-01-01T00:00:00Z".parse().unwrap();
        let wall: Timestamp = "2026-11-22T20:00:00Z".parse().unwrap();
        let moment = Moment::new(&ids, now, wall);
        let random = "0b1c2d3e-1111-4222-8333-444455556666";
        let mut state = json!({
            random: { "arn": format!("arn:aws:kms:eu-west-1:1:key/{random}"), "made": 1_795_377_600 },
            "time": "2026-11-22T20:00:00.123456+00:00",
            "week": "2026-11-29T20:00:00.500Z",
            "other": "2025-01-01T00:00:00Z",
            "secret": "arn:aws:secretsmanager:eu-west-1:1:secret:db/pass-AbCdEf",
            "role": "AROA1234567890ABCDEFG",
        });
        let mut normaliser = Normaliser::default();
        assert!(normaliser.state(&moment, &BTreeSet::new(), "", &mut state));
        let text = state.to_string();
        assert!(!text.contains(random) && !text.contains("AbCdEf") && !text.contains("AROA1234"));
        assert_eq!(state["time"], "2030-01-01T00:00:00Z");
        assert_eq!(state["week"], "2030-01-08T00:00:00Z");
        assert_eq!(state["other"], "2025-01-01T00:00:00Z");
        let before = state.clone();
        let known = known(&state);
        assert!(!normaliser.state(&moment, &known, "", &mut state));
        assert_eq!(state, before);
    }

    #[test]
    fn what_the_client_sent_is_left_alone() {
        let ids = Ids::new(3, 0, 0);
        let moment = Moment::new(&ids, Timestamp::UNIX_EPOCH, Timestamp::now());
        let token = "0b1c2d3e-1111-4222-8333-444455556666";
        let mut state = json!({ "token": token });
        assert!(!Normaliser::default().state(&moment, &BTreeSet::new(), token, &mut state));
    }
}
