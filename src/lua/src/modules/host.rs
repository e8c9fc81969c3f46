//! `host`: the program that runs the script, its options and its end.

use crate::{
    calls::{self, Raise},
    convert::{from_lua_at, to_lua},
    diagnosis,
    modules::options::Texts,
    place,
    sandbox::Built,
    state::State,
    vm,
};
use dmsrun_diag::{Span, did_you_mean};
use mlua::{Lua, Table, Value};
use std::{cell::Cell, rc::Rc};

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
    module.raw_set("graceful", calls::function(lua, "host.graceful", graceful)?)?;
    module.raw_set("state_dir", calls::function(lua, "host.state_dir", state_dir)?)?;
    module.raw_set("checking", calls::function(lua, "host.checking", checking)?)?;
    module.raw_set("findings", calls::function(lua, "host.findings", findings)?)?;
    module.raw_set("built", calls::function(lua, "host.built", built)?)?;
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
    (Texts(args), verbs): (Texts, Option<Texts>),
    options: &Table,
) -> Result<Value, Raise> {
    let state = State::of(lua);
    let parser = state.command_line.as_ref();
    let parser = parser.ok_or_else(|| Raise::misuse("there is no command line here"))?;
    let parsed = parser.parse(&args, &verbs.map_or_else(Vec::new, |verbs| verbs.0))?;
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
        Ok(code) => Err(vm::exit(lua, code, false)),
        Err(_) => Err(Raise::Misuse(format!("host.exit: {code} is no exit code (0 to 255)"))),
    }
}

/// Whether Ctrl-C was seen: start nothing new.
fn interrupted(lua: &Lua, (): ()) -> Result<bool, Raise> {
    Ok(State::of(lua).scheduler.interrupt().count() > 0)
}

/// What `host.graceful()` gives: while it is not closed, Ctrl-C raises nothing.
struct Shield(Cell<bool>);

impl mlua::UserData for Shield {
    fn add_fields<F: mlua::UserDataFields<Self>>(fields: &mut F) {
        fields.add_meta_field("__name", "graceful");
        fields.add_meta_field_with("__close", |lua| {
            lua.create_function(|lua, me: mlua::AnyUserData| {
                if me.borrow::<Self>()?.0.replace(false) {
                    State::of(lua).scheduler.watch().unshield();
                }
                Ok(())
            })
        });
    }
}

/// `local _ <close> = host.graceful()`: until the end of the block, the code asks
/// `host.interrupted()` itself and finishes what it began; the first Ctrl-C does not stop it.
fn graceful(lua: &Lua, (): ()) -> Result<Shield, Raise> {
    State::of(lua).scheduler.watch().shield();
    Ok(Shield(Cell::new(true)))
}

/// Whether the script is only being checked: no AWS call is sent, nothing is written. What a script
/// then does is its own checks, and it hands over what they found.
fn checking(lua: &Lua, (): ()) -> Result<bool, Raise> {
    Ok(State::of(lua).sandbox.is_check())
}

const FINDING: [&str; 8] =
    ["code", "severity", "message", "path", "hint", "file", "line", "column"];

/// Hands findings to whoever checks the script. Each is a table with `message` and any of the other
/// fields of a finding. Outside a check they go nowhere.
fn findings(lua: &Lua, list: Value) -> Result<(), Raise> {
    let list = match from_lua_at(lua, &list, "findings")? {
        dmsrun_base::Value::List(list) => list,
        // An empty table may be either.
        dmsrun_base::Value::Map(map) if map.is_empty() => Vec::new(),
        _ => return Err(Raise::misuse("host.findings: a list of findings expected")),
    };
    for (index, finding) in list.iter().enumerate() {
        let at = index + 1;
        let dmsrun_base::Value::Map(fields) = finding else {
            return Err(Raise::Misuse(format!(
                "host.findings: finding {at} is no table of fields"
            )));
        };
        if let Some(key) = fields.keys().find(|key| !FINDING.contains(&key.as_str())) {
            let near = did_you_mean(key, FINDING).map(|n| format!(". {n}")).unwrap_or_default();
            let text = format!("host.findings: finding {at} has an unknown field \"{key}\"{near}");
            return Err(Raise::Misuse(text));
        }
        if fields.get("message").and_then(dmsrun_base::Value::as_str).is_none() {
            return Err(Raise::Misuse(format!("host.findings: finding {at} has no message")));
        }
    }
    let state = State::of(lua);
    if state.sandbox.is_check() {
        state.handed.borrow_mut().findings.extend(list);
    }
    Ok(())
}

/// Hands a document that the script built to whoever checks it, with the place that built it. Outside
/// a check it goes nowhere.
fn built(lua: &Lua, document: Value) -> Result<(), Raise> {
    let state = State::of(lua);
    if state.sandbox.is_check() {
        let document = from_lua_at(lua, &document, "document")?;
        let at = place::user(lua).map(|p| Span::line(p.file, p.line));
        state.handed.borrow_mut().built.push(Built { document, at });
    }
    Ok(())
}

fn state_dir(lua: &Lua, (): ()) -> Result<String, Raise> {
    Ok(State::of(lua).state_dir.to_string_lossy().into_owned())
}

/// A token of the host's source of chance.
fn uuid(lua: &Lua, (): ()) -> Result<String, Raise> {
    Ok(State::of(lua).random.uuid())
}
