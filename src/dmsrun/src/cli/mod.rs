//! The command line: host options, then a script with its own arguments, or a command of dmsrun.
//!
//! The form is that of lua(1): host options come before the script, everything after it is the script's
//! `arg`. An argument that contains `/` or ends in `.lua` is a script; anything else is a command.

mod adopt;
mod arguments;
mod check;
mod completions;
mod doc;
mod help;
mod init;
mod line;
mod local;
mod man;
mod mappings;
pub mod options;
mod program;
mod repl;
mod script;
mod test;
mod test_end;
mod types;
mod verb_line;
mod watch;

use crate::ui::Terminal;
use clap::Parser;
use dmsrun_diag::{Diagnostic, Exit, did_you_mean};
use dmsrun_lua::{Limits, Sandbox};
pub use options::Options;
use std::{ffi::OsString, io::Write as _, process::ExitCode};
pub use verb_line::VerbLine;

/// The commands of dmsrun, each with the line that describes it.
const COMMANDS: &[(&str, &str)] = &[
    ("check", "check scripts, table mappings and task settings, without AWS: dmsrun check FILE…"),
    (
        "mappings",
        "table mappings: dmsrun mappings to-lua FILE | explain FILE --catalogue C [TABLE]",
    ),
    (
        "adopt",
        "make a stack of what is there: dmsrun adopt [--tag K=V | --instance NAME | ARN…] --stack NAME",
    ),
    ("repl", "work interactively (the default on a terminal)"),
    ("init", "make a project that works at once: dmsrun init [DIR]"),
    ("types", "write LuaCATS stubs for editors: dmsrun types [DIR]"),
    ("doc", "show the reference: dmsrun doc [NAME]"),
    ("completions", "completions for a shell: dmsrun completions SHELL"),
    ("man", "print the man page"),
    ("test", "run Lua specs, each on a fresh local AWS: dmsrun test [PATHS]"),
    ("local", "look after the local AWS: dmsrun local reset"),
    ("help", "print this help"),
    ("version", "print the version"),
];

// The headings of the help.
const LUA: &str = "Lua, as lua(1) has them";
const UNTRUSTED: &str = "A script that is not trusted";

const AFTER_HELP: &str = "\
Commands (`dmsrun help COMMAND` shows the options of one):
  init [DIR]         make a project that works at once
  check FILE…        check scripts, table mappings and task settings, without AWS
  mappings           to-lua FILE · explain FILE --catalogue C [TABLE]
  adopt              write the script of a set-up that is there, and own it; proved by an empty plan
  test [PATHS]       run Lua specs, each on a fresh local AWS
  doc [NAME]         the reference: dms.create_endpoint, map.include, M104, ec2.vpc
  repl               work interactively; the default on a terminal
  types [DIR]        write LuaCATS stubs for editors
  local reset        forget everything that the local AWS holds
  completions SHELL  completions for a shell
  man [DIR]          the manual page

Examples:
  dmsrun init orders                             a project that works at once
  dmsrun --local scripts/migrate.lua             rehearse the whole migration on the local AWS
  dmsrun scripts/migrate.lua plan                show what would change, change nothing
  dmsrun --local                                 look around on the local AWS
  dmsrun check scripts/migrate.lua               what is wrong with it, found without AWS
  dmsrun --read-only -e 'print(require(\"aws\").whoami().account)'
  dmsrun -l aws -i setup.lua                     as with lua(1): a module, a script, then the prompt
  dmsrun --sandbox --local look.lua              a script that somebody sent
  dmsrun --local --fault 'dms:CreateEndpoint#1=kill' scripts/migrate.lua deploy
                                                 rehearse a crash; the same command again goes on

