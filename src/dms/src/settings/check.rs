//! What is wrong with a settings document, key by key; [`super::cross`] looks at keys beside each
//! other.

use super::{
    cross,
    schema::{COMPONENTS, Key, Kind, RESYNC_COMPONENTS, SECTIONS, SEVERITIES, keys},
};
use crate::{codes, context::Context, engines::Family, finding::Finding, mappings::reader, place};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// Keys that documents of the service carry and that mean nothing.
const TOLERATED: &[&str] =
    &["ControlTablesSettings.historyTimeslotInMinutes", "Logging.LogConfiguration"];

/// Names that other pages of the guide use for a key.
const OTHER_NAMES: &[(&str, &str)] =
    &[("ChangeProcessingTuning.MinimumTransactionSize", "MinTransactionSize")];

/// Everything found in a document.
pub fn check(document: &Value, context: &Context) -> Vec<Finding> {
    let mut findings = Vec::new();
    let Value::Object(map) = document else {
        let kind = reader::kind(document);
        let message = format!("a task-settings document is an object of sections, this is {kind}");
        findings.push(Finding::new(&codes::S001, "", message));
        return findings;
    };
    object("", map, context, &mut findings);
    cross::check(document, context, &mut findings);
    findings
}

/// The same for the text of a document, with lines and columns. What is no JSON is a finding, and so is
/// a key that stands in one object twice.
pub fn check_text(text: &str, context: &Context) -> Vec<Finding> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let document: Value = match serde_json::from_str(text) {
        Ok(document) => document,
        Err(error) => {
            let message = format!("the text is not JSON: {error}");
            let place = (error.line().max(1), error.column().max(1));
            return vec![Finding::new(&codes::S001, "", message).at(place)];
        }
    };
    let mut findings: Vec<Finding> = place::repeated(text).into_iter().map(twice).collect();
    findings.extend(check(&document, context));
    place::locate(text, &mut findings);
    findings
}

fn twice(again: place::Repeated) -> Finding {
    let name = again.path.rsplit('.').next().unwrap_or(&again.path);
    let before = again.first.0;
    let message = if again.same {
        format!("{name} stands here again, as in line {before}")
    } else {
        format!(
            "{name} stands here again, with another value than in line {before}; this one counts"
        )
    };
    Finding::new(&codes::S053, again.path.clone(), message).at(again.place).hint("keep one of them")
}

/// The names that may stand under a path: sections, keys, and objects between them.
fn names_under(path: &str) -> BTreeSet<&'static str> {
    let mut names: BTreeSet<&'static str> = BTreeSet::new();
    if path.is_empty() {
        names.extend(SECTIONS.iter().map(|(s, _)| *s));
    }
    for key in keys() {
        let rest = if path.is_empty() {
            Some(key.path)
        } else {
            key.path.strip_prefix(path).and_then(|r| r.strip_prefix('.'))
        };
        names.extend(rest.and_then(|r| r.split('.').next()));
    }
    names
}

fn object(path: &str, map: &Map<String, Value>, context: &Context, findings: &mut Vec<Finding>) {
    let names = names_under(path);
    for (name, value) in map {
        let at = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        if value.is_null() || TOLERATED.contains(&at.as_str()) || at == "PostProcessingRules" {
            // Null stands for the default, and for a section that is not used.
            check_null(&at, value, findings);
        } else if let Some(key) = super::schema::key(&at) {
            check_key(key, value, context, findings);
        } else if names.contains(name.as_str()) {
            match value {
                Value::Object(inner) => object(&at, inner, context, findings),
                other => {
                    let message = format!("{at} is {}, not an object", reader::kind(other));
                    findings.push(Finding::new(&codes::S004, at, message));
                }
            }
        } else {
            findings.push(unknown(path, &at, name, &names));
        }
    }
}

fn check_null(at: &str, value: &Value, findings: &mut Vec<Finding>) {
    if value.is_null() && at == "ResyncSettings.EnableResync" {
        let message = "EnableResync must not be null when the section is there";
        findings.push(Finding::new(&codes::S032, at, message));
    }
}

