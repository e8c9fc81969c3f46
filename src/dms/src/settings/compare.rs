//! Merges and compares settings documents: log components by Id, nulls ignored, read-only keys left
//! out.

use super::schema::{Kind, defaults, key};
use crate::{change::Change, mappings::compare::canonical};
use serde_json::{Map, Value, json};

/// `base` with what `over` says: objects are merged, log components by Id, everything else is
/// replaced. A null in `over` leaves what `base` has.
pub fn merge(base: &Value, over: &Value) -> Value {
    merge_at("", base, over)
}

fn merge_at(path: &str, base: &Value, over: &Value) -> Value {
    match (base, over) {
        (_, Value::Null) => base.clone(),
        (Value::Object(base), Value::Object(over)) => {
            let mut out = base.clone();
            for (name, value) in over {
                let at = join(path, name);
                let merged = merge_at(&at, base.get(name).unwrap_or(&Value::Null), value);
                out.insert(name.clone(), merged);
            }
            Value::Object(out)
        }
        (Value::Array(base), Value::Array(over)) if is_components(path) => {
            let mut out = base.clone();
            for component in over {
                match out.iter_mut().find(|c| c.get("Id") == component.get("Id")) {
                    Some(own) => *own = merge_at("", own, component),
                    None => out.push(component.clone()),
                }
            }
            Value::Array(out)
        }
        _ => over.clone(),
    }
}

fn is_components(path: &str) -> bool {
    key(path).is_some_and(|k| k.kind == Kind::LogComponents)
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

/// What must change on the live task so that it has what is declared. Keys that are not declared
/// don't count, nor what only the service sets; what the live document lacks has its default.
pub fn diff(declared: &Value, live: &Value) -> Vec<Change> {
    let mut changes = Vec::new();
    diff_at("", declared, &merge(&defaults(), live), &mut changes);
    changes
}

fn diff_at(path: &str, declared: &Value, live: &Value, changes: &mut Vec<Change>) {
    let known = key(path);
    if declared.is_null() || known.is_some_and(|k| k.read_only) {
        return;
    }
    match declared {
        Value::Object(map) => {
            for (name, value) in map {
                diff_at(&join(path, name), value, live.get(name).unwrap_or(&Value::Null), changes);
            }
        }
        Value::Array(list) if is_components(path) => {
            for component in list {
                component_change(path, component, live, changes);
            }
        }
        value => {
            // A section that is null on the live task has its keys' defaults.
            let default = known.map(|k| k.default.json()).unwrap_or_default();
            let live = if live.is_null() { &default } else { live };
            if spelled(value) != spelled(live) {
                let from = Some(live.clone()).filter(|v| !v.is_null());
                let to = Some(value.clone());
                changes.push(Change { path: path.to_owned(), from, to });
            }
        }
    }
}

/// One spelling of a value: numbers and booleans as texts, words without regard to their case.
fn spelled(value: &Value) -> Value {
    let value = canonical(value);
    match &value {
        Value::String(text) => match text.as_str() {
            "True" | "TRUE" => json!("true"),
            "False" | "FALSE" => json!("false"),
            _ => value,
        },
        _ => value,
    }
}

fn component_change(path: &str, component: &Value, live: &Value, changes: &mut Vec<Change>) {
    let Some(id) = component.get("Id").and_then(Value::as_str) else { return };
    let severity = |v: &Value| v.get("Severity").filter(|s| !s.is_null()).cloned();
    let Some(to) = severity(component) else { return };
    let found = live.as_array().and_then(|l| l.iter().find(|c| c["Id"] == id));
    let from = found.and_then(severity).unwrap_or_else(|| json!("LOGGER_SEVERITY_DEFAULT"));
    if from != to {
        let (from, to) = (Some(from), Some(to));
        changes.push(Change { path: format!("{path}.{id}"), from, to });
    }
}

/// How many keys a document sets to something else than the default.
pub fn changes_from_defaults(document: &Value) -> usize {
    diff(document, &Value::Object(Map::new())).len()
}
