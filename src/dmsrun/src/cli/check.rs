//! `dmsrun check FILE…`: scripts, table mappings and task settings, without AWS and without a trace.

mod codes;
mod document;
pub mod evaluate;
mod explain;
mod found;
pub mod input;
mod report;
mod script;

use super::{
    CommandLine, Options,
    arguments::{self, Given},
};
use crate::{session, ui::Terminal};
use clap::Parser;
use dmsrun_diag::{Diagnostic, Exit, did_you_mean};
use dmsrun_dms::{Catalogue, Context, EngineVersion, MigrationType, engines};
pub use found::Sort;
use found::{Checked, Files};

/// The arguments behind `check`.
#[derive(Debug, Parser)]
#[command(
    name = "dmsrun check",
    about = "Checks scripts, table mappings and task settings, without AWS and without a trace.",
    no_binary_name = true,
    after_help = AFTER_HELP,
    override_usage = "dmsrun check [OPTIONS] FILE… [-- ARGS]\n       dmsrun check --explain [CODE]"
)]
pub struct CheckLine {
    /// What to check: Lua scripts, JSON documents; `-` is the standard input.
    #[arg(value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    files: Vec<String>,

    /// Say what a code stands for; all codes where none is named.
    #[arg(long, value_name = "CODE", num_args = 0..=1, default_missing_value = "")]
    explain: Option<String>,

    /// With --explain: the page of the documentation.
    #[arg(long, requires = "explain")]
    markdown: bool,

    /// End with 1 on warnings too.
    #[arg(long)]
    deny_warnings: bool,

    /// Read the scripts, but evaluate nothing.
    #[arg(long = "static")]
    only_static: bool,

    #[command(flatten)]
    around: Around,

    #[command(flatten)]
    options: Options,

    /// The arguments of the scripts.
    #[arg(last = true, value_name = "ARGS")]
    args: Vec<String>,
}

const AFTER_HELP: &str = "\
A JSON document is known by what it holds: `rules` are table mappings, sections such as FullLoadSettings
are task settings. Given together, the settings are checked beside the mappings. A script is read first
(syntax, names, parameters, options), and so are the modules beside it that it requires; then it is
evaluated with nothing to act on (no AWS, no network, no files written, no processes; limits of
instructions, memory and time), and what it builds is checked. --static only reads it.

Ends with 0 where nothing but warnings and notes was found, with 1 on errors.

Examples:
  dmsrun check migrate.lua
  dmsrun check mappings.json settings.json --source-engine mysql --target-engine postgres
  dmsrun check --explain M104";

/// What is known around a document.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Around {
    /// The source's engine, such as mysql.
    #[arg(long, value_name = "ENGINE")]
    source_engine: Option<String>,

    /// The target's engine.
    #[arg(long, value_name = "ENGINE")]
    target_engine: Option<String>,

    /// What the task does: full-load, cdc or full-load-and-cdc.
    #[arg(long, value_name = "TYPE")]
    migration_type: Option<String>,

    /// The version of the replication instance's engine, such as 3.5.4.
    #[arg(long, value_name = "VERSION")]
    engine_version: Option<String>,

    /// The source's tables: a catalogue, an answer of describe-table-statistics, the CSV of a query on
    /// information_schema.columns; `demo` is the database of the local AWS.
    #[arg(long, value_name = "FILE")]
    catalogue: Option<String>,
}

fn usage(what: String, hint: Option<String>) -> Diagnostic {
    let diagnostic =
        Diagnostic::error("The command line is not understood").what(what).exit(Exit::Usage);
    match hint {
        Some(hint) => diagnostic.hint(hint),
        None => diagnostic,
    }
}

fn engine_name(option: &str, given: Option<&String>) -> Result<Option<String>, Diagnostic> {
    let Some(name) = given else { return Ok(None) };
    if engines::engine(name).is_some() {
        return Ok(Some(name.clone()));
    }
    let names = || engines::engines().iter().map(|e| e.name);
    let hint = did_you_mean(name, names())
        .unwrap_or_else(|| format!("there are: {}", names().collect::<Vec<_>>().join(", ")));
    Err(usage(format!("{option}: there is no engine \"{name}\""), Some(hint)))
}

