//! The expressions of added columns: quotes, functions and metadata variables. The language is
//! SQLite's; what the guide says of operators contradicts its examples, so they are left alone.

use super::One;
use crate::{
    codes,
    engines::Family,
    mappings::model::{Action, Transformation},
};

const FUNCTIONS: &[&str] = &[
    "lower",
    "upper",
    "ltrim",
    "rtrim",
    "trim",
    "replace",
    "substr",
    "replacechars",
    "hex",
    "randomblob",
    "zeroblob",
    "abs",
    "random",
    "round",
    "max",
    "min",
    "coalesce",
    "ifnull",
    "nullif",
    "date",
    "time",
    "datetime",
    "julianday",
    "strftime",
    "hash_sha256",
    "operation_indicator",
];

/// Words of SQL that may stand before a parenthesis.
const KEYWORDS: &[&str] = &[
    "case", "when", "then", "else", "end", "and", "or", "not", "in", "like", "is", "between", "as",
    "cast", "glob", "null",
];

const VARIABLES: &[&str] = &[
    "AR_H_STREAM_POSITION",
    "AR_H_TIMESTAMP",
    "AR_H_COMMIT_TIMESTAMP",
    "AR_H_OPERATION",
    "AR_H_USER",
    "AR_H_CHANGE_SEQ",
    "AR_M_SOURCE_SCHEMA",
    "AR_M_SOURCE_TABLE_NAME",
    "AR_M_SOURCE_COLUMN_NAME",
    "AR_M_SOURCE_COLUMN_DATATYPE",
    "AR_M_MODIFIED_SCHEMA",
    "AR_M_MODIFIED_TABLE_NAME",
];

pub(super) fn check(one: &mut One<'_, '_>, t: &Transformation) {
    let Some(text) = t.expression.as_deref().filter(|e| !e.trim().is_empty()) else { return };
    if !matches!(t.action, Action::AddColumn | Action::Rename) {
        let message = format!("{} ignores expression", t.action.word());
        one.report(&codes::M319, "expression", message);
        return;
    }
    match split(text) {
        Err(message) => {
            one.report(&codes::M321, "expression", message);
        }
        Ok(code) => {
            if let Some(message) = no_expression(&code) {
                one.report(&codes::M321, "expression", message);
                return;
            }
            names(one, &code);
            operators(one, &code);
        }
    }
}

/// Why a text whose quotes close is no expression all the same.
fn no_expression(code: &str) -> Option<String> {
    const COMMANDS: [&str; 6] = ["select", "insert", "update", "delete", "drop", "with"];
    let lower = code.to_ascii_lowercase();
    let words = || lower.split(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '$'));
    let count = |word: &str| words().filter(|w| *w == word).count();
    if lower.contains(';') {
        return Some("an expression has no \";\": it is one value, no commands".to_owned());
    }
    if let Some(command) = words().find(|w| !w.is_empty()).filter(|w| COMMANDS.contains(w)) {
        return Some(format!("{} is a command, not an expression", command.to_uppercase()));
    }
    if count("case") != count("end") {
        return Some("CASE and END don't pair".to_owned());
    }
    // Behind a $ that stands before a quote is a name in quotes.
    let nameless = |rest: &str| rest.is_empty() || rest.starts_with([')', ',', '|']);
    let bare = lower.trim_end().split('$').skip(1).any(nameless);
    bare.then(|| "a $ has no name of a column behind it".to_owned())
}

/// Operators that no example of the guide shows. It shows `||`, and comparisons inside CASE.
fn operators(one: &mut One<'_, '_>, code: &str) {
    let lower = code.to_ascii_lowercase().replace("||", "  ");
    let outside = match (lower.find("case"), lower.rfind("end")) {
        (Some(from), Some(to)) if from < to => format!("{} {}", &lower[..from], &lower[to..]),
        _ => lower,
    };
    let odd = outside
        .chars()
        .find(|c| matches!(c, '+' | '*' | '/' | '%' | '=' | '<' | '>' | '&' | '|' | '-'));
    if let Some(c) = odd {
        let message = format!("whether the operator {c} works in expressions is ambiguous");
        one.report(&codes::M327, "expression", message);
    }
}

