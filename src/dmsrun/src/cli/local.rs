//! `dmsrun local …`: looks after the local AWS.

use super::{
    CommandLine, Options,
    arguments::{Given, read},
};
use crate::ui::Terminal;
use clap::{Parser, Subcommand};
use dmsrun_diag::{Diagnostic, Exit};
use std::path::PathBuf;

const AFTER_HELP: &str = "\
Examples:
  dmsrun local reset                    forget everything in .dmsrun/local
  dmsrun --local=DIR local reset        the one that is kept in DIR";

/// The arguments behind `local`.
#[derive(Debug, Parser)]
#[command(
    name = "dmsrun local",
    about = "Looks after the AWS inside the binary, which --local uses.",
    no_binary_name = true,
    after_help = AFTER_HELP
)]
pub struct LocalLine {
    #[command(subcommand)]
    wanted: Wanted,
}

#[derive(Debug, Subcommand)]
enum Wanted {
    /// Forget everything that the local AWS holds.
    Reset {
        #[command(flatten)]
        options: Options,
    },
}

/// Runs the action that the line names.
pub fn run(line: &CommandLine, ui: &Terminal) -> Result<u8, Diagnostic> {
    let action = line.rest.get(1).map(String::as_str);
    if !matches!(action, Some("reset" | "help" | "--help" | "-h")) {
        let what = action.map_or_else(
            || "an action is missing".to_owned(),
            |o| format!("\"{o}\" is not an action of `dmsrun local`"),
        );
        return Err(Diagnostic::error("Unknown action")
            .what(what)
            .exit(Exit::Usage)
            .command("to forget everything that the local AWS holds", "dmsrun local reset"));
    }
    let Given::Line(asked) = read::<LocalLine>(&line.rest, ui)? else {
        return Ok(Exit::Success.code());
    };
    let Wanted::Reset { options } = asked.wanted;
    let dir = line.options.overlaid(options).local;
    let dir = dir.unwrap_or_else(|| PathBuf::from(".dmsrun/local"));
    dmsrun_local::Local::reset(&dir)?;
    ui.print_line(&format!("The local AWS in {} is empty.", dir.display()));
    Ok(Exit::Success.code())
}
