//! What the modules of the host share: one per VM, reached from any callback by [`State::of`].

use crate::{
    config::{Catalogue, HostConfig, Session, SessionFactory, system_clock},
    convert::Marks,
    place::Trace,
    print::Sink,
    sandbox::{self, Handed, Sandbox},
    scheduler::Scheduler,
    ui::{CommandLine, Ui},
};
use dmsrun_base::{Clock, Random, Redactor, SystemClock, Timestamp, Value, VirtualClock};
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
    /// Whether that folder goes with the process.
    pub fleeting: bool,
    local: Cell<bool>,
    pub(crate) sandbox: Sandbox,
    pub(crate) sink: Sink,
    /// What a script handed over while it was checked.
    pub(crate) handed: RefCell<Handed>,
    check_clock: OnceCell<VirtualClock>,
    pub(crate) ignore_environment: bool,
    pub(crate) trace: bool,
    pub(crate) stdlib: Option<PathBuf>,
    pub(crate) command_line: Option<Rc<dyn CommandLine>>,
    pub(crate) exit: Option<Rc<dyn Fn(u8)>>,
    pub(crate) catalogue: Option<Catalogue>,
    pub(crate) exit_code: Cell<Option<u8>>,
    /// Whether `warn` is heard.
    pub(crate) warnings: Cell<bool>,
    pub(crate) scheduler: Scheduler,
    pub(crate) marks: OnceCell<Marks>,
    /// The last error that passed our handler, with the place where it was raised.
    pub(crate) last_failure: RefCell<Option<(mlua::Value, Trace)>>,
    /// The texts of chunks that are no files, by chunk name.
    sources: RefCell<BTreeMap<String, String>>,
    factory: RefCell<Option<SessionFactory>>,
    session: RefCell<Option<Rc<Session>>>,
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
            sink: Sink::new(Arc::clone(&config.ui), config.redactor.clone()),
            ui: config.ui,
            redactor: config.redactor,
            random: config.random,
            options: RefCell::new(config.options),
            script: config.script,
            state_dir: config.state_dir,
            fleeting: config.fleeting,
            local: Cell::new(config.local),
            sandbox: config.sandbox,
            handed: RefCell::default(),
            check_clock: OnceCell::new(),
            ignore_environment: config.ignore_environment,
            trace: config.trace,
            stdlib: config.stdlib,
            command_line: config.command_line,
            exit: config.exit,
            catalogue: config.catalogue,
            exit_code: Cell::new(None),
            warnings: Cell::new(false),
            scheduler: Scheduler::default(),
            marks: OnceCell::new(),
            last_failure: RefCell::new(None),
            sources: RefCell::default(),
            factory: RefCell::new(Some(config.session)),
            session: RefCell::new(None),
            session_error: RefCell::new(None),
        }
    }

    /// The state of the VM.
    pub fn of(lua: &Lua) -> Rc<Self> {
        lua.app_data_ref::<Rc<Self>>()
            .map(|state| Rc::clone(&state))
            .expect("the host sets its state before any code runs")
    }

    /// Lets go of the session, so that what it keeps is written before the process ends.
    pub(crate) fn end_session(&self) {
        drop(self.session.borrow_mut().take());
    }

    /// AWS and its clock, made at the first call.
    pub fn session(&self) -> Result<Rc<Session>, Diagnostic> {
        if let Some(session) = &*self.session.borrow() {
            return Ok(Rc::clone(session));
        }
        if self.sandbox.is_check() {
            return Err(sandbox::no_session());
        }
        let factory = self.factory.borrow_mut().take();
        let Some(factory) = factory else {
            let earlier = self.session_error.borrow().clone();
            return Err(earlier.unwrap_or_else(|| Diagnostic::bug("the session makes itself")));
        };
        match factory() {
            Ok(session) => {
                if self.sandbox.is_untrusted() {
                    session.aws.set_read_only(true);
                }
                Ok(Rc::clone(self.session.borrow_mut().get_or_insert_with(|| Rc::new(session))))
            }
            Err(diagnostic) => {
                *self.session_error.borrow_mut() = Some(diagnostic.clone());
                Err(diagnostic)
            }
        }
    }

    /// Forgets AWS and its clock; the next call makes them anew, in another region for instance.
    pub fn replace_session(&self, factory: SessionFactory) {
        *self.session.borrow_mut() = None;
        *self.session_error.borrow_mut() = None;
        *self.factory.borrow_mut() = Some(factory);
    }

    /// Puts another AWS with its clock in the place of this one, and gives this one.
    pub fn swap_session(&self, session: Rc<Session>) -> Result<Rc<Session>, Diagnostic> {
        let before = self.session()?;
        *self.session.borrow_mut() = Some(session);
        Ok(before)
    }

    /// The clock: the session's, or the wall clock in a host that was made without AWS.
    pub fn clock(&self) -> Arc<dyn Clock> {
        if self.sandbox.is_check() {
            // Nobody waits for a check.
            let clock = self.check_clock.get_or_init(|| VirtualClock::new(SystemClock.now(), None));
            return Arc::new(clock.clone());
        }
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

    /// The folder that the standard library is read from; `None` for the embedded one.
    pub fn stdlib_folder(&self) -> Option<&Path> {
        self.stdlib.as_deref()
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

    /// Keeps the text of a chunk that is no file, for messages that show its lines.
    pub fn remember_source(&self, name: &str, text: &str) {
        self.sources.borrow_mut().insert(name.to_owned(), text.to_owned());
    }

    /// The file names of the chunks that the host itself has loaded.
    pub(crate) fn known_files(&self) -> Vec<String> {
        self.sources.borrow().keys().cloned().collect()
    }
}

/// The size of a text above which messages do without its lines.
pub(crate) const LARGE: u64 = 8 << 20;

impl Sources for State {
    fn source(&self, file: &str) -> Option<String> {
        let known = self.sources.borrow().get(file).cloned();
        known.or_else(|| {
            // Of a file of this size no message shows a line, and a device never ends.
            let data = std::fs::metadata(file).ok()?;
            (data.is_file() && data.len() <= LARGE)
                .then(|| std::fs::read_to_string(file).ok())
                .flatten()
        })
    }
}
