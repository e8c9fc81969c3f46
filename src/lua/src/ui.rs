//! What Lua code shows to people and asks of them, as traits: the binary implements them, tests
//! record.

use dmsrun_base::Value;
use dmsrun_diag::Diagnostic;
use std::{
    fmt::Debug,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// How much a line of the log matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Shown on request only.
    Debug,
    /// Worth knowing.
    Info,
    /// Something may go wrong.
    Warn,
    /// Something went wrong.
    Error,
}

impl Level {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }
}

/// One column of a [`TableView`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Column {
    /// What stands above it.
    pub title: String,
    /// Whether its cells are aligned at their right, as numbers are.
    pub right: bool,
    /// When it is left out where there is too little room: the highest first, 0 never.
    pub drop: u8,
}

/// A table to be shown; every row has as many cells as there are columns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TableView {
    /// The columns from left to right.
    pub columns: Vec<Column>,
    /// The rows from top to bottom.
    pub rows: Vec<Vec<String>>,
}

/// What a progress display is made of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProgressStart {
    /// What is being done, such as `Deploy`.
    pub label: String,
    /// How much there is to do; `None` where nobody knows.
    pub total: Option<u64>,
    /// What is counted, such as `tables`.
    pub unit: Option<String>,
}

/// A progress display that is under way. Where there is no terminal, `event` and `finish` are plain
/// lines, and `set` says something only now and then, or nothing.
pub trait Progress {
    /// Moves to `done` of the total, with a text behind it.
    fn set(&self, done: u64, text: Option<&str>);
    /// Learns how much there is to do.
    fn total(&self, total: u64);
    /// Something happened that is worth a line of its own.
    fn event(&self, text: &str);
    /// The work has ended; the display stays as its last line.
    fn finish(&self, text: Option<&str>);
}

/// The one way from Lua to the terminal. Every text comes scrubbed of secrets.
///
/// It is `Send + Sync` so that an observer of AWS calls can share it.
pub trait Ui: Send + Sync + Debug {
    /// A line of data, on standard output.
    fn out(&self, text: &str);
    /// A line of data that need not be text, such as a blob that a script prints.
    fn out_bytes(&self, bytes: &[u8]) {
        self.out(&String::from_utf8_lossy(bytes));
    }
    /// A line of talk, on standard error.
    fn err(&self, text: &str);
    /// A line of the log, on standard error; the implementation decides which levels are shown.
    fn log(&self, level: Level, text: &str);
    /// A diagnostic, on standard error.
    fn diagnostic(&self, diagnostic: &Diagnostic);
    /// A text behind a short label, aligned with the other labels, on standard output:
    /// `Plan     47 to create`.
    fn label(&self, label: &str, text: &str);
    /// A table, on standard output.
    fn table(&self, table: &TableView);
    /// A value as JSON, on standard output.
    fn json(&self, value: &Value);
    /// Starts a progress display, on standard error.
    fn progress(&self, start: &ProgressStart) -> Box<dyn Progress>;
    /// Asks for yes or no. Called only where [`Ui::interactive`] holds.
    fn confirm(&self, question: &str) -> bool;
    /// Asks for a name to be typed, and whether it was. Called only where [`Ui::interactive`]
    /// holds.
    fn type_name(&self, question: &str, expected: &str) -> bool;
    /// Asks for a line of text; `None` where the input has ended. Called only where
    /// [`Ui::interactive`] holds.
    fn ask(&self, _question: &str) -> Option<String> {
        None
    }
    /// Asks for a line of text that is not shown while it is typed.
    fn ask_secret(&self, _question: &str) -> Option<String> {
        None
    }
    /// Whether a person can be asked.
    fn interactive(&self) -> bool;
    /// The width to fit into, in columns.
    fn width(&self) -> usize;
}

/// Parses a verb line with the host's own options in it. The binary owns the definition of its
/// options, so it does this for Lua.
pub trait CommandLine {
    /// Splits `args` into `{ verb = text or absent, options = {…}, rest = {…} }`. `verbs` are the
    /// valid verbs; anything else is an error with the nearest one.
    fn parse(&self, args: &[String], verbs: &[String]) -> Result<Value, Diagnostic>;
}

/// Shows nothing and answers no.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Progress for Silent {
    fn set(&self, _: u64, _: Option<&str>) {}
    fn total(&self, _: u64) {}
    fn event(&self, _: &str) {}
    fn finish(&self, _: Option<&str>) {}
}

