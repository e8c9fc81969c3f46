//! `dmsrun test [PATHS]`: runs Lua specs, each file on a fresh local AWS.

use super::{
    CommandLine, Options,
    arguments::{Given, read},
};
use crate::{
    rehearsal,
    ui::{Form, SpecReporter, Terminal},
};
use clap::{Parser, ValueEnum};
use dmsrun_diag::{Diagnostic, Exit};
use dmsrun_lua::spec::{self, Coverage, Request, Running, Summary};
use std::path::{Path, PathBuf};

/// The folders in which specs are looked for where none is named, the first that is there.
const FOLDERS: [&str; 4] = ["spec", "specs", "tests/specs", "tests"];

/// In which form results are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Output {
    /// For people.
    #[default]
    Plain,
    /// The Test Anything Protocol, version 13.
    Tap,
    /// JUnit's XML, which CI services read.
    Junit,
}

const AFTER_HELP: &str = "\
Examples:
  dmsrun test                                    every spec below spec/ (or tests/specs/)
  dmsrun test spec/migrate_spec.lua --watch      again at every change
  dmsrun test --filter 'lost answer' --verbose   some tests, each with its name
  dmsrun test --output junit --output-file report.xml --coverage

A spec has busted's words (describe, it, assert, spy, stub …); `dmsrun doc spec` shows them.";

/// Runs Lua specs, each file on a fresh local AWS with its own virtual clock and seed.
#[derive(Debug, Parser)]
#[command(name = "dmsrun test", no_binary_name = true, after_help = AFTER_HELP)]
pub struct TestLine {
    /// Spec files, or folders with files *_spec.lua [default: spec, specs, tests/specs or tests].
    #[arg(value_name = "PATHS")]
    pub paths: Vec<PathBuf>,

    /// Only tests whose full name contains TEXT, or matches it as a pattern of Lua; repeatable.
    #[arg(long, value_name = "TEXT")]
    pub filter: Vec<String>,

    /// Not the tests whose full name contains TEXT or matches it; repeatable.
    #[arg(long, value_name = "TEXT")]
    pub filter_out: Vec<String>,

    /// Only tests with one of these tags (`#slow` in a name is the tag slow).
    #[arg(long, value_name = "TAGS", value_delimiter = ',')]
    pub tags: Vec<String>,

    /// Not the tests with one of these tags.
    #[arg(long, value_name = "TAGS", value_delimiter = ',')]
    pub exclude_tags: Vec<String>,

    /// How many files run side by side [default: one for each processor].
    #[arg(short, long, value_name = "N")]
    pub jobs: Option<usize>,

    /// The form of the results.
    #[arg(short, long, value_enum, ignore_case = true, value_name = "FORM", default_value_t)]
    pub output: Output,

    /// Write the results to FILE, and the plain form to the terminal.
    #[arg(long, value_name = "FILE")]
    pub output_file: Option<PathBuf>,

    /// Name every test, with what it prints.
    #[arg(short, long)]
    pub verbose: bool,

    /// Name the tests and run none.
    #[arg(long)]
    pub list: bool,

    /// Begin no further file after a failure.
    #[arg(long)]
    pub fail_fast: bool,

    /// Show the N slowest tests.
    #[arg(long, value_name = "N", num_args = 0..=1, default_missing_value = "10", require_equals = true)]
    pub slowest: Option<usize>,

    /// Show which lines of Lua were not run, and write .dmsrun/lcov.info.
    #[arg(long)]
    pub coverage: bool,

    /// Write the coverage to FILE instead.
    #[arg(long, value_name = "FILE")]
    pub lcov: Option<PathBuf>,

    /// Run again at every change of a spec, of a script, or of the standard library.
    #[arg(short, long)]
    pub watch: bool,

    /// Another seed for everything that chance decides [default: 0].
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,

    /// Read the standard library from DIR instead of the binary.
    #[arg(long, value_name = "DIR")]
    pub stdlib: Option<PathBuf>,
}

/// Runs the specs below the paths that the line names.
pub fn run(line: &CommandLine, ui: &Terminal) -> Result<u8, Diagnostic> {
    let Given::Line(given) = read::<TestLine>(&line.rest, ui)? else {
        return Ok(Exit::Success.code());
    };
    let work = Work::new(given, &line.options, ui)?;
    super::test_end::on_signal(&work.request.running, ui)?;
    if work.line.watch {
        return super::watch::run(&work);
    }
    work.once(&[])
}

