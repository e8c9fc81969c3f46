//! `json`: text ⇄ values, with null, empty lists and empty objects told apart and every integer
//! exact.

mod read;
mod write;

use super::options::{Options, show};
use crate::{
    calls::{self, Raise},
    convert::{Shape, with_marks},
    state::State,
    values::BigInteger,
};
use mlua::{Lua, LuaString, Table, Value};
use std::rc::Rc;

pub(crate) fn module(lua: &Lua, _: &Rc<State>) -> mlua::Result<Table> {
    let module = lua.create_table()?;
    module.raw_set("encode", calls::function(lua, "json.encode", encode)?)?;
    module.raw_set("decode", calls::function(lua, "json.decode", decode)?)?;
    module.raw_set("array", calls::function(lua, "json.array", array)?)?;
    module.raw_set("object", calls::function(lua, "json.object", object)?)?;
    module.raw_set("is_list", calls::function(lua, "json.is_list", is_list)?)?;
    module.raw_set("integer", calls::function(lua, "json.integer", integer)?)?;
    module.raw_set("null", with_marks(lua, |marks| marks.null.clone())?)?;
    Ok(module)
}

/// The text; with references inside, a template that becomes the text after apply.
fn encode(lua: &Lua, (value, options): (Value, Option<Table>)) -> Result<Value, Raise> {
    let options = Options::read("json.encode", options.as_ref(), &["pretty"])?;
    let pretty = options.flag("pretty")?;
    let written = with_marks(lua, |marks| write::text(marks, &value, pretty))?;
    written.map_err(|fault| Raise::Misuse(format!("json.encode: {fault}")))?.into_lua(lua)
}

/// The text of a value that must be known now.
pub(super) fn plain(lua: &Lua, value: &Value) -> Result<String, String> {
    let written = with_marks(lua, |marks| write::text(marks, value, false));
    let written = written.map_err(|e| e.to_string())?.map_err(|fault| fault.to_string())?;
    written.plain().ok_or_else(|| "it holds what is known only after apply".to_owned())
}

/// The value; the name of a file in the second argument opens the message where it is none.
fn decode(lua: &Lua, (text, name): (LuaString, Option<String>)) -> Result<Value, Raise> {
    let parsed = with_marks(lua, |marks| read::value(lua, marks, &text.as_bytes()))??;
    parsed.map_err(|fault| {
        let place = match name {
            Some(name) => format!("{name}:{}:{}: ", fault.line, fault.column),
            None => String::new(),
        };
        let (line, column) = (fault.line, fault.column);
        let message = fault.message;
        Raise::Misuse(format!("json.decode: {place}{message} at line {line} column {column}"))
    })
}

fn array(lua: &Lua, table: Option<Table>) -> Result<Table, Raise> {
    let table = table.map_or_else(|| lua.create_table(), Ok)?;
    table.set_metatable(Some(with_marks(lua, |marks| marks.list.clone())?))?;
    Ok(table)
}

fn object(lua: &Lua, table: Option<Table>) -> Result<Table, Raise> {
    let table = table.map_or_else(|| lua.create_table(), Ok)?;
    table.set_metatable(Some(with_marks(lua, |marks| marks.object.clone())?))?;
    Ok(table)
}

/// Whether a value becomes a list in JSON. An empty table without a mark becomes an object.
fn is_list(lua: &Lua, value: Value) -> Result<bool, Raise> {
    let Value::Table(table) = value else { return Ok(false) };
    Ok(with_marks(lua, |marks| matches!(Shape::of(marks, &table), Ok(Shape::List(_))))?)
}

/// The integer of its digits: one of Lua's where it fits, else one that only goes through.
fn integer(lua: &Lua, value: Value) -> Result<Value, Raise> {
    let digits = match &value {
        Value::Integer(_) => return Ok(value),
        Value::UserData(u) if u.is::<BigInteger>() => return Ok(value),
        Value::String(text) => text.to_string_lossy(),
        _ => String::new(),
    };
    match read::whole(&digits) {
        Some(whole) => Ok(whole.into_lua(lua)?),
        None => Err(Raise::Misuse(format!(
            "json.integer: the digits of a whole number expected, got {}",
            show(&value)
        ))),
    }
}
