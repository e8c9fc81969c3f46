//! The host: makes the VM and runs scripts in it.

use crate::{
    HostConfig,
    border::{diagnose, is_exit, of_syntax},
    calls,
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
    args: Vec<String>,
}

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Host").field("state", &self.state).finish_non_exhaustive()
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
        Ok(Self { lua, state, args })
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

    /// Runs a text that is no file; `name` is what messages call it, such as `(command line)`.
    pub fn run_string(&self, name: &str, text: &str) -> Result<u8, Diagnostic> {
        self.state.remember_source(name, text);
        let chunk = self.lua.load(text).set_name(format!("={name}")).into_function();
        self.run(&chunk.map_err(|e| self.syntax(name, &e))?)
    }

    /// `require`s a module into a global, as `-l` does.
    pub fn require(&self, global: &str, module: &str) -> Result<u8, Diagnostic> {
        let value = self.lua.globals().raw_get::<Function>("require").map_err(bug)?;
        match self.protected(&value, module.to_owned())? {
            Ok(values) => {
                let value = values.into_iter().next().unwrap_or(Value::Nil);
                self.lua.globals().raw_set(global, value).map_err(bug)?;
                Ok(0)
            }
            Err(code) => Ok(code),
        }
    }

    /// Runs a function with the script's arguments.
    fn run(&self, chunk: &Function) -> Result<u8, Diagnostic> {
        let args: MultiValue = self
            .args
            .iter()
            .map(|a| self.lua.create_string(a).map(Value::String))
            .collect::<mlua::Result<_>>()
            .map_err(bug)?;
        Ok(self.protected(chunk, args)?.err().unwrap_or(0))
    }

    /// Calls a function under our handler: its results, the exit code it ended with, or its error.
    pub fn protected(
        &self,
        f: &Function,
        args: impl mlua::IntoLuaMulti,
    ) -> Result<Result<MultiValue, u8>, Diagnostic> {
        self.state.exit_code.set(None);
        *self.state.last_failure.borrow_mut() = None;
        let protect: Function = self.lua.named_registry_value(scheduler::PROTECT).map_err(bug)?;
        let args = args.into_lua_multi(&self.lua).map_err(bug)?;
        let args = MultiValue::from_iter(std::iter::once(Value::Function(f.clone())).chain(args));
        let mut values = match protect.call::<MultiValue>(args) {
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
            _ => Err(diagnose(&self.lua, &value)),
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
