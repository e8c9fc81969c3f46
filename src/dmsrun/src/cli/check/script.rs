//! Checks Lua scripts: reads them, then evaluates them without AWS, files written or processes, and
//! checks the documents that they build.

use super::{
    document,
    evaluate::{self, Evaluated, Script},
    found::{Checked, Files, Found, Sort},
};
use crate::{cli::Options, ui::Terminal};
use dmsrun_base::Value;
use dmsrun_diag::{Diagnostic, Severity};
use dmsrun_dms::{Context, mappings, settings};
use dmsrun_lua::{
    Built, analysis,
    sandbox::{LIMIT, NOT_SENT},
};

/// What was asked for.
pub struct Asked<'a> {
    /// The options of the host.
    pub options: &'a Options,
    /// The scripts' arguments.
    pub args: &'a [String],
    /// Whether the scripts are evaluated.
    pub evaluate: bool,
    /// What is known around the documents.
    pub context: &'a Context,
    /// The terminal.
    pub ui: &'a Terminal,
}

/// Checks every script among the files, and reads the modules of the project that they require.
pub fn check(files: &mut Files, asked: &Asked<'_>) -> Result<(), Diagnostic> {
    let scripts: Vec<(String, String)> = files
        .checked
        .iter()
        .filter(|c| c.is_script())
        .filter_map(|c| Some((shown(&c.name).to_owned(), c.text.clone()?)))
        .collect();
    if scripts.is_empty() {
        return Ok(());
    }
    let given: Vec<analysis::Script<'_>> =
        scripts.iter().map(|(file, text)| analysis::Script::new(file, text)).collect();
    let modules = analysis::modules(&given);
    let all: Vec<_> =
        given.iter().copied().chain(modules.iter().map(analysis::Module::script)).collect();
    let mut found = analysis::analyse_all(&all, asked.options.stdlib.clone());
    let of_modules = found.split_off(given.len());
    for (checked, found) in files.checked.iter_mut().filter(|c| c.is_script()).zip(found) {
        checked.found.extend(found.into_iter().map(of_analysis));
        let readable = !checked.found.iter().any(|f| f.code == "L001");
        // A spec runs its tests, which is `dmsrun test`'s to do.
        if asked.evaluate && readable && !checked.name.ends_with("_spec.lua") {
            evaluate(checked, asked)?;
        }
    }
    for (module, found) in modules.iter().zip(of_modules) {
        files.checked.push(Checked {
            name: module.file.clone(),
            sort: Sort::Script,
            text: Some(module.text.clone()),
            found: found.into_iter().map(of_analysis).collect(),
        });
    }
    // What was read in one file is what a script ran into in another.
    let read = files.checked.iter().flat_map(|c| c.found.iter().filter(|f| f.code != "L002"));
    let read: Vec<Found> = read.filter(|f| f.severity == Severity::Error).cloned().collect();
    for checked in &mut files.checked {
        checked.found.retain(|f| f.code != "L002" || !read.iter().any(|r| is_cause(r, f)));
    }
    for (name, text) in scripts {
        files.other.insert(name, text);
    }
    Ok(())
}

/// Whether an error that was read is the one that a script ended with.
fn is_cause(read: &Found, ended: &Found) -> bool {
    ended.line.is_some() && read.file == ended.file && read.line == ended.line
}

/// What a script is called in messages.
fn shown(name: &str) -> &str {
    if name == "-" { "stdin" } else { name }
}

fn of_analysis(finding: analysis::Finding) -> Found {
    Found {
        code: finding.code.to_owned(),
        severity: finding.severity,
        message: finding.message,
        path: finding.path,
        hint: finding.hint,
        file: finding.file,
        line: Some(finding.line),
        column: finding.column,
        width: finding.width,
    }
}

fn evaluate(checked: &mut Checked, asked: &Asked<'_>) -> Result<(), Diagnostic> {
    let script = Script {
        name: shown(&checked.name).to_owned(),
        file: Some(checked.name.clone()).filter(|name| name != "-"),
        text: checked.text.clone().unwrap_or_default(),
        args: asked.args.to_vec(),
    };
    let Evaluated { handed, ended } = evaluate::evaluate(script, asked.options, asked.ui)?;
    for finding in &handed.findings {
        add(checked, of_script(finding, &checked.name));
    }
    for built in &handed.built {
        for finding in of_document(built, &checked.name, asked.context) {
            add(checked, finding);
        }
    }
    if let Some(diagnostic) = ended {
        add_end(checked, &diagnostic);
    }
    Ok(())
}

