//! `suggest`: the names nearest to a misspelt one.

use crate::{
    calls::{self, Raise},
    convert::to_lua,
    modules::options::Texts,
    state::State,
};
use dmsrun_base::Value;
use mlua::{Lua, Table, Value as LuaValue};
use std::rc::Rc;

pub(crate) fn module(lua: &Lua, _: &Rc<State>) -> mlua::Result<Table> {
    let module = lua.create_table()?;
    module.raw_set("nearest", calls::function(lua, "suggest.nearest", nearest)?)?;
    module.raw_set("did_you_mean", calls::function(lua, "suggest.did_you_mean", did_you_mean)?)?;
    Ok(module)
}

fn nearest(lua: &Lua, (name, Texts(list)): (String, Texts)) -> Result<LuaValue, Raise> {
    let near = dmsrun_diag::nearest(&name, list.iter().map(String::as_str));
    let near: Vec<Value> = near.into_iter().map(Value::from).collect();
    Ok(to_lua(lua, &Value::List(near))?)
}

fn did_you_mean(_: &Lua, (name, Texts(list)): (String, Texts)) -> Result<Option<String>, Raise> {
    Ok(dmsrun_diag::did_you_mean(&name, list.iter().map(String::as_str)))
}
