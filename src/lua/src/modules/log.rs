//! `log`: lines on standard error, by level.

use crate::{calls, state::State, ui::Level};
use mlua::{Lua, Table};
use std::rc::Rc;

pub(crate) fn module(lua: &Lua, _: &Rc<State>) -> mlua::Result<Table> {
    let module = lua.create_table()?;
    for (name, level) in [
        ("debug", Level::Debug),
        ("info", Level::Info),
        ("warn", Level::Warn),
        ("error", Level::Error),
    ] {
        let log = calls::function(lua, "log", move |lua, text: super::ui::Text| {
            let state = State::of(lua);
            state.ui.log(level, &state.scrub(&text.0));
            Ok(())
        })?;
        module.raw_set(name, log)?;
    }
    Ok(module)
}
