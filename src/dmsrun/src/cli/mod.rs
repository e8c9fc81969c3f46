//! The command line: host options, then a script with its own arguments, or a command of dmsrun.
//!
//! The form is that of lua(1): host options come before the script, everything after it is the script's
//! `arg`. An argument that contains `/` or ends in `.lua` is a script; anything else is a command.

mod local;
pub mod options;
mod script;
mod test;
mod verb_line;

use crate::ui::Terminal;
use clap::Parser;
use dmsrun_diag::{Diagnostic, Exit, did_you_mean};
pub use options::Options;
use std::process::ExitCode;

/// The commands of dmsrun, each with the line that describes it.
const COMMANDS: &[(&str, &str)] = &[
    ("test", "run Lua specs, each on a fresh local AWS: dmsrun test [PATHS]"),
    ("local", "look after the local AWS: dmsrun local reset"),
    ("help", "print this help"),
    ("version", "print the version"),
];

const AFTER_HELP: &str = "\
Commands:
  test [PATHS]       run Lua specs, each on a fresh local AWS
  local reset        forget everything that the local AWS holds

Examples:
  dmsrun --local scripts/migrate.lua             rehearse the whole migration on the local AWS
  dmsrun scripts/migrate.lua plan                show what would change, change nothing
  dmsrun --read-only -e 'print(require(\"aws\").whoami().account)'

Everything after the script belongs to the script; `dmsrun SCRIPT help` lists a migration's verbs.";

/// What was typed.
#[derive(Debug, Parser)]
#[command(
    name = "dmsrun",
    version,
    about = "Automates database migrations with AWS DMS, in Lua.",
    after_help = AFTER_HELP,
    override_usage = "dmsrun [OPTIONS] SCRIPT.lua [ARGS]\n       dmsrun [OPTIONS] -e STATEMENT\n       dmsrun [OPTIONS] COMMAND"
)]
pub struct CommandLine {
    #[command(flatten)]
    pub options: Options,

    /// Run a Lua statement; may be given several times.
    #[arg(short = 'e', value_name = "STATEMENT")]
    pub execute: Vec<String>,

    /// Require a module into a global of its name before the script (`g=mod` names the global).
    #[arg(short = 'l', value_name = "MODULE")]
    pub require: Vec<String>,

    /// Print the version.
    #[arg(short = 'v')]
    pub show_version: bool,

    /// The script or command, and its arguments.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, hide = true)]
    pub rest: Vec<String>,
}

/// What ends the program before it begins: help, the version, or a wrong command line.
#[derive(Debug)]
pub struct Early(clap::Error);

impl Early {
    /// Prints it where it belongs and gives the exit code.
    pub fn print(&self) -> ExitCode {
        let exit = if self.0.use_stderr() { Exit::Usage } else { Exit::Success };
        // A closed pipe is the reader's wish to stop.
        let _ = self.0.print();
        exit.into()
    }
}

impl CommandLine {
    /// Reads the process's arguments.
    pub fn from_env() -> Result<Self, Early> {
        Self::try_parse().map_err(Early)
    }
}

/// What the first argument behind the options asks for.
enum Wanted {
    Script,
    Command(&'static str),
    Nothing,
}

fn wanted(line: &CommandLine) -> Result<Wanted, Diagnostic> {
    let Some(first) = line.rest.first() else { return Ok(Wanted::Nothing) };
    if first == "-" || first.contains('/') || first.ends_with(".lua") {
        return Ok(Wanted::Script);
    }
    match COMMANDS.iter().find(|(name, _)| name == first) {
        Some((name, _)) => Ok(Wanted::Command(name)),
        None => {
            let names = COMMANDS.iter().map(|(name, _)| *name);
            let mut diagnostic = Diagnostic::error("Unknown command")
                .what(format!("dmsrun has no command \"{first}\""))
                .exit(Exit::Usage);
            if let Some(near) = did_you_mean(first, names) {
                diagnostic = diagnostic.hint(near);
            }
            Err(diagnostic.command("a script's name ends in .lua or contains a /", "dmsrun --help"))
        }
    }
}

/// Does what the command line asks for and gives the exit code.
pub fn run(line: CommandLine, ui: &Terminal) -> Result<u8, Diagnostic> {
    if line.show_version {
        ui.print_line(concat!("dmsrun ", env!("CARGO_PKG_VERSION"), " · Lua 5.4"));
    }
    match wanted(&line)? {
        Wanted::Script => script::run(line, ui),
        Wanted::Command("test") => test::run(&line, ui),
        Wanted::Command("local") => local::run(&line, ui),
        Wanted::Command("version") => {
            ui.print_line(concat!("dmsrun ", env!("CARGO_PKG_VERSION"), " · Lua 5.4"));
            Ok(Exit::Success.code())
        }
        Wanted::Command(_) => help(ui),
        Wanted::Nothing if !line.execute.is_empty() || !line.require.is_empty() => {
            script::run(line, ui)
        }
        Wanted::Nothing if line.show_version => Ok(Exit::Success.code()),
        // As lua(1) does: a script may come by the standard input.
        Wanted::Nothing if !std::io::IsTerminal::is_terminal(&std::io::stdin()) => {
            script::run(line, ui)
        }
        Wanted::Nothing => help(ui),
    }
}

fn help(ui: &Terminal) -> Result<u8, Diagnostic> {
    let text = <CommandLine as clap::CommandFactory>::command().render_help().to_string();
    ui.print_line(text.trim_end());
    Ok(Exit::Success.code())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(args: &[&str]) -> CommandLine {
        CommandLine::try_parse_from(std::iter::once(&"dmsrun").chain(args)).expect("a valid line")
    }

    #[test]
    fn what_follows_the_script_belongs_to_the_script() {
        let line = parse(&["--local", "a/b.lua", "deploy", "--yes", "-c", "x=1"]);
        assert!(line.options.local.is_some());
        assert_eq!(line.rest, ["a/b.lua", "deploy", "--yes", "-c", "x=1"]);
        assert!(!line.options.yes);
    }

    #[test]
    fn options_may_follow_a_statement() {
        let line = parse(&["-e", "print(1)", "--local"]);
        assert_eq!((line.execute.len(), line.options.local.is_some()), (1, true));
    }

    #[test]
    fn a_misspelt_command_names_the_nearest() {
        let Err(diagnostic) = wanted(&parse(&["tset"])) else { panic!("no error") };
        assert!(diagnostic.hints.iter().any(|h| h.text.contains("\"test\"")));
        assert_eq!(diagnostic.exit, Exit::Usage);
    }
}
