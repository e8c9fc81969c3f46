//! Records out of JSON, in one walk and without a value in between.
//!
//! What is taken and what is refused is what the SDK takes and refuses: unknown members are passed over,
//! null is absent, a whole number may be written with a fraction of zero.

use super::{Scalar, Shape, Sink, Sort};
use crate::{lenient, shape::Give as _};
use aws_smithy_types::DateTime;
use dmsrun_base::Value;
use serde::de::{
    DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Unexpected, Visitor,
};
use std::fmt;

/// What is wrong with an answer.
pub(super) type Fault = serde_json::Error;

/// Why the walk ended early.
pub(super) enum Stop<E> {
    Fault(Fault),
    Sink(E),
}

/// An empty answer is one without members.
#[inline]
fn document(body: &str) -> &str {
    if body.is_empty() { "{}" } else { body }
}

/// The texts beside the records, each with its name: the tokens of the next page are among them.
pub(super) type Texts = Vec<(String, String)>;

/// The texts beside the records as both ends of an answer show them, and `None` where that look is not
/// enough. Much quicker than a walk through the records, but a guess: what stands between a list of
/// another name and the records, for instance, is not seen.
#[inline]
pub(super) fn guess(body: &str, shape: &Shape) -> Option<Texts> {
    let name = format!("\"{}\"", shape.items);
    let behind = body.find(&name)? + name.len();
    let open = behind + body[behind..].find('[')?;
    let close = open + 1 + body[open + 1..].rfind(']')?;
    if body[behind..open].trim() != ":" {
        return None;
    }
    let ends = [&body[..=open], &body[close..]].concat();
    let mut json = serde_json::Deserializer::from_str(&ends);
    let texts = json.deserialize_map(Beside(shape)).ok()?;
    json.end().ok().map(|()| texts)
}

struct Beside<'s>(&'s Shape);

impl<'de> Visitor<'de> for Beside<'_> {
    type Value = Texts;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Texts, A::Error> {
        let mut found = Vec::new();
        while let Some(name) = map.next_key::<String>()? {
            if name == self.0.items {
                map.next_value::<IgnoredAny>()?;
            } else if let Text(Some(text)) = map.next_value()? {
                found.push((name, text));
            }
        }
        Ok(found)
    }
}

/// A text, or anything else.
struct Text(Option<String>);

impl<'de> serde::Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(match serde_json::Value::deserialize(deserializer)? {
            serde_json::Value::String(text) => Some(text),
            _ => None,
        }))
    }
}

/// Hands every record of an answer to a sink, and gives the texts beside them.
pub(super) fn records<S: Sink>(
    body: &str,
    shape: &Shape,
    sink: &mut S,
) -> Result<Texts, Stop<S::Error>> {
    let mut walk = Walk { shape, sink, order: Vec::new(), stopped: None };
    let mut json = serde_json::Deserializer::from_str(document(body));
    let read =
        json.deserialize_map(Document(&mut walk)).and_then(|texts| json.end().map(|()| texts));
    match (walk.stopped, read) {
        (Some(error), _) => Err(Stop::Sink(error)),
        (None, Err(fault)) => Err(Stop::Fault(fault)),
        (None, Ok(texts)) => Ok(texts),
    }
}

/// The state of a walk.
struct Walk<'s, S: Sink> {
    shape: &'s Shape,
    sink: &'s mut S,
    /// The members of the last record in the order in which they came: those of the next come alike.
    order: Vec<Option<usize>>,
    /// The sink's refusal, which ends the walk.
    stopped: Option<S::Error>,
}

impl<S: Sink> Walk<'_, S> {
    /// What the sink says, in the words of the reader.
    fn heed<T, E: serde::de::Error>(&mut self, result: Result<T, S::Error>) -> Result<T, E> {
        result.map_err(|error| {
            self.stopped = Some(error);
            E::custom("stopped")
        })
    }

    fn set<E: serde::de::Error>(
        &mut self,
        record: &mut S::Record,
        member: usize,
        value: Scalar<'_>,
    ) -> Result<(), E> {
        let result = self.sink.set(record, member, value);
        self.heed(result)
    }
}

struct Document<'w, 's, S: Sink>(&'w mut Walk<'s, S>);

impl<'de, S: Sink> Visitor<'de> for Document<'_, '_, S> {
    type Value = Texts;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Texts, A::Error> {
        let mut found = Vec::new();
        while let Some(name) = map.next_key::<String>()? {
            if name == self.0.shape.items {
                map.next_value_seed(List(self.0))?;
            } else if let Text(Some(text)) = map.next_value()? {
                found.push((name, text));
            }
        }
        Ok(found)
    }
}

/// The list of records; null is an empty one.
struct List<'w, 's, S: Sink>(&'w mut Walk<'s, S>);

impl<'de, S: Sink> DeserializeSeed<'de> for List<'_, '_, S> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, S: Sink> Visitor<'de> for List<'_, '_, S> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of records")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while list.next_element_seed(Record(&mut *self.0))?.is_some() {}
        Ok(())
    }
}

