//! The REPL: reads entries, evaluates them, shows what they give. Each concern is a file of its own;
//! this one joins them.

mod breakpoint;
mod commands;
mod complete;
mod constants;
mod doc;
mod editor;
mod evaluate;
mod highlight;
mod history;
mod lexer;
mod live;
mod lock;
mod meta;
mod place;
mod script;
mod session;
mod show;
pub mod signals;
mod source;

pub use breakpoint::install as install_breakpoint;

use crate::{cli::Options, ui::Terminal};
use complete::Completer;
use dmsrun_diag::{Diagnostic, Exit};
use dmsrun_lua::{Host, ui::Ui as _};
use editor::{Edited, Input, Read};
use live::Live;
use lock::Lock;
use mlua::{Function, MultiValue, Table, Value};
use session::Session;
use std::{
    cell::{Cell, RefCell},
    io::IsTerminal as _,
    path::PathBuf,
    rc::Rc,
};

/// The shortcuts for operators, in `stdlib/repl.lua`.
pub const SHORTCUTS: [&str; 13] = [
    "alarms",
    "endpoint",
    "endpoints",
    "events",
    "instance",
    "instances",
    "map",
    "resources",
    "stacks",
    "tables",
    "tail",
    "task",
    "tasks",
];

/// The modules that the prompt knows by name: those without a dot in it.
pub fn modules() -> impl Iterator<Item = &'static str> {
    dmsrun_lua::library::host_modules().chain(dmsrun_lua::library::plain_modules())
}

/// A module, required now; `None` where there is none of this name.
pub fn required(host: &Host, name: &str) -> Option<Value> {
    let require: Function = host.lua().globals().raw_get("require").ok()?;
    host.protected(&require, name).ok()?.ok()?.into_iter().next()
}

/// The folder of the standard library, where it is not the embedded one.
pub fn stdlib(host: &Host) -> Option<PathBuf> {
    host.state().stdlib_folder().map(PathBuf::from)
}

/// What follows an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum After {
    /// The next one.
    Next,
    /// The end of the session.
    Leave(u8),
    /// The end of the session, and of the script around it.
    Quit,
}

/// A session at a prompt.
struct Repl<'h> {
    host: &'h Host,
    ui: Terminal,
    options: Rc<RefCell<Options>>,
    session: Rc<Session<'h>>,
    live: Rc<Live<'h>>,
    lock: Rc<Lock<'h>>,
    input: RefCell<Input<'h>>,
    /// The entries that went well.
    record: RefCell<Vec<String>>,
    /// The values of the last entry that had any.
    last: RefCell<MultiValue>,
    timing: Cell<bool>,
    failed: Cell<bool>,
    /// The place of the breakpoint that opened it.
    at: Option<String>,
}

/// Works interactively until the user leaves; gives the exit code. The host may have run a script
/// before. `forced` where the session must stay read-only.
pub fn interact(
    host: &Host,
    ui: &Terminal,
    options: &Rc<RefCell<Options>>,
    forced: bool,
) -> Result<u8, Diagnostic> {
    let session = Rc::new(Session::new(host)?);
    let lock = Rc::new(Lock::new(host, options, forced));
    if is_real(options) {
        lock.lock()?;
    }
    globals(host).map_err(session::fault)?;
    let repl = Repl::new(host, ui, options, session, lock, None)?;
    if repl.input.borrow().is_terminal() {
        ui.print_line(&repl.banner());
        repl.live.greet();
    }
    signals::open(repl.input.borrow().is_terminal());
    let result = repl.run();
    signals::close();
    // Where no instruction is left, closing fails as well, and that was said.
    for fault in repl.session.close().iter().filter(|fault| evaluate::limit(fault).is_none()) {
        ui.show(fault);
    }
    match result? {
        After::Leave(code) => Ok(code),
        // A script that feeds the session wants to know.
        _ if repl.failed.get() && !repl.input.borrow().is_terminal() => Ok(Exit::Failure.code()),
        _ => Ok(Exit::Success.code()),
    }
}

/// Options for a session: a real account is read-only from the first call on. `true` where it was
/// asked for.
pub fn locked(options: &mut Options) -> bool {
    let forced = options.read_only;
    if options.local.is_none() {
        options.read_only = true;
    }
    forced
}

/// Whether a session works on a real account: then what ran before it may have made AWS unlocked.
fn is_real(options: &Rc<RefCell<Options>>) -> bool {
    options.borrow().local.is_none()
}

