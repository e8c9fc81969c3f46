//! Recognises a JSON document by what it holds, and checks it.

use super::{
    codes,
    found::{Checked, Found, Sort},
};
use dmsrun_diag::{did_you_mean, nearest};
use dmsrun_dms::{Context, Finding, mappings, place, settings};
use serde_json::Value;

/// A document that was recognised.
#[derive(Debug)]
pub struct Document {
    /// Mappings or settings.
    pub sort: Sort,
    /// What it says.
    pub json: Value,
}

/// What the document is; what is neither mappings nor settings is a finding.
pub fn recognise(checked: &mut Checked) -> Option<Document> {
    let text = checked.text.as_ref()?;
    let json: Value = match serde_json::from_str(text) {
        Ok(json) => json,
        Err(error) => {
            let what = error.to_string();
            let what = what.split(" at line ").next().unwrap_or_default();
            let found = Found::of(&codes::F005, &checked.name, what);
            let mut found = found.at(error.line(), error.column());
            found.hint = slip(text, error.line(), error.column());
            checked.found.push(found);
            return None;
        }
    };
    match sort(&json) {
        Ok(sort) => {
            checked.sort = sort;
            Some(Document { sort, json })
        }
        Err((message, hint)) => {
            let found = Found::of(&codes::F006, &checked.name, message).at(1, 1);
            checked.found.push(found.hint(hint));
            None
        }
    }
}

/// What a person is likely to have written where the parser stopped.
fn slip(text: &str, line: usize, column: usize) -> Option<String> {
    let current = text.lines().nth(line.checked_sub(1)?)?;
    let at: String = current.chars().skip(column.saturating_sub(1)).collect();
    let before: String = current.chars().take(column.saturating_sub(1)).collect();
    let hint = if at.starts_with('\'') || before.ends_with('\'') {
        "JSON has double quotes only"
    } else if at.starts_with("//") || at.starts_with("/*") || at.starts_with('#') {
        "JSON has no comments"
    } else if at.starts_with('}') || at.starts_with(']') {
        "is there a comma too many before it, or something that is not closed?"
    } else if at.starts_with('"') || at.starts_with('{') {
        "is there a comma missing before it?"
    } else if at.starts_with("True") || at.starts_with("False") || at.starts_with("None") {
        "JSON writes true, false and null"
    } else if at.trim().is_empty() && line >= text.lines().count() {
        "the text ends too early: something that was opened is not closed"
    } else {
        return None;
    };
    Some(hint.to_owned())
}

const FORMS: &str =
    "table mappings are { \"rules\": […] }, task settings { \"FullLoadSettings\": { … }, … }";

/// Mappings or settings, by the keys at the top.
pub fn sort(json: &Value) -> Result<Sort, (String, String)> {
    let map = match json {
        Value::Object(map) => map,
        Value::Array(items) if items.iter().any(|i| i.get("rule-type").is_some()) => {
            return Err((
                "this is a list of rules, not a document".to_owned(),
                "write { \"rules\": [ … ] } around it".to_owned(),
            ));
        }
        Value::Array(_) => return Err(("the document is a list".to_owned(), FORMS.to_owned())),
        Value::String(text) if serde_json::from_str::<Value>(text).is_ok_and(|v| v.is_object()) => {
            return Err((
                "the document is JSON inside a JSON string".to_owned(),
                "take it out of its quotes: jq -r . FILE".to_owned(),
            ));
        }
        _ => return Err(("the document is a single value".to_owned(), FORMS.to_owned())),
    };
    let section =
        |key: &&String| settings::sections().any(|s| s == **key) || settings::key(key).is_some();
    if map.contains_key("rules") {
        return Ok(Sort::Mappings);
    }
    if map.is_empty() || map.keys().any(|k| section(&k)) {
        return Ok(Sort::Settings);
    }
    if map.contains_key("rule-type") {
        return Err((
            "this is one rule, not a document".to_owned(),
            "write { \"rules\": [ … ] } around it".to_owned(),
        ));
    }
    if map.contains_key("tables") {
        return Err((
            "this is a catalogue".to_owned(),
            "give it with --catalogue FILE, beside the document to check".to_owned(),
        ));
    }
    for wrapper in ["TableMappings", "ReplicationTaskSettings", "ReplicationSettings"] {
        if map.contains_key(wrapper) {
            let message =
                format!("this is a request or an answer of DMS that holds a document as {wrapper}");
            return Err((message, format!("take it out: jq -r .{wrapper} FILE | dmsrun check -")));
        }
    }
    for (list, inside) in [
        ("ReplicationTasks", "ReplicationTaskSettings"),
        ("ReplicationConfigs", "ReplicationSettings"),
    ] {
        if map.contains_key(list) {
            let message = format!("this is an answer of DMS that holds documents in {list}");
            let hint = format!(
                "take one out: jq -r '.{list}[0].TableMappings' FILE | dmsrun check - (or .{inside})"
            );
            return Err((message, hint));
        }
    }
    let rules = map.keys().find_map(|k| did_you_mean(k, ["rules"]));
    // Misspelt sections are findings of the check, not a document that is not known.
    let near = |key: &String| !nearest(key, settings::sections()).is_empty();
    if rules.is_none() && map.keys().any(near) {
        return Ok(Sort::Settings);
    }
    let keys: Vec<&str> = map.keys().map(String::as_str).take(3).collect();
    let message =
        format!("the object has {}; neither rules nor a section of task settings", keys.join(", "));
    Err((message, rules.unwrap_or_else(|| FORMS.to_owned())))
}