impl Ui for Silent {
    fn out(&self, _: &str) {}
    fn err(&self, _: &str) {}
    fn log(&self, _: Level, _: &str) {}
    fn diagnostic(&self, _: &Diagnostic) {}
    fn label(&self, _: &str, _: &str) {}
    fn table(&self, _: &TableView) {}
    fn json(&self, _: &Value) {}
    fn progress(&self, _: &ProgressStart) -> Box<dyn Progress> {
        Box::new(Self)
    }
    fn confirm(&self, _: &str) -> bool {
        false
    }
    fn type_name(&self, _: &str, _: &str) -> bool {
        false
    }
    fn interactive(&self) -> bool {
        false
    }
    fn width(&self) -> usize {
        100
    }
}

/// Remembers what was shown, for tests; clones share it.
#[derive(Clone, Debug, Default)]
pub struct Recording(Arc<Mutex<Record>>);

#[derive(Debug, Default)]
struct Record {
    out: Vec<String>,
    err: Vec<String>,
    diagnostics: Vec<Diagnostic>,
    answers: Option<std::collections::VecDeque<String>>,
}

impl Recording {
    /// A person who gives these answers, one after the other, and then no more.
    pub fn answering<T: Into<String>>(answers: impl IntoIterator<Item = T>) -> Self {
        let me = Self::default();
        me.record().answers = Some(answers.into_iter().map(Into::into).collect());
        me
    }
    fn answer(&self, question: &str) -> Option<String> {
        let mut record = self.record();
        record.err.push(question.to_owned());
        record.answers.as_mut()?.pop_front()
    }
    fn record(&self) -> MutexGuard<'_, Record> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
    /// The lines of standard output so far.
    pub fn out_lines(&self) -> Vec<String> {
        self.record().out.clone()
    }
    /// The lines of standard error so far, diagnostics in one line each.
    pub fn err_lines(&self) -> Vec<String> {
        self.record().err.clone()
    }
    /// The diagnostics so far.
    pub fn diagnostics(&self) -> Vec<Diagnostic> {
        self.record().diagnostics.clone()
    }
}

impl Progress for Recording {
    fn set(&self, _: u64, _: Option<&str>) {}
    fn total(&self, _: u64) {}
    fn event(&self, text: &str) {
        self.record().err.push(text.to_owned());
    }
    fn finish(&self, text: Option<&str>) {
        self.record().err.extend(text.map(str::to_owned));
    }
}

impl Ui for Recording {
    fn out(&self, text: &str) {
        self.record().out.push(text.to_owned());
    }
    fn err(&self, text: &str) {
        self.record().err.push(text.to_owned());
    }
    fn log(&self, level: Level, text: &str) {
        self.record().err.push(format!("{}: {text}", level.word()));
    }
    fn diagnostic(&self, diagnostic: &Diagnostic) {
        let mut record = self.record();
        record.err.push(format!("{}: {diagnostic}", diagnostic.severity.word()));
        record.diagnostics.push(diagnostic.clone());
    }
    fn label(&self, label: &str, text: &str) {
        self.record().out.push(format!("{label:<8} {text}"));
    }
    fn table(&self, table: &TableView) {
        let mut record = self.record();
        record
            .out
            .push(table.columns.iter().map(|c| c.title.as_str()).collect::<Vec<_>>().join(" | "));
        record.out.extend(table.rows.iter().map(|row| row.join(" | ")));
    }
    fn json(&self, value: &Value) {
        self.record().out.push(value.to_json().to_string());
    }
    fn progress(&self, start: &ProgressStart) -> Box<dyn Progress> {
        self.record().err.push(start.label.clone());
        Box::new(self.clone())
    }
    fn confirm(&self, question: &str) -> bool {
        self.answer(question).as_deref() == Some("y")
    }
    fn type_name(&self, question: &str, expected: &str) -> bool {
        self.answer(question).as_deref() == Some(expected)
    }
    fn ask(&self, question: &str) -> Option<String> {
        self.answer(question)
    }
    fn ask_secret(&self, question: &str) -> Option<String> {
        self.answer(question)
    }
    fn interactive(&self) -> bool {
        self.record().answers.is_some()
    }
    fn width(&self) -> usize {
        100
    }
}
