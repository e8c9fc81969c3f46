//! What a script may do: everything, only what a check may, or only what one that is not trusted may.
//!
//! Two layers keep it: the standard library of Lua loses what acts (`sandbox.lua`), and the modules
//! of the host refuse. AWS has a layer of its own below: a check has no session at all, and the
//! session of a script that is not trusted is read-only.

use crate::{
    calls::{self, Raise},
    place,
    state::State,
};
use dmsrun_diag::{Diagnostic, Exit, Span};
use mlua::{Function, Lua, LuaOptions, MultiValue, StdLib, Table, Value};

/// What a script may do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sandbox {
    /// Everything: a script is trusted code with full Lua.
    #[default]
    None,
    /// Only what leaves no trace: files are read, nothing is written, no process is started, no AWS
    /// call is sent, waiting takes no time. `host.checking()` is true.
    Check,
    /// As good as nothing: no files but the modules beside the script, no processes, no environment,
    /// AWS read-only, and limits.
    Untrusted(Limits),
}

/// How much a script that is not trusted may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Memory of the VM, in bytes.
    pub memory: usize,
    /// Instructions of the VM.
    pub instructions: u64,
}

/// What a coroutine counts for: it may end before the hook looks at it.
const COROUTINE: u64 = 1000;

impl Default for Limits {
    /// Plenty for a script that looks at an account, and over within a minute.
    fn default() -> Self {
        Self { memory: 256 << 20, instructions: 1_000_000_000 }
    }
}

impl Limits {
    /// Plenty for a script that declares a large migration, and over within seconds.
    fn of_a_check() -> Self {
        Self { memory: 512 << 20, instructions: 300_000_000 }
    }
}

impl Sandbox {
    /// Whether anything at all is kept from the script.
    pub fn is_on(self) -> bool {
        self != Self::None
    }

    /// Whether the script is only being checked.
    pub fn is_check(self) -> bool {
        self == Self::Check
    }

    /// Whether the script is not trusted.
    pub fn is_untrusted(self) -> bool {
        matches!(self, Self::Untrusted(_))
    }

    /// The limits in force.
    pub fn limits(self) -> Option<Limits> {
        match self {
            Self::Untrusted(limits) => Some(limits),
            Self::Check => Some(Limits::of_a_check()),
            Self::None => None,
        }
    }

    /// The error of a script that used more than it may; `option` is what allows more.
    pub(crate) fn exceeded(self, what: String, option: &str) -> Diagnostic {
        if self.is_check() {
            let mut diagnostic = Diagnostic::error("The check's limit is reached").what(what);
            diagnostic.code = Some(LIMIT.to_owned());
            return diagnostic;
        }
        Diagnostic::error("The sandbox's limit is reached")
            .what(what)
            .hint(format!("{option} allows more"))
    }

    fn refusal(self, deed: &str) -> String {
        match self {
            Self::Untrusted(_) => format!("a script in a sandbox {deed}"),
            _ => format!("a script that is being checked {deed}"),
        }
    }
}

/// What a script handed over while it was checked: `host.findings(list)` and `host.built(document)`.
#[derive(Clone, Debug, Default)]
pub struct Handed {
    /// Findings of the script's own checks, each a map with `code`, `severity`, `message`, `path`,
    /// `hint`, `file`, `line` and `column`, in the order in which they came.
    pub findings: Vec<dmsrun_base::Value>,
    /// The documents that it built.
    pub built: Vec<Built>,
}

/// A document that a script built: table mappings, task settings.
#[derive(Clone, Debug)]
pub struct Built {
    /// The document as it was handed over.
    pub document: dmsrun_base::Value,
    /// Where the script built it.
    pub at: Option<Span>,
}

/// The code of the error that ends a check where the script needs an answer of AWS.
pub const NOT_SENT: &str = "not_sent_in_a_check";

/// The code of the error that ends a check where the script goes on and on.
pub const LIMIT: &str = "limit_of_a_check";

/// Why there is no AWS in a check.
pub(crate) fn no_session() -> Diagnostic {
    let mut diagnostic = Diagnostic::error("AWS is not asked in a check")
        .what("the script needs an answer of AWS here, and a check sends no call")
        .hint("what follows is checked where the call stands inside a function or behind `host.checking()`");
    diagnostic.code = Some(NOT_SENT.to_owned());
    diagnostic
}

/// The language with as much of its standard library as the sandbox lets through.
pub(crate) fn language(sandbox: Sandbox, ignore_environment: bool) -> mlua::Result<Lua> {
    // The default leaves `pcall` and `xpcall` as they are; mlua's own ones let nothing yield across.
    let options = LuaOptions::new();
    let language = StdLib::COROUTINE
        | StdLib::TABLE
        | StdLib::STRING
        | StdLib::UTF8
        | StdLib::MATH
        | StdLib::OS;
    let lua = match sandbox {
        Sandbox::None => {
            // SAFETY: the library `debug` and C modules can break the VM's own invariants. Scripts
            // are trusted code with full Lua, as under lua(1); others run in a sandbox.
            #[allow(unsafe_code)]
            let lua =
                unsafe { Lua::unsafe_new_with(language | StdLib::IO | StdLib::DEBUG, options) };
            lua
        }
        Sandbox::Check => Lua::new_with(language | StdLib::IO, options)?,
        Sandbox::Untrusted(_) => Lua::new_with(language, options)?,
    };
    if ignore_environment {
        // As lua(1) tells `package` of `-E`.
        lua.set_named_registry_value("LUA_NOENV", true)?;
    }
    lua.load_std_libs(StdLib::PACKAGE)?;
    Ok(lua)
}

