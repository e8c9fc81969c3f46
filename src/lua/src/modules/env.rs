//! `env`: the environment of the process.

use super::options::{Options, failed};
use crate::{
    calls::{self, Raise},
    state::State,
    values,
};
use dmsrun_base::Secret;
use dmsrun_diag::did_you_mean;
use mlua::{AnyUserData, Lua, Table, Value};
use std::{ffi::OsString, rc::Rc};

pub(crate) fn module(lua: &Lua, _: &Rc<State>) -> mlua::Result<Table> {
    let module = lua.create_table()?;
    module.raw_set("get", calls::function(lua, "env.get", get)?)?;
    module.raw_set("require", calls::function(lua, "env.require", require)?)?;
    module.raw_set("names", calls::function(lua, "env.names", names)?)?;
    module.raw_set("secret", calls::function(lua, "env.secret", secret)?)?;
    Ok(module)
}

/// The variable, where there can be one of that name.
fn variable(function: &str, name: &str) -> Result<Option<OsString>, Raise> {
    if name.is_empty() || name.contains(['=', '\0']) {
        return Err(Raise::Misuse(format!("{function}: {name:?} can't be the name of a variable")));
    }
    Ok(std::env::var_os(name))
}

/// The variable's text, or the default.
fn get(lua: &Lua, (name, default): (String, Value)) -> Result<Value, Raise> {
    match variable("env.get", &name)? {
        Some(text) => Ok(Value::String(lua.create_string(text.as_encoded_bytes())?)),
        None => Ok(default),
    }
}

fn all(prefix: &str) -> Vec<String> {
    let names = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    let mut names: Vec<String> = names.filter(|name| name.starts_with(prefix)).collect();
    names.sort();
    names
}

/// Why a variable that must be there gives nothing.
pub(super) fn missing(lua: &Lua, summary: &str, name: &str, hint: Option<String>) -> Raise {
    let set = if std::env::var_os(name).is_some() { "is empty" } else { "is not set" };
    let known = all("");
    let others = known.iter().map(String::as_str).filter(|other| *other != name);
    let near = did_you_mean(name, others);
    let hint = hint.or(near).unwrap_or_else(|| format!("set {name} before starting dmsrun"));
    failed(lua, summary, format!("the environment variable {name} {set}")).hint(hint).into()
}

/// The variable's text; an error where it is not set or empty.
fn require(lua: &Lua, (name, options): (String, Option<Table>)) -> Result<Value, Raise> {
    let options = Options::read("env.require", options.as_ref(), &["hint"])?;
    match variable("env.require", &name)?.filter(|text| !text.is_empty()) {
        Some(text) => Ok(Value::String(lua.create_string(text.as_encoded_bytes())?)),
        None => Err(missing(lua, "Variable is missing", &name, options.text("hint")?)),
    }
}

/// The names of all variables, or of those that begin so, sorted. Their texts may be secret.
fn names(lua: &Lua, prefix: Option<String>) -> Result<Value, Raise> {
    let names = all(&prefix.unwrap_or_default());
    Ok(crate::convert::to_lua(lua, &dmsrun_base::Value::from(names))?)
}

/// The variable as a secret; an error where it is not set or empty.
pub(super) fn secret(lua: &Lua, name: String) -> Result<AnyUserData, Raise> {
    const SUMMARY: &str = "Secret could not be read";
    let text = variable("env.secret", &name)?.filter(|text| !text.is_empty());
    let text = text.ok_or_else(|| missing(lua, SUMMARY, &name, None))?;
    let text = text.into_string().map_err(|_| {
        failed(lua, SUMMARY, format!("the environment variable {name} is not text in UTF-8"))
    })?;
    Ok(values::secret(lua, Secret::new(text))?)
}
