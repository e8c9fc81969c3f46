//! `host`: the program that runs the script, its options and its end.

use crate::{
    calls::{self, Raise},
    convert::to_lua,
    diagnosis, place,
    state::State,
    vm,
};
use mlua::{Lua, Table, Value};
use std::rc::Rc;

pub(crate) fn module(lua: &Lua, state: &Rc<State>) -> mlua::Result<Table> {
    let module = lua.create_table()?;
    module.raw_set("version", env!("CARGO_PKG_VERSION"))?;
    module.raw_set("script", state.script.as_deref())?;
    module.raw_set("options", to_lua(lua, &state.options())?)?;
    if state.catalogue.is_some() {
        let catalogue = calls::function(lua, "host.local_catalogue", local_catalogue)?;
        module.raw_set("local_catalogue", catalogue)?;
    }
    module.raw_set("where", calls::function(lua, "host.where", where_)?)?;
    let options: Table = module.raw_get("options")?;
    let command_line = calls::function(lua, "host.command_line", move |lua, args| {
        command_line(lua, args, &options)
    })?;
    module.raw_set("command_line", command_line)?;
    module.raw_set("exit", calls::function(lua, "host.exit", exit)?)?;
    module.raw_set("interrupted", calls::function(lua, "host.interrupted", interrupted)?)?;
    module.raw_set("state_dir", calls::function(lua, "host.state_dir", state_dir)?)?;
    module.raw_set("uuid", calls::function(lua, "host.uuid", uuid)?)?;
    Ok(module)
}

/// The place of the user's code that led here; with a level, the caller that many levels up.
fn where_(lua: &Lua, level: Option<usize>) -> Result<Option<Table>, Raise> {
    let place = match level {
        None => place::user(lua),
        Some(level) => place::caller(lua, level),
    };
    Ok(diagnosis::place_table(lua, place)?)
}

/// Parses a verb line. Its options hold those of the host, so `host.options` becomes them, in
/// place.
fn command_line(
    lua: &Lua,
    (args, verbs): (Vec<String>, Option<Vec<String>>),
    options: &Table,
) -> Result<Value, Raise> {
    let state = State::of(lua);
    let parser = state.command_line.as_ref();
    let parser = parser.ok_or_else(|| Raise::misuse("there is no command line here"))?;
    let parsed = parser.parse(&args, &verbs.unwrap_or_default())?;
    if let Some(merged) = parsed.get("options") {
        state.set_options(merged.clone());
        if let Value::Table(merged) = to_lua(lua, merged)? {
            options.clear()?;
            for pair in merged.pairs::<Value, Value>() {
                let (key, value) = pair?;
                options.raw_set(key, value)?;
            }
        }
    }
    Ok(to_lua(lua, &parsed)?)
}

/// The tables behind a server's name on the local AWS, or nil.
fn local_catalogue(lua: &Lua, server: String) -> Result<Value, Raise> {
    let state = State::of(lua);
    let found = state.catalogue.as_ref().filter(|_| state.is_local()).and_then(|f| f(&server));
    Ok(found.map_or(Ok(Value::Nil), |value| to_lua(lua, &value))?)
}

fn exit(lua: &Lua, code: Option<i64>) -> Result<(), Raise> {
    let code = code.unwrap_or(0);
    match u8::try_from(code) {
        Ok(code) => Err(vm::exit(lua, code)),
        Err(_) => Err(Raise::Misuse(format!("host.exit: {code} is no exit code (0 to 255)"))),
    }
}

/// Whether Ctrl-C was seen: start nothing new.
fn interrupted(lua: &Lua, (): ()) -> Result<bool, Raise> {
    Ok(State::of(lua).scheduler.interrupt().count() > 0)
}

fn state_dir(lua: &Lua, (): ()) -> Result<String, Raise> {
    Ok(State::of(lua).state_dir.to_string_lossy().into_owned())
}

/// A token of the host's source of chance.
fn uuid(lua: &Lua, (): ()) -> Result<String, Raise> {
    Ok(State::of(lua).random.uuid())
}