/// Takes out of the standard library what the sandbox keeps from the script.
pub(crate) fn close(lua: &Lua, sandbox: Sandbox) -> mlua::Result<()> {
    let mode = match sandbox {
        Sandbox::None => return Ok(()),
        Sandbox::Check => "check",
        Sandbox::Untrusted(_) => "untrusted",
    };
    let is_plain = lua.create_function(|_, path: mlua::LuaString| {
        let path = std::path::PathBuf::from(path.to_string_lossy());
        Ok(std::fs::metadata(path).is_ok_and(|data| data.is_file()))
    })?;
    let traceback =
        lua.create_function(|lua, (message, level): (Option<String>, Option<usize>)| {
            lua.traceback(message.as_deref(), level.unwrap_or(1))
        })?;
    let charge = lua.create_function(|lua, ()| {
        State::of(lua).scheduler.watch().charge(COROUTINE);
        Ok(())
    })?;
    let misuse = calls::misuse_function(lua)?;
    lua.load(include_str!("sandbox.lua"))
        .set_name(place::HOST)
        .call((mode, is_plain, traceback, misuse, charge))
}

/// What the modules of the host may do in a check: for each module that acts, the functions that
/// only look. A module that is not here does nothing that a check forbids.
const HARMLESS: [(&str, &[&str]); 5] = [
    ("csv", &["parse", "format", "read", "rows"]),
    ("fs", &["read", "exists", "stat", "list", "glob", "dirname", "join", "script_dir"]),
    ("http", &["recorded"]),
    ("process", &["find"]),
    ("ui", &["interactive", "width", "table", "label", "json", "progress", "out", "err"]),
];

/// What a module is in a check: its functions that act refuse when they are called.
pub(crate) fn restrict(lua: &Lua, state: &State, name: &str, module: &Table) -> mlua::Result<()> {
    if !state.sandbox.is_check() {
        return Ok(());
    }
    if name == "engine" {
        return module.raw_set("journal", refusing(lua, "engine", "journal")?);
    }
    let Some((name, harmless)) = HARMLESS.iter().find(|(module, _)| *module == name) else {
        return Ok(());
    };
    let mut acting = Vec::new();
    for pair in module.pairs::<Value, Value>() {
        if let (Value::String(key), Value::Function(_)) = pair? {
            let key = key.to_string_lossy();
            if !harmless.contains(&key.as_str()) {
                acting.push(key);
            }
        }
    }
    for key in acting {
        let refusal = refusing(lua, name, &key)?;
        module.raw_set(key, refusal)?;
    }
    Ok(())
}

/// In a check only plain files are read, and none that the limit of memory has no room for: a device
/// never ends, and what Rust reads is not counted by the VM.
pub(crate) fn readable(lua: &Lua, function: &str, path: &str) -> Result<(), Raise> {
    let sandbox = State::of(lua).sandbox;
    let Some(limits) = sandbox.limits().filter(|_| sandbox.is_check()) else { return Ok(()) };
    match std::fs::metadata(path) {
        Ok(data) if !data.is_file() && !data.is_dir() => Err(Raise::Misuse(format!(
            "{function}: {path} is no plain file; a check reads only those"
        ))),
        Ok(data) if data.len() > limits.memory as u64 => {
            let what = format!("{function}: {path} has {} MB", data.len() >> 20);
            Err(sandbox.exceeded(what, "").into())
        }
        _ => Ok(()),
    }
}

/// What the library has of a module that a sandbox keeps from the script.
pub(crate) fn hollow(lua: &Lua, name: &str, module: &Table) -> mlua::Result<Value> {
    let misuse = calls::misuse_function(lua)?;
    lua.load(include_str!("hollow.lua")).set_name(place::HOST).call((name, module.clone(), misuse))
}

fn refusing(lua: &Lua, module: &str, function: &str) -> mlua::Result<Function> {
    let name = format!("{module}.{function}");
    calls::function(lua, "refused", move |lua, _: MultiValue| {
        let at = place::user(lua).map(|p| Span::line(p.file, p.line));
        let mut diagnostic = Diagnostic::error("Not done in a check")
            .at(at)
            .what(State::of(lua).sandbox.refusal(&format!("can't call {name}")))
            .hint("put it inside a step or a function, or ask `host.checking()` before it")
            .exit(Exit::Failure);
        diagnostic.code = Some(NOT_SENT.to_owned());
        Err::<(), _>(Raise::from(diagnostic))
    })
}
