//! Conversions of what is not a structure: scalars, times, bytes, lists, maps.

use super::{Bad, Give, Shape, Take, Type};
use aws_smithy_types::{Blob, DateTime, byte_stream::ByteStream};
use dmsrun_base::{Map, Timestamp, Value};
use std::collections::HashMap;

impl Shape for String {
    const TYPE: Type = Type::String;
}
impl Take for String {
    fn take(value: &Value) -> Result<Self, Bad> {
        match value {
            Value::Time(time) => Ok(time.to_string()),
            Value::Bytes(bytes) => String::from_utf8(bytes.clone())
                .map_err(|_| Bad::new("expected string, got bytes that are not UTF-8")),
            other => match other.reveal_str() {
                Some(text) => Ok(text.to_owned()),
                None => Err(Bad::expected("string", other)),
            },
        }
    }
}
impl Give for String {
    fn give(&self) -> Value {
        Value::String(self.clone())
    }
}

impl Shape for bool {
    const TYPE: Type = Type::Boolean;
}
impl Take for bool {
    fn take(value: &Value) -> Result<Self, Bad> {
        value.as_bool().ok_or_else(|| Bad::expected("boolean", value))
    }
}
impl Give for bool {
    fn give(&self) -> Value {
        Value::Bool(*self)
    }
}

fn integer(value: &Value) -> Result<i64, Bad> {
    match value {
        Value::Float(x) if x.fract() != 0.0 => {
            Err(Bad::new(format!("expected integer, got {x}, which has a fraction")))
        }
        _ => value.as_i64().ok_or_else(|| Bad::expected("integer", value)),
    }
}

macro_rules! integers {
    ($($t:ty),*) => { $(
        impl Shape for $t {
            const TYPE: Type = Type::Integer;
        }
        impl Take for $t {
            fn take(value: &Value) -> Result<Self, Bad> {
                let n = integer(value)?;
                Self::try_from(n).map_err(|_| {
                    Bad::new(format!("{n} is out of range: {} to {}", Self::MIN, Self::MAX))
                })
            }
        }
        impl Give for $t {
            fn give(&self) -> Value {
                Value::Int(i64::from(*self))
            }
        }
    )* };
}
integers!(i32, i64);

impl Shape for f64 {
    const TYPE: Type = Type::Number;
}
impl Take for f64 {
    fn take(value: &Value) -> Result<Self, Bad> {
        match value {
            Value::Int(n) => Ok(*n as Self),
            Value::Float(x) => Ok(*x),
            other => Err(Bad::expected("number", other)),
        }
    }
}
impl Give for f64 {
    fn give(&self) -> Value {
        Value::Float(*self)
    }
}

impl Shape for DateTime {
    const TYPE: Type = Type::Timestamp;
}
impl Take for DateTime {
    fn take(value: &Value) -> Result<Self, Bad> {
        match value {
            Value::Time(time) => Ok(wire(*time)),
            Value::Int(seconds) => Ok(Self::from_secs(*seconds)),
            // As a fraction of two it is a little off: AWS means milliseconds.
            Value::Float(seconds) if seconds.is_finite() => {
                Ok(Self::from_millis((*seconds * 1000.0).round() as i64))
            }
            Value::String(text) => text.parse::<Timestamp>().map(wire).map_err(|_| {
                Bad::new("expected a time such as 2026-11-22T20:08:08Z, or seconds since 1970")
            }),
            other => Err(Bad::expected("timestamp", other)),
        }
    }
}
impl Give for DateTime {
    /// AWS tells milliseconds, and mostly as seconds with a fraction of two: what is beyond them is noise.
    fn give(&self) -> Value {
        let millis = (self.subsec_nanos() + 500_000) / 1_000_000;
        let since = self.secs().checked_mul(1000).and_then(|s| s.checked_add(i64::from(millis)));
        let time = since.and_then(|since| Timestamp::from_millisecond(since).ok());
        time.map_or(Value::Null, Value::Time)
    }
}