/// The columns that an expression refers to: `$NAME`, but not the metadata variables.
pub(super) fn columns(text: &str) -> Vec<String> {
    let Ok(code) = split(text) else { return Vec::new() };
    let mut out: Vec<String> = Vec::new();
    for rest in code.split('$').skip(1) {
        let name: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        let metadata = name.starts_with("AR_H_") || name.starts_with("AR_M_");
        if !name.is_empty() && !metadata && !out.contains(&name) {
            out.push(name);
        }
    }
    out
}

/// Whether an expression calls a function.
pub(super) fn calls(text: &str, function: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    lower
        .match_indices(function)
        .any(|(at, _)| lower[at + function.len()..].trim_start().starts_with('('))
}

/// The expression with its literals blanked, or what does not close.
fn split(text: &str) -> Result<String, String> {
    if text.chars().any(|c| matches!(c, '‘' | '’' | '“' | '”')) {
        return Err("the expression has typographic quotes; write 'x'".to_owned());
    }
    let (mut code, mut quote, mut depth) = (String::new(), None, 0_i32);
    for c in text.chars() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '\'' | '"') => quote = Some(c),
            (Some(_), _) => {}
            (None, c) => {
                depth += i32::from(c == '(') - i32::from(c == ')');
                if depth < 0 {
                    return Err("a parenthesis closes that was not opened".to_owned());
                }
                code.push(c);
                continue;
            }
        }
        code.push(' ');
    }
    match (quote, depth) {
        (Some(q), _) => Err(format!("a quote {q} does not close")),
        (None, 0) => Ok(code),
        _ => Err("a parenthesis does not close".to_owned()),
    }
}

fn names(one: &mut One<'_, '_>, code: &str) {
    let chars: Vec<char> = code.chars().collect();
    let mut at = 0;
    while at < chars.len() {
        if !(chars[at].is_ascii_alphabetic() || chars[at] == '_') {
            at += 1;
            continue;
        }
        let start = at;
        while at < chars.len() && (chars[at].is_ascii_alphanumeric() || chars[at] == '_') {
            at += 1;
        }
        let word: String = chars[start..at].iter().collect();
        let variable = start > 0 && chars[start - 1] == '$';
        let called = chars[at..].iter().find(|c| !c.is_whitespace()) == Some(&'(');
        if variable {
            check_variable(one, &word);
        } else if called {
            check_function(one, &word);
        }
    }
}

fn check_variable(one: &mut One<'_, '_>, word: &str) {
    if !word.starts_with("AR_H_") && !word.starts_with("AR_M_") {
        return;
    }
    if !VARIABLES.contains(&word) {
        let hint = dmsrun_diag::did_you_mean(word, VARIABLES.iter().copied());
        let message = format!("the variable ${word} is not known");
        one.report(&codes::M322, "expression", message).hint = hint;
    } else if word == "AR_H_USER" && one.context.source().is_some() {
        if !one.context.source_is(&[Family::SqlServer, Family::Oracle]) {
            let message = "$AR_H_USER is empty: only SQL Server and Oracle sources tell the user";
            one.report(&codes::M331, "expression", message);
        }
    } else if word.starts_with("AR_M_MODIFIED") && one.context.older_than(3, 6, 0) {
        let message = format!("${word} needs engine version 3.6.0");
        one.report(&codes::M129, "expression", message);
    }
}

fn check_function(one: &mut One<'_, '_>, word: &str) {
    let lower = word.to_ascii_lowercase();
    if FUNCTIONS.contains(&lower.as_str()) || KEYWORDS.contains(&lower.as_str()) {
        return;
    }
    let hint = dmsrun_diag::did_you_mean(&lower, FUNCTIONS.iter().copied());
    let message = format!("the function {word} is not known");
    one.report(&codes::M322, "expression", message).hint = hint;
}