fn unknown(path: &str, at: &str, name: &str, names: &BTreeSet<&'static str>) -> Finding {
    let section = path.is_empty();
    let other = OTHER_NAMES.iter().find(|(p, _)| *p == at).map(|(_, n)| *n);
    let near = other.or_else(|| dmsrun_diag::nearest(name, names.iter().copied()).first().copied());
    let slip = near.filter(|n| {
        let (a, b) = (name.to_lowercase(), n.to_lowercase());
        other.is_some() || strsim::osa_distance(&a, &b) <= 2
    });
    let place = keys().iter().find(|k| k.name() == name).map(|k| k.path);
    if let Some(near) = slip {
        let message = format!("{name} is no {}", if section { "section" } else { "key" });
        return Finding::new(&codes::S005, at, message).hint(format!("Did you mean \"{near}\"?"));
    }
    let hint = match place {
        Some(right) => Some(format!("the key belongs elsewhere: {right}")),
        None => dmsrun_diag::did_you_mean(name, names.iter().copied()),
    };
    let (code, what) =
        if section { (codes::S002, "the section") } else { (codes::S003, "the key") };
    // A key in the wrong place is not applied: as bad as a misspelt one.
    let code = if place.is_some() { codes::S005 } else { code };
    Finding::new(&code, at, format!("{what} {name} is not known")).maybe_hint(hint)
}

fn check_key(key: &Key, value: &Value, context: &Context, findings: &mut Vec<Finding>) {
    let at = key.path;
    if key.read_only {
        let message = format!("{} is set by DMS and refused in a request", key.name());
        let hint = "leave it out; logs go to dms-tasks-<instance>";
        findings.push(Finding::new(&codes::S009, at, message).hint(hint));
        return;
    }
    if let Some(since) = key.since.filter(|s| context.engine_version.is_some_and(|v| v < *s)) {
        let message = format!("{} needs engine version {since}", key.name());
        findings.push(Finding::new(&codes::S010, at, message));
    }
    idle(key, value, context, findings);
    match key.kind {
        Kind::Boolean => boolean(key, value, findings),
        Kind::Integer => integer(key, value, findings),
        Kind::Text | Kind::Word(_) | Kind::Words(_) => text(key, value, findings),
        Kind::LogComponents => components(key, value, context, findings),
        Kind::List if !value.is_array() => wrong(key, value, "a list", findings),
        Kind::Object if !value.is_object() => wrong(key, value, "an object", findings),
        Kind::List => replacements(key, value, findings),
        Kind::Object => {}
    }
}

/// A key that the migration's engines leave without work, unless it says what it is anyway.
fn idle(key: &Key, value: &Value, context: &Context, findings: &mut Vec<Finding>) {
    let off = matches!(value, Value::Bool(false)) || as_integer(value) == Some(0);
    let Some((engine, side)) = key.only.refuses(context).filter(|_| !off) else { return };
    if *value == key.default.json() {
        return;
    }
    let message = format!("{} has no effect for {engine} as the {side}", key.name());
    let families = key.only.parts().map(|(side, families)| {
        let names: Vec<&str> = families.iter().map(|f| f.label()).collect();
        format!("it is for these as the {side}: {}", names.join(", "))
    });
    let hint = if key.path == "TargetMetadata.ParallelLoadThreads"
        && context.target_is(&[Family::Mysql])
    {
        Some(
            "for MySQL it is a setting of the endpoint: my_sql_settings.parallel_load_threads"
                .to_owned(),
        )
    } else {
        families
    };
    findings.push(Finding::new(&codes::S049, key.path, message).maybe_hint(hint));
}

fn wrong(key: &Key, value: &Value, wanted: &str, findings: &mut Vec<Finding>) {
    let message = format!("{} is {}, not {wanted}", key.name(), reader::kind(value));
    findings.push(Finding::new(&codes::S004, key.path, message));
}

fn boolean(key: &Key, value: &Value, findings: &mut Vec<Finding>) {
    match value {
        Value::Bool(_) => {}
        Value::String(t) if t.eq_ignore_ascii_case("true") || t.eq_ignore_ascii_case("false") => {}
        // One page of the guide writes it so; every document has a boolean.
        Value::String(t) if t == "Yes" || t == "No" => {
            let message = format!("{} is \"{t}\", not a boolean", key.name());
            let hint = format!("write {}", t == "Yes");
            findings.push(Finding::new(&codes::S004, key.path, message).hint(hint));
        }
        other => wrong(key, other, "a boolean", findings),
    }
}

/// A whole number, as a number or its text.
pub(super) fn as_integer(value: &Value) -> Option<i64> {
    match value {
        Value::Number(n) => n.as_i64().or_else(|| {
            let f = n.as_f64()?;
            #[allow(clippy::cast_possible_truncation)] // A whole number in range, tested here.
            (f.fract() == 0.0 && f.abs() < 9e15).then_some(f as i64)
        }),
        Value::String(t) => t.trim().parse().ok(),
        _ => None,
    }
}