fn wire(time: Timestamp) -> DateTime {
    DateTime::from_nanos(time.as_nanosecond())
        .unwrap_or_else(|_| DateTime::from_secs(time.as_second()))
}

fn bytes(value: &Value) -> Result<Vec<u8>, Bad> {
    match value {
        Value::Bytes(bytes) => Ok(bytes.clone()),
        other => match other.reveal_str() {
            Some(text) => Ok(text.as_bytes().to_vec()),
            None => Err(Bad::expected("string or bytes", other)),
        },
    }
}

/// Text where the bytes are UTF-8, else the bytes.
pub fn text_or_bytes(bytes: Vec<u8>) -> Value {
    match String::from_utf8(bytes) {
        Ok(text) => Value::String(text),
        Err(error) => Value::Bytes(error.into_bytes()),
    }
}

impl Shape for Blob {
    const TYPE: Type = Type::Bytes;
}
impl Take for Blob {
    fn take(value: &Value) -> Result<Self, Bad> {
        bytes(value).map(Self::new)
    }
}
impl Give for Blob {
    fn give(&self) -> Value {
        Value::Bytes(self.as_ref().to_vec())
    }
}

impl Shape for ByteStream {
    const TYPE: Type = Type::Bytes;
}
impl Take for ByteStream {
    fn take(value: &Value) -> Result<Self, Bad> {
        bytes(value).map(Self::from)
    }
}

impl<T: Shape> Shape for Vec<T> {
    const TYPE: Type = Type::List(&T::TYPE);
}
impl<T: Take> Take for Vec<T> {
    fn take(value: &Value) -> Result<Self, Bad> {
        items(value)?.iter().enumerate().map(|(i, v)| T::take(v).map_err(|e| e.at(i))).collect()
    }
}
impl<T: Give> Give for Vec<T> {
    fn give(&self) -> Value {
        Value::List(self.iter().map(T::give).collect())
    }
    fn absent() -> Value {
        Value::List(Vec::new())
    }
}

fn items(value: &Value) -> Result<&[Value], Bad> {
    match value {
        Value::List(list) => Ok(list),
        // An empty Lua table has no sort of its own.
        Value::Map(map) if map.is_empty() => Ok(&[]),
        other => Err(Bad::expected("a list", other)),
    }
}

/// The entries of a table; an empty list counts as an empty table.
pub fn entries(value: &Value) -> Result<&Map, Bad> {
    static EMPTY: Map = Map::new();
    match value {
        Value::Map(map) => Ok(map),
        Value::List(list) if list.is_empty() => Ok(&EMPTY),
        Value::Null => Ok(&EMPTY),
        other => Err(Bad::expected("a table", other)),
    }
}

impl<K, T: Shape> Shape for HashMap<K, T> {
    const TYPE: Type = Type::Map(&T::TYPE);
}
impl<T: Take> Take for HashMap<String, T> {
    fn take(value: &Value) -> Result<Self, Bad> {
        entries(value)?
            .iter()
            .filter(|(_, v)| !v.is_null())
            .map(|(k, v)| T::take(v).map(|v| (k.clone(), v)).map_err(|e| e.under(k)))
            .collect()
    }
}
impl<K: AsRef<str>, T: Give> Give for HashMap<K, T> {
    fn give(&self) -> Value {
        Value::Map(self.iter().map(|(k, v)| (k.as_ref().to_owned(), v.give())).collect())
    }
}

impl<T: Shape> Shape for Box<T> {
    const TYPE: Type = T::TYPE;
}
impl<T: Take> Take for Box<T> {
    fn take(value: &Value) -> Result<Self, Bad> {
        T::take(value).map(Self::new)
    }
}
impl<T: Give> Give for Box<T> {
    fn give(&self) -> Value {
        (**self).give()
    }
}

impl<T: Give> Give for Option<T> {
    fn give(&self) -> Value {
        self.as_ref().map_or_else(T::absent, T::give)
    }
}
