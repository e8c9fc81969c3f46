//! `breakpoint()`: a session at that place of a script, with its locals.

use super::{After, Repl, fallback, lock::Lock, session, session::Session, signals};
use crate::{cli::Options, ui::Terminal};
use dmsrun_diag::{Diagnostic, Exit};
use dmsrun_lua::{Host, Raise, calls, ui::Ui as _};
use mlua::{Function, Lua, Table, Value};
use std::{cell::RefCell, fs, rc::Rc};

/// Makes the global `breakpoint`.
pub fn install(
    host: &Host,
    ui: &Terminal,
    options: &Rc<RefCell<Options>>,
) -> Result<(), Diagnostic> {
    add(host, ui, options).map_err(session::fault)
}

fn add(host: &Host, ui: &Terminal, options: &Rc<RefCell<Options>>) -> mlua::Result<()> {
    let lua = host.lua();
    let (ui, options) = (ui.clone(), Rc::clone(options));
    // In a sandbox there is no way into a frame.
    let debug: Value = lua.globals().raw_get("debug")?;
    if !ui.interactive() || debug.is_nil() {
        let warned = ui;
        let f = calls::function(lua, "breakpoint", move |lua, (): ()| {
            let place = dmsrun_lua::place::user(lua);
            let place = place.map(|p| format!("{}:{}: ", p.file, p.line)).unwrap_or_default();
            warned.talk(&format!(
                "warning: {place}breakpoint() needs a terminal; the script goes on"
            ));
            Ok(())
        })?;
        return lua.globals().raw_set("breakpoint", f);
    }
    let open = calls::function(
        lua,
        "breakpoint",
        move |lua, (tools, chunk, line): (Table, String, u32)| {
            open(lua, &ui, &options, tools, &chunk, line)
        },
    )?;
    // Made when it is first called: most scripts never do.
    let tools = lua.create_function(|lua, ()| Ok((session::class(lua)?, fallback(lua)?)))?;
    let breakpoint: Function = lua
        .load(
            "local tools, open = ...\n\
             return function()\n\
               local class, fallback = tools()\n\
               class.at(2, fallback, open)\n\
             end",
        )
        .set_name("=[host]")
        .call((tools, open))?;
    lua.globals().raw_set("breakpoint", breakpoint)
}

fn open(
    lua: &Lua,
    ui: &Terminal,
    options: &Rc<RefCell<Options>>,
    tools: Table,
    chunk: &str,
    line: u32,
) -> Result<(), Raise> {
    let host = Host::of(lua);
    let place = format!("{}:{line}", dmsrun_lua::place::file_of(chunk));
    let session = Session::over(&host, tools);
    if let Some(source) = chunk.strip_prefix('@').and_then(|file| fs::read_to_string(file).ok()) {
        session.add_constants(&source, line).map_err(session::fault)?;
    }
    let session = Rc::new(session);
    let (lock, rights) = (Rc::new(Lock::at_breakpoint(&host, options)), options.borrow().read_only);
    let locked = if lock.is_locked() { ", read-only" } else { "" };
    ui.talk(&format!(
        "breakpoint at {place}{locked}; :continue or Ctrl-D goes on, :quit ends the script"
    ));
    if lock.is_locked() {
        lock.lock()?;
    }
    let repl = Repl::new(&host, ui, options, session, Rc::clone(&lock), Some(place))?;
    let after = repl.run();
    lock.give_back(rights)?;
    match after? {
        After::Quit if signals::is_open() => {
            // An entry led here: it ends as by Ctrl-C, and the session around it stays.
            signals::give_up();
            Err(Raise::Exit(Exit::Interrupted.code()))
        }
        After::Quit => Err(Raise::Exit(Exit::Interrupted.code())),
        _ => Ok(()),
    }
}
