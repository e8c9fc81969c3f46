//! What the modules of the host share: one per VM, reached from any callback by [`State::of`].

use crate::{
    config::{Catalogue, HostConfig, Session, SessionFactory, system_clock},
    convert::Marks,
    place::Trace,
    scheduler::Scheduler,
    ui::{CommandLine, Ui},
};
use dmsrun_base::{Clock, Random, Redactor, Timestamp, Value};
use dmsrun_diag::{Diagnostic, Sources};
use mlua::Lua;
use std::{
    cell::{Cell, OnceCell, RefCell},
    collections::BTreeMap,
    fmt,
    path::{Path, PathBuf},
    rc::Rc,
    sync::Arc,
};

/// What the modules of the host share.
pub struct State {
    /// The way to the terminal. Scrub what goes there: [`State::scrub`].
    pub ui: Arc<dyn Ui>,
    /// What knows every secret seen.
    pub redactor: Redactor,
    /// The source of chance.
    pub random: Random,
    /// `host.options`; a verb line may add to them.
    options: RefCell<Value>,
    /// The script as the user gave it.
    pub script: Option<String>,
    /// Where the journal lives.
    pub state_dir: PathBuf,
    local: Cell<bool>,
    pub(crate) sandbox: bool,
    pub(crate) trace: bool,
    pub(crate) stdlib: Option<PathBuf>,
    pub(crate) command_line: Option<Rc<dyn CommandLine>>,
    pub(crate) exit: Option<Rc<dyn Fn(u8)>>,
    pub(crate) catalogue: Option<Catalogue>,
    pub(crate) exit_code: Cell<Option<u8>>,
    pub(crate) scheduler: Scheduler,
    pub(crate) marks: OnceCell<Marks>,
    /// The last error that passed our handler, with the place where it was raised.
    pub(crate) last_failure: RefCell<Option<(mlua::Value, Trace)>>,
    /// The texts of chunks that are no files, by chunk name.
    sources: RefCell<BTreeMap<String, String>>,
    factory: RefCell<Option<SessionFactory>>,
    session: OnceCell<Session>,
    session_error: RefCell<Option<Diagnostic>>,
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("State").field("script", &self.script).finish_non_exhaustive()
    }
}

impl State {
    pub(crate) fn new(config: HostConfig) -> Self {
        Self {
            ui: config.ui,
            redactor: config.redactor,
            random: config.random,
            options: RefCell::new(config.options),
            script: config.script,
            state_dir: config.state_dir,
            local: Cell::new(config.local),
            sandbox: config.sandbox,
            trace: config.trace,
            stdlib: config.stdlib,
            command_line: config.command_line,
            exit: config.exit,
            catalogue: config.catalogue,
            exit_code: Cell::new(None),
            scheduler: Scheduler::default(),
            marks: OnceCell::new(),
            last_failure: RefCell::new(None),
            sources: RefCell::default(),
            factory: RefCell::new(Some(config.session)),
            session: OnceCell::new(),
            session_error: RefCell::new(None),
        }
    }

    /// The state of the VM.
    pub fn of(lua: &Lua) -> Rc<Self> {
        lua.app_data_ref::<Rc<Self>>()
            .map(|state| Rc::clone(&state))
            .expect("the host sets its state before any code runs")
    }

    /// AWS and its clock, made at the first call.
    pub fn session(&self) -> Result<&Session, Diagnostic> {
        if let Some(session) = self.session.get() {
            return Ok(session);
        }
        let factory = self.factory.borrow_mut().take();
        let Some(factory) = factory else {
            let earlier = self.session_error.borrow().clone();
            return Err(earlier.unwrap_or_else(|| Diagnostic::bug("the session makes itself")));
        };
        match factory() {
            Ok(session) => Ok(self.session.get_or_init(|| session)),
            Err(diagnostic) => {
                *self.session_error.borrow_mut() = Some(diagnostic.clone());
                Err(diagnostic)
            }
        }
    }

    /// The clock: the session's, or the wall clock in a host that was made without AWS.
    pub fn clock(&self) -> Arc<dyn Clock> {
        self.session().map_or_else(|_| system_clock(), |session| session.clock.clone())
    }

    /// The time now.
    pub fn now(&self) -> Timestamp {
        self.clock().now()
    }

    /// The text without any secret.
    pub fn scrub(&self, text: &str) -> String {
        self.redactor.scrub(text)
    }

    /// The diagnostic without any secret.
    pub fn scrub_diagnostic(&self, mut diagnostic: Diagnostic) -> Diagnostic {
        let scrub = |text: &mut String| *text = self.redactor.scrub(text);
        scrub(&mut diagnostic.summary);
        diagnostic.details.iter_mut().for_each(|(_, text)| scrub(text));
        diagnostic.causes.iter_mut().for_each(scrub);
        for hint in &mut diagnostic.hints {
            scrub(&mut hint.text);
            hint.command.iter_mut().for_each(scrub);
        }
        if let Some(label) = diagnostic.span.as_mut().and_then(|span| span.label.as_mut()) {
            scrub(label);
        }
        diagnostic
    }

    /// The script's folder, or the current one.
    pub fn script_dir(&self) -> PathBuf {
        let parent = self.script.as_deref().map(Path::new).and_then(Path::parent);
        parent
            .filter(|p| !p.as_os_str().is_empty())
            .map_or_else(|| PathBuf::from("."), PathBuf::from)
    }

    /// Whether AWS is the local one.
    pub fn is_local(&self) -> bool {
        self.local.get()
    }

    /// `host.options`.
    pub fn options(&self) -> Value {
        self.options.borrow().clone()
    }

    /// Takes the options of a verb line, which hold those of the host before it.
    pub(crate) fn set_options(&self, options: Value) {
        if let Some(local) = options.get("local").and_then(Value::as_bool) {
            self.local.set(local);
        }
        *self.options.borrow_mut() = options;
    }

    /// A flag of `host.options`.
    pub fn option(&self, name: &str) -> bool {
        self.options.borrow().get(name).and_then(Value::as_bool).unwrap_or(false)
    }

    pub(crate) fn remember_source(&self, name: &str, text: &str) {
        self.sources.borrow_mut().insert(name.to_owned(), text.to_owned());
    }

    /// The file names of the chunks that the host itself has loaded.
    pub(crate) fn known_files(&self) -> Vec<String> {
        self.sources.borrow().keys().cloned().collect()
    }
}

impl Sources for State {
    fn source(&self, file: &str) -> Option<String> {
        let known = self.sources.borrow().get(file).cloned();
        known.or_else(|| std::fs::read_to_string(file).ok())
    }
}
