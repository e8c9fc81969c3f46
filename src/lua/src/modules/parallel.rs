//! `parallel`: many calls at once; see `scheduler.rs` and `parallel.lua`.

use crate::{scheduler, state::State};
use mlua::{Lua, Table};
use std::rc::Rc;

pub(crate) fn module(lua: &Lua, _: &Rc<State>) -> mlua::Result<Table> {
    scheduler::module(lua)
}
