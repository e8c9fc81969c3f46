//! `Value`: what travels between Lua, the engine and the AWS door.
//!
//! It is JSON and a little more: bytes, times, secrets, and the references and templates that stand for
//! what is known only after apply.

use crate::clock::Timestamp;
use base64::Engine as _;
use std::{collections::BTreeMap, fmt, sync::Arc};

/// A map with string keys, always in the order of its keys, so that nothing printed or compared depends
/// on chance.
pub type Map = BTreeMap<String, Value>;

/// A dynamic value.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Value {
    /// Nothing; in a request, the same as an absent member.
    #[default]
    Null,
    /// A truth value.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number with a fraction.
    Float(f64),
    /// Text.
    String(String),
    /// Binary data; base64 in JSON.
    Bytes(Vec<u8>),
    /// A point in time; RFC 3339 in JSON and in Lua.
    Time(Timestamp),
    /// Text that must not be shown.
    Secret(Secret),
    /// A list.
    List(Vec<Value>),
    /// A map. An empty Lua table arrives as an empty map; whoever wants a list accepts that too.
    Map(Map),
    /// Another resource's output, known after apply.
    Reference(Reference),
    /// Text with references in it: parts that are `String` or `Reference`, joined after apply.
    Template(Vec<Value>),
}

/// Text that must not be shown. `Debug` and `Display` print `***`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Secret(Arc<str>);

impl Secret {
    /// Wraps a text; tell the [`crate::Redactor`] of it as well, so that it is scrubbed by value.
    pub fn new(text: impl Into<Arc<str>>) -> Self {
        Self(text.into())
    }
    /// The text itself, for the one place that must send it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// The identity of a resource within its stack: its kind (`ec2.vpc`) and its id (`main`).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ResourceId {
    /// The kind's name, such as `dms.endpoint`.
    pub kind: String,
    /// The id that the script chose, such as `source`.
    pub id: String,
}

impl ResourceId {
    /// Makes an identity of its two parts.
    pub fn new(kind: impl Into<String>, id: impl Into<String>) -> Self {
        Self { kind: kind.into(), id: id.into() }
    }
    /// Reads the form of the tag `dmsrun:resource`, `kind/id`; `None` where there is no slash.
    pub fn parse(text: &str) -> Option<Self> {
        let (kind, id) = text.split_once('/')?;
        (!kind.is_empty() && !id.is_empty()).then(|| Self::new(kind, id))
    }
}

impl fmt::Display for ResourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kind, self.id)
    }
}

/// Another resource's output, known after apply.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Reference {
    /// The resource whose output it is.
    pub target: ResourceId,
    /// The output's name, such as `vpc_id`, and the path inside it.
    pub path: Vec<String>,
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.target, self.path.join("."))
    }
}

