//! `dmsrun repl`: work interactively.

use super::{CommandLine, script};
use crate::{repl, ui::Terminal};
use dmsrun_diag::{Diagnostic, Exit};

/// Does what the command line asks for and gives the exit code.
pub fn run(mut line: CommandLine, ui: &Terminal) -> Result<u8, Diagnostic> {
    if let Some(extra) = line.rest.get(1) {
        return Err(Diagnostic::error("The command line is not understood")
            .what(format!("dmsrun repl takes no arguments, got \"{extra}\""))
            .command("a script and then the prompt:", "dmsrun -i SCRIPT.lua")
            .exit(Exit::Usage));
    }
    // Before anything runs: LUA_INIT and `-e` change nothing in a real account either.
    let forced = repl::locked(&mut line.options);
    let (host, options) = script::start(&line, ui)?;
    let code = match script::prepare(&line, &host)? {
        0 => repl::interact(&host, ui, &options, forced)?,
        code => code,
    };
    script::end(&host, code, ui)
}