Exit codes:
  0  done · 1  failed · 2  a plan has changes (--detailed-exitcode)
  3  a plan was applied in part, the same command goes on · 4  a wait reached its limit
  5  a question was not answered with yes: --yes, --allow · 6  somebody else is at work on the stack
  64  the command line is wrong · 130  interrupted

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
    #[arg(short = 'e', value_name = "STATEMENT", help_heading = LUA)]
    pub execute: Vec<String>,

    /// Require a module into a global of its name before the script (`g=mod` names the global).
    #[arg(short = 'l', value_name = "MODULE", help_heading = LUA)]
    pub require: Vec<String>,

    /// Work interactively after the script.
    #[arg(short = 'i', overrides_with = "interactive", help_heading = LUA)]
    pub interactive: bool,

    /// Print the version.
    #[arg(short = 'v', overrides_with = "show_version", help_heading = LUA)]
    pub show_version: bool,

    /// Leave LUA_INIT, LUA_PATH and LUA_CPATH alone.
    #[arg(short = 'E', overrides_with = "ignore_environment", help_heading = LUA)]
    pub ignore_environment: bool,

    /// Show what `warn` says.
    #[arg(short = 'W', overrides_with = "warn", help_heading = LUA)]
    pub warn: bool,

    /// Run a script that is not trusted: no files, no processes, AWS read-only, limits.
    #[arg(long, help_heading = UNTRUSTED)]
    pub sandbox: bool,

    /// The memory that a script in the sandbox may use, in MB (256 where nothing is said).
    #[arg(long, value_name = "MB", value_parser = clap::value_parser!(u64).range(1..=1_048_576), requires = "sandbox", help_heading = UNTRUSTED)]
    pub sandbox_memory: Option<u64>,

    /// The instructions of Lua that a script in the sandbox may run (1000000000 where nothing is said).
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..), requires = "sandbox", help_heading = UNTRUSTED)]
    pub sandbox_instructions: Option<u64>,

    /// The script or command, and its arguments.
    #[arg(skip)]
    pub rest: Vec<String>,

    /// What `-e`, `-l` and `-W` ask for, in their order.
    #[arg(skip)]
    pub actions: Vec<Action>,

    /// The options that were typed: what clap calls them, and how they are written.
    #[arg(skip)]
    pub given: Vec<(String, String)>,

    /// Where `rest` begins in `argv`.
    #[arg(skip)]
    pub script_at: Option<usize>,

    /// The whole command line as it was typed, the program's name first.
    #[arg(skip)]
    pub argv: Vec<OsString>,
}

/// What is done before the script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// `-e`: a statement.
    Statement(String),
    /// `-l`: a module, `mod` or `g=mod`.
    Require(String),
    /// `-W`: `warn` is heard.
    Warn,
}

/// What ends the program before it begins: help, the version, or a wrong command line.
#[derive(Debug)]
pub struct Early(clap::Error);

impl Early {
    /// Prints it where it belongs and gives the exit code.
    pub fn print(&self) -> ExitCode {
        let wrong = self.0.use_stderr();
        let exit = if wrong { Exit::Usage } else { Exit::Success };
        let text = self.0.render().to_string();
        let text = help::fitted(text.trim_end(), help::width()) + "\n";
        let written = if wrong {
            std::io::stderr().write_all(text.as_bytes())
        } else {
            let mut out = std::io::stdout();
            out.write_all(text.as_bytes()).and_then(|()| out.flush())
        };
        match written {
            // A closed pipe is the reader's wish to stop.
            Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Exit::Failure.into(),
            _ => exit.into(),
        }
    }
}

impl CommandLine {
    /// Reads the process's arguments.
    pub fn from_env() -> Result<Self, Early> {
        line::read(std::env::args_os().collect())
    }

    /// What the script may do.
    pub fn sandbox(&self) -> Sandbox {
        if !self.sandbox {
            return Sandbox::None;
        }
        let given = Limits::default();
        Sandbox::Untrusted(Limits {
            memory: self
                .sandbox_memory
                .map_or(given.memory, |mb| usize::try_from(mb << 20).unwrap_or(usize::MAX)),
            instructions: self.sandbox_instructions.unwrap_or(given.instructions),
        })
    }

    /// Whether the first argument behind the options is a command of dmsrun.
    pub fn is_command(&self) -> bool {
        matches!(wanted(self), Ok(Wanted::Command(_)))
    }