impl Around {
    /// The context of the checks.
    pub fn context(&self) -> Result<Context, Diagnostic> {
        let migration_type = self.migration_type.as_ref().map(|word| {
            MigrationType::from_word(word).ok_or_else(|| {
                let words = MigrationType::WORDS;
                let hint = did_you_mean(word, words.iter().copied())
                    .unwrap_or_else(|| format!("there are: {}", words.join(", ")));
                usage(format!("--migration-type: there is no type \"{word}\""), Some(hint))
            })
        });
        let engine_version = self.engine_version.as_ref().map(|text| {
            EngineVersion::parse(text).ok_or_else(|| {
                let what = format!("--engine-version: \"{text}\" is no version");
                usage(what, Some("it looks like 3.5.4".to_owned()))
            })
        });
        Ok(Context {
            source_engine: engine_name("--source-engine", self.source_engine.as_ref())?,
            target_engine: engine_name("--target-engine", self.target_engine.as_ref())?,
            migration_type: migration_type.transpose()?,
            engine_version: engine_version.transpose()?,
            catalogue: self.catalogue.as_deref().map(catalogue).transpose()?,
            ..Context::default()
        })
    }
}

/// A catalogue by its file, or the demo's.
pub fn catalogue(name: &str) -> Result<Catalogue, Diagnostic> {
    let failed = |what: String, hint: Option<String>| {
        let diagnostic =
            Diagnostic::error("The catalogue can't be read").what(what).exit(Exit::Usage);
        match hint {
            Some(hint) => diagnostic.hint(hint),
            None => diagnostic,
        }
    };
    if name == "demo" && !std::path::Path::new(name).exists() {
        return session::demo_catalogue()
            .ok_or_else(|| Diagnostic::bug("the local AWS has no demo database"));
    }
    let bytes = input::bytes(name, input::LARGEST_CATALOGUE)
        .map_err(|problem| failed(problem.message, problem.hint))?;
    let text =
        String::from_utf8(bytes).map_err(|_| failed(format!("{name} is not UTF-8 text"), None))?;
    Catalogue::read(&text, name).map_err(|error| {
        let at = error.line.map_or_else(String::new, |line| format!(":{line}"));
        failed(format!("{name}{at}: {}", error.message), error.hint)
    })
}

/// Does what the line asks for and gives the exit code.
pub fn run(line: CommandLine, ui: &Terminal) -> Result<u8, Diagnostic> {
    let Given::Line(asked) = arguments::read::<CheckLine>(&line.rest, ui)? else {
        return Ok(Exit::Success.code());
    };
    let options = line.options.overlaid(asked.options.clone());
    if let Some(code) = &asked.explain {
        return explain::run(code, asked.markdown, options.json, ui);
    }
    if asked.files.is_empty() {
        let what = "check needs the files to check".to_owned();
        return Err(usage(what, Some("dmsrun check migrate.lua mappings.json".to_owned())));
    }
    let context = asked.around.context()?;
    let mut files = Files::default();
    for name in &asked.files {
        files.checked.push(input::read(name));
    }
    documents(&mut files, &context);
    script::check(
        &mut files,
        &script::Asked {
            options: &options,
            args: &asked.args,
            evaluate: !asked.only_static,
            context: &context,
            ui,
        },
    )?;
    report::print(&mut files, options.json, ui);
    let (errors, warnings, _) = files.counts();
    let bad = errors > 0 || (asked.deny_warnings && warnings > 0);
    Ok(if bad { Exit::Failure } else { Exit::Success }.code())
}

/// Checks the JSON documents. Settings see the mappings where exactly one document of those is given.
fn documents(files: &mut Files, context: &Context) {
    let sorts: Vec<Option<document::Document>> = files
        .checked
        .iter_mut()
        .map(|c| if c.sort == Sort::Json { document::recognise(c) } else { None })
        .collect();
    let mut mappings = sorts.iter().flatten().filter(|d| d.sort == Sort::Mappings);
    let beside = match (mappings.next(), mappings.next()) {
        (Some(one), None) => Some(one.json.clone()),
        _ => None,
    };
    for (checked, document) in files.checked.iter_mut().zip(&sorts) {
        if let Some(document) = document {
            document::check(checked, document, context, beside.as_ref());
        }
    }
}

impl Checked {
    /// Whether the file is a script that can be read.
    fn is_script(&self) -> bool {
        self.sort == Sort::Script && self.text.is_some()
    }
}