impl Value {
    /// The name of the type, in the words of a message to the user.
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "nil",
            Self::Bool(_) => "boolean",
            Self::Int(_) => "integer",
            Self::Float(_) => "number",
            Self::String(_) => "string",
            Self::Bytes(_) => "bytes",
            Self::Time(_) => "timestamp",
            Self::Secret(_) => "secret",
            Self::List(_) => "list",
            Self::Map(_) => "table",
            Self::Reference(_) => "reference",
            Self::Template(_) => "template",
        }
    }

    /// The text, where this is a `String`. A secret is not given: ask [`Value::reveal_str`].
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(s) => Some(s),
            _ => None,
        }
    }

    /// The text of a `String` or of a `Secret`.
    pub fn reveal_str(&self) -> Option<&str> {
        match self {
            Self::String(s) => Some(s),
            Self::Secret(s) => Some(s.reveal()),
            _ => None,
        }
    }

    /// The whole number, also where it stands as a float without a fraction.
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Self::Int(n) => Some(*n),
            Self::Float(x) if x.fract() == 0.0 && x.abs() < 9e15 => Some(*x as i64),
            _ => None,
        }
    }

    /// The truth value, where this is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(b) => Some(*b),
            _ => None,
        }
    }

    /// The list; `None` for everything else, the empty map included.
    pub fn as_list(&self) -> Option<&[Value]> {
        match self {
            Self::List(l) => Some(l),
            _ => None,
        }
    }

    /// The map, where this is one.
    pub fn as_map(&self) -> Option<&Map> {
        match self {
            Self::Map(m) => Some(m),
            _ => None,
        }
    }

    /// Whether this is `Null`.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// A member of a map, or `None`.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.as_map()?.get(key)
    }

    /// Every reference inside, templates included, in order of appearance.
    pub fn references(&self) -> Vec<&Reference> {
        fn walk<'a>(value: &'a Value, out: &mut Vec<&'a Reference>) {
            match value {
                Value::Reference(r) => out.push(r),
                Value::List(l) | Value::Template(l) => l.iter().for_each(|v| walk(v, out)),
                Value::Map(m) => m.values().for_each(|v| walk(v, out)),
                _ => {}
            }
        }
        let mut out = Vec::new();
        walk(self, &mut out);
        out
    }

    /// JSON for people, logs, journals and plans: secrets are `"***"`, references `"${kind/id.output}"`.
    pub fn to_json(&self) -> serde_json::Value {
        self.json(&|_| serde_json::Value::from("***"))
    }

    /// JSON with the secrets in clear text: only for what is sent to the service.
    pub fn to_json_revealed(&self) -> serde_json::Value {
        self.json(&|s| serde_json::Value::from(s.reveal()))
    }

    fn json(&self, secret: &dyn Fn(&Secret) -> serde_json::Value) -> serde_json::Value {
        use serde_json::Value as J;
        match self {
            Self::Null => J::Null,
            Self::Bool(b) => J::Bool(*b),
            Self::Int(n) => J::from(*n),
            Self::Float(x) => serde_json::Number::from_f64(*x).map_or(J::Null, J::Number),
            Self::String(s) => J::from(s.as_str()),
            Self::Bytes(b) => J::from(base64::engine::general_purpose::STANDARD.encode(b)),
            Self::Time(t) => J::from(t.to_string()),
            Self::Secret(s) => secret(s),
            Self::List(l) => J::Array(l.iter().map(|v| v.json(secret)).collect()),
            Self::Map(m) => J::Object(m.iter().map(|(k, v)| (k.clone(), v.json(secret))).collect()),
            Self::Reference(r) => J::from(format!("${{{r}}}")),
            Self::Template(parts) => J::from(
                parts
                    .iter()
                    .map(|p| match p {
                        Self::String(s) => s.clone(),
                        Self::Reference(r) => format!("${{{r}}}"),
                        other => other.json(secret).to_string(),
                    })
                    .collect::<String>(),
            ),
        }
    }

    /// The value of a JSON document. Numbers that fit are whole numbers.
    pub fn from_json(json: serde_json::Value) -> Self {
        use serde_json::Value as J;
        match json {
            J::Null => Self::Null,
            J::Bool(b) => Self::Bool(b),
            J::Number(n) => {
                n.as_i64().map_or_else(|| Self::Float(n.as_f64().unwrap_or(f64::NAN)), Self::Int)
            }
            J::String(s) => Self::String(s),
            J::Array(a) => Self::List(a.into_iter().map(Self::from_json).collect()),
            J::Object(o) => {
                Self::Map(o.into_iter().map(|(k, v)| (k, Self::from_json(v))).collect())
            }
        }
    }
}

impl From<&str> for Value {
    fn from(s: &str) -> Self {
        Self::String(s.to_owned())
    }
}
impl From<String> for Value {
    fn from(s: String) -> Self {
        Self::String(s)
    }
}
impl From<bool> for Value {
    fn from(b: bool) -> Self {
        Self::Bool(b)
    }
}
impl From<i64> for Value {
    fn from(n: i64) -> Self {
        Self::Int(n)
    }
}
impl From<i32> for Value {
    fn from(n: i32) -> Self {
        Self::Int(n.into())
    }
}
impl From<f64> for Value {
    fn from(x: f64) -> Self {
        Self::Float(x)
    }
}
impl From<Map> for Value {
    fn from(m: Map) -> Self {
        Self::Map(m)
    }
}
impl<T: Into<Value>> From<Vec<T>> for Value {
    fn from(l: Vec<T>) -> Self {
        Self::List(l.into_iter().map(Into::into).collect())
    }
}
impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(o: Option<T>) -> Self {
        o.map_or(Self::Null, Into::into)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_never_printed() {
        let v = Value::List(vec![Value::Secret(Secret::new("hunter2!"))]);
        assert!(!format!("{v:?}").contains("hunter2"));
        assert_eq!(v.to_json().to_string(), r#"["***"]"#);
        assert_eq!(v.to_json_revealed().to_string(), r#"["hunter2!"]"#);
    }

    #[test]
    fn big_integers_survive_json() {
        let v = Value::from_json(serde_json::json!({"n": 9_007_199_254_740_993_i64}));
        assert_eq!(v.get("n").and_then(Value::as_i64), Some(9_007_199_254_740_993));
        assert_eq!(v.to_json().to_string(), r#"{"n":9007199254740993}"#);
    }

    #[test]
    fn references_are_found_in_templates() {
        let r =
            Reference { target: ResourceId::new("s3.bucket", "logs"), path: vec!["arn".into()] };
        let v = Value::Template(vec![Value::Reference(r.clone()), "/*".into()]);
        assert_eq!(v.references(), vec![&r]);
        assert_eq!(v.to_json(), serde_json::json!("${s3.bucket/logs.arn}/*"));
    }
}