/// Checks a document that was recognised; `beside` are the mappings of the same task, for settings.
pub fn check(
    checked: &mut Checked,
    document: &Document,
    context: &Context,
    beside: Option<&Value>,
) {
    let Some(text) = checked.text.clone() else { return };
    let mut findings = match document.sort {
        Sort::Mappings => mappings::check_text(&text, context),
        _ => {
            let mut context = context.clone();
            context.mappings = beside.cloned();
            settings::check_text(&text, &context)
        }
    };
    place::locate(&text, &mut findings);
    let lines: Vec<&str> = text.lines().collect();
    checked.found.extend(findings.into_iter().map(|f| with_place(f, &checked.name, &lines)));
}

fn with_place(finding: Finding, file: &str, lines: &[&str]) -> Found {
    let (line, column) = (finding.line, finding.column);
    let width = line.zip(column).map_or(1, |(line, column)| {
        let text = lines.get(line.saturating_sub(1)).copied().unwrap_or_default();
        token(text.chars().skip(column.saturating_sub(1)))
    });
    Found {
        code: finding.code.to_owned(),
        severity: finding.severity,
        message: finding.message,
        path: finding.path,
        hint: finding.hint.map(|hint| in_json(&hint)),
        file: file.to_owned(),
        line: line.and_then(|l| u32::try_from(l).ok()),
        column: column.and_then(|c| u32::try_from(c).ok()),
        width,
    }
}

/// A hint in the words of a JSON document, where the check speaks to a script.
fn in_json(hint: &str) -> String {
    let lua = hint.strip_prefix("settings { ").and_then(|rest| rest.split_once(" }, or lobs{}"));
    let Some((table, rest)) = lua else { return hint.to_owned() };
    let json = table
        .split_whitespace()
        .map(|word| match word {
            "=" => ":".to_owned(),
            "{" | "}" => word.to_owned(),
            word if word.parse::<f64>().is_ok() => word.to_owned(),
            word => format!("\"{word}\""),
        })
        .collect::<Vec<_>>()
        .join(" ")
        .replace("\" :", "\":");
    format!("{json}, or lob-settings in the mappings{rest}")
}

/// How long the value or key is that begins here.
fn token(mut rest: impl Iterator<Item = char>) -> u32 {
    let Some(first) = rest.next() else { return 1 };
    let mut width = 1;
    if first == '"' {
        let mut escaped = false;
        for c in rest {
            width += 1;
            if c == '"' && !escaped {
                break;
            }
            escaped = c == '\\' && !escaped;
        }
    } else if first.is_alphanumeric() || first == '-' {
        width += u32::try_from(rest.take_while(|c| c.is_alphanumeric() || *c == '.').count())
            .unwrap_or(0);
    }
    width
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_document_is_known_by_what_it_holds() {
        assert_eq!(sort(&json!({ "rules": [] })), Ok(Sort::Mappings));
        assert_eq!(sort(&json!({ "FullLoadSettings": {} })), Ok(Sort::Settings));
        assert_eq!(sort(&json!({ "FullLoadSetings": {} })), Ok(Sort::Settings));
        assert_eq!(sort(&json!({})), Ok(Sort::Settings));
        for (json, text) in [
            (json!([{ "rule-type": "selection" }]), "a list of rules"),
            (json!({ "rule-type": "selection" }), "one rule"),
            (json!({ "tables": [] }), "a catalogue"),
            (json!({ "TableMappings": "{}" }), "as TableMappings"),
            (json!("{\"rules\": []}"), "inside a JSON string"),
            (json!(7), "a single value"),
            (json!({ "context": {} }), "the object has context"),
        ] {
            let (message, hint) = sort(&json).expect_err("not a document");
            assert!(message.contains(text), "{message}");
            assert!(!hint.is_empty());
        }
        let (_, hint) = sort(&json!({ "rule": [] })).expect_err("not a document");
        assert_eq!(hint, "Did you mean \"rules\"?");
    }

    #[test]
    fn a_hint_for_a_script_is_said_in_json() {
        assert_eq!(
            in_json(
                "settings { TargetMetadata = { LobMaxSize = 4096 } }, or lobs{} for that table alone"
            ),
            "\"TargetMetadata\": { \"LobMaxSize\": 4096 }, or lob-settings in the mappings for that table alone"
        );
        assert_eq!(in_json("set it to true"), "set it to true");
    }

    #[test]
    fn a_key_is_marked_whole() {
        assert_eq!(token("\"CommitRate\": 5".chars()), 12);
        assert_eq!(token("\"a\\\"b\": 5".chars()), 6);
        assert_eq!(token("-12.5,".chars()), 5);
        assert_eq!(token("{".chars()), 1);
    }
}
