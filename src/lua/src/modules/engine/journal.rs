//! The journal in Lua's hands: intents before mutations, results after them.

use super::Shared;
use crate::{
    calls::{self, Raise},
    convert::{from_lua_at, to_lua},
    state::State,
};
use dmsrun_base::{Map, ResourceId, Value};
use dmsrun_stack::{Begin, Intent, Journal};
use mlua::{AnyUserData, Lua, Table, UserData, Value as LuaValue};
use std::{cell::RefCell, rc::Rc};

/// What is said where another userdata is given.
const A_JOURNAL: &str = "a journal, as engine.journal gives it,";

struct JournalHandle(Shared<Journal>);
impl UserData for JournalHandle {}

/// Adds what `stack.lua` needs of the journal.
pub(super) fn add(lua: &Lua, engine: &Table) -> mlua::Result<()> {
    engine.set(
        "journal",
        calls::function(lua, "journal", |lua, (stack, name): (String, Option<String>)| {
            let state = State::of(lua);
            let dir = state.state_dir.join("journal");
            let name = name.as_deref().unwrap_or(&stack);
            let journal = Journal::open(&dir, &stack, name, state.redactor.clone())?;
            let journal = if state.fleeting { journal.fleeting() } else { journal };
            Ok(JournalHandle(Rc::new(RefCell::new(journal))))
        })?,
    )?;
    engine.set("intent", calls::function(lua, "intent", intent)?)?;
    engine.set("result", calls::function(lua, "result", result)?)?;
    engine.set(
        "unresolved",
        calls::function(lua, "unresolved", |lua, handle: AnyUserData| {
            let handle = calls::handle::<JournalHandle>(&handle, A_JOURNAL)?;
            let journal = handle.0.borrow();
            let list = journal.unresolved().into_iter().map(describe).collect();
            Ok(to_lua(lua, &Value::List(list))?)
        })?,
    )?;
    engine.set(
        "settle",
        calls::function(lua, "settle", |lua, (handle, note): (AnyUserData, String)| {
            let now = State::of(lua).now();
            let handle = calls::handle::<JournalHandle>(&handle, A_JOURNAL)?;
            handle.0.borrow_mut().settle(&note, now)?;
            Ok(())
        })?,
    )
}

fn describe(intent: &Intent) -> Value {
    Map::from([
        ("id".to_owned(), intent.id.as_str().into()),
        ("resource".to_owned(), intent.resource.to_string().into()),
        ("action".to_owned(), intent.action.as_str().into()),
        ("generation".to_owned(), i64::from(intent.generation).into()),
        ("physical".to_owned(), intent.physical.clone().into()),
        ("time".to_owned(), intent.time.as_str().into()),
    ])
    .into()
}

/// `intent(journal, {resource, action, generation, properties, physical})` gives `{id, token}`; it
/// is on disk when this returns.
fn intent(lua: &Lua, (handle, args): (AnyUserData, LuaValue)) -> Result<LuaValue, Raise> {
    let state = State::of(lua);
    let args = from_lua_at(lua, &args, "intent")?;
    let text = |key: &str| args.get(key).and_then(Value::as_str).unwrap_or_default();
    let Some(resource) = ResourceId::parse(text("resource")) else {
        return Err(Raise::misuse("an intent is about a resource"));
    };
    let empty = Map::new();
    let properties = args.get("properties").and_then(Value::as_map).unwrap_or(&empty);
    let generation = args.get("generation").and_then(Value::as_i64).unwrap_or(1);
    let begin = Begin {
        resource,
        action: text("action"),
        generation: u32::try_from(generation).unwrap_or(1),
        physical: args.get("physical").and_then(Value::as_str).map(str::to_owned),
        properties,
    };
    let handle = calls::handle::<JournalHandle>(&handle, A_JOURNAL)?;
    let mut journal = handle.0.borrow_mut();
    let intent = journal.begin(&begin, &state.random.hex(16), state.now())?;
    let answer =
        Map::from([("id".to_owned(), intent.id.into()), ("token".to_owned(), intent.token.into())]);
    Ok(to_lua(lua, &Value::Map(answer))?)
}

/// `result(journal, id, {physical, outputs})`, or `result(journal, id, {error})`.
fn result(lua: &Lua, (handle, id, args): (AnyUserData, String, LuaValue)) -> Result<(), Raise> {
    let now = State::of(lua).now();
    let args = from_lua_at(lua, &args, "result")?;
    let handle = calls::handle::<JournalHandle>(&handle, A_JOURNAL)?;
    let empty = Map::new();
    let outcome = match args.get("error").and_then(Value::as_str) {
        Some(error) => Err(error),
        None => Ok((
            args.get("physical").and_then(Value::as_str),
            args.get("outputs").and_then(Value::as_map).unwrap_or(&empty),
        )),
    };
    handle.0.borrow_mut().result(&id, outcome, now)?;
    Ok(())
}
