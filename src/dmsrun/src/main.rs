//! dmsrun: automates database migrations with AWS Database Migration Service from Lua.

mod cli;
mod faults;
mod rehearsal;
mod repl;
mod session;
mod ui;

use std::process::ExitCode;

fn main() -> ExitCode {
    let line = match cli::CommandLine::from_env() {
        Ok(line) => line,
        Err(early) => return early.print(),
    };
    let ui = ui::Terminal::new(&line.options);
    match cli::run(line, &ui) {
        Ok(code) => ExitCode::from(ui.code(code)),
        Err(diagnostic) => {
            ui.show(&diagnostic);
            diagnostic.exit.into()
        }
    }
}
