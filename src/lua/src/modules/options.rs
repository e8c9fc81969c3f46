//! The table of options that many functions of the host take as their last argument: every key and
//! type is checked, and a slip is told with the function, the key, what was given and the nearest
//! valid name.

use crate::{
    calls::{Raise, root},
    convert::describe,
    place,
};
use dmsrun_base::Secret;
use dmsrun_diag::{Diagnostic, Span, did_you_mean};
use mlua::{Lua, Table, Value};
use std::{collections::BTreeMap, time::Duration};

/// The place of the user's code that led here, for a diagnostic.
pub(crate) fn span(lua: &Lua) -> Option<Span> {
    place::user(lua).map(|p| Span::line(p.file, p.line))
}

/// An error about something outside the script, at the place that asked for it.
pub(crate) fn failed(lua: &Lua, summary: &str, what: impl Into<String>) -> Diagnostic {
    Diagnostic::error(summary).at(span(lua)).what(what)
}

/// A value for a message: short texts, numbers and truth values as they are, others by their type.
pub(crate) fn show(value: &Value) -> String {
    match value {
        Value::String(text) => {
            let text = text.to_string_lossy();
            match text.chars().count() {
                0..=60 => format!("{text:?}"),
                _ => format!("{:?}…", text.chars().take(60).collect::<String>()),
            }
        }
        Value::Integer(n) => n.to_string(),
        Value::Number(n) => number(*n),
        Value::Boolean(b) => b.to_string(),
        Value::Nil => "nothing".to_owned(),
        other => describe(other),
    }
}

/// A float as short as it can be told: with its point, or with an exponent where it is very long.
pub(crate) fn number(n: f64) -> String {
    match serde_json::Number::from_f64(n) {
        Some(number) => number.to_string(),
        None if n.is_nan() => "NaN".to_owned(),
        None if n > 0.0 => "infinity".to_owned(),
        None => "-infinity".to_owned(),
    }
}

/// `Did you mean …`, or the valid names.
pub(crate) fn nearest(name: &str, known: &[&str]) -> String {
    did_you_mean(name, known.iter().copied())
        .unwrap_or_else(|| format!("Valid: {}", known.join(", ")))
}

/// A text that may be a secret; what is a secret is in `Clear::secret`.
pub(crate) struct Clear {
    pub(crate) text: Vec<u8>,
    pub(crate) secret: bool,
}

/// The text of a string, a number, or a secret that is meant to be sent.
pub(crate) fn clear(value: &Value) -> Option<Clear> {
    let plain = |text: Vec<u8>| Some(Clear { text, secret: false });
    match value {
        Value::String(text) => plain(text.as_bytes().to_vec()),
        Value::Integer(n) => plain(n.to_string().into_bytes()),
        Value::Number(n) => plain(n.to_string().into_bytes()),
        Value::UserData(userdata) => secret(userdata)
            .map(|secret| Clear { text: secret.reveal().as_bytes().to_vec(), secret: true }),
        _ => None,
    }
}

/// The secret that a userdata is.
pub(crate) fn secret(userdata: &mlua::AnyUserData) -> Option<Secret> {
    userdata.borrow::<crate::values::SecretValue>().ok().map(|secret| secret.0.clone())
}

/// A member of a table that a function takes; what is wrong with it is told with its name.
pub(crate) fn member<T: mlua::FromLua>(
    function: &str,
    table: &Table,
    key: impl mlua::IntoLua + std::fmt::Display + Copy,
) -> Result<T, Raise> {
    let wrong = |error| Raise::Misuse(format!("{function}: {key}: {}", root(&error)));
    table.get(key).map_err(wrong)
}

/// A list of texts as an argument.
pub(crate) struct Texts(pub(crate) Vec<String>);

impl mlua::FromLua for Texts {
    fn from_lua(value: Value, _: &Lua) -> mlua::Result<Self> {
        let wrong = |got: String| mlua::Error::runtime(format!("list of strings expected, {got}"));
        let Value::Table(list) = &value else {
            return Err(wrong(format!("got {}", show(&value))));
        };
        let texts = list.sequence_values::<Value>().enumerate().map(|(index, item)| {
            let item = item?;
            match clear(&item).filter(|text| !text.secret).map(|it| String::from_utf8(it.text)) {
                Some(Ok(text)) => Ok(text),
                Some(Err(_)) => Err(wrong(format!("item {} is not UTF-8", index + 1))),
                None => Err(wrong(format!("item {} is {}", index + 1, describe(&item)))),
            }
        });
        texts.collect::<mlua::Result<_>>().map(Self)
    }
}

/// The options of one call.
pub(crate) struct Options {
    function: &'static str,
    values: BTreeMap<String, Value>,
    known: &'static [&'static str],
}

