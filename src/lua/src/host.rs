//! The host: makes the VM and runs scripts in it.

use crate::{
    Handed, HostConfig,
    border::{diagnose, is_exit, of_ending, of_syntax},
    calls,
    hook::{self, Pulse, SignalHandle},
    scheduler::{self, InterruptHandle},
    state::State,
    vm,
};
use dmsrun_diag::{Diagnostic, Exit, Span};
use mlua::{Function, Lua, MultiValue, Value};
use std::{fmt, rc::Rc};

/// A Lua VM with everything that scripts may use.
///
/// It must not be used inside a tokio runtime: it has one of its own.
pub struct Host {
    lua: Lua,
    state: Rc<State>,
    /// Whether the VM ends with this handle.
    is_owner: bool,
}

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Host").field("state", &self.state).finish_non_exhaustive()
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        if !self.is_owner {
            return;
        }
        self.state.scheduler.watch().disarm();
        // Finalizers that run while the VM ends find no host any more.
        let prelude = self.lua.named_registry_value::<mlua::Table>(scheduler::PRELUDE);
        if let Ok(close) = prelude.and_then(|prelude| prelude.get::<Function>("close")) {
            // It sets a flag; there is nothing to do about a VM in which that fails.
            let _ = close.call::<()>(());
        }
    }
}

impl Host {
    /// Makes the VM. AWS, the runtime and the modules are made when something first asks for them.
    pub fn new(mut config: HostConfig) -> Result<Self, Diagnostic> {
        let program = std::mem::take(&mut config.program);
        let args = std::mem::take(&mut config.args);
        let state = Rc::new(State::new(config));
        let lua = vm::build(&state, &program, &args).map_err(|e| {
            Diagnostic::bug(format!("the Lua VM does not start: {}", calls::root(&e)))
        })?;
        Ok(Self { lua, state, is_owner: true })
    }

    /// The host of a VM, for a callback of ours that runs in it.
    pub fn of(lua: &Lua) -> Self {
        Self { lua: lua.clone(), state: State::of(lua), is_owner: false }
    }

    /// The VM, for the REPL.
    pub fn lua(&self) -> &Lua {
        &self.lua
    }

    /// What the modules share. It gives the sources of scripts to the renderer of diagnostics,
    /// those of
    /// `-e` included.
    pub fn state(&self) -> &Rc<State> {
        &self.state
    }

    /// What the script handed over so far, for `dmsrun check`.
    pub fn handed(&self) -> Handed {
        self.state.handed.borrow().clone()
    }

    /// The findings among it.
    pub fn findings(&self) -> Vec<dmsrun_base::Value> {
        self.handed().findings
    }

    /// For the handler of SIGINT: counts Ctrl-C, and stops Lua code that runs without pause.
    ///
    /// The handler must be installed on the process whose thread made this host; after it, from a
    /// thread, [`InterruptHandle::wake`] tells what waits.
    pub fn signal_handle(&self) -> SignalHandle {
        SignalHandle::new(self.state.scheduler.watch())
    }

    /// How the script gets on, where it runs in a sandbox.
    pub fn pulse(&self) -> Option<Pulse> {
        let limits = self.state.sandbox.limits().filter(|_| self.state.sandbox.is_untrusted())?;
        Some(Pulse::new(self.state.scheduler.watch(), limits.memory as u64))
    }

    /// Forgets Ctrl-C: an interrupted entry has ended, the session goes on. A REPL calls it before
    /// each entry. What was armed against the old entry removes itself at the next instruction.
    pub fn clear_interrupt(&self) {
        self.state.scheduler.watch().clear();
    }

    /// Tells the host of Ctrl-C, from any thread.
    pub fn interrupt_handle(&self) -> InterruptHandle {
        self.state.scheduler.interrupt().clone()
    }

    /// Runs a file with the script's arguments; the exit code is 0 or what the script ended itself
    /// with.
    pub fn run_file(&self, file: &str) -> Result<u8, Diagnostic> {
        let text = std::fs::read(file).map_err(|e| {
            Diagnostic::error("Script could not be read")
                .what(format!("{file}: {e}"))
                .exit(Exit::Failure)
        })?;
        self.run_text(file, &text)
    }

    /// Runs the text of a file that was read already, such as standard input under the name
    /// `stdin`.
    pub fn run_text(&self, file: &str, text: &[u8]) -> Result<u8, Diagnostic> {
        let chunk = vm::load(&self.lua, file, text).map_err(|e| self.syntax(file, &e))?;
        self.run(&chunk)
    }

    /// Runs what came by the standard input, which messages call `stdin`. Without a name on the
    /// command line (`-`) it gets no arguments.
    pub fn run_stdin(&self, text: &[u8], named: bool) -> Result<u8, Diagnostic> {
        let chunk = vm::load_named(&self.lua, "stdin", "=stdin", text);
        let chunk = chunk.map_err(|e| self.syntax("stdin", &e))?;
        if named { self.run(&chunk) } else { self.call(&chunk) }
    }