/// Lets the prompt know the modules and shortcuts by name. They are loaded when they are first named.
fn globals(host: &Host) -> mlua::Result<()> {
    let lua = host.lua();
    let fallback = fallback(lua)?;
    let meta = match lua.globals().metatable() {
        Some(meta) => meta,
        None => lua.create_table()?,
    };
    if meta.raw_get::<Value>("__index")?.is_nil() {
        let index = lua
            .load(
                "local fallback, rawset = ...\n\
                 return function(globals, name)\n\
                   local value = fallback(name)\n\
                   if value ~= nil then rawset(globals, name, value) end\n\
                   return value\n\
                 end",
            )
            .set_name("=[host]")
            .call::<Function>((fallback, lua.globals().raw_get::<Function>("rawset")?))?;
        meta.raw_set("__index", index)?;
        lua.globals().set_metatable(Some(meta))?;
    }
    Ok(())
}

/// The function from a name to the module or shortcut that the prompt knows by it.
fn fallback(lua: &mlua::Lua) -> mlua::Result<Function> {
    let names = lua.create_table()?;
    for name in modules() {
        names.raw_set(name, name)?;
    }
    for name in SHORTCUTS {
        names.raw_set(name, true)?;
    }
    let require: Function = lua.globals().raw_get("require")?;
    lua.load(
        "local names, require, pcall, type = ...\n\
         return function(name)\n\
           local known = names[name]\n\
           if not known then return nil end\n\
           if type(known) == \"string\" then\n\
             local ok, value = pcall(require, known)\n\
             return ok and value or nil\n\
           end\n\
           return require(\"repl\")[name]\n\
         end",
    )
    .set_name("=[host]")
    .call((
        names,
        require,
        lua.globals().raw_get::<Function>("pcall")?,
        lua.globals().raw_get::<Function>("type")?,
    ))
}

impl<'h> Repl<'h> {
    fn new(
        host: &'h Host,
        ui: &Terminal,
        options: &Rc<RefCell<Options>>,
        session: Rc<Session<'h>>,
        lock: Rc<Lock<'h>>,
        at: Option<String>,
    ) -> Result<Self, Diagnostic> {
        let live = Rc::new(Live::new(host, ui, options));
        let input = if std::io::stdin().is_terminal() {
            let completer = Completer::new(Rc::clone(&session), Rc::clone(&live));
            Input::Editor(Box::new(Edited::new(completer, ui)?))
        } else {
            Input::Lines(host.lua().clone())
        };
        Ok(Self {
            host,
            ui: ui.clone(),
            options: Rc::clone(options),
            session,
            live,
            lock,
            input: RefCell::new(input),
            record: RefCell::default(),
            last: RefCell::default(),
            timing: Cell::new(false),
            failed: Cell::new(false),
            at,
        })
    }

    fn banner(&self) -> String {
        let options = self.options.borrow();
        let region = place::region(&options).unwrap_or_default();
        let lock = if self.lock.is_locked() { " read-only" } else { "" };
        let place = format!("{} {region}{lock}", place::label(&options));
        let version = env!("CARGO_PKG_VERSION");
        let whole = format!("dmsrun {version} · Lua 5.4 · {place} · :help");
        match whole.chars().count() <= self.ui.width() {
            true => whole,
            false => format!("dmsrun {version}\n{place}\n:help"),
        }
    }

    /// Reads and evaluates until somebody leaves.
    fn run(&self) -> Result<After, Diagnostic> {
        loop {
            let (plain, colored) =
                self.lock.prompt(&self.live, self.at.as_deref(), self.ui.width(), self.ui.paints());
            let read = self.input.borrow_mut().read(&plain, &colored)?;
            match read {
                Read::Cleared => {}
                Read::End => return Ok(After::Next),
                Read::Entry(entry) => {
                    let redactor = &self.host.state().redactor;
                    let after = {
                        let _busy = signals::busy(self.host);
                        self.entry(&entry)
                    };
                    // Behind it, so that secrets which the entry itself made known are known.
                    self.input.borrow_mut().remember(&entry, redactor);
                    match after {
                        After::Next => {}
                        after => return Ok(after),
                    }
                }
            }
        }
    }

    fn show(&self, diagnostic: &Diagnostic) {
        self.failed.set(true);
        self.ui.show_from(diagnostic, &**self.host.state());
    }

    /// A text for people, broken where the terminal ends.
    fn explain(&self, text: &str) {
        self.ui.print_line(&show::wrapped(text, self.ui.width()));
    }

    fn shower(&self) -> show::Shower {
        show::Shower::new(self.host.lua(), &self.ui)
    }

    /// A function of `stdlib/repl.lua`, called.
    fn shortcut(&self, name: &str, argument: Option<&str>) -> Result<MultiValue, Diagnostic> {
        let module: Option<Table> =
            required(self.host, "repl").and_then(|value| value.as_table().cloned());
        let f = module.and_then(|m| m.raw_get::<Function>(name).ok());
        let f = f.ok_or_else(|| Diagnostic::bug(format!("the library has no repl.{name}")))?;
        let result = self.host.protected(&f, argument)?;
        Ok(result.unwrap_or_default())
    }
}
