//! `secret`: texts that must not be shown. They print as `***` and are scrubbed wherever they
//! surface.

use crate::{
    calls::{self, Raise},
    state::State,
    values::{self, SecretValue},
};
use dmsrun_base::Secret;
use dmsrun_diag::{Diagnostic, Span};
use mlua::{AnyUserData, Lua, Table, Value};
use std::rc::Rc;

pub(crate) fn module(lua: &Lua, state: &Rc<State>) -> mlua::Result<Table> {
    let module = lua.create_table()?;
    module.raw_set("new", calls::function(lua, "secret.new", new)?)?;
    module.raw_set("reveal", calls::function(lua, "secret.reveal", reveal)?)?;
    module.raw_set("is", calls::function(lua, "secret.is", is)?)?;
    if !state.sandbox {
        module.raw_set("env", calls::function(lua, "secret.env", env)?)?;
        module.raw_set("file", calls::function(lua, "secret.file", file)?)?;
    }
    Ok(module)
}

fn new(lua: &Lua, value: Value) -> Result<AnyUserData, Raise> {
    match value {
        Value::String(text) => Ok(values::secret(lua, Secret::new(text.to_str()?.as_ref()))?),
        Value::UserData(already) if already.is::<SecretValue>() => Ok(already),
        other => Err(Raise::Misuse(format!(
            "bad argument #1 to 'secret.new' (string expected, got {})",
            other.type_name()
        ))),
    }
}

fn missing(lua: &Lua, what: String, hint: String) -> Raise {
    let span = crate::place::user(lua).map(|p| Span::line(p.file, p.line));
    Diagnostic::error("Secret could not be read").at(span).what(what).hint(hint).into()
}

fn env(lua: &Lua, name: String) -> Result<AnyUserData, Raise> {
    let text = std::env::var(&name).map_err(|_| {
        missing(
            lua,
            format!("the environment variable {name} is not set"),
            format!("set {name} before starting dmsrun"),
        )
    })?;
    Ok(values::secret(lua, Secret::new(text))?)
}

/// The text of a file without the newline at its end.
fn file(lua: &Lua, path: String) -> Result<AnyUserData, Raise> {
    let text = std::fs::read_to_string(&path).map_err(|e| {
        missing(
            lua,
            format!("{path}: {e}"),
            "a secret's file holds the text and nothing else".to_owned(),
        )
    })?;
    let text = text.strip_suffix('\n').unwrap_or(&text);
    let text = text.strip_suffix('\r').unwrap_or(text);
    Ok(values::secret(lua, Secret::new(text))?)
}

fn reveal(lua: &Lua, value: Value) -> Result<Value, Raise> {
    match &value {
        Value::UserData(u) => match u.borrow::<SecretValue>() {
            Ok(secret) => Ok(Value::String(lua.create_string(secret.0.reveal())?)),
            Err(_) => Err(Raise::misuse("bad argument #1 to 'secret.reveal' (secret expected)")),
        },
        other => Err(Raise::Misuse(format!(
            "bad argument #1 to 'secret.reveal' (secret expected, got {})",
            other.type_name()
        ))),
    }
}

fn is(_: &Lua, value: Value) -> Result<bool, Raise> {
    Ok(value.as_userdata().is_some_and(|u| u.is::<SecretValue>()))
}
