//! Follows a path such as `aws.dms` to its value without running code of the user's: fields as they
//! stand, tables behind `__index`, and what says by `__keys` that looking costs nothing.

use super::context::Step;
use crate::repl::{required, session::Session};
use mlua::{Function, Table, Value};
use std::collections::BTreeMap;

/// How long a chain of `__index` is followed.
const DEEPEST: usize = 16;

/// The value at the end of a path.
pub fn resolve(session: &Session<'_>, path: &[Step]) -> Option<Value> {
    let (first, rest) = path.split_first()?;
    let Step::Name(name) = first else { return None };
    let mut value = session.variable(name)?;
    for step in rest {
        value = match step {
            Step::Field(name) | Step::Method(name) => member(session, &value, name)?,
            Step::Call(text) => called(session, &value, text.as_deref())?,
            Step::Name(_) => return None,
        };
    }
    Some(value)
}

/// What a call gives, where that is known without calling: a module, or the methods of a result.
fn called(session: &Session<'_>, callee: &Value, text: Option<&str>) -> Option<Value> {
    let globals = session.host().lua().globals();
    let require = globals.raw_get::<Value>("require").ok()?;
    if *callee == require {
        let package: Table = globals.raw_get("package").ok()?;
        let loaded: Table = package.raw_get("loaded").ok()?;
        let value: Value = loaded.raw_get(text?).ok()?;
        return (!value.is_nil()).then_some(value);
    }
    // The one shortcut whose result has methods.
    let host = session.host();
    let shortcut: Value = required(host, "repl")?.as_table()?.raw_get("task").ok()?;
    if *callee != shortcut {
        return None;
    }
    required(host, "repl.task")?.as_table()?.raw_get("methods").ok()
}

fn index_of(value: &Value, session: &Session<'_>) -> Option<Value> {
    let meta = match value {
        Value::Table(table) => table.metatable()?,
        Value::String(_) => {
            let globals = session.host().lua().globals();
            return globals.raw_get("string").ok();
        }
        _ => return None,
    };
    meta.raw_get("__index").ok()
}

fn keys_of(value: &Value) -> Vec<String> {
    let Value::Table(table) = value else { return Vec::new() };
    let keys = table.metatable().and_then(|m| m.raw_get::<Option<Function>>("__keys").ok()?);
    keys.and_then(|keys| keys.call(table).ok()).unwrap_or_default()
}

/// A member by its name.
pub fn member(session: &Session<'_>, value: &Value, name: &str) -> Option<Value> {
    let mut value = value.clone();
    for _ in 0..DEEPEST {
        if let Value::Table(table) = &value {
            let found: Value = table.raw_get(name).ok()?;
            if !found.is_nil() {
                return Some(found);
            }
            if keys_of(&value).iter().any(|key| key == name) {
                return table.get(name).ok();
            }
        }
        value = match index_of(&value, session)? {
            next @ Value::Table(_) => next,
            _ => return None,
        };
    }
    None
}

/// The names of a value's members, sorted, each with whether it is a function.
pub fn members(session: &Session<'_>, value: &Value) -> Vec<(String, bool)> {
    let mut found: BTreeMap<String, bool> = BTreeMap::new();
    let mut value = value.clone();
    for _ in 0..DEEPEST {
        for key in keys_of(&value) {
            found.entry(key).or_insert(true);
        }
        if let Value::Table(table) = &value {
            for (key, item) in table.pairs::<Value, Value>().flatten() {
                let Some(key) = key.as_string().map(mlua::LuaString::to_string_lossy) else {
                    continue;
                };
                let callable = item.is_function()
                    || item.as_userdata().is_some()
                    || item
                        .as_table()
                        .and_then(Table::metatable)
                        .is_some_and(|m| m.contains_key("__call").unwrap_or(false));
                found.entry(key).or_insert(callable);
            }
        }
        match index_of(&value, session) {
            Some(next @ Value::Table(_)) => value = next,
            _ => break,
        }
    }
    found.into_iter().collect()
}

/// Service and operation of a value that is `aws.<service>.<operation>`.
pub fn operation(value: &Value) -> Option<(String, String)> {
    let userdata = value.as_userdata()?;
    let text = value.to_string().ok()?;
    let _ = userdata;
    let (service, operation) = text.strip_prefix("aws.")?.split_once('.')?;
    Some((service.to_owned(), operation.to_owned()))
}
