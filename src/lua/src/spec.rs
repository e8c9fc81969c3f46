//! Runs specs: every file with a fresh host, so on a fresh local AWS with its own clock and seed, several
//! files side by side.

pub mod coverage;
mod files;
mod lines;
mod running;
mod transcript;
mod worker;

pub use coverage::Coverage;
pub use files::{is_spec, watched};
pub use running::{Current, Running, UnderWay};
pub use transcript::Transcript;

use crate::{Host, State};
use dmsrun_diag::{Diagnostic, Span, did_you_mean};
use std::{
    collections::BTreeMap,
    path::PathBuf,
    rc::Rc,
    sync::{
        atomic::{AtomicBool, AtomicUsize, Ordering},
        mpsc,
    },
    time::Duration,
};

/// How a test ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// As it should.
    Passed,
    /// With an error.
    Failed,
    /// It was not run: it has no body yet, or says itself that it is pending.
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
    /// Why it is pending, where it says so.
    pub reason: Option<String>,
    /// What was printed while it ran.
    pub output: Vec<String>,
    /// How long it took, in real time.
    pub took: Duration,
}

/// Learns of every result, file by file in the order of their names.
pub trait Reporter {
    /// A file is begun.
    fn file(&self, _file: &str) {}
    /// A test has ended.
    fn test(&self, test: &Test);
    /// A file has ended.
    fn file_end(&self, _file: &str, _took: Duration) {}
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
    /// In how many files.
    pub files: usize,
    /// Whether the run ended before all files were done.
    pub stopped: bool,
}

impl Summary {
    fn count(&mut self, status: Status) {
        match status {
            Status::Passed => self.passed += 1,
            Status::Failed => self.failed += 1,
            Status::Pending => self.pending += 1,
        }
    }

    /// How many tests there were.
    pub fn total(&self) -> usize {
        self.passed + self.failed + self.pending
    }
}

/// Which tests are run, and how.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// Files as they are, folders for every `*_spec.lua` below them.
    pub paths: Vec<PathBuf>,
    /// Only tests whose full name contains one of these, or matches it as a pattern of Lua.
    pub filter: Vec<String>,
    /// Leaves out tests whose full name contains one of these, or matches it.
    pub filter_out: Vec<String>,
    /// Only tests with one of these tags (`#tag` in a name).
    pub tags: Vec<String>,
    /// Leaves out tests with one of these tags.
    pub exclude_tags: Vec<String>,
    /// How many files run side by side; 0 for one for each processor.
    pub jobs: usize,
    /// Changes the seed of every file.
    pub seed: u64,
    /// Names the tests and runs none.
    pub list: bool,
    /// Begins no further file after a failure.
    pub fail_fast: bool,
    /// Notes which lines of Lua are run.
    pub coverage: bool,
    /// Learns what runs.
    pub running: Running,
}

/// How a script that a spec has run as the command line does ended.
#[derive(Clone, Debug, Default)]
pub struct Ran {
    /// Its exit code; 137 where it was killed.
    pub code: u8,
    /// Whether a fault killed it.
    pub killed: bool,
    /// The error that ended it.
    pub failure: Option<Diagnostic>,
    /// That error as it would have been shown.
    pub shown: Vec<String>,
    /// What it printed.
    pub transcript: Transcript,
}

/// What a spec may do beside what scripts may: the levers of its local AWS, and running a script on it.
pub trait Bench {
    /// Sets a fault given as text, such as `dms:CreateEndpoint#1=drop`.
    fn fault(&self, state: &State, text: &str) -> Result<(), Diagnostic>;
    /// Takes all faults away.
    fn clear_faults(&self, state: &State) -> Result<(), Diagnostic>;
    /// The faults that name which calls they are for and have struck none, as they were set.
    fn unstruck(&self, state: &State) -> Result<Vec<String>, Diagnostic>;
    /// Everything that carries a tag of ours, read without a call: `service`, `name` and `tags` each.
    fn tagged(&self, state: &State) -> Result<Vec<serde_json::Value>, Diagnostic>;
    /// How many calls have arrived at the spec's AWS that only read, and how many others.
    fn calls(&self, state: &State) -> Result<(u64, u64), Diagnostic>;
    /// Goes on in a copy of the spec's world: its AWS, its clock and its journals.
    fn branch(&self, state: &State) -> Result<(), Diagnostic>;
    /// Goes back to the world as it was before the last branch.
    fn leave(&self, state: &State) -> Result<(), Diagnostic>;
    /// The messages that were sent to topics, oldest first.
    fn messages(&self, state: &State) -> Result<Vec<serde_json::Value>, Diagnostic>;
    /// Runs a script in a VM of its own on the spec's AWS and clock; `watch` sees the VM first.
    fn run(
        &self,
        state: &State,
        script: &str,
        args: &[String],
        watch: &dyn Fn(&Host) -> Result<(), Diagnostic>,
    ) -> Result<Ran, Diagnostic>;
}

/// A host for one file of specs, and what belongs to it.
pub struct Stage {
    /// The host; what it shows goes to `output`.
    pub host: Host,
    /// What the file prints.
    pub output: Transcript,
    /// The levers.
    pub bench: Option<Rc<dyn Bench>>,
}

impl std::fmt::Debug for Stage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stage").field("host", &self.host).finish_non_exhaustive()
    }
}

