//! Writes Lua values as JSON text: names sorted, faults with the path to them. References stay what
//! they are, so the text is a template until they are known.

use crate::{
    convert::{Marks, Null, PathError, Shape, describe, enter},
    values::{self, BigInteger},
};
use dmsrun_base::Value;
use mlua::{IntoLua as _, Lua, Table, Value as LuaValue};
use std::os::raw::c_void;

/// The text, or the parts that it is made of.
pub(super) struct Written {
    parts: Vec<Value>,
    text: String,
}

impl Written {
    /// The text; `None` where a part of it is known only after apply.
    pub(super) fn plain(self) -> Option<String> {
        self.parts.is_empty().then_some(self.text)
    }

    pub(super) fn into_lua(mut self, lua: &Lua) -> Result<LuaValue, crate::Raise> {
        if self.parts.is_empty() {
            return Ok(self.text.into_lua(lua)?);
        }
        self.parts.push(Value::String(self.text));
        Ok(values::template(lua, self.parts)?)
    }
}

/// Writes a value.
pub(super) fn text(marks: &Marks, value: &LuaValue, pretty: bool) -> Result<Written, PathError> {
    let out = Written { parts: Vec::new(), text: String::new() };
    let mut writer = Writer { marks, pretty, open: Vec::new(), out };
    writer.value(value)?;
    Ok(writer.out)
}

struct Writer<'a> {
    marks: &'a Marks,
    pretty: bool,
    /// The tables that we are inside of.
    open: Vec<*const c_void>,
    out: Written,
}

impl Writer<'_> {
    fn value(&mut self, value: &LuaValue) -> Result<(), PathError> {
        match value {
            LuaValue::Nil => self.out.text.push_str("null"),
            LuaValue::Boolean(true) => self.out.text.push_str("true"),
            LuaValue::Boolean(false) => self.out.text.push_str("false"),
            LuaValue::Integer(n) => self.out.text.push_str(&n.to_string()),
            LuaValue::Number(x) if x.is_finite() => self.float(*x),
            LuaValue::Number(x) => {
                let name = if x.is_nan() { "NaN" } else { "infinity" };
                return Err(PathError::new(format!("{name} has no form in JSON")));
            }
            LuaValue::String(s) => match s.to_str() {
                Ok(text) => self.string(&text),
                Err(_) => {
                    return Err(PathError::new(
                        "text that is not UTF-8 has no form in JSON; hash.base64 makes text of bytes",
                    ));
                }
            },
            LuaValue::Table(table) => return self.table(table),
            LuaValue::UserData(userdata) => return self.userdata(userdata, value),
            other => {
                return Err(PathError::new(format!("{} has no form in JSON", describe(other))));
            }
        }
        Ok(())
    }

    fn userdata(
        &mut self,
        userdata: &mlua::AnyUserData,
        value: &LuaValue,
    ) -> Result<(), PathError> {
        if userdata.is::<Null>() {
            self.out.text.push_str("null");
            return Ok(());
        }
        if let Ok(big) = userdata.borrow::<BigInteger>() {
            self.out.text.push_str(&big.0);
            return Ok(());
        }
        match values::of_userdata(userdata) {
            Some(reference @ Value::Reference(_)) => {
                self.out.text.push('"');
                self.part(reference);
                self.out.text.push('"');
            }
            Some(Value::Template(parts)) => {
                self.out.text.push('"');
                for part in parts {
                    match part {
                        Value::String(text) => self.inner(&text),
                        other => self.part(other),
                    }
                }
                self.out.text.push('"');
            }
            Some(Value::Secret(_)) => {
                return Err(PathError::new(
                    "a secret has no form in JSON; secret.reveal gives its text",
                ));
            }
            _ => {
                return Err(PathError::new(format!("{} has no form in JSON", describe(value))));
            }
        }
        Ok(())
    }

    /// Something that is known only after apply, between what stands before and behind it.
    fn part(&mut self, value: Value) {
        self.out.parts.push(Value::String(std::mem::take(&mut self.out.text)));
        self.out.parts.push(value);
    }

    /// A float keeps its point, so that it comes back as one.
    fn float(&mut self, x: f64) {
        let number = serde_json::Number::from_f64(x).map(|n| n.to_string());
        self.out.text.push_str(number.as_deref().unwrap_or("null"));
    }

    fn string(&mut self, text: &str) {
        self.out.text.push('"');
        self.inner(text);
        self.out.text.push('"');
    }

    /// The text with its escapes, without quotes.
    fn inner(&mut self, text: &str) {
        let mut plain = 0;
        for (at, byte) in text.bytes().enumerate() {
            let escape = match byte {
                b'"' => "\\\"",
                b'\\' => "\\\\",
                b'\n' => "\\n",
                b'\r' => "\\r",
                b'\t' => "\\t",
                8 => "\\b",
                12 => "\\f",
                0..0x20 => "",
                _ => continue,
            };
            self.out.text.push_str(&text[plain..at]);
            plain = at + 1;
            match escape {
                "" => self.out.text.push_str(&format!("\\u{byte:04x}")),
                escape => self.out.text.push_str(escape),
            }
        }
        self.out.text.push_str(&text[plain..]);
    }

    fn line(&mut self) {
        if self.pretty {
            self.out.text.push('\n');
            for _ in 0..self.open.len() {
                self.out.text.push_str("  ");
            }
        }
    }

    fn table(&mut self, table: &Table) -> Result<(), PathError> {
        enter(&mut self.open, table).map_err(PathError::new)?;
        match Shape::of(self.marks, table).map_err(PathError::new)? {
            Shape::List(0) => {
                self.open.pop();
                self.out.text.push_str("[]");
            }
            Shape::Map(map) if map.is_empty() => {
                self.open.pop();
                self.out.text.push_str("{}");
            }
            Shape::List(length) => {
                for index in 1..=length {
                    self.out.text.push(if index == 1 { '[' } else { ',' });
                    self.line();
                    let item: LuaValue = table.raw_get(index).unwrap_or(LuaValue::Nil);
                    self.value(&item).map_err(|e| e.at_index(index))?;
                }
                self.open.pop();
                self.line();
                self.out.text.push(']');
            }
            Shape::Map(map) => {
                for (index, (key, item)) in map.into_iter().enumerate() {
                    self.out.text.push(if index == 0 { '{' } else { ',' });
                    self.line();
                    self.string(&key);
                    self.out.text.push_str(if self.pretty { ": " } else { ":" });
                    self.value(&item).map_err(|e| e.at_key(&key))?;
                }
                self.open.pop();
                self.line();
                self.out.text.push('}');
            }
        }
        Ok(())
    }
}
