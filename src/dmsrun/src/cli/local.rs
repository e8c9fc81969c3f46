//! `dmsrun local …`: looks after the local AWS.

use super::CommandLine;
use crate::ui::Terminal;
use dmsrun_diag::{Diagnostic, Exit};
use std::path::PathBuf;

/// Runs the action that the line names.
pub fn run(line: &CommandLine, ui: &Terminal) -> Result<u8, Diagnostic> {
    let dir = line.options.local.clone().unwrap_or_else(|| PathBuf::from(".dmsrun/local"));
    match line.rest.get(1).map(String::as_str) {
        Some("reset") => {
            dmsrun_local::Local::reset(&dir)?;
            ui.print_line(&format!("The local AWS in {} is empty.", dir.display()));
            Ok(Exit::Success.code())
        }
        other => {
            let what = other.map_or_else(
                || "an action is missing".to_owned(),
                |o| format!("\"{o}\" is not an action of `dmsrun local`"),
            );
            Err(Diagnostic::error("Unknown action")
                .what(what)
                .exit(Exit::Usage)
                .command("to forget everything that the local AWS holds", "dmsrun local reset"))
        }
    }
}
