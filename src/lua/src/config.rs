//! What a host is made of: everything from outside that Lua code may come to depend on.

use crate::{
    door::Aws,
    sandbox::Sandbox,
    ui::{CommandLine, Silent, Ui},
};
use dmsrun_base::{Clock, Map, Random, Redactor, SystemClock, Value};
use dmsrun_diag::Diagnostic;
use std::{any::Any, ffi::OsString, fmt, path::PathBuf, rc::Rc, sync::Arc};

/// The AWS that scripts talk to, and the clock that goes with it: real time for the real AWS,
/// virtual time for the local one.
pub struct Session {
    /// The door to AWS.
    pub aws: Aws,
    /// The clock of every wait.
    pub clock: Arc<dyn Clock>,
    /// Whatever must live as long as the session, such as the local AWS.
    pub keep: Box<dyn Any>,
}

/// Makes the session when something first asks for it, so that a script without AWS pays for none.
pub type SessionFactory = Box<dyn FnOnce() -> Result<Session, Diagnostic>>;

/// Gives the catalogue of a source by its server's name, as `dms.mappings.evaluate` takes it.
pub type Catalogue = Rc<dyn Fn(&str) -> Option<Value>>;

/// What [`crate::Host::new`] needs.
pub struct HostConfig {
    /// The script, as the user gave it; `None` for `-e` and the REPL.
    pub script: Option<String>,
    /// The script's arguments: `arg[1]` and on, and `...`, byte by byte as they came.
    pub args: Vec<OsString>,
    /// What stands before the script, for `arg[0]` and below: the program's name first.
    pub program: Vec<OsString>,
    /// `host.options`: a map with `yes`, `json`, `allow`, `detailed_exitcode`, `read_only`,
    /// `dry_run`, `trace` and `config`.
    pub options: Value,
    /// A folder to read the standard library from; `None` for the embedded one.
    pub stdlib: Option<PathBuf>,
    /// Where the journal lives.
    pub state_dir: PathBuf,
    /// Whether that folder goes with the process, as a spec's does: then nobody waits for the disk.
    pub fleeting: bool,
    /// Whether AWS is the local one.
    pub local: bool,
    /// What the script may do; [`Sandbox::Check`] for a script that is only being checked.
    pub sandbox: Sandbox,
    /// Leaves `LUA_PATH` and its like alone, as the option `-E` asks.
    pub ignore_environment: bool,
    /// Shows the whole traceback of an error.
    pub trace: bool,
    /// Makes AWS and the clock on first use.
    pub session: SessionFactory,
    /// The way to the terminal.
    pub ui: Arc<dyn Ui>,
    /// What knows every secret seen.
    pub redactor: Redactor,
    /// The source of chance.
    pub random: Random,
    /// Parses verb lines; without one `host.command_line` is an error.
    pub command_line: Option<Rc<dyn CommandLine>>,
    /// The tables that the local AWS has behind a server's name; `host.local_catalogue` where it is
    /// set.
    pub catalogue: Option<Catalogue>,
    /// Ends the process after cleaning up, for `os.exit` and `host.exit`. Where it is `None`, or
    /// returns, the script is unwound and the code is what [`crate::Host::run_file`] gives.
    pub exit: Option<Rc<dyn Fn(u8)>>,
}

impl HostConfig {
    /// A host without AWS that shows nothing and waits on real time: the start of every other one.
    pub fn bare() -> Self {
        Self {
            script: None,
            args: Vec::new(),
            program: vec![OsString::from("dmsrun")],
            options: Value::Map(Map::new()),
            stdlib: None,
            state_dir: PathBuf::from(".dmsrun"),
            fleeting: false,
            local: false,
            sandbox: Sandbox::None,
            ignore_environment: false,
            trace: false,
            session: Box::new(|| {
                Err(Diagnostic::error("There is no AWS here")
                    .what("this host was made without one"))
            }),
            ui: Arc::new(Silent),
            redactor: Redactor::new(),
            random: Random::seeded(0),
            command_line: None,
            catalogue: None,
            exit: None,
        }
    }

    /// With a session that is ready.
    pub fn with_session(mut self, aws: Aws, clock: Arc<dyn Clock>) -> Self {
        self.session = Box::new(move || Ok(Session { aws, clock, keep: Box::new(()) }));
        self
    }
}

impl fmt::Debug for HostConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HostConfig").field("script", &self.script).finish_non_exhaustive()
    }
}

/// The clock of a host whose session is not made yet.
pub(crate) fn system_clock() -> Arc<dyn Clock> {
    Arc::new(SystemClock)
}