/// Adds what is not known yet: the script's own checks, the documents that it builds and the reading of
/// it may say the same.
fn add(checked: &mut Checked, found: Found) {
    let same = |f: &Found| {
        f.code == found.code
            && (f.message == found.message || (f.line == found.line && f.path == found.path))
            && (f.path == found.path || f.path.is_empty() || found.path.is_empty())
    };
    if !checked.found.iter().any(same) {
        checked.found.push(found);
    }
}

/// A finding that a script handed over.
fn of_script(finding: &Value, file: &str) -> Found {
    let text = |key: &str| finding.get(key).and_then(Value::as_str).map(str::to_owned);
    let number =
        |key: &str| finding.get(key).and_then(Value::as_i64).and_then(|n| u32::try_from(n).ok());
    let severity = match text("severity").as_deref() {
        Some("error") => Severity::Error,
        Some("note") => Severity::Note,
        _ => Severity::Warning,
    };
    Found {
        code: text("code").unwrap_or_default(),
        severity,
        message: text("message").unwrap_or_default(),
        path: text("path").unwrap_or_default(),
        hint: text("hint"),
        file: text("file").unwrap_or_else(|| shown(file).to_owned()),
        line: number("line").filter(|n| *n > 0),
        column: number("column").filter(|n| *n > 0),
        width: 1,
    }
}

/// The findings of a document that a script built, at the place where it was built.
fn of_document(built: &Built, file: &str, context: &Context) -> Vec<Found> {
    let json = built.document.to_json();
    let findings = match document::sort(&json) {
        Ok(Sort::Mappings) => mappings::check(&json, context),
        Ok(_) => settings::check(&json, context),
        // Neither one nor the other: whoever handed it over has checked it.
        Err(_) => return Vec::new(),
    };
    let at = built.at.as_ref();
    findings
        .into_iter()
        .map(|f| Found {
            code: f.code.to_owned(),
            severity: f.severity,
            message: f.message,
            path: f.path,
            hint: f.hint,
            file: at.map_or_else(|| shown(file).to_owned(), |s| s.file.clone()),
            line: at.map(|s| s.line),
            column: at.and_then(|s| s.column),
            width: at.map_or(1, |s| s.width),
        })
        .collect()
}

/// The error that ended the script.
fn add_end(checked: &mut Checked, diagnostic: &Diagnostic) {
    let line = diagnostic.span.as_ref().map(|s| s.line);
    let ended_by = |code| diagnostic.code.as_deref() == Some(code);
    let (not_sent, limit) = (ended_by(NOT_SENT), ended_by(LIMIT));
    let file = diagnostic.span.as_ref().map(|s| s.file.as_str());
    let is_here = |f: &Found| file == Some(f.file.as_str());
    // What was read there already is what was run into.
    let known = checked
        .found
        .iter()
        .any(|f| f.severity == Severity::Error && line.is_some() && f.line == line && is_here(f));
    if known && !not_sent && !limit {
        return;
    }
    let code = match (not_sent, limit) {
        (true, _) => &analysis::codes::L003,
        (_, true) => &analysis::codes::L004,
        _ => &analysis::codes::L002,
    };
    let what: Vec<&str> = diagnostic.details.iter().map(|(_, text)| text.as_str()).collect();
    let message = if limit {
        // The summary says no more than the title of the code.
        what.join("; ")
    } else if what.is_empty() {
        diagnostic.summary.clone()
    } else {
        format!("{}: {}", diagnostic.summary, what.join("; "))
    };
    let mut found = Found::of(code, shown(&checked.name), message);
    if let Some(span) = &diagnostic.span {
        found.file.clone_from(&span.file);
        found.line = Some(span.line);
        found.column = span.column;
        found.width = span.width;
    }
    found.hint = diagnostic.hints.first().map(|h| match &h.command {
        Some(command) => format!("{}: {command}", h.text.trim_end_matches(':')),
        None => h.text.clone(),
    });
    checked.found.push(found);
}
