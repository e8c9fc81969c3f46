//! A diagnostic as data: what a person must know to act. Producers fill it, one renderer prints it.
//!
//! The summary is short and the same for every occurrence; the details say what, why and where; hints
//! come last, commands alone on a line.

pub mod exit;
pub mod render;
pub mod secrets;
pub mod suggest;

pub use exit::Exit;
pub use render::{Sources, Style, render};
use suggest::nearest_word;
pub use suggest::{did_you_mean, nearest};

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing; changes nothing.
    Note,
    /// Something may go wrong; the work goes on.
    Warning,
    /// The work cannot go on.
    Error,
}

impl Severity {
    /// The word that opens the message.
    pub fn word(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// A place in a file of the user's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// The file's name as the user gave it.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// The first column to mark, from 1, in characters.
    pub column: Option<u32>,
    /// How many characters to mark; 1 when unknown.
    pub width: u32,
    /// What stands there, such as `dms.endpoint "source"`.
    pub label: Option<String>,
}

impl Span {
    /// A place known by its line only.
    pub fn line(file: impl Into<String>, line: u32) -> Self {
        Self { file: file.into(), line, column: None, width: 1, label: None }
    }

    /// The same place with the word that is meant found and marked: on its line, or on one of the
    /// `within` lines after it. Unchanged where the word is not found.
    pub fn marking(mut self, source: &str, word: &str, within: u32) -> Self {
        if word.is_empty() {
            return self;
        }
        let first = self.line.saturating_sub(1) as usize;
        let lines = source.lines().enumerate().skip(first).take(within as usize + 1);
        for (index, text) in lines {
            if let Some(at) = find_word(text, word) {
                self.line = u32::try_from(index + 1).unwrap_or(self.line);
                self.column = u32::try_from(text[..at].chars().count() + 1).ok();
                self.width = u32::try_from(word.chars().count()).unwrap_or(1);
                break;
            }
        }
        self
    }
}

fn find_word(text: &str, word: &str) -> Option<usize> {
    let part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    text.match_indices(word).map(|(at, _)| at).find(|&at| {
        !part(text[..at].chars().next_back()) && !part(text[at + word.len()..].chars().next())
    })
}

/// A hint: what to do, and the command to do it with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// A sentence.
    pub text: String,
    /// A command line that stands alone below it.
    pub command: Option<String>,
}

/// A message for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// A stable code such as `M104`, where there is one.
    pub code: Option<String>,
    /// Short, and the same for every occurrence.
    pub summary: String,
    /// The place in the user's script.
    pub span: Option<Span>,
    /// Labelled sentences: `what`, `why`, `aws`, in this order.
    pub details: Vec<(String, String)>,
    /// What caused it, the innermost last.
    pub causes: Vec<String>,
    /// What to do.
    pub hints: Vec<Hint>,
    /// What the process ends with when this ends it.
    pub exit: Exit,
}

impl Diagnostic {
    /// An error with its summary.
    pub fn error(summary: impl Into<String>) -> Self {
        Self::new(Severity::Error, summary)
    }

    /// A warning with its summary.
    pub fn warning(summary: impl Into<String>) -> Self {
        Self::new(Severity::Warning, summary)
    }

    /// A fault of ours, which says so.
    pub fn bug(what: impl Into<String>) -> Self {
        Self::error("This is a bug in dmsrun")
            .what(what)
            .hint("please report it with the script that shows it")
    }

    fn new(severity: Severity, summary: impl Into<String>) -> Self {
        Self {
            severity,
            code: None,
            summary: summary.into(),
            span: None,
            details: Vec::new(),
            causes: Vec::new(),
            hints: Vec::new(),
            exit: Exit::Failure,
        }
    }

    /// With a stable code.
    pub fn code(mut self, code: impl Into<String>) -> Self {
        self.code = Some(code.into());
        self
    }

    /// With the place in the user's script.
    pub fn at(mut self, span: Option<Span>) -> Self {
        self.span = span.or(self.span);
        self
    }

    /// With a labelled sentence.
    pub fn detail(mut self, label: impl Into<String>, text: impl Into<String>) -> Self {
        self.details.push((label.into(), text.into()));
        self
    }

    /// With what happened.
    pub fn what(self, text: impl Into<String>) -> Self {
        self.detail("what", text)
    }

    /// With why it happened.
    pub fn why(self, text: impl Into<String>) -> Self {
        self.detail("why", text)
    }

    /// With one more cause, deeper than the ones before.
    pub fn cause(mut self, text: impl Into<String>) -> Self {
        let text = text.into();
        if !self.causes.contains(&text) {
            self.causes.push(text);
        }
        self
    }

    /// With a hint.
    pub fn hint(mut self, text: impl Into<String>) -> Self {
        self.hints.push(Hint { text: text.into(), command: None });
        self
    }

    /// With a hint that ends in a command.
    pub fn command(mut self, text: impl Into<String>, command: impl Into<String>) -> Self {
        self.hints.push(Hint { text: text.into(), command: Some(command.into()) });
        self
    }

    /// With the exit code it stands for.
    pub fn exit(mut self, exit: Exit) -> Self {
        self.exit = exit;
        self
    }
}

/// The summary, and the first detail where there is one: the form for one line.
impl std::fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.summary)?;
        if let Some((_, text)) = self.details.first() {
            write!(f, ": {text}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Diagnostic {}
