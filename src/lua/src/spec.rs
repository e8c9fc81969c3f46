//! Runs specs: every file with a fresh host, so on a fresh local AWS.

use crate::{Host, Raise, calls, diagnosis};
use dmsrun_diag::{Diagnostic, Severity, Span};
use mlua::{Function, Table, Value};
use std::{
    cell::RefCell,
    path::{Path, PathBuf},
    rc::Rc,
};

/// How a test ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// As it should.
    Passed,
    /// With an error.
    Failed,
    /// It was not run: it has no body yet.
    Pending,
}

/// A test that was run, or that is pending.
#[derive(Clone, Debug)]
pub struct Test {
    /// The spec's file.
    pub file: String,
    /// The names of its blocks and its own.
    pub name: String,
    /// Where it stands.
    pub place: Option<Span>,
    /// How it ended.
    pub status: Status,
    /// Why it failed.
    pub failure: Option<Diagnostic>,
}

/// Learns of every result as it comes.
pub trait Reporter {
    /// A file is begun.
    fn file(&self, _file: &str) {}
    /// A test has ended.
    fn test(&self, test: &Test);
}

/// How many tests ended how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// As they should.
    pub passed: usize,
    /// With an error; a file that can't be loaded counts as one.
    pub failed: usize,
    /// Not run.
    pub pending: usize,
}

impl Summary {
    fn count(&mut self, status: Status) {
        match status {
            Status::Passed => self.passed += 1,
            Status::Failed => self.failed += 1,
            Status::Pending => self.pending += 1,
        }
    }
}

/// Makes a host for a spec's file, which is its script, with a seed of its own.
pub type MakeHost<'a> = &'a dyn Fn(&str, u64) -> Result<Host, Diagnostic>;

/// Runs the specs at the paths: files as they are, folders for every `*_spec.lua` below them.
/// `filter` keeps the tests whose full name contains it.
pub fn run(
    paths: &[PathBuf],
    filter: Option<&str>,
    make_host: MakeHost<'_>,
    reporter: &dyn Reporter,
) -> Result<Summary, Diagnostic> {
    let mut summary = Summary::default();
    for file in files(paths)? {
        let name = file.to_string_lossy().into_owned();
        reporter.file(&name);
        let tests = Rc::new(RefCell::new(Vec::new()));
        let result = run_file(&name, filter, make_host, &tests);
        let failed = result.err().map(|failure| Test {
            file: name.clone(),
            name: "the file itself".to_owned(),
            place: failure.span.clone(),
            status: Status::Failed,
            failure: Some(failure),
        });
        for test in tests.take().into_iter().chain(failed) {
            summary.count(test.status);
            reporter.test(&test);
        }
    }
    Ok(summary)
}

/// The spec files at the paths, sorted.
fn files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Diagnostic> {
    fn walk(folder: &Path, out: &mut Vec<PathBuf>) -> std::io::Result<()> {
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                walk(&path, out)?;
            } else if path.to_string_lossy().ends_with("_spec.lua") {
                out.push(path);
            }
        }
        Ok(())
    }
    let mut found = Vec::new();
    for path in paths {
        if path.is_dir() {
            walk(path, &mut found).map_err(|e| {
                Diagnostic::error("Specs could not be found")
                    .what(format!("{}: {e}", path.display()))
            })?;
        } else if path.is_file() {
            found.push(path.clone());
        } else {
            return Err(Diagnostic::error("Specs could not be found")
                .what(format!("{} is not there", path.display())));
        }
    }
    found.sort();
    found.dedup();
    Ok(found)
}

/// A seed that depends on the file's name only, so that a spec repeats itself whatever runs beside
/// it.
fn seed(file: &str) -> u64 {
    // FNV-1a.
    file.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

fn run_file(
    file: &str,
    filter: Option<&str>,
    make_host: MakeHost<'_>,
    tests: &Rc<RefCell<Vec<Test>>>,
) -> Result<(), Diagnostic> {
    let host = make_host(file, seed(file))?;
    let bug = |e: mlua::Error| Diagnostic::bug(calls::root(&e));
    let ended = || Diagnostic::error("Spec ended itself").what("it called host.exit or os.exit");
    let lua = host.lua();
    let require: Function = lua.globals().raw_get("require").map_err(bug)?;
    let spec = host.protected(&require, "spec")?.map_err(|_| ended())?;
    let Some(Value::Table(spec)) = spec.into_iter().next() else {
        return Err(Diagnostic::bug("the module spec is no table"));
    };
    let install: Function = spec.raw_get("install").map_err(bug)?;
    let run: Function = spec.raw_get("run").map_err(bug)?;
    host.protected(&install, ())?.map_err(|_| ended())?;
    if host.run_file(file)? != 0 {
        return Err(ended());
    }
    let report = {
        let (tests, file) = (Rc::clone(tests), file.to_owned());
        calls::function(lua, "report", move |lua, result: Table| {
            tests.borrow_mut().push(test(lua, &file, &result)?);
            Ok::<(), Raise>(())
        })
        .map_err(bug)?
    };
    host.protected(&run, (filter, report))?.map_err(|_| ended())?;
    Ok(())
}

fn test(lua: &mlua::Lua, file: &str, result: &Table) -> mlua::Result<Test> {
    let state = crate::State::of(lua);
    let status = match result.raw_get::<String>("status")?.as_str() {
        "passed" => Status::Passed,
        "pending" => Status::Pending,
        _ => Status::Failed,
    };
    let failure = result.raw_get::<Option<Table>>("failure")?;
    let place = result.raw_get::<Option<Table>>("at")?.and_then(|at| {
        Some(Span::line(at.raw_get::<String>("file").ok()?, at.raw_get::<u32>("line").ok()?))
    });
    Ok(Test {
        file: file.to_owned(),
        name: result.raw_get("name")?,
        place,
        status,
        failure: failure.map(|t| diagnosis::from_table(&t, Severity::Error, &*state)),
    })
}