fn integer(key: &Key, value: &Value, findings: &mut Vec<Finding>) {
    let Some(number) = as_integer(value) else {
        return wrong(key, value, "a whole number", findings);
    };
    let Some((least, most)) = key.range.filter(|(l, m)| number < *l || number > *m) else { return };
    let message = if most == i64::MAX {
        format!("{} is {number}; it is at least {least}", key.name())
    } else {
        format!("{} is {number}; it is between {least} and {most}", key.name())
    };
    let code = if key.strict { codes::S007 } else { codes::S008 };
    findings.push(Finding::new(&code, key.path, message));
}

fn text(key: &Key, value: &Value, findings: &mut Vec<Finding>) {
    let Value::String(text) = value else { return wrong(key, value, "text", findings) };
    let (words, parts): (&'static [&'static str], Vec<&str>) = match key.kind {
        Kind::Word(words) => (words, vec![text.as_str()]),
        Kind::Words(words) => (words, text.split(',').map(str::trim).collect()),
        _ => return,
    };
    for part in parts.into_iter().filter(|p| !words.contains(p)) {
        let upper = part.to_uppercase();
        let hint = if words.contains(&upper.as_str()) {
            format!("words are in upper case: \"{upper}\"")
        } else {
            reader::unknown_word(part, words)
        };
        let message = format!("{} \"{part}\" does not exist", key.name());
        findings.push(Finding::new(&codes::S006, key.path, message).hint(hint));
    }
    if key.path == "BeforeImageSettings.ColumnFilter" && text == "non-lob" {
        let message = "ColumnFilter \"non-lob\" is documented for the mapping rule only";
        findings.push(Finding::new(&codes::S045, key.path, message));
    }
}

fn components(key: &Key, value: &Value, context: &Context, findings: &mut Vec<Finding>) {
    let Some(list) = value.as_array() else { return wrong(key, value, "a list", findings) };
    let mut seen = BTreeSet::new();
    for (index, component) in list.iter().enumerate() {
        let at = format!("{}[{index}]", key.path);
        let text = |name: &str| component.get(name).and_then(Value::as_str);
        let Some(id) = text("Id") else {
            findings.push(Finding::new(&codes::S024, at, "the log component has no Id"));
            continue;
        };
        if !COMPONENTS.contains(&id) {
            let message = format!("there is no log component \"{id}\"");
            let hint = reader::unknown_word(id, COMPONENTS);
            findings.push(Finding::new(&codes::S024, format!("{at}.Id"), message).hint(hint));
        }
        if RESYNC_COMPONENTS.contains(&id) && context.older_than(3, 6, 1) {
            let message = format!("the log component \"{id}\" needs engine version 3.6.1");
            findings.push(Finding::new(&codes::S010, format!("{at}.Id"), message));
        }
        if !seen.insert(id) {
            let message = format!("the log component \"{id}\" is there twice");
            findings.push(Finding::new(&codes::S026, at.clone(), message));
        }
        match text("Severity") {
            Some(severity) if !SEVERITIES.contains(&severity) => {
                let full = format!("LOGGER_SEVERITY_{}", severity.to_uppercase());
                let hint = if SEVERITIES.contains(&full.as_str()) {
                    format!("write \"{full}\"")
                } else {
                    reader::unknown_word(severity, SEVERITIES)
                };
                let message = format!("there is no severity \"{severity}\"");
                findings
                    .push(Finding::new(&codes::S025, format!("{at}.Severity"), message).hint(hint));
            }
            Some(_) => {}
            None => {
                let message = format!("the log component \"{id}\" has no Severity");
                findings.push(Finding::new(&codes::S025, at, message));
            }
        }
    }
}

/// Character replacements: code points as numbers or hexadecimal texts.
fn replacements(key: &Key, value: &Value, findings: &mut Vec<Finding>) {
    for (index, item) in value.as_array().into_iter().flatten().enumerate() {
        for name in ["SourceCharacterCodePoint", "TargetCharacterCodePoint"] {
            let ok = match item.get(name) {
                Some(Value::Number(n)) => n.as_u64().is_some_and(|n| n <= 0x10_ffff),
                Some(Value::String(t)) => u32::from_str_radix(t, 16).is_ok(),
                _ => false,
            };
            if !ok {
                let message =
                    format!("{name} must be a code point: a number, or its hexadecimal text");
                let at = format!("{}[{index}].{name}", key.path);
                findings.push(Finding::new(&codes::S004, at, message));
            }
        }
    }
}
