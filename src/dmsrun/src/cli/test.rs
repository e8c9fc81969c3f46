//! `dmsrun test [PATHS]`: runs Lua specs, each file on a fresh local AWS.

use super::CommandLine;
use crate::{session, ui::Terminal};
use dmsrun_diag::{Diagnostic, Exit};
use std::path::PathBuf;

/// Runs the specs below the paths that the line names, `tests/specs` by default.
pub fn run(line: &CommandLine, ui: &Terminal) -> Result<u8, Diagnostic> {
    let mut paths: Vec<PathBuf> = line.rest.iter().skip(1).map(PathBuf::from).collect();
    if paths.is_empty() {
        paths.push(PathBuf::from("tests/specs"));
    }
    let options = line.options.clone();
    let make = |file: &str, seed: u64| {
        dmsrun_lua::Host::new(session::spec_config(&options, file, seed, ui))
    };
    let reporter = ui.spec_reporter();
    let summary = dmsrun_lua::spec::run(&paths, None, &make, &reporter)?;
    reporter.end(&summary);
    Ok(if summary.failed == 0 { Exit::Success } else { Exit::Failure }.code())
}
