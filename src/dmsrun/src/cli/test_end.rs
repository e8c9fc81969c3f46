//! Ctrl-C during `dmsrun test`: what ran is said, so that a spec which never ends is found, and nothing of
//! it is left behind.

use crate::{rehearsal, ui::Terminal};
use dmsrun_diag::{Diagnostic, Exit};
use dmsrun_lua::spec::Running;
use signal_hook::{
    consts::{SIGINT, SIGTERM},
    iterator::Signals,
};

/// A process that a signal has ended has this and the signal's number as its code.
const SIGNALLED: i32 = 128;

/// Ends the process at the first SIGINT, and at SIGTERM, by which a CI service ends what lasts too long.
pub fn on_signal(running: &Running, ui: &Terminal) -> Result<(), Diagnostic> {
    let mut signals = Signals::new([SIGINT, SIGTERM])
        .map_err(|error| Diagnostic::error("Ctrl-C can't be caught").what(error.to_string()))?;
    let (running, ui) = (running.clone(), ui.clone());
    // The thread lives as long as the process.
    std::thread::spawn(move || {
        let Some(signal) = signals.forever().next() else { return };
        for line in said(&running) {
            ui.talk(&line);
        }
        rehearsal::remove_folders();
        let code =
            if signal == SIGINT { Exit::Interrupted.code().into() } else { SIGNALLED + signal };
        std::process::exit(code);
    });
    Ok(())
}

/// What was under way, and what came of the rest; nothing where nothing was.
fn said(running: &Running) -> Vec<String> {
    let (files, summary, under_way) = running.now();
    if under_way.is_empty() {
        return Vec::new();
    }
    let mut lines = vec!["\nInterrupted while this was running:".to_owned()];
    for one in under_way {
        let (place, name) = match one.test {
            Some(test) => {
                let line = test.place.map(|place| format!(":{}", place.line)).unwrap_or_default();
                (format!("{}{line}", one.file), format!("  {}", test.name))
            }
            None => (one.file, String::new()),
        };
        lines.push(format!("  {place}{name}  (for {:.1} s)", one.took.as_secs_f64()));
    }
    lines.push(format!(
        "\n{} passed, {} failed, {} pending so far; {} of {files} files were done",
        summary.passed, summary.failed, summary.pending, summary.files
    ));
    lines
}
