//! `dmsrun doc [NAME]`: shows the reference.

use super::{
    CommandLine, Options,
    arguments::{Given, read},
};
use crate::{
    rehearsal,
    ui::{Form, SpecReporter, Terminal},
};
use clap::Parser;
use dmsrun_diag::{Diagnostic, Exit};
use dmsrun_lua::{
    Ui as _,
    reference::{Reference, examples},
    spec::{self, Request, Source},
};
use std::{collections::BTreeMap, path::PathBuf};

const AFTER_HELP: &str = "\
Examples:
  dmsrun doc                                        what there is
  dmsrun doc mappings                               a module
  dmsrun doc map.include                            a function
  dmsrun doc dms.create_endpoint                    an operation of AWS, with its parameters
  dmsrun doc settings.TargetMetadata.LobMaxSize     a key of the task settings
  dmsrun doc ec2.vpc                                a kind of resource
  dmsrun doc M104                                   a code of dmsrun check";

/// Shows the reference: modules, functions, operations of AWS, kinds, task settings, codes.
#[derive(Debug, Parser)]
#[command(name = "dmsrun doc", no_binary_name = true, after_help = AFTER_HELP)]
pub struct DocLine {
    /// What to show; all modules without it.
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,

    /// Print the whole reference as Markdown: stdlib/REFERENCE.md.
    #[arg(long, conflicts_with = "names")]
    pub markdown: bool,

    /// Print the names of all entries.
    #[arg(long, conflicts_with_all = ["names", "markdown"])]
    pub list: bool,

    /// Run the examples of the reference, each file on a fresh local AWS.
    #[arg(long, conflicts_with_all = ["names", "markdown", "list"])]
    pub test: bool,
}

/// Shows what the line names.
pub fn run(line: CommandLine, ui: &Terminal) -> Result<u8, Diagnostic> {
    let Given::Line(given) = read::<DocLine>(&line.rest, ui)? else {
        return Ok(Exit::Success.code());
    };
    let reference = Reference::new(line.options.stdlib.clone());
    if given.markdown {
        ui.print_line(reference.page()?.trim_end());
    } else if given.list {
        ui.print_line(&reference.names().join("\n"));
    } else if given.test {
        return test(&reference, &line.options, ui);
    } else if given.names.is_empty() {
        contents(&reference, ui);
    }
    for name in &given.names {
        match reference.lookup(name) {
            Some(entry) => ui.print_line(&entry.text(ui.width().min(110))),
            None => return Err(unknown(&reference, name)),
        }
    }
    Ok(Exit::Success.code())
}

fn unknown(reference: &Reference, name: &str) -> Diagnostic {
    let near = reference.near(name);
    let mut diagnostic = Diagnostic::error("Unknown name")
        .what(format!("the reference has no entry \"{name}\""))
        .exit(Exit::Usage);
    if !near.is_empty() {
        let quoted: Vec<String> = near.iter().map(|n| format!("\"{n}\"")).collect();
        diagnostic = diagnostic.hint(format!("Did you mean {}?", quoted.join(" or ")));
    }
    diagnostic.command("all modules are listed by", "dmsrun doc")
}

/// The modules with the first sentence of each.
fn contents(reference: &Reference, ui: &Terminal) {
    let (mut library, mut host) = (Vec::new(), Vec::new());
    for module in reference.modules() {
        let Some(first) = module.header.first() else { continue };
        let paragraph: Vec<&str> = module
            .header
            .iter()
            .map(|line| line.trim())
            .take_while(|line| !line.is_empty())
            .collect();
        let text = if paragraph.is_empty() { first.clone() } else { paragraph.join(" ") };
        let sentence = text.split_once(". ").map_or(text.as_str(), |(first, _)| first);
        let row = format!("  {:<12} {}", module.name, sentence.trim_end_matches('.'));
        if Reference::is_host(&module.name) {
            host.push(row);
        } else if !module.name.contains('.') {
            library.push(row);
        }
    }
    ui.print_line("Modules of the standard library:");
    ui.print_line(&library.join("\n"));
    ui.print_line("\nModules of the host:");
    ui.print_line(&host.join("\n"));
    ui.print_line(
        "\nAlso: kinds (ec2.vpc), operations of AWS (dms.create_endpoint), task settings\n\
         (settings.Logging), codes of the checks (M104). `dmsrun doc NAME` shows one.",
    );
}

/// Runs the examples of all modules.
fn test(reference: &Reference, options: &Options, ui: &Terminal) -> Result<u8, Diagnostic> {
    let mut files: BTreeMap<String, Vec<examples::Example>> = BTreeMap::new();
    for example in reference.examples() {
        files.entry(example.file.clone()).or_default().push(example);
    }
    let sources: Vec<Source> = files
        .iter()
        .map(|(file, list)| Source { name: file.clone(), text: Some(examples::spec(list)) })
        .collect();
    let reporter = SpecReporter::new(ui.clone(), Form::Plain { verbose: false }, None, false);
    let (options, terminal) = (options.clone(), ui.clone());
    let project = Project::new()?;
    // An example is a script of somebody's, in a project, and not a file of the library.
    let script = project.0.join("example.lua").to_string_lossy().into_owned();
    let make = move |_: &str, seed: u64| rehearsal::stage(&options, &script, seed, &terminal);
    let (summary, _) = spec::run_sources(&Request::default(), &sources, &make, &reporter)?;
    reporter.end(&summary, None)?;
    Ok(if summary.failed == 0 { Exit::Success } else { Exit::Failure }.code())
}

/// The project of `dmsrun init orders`, for examples that run a script; it goes when they have run.
struct Project(PathBuf);

impl Project {
    fn new() -> Result<Self, Diagnostic> {
        let folder = std::env::temp_dir().join(format!("dmsrun-doc-{}", std::process::id()));
        let project = Self(folder);
        super::init::script(&project.0, "orders")?;
        Ok(project)
    }
}

impl Drop for Project {
    fn drop(&mut self) {
        // What is left is in the folder for what is left.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
