//! `json`: text ⇄ values, with null, empty lists and empty objects told apart and big integers
//! exact.

use crate::{
    calls::{self, Raise},
    convert::{from_lua, to_lua_with_null, with_marks},
    state::State,
    values,
};
use dmsrun_base::Value;
use mlua::{Lua, Table, Value as LuaValue};
use serde_json::Value as Json;
use std::rc::Rc;

/// Stands around a reference's number while the text is made; JSON leaves it as it is.
const MARK: char = '\u{F8FF}';

pub(crate) fn module(lua: &Lua, _: &Rc<State>) -> mlua::Result<Table> {
    let module = lua.create_table()?;
    module.raw_set("encode", calls::function(lua, "json.encode", encode)?)?;
    module.raw_set("decode", calls::function(lua, "json.decode", decode)?)?;
    module.raw_set("array", calls::function(lua, "json.array", array)?)?;
    module.raw_set("object", calls::function(lua, "json.object", object)?)?;
    module.raw_set("null", with_marks(lua, |marks| marks.null.clone())?)?;
    Ok(module)
}

/// The text; with references inside, a template that becomes the text after apply.
fn encode(lua: &Lua, (value, options): (LuaValue, Option<Table>)) -> Result<LuaValue, Raise> {
    let pretty = match options {
        Some(options) => {
            for pair in options.pairs::<String, LuaValue>() {
                let (key, _) = pair?;
                if key != "pretty" {
                    return Err(Raise::Misuse(format!(
                        "json.encode: unknown option \"{key}\"; there is pretty"
                    )));
                }
            }
            options.get::<Option<bool>>("pretty")?.unwrap_or(false)
        }
        None => false,
    };
    let value = from_lua(lua, &value).map_err(|e| {
        Raise::Misuse(format!("json.encode: {e}").replace("can't be sent", "has no form in JSON"))
    })?;
    let mut references = Vec::new();
    let json = to_json(&value, "", &mut references).map_err(Raise::Misuse)?;
    let text =
        if pretty { serde_json::to_string_pretty(&json) } else { serde_json::to_string(&json) };
    let text = text.map_err(|e| Raise::Misuse(format!("json.encode: {e}")))?;
    if references.is_empty() {
        return Ok(LuaValue::String(lua.create_string(text)?));
    }
    let parts = text.split(MARK).enumerate().map(|(index, part)| match part.parse::<usize>() {
        Ok(n) if index % 2 == 1 && n < references.len() => references[n].clone(),
        _ => Value::from(part),
    });
    Ok(values::template(lua, parts.collect())?)
}

fn to_json(value: &Value, path: &str, references: &mut Vec<Value>) -> Result<Json, String> {
    let mark = |reference: &Value, references: &mut Vec<Value>| {
        references.push(reference.clone());
        format!("{MARK}{}{MARK}", references.len() - 1)
    };
    Ok(match value {
        Value::Secret(_) => {
            let at = if path.is_empty() { String::new() } else { format!("{path}: ") };
            return Err(format!(
                "json.encode: {at}a secret has no form in JSON; secret.reveal gives its text"
            ));
        }
        Value::Float(x) if !x.is_finite() => {
            let at = if path.is_empty() { String::new() } else { format!("{path}: ") };
            return Err(format!("json.encode: {at}{x} has no form in JSON"));
        }
        Value::Reference(_) => Json::from(mark(value, references)),
        Value::Template(parts) => {
            let parts = parts.iter().map(|part| match part {
                Value::String(s) => s.clone(),
                other => mark(other, references),
            });
            Json::from(parts.collect::<String>())
        }
        Value::List(items) => {
            let items = items.iter().enumerate();
            let items = items.map(|(i, v)| to_json(v, &format!("{path}[{}]", i + 1), references));
            Json::Array(items.collect::<Result<_, _>>()?)
        }
        Value::Map(map) => {
            let mut out = serde_json::Map::new();
            for (key, item) in map {
                let inner = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                out.insert(key.clone(), to_json(item, &inner, references)?);
            }
            Json::Object(out)
        }
        other => other.to_json(),
    })
}

fn decode(lua: &Lua, text: mlua::LuaString) -> Result<LuaValue, Raise> {
    let json: Json = serde_json::from_slice(&text.as_bytes())
        .map_err(|e| Raise::Misuse(format!("json.decode: {e}")))?;
    Ok(to_lua_with_null(lua, &Value::from_json(json))?)
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
