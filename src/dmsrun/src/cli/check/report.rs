//! Prints what was found: for people, each finding with its line and a closing line of counts; for
//! programs, one object.

use super::found::{Checked, Files, Sort};
use crate::ui::Terminal;
use dmsrun_base::Value;
use dmsrun_diag::{Severity, Style, render, secrets::Secrets};
use dmsrun_lua::ui::Ui as _;
use serde_json::json;

/// The form of the JSON; it changes when a reader of the old one would fail.
const VERSION: u32 = 1;

/// Prints everything.
pub fn print(files: &mut Files, as_json: bool, ui: &Terminal) {
    for checked in &mut files.checked {
        checked.found.sort_by_key(|f| (f.line.is_some(), f.line, f.column));
        if let Some(text) = checked.text.as_deref().filter(|_| !checked.found.is_empty()) {
            // Programs that read the report get no password either.
            let secrets = Secrets::around(text, 1, None);
            for found in &mut checked.found {
                found.message = secrets.scrub(&found.message);
                found.hint = found.hint.as_deref().map(|hint| secrets.scrub(hint));
            }
        }
    }
    if as_json { print_json(files, ui) } else { print_text(files, ui) }
}

fn print_json(files: &Files, ui: &Terminal) {
    let (errors, warnings, notes) = files.counts();
    let of = |c: &Checked, s: Severity| c.found.iter().filter(|f| f.severity == s).count();
    let list: Vec<serde_json::Value> = files
        .checked
        .iter()
        .map(|c| {
            json!({
                "file": c.name,
                "type": c.sort.word(),
                "errors": of(c, Severity::Error),
                "warnings": of(c, Severity::Warning),
                "notes": of(c, Severity::Note),
            })
        })
        .collect();
    let findings: Vec<serde_json::Value> =
        files.checked.iter().flat_map(|c| &c.found).map(super::found::Found::json).collect();
    ui.json(&Value::from_json(json!({
        "version": VERSION,
        "files": list,
        "findings": findings,
        "errors": errors,
        "warnings": warnings,
        "notes": notes,
    })));
}

fn print_text(files: &Files, ui: &Terminal) {
    let style = Style { color: ui.paints(), width: ui.width() };
    for found in files.checked.iter().flat_map(|c| &c.found) {
        // The findings are what was asked for: data, on standard output.
        ui.print_line(render(&found.diagnostic(), files, style).trim_end());
        ui.print_line("");
    }
    let (errors, warnings, notes) = files.counts();
    let many = |n: usize, word: &str| match n {
        0 => None,
        1 => Some(format!("1 {word}")),
        n => Some(format!("{n} {word}s")),
    };
    let parts: Vec<String> =
        [many(errors, "error"), many(warnings, "warning"), many(notes, "note")]
            .into_iter()
            .flatten()
            .collect();
    let what = if parts.is_empty() { "nothing found".to_owned() } else { parts.join(", ") };
    ui.print_line(&format!("{} checked: {what}", subject(files)));
}

/// `migrate.lua`, or `3 files`.
fn subject(files: &Files) -> String {
    match files.checked.as_slice() {
        [one] => {
            let name = if one.name == "-" { "standard input" } else { &one.name };
            let sort = match one.sort {
                Sort::Mappings => " (table mappings)",
                Sort::Settings => " (task settings)",
                _ => "",
            };
            format!("{name}{sort}")
        }
        many => format!("{} files", many.len()),
    }
}
