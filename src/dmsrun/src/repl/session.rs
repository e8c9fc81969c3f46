//! Evaluates entries: expressions give values, statements run, locals live on, errors are
//! diagnostics with the entry's text.

use super::source;
use dmsrun_diag::{Diagnostic, Span};
use dmsrun_lua::Host;
use mlua::{Function, Lua, MultiValue, Table, Value};
use std::cell::Cell;

/// What became of an entry.
#[derive(Debug)]
pub enum Outcome {
    /// It ran; these are its values.
    Values(MultiValue),
    /// It ended the program with this code.
    Exit(u8),
    /// It failed.
    Failed(Box<Diagnostic>),
}

/// The variables of a session and the number of its entries.
#[derive(Debug)]
pub struct Session<'h> {
    host: &'h Host,
    tools: Table,
    entries: Cell<u32>,
}

/// Whether an entry can run as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Form {
    /// It has a value.
    Expression,
    /// It does something.
    Statement,
    /// More is to come.
    Unfinished,
    /// Lua does not understand it.
    Wrong(String),
}

const REGISTRY: &str = "dmsrun.repl";

impl<'h> Session<'h> {
    /// A session without locals.
    pub fn new(host: &'h Host) -> Result<Self, Diagnostic> {
        let class = class(host.lua()).map_err(fault)?;
        let tools = class.get::<Function>("new").and_then(|new| new.call(())).map_err(fault)?;
        Ok(Self { host, tools, entries: Cell::new(0) })
    }

    /// A session over variables that exist already: those of a frame.
    pub fn over(host: &'h Host, tools: Table) -> Self {
        Self { host, tools, entries: Cell::new(0) }
    }

    /// The host.
    pub fn host(&self) -> &'h Host {
        self.host
    }

    /// Runs an entry; `expression` where only a value will do.
    pub fn run(&self, entry: &str, expression: bool) -> Outcome {
        match self.try_run(entry, expression) {
            Ok(outcome) => outcome,
            Err(diagnostic) => Outcome::Failed(Box::new(diagnostic)),
        }
    }

    /// Runs a text under another name, such as a file's, with the session's locals.
    pub fn run_named(&self, name: &str, text: &str) -> Outcome {
        let text = strip_shebang(text);
        match self.compile(name, &text, false).and_then(|f| self.call(&f)) {
            Ok(outcome) => outcome,
            Err(diagnostic) => Outcome::Failed(Box::new(diagnostic)),
        }
    }

    fn try_run(&self, entry: &str, expression: bool) -> Result<Outcome, Diagnostic> {
        let number = self.entries.get() + 1;
        self.entries.set(number);
        let name = format!("entry {number}");
        let form = if expression { Form::Expression } else { form(self.host.lua(), entry) };
        let function = self.compile(&name, entry, form == Form::Expression)?;
        self.call(&function)
    }

    fn compile(&self, name: &str, text: &str, expression: bool) -> Result<Function, Diagnostic> {
        self.host.state().remember_source(name, text);
        let source =
            if expression { format!("return {text}") } else { source::keeping_locals(text) };
        // Lua's own words for what it does not understand, before anything is put around it.
        if let Err(error) =
            self.host.lua().load(&source).set_name(format!("={name}")).into_function()
        {
            return Err(syntax(name, text, &error.to_string()));
        }
        let names: Vec<&str> = source::names(text);
        let compile: Function = self.tools.get("compile").map_err(fault)?;
        let (function, complaint): (Option<Function>, Option<String>) =
            compile.call((&self.tools, source, name, names)).map_err(fault)?;
        function.ok_or_else(|| syntax(name, text, &complaint.unwrap_or_default()))
    }

    fn call(&self, function: &Function) -> Result<Outcome, Diagnostic> {
        self.frame("read_frame")?;
        let result = self.host.protected(function, ());
        self.frame("write_frame")?;
        Ok(match result? {
            Ok(values) => Outcome::Values(values),
            Err(code) => Outcome::Exit(code),
        })
    }

    /// Reads or writes the locals of a breakpoint's frame. A Ctrl-C was for the entry: one that comes
    /// just behind it must not end this half way.
    fn frame(&self, method: &str) -> Result<(), Diagnostic> {
        let f = self.tools.get::<Function>(method).map_err(fault)?;
        self.host.clear_interrupt();
        let again = |_| {
            self.host.clear_interrupt();
            f.call::<()>(&self.tools)
        };
        f.call::<()>(&self.tools).or_else(again).map_err(fault)
    }

    /// Sets `_`, `_1`, `_2` …: the values of the last entry that had any.
    pub fn remember(&self, values: &MultiValue) -> Result<(), Diagnostic> {
        let globals = self.host.lua().globals();
        let first = values.front().cloned().unwrap_or(Value::Nil);
        globals.raw_set("_", first).map_err(fault)?;
        for (index, value) in values.iter().enumerate() {
            globals.raw_set(format!("_{}", index + 1), value.clone()).map_err(fault)?;
        }
        let mut index = values.len() + 1;
        loop {
            let name = format!("_{index}");
            if globals.raw_get::<Value>(name.as_str()).map_err(fault)?.is_nil() {
                return Ok(());
            }
            globals.raw_set(name, Value::Nil).map_err(fault)?;
            index += 1;
        }
    }

    /// The names of the session's locals, sorted.
    pub fn locals(&self) -> Vec<String> {
        let names = self.tools.get::<Function>("names");
        names.and_then(|names| names.call(&self.tools)).unwrap_or_default()
    }

    /// The value of a local or a global by its name.
    pub fn variable(&self, name: &str) -> Option<Value> {
        let get = self.tools.get::<Function>("get");
        let found = get.and_then(|get| get.call::<(Value, bool)>((&self.tools, name)));
        match found {
            Ok((value, true)) => Some(value),
            _ => {
                let globals = self.host.lua().globals();
                let value = globals.raw_get::<Value>(name).ok()?;
                if !value.is_nil() {
                    return Some(value);
                }
                // What the prompt knows by name is loaded when it is first looked at.
                let known = super::modules().any(|m| m == name) || super::SHORTCUTS.contains(&name);
                let value = if known { globals.get::<Value>(name).ok()? } else { value };
                (!value.is_nil()).then_some(value)
            }
        }
    }

    /// Adds the constants that the script has on this line, which are no variables of its frame.
    pub fn add_constants(&self, source: &str, line: u32) -> mlua::Result<()> {
        let add: Function = self.tools.get("constant")?;
        for (name, text) in super::constants::on_line(source, line) {
            // It is made of literals; where Lua does not take them, the script did not run either.
            let value = self.host.lua().load(format!("return {text}")).eval::<Value>();
            if let Ok(value) = value {
                add.call::<()>((&self.tools, name, value))?;
            }
        }
        Ok(())
    }

    /// The function that another one only checks the arguments of.
    pub fn body_of(&self, f: &Function) -> Option<Function> {
        self.tools.get::<Function>("body").ok()?.call(f).ok()
    }

    /// Closes what was declared with `<close>`, the last first.
    pub fn close(&self) -> Vec<Diagnostic> {
        let Ok(close) = self.tools.get::<Function>("close") else { return Vec::new() };
        match self.host.protected(&close, &self.tools) {
            Ok(Ok(values)) => {
                let faults = values.front().and_then(Value::as_table).cloned();
                let faults = faults
                    .into_iter()
                    .flat_map(|t| t.sequence_values::<Value>().flatten().collect::<Vec<_>>());
                faults
                    .map(|value| {
                        let text = value.to_string().unwrap_or_default();
                        Diagnostic::warning("A value could not be closed").what(text)
                    })
                    .collect()
            }
            Ok(Err(_)) => Vec::new(),
            Err(diagnostic) => vec![diagnostic],
        }
    }
}

