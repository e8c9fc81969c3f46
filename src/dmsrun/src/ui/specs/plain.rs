//! For people: a line for each file, failures with their reasons, a sum.

use super::{super::Terminal, message_of, seconds};
use dmsrun_diag::render::Disk;
use dmsrun_lua::spec::{Status, Summary, Test};
use std::{fmt::Write as _, time::Duration};

/// How wide a file's name is at least.
const NAME: usize = 40;

/// A file that has ended.
pub fn file(ui: &Terminal, file: &str, tests: &[Test], took: Duration, verbose: bool) {
    let counts = counts(tests);
    let mark = if counts[1] > 0 { "FAILED" } else { "ok" };
    let words = sum(counts);
    ui.print_line(&format!("{} {file:<NAME$}  {words:<22} {}", paint(ui, mark), seconds(took)));
    for test in tests {
        if verbose {
            let reason = test.reason.as_deref().map(|r| format!(": {r}")).unwrap_or_default();
            let word = paint(ui, word(test.status));
            ui.print_line(&format!("  {word} {}{reason}", test.name));
        }
        if test.failure.is_some() {
            failure(ui, test, verbose);
        } else if verbose {
            output(ui, test, true);
        }
    }
}

fn failure(ui: &Terminal, test: &Test, verbose: bool) {
    let place = test.place.as_ref().map(|p| format!("  ({}:{})", p.file, p.line));
    ui.print_line(&format!("\n  {}{}", test.name, place.unwrap_or_default()));
    if let Some(failure) = &test.failure {
        for line in message_of(failure, &Disk, ui.paints()).trim_end().lines() {
            ui.print_line(format!("    {line}").trim_end());
        }
    }
    output(ui, test, verbose);
    ui.print_line("");
}

/// How many lines of what a failed test printed are shown: the first ones, and the last ones.
const SHOWN: (usize, usize) = (20, 80);

/// What a test printed. The reason of a failure stands above it, and must not scroll away.
fn output(ui: &Terminal, test: &Test, all: bool) {
    if test.output.is_empty() {
        return;
    }
    ui.print_line("    printed:");
    let lines = test.output.len();
    let left_out = if all { 0 } else { lines.saturating_sub(SHOWN.0 + SHOWN.1) };
    for (index, line) in test.output.iter().enumerate() {
        if left_out > 0 && index == SHOWN.0 {
            ui.print_line(&format!("    … {left_out} lines; --verbose shows all …"));
        }
        if left_out == 0 || index < SHOWN.0 || index >= lines - SHOWN.1 {
            ui.print_line(format!("    | {line}").trim_end());
        }
    }
}

fn word(status: Status) -> &'static str {
    match status {
        Status::Passed => "ok",
        Status::Failed => "FAILED",
        Status::Pending => "pending",
    }
}

fn paint(ui: &Terminal, mark: &str) -> String {
    let color = match mark {
        "ok" => "32",
        "FAILED" => "1;31",
        _ => "33",
    };
    if ui.paints() { format!("\x1b[{color}m{mark:<7}\x1b[0m") } else { format!("{mark:<7}") }
}

fn counts(tests: &[Test]) -> [usize; 3] {
    let count = |status| tests.iter().filter(|test| test.status == status).count();
    [count(Status::Passed), count(Status::Failed), count(Status::Pending)]
}

fn sum([passed, failed, pending]: [usize; 3]) -> String {
    let mut text = format!("{passed} passed");
    // Writing to a string does not fail.
    if failed > 0 {
        let _ = write!(text, ", {failed} failed");
    }
    if pending > 0 {
        let _ = write!(text, ", {pending} pending");
    }
    text
}

/// The failed tests once more, the slowest ones, and the sum.
pub fn end(
    ui: &Terminal,
    tests: &[Test],
    summary: &Summary,
    took: Duration,
    slowest: Option<usize>,
) {
    if let Some(count) = slowest {
        let mut sorted: Vec<&Test> = tests.iter().collect();
        sorted.sort_by_key(|test| std::cmp::Reverse(test.took));
        ui.print_line("\nSlowest");
        for test in sorted.into_iter().take(count) {
            ui.print_line(&format!("  {:>8}  {}", seconds(test.took), test.name));
        }
    }
    let failed: Vec<&Test> = tests.iter().filter(|test| test.status == Status::Failed).collect();
    if failed.len() > 1 {
        ui.print_line("\nFailed");
        for test in failed {
            ui.print_line(&format!("  {}: {}", test.file, test.name));
        }
    }
    let Summary { passed, failed, pending, stopped, .. } = *summary;
    let stopped = if stopped { "; stopped, not all files were run" } else { "" };
    ui.print_line(&format!(
        "\n{passed} passed, {failed} failed, {pending} pending in {}{stopped}",
        seconds(took)
    ));
}

/// One line for each test, for a file.
pub fn lines(tests: &[Test]) -> String {
    let mut out = String::new();
    for test in tests {
        let _ = writeln!(out, "{:<7} {}: {}", word(test.status), test.file, test.name);
        if let Some(failure) = &test.failure {
            out.push_str(&super::message(failure));
        }
    }
    out
}
