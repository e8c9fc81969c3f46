//! `env`: the environment of the process.

use crate::{
    calls::{self, Raise},
    state::State,
};
use mlua::{Lua, Table, Value};
use std::rc::Rc;

pub(crate) fn module(lua: &Lua, _: &Rc<State>) -> mlua::Result<Table> {
    let module = lua.create_table()?;
    module.raw_set("get", calls::function(lua, "env.get", get)?)?;
    Ok(module)
}

/// The variable's text, or the default.
fn get(lua: &Lua, (name, default): (String, Value)) -> Result<Value, Raise> {
    match std::env::var_os(&name) {
        Some(text) => Ok(Value::String(lua.create_string(text.as_encoded_bytes())?)),
        None => Ok(default),
    }
}