/// The class in `session.lua`, made once for each VM.
pub fn class(lua: &Lua) -> mlua::Result<Table> {
    if let Ok(class) = lua.named_registry_value::<Table>(REGISTRY) {
        return Ok(class);
    }
    let class: Table =
        lua.load(include_str!("session.lua")).set_name("=[host]").call(source::KEEP)?;
    lua.set_named_registry_value(REGISTRY, &class)?;
    Ok(class)
}

/// Whether an entry can run as it stands, by Lua's own judgement.
pub fn form(lua: &Lua, entry: &str) -> Form {
    // On a line of its own, so that a comment at the end hides nothing.
    let value = lua.load(format!("return {entry}\n")).set_name("=entry").into_function();
    let Err(complaint) = value else { return Form::Expression };
    match lua.load(entry).set_name("=entry").into_function() {
        Ok(_) => Form::Statement,
        Err(error) => {
            let text = first_line(&error.to_string());
            // `{ 1,` and `1 +` are no statements, and the beginning of a value.
            let begun = source::wants_more(&text)
                || source::wants_more(&first_line(&complaint.to_string()));
            if begun { Form::Unfinished } else { Form::Wrong(text) }
        }
    }
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}

/// A file without what its first line says to the shell; the lines keep their numbers.
pub fn strip_shebang(text: &str) -> String {
    match text.strip_prefix('#') {
        Some(_) => {
            let end = text.find('\n').unwrap_or(text.len());
            text[end..].to_owned()
        }
        None => text.to_owned(),
    }
}

fn syntax(name: &str, text: &str, complaint: &str) -> Diagnostic {
    let complaint = first_line(complaint);
    let complaint = complaint.trim_start_matches("syntax error: ");
    let rest = complaint.strip_prefix(&format!("{name}:")).unwrap_or(complaint);
    let (line, message) = match rest.split_once(": ") {
        Some((line, message)) if line.parse::<u32>().is_ok() => {
            (line.parse().unwrap_or(1), message)
        }
        _ => (1, rest),
    };
    let mut span = Span::line(name, line);
    let token = message.rsplit_once("near '").and_then(|(_, t)| t.strip_suffix('\''));
    if let (Some(token), Some(shown)) = (token, text.lines().nth(line as usize - 1))
        && let Some(at) = shown.rfind(token)
    {
        span.column = u32::try_from(shown[..at].chars().count() + 1).ok();
        span.width = u32::try_from(token.chars().count()).unwrap_or(1);
    }
    let diagnostic = Diagnostic::error("Syntax error").at(Some(span)).what(message);
    if source::wants_more(message) {
        return diagnostic.hint("the entry ends in the middle of something");
    }
    diagnostic
}

/// A failure of the VM itself.
pub fn fault(error: mlua::Error) -> Diagnostic {
    Diagnostic::bug(format!("the session failed: {}", first_line(&error.to_string())))
}