    /// Whether `--` stands before the script.
    pub fn is_behind_hyphens(&self) -> bool {
        let before = self.script_at.and_then(|at| self.argv.get(at.checked_sub(1)?));
        before.is_some_and(|word| word == "--")
    }

    /// Whether nothing is left to do without a script, as lua(1) has it after `-e` and `-v`.
    pub fn is_done(&self) -> bool {
        self.show_version || !self.execute.is_empty()
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
            if std::path::Path::new(first).is_file() {
                // A script without the ending: lua(1) would run it.
                let text = "there is a file of this name; a path with a / runs it";
                return Err(diagnostic.command(text, format!("dmsrun ./{first}")));
            }
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
    let wanted = wanted(&line)?;
    if let Wanted::Command(name) = wanted {
        refuse_unused(name, &line)?;
    }
    match wanted {
        Wanted::Script => script::run(line, ui),
        Wanted::Command("check") => check::run(line, ui),
        Wanted::Command("mappings") => mappings::run(line, ui),
        Wanted::Command("adopt") => adopt::run(line, ui),
        Wanted::Command("repl") => repl::run(line, ui),
        Wanted::Command("init") => init::run(line, ui),
        Wanted::Command("types") => types::run(line, ui),
        Wanted::Command("doc") => doc::run(line, ui),
        Wanted::Command("completions") => completions::run(line, ui),
        Wanted::Command("man") => man::run(line, ui),
        Wanted::Command("test") => test::run(&line, ui),
        Wanted::Command("local") => local::run(&line, ui),
        Wanted::Command("version") => {
            ui.print_line(concat!("dmsrun ", env!("CARGO_PKG_VERSION"), " · Lua 5.4"));
            Ok(Exit::Success.code())
        }
        Wanted::Command(_) => help_of(line, ui),
        Wanted::Nothing if line.is_done() && line.actions.is_empty() && !line.interactive => {
            Ok(Exit::Success.code())
        }
        // As lua(1) does: statements, then a script from the standard input, or a session.
        Wanted::Nothing => script::run(line, ui),
    }
}

/// Options before a command that it would pass over. Those that say where AWS is may stand there: an
/// alias of the shell has them for whatever comes, and they promise nothing.
fn refuse_unused(name: &str, line: &CommandLine) -> Result<(), Diagnostic> {
    const WHERE: [&str; 5] = ["local", "profile", "region", "endpoint_url", "stdlib"];
    if matches!(name, "help" | "version") {
        return Ok(());
    }
    let all = options::all();
    let used = options::used_by(name);
    // What lua(1) has is for what runs Lua: the prompt, which `prepare` makes ready.
    let is_used = |id: &str| {
        if all.contains(&id) {
            used.contains(&id) || WHERE.contains(&id)
        } else {
            name == "repl" || id == "show_version"
        }
    };
    match line.given.iter().find(|(id, _)| !is_used(id)) {
        Some((_, option)) => Err(arguments::no_use(name, option)),
        None => Ok(()),
    }
}

/// `dmsrun help`, and `dmsrun help COMMAND`.
fn help_of(mut line: CommandLine, ui: &Terminal) -> Result<u8, Diagnostic> {
    match line.rest.get(1).map(String::as_str) {
        None | Some("help" | "--help" | "-h" | "version") => {
            let text = <CommandLine as clap::CommandFactory>::command().render_help().to_string();
            ui.print_line(&help::fitted(text.trim_end(), help::width()));
            Ok(Exit::Success.code())
        }
        Some(_) => {
            line.rest = vec![line.rest.swap_remove(1), "--help".to_owned()];
            line.given.clear();
            // What is no command is told so, and a script has help of its own.
            line.show_version = false;
            run(line, ui)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(args: &[&str]) -> CommandLine {
        let argv = std::iter::once(&"dmsrun").chain(args).map(OsString::from).collect();
        line::read(argv).expect("a valid line")
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
