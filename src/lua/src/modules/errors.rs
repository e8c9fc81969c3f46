//! `errors`: errors with all that a person must know, and what is known of any error value.

use crate::{
    border,
    calls::{self, Raise},
    diagnosis, place, scheduler,
    state::State,
};
use dmsrun_diag::{Severity, Span, did_you_mean};
use mlua::{Function, Lua, MultiValue, Table, Value};
use std::rc::Rc;

pub(crate) fn module(lua: &Lua, _: &Rc<State>) -> mlua::Result<Table> {
    let module = lua.create_table()?;
    module.raw_set("raise", calls::function(lua, "errors.raise", raise)?)?;
    module.raw_set("new", calls::function(lua, "errors.new", new)?)?;
    module.raw_set("warn", calls::function(lua, "errors.warn", warn)?)?;
    module.raw_set("show", calls::function(lua, "errors.show", show)?)?;
    module.raw_set("is", calls::function(lua, "errors.is", is)?)?;
    module.raw_set("describe", calls::function(lua, "errors.describe", describe)?)?;
    module.raw_set("capture", capture(lua)?)?;
    Ok(module)
}

const KEYS: [&str; 9] = ["summary", "what", "why", "aws", "hints", "at", "exit", "code", "causes"];

/// Refuses a misspelt key, which would otherwise be lost silently.
fn check(table: &Table) -> Result<(), Raise> {
    for pair in table.pairs::<Value, Value>() {
        let (key, value) = pair?;
        let key = key.as_string().map(mlua::LuaString::to_string_lossy).unwrap_or_default();
        if !KEYS.contains(&key.as_str()) {
            let hint = did_you_mean(&key, KEYS).unwrap_or_else(|| KEYS.join(", "));
            return Err(Raise::Misuse(format!("errors.raise: unknown key \"{key}\". {hint}")));
        }
        if let (true, Value::String(exit)) = (key == "exit", &value) {
            diagnosis::check_exit(&exit.to_string_lossy())
                .map_err(|e| Raise::Misuse(format!("errors.raise: {e}")))?;
        }
    }
    Ok(())
}

fn diagnostic(lua: &Lua, table: &Table, severity: Severity) -> dmsrun_diag::Diagnostic {
    let state = State::of(lua);
    let mut diagnostic = diagnosis::from_table(table, severity, &*state);
    let none = matches!(table.raw_get::<Value>("at"), Ok(Value::Nil));
    if diagnostic.span.is_none() && none {
        diagnostic.span = place::user(lua).map(|p| Span::line(p.file, p.line));
    }
    diagnostic
}

fn raise(lua: &Lua, table: Table) -> Result<(), Raise> {
    check(&table)?;
    Err(diagnostic(lua, &table, Severity::Error).into())
}

/// The error value that `raise` would raise.
fn new(lua: &Lua, table: Table) -> Result<Table, Raise> {
    check(&table)?;
    Ok(diagnosis::to_table(lua, &diagnostic(lua, &table, Severity::Error))?)
}

fn warn(lua: &Lua, table: Table) -> Result<(), Raise> {
    check(&table)?;
    let state = State::of(lua);
    let diagnostic = diagnostic(lua, &table, Severity::Warning);
    state.ui.diagnostic(&state.scrub_diagnostic(diagnostic));
    Ok(())
}

/// Prints any error value as its diagnostic and goes on.
fn show(lua: &Lua, value: Value) -> Result<(), Raise> {
    State::of(lua).ui.diagnostic(&border::diagnose(lua, &value));
    Ok(())
}

/// Whether the value is an error with this code.
fn is(_: &Lua, (value, code): (Value, String)) -> Result<bool, Raise> {
    let Value::Table(table) = value else { return Ok(false) };
    Ok(table
        .raw_get::<Option<Value>>("code")?
        .and_then(|c| c.as_string().map(|c| c == code.as_str()))
        == Some(true))
}

/// What is known of any error value: a table with `summary`, `what`, `at`, `hints` and so on.
fn describe(lua: &Lua, value: Value) -> Result<Table, Raise> {
    let described = diagnosis::to_table(lua, &border::diagnose(lua, &value))?;
    if let Value::Table(table) = &value {
        for key in ["service", "operation", "code", "request_id", "retryable"] {
            let field: Value = table.raw_get(key)?;
            if !field.is_nil() {
                described.raw_set(key, field)?;
            }
        }
    }
    Ok(described)
}

/// `capture(f, ...)`: true and the results, or false and the error value with its place noted, so
/// that `describe` and `show` can tell where it was raised.
fn capture(lua: &Lua) -> mlua::Result<Function> {
    let protect: Function = lua.named_registry_value(scheduler::PROTECT)?;
    let exit = lua.create_function(|_, value: Value| Ok(border::is_exit(&value)))?;
    lua.load(
        "local protect, is_exit = ...\n\
         local error = error\n\
         local function finish(ok, value, ...)\n\
           if not ok and is_exit(value) then error(value, 0) end\n\
           return ok, value, ...\n\
         end\n\
         return function(f, ...) return finish(protect(f, ...)) end",
    )
    .set_name(place::HOST)
    .call::<MultiValue>((protect, exit))?
    .pop_front()
    .and_then(|v| v.as_function().cloned())
    .ok_or_else(|| mlua::Error::runtime("errors.capture is no function"))
}
