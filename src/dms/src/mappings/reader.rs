//! Reads one JSON object key by key: knows its path, reports wrong types, keeps what nobody asked
//! for.

use crate::{
    codes::{self, Code},
    finding::Finding,
};
use serde_json::{Map, Value};

/// An object under reading. The keys that nobody asks for are the ones that are not known.
pub struct Reader<'v, 'f> {
    map: &'v Map<String, Value>,
    path: String,
    known: Vec<&'static str>,
    /// How many of the keys that are there were asked for.
    used: usize,
    findings: &'f mut Vec<Finding>,
}

/// What a JSON value is, in words.
pub fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// A scalar as the text DMS takes it for; `None` for lists, objects and null.
pub fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(value) => Some(value.to_string()),
        _ => None,
    }
}

impl<'v, 'f> Reader<'v, 'f> {
    /// Reads `value` as an object; reports where it is none.
    pub fn open(
        value: &'v Value,
        path: impl Into<String>,
        findings: &'f mut Vec<Finding>,
    ) -> Option<Self> {
        let path = path.into();
        let Value::Object(map) = value else {
            let message = format!("{} is {}, not an object", last(&path), kind(value));
            findings.push(Finding::new(&codes::M117, path, message));
            return None;
        };
        Some(Self { map, path, known: Vec::with_capacity(16), used: 0, findings })
    }

    /// The path of a key.
    pub fn at(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    /// The path of the object itself.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Reports something about a key.
    pub fn report(&mut self, code: &Code, key: &str, message: impl Into<String>) -> &mut Finding {
        let at = if key.is_empty() { self.path.clone() } else { self.at(key) };
        self.findings.push(Finding::new(code, at, message));
        let last = self.findings.len() - 1;
        &mut self.findings[last]
    }

    /// Where findings go, for what is nested.
    pub fn findings(&mut self) -> &mut Vec<Finding> {
        self.findings
    }

    /// The value of a key; null counts as absent.
    pub fn take(&mut self, key: &'static str) -> Option<&'v Value> {
        debug_assert!(!self.known.contains(&key), "a key is asked for once");
        self.known.push(key);
        if self.used == self.map.len() {
            return None;
        }
        let value = self.map.get(key)?;
        self.used += 1;
        Some(value).filter(|v| !v.is_null())
    }

    fn wrong(&mut self, key: &str, value: &Value, wanted: &str) {
        self.report(&codes::M117, key, format!("{key} is {}, not {wanted}", kind(value)));
    }

    /// A text.
    pub fn text(&mut self, key: &'static str) -> Option<String> {
        let value = self.take(key)?;
        if let Value::String(text) = value {
            return Some(text.clone());
        }
        self.wrong(key, value, "text");
        None
    }

    /// A text, for which a number will do.
    pub fn loose(&mut self, key: &'static str) -> Option<String> {
        let value = self.take(key)?;
        let text = scalar(value);
        if text.is_none() {
            self.wrong(key, value, "text");
        }
        text
    }

    /// A whole number, or a text of one; the empty text counts as absent.
    pub fn integer(&mut self, key: &'static str) -> Option<i64> {
        let value = self.take(key)?;
        let number = match value {
            Value::String(text) if text.trim().is_empty() => return None,
            Value::String(text) => text.trim().parse().ok(),
            Value::Number(number) => number.as_i64(),
            _ => None,
        };
        if number.is_none() {
            self.wrong(key, value, "a whole number");
        }
        number
    }

    /// A boolean, or a text of one.
    pub fn boolean(&mut self, key: &'static str) -> Option<bool> {
        let value = self.take(key)?;
        let found = match value {
            Value::Bool(value) => Some(*value),
            Value::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
            Value::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
            _ => None,
        };
        if found.is_none() {
            self.wrong(key, value, "a boolean");
        }
        found
    }

    /// A list.
    pub fn list(&mut self, key: &'static str) -> Option<&'v [Value]> {
        let value = self.take(key)?;
        if let Value::Array(list) = value {
            return Some(list);
        }
        self.wrong(key, value, "a list");
        None
    }

    /// A list of texts (or numbers).
    pub fn texts(&mut self, key: &'static str) -> Vec<String> {
        let list = self.list(key).unwrap_or_default();
        let mut out = Vec::with_capacity(list.len());
        for (index, item) in list.iter().enumerate() {
            match scalar(item) {
                Some(text) => out.push(text),
                None => {
                    let at = format!("{key}[{index}]");
                    self.wrong(&at, item, "text");
                }
            }
        }
        out
    }

    /// A word of an enumeration; reports one that does not exist, with the nearest.
    pub fn word<T>(
        &mut self,
        key: &'static str,
        code: &Code,
        words: &'static [&'static str],
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let text = self.text(key)?;
        let found = parse(&text);
        if found.is_none() {
            let hint = unknown_word(&text, words);
            self.report(code, key, format!("{key} \"{text}\" does not exist")).hint = Some(hint);
        }
        found
    }

    /// Reports a key that is required and absent.
    pub fn missing(&mut self, code: &Code, key: &str) {
        let message = format!("{} has no {key}", last(&self.path));
        self.report(code, "", message);
    }

    /// What nobody asked for, reported where it is not null.
    pub fn rest(self) -> Map<String, Value> {
        let Self { map, path, known, used, findings } = self;
        let mut rest = Map::new();
        if used == map.len() {
            return rest;
        }
        for (key, value) in map {
            if value.is_null() || known.contains(&key.as_str()) {
                continue;
            }
            let at = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            let hint = dmsrun_diag::did_you_mean(key, known.iter().copied());
            let message = format!("{} does not know the key \"{key}\"", last(&path));
            findings.push(Finding::new(&codes::M118, at, message).maybe_hint(hint));
            rest.insert(key.clone(), value.clone());
        }
        rest
    }
}

/// The hint for a word that an enumeration lacks.
pub fn unknown_word(text: &str, words: &[&'static str]) -> String {
    dmsrun_diag::did_you_mean(text, words.iter().copied())
        .unwrap_or_else(|| format!("one of: {}", words.join(", ")))
}

fn last(path: &str) -> &str {
    if path.is_empty() { "the document" } else { path }
}
