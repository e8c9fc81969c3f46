//! What Rust gives to Lua: one list of modules, each made when something first requires it.

mod aws;
mod csv;
mod dms;
mod engine;
mod env;
mod errors;
mod fs;
mod hash;
mod host;
mod http;
mod json;
mod log;
pub mod meta;
mod options;
mod parallel;
mod path;
mod process;
mod random;
mod secret;
mod suggest;
mod time;
mod ui;

pub(crate) use aws::{COLLECT, error as aws_error};

use crate::{sandbox, state::State};
use mlua::{Lua, Table, Value};
use std::rc::Rc;

type Make = fn(&Lua, &Rc<State>) -> mlua::Result<Table>;

/// A module of the host.
struct Module {
    name: &'static str,
    make: Make,
    /// Whether a script that is not trusted may have it.
    safe: bool,
}

const fn module(name: &'static str, make: Make, safe: bool) -> Module {
    Module { name, make, safe }
}

/// Every module, sorted by name.
const MODULES: [Module; 20] = [
    module("aws", aws::module, true),
    module("csv", csv::module, true),
    module("dms", dms::module, true),
    module("engine", |lua, state| engine::module(lua, state), false),
    module("env", env::module, false),
    module("errors", errors::module, true),
    module("fs", fs::module, false),
    module("hash", hash::module, true),
    module("host", host::module, true),
    module("http", http::module, false),
    module("json", json::module, true),
    module("log", log::module, true),
    module("parallel", parallel::module, true),
    module("path", path::module, true),
    module("process", process::module, false),
    module("random", random::module, true),
    module("secret", secret::module, true),
    module("suggest", suggest::module, true),
    module("time", time::module, true),
    module("ui", ui::module, true),
];

/// A new table that stays a list where it is empty.
fn empty_list(lua: &Lua) -> mlua::Result<Table> {
    let table = lua.create_table()?;
    table.set_metatable(Some(crate::convert::with_marks(lua, |marks| marks.list.clone())?))?;
    Ok(table)
}

/// The names of all modules.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    MODULES.iter().map(|m| m.name)
}

/// Whether there is a module of this name.
pub(crate) fn exists(name: &str) -> bool {
    names().any(|n| n == name)
}

/// Whether a sandbox keeps this module from the script.
pub(crate) fn is_kept(state: &State, name: &str) -> bool {
    state.sandbox.is_untrusted() && MODULES.iter().any(|m| m.name == name && !m.safe)
}

/// Makes a module for the library; `None` where there is none of this name. Of one that a sandbox
/// keeps from the script, the library has what does nothing: it can be loaded, and looks at no file.
pub(crate) fn load(lua: &Lua, state: &Rc<State>, name: &str) -> mlua::Result<Option<Value>> {
    let Some(module) = MODULES.iter().find(|m| m.name == name) else { return Ok(None) };
    let table = (module.make)(lua, state)?;
    if is_kept(state, name) {
        return sandbox::hollow(lua, name, &table).map(Some);
    }
    sandbox::restrict(lua, state, name, &table)?;
    Ok(Some(Value::Table(table)))
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_list_is_sorted() {
        let names: Vec<_> = super::names().collect();
        assert!(names.is_sorted(), "{names:?}");
    }
}
