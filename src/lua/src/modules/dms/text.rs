//! The JSON texts of documents: what is wrong with them and where, and where their parts stand.

use crate::{
    calls::Raise,
    convert::{to_lua, to_lua_with_null},
    modules::options::Texts,
};
use dmsrun_base::Value;
use dmsrun_dms::place;
use mlua::{Lua, Table, Value as LuaValue};
use serde_json::{Value as Json, json};

/// `dms.read(text)`: `{ document =, duplicates = }`, or `{ fault = { message, line, column } }`.
pub(super) fn read(lua: &Lua, text: mlua::LuaString) -> Result<Table, Raise> {
    let out = lua.create_table()?;
    let bytes = text.as_bytes();
    let text = match std::str::from_utf8(&bytes) {
        Ok(text) => text,
        Err(error) => {
            let before = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
            let line = before.matches('\n').count() + 1;
            let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
            let fault =
                json!({ "message": "a character is not UTF-8", "line": line, "column": column });
            out.raw_set("fault", to_lua(lua, &Value::from_json(fault))?)?;
            return Ok(out);
        }
    };
    match serde_json::from_str::<Json>(text) {
        Ok(document) => {
            out.raw_set("document", to_lua_with_null(lua, &Value::from_json(document))?)?;
            let again = place::repeated(text).into_iter().map(|again| {
                json!({
                    "path": again.path,
                    "line": again.place.0,
                    "column": again.place.1,
                    "first_line": again.first.0,
                    "same": again.same,
                })
            });
            out.raw_set("duplicates", to_lua(lua, &Value::from_json(again.collect()))?)?;
        }
        Err(error) => {
            // The parser's text ends with the place, which is told apart from it here.
            let message = error.to_string();
            let message = message.split(" at line ").next().unwrap_or(&message);
            let (line, column) = (error.line().max(1), error.column().max(1));
            let fault = json!({ "message": message, "line": line, "column": column });
            out.raw_set("fault", to_lua(lua, &Value::from_json(fault))?)?;
        }
    }
    Ok(out)
}

/// `dms.locate(text, path)`: line and column of a path, or nil.
pub(super) fn locate(lua: &Lua, (text, path): (String, String)) -> Result<LuaValue, Raise> {
    let Some((line, column)) = place::find(&text, &path) else { return Ok(LuaValue::Nil) };
    let place = json!({ "line": line, "column": column });
    Ok(to_lua(lua, &Value::from_json(place))?)
}

/// `dms.locate_all(text, paths)`: the same for many, in one walk; line 1 for what is not there.
pub(super) fn locate_all(
    lua: &Lua,
    (text, Texts(paths)): (String, Texts),
) -> Result<LuaValue, Raise> {
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    let places = place::find_all(&text, &paths).into_iter().map(|found| {
        let (line, column) = found.unwrap_or((1, 1));
        json!({ "line": line, "column": column })
    });
    Ok(to_lua(lua, &Value::from_json(places.collect()))?)
}