/// What a line asks for, as often as a watch asks again.
pub struct Work {
    /// What was typed.
    pub line: TestLine,
    /// The request without the paths of one run.
    request: Request,
    options: Options,
    /// The terminal.
    pub ui: Terminal,
}

impl Work {
    fn new(mut line: TestLine, options: &Options, ui: &Terminal) -> Result<Self, Diagnostic> {
        if line.paths.is_empty() {
            line.paths.push(folder()?);
        }
        if line.jobs == Some(0) {
            return Err(Diagnostic::error("The command line is not understood")
                .what("--jobs takes a number from 1")
                .exit(Exit::Usage));
        }
        let mut options = options.clone();
        options.seed = line.seed.or(options.seed);
        options.stdlib = line.stdlib.clone().or(options.stdlib);
        let request = Request {
            paths: Vec::new(),
            filter: line.filter.clone(),
            filter_out: line.filter_out.clone(),
            tags: line.tags.clone(),
            exclude_tags: line.exclude_tags.clone(),
            jobs: line.jobs.unwrap_or(0),
            seed: options.seed.unwrap_or(0),
            list: line.list,
            fail_fast: line.fail_fast,
            coverage: line.coverage || line.lcov.is_some(),
            running: Running::default(),
        };
        Ok(Self { line, request, options, ui: ui.clone() })
    }

    /// The folder of the standard library, where it is read from one.
    pub fn stdlib(&self) -> Option<&Path> {
        self.options.stdlib.as_deref()
    }

    /// Runs these files, or all that the line names, and gives the exit code.
    pub fn once(&self, only: &[PathBuf]) -> Result<u8, Diagnostic> {
        let paths = if only.is_empty() { self.line.paths.clone() } else { only.to_vec() };
        let request = Request { paths, ..self.request.clone() };
        let form = match self.line.output {
            _ if request.list => Form::List,
            Output::Plain => Form::Plain { verbose: self.line.verbose },
            Output::Tap => Form::Tap,
            Output::Junit => Form::Junit,
        };
        let reporter = SpecReporter::new(
            self.ui.clone(),
            form,
            self.line.output_file.clone(),
            self.line.verbose,
        );
        let (options, ui) = (self.options.clone(), self.ui.clone());
        let make = move |file: &str, seed: u64| rehearsal::stage(&options, file, seed, &ui);
        let (summary, coverage) = spec::run(&request, &make, &reporter)?;
        reporter.end(&summary, self.line.slowest)?;
        if let Some(coverage) = coverage {
            self.cover(&coverage)?;
        }
        Ok(code(&summary))
    }

    fn cover(&self, coverage: &Coverage) -> Result<(), Diagnostic> {
        let files = coverage.files(Path::new("."), self.stdlib());
        let place = self.line.lcov.clone().unwrap_or_else(|| PathBuf::from(".dmsrun/lcov.info"));
        let written = place.parent().map_or(Ok(()), std::fs::create_dir_all);
        written.and_then(|()| std::fs::write(&place, spec::coverage::lcov(&files))).map_err(
            |error| {
                Diagnostic::error("The coverage could not be written")
                    .what(format!("{}: {error}", place.display()))
            },
        )?;
        let aside = self.line.output != Output::Plain && self.line.output_file.is_none();
        crate::ui::show_coverage(&self.ui, &files, &place, aside);
        Ok(())
    }
}

fn code(summary: &Summary) -> u8 {
    if summary.failed == 0 { Exit::Success } else { Exit::Failure }.code()
}

/// The first of the usual folders that is there.
fn folder() -> Result<PathBuf, Diagnostic> {
    FOLDERS.iter().map(PathBuf::from).find(|folder| folder.is_dir()).ok_or_else(|| {
        Diagnostic::error("No specs found")
            .what(format!("none of the folders {} is there", FOLDERS.join(", ")))
            .exit(Exit::Usage)
            .command("name the files or folders", "dmsrun test PATHS")
            .command("or make a project with a spec", "dmsrun init")
    })
}