/// A record.
struct Record<'w, 's, S: Sink>(&'w mut Walk<'s, S>);

impl<'de, S: Sink> DeserializeSeed<'de> for Record<'_, '_, S> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, S: Sink> Visitor<'de> for Record<'_, '_, S> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a record")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let walk = self.0;
        let begun = walk.sink.begin();
        let mut record = walk.heed(begun)?;
        // There are fewer members than bits: a test would not build otherwise.
        let (mut seen, mut at) = (0u64, 0);
        loop {
            let guess = walk.order.get(at).copied().flatten();
            let Some(member) = map.next_key_seed(Key { shape: walk.shape, guess })? else { break };
            match walk.order.get_mut(at) {
                Some(place) => *place = member,
                None => walk.order.push(member),
            }
            at += 1;
            match member {
                Some(member) => {
                    seen |= 1 << member;
                    map.next_value_seed(Put { walk, record: &mut record, member })?;
                }
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        for (member, (_, _, sort)) in walk.shape.members.iter().enumerate() {
            if *sort == Sort::Count && seen & (1 << member) == 0 {
                walk.set(&mut record, member, Scalar::Int(0))?;
            }
        }
        let ended = walk.sink.end(record);
        walk.heed(ended)
    }
}

/// The name of a member: its place among those that are known.
struct Key<'s> {
    shape: &'s Shape,
    guess: Option<usize>,
}

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Key<'_> {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        let members = self.shape.members;
        if let Some(guess) = self.guess
            && members[guess].1 == name
        {
            return Ok(self.guess);
        }
        Ok(members.iter().position(|(_, wire, _)| *wire == name))
    }
}

/// A member's value, on its way to the sink.
struct Put<'w, 's, 'r, S: Sink> {
    walk: &'w mut Walk<'s, S>,
    record: &'r mut S::Record,
    member: usize,
}

impl<S: Sink> Put<'_, '_, '_, S> {
    fn sort(&self) -> Sort {
        self.walk.shape.members[self.member].2
    }

    fn put<E: serde::de::Error>(self, value: Scalar<'_>) -> Result<(), E> {
        self.walk.set(self.record, self.member, value)
    }

    /// Seconds since 1970; a time that there is not is none.
    fn time<E: serde::de::Error>(self, seconds: f64) -> Result<(), E> {
        match DateTime::from_secs_f64(seconds).give() {
            Value::Time(time) => self.put(Scalar::Time(time)),
            _ => self.put(Scalar::Null),
        }
    }
}

impl<'de, S: Sink> DeserializeSeed<'de> for Put<'_, '_, '_, S> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<S: Sink> Visitor<'_> for Put<'_, '_, '_, S> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (_, wire, sort) = self.walk.shape.members[self.member];
        let sort = match sort {
            Sort::Text => "text",
            Sort::Integer | Sort::Count => "a whole number",
            Sort::Number => "a number",
            Sort::Boolean => "true or false",
            Sort::Time => "a time",
        };
        write!(f, "{sort} for {wire}")
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<(), E> {
        match self.sort() {
            Sort::Count => self.put(Scalar::Int(0)),
            _ => self.put(Scalar::Null),
        }
    }

    fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<(), E> {
        match self.sort() {
            Sort::Boolean => self.put(Scalar::Bool(value)),
            _ => Err(E::invalid_type(Unexpected::Bool(value), &self)),
        }
    }

    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<(), E> {
        match self.sort() {
            Sort::Integer | Sort::Count => self.put(Scalar::Int(value)),
            Sort::Number => self.put(Scalar::Float(value as f64)),
            Sort::Time => self.time(value as f64),
            _ => Err(E::invalid_type(Unexpected::Signed(value), &self)),
        }
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<(), E> {
        match i64::try_from(value) {
            Ok(value) => self.visit_i64(value),
            Err(_) => self.visit_f64(value as f64),
        }
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<(), E> {
        match self.sort() {
            Sort::Number => self.put(Scalar::Float(value)),
            Sort::Time => self.time(value),
            Sort::Integer | Sort::Count if value as i64 as f64 == value && value.abs() < 9.3e18 => {
                self.put(Scalar::Int(value as i64))
            }
            _ => Err(E::invalid_type(Unexpected::Float(value), &self)),
        }
    }

    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<(), E> {
        match self.sort() {
            Sort::Text => self.put(Scalar::Text(value)),
            Sort::Number if ["NaN", "Infinity", "-Infinity"].contains(&value) => {
                let number = value.parse().unwrap_or(f64::NAN);
                self.put(Scalar::Float(number))
            }
            // Emulators write times as text.
            Sort::Time => match lenient::seconds(value) {
                Some(seconds) => self.time(seconds),
                None => Err(E::invalid_value(Unexpected::Str(value), &self)),
            },
            _ => Err(E::invalid_type(Unexpected::Str(value), &self)),
        }
    }
}