impl Options {
    /// Takes the table apart; nothing given is the same as an empty one.
    pub(crate) fn read(
        function: &'static str,
        table: Option<&Table>,
        known: &'static [&'static str],
    ) -> Result<Self, Raise> {
        let mut values = BTreeMap::new();
        if let Some(table) = table {
            for pair in table.pairs::<Value, Value>() {
                let (key, value) = pair?;
                let Value::String(name) = &key else {
                    return Err(Raise::Misuse(format!(
                        "{function}: options have names, got {}. Valid: {}",
                        show(&key),
                        known.join(", ")
                    )));
                };
                values.insert(name.to_string_lossy(), value);
            }
        }
        // Sorted, so that of two slips the same one is told each time.
        if let Some(name) = values.keys().find(|name| !known.contains(&name.as_str())) {
            return Err(Raise::Misuse(format!(
                "{function}: unknown option \"{name}\". {}",
                nearest(name, known)
            )));
        }
        Ok(Self { function, values, known })
    }

    /// What is wrong with an option.
    pub(crate) fn wrong(&self, key: &str, wanted: &str) -> Raise {
        debug_assert!(self.known.contains(&key), "{key} is read, so it must be known");
        let got = self.values.get(key).unwrap_or(&Value::Nil);
        Raise::Misuse(format!("{}: {key} must be {wanted}, got {}", self.function, show(got)))
    }

    /// The option as it is, where it is given.
    pub(crate) fn value(&self, key: &str) -> Option<&Value> {
        self.values.get(key).filter(|value| !value.is_nil())
    }

    pub(crate) fn text(&self, key: &str) -> Result<Option<String>, Raise> {
        match self.value(key) {
            None => Ok(None),
            Some(Value::String(text)) => match text.to_str() {
                Ok(text) => Ok(Some(text.to_owned())),
                Err(_) => Err(self.wrong(key, "text in UTF-8")),
            },
            Some(_) => Err(self.wrong(key, "text")),
        }
    }

    /// A text that may also be a secret.
    pub(crate) fn clear(&self, key: &str) -> Result<Option<Clear>, Raise> {
        match self.value(key) {
            None => Ok(None),
            Some(value) => {
                clear(value).map(Some).ok_or_else(|| self.wrong(key, "text or a secret"))
            }
        }
    }

    pub(crate) fn flag(&self, key: &str) -> Result<bool, Raise> {
        match self.value(key) {
            None => Ok(false),
            Some(Value::Boolean(flag)) => Ok(*flag),
            Some(_) => Err(self.wrong(key, "true or false")),
        }
    }

    /// A duration: seconds as a number, or a text such as `2m 30s`.
    pub(crate) fn duration(&self, key: &str) -> Result<Option<Duration>, Raise> {
        match self.value(key) {
            None => Ok(None),
            Some(value) => super::time::span_of(value)
                .map(Some)
                .ok_or_else(|| self.wrong(key, "seconds, or a duration such as \"2m 30s\"")),
        }
    }

    pub(crate) fn table(&self, key: &str) -> Result<Option<Table>, Raise> {
        match self.value(key) {
            None => Ok(None),
            Some(Value::Table(table)) => Ok(Some(table.clone())),
            Some(_) => Err(self.wrong(key, "a table")),
        }
    }

    /// A table of names and texts, sorted by name; a text may be a secret.
    pub(crate) fn texts(&self, key: &str) -> Result<BTreeMap<String, Clear>, Raise> {
        let texts = self.entries(key, "text", |value| clear(value).map(Some))?;
        Ok(texts.into_iter().filter_map(|(name, text)| Some((name, text?))).collect())
    }

    /// As [`Options::texts`], with `None` where the script says `false`: not that one.
    pub(crate) fn texts_or_false(
        &self,
        key: &str,
    ) -> Result<BTreeMap<String, Option<Clear>>, Raise> {
        self.entries(key, "text, or false for one to leave out", |value| match value {
            Value::Boolean(false) => Some(None),
            other => clear(other).map(Some),
        })
    }

    fn entries(
        &self,
        key: &str,
        wanted: &str,
        read: impl Fn(&Value) -> Option<Option<Clear>>,
    ) -> Result<BTreeMap<String, Option<Clear>>, Raise> {
        let mut texts = BTreeMap::new();
        if let Some(table) = self.table(key)? {
            for pair in table.pairs::<Value, Value>() {
                let (name, value) = pair?;
                let wrong = |what: &str| {
                    Raise::Misuse(format!(
                        "{}: {key} must hold names and texts; {what}",
                        self.function
                    ))
                };
                let Value::String(name) = &name else {
                    return Err(wrong(&format!("{} is no name", show(&name))));
                };
                let name = name.to_string_lossy();
                let text = read(&value).ok_or_else(|| {
                    wrong(&format!("{name} is {}, and must be {wanted}", describe(&value)))
                })?;
                texts.insert(name, text);
            }
        }
        Ok(texts)
    }

    /// One of a few words.
    pub(crate) fn choice(
        &self,
        key: &str,
        choices: &'static [&'static str],
    ) -> Result<&'static str, Raise> {
        let Some(value) = self.value(key) else { return Ok(choices[0]) };
        let name = value.as_string().map(mlua::LuaString::to_string_lossy);
        let found = name.as_deref().and_then(|name| choices.iter().find(|c| **c == name));
        found.copied().ok_or_else(|| {
            let near = name.and_then(|name| did_you_mean(&name, choices.iter().copied()));
            let near = near.map(|near| format!(". {near}")).unwrap_or_default();
            let words = choices.join("\", \"");
            let Raise::Misuse(text) = self.wrong(key, &format!("one of \"{words}\"")) else {
                return Raise::misuse("a choice");
            };
            Raise::Misuse(format!("{text}{near}"))
        })
    }
}