/// Makes the stage for a spec's file, which is its script, with a seed of its own. It is called in the
/// thread that runs the file.
pub type MakeStage<'a> = &'a (dyn Fn(&str, u64) -> Result<Stage, Diagnostic> + Sync);

/// A spec as text: a file that was read, or one that was made.
#[derive(Clone, Debug)]
pub struct Source {
    /// What messages call it.
    pub name: String,
    /// Its text; `None` to read the file of that name.
    pub text: Option<String>,
}

/// Runs the specs that are asked for.
pub fn run(
    request: &Request,
    make: MakeStage<'_>,
    reporter: &dyn Reporter,
) -> Result<(Summary, Option<Coverage>), Diagnostic> {
    let files = files::find(&request.paths)?;
    if files.is_empty() {
        let paths: Vec<String> = request.paths.iter().map(|p| p.display().to_string()).collect();
        return Err(Diagnostic::error("No specs found")
            .what(format!("there is no file *_spec.lua below {}", paths.join(", ")))
            .hint("a spec is a Lua file whose name ends in _spec.lua"));
    }
    let sources: Vec<Source> = files
        .iter()
        .map(|file| Source { name: file.to_string_lossy().into_owned(), text: None })
        .collect();
    let (summary, coverage) = run_sources(request, &sources, make, reporter)?;
    if summary.total() == 0 && !summary.stopped {
        return Err(nothing_matches(request, files.len()));
    }
    Ok((summary, coverage))
}

/// Runs the sources, in parallel, and reports them in order.
pub fn run_sources(
    request: &Request,
    sources: &[Source],
    make: MakeStage<'_>,
    reporter: &dyn Reporter,
) -> Result<(Summary, Option<Coverage>), Diagnostic> {
    let mut summary = Summary::default();
    let mut coverage = request.coverage.then(Coverage::default);
    let (next, stop) = (AtomicUsize::new(0), AtomicBool::new(false));
    request.running.begin(sources.len());
    std::thread::scope(|scope| {
        let (sender, results) = mpsc::channel();
        for number in 0..jobs(request, sources.len()) {
            let (sender, next, stop) = (sender.clone(), &next, &stop);
            let work = move || {
                while !stop.load(Ordering::SeqCst) {
                    let index = next.fetch_add(1, Ordering::SeqCst);
                    let Some(source) = sources.get(index) else { break };
                    request.running.file(&source.name);
                    let done = worker::run(request, source, make);
                    request.running.file_end(&source.name);
                    if request.fail_fast && done.failed() {
                        stop.store(true, Ordering::SeqCst);
                    }
                    if sender.send((index, done)).is_err() {
                        break;
                    }
                }
            };
            std::thread::Builder::new()
                .name(format!("spec-{number}"))
                .stack_size(STACK)
                .spawn_scoped(scope, work)
                .map_err(|e| {
                    Diagnostic::error("A thread could not be started").what(e.to_string())
                })?;
        }
        drop(sender);
        let mut waiting = BTreeMap::new();
        let mut shown = 0;
        for (index, done) in results {
            waiting.insert(index, done);
            while let Some(done) = waiting.remove(&shown) {
                show(&sources[shown].name, done, &mut summary, coverage.as_mut(), reporter);
                shown += 1;
            }
        }
        // Only where a failure has stopped the run: those behind a gap.
        for (index, done) in waiting {
            show(&sources[index].name, done, &mut summary, coverage.as_mut(), reporter);
        }
        summary.stopped = summary.files < sources.len();
        Ok::<(), Diagnostic>(())
    })?;
    Ok((summary, coverage))
}

/// As much as a main thread has: Lua's own recursion lives on it.
const STACK: usize = 16 << 20;

fn jobs(request: &Request, files: usize) -> usize {
    let processors = || std::thread::available_parallelism().map_or(1, usize::from);
    let wanted = if request.jobs == 0 { processors() } else { request.jobs };
    wanted.clamp(1, files.max(1))
}

fn show(
    file: &str,
    done: worker::Done,
    summary: &mut Summary,
    coverage: Option<&mut Coverage>,
    reporter: &dyn Reporter,
) {
    reporter.file(file);
    summary.files += 1;
    for test in &done.tests {
        summary.count(test.status);
        reporter.test(test);
    }
    if let Some(coverage) = coverage {
        coverage.add(done.hits);
    }
    reporter.file_end(file, done.took);
}

/// A run without a test is no success: whoever misspells a filter must hear of it.
fn nothing_matches(request: &Request, files: usize) -> Diagnostic {
    let words = [
        ("--filter", &request.filter),
        ("--filter-out", &request.filter_out),
        ("--tags", &request.tags),
        ("--exclude-tags", &request.exclude_tags),
    ];
    let given: Vec<String> = words
        .iter()
        .flat_map(|(option, list)| list.iter().map(move |text| format!("{option} {text}")))
        .collect();
    let diagnostic = Diagnostic::error("No test was run");
    if given.is_empty() {
        return diagnostic.what(format!("{files} file(s) hold no test"));
    }
    diagnostic
        .what(format!("no test of {files} file(s) fits {}", given.join(" ")))
        .command("the names of all tests are listed by", "dmsrun test --list")
}

/// The nearest of the paths that are there, for one that is not.
pub(crate) fn near_path(path: &str, there: &[String]) -> Option<String> {
    did_you_mean(path, there.iter().map(String::as_str))
}
