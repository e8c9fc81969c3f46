//! How the results of specs are shown: for people, as TAP, or as JUnit's XML.

mod coverage;
mod junit;
mod plain;
mod tap;

use super::Terminal;
pub use coverage::show as show_coverage;
use dmsrun_diag::{Diagnostic, Sources, Style, render, render::Disk};
use dmsrun_lua::spec::{Reporter, Summary, Test};
use std::{
    cell::RefCell,
    path::PathBuf,
    time::{Duration, Instant},
};

/// In which form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// For people.
    Plain {
        /// Whether each test has a line.
        verbose: bool,
    },
    /// The names of the tests.
    List,
    /// The Test Anything Protocol.
    Tap,
    /// JUnit's XML.
    Junit,
}

/// Shows each file as it ends, and the sum at the end.
#[derive(Debug)]
pub struct SpecReporter {
    terminal: Terminal,
    form: Form,
    /// Where the form goes, where it does not go to the terminal.
    file: Option<PathBuf>,
    verbose: bool,
    begun: Instant,
    tests: RefCell<Vec<Test>>,
    current: RefCell<Vec<Test>>,
}

impl SpecReporter {
    /// Shows on this terminal; with a file, the form goes there and people see the plain one.
    pub fn new(terminal: Terminal, form: Form, file: Option<PathBuf>, verbose: bool) -> Self {
        Self {
            terminal,
            form,
            file,
            verbose,
            begun: Instant::now(),
            tests: RefCell::default(),
            current: RefCell::default(),
        }
    }

    /// The form on the terminal.
    fn shown(&self) -> Form {
        match self.form {
            Form::Tap | Form::Junit if self.file.is_some() => Form::Plain { verbose: self.verbose },
            form => form,
        }
    }

    /// Shows what stands at the end, and writes the file.
    pub fn end(&self, summary: &Summary, slowest: Option<usize>) -> Result<(), Diagnostic> {
        let (tests, took) = (self.tests.borrow(), self.begun.elapsed());
        match self.shown() {
            Form::Plain { .. } => plain::end(&self.terminal, &tests, summary, took, slowest),
            Form::List => {}
            form => self.terminal.print_line(text(form, &tests, took).trim_end()),
        }
        let Some(file) = &self.file else { return Ok(()) };
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
        let written = folder.map_or(Ok(()), std::fs::create_dir_all);
        let body = match self.form {
            Form::Plain { .. } | Form::List => plain::lines(&tests),
            form => text(form, &tests, took),
        };
        written.and_then(|()| std::fs::write(file, body)).map_err(|error| {
            Diagnostic::error("The results could not be written")
                .what(format!("{}: {error}", file.display()))
        })
    }
}

fn text(form: Form, tests: &[Test], took: Duration) -> String {
    match form {
        Form::Junit => junit::text(tests, took),
        _ => tap::text(tests),
    }
}

impl Reporter for SpecReporter {
    fn test(&self, test: &Test) {
        if self.shown() == Form::List {
            let line = test.place.as_ref().map_or(0, |place| place.line);
            self.terminal.print_line(&format!("{}:{line}  {}", test.file, test.name));
        }
        self.current.borrow_mut().push(test.clone());
    }

    fn file_end(&self, file: &str, took: Duration) {
        let tests = self.current.take();
        if let Form::Plain { verbose } = self.shown() {
            plain::file(&self.terminal, file, &tests, took, verbose);
        }
        self.tests.borrow_mut().extend(tests);
    }
}

/// A failure as a message without colour.
fn message(failure: &Diagnostic) -> String {
    message_of(failure, &Disk, false)
}

fn message_of(failure: &Diagnostic, sources: &dyn Sources, color: bool) -> String {
    render(failure, sources, Style { color, width: 0 })
}

/// Seconds with two digits behind the point.
fn seconds(took: Duration) -> String {
    format!("{:.2} s", took.as_secs_f64())
}
