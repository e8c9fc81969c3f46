//! The file that a run holds, in Lua's hands, and who runs it.

use crate::{
    calls::{self, Raise},
    convert::to_lua,
    state::State,
};
use dmsrun_base::{Map, Value};
use dmsrun_stack::hold::{Attempt, Hold};
use mlua::{AnyUserData, Lua, Table, UserData, Value as LuaValue};
use std::cell::RefCell;

/// What is said where another userdata is given.
const A_HOLD: &str = "a file that is held, as engine.hold gives it,";

/// `None` once it is let go.
struct HoldHandle(RefCell<Option<Hold>>);
impl UserData for HoldHandle {}

/// Adds what `stack/lock.lua` needs.
pub(super) fn add(lua: &Lua, engine: &Table) -> mlua::Result<()> {
    engine.set("hold", calls::function(lua, "hold", hold)?)?;
    engine.set(
        "note",
        calls::function(lua, "note", |lua, (handle, note): (AnyUserData, Option<String>)| {
            let handle = calls::handle::<HoldHandle>(&handle, A_HOLD)?;
            let mut hold = handle.0.borrow_mut();
            let Some(hold) = hold.as_mut() else {
                return Err(Raise::misuse("the file was let go"));
            };
            match note {
                Some(note) => hold.write(&scrubbed(&State::of(lua), &note))?,
                None => return Ok(Some(hold.note()?)),
            }
            Ok(None)
        })?,
    )?;
    engine.set(
        "unhold",
        calls::function(lua, "unhold", |_, handle: AnyUserData| {
            calls::handle::<HoldHandle>(&handle, A_HOLD)?.0.borrow_mut().take();
            Ok(())
        })?,
    )?;
    engine.set(
        "process",
        calls::function(lua, "process", |lua, (): ()| {
            let map = Map::from([
                ("pid".to_owned(), i64::from(std::process::id()).into()),
                ("user".to_owned(), user().into()),
                ("host".to_owned(), host().into()),
            ]);
            Ok(to_lua(lua, &Value::Map(map))?)
        })?,
    )
}

/// The note without secrets. Only what the run does is in a person's words: a token or a time that a
/// password happens to be spelled like must stay what it is.
fn scrubbed(state: &State, note: &str) -> String {
    let Ok(serde_json::Value::Object(mut map)) = serde_json::from_str(note) else {
        return state.scrub(note);
    };
    if let Some(serde_json::Value::String(doing)) = map.get_mut("doing") {
        *doing = state.scrub(doing);
    }
    serde_json::Value::Object(map).to_string()
}

/// `hold(folder, name)` gives the handle and whether it excludes others; or nil and the note of whoever
/// has it. The folder is the one of the journals unless one is named.
fn hold(
    lua: &Lua,
    (name, folder): (String, Option<String>),
) -> Result<(Option<HoldHandle>, LuaValue), Raise> {
    let folder = folder.map_or_else(|| State::of(lua).state_dir.clone(), Into::into);
    let path = folder.join("journal").join(format!("{name}.lock"));
    Ok(match Hold::take(&path)? {
        Attempt::Held(hold) => {
            let exclusive = LuaValue::Boolean(hold.is_exclusive());
            (Some(HoldHandle(RefCell::new(Some(hold)))), exclusive)
        }
        Attempt::Taken(note) => (None, LuaValue::String(lua.create_string(note)?)),
    })
}

fn variable(names: &[&str]) -> Option<String> {
    names.iter().filter_map(|name| std::env::var(name).ok()).find(|text| !text.is_empty())
}

fn user() -> String {
    variable(&["USER", "LOGNAME", "USERNAME"]).unwrap_or_else(|| "somebody".to_owned())
}

/// The machine's name: colleagues know it by that.
fn host() -> String {
    let kernel = std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
    let asked = || {
        let output = std::process::Command::new("hostname").output().ok()?;
        String::from_utf8(output.stdout).ok()
    };
    kernel
        .or_else(|| variable(&["HOSTNAME", "COMPUTERNAME"]))
        .or_else(asked)
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| "an unknown machine".to_owned())
}
