//! `log`: lines on standard error, by level, with fields; as JSON where data is.

use super::{options::show, ui::Text};
use crate::{
    calls::{self, Raise},
    convert::from_lua,
    state::State,
    ui::Level,
};
use dmsrun_base::{Map, Value};
use dmsrun_diag::did_you_mean;
use mlua::{FromLua as _, Lua, Table, Value as LuaValue};
use std::{cell::Cell, rc::Rc};

const LEVELS: [Level; 4] = [Level::Debug, Level::Info, Level::Warn, Level::Error];

/// The variable that says which levels are shown; `log.level` overrides it.
const VARIABLE: &str = "DMSRUN_LOG";

pub(crate) fn module(lua: &Lua, state: &Rc<State>) -> mlua::Result<Table> {
    let least = match std::env::var(VARIABLE) {
        Ok(name) if !name.is_empty() && !state.ignore_environment => {
            named(&name).unwrap_or_else(|| {
                // It was set on purpose, by who now waits for lines that do not come.
                state.ui.err(&state.scrub(&format!("warning: {VARIABLE}: {}", none_of(&name))));
                Level::Info
            })
        }
        _ => Level::Info,
    };
    let least = Rc::new(Cell::new(least));
    let module = logger(lua, &least, &Map::new())?;
    module.raw_set(
        "level",
        calls::function(lua, "log.level", move |_, name| level(&least, &name))?,
    )?;
    Ok(module)
}

fn named(name: &str) -> Option<Level> {
    LEVELS.into_iter().find(|level| level.word() == name)
}

/// Why there is no level of this name.
fn none_of(name: &str) -> String {
    let words = LEVELS.map(Level::word);
    let near = did_you_mean(name, words).map(|near| format!(". {near}")).unwrap_or_default();
    format!("\"{name}\" is none of {}{near}", words.join(", "))
}

/// The least level that is shown; sets it where one is given.
fn level(least: &Cell<Level>, name: &Option<String>) -> Result<&'static str, Raise> {
    if let Some(name) = name {
        let level = named(name);
        least.set(level.ok_or_else(|| Raise::Misuse(format!("log.level: {}", none_of(name))))?);
    }
    Ok(least.get().word())
}

/// The functions of each level; every line carries the fields.
fn logger(lua: &Lua, least: &Rc<Cell<Level>>, fields: &Map) -> mlua::Result<Table> {
    let logger = lua.create_table()?;
    for level in LEVELS {
        let (least, fields) = (Rc::clone(least), fields.clone());
        let log = move |lua: &Lua, (text, more): (LuaValue, LuaValue)| {
            if level >= least.get() {
                let fields = joined(lua, &fields, more)?;
                write(lua, level, &message(lua, text)?, fields);
            }
            Ok(())
        };
        logger.raw_set(level.word(), calls::function(lua, "log", log)?)?;
    }
    let (least, fields) = (Rc::clone(least), fields.clone());
    let with =
        move |lua: &Lua, more: LuaValue| Ok(logger_of(lua, &least, joined(lua, &fields, more)?)?);
    logger.raw_set("with", calls::function(lua, "log.with", with)?)?;
    Ok(logger)
}

/// What a line says. Of a table its address would say nothing; its content does.
fn message(lua: &Lua, text: LuaValue) -> mlua::Result<String> {
    if let LuaValue::Table(table) = &text
        && !table.metatable().is_some_and(|meta| meta.contains_key("__tostring").unwrap_or(false))
        && let Ok(value) = from_lua(lua, &text)
    {
        return Ok(value.to_json().to_string());
    }
    Ok(Text::from_lua(text, lua)?.0)
}

fn logger_of(lua: &Lua, least: &Rc<Cell<Level>>, fields: Map) -> mlua::Result<Table> {
    logger(lua, least, &fields)
}

/// The fields of a logger and of a line in it.
fn joined(lua: &Lua, fields: &Map, more: LuaValue) -> Result<Map, Raise> {
    let mut all = fields.clone();
    match more {
        LuaValue::Nil => {}
        LuaValue::Table(_) => match from_lua(lua, &more) {
            Ok(Value::Map(more)) => all.extend(more),
            Ok(_) => return Err(Raise::misuse("log: fields have names; this is a list")),
            Err(fault) => {
                return Err(Raise::Misuse(
                    format!("log: fields: {fault}").replace("can't be sent", "can't be logged"),
                ));
            }
        },
        other => {
            let got = show(&other);
            return Err(Raise::Misuse(format!("log: a table of fields expected, got {got}")));
        }
    }
    Ok(all)
}

fn write(lua: &Lua, level: Level, text: &str, fields: Map) {
    let state = State::of(lua);
    if state.option("json") {
        let mut line = serde_json::Map::new();
        line.insert("time".to_owned(), state.now().to_string().into());
        line.insert("level".to_owned(), level.word().into());
        line.insert("message".to_owned(), text.into());
        for (name, value) in fields {
            // What every line has keeps its meaning.
            let name = if line.contains_key(&name) { format!("fields.{name}") } else { name };
            line.insert(name, value.to_json());
        }
        state.ui.err(&state.scrub(&serde_json::Value::Object(line).to_string()));
        return;
    }
    let mut line = text.to_owned();
    for (name, value) in fields {
        let json = value.to_json();
        let plain = |s: &&str| !s.is_empty() && !s.contains([' ', '"', '=', '\n', '\t']);
        match json.as_str().filter(plain) {
            Some(text) => line.push_str(&format!(" {name}={text}")),
            None => line.push_str(&format!(" {name}={json}")),
        }
    }
    match level {
        // A terminal hides this level of its own accord; here somebody has asked for it.
        Level::Debug => state.ui.err(&state.scrub(&format!("debug: {line}"))),
        level => state.ui.log(level, &state.scrub(&line)),
    }
}
