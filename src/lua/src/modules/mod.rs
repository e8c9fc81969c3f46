//! What Rust gives to Lua: one list of modules, each made when something first requires it.

mod aws;
mod dms;
mod engine;
mod env;
mod errors;
mod fs;
mod host;
mod json;
mod log;
mod parallel;
mod secret;
mod suggest;
mod time;
mod ui;

pub(crate) use aws::error as aws_error;

use crate::state::State;
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
const MODULES: [Module; 14] = [
    module("aws", aws::module, true),
    module("dms", dms::module, true),
    module("engine", |lua, state| engine::module(lua, state), false),
    module("env", env::module, false),
    module("errors", errors::module, true),
    module("fs", fs::module, false),
    module("host", host::module, true),
    module("json", json::module, true),
    module("log", log::module, true),
    module("parallel", parallel::module, true),
    module("secret", secret::module, true),
    module("suggest", suggest::module, true),
    module("time", time::module, true),
    module("ui", ui::module, true),
];

/// The names of all modules.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    MODULES.iter().map(|m| m.name)
}

/// Whether there is a module of this name.
pub(crate) fn exists(name: &str) -> bool {
    names().any(|n| n == name)
}

/// Makes a module; `None` where there is none of this name, or not in a sandbox.
pub(crate) fn load(lua: &Lua, state: &Rc<State>, name: &str) -> mlua::Result<Option<Value>> {
    let Some(module) = MODULES.iter().find(|m| m.name == name) else { return Ok(None) };
    if state.sandbox && !module.safe {
        return Err(mlua::Error::runtime(format!("module '{name}' is not there in a sandbox")));
    }
    (module.make)(lua, state).map(|table| Some(Value::Table(table)))
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_list_is_sorted() {
        let names: Vec<_> = super::names().collect();
        assert!(names.is_sorted(), "{names:?}");
    }
}
