//! `dmsrun repl`: work interactively.

use super::{
    CommandLine, Options,
    arguments::{Given, read},
    script,
};
use crate::{repl, ui::Terminal};
use clap::Parser;
use dmsrun_diag::{Diagnostic, Exit};

const AFTER_HELP: &str = "\
A real account is read-only until `:unlock \"ticket or reason\"`; `:help` lists what the prompt knows.

Examples:
  dmsrun repl --local                        look around on the AWS inside the binary
  dmsrun repl --profile acme --region eu-west-1
  dmsrun --sandbox repl                      without files and processes, AWS read-only
  dmsrun -i SCRIPT.lua                       a script, and then the prompt";

/// The arguments behind `repl`.
#[derive(Debug, Parser)]
#[command(
    name = "dmsrun repl",
    about = "Work interactively: a Lua session with completion, help and shortcuts.",
    no_binary_name = true,
    after_help = AFTER_HELP
)]
pub struct ReplLine {
    #[command(flatten)]
    options: Options,
}

/// Does what the command line asks for and gives the exit code.
pub fn run(mut line: CommandLine, ui: &Terminal) -> Result<u8, Diagnostic> {
    if let Some(script) = line.rest.get(1).filter(|word| word.ends_with(".lua")) {
        return Err(Diagnostic::error("The command line is not understood")
            .what(format!("dmsrun repl takes no script, got \"{script}\""))
            .command("a script and then the prompt:", format!("dmsrun -i {script}"))
            .exit(Exit::Usage));
    }
    let Given::Line(asked) = read::<ReplLine>(&line.rest, ui)? else {
        return Ok(Exit::Success.code());
    };
    if asked.options.trace {
        ui.set_tracing(true);
    }
    line.options = line.options.overlaid(asked.options);
    // Before anything runs: LUA_INIT and `-e` change nothing in a real account either.
    let forced = repl::locked(&mut line.options) || line.sandbox;
    let (host, options) = script::start(&line, ui)?;
    let code = match script::prepare(&line, &host)? {
        0 => repl::interact(&host, ui, &options, forced)?,
        code => code,
    };
    script::end(&host, code, ui)
}
