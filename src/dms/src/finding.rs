//! A finding: what a check says of one place in a document.

use crate::codes::Code;
pub use dmsrun_diag::Severity;
use serde::{Serialize, Serializer};
use std::fmt;

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// A stable code such as `M104`; see [`crate::codes()`].
    pub code: &'static str,
    /// How bad it is.
    #[serde(serialize_with = "word")]
    pub severity: Severity,
    /// What is wrong, with the names that it is about.
    pub message: String,
    /// Where: `rules[3].rule-action`, `FullLoadSettings.CommitRate`; empty for the whole document.
    pub path: String,
    /// How to mend it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// The line in the text that was checked, from 1; see [`crate::place::locate`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// The column there, in characters, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<usize>,
}

fn word<S: Serializer>(severity: &Severity, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(severity.word())
}

impl Finding {
    /// A finding of a code, at a path.
    pub fn new(code: &Code, path: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            code: code.code,
            severity: code.severity,
            message: message.into(),
            path: path.into(),
            hint: None,
            line: None,
            column: None,
        }
    }

    /// With what to do about it.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// With what to do about it, where something is known.
    pub fn maybe_hint(mut self, hint: Option<String>) -> Self {
        self.hint = hint.or(self.hint);
        self
    }

    /// At a line and column of the text.
    pub fn at(mut self, (line, column): crate::place::Place) -> Self {
        self.line = Some(line);
        self.column = Some(column);
        self
    }

    /// Whether it forbids going on.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.severity.word(), self.code)?;
        if !self.path.is_empty() {
            write!(f, "  {}", self.path)?;
        }
        write!(f, "  {}", self.message)
    }
}