    /// Runs the file that LUA_INIT names.
    pub fn run_init_file(&self, file: &str) -> Result<u8, Diagnostic> {
        let text = std::fs::read(file).map_err(|e| {
            Diagnostic::error("LUA_INIT could not be run").what(format!("cannot open {file}: {e}"))
        })?;
        let chunk = vm::load(&self.lua, file, &text).map_err(|e| self.syntax(file, &e))?;
        self.call(&chunk)
    }

    /// Ends the VM as lua(1) does at its end, and the process with it: pending finalizers run while the
    /// host is still there. `end` must end the process.
    pub fn close(&self, end: impl FnOnce()) {
        self.state.scheduler.watch().disarm();
        // The process ends without a drop: the local AWS is on disk only once its session is over.
        hook::close(&self.lua, || {
            self.state.end_session();
            end();
        });
    }

    /// Switches `warn` on, as `-W` does.
    pub fn warn(&self) {
        self.state.warnings.set(true);
    }

    /// Runs a text that is no file, without arguments; `name` is what messages call it, such as
    /// `(command line)`.
    pub fn run_string(&self, name: &str, text: &str) -> Result<u8, Diagnostic> {
        self.state.remember_source(name, text);
        let chunk = self.lua.load(text).set_name(format!("={name}")).into_function();
        self.call(&chunk.map_err(|e| self.syntax(name, &e))?)
    }

    /// `require`s a module into a global, as `-l` does.
    pub fn require(&self, global: &str, module: &str) -> Result<u8, Diagnostic> {
        let value = self.lua.globals().raw_get::<Function>("require").map_err(bug)?;
        match self.protected(&value, module.to_owned())? {
            Ok(values) => {
                let value = values.into_iter().next().unwrap_or(Value::Nil);
                // A metatable of the globals is asked, as lua(1) does: it may refuse new ones.
                self.set_global(global, value)
            }
            Err(code) => Ok(code),
        }
    }

    fn set_global(&self, name: &str, value: Value) -> Result<u8, Diagnostic> {
        let set = self.lua.load("local name, value = ... _G[name] = value").set_name("=[C]");
        let set = set.into_function().map_err(bug)?;
        Ok(self.protected(&set, (name, value))?.err().unwrap_or(0))
    }

    fn call(&self, chunk: &Function) -> Result<u8, Diagnostic> {
        Ok(self.protected(chunk, ())?.err().unwrap_or(0))
    }

    /// Runs a function with the script's arguments: what `arg` holds by now, as in lua(1).
    fn run(&self, chunk: &Function) -> Result<u8, Diagnostic> {
        let Ok(Value::Table(arg)) = self.lua.globals().raw_get::<Value>("arg") else {
            return Err(Diagnostic::error("Script failed").what("'arg' is not a table"));
        };
        let count = arg.len().map_err(bug)?;
        let args: MultiValue =
            (1..=count).map(|i| arg.get::<Value>(i)).collect::<mlua::Result<_>>().map_err(bug)?;
        Ok(self.protected(chunk, args)?.err().unwrap_or(0))
    }

    /// Calls a function under our handler: its results, the exit code it ended with, or its error.
    pub fn protected(
        &self,
        f: &Function,
        args: impl mlua::IntoLuaMulti,
    ) -> Result<Result<MultiValue, u8>, Diagnostic> {
        self.state.exit_code.set(None);
        self.state.scheduler.watch().begin();
        *self.state.last_failure.borrow_mut() = None;
        let protect: Function = self.lua.named_registry_value(scheduler::PROTECT).map_err(bug)?;
        let args = args.into_lua_multi(&self.lua).map_err(bug)?;
        let args = MultiValue::from_iter(std::iter::once(Value::Function(f.clone())).chain(args));
        self.state.scheduler.watch().run(true);
        let result = protect.call::<MultiValue>(args);
        self.state.scheduler.watch().run(false);
        let mut values = match result {
            Ok(values) => values,
            // Only what no handler sees: memory, or an error in a finalizer.
            Err(e) => return Err(diagnose(&self.lua, &Value::Error(Box::new(e)))),
        };
        if values.pop_front().and_then(|v| v.as_boolean()).unwrap_or(false) {
            return Ok(Ok(values));
        }
        let value = values.pop_front().unwrap_or(Value::Nil);
        match self.state.exit_code.get() {
            Some(code) if is_exit(&value) => Ok(Err(code)),
            _ => {
                let found = diagnose(&self.lua, &value);
                Err(of_ending(&self.state)
                    .filter(|_| found.exit != Exit::Interrupted)
                    .unwrap_or(found))
            }
        }
    }

    fn syntax(&self, file: &str, error: &mlua::Error) -> Diagnostic {
        match error {
            mlua::Error::SyntaxError { message, .. } => of_syntax(&self.state, message, &[file]),
            other => Diagnostic::error("Script could not be loaded")
                .at(Some(Span::line(file, 1)))
                .what(calls::root(other)),
        }
    }
}

fn bug(error: mlua::Error) -> Diagnostic {
    Diagnostic::bug(calls::root(&error))
}
