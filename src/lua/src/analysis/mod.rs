//! Static analysis: what is wrong with a script, found by reading it. Nothing of the user's runs: what is
//! known of modules, kinds and options comes from our own library, loaded into a VM of its own.

mod annotations;
mod calls;
pub mod codes;
mod facts;
mod literal;
mod options;
mod project;
mod schema;
pub(crate) mod syntax;
#[cfg(test)]
mod tests;
mod vocabulary;
mod walk;

pub use codes::CODES;
pub use project::{Module, modules};
pub use vocabulary::Vocabulary;

use dmsrun_diag::Severity;
use dmsrun_dms::Code;
use std::path::{Path, PathBuf};

/// The largest script whose names and parameters are looked at. What is larger is data.
const LARGEST: usize = 1 << 20;

/// The stack of the thread that reads a script: an expression of a megabyte nests deeply.
const STACK: usize = 256 << 20;

/// What is said of one place in a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// A stable code such as `L104`; those of documents as well (`S005`).
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// Where inside the call or document: `filters[1].vals`; empty for anything else.
    pub path: String,
    /// How to mend it.
    pub hint: Option<String>,
    /// The script, as it was named.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// The first column, from 1, in characters; `None` where only the line is known.
    pub column: Option<u32>,
    /// How many characters it is about.
    pub width: u32,
}

/// A place inside a script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Spot {
    pub(crate) line: u32,
    pub(crate) column: Option<u32>,
    pub(crate) width: u32,
}

impl Finding {
    fn new(code: &Code, file: &str, at: Spot, message: impl Into<String>) -> Self {
        Self {
            code: code.code,
            severity: code.severity,
            message: message.into(),
            path: String::new(),
            hint: None,
            file: file.to_owned(),
            line: at.line,
            column: at.column,
            width: at.width,
        }
    }
}

/// A script to look at.
#[derive(Clone, Copy, Debug)]
pub struct Script<'a> {
    /// Its name for the messages.
    pub file: &'a str,
    /// Its text.
    pub text: &'a str,
    /// The folder whose modules it may require.
    pub folder: &'a Path,
    /// Whether it is a spec, with the vocabulary of specs.
    pub spec: bool,
}

impl<'a> Script<'a> {
    /// A script by its path. What ends in `_spec.lua` is a spec.
    pub fn new(file: &'a str, text: &'a str) -> Self {
        let folder = Path::new(file).parent().filter(|p| !p.as_os_str().is_empty());
        Self {
            file,
            text,
            folder: folder.unwrap_or(Path::new(".")),
            spec: file.ends_with("_spec.lua"),
        }
    }
}

/// Everything that can be said of a script, in the order of its lines.
pub fn analyse(vocabulary: &Vocabulary, script: Script<'_>) -> Vec<Finding> {
    if let Some(finding) = syntax::check(vocabulary, script) {
        return vec![finding];
    }
    if script.text.len() > LARGEST {
        let at = Spot { line: 1, column: None, width: 1 };
        let text = format!("{} bytes; names are checked up to {LARGEST}", script.text.len());
        return vec![Finding::new(&codes::L901, script.file, at, text)];
    }
    // Lua has read it; where the parser for the analysis can't, there is nothing to say.
    let Some(ast) = syntax::parse(script.text) else { return Vec::new() };
    let facts = facts::Facts::of(&ast, script.text);
    let mut findings = walk::walk(vocabulary, script, &facts, &ast);
    findings.retain(|f| !facts.allows(f.line, f.code));
    findings.sort_by(|a, b| (a.line, a.column, a.code).cmp(&(b.line, b.column, b.code)));
    findings.dedup();
    findings
}

/// [`analyse`] for several scripts, on a thread with room for deep expressions. `stdlib` is the folder of
/// the standard library, `None` for the embedded one.
pub fn analyse_all(scripts: &[Script<'_>], stdlib: Option<PathBuf>) -> Vec<Vec<Finding>> {
    let work = || {
        let vocabulary = Vocabulary::new(stdlib);
        scripts.iter().map(|script| analyse(&vocabulary, *script)).collect()
    };
    // Without the thread nothing is known; the caller runs the scripts' syntax all the same.
    with_room(work).unwrap_or_else(|| vec![Vec::new(); scripts.len()])
}

/// Does what parses a script; `None` where no thread can be had.
fn with_room<T: Send>(work: impl FnOnce() -> T + Send) -> Option<T> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work);
        match thread.map(std::thread::ScopedJoinHandle::join) {
            Ok(Ok(done)) => Some(done),
            Ok(Err(panic)) => std::panic::resume_unwind(panic),
            Err(_) => None,
        }
    })
}
