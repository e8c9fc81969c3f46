//! What was looked at, and what was found.

use super::codes;
use dmsrun_diag::{Diagnostic, Severity, Sources, Span};
use dmsrun_dms::Code;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// It could not be read.
    Nothing,
    /// JSON, not looked into yet.
    Json,
    /// Table mappings.
    Mappings,
    /// Task settings.
    Settings,
    /// A Lua script.
    Script,
}

impl Sort {
    /// The word in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Nothing => "unreadable",
            Self::Json => "json",
            Self::Mappings => "table-mappings",
            Self::Settings => "task-settings",
            Self::Script => "lua",
        }
    }
}

/// One finding, with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its code; empty where a script's own check gave none.
    pub code: String,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// Where in the document or call.
    pub path: String,
    /// How to mend it.
    pub hint: Option<String>,
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: Option<u32>,
    /// The column, from 1, in characters.
    pub column: Option<u32>,
    /// How many characters are marked.
    pub width: u32,
}

impl Found {
    /// A finding about a file as a whole.
    pub fn of(code: &Code, file: &str, message: impl Into<String>) -> Self {
        Self {
            code: code.code.to_owned(),
            severity: code.severity,
            message: message.into(),
            path: String::new(),
            hint: None,
            file: file.to_owned(),
            line: None,
            column: None,
            width: 1,
        }
    }

    /// With a hint.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// At a place.
    pub fn at(mut self, line: usize, column: usize) -> Self {
        self.line = u32::try_from(line).ok();
        self.column = u32::try_from(column).ok().filter(|c| *c > 0);
        self
    }

    /// For the renderer.
    pub fn diagnostic(&self) -> Diagnostic {
        let summary = codes::find(&self.code).map_or("Found by the script", |c| c.title);
        let mut diagnostic = match self.severity {
            Severity::Error => Diagnostic::error(summary),
            severity => Diagnostic { severity, ..Diagnostic::warning(summary) },
        };
        if !self.code.is_empty() {
            diagnostic = diagnostic.code(self.code.clone());
        }
        if let Some(line) = self.line {
            let label = Some(self.path.clone()).filter(|p| !p.is_empty());
            let span = Span {
                column: self.column,
                width: self.width,
                label,
                ..Span::line(&self.file, line)
            };
            diagnostic = diagnostic.at(Some(span));
            diagnostic = diagnostic.what(self.message.clone());
        } else {
            // Without a line the file is not shown above the message.
            let at = if self.path.is_empty() {
                self.file.clone()
            } else {
                format!("{}, {}", self.file, self.path)
            };
            diagnostic = diagnostic.what(format!("{at}: {}", self.message));
        }
        match &self.hint {
            Some(hint) => diagnostic.hint(hint.clone()),
            None => diagnostic,
        }
    }

    /// For programs.
    pub fn json(&self) -> Value {
        json!({
            "code": self.code,
            "severity": self.severity.word(),
            "message": self.message,
            "path": self.path,
            "hint": self.hint,
            "file": self.file,
            "line": self.line,
            "column": self.column,
        })
    }
}

/// A file that was given.
#[derive(Clone, Debug)]
pub struct Checked {
    /// Its name as it was given.
    pub name: String,
    /// What it is.
    pub sort: Sort,
    /// Its text, where it could be read.
    pub text: Option<String>,
    /// What was found in it.
    pub found: Vec<Found>,
}

/// All that were given.
#[derive(Debug, Default)]
pub struct Files {
    /// In the order of the command line.
    pub checked: Vec<Checked>,
    /// The texts of chunks that are no files.
    pub other: BTreeMap<String, String>,
}

impl Files {
    /// Errors, warnings, notes.
    pub fn counts(&self) -> (usize, usize, usize) {
        let all = || self.checked.iter().flat_map(|c| &c.found);
        let of = |s: Severity| all().filter(|f| f.severity == s).count();
        (of(Severity::Error), of(Severity::Warning), of(Severity::Note))
    }
}

impl Sources for Files {
    fn source(&self, file: &str) -> Option<String> {
        let given = self.checked.iter().find(|c| c.name == file).and_then(|c| c.text.clone());
        given
            .or_else(|| self.other.get(file).cloned())
            .or_else(|| dmsrun_diag::render::Disk.source(file))
    }
}
