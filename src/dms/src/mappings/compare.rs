//! Compares two documents by what they mean. Ids count only for the precedence they give, names and
//! the order in the document not at all, except where DMS says that the first one wins (S3 tags).

use super::{
    located::{Crowd, Located, locate},
    model::*,
    parse::{parse, read, without_nulls},
};
use crate::change::Change;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Whether two documents mean the same to DMS. What can't be read is compared as JSON.
pub fn equal(a: &Value, b: &Value) -> bool {
    diff(a, b).is_empty()
}

/// How two documents differ: rules that come, go or change, and precedence that turns round.
pub fn diff(from: &Value, to: &Value) -> Vec<Change> {
    match (parse(from), parse(to)) {
        (Ok(a), Ok(b)) => diff_models(&a, &b),
        _ if canonical(from) == canonical(to) => Vec::new(),
        _ => vec![Change {
            path: "table mappings".to_owned(),
            from: Some(from.clone()),
            to: Some(to.clone()),
        }],
    }
}

/// What of a change of mappings alters tables on the target, by names, columns, types or keys: on a
/// task that exists it takes effect for tables that are loaded anew, so the task must be reloaded,
/// not resumed.
pub fn alters_target(from: &Value, to: &Value) -> Vec<Change> {
    let transforming = |document: &Value| {
        let (mut mappings, _, _) = read(document);
        mappings.rules.retain(|r| r.transformation().is_some());
        mappings
    };
    let mut changes = diff_models(&transforming(from), &transforming(to));
    changes.retain(|c| c.path.starts_with("rule ") || c.path.starts_with("precedence "));
    changes
}

/// A rule in short: `include "production.%"`, `rename schema "production" to "app"`.
pub fn describe(rule: &Rule) -> String {
    let object = object_text(rule);
    match &rule.body {
        Body::Selection(s) => format!("{} \"{object}\"", s.action.word()),
        Body::Transformation(t) => {
            let value = match (&t.value, t.action) {
                (Some(v), Action::Rename) => format!(" to \"{v}\""),
                (Some(v), _) => format!(" \"{v}\""),
                _ => String::new(),
            };
            format!("{} {} \"{object}\"{value}", t.action.word(), t.target.word())
        }
        body => format!("{} \"{object}\"", body.rule_type().word()),
    }
}

fn object_text(rule: &Rule) -> String {
    let l = &rule.locator;
    let parts = [&l.schema, &l.table, &l.column, &l.table_tablespace, &l.index_tablespace];
    let parts: Vec<&str> = parts.into_iter().flatten().map(String::as_str).collect();
    parts.join(".")
}

fn diff_models(a: &Mappings, b: &Mappings) -> Vec<Change> {
    let mut changes = Vec::new();
    let pairs = pair(a, b, &mut changes);
    for &(i, j) in &pairs {
        let (x, y) = (&a.rules[i], &b.rules[j]);
        rule_changes(x, y, &mut changes);
    }
    precedence(a, b, &pairs, &mut changes);
    let (x, y) = (without_nulls(&a.extra), without_nulls(&b.extra));
    for key in x.keys().chain(y.keys().filter(|k| !x.contains_key(*k))) {
        if x.get(key) != y.get(key) {
            let (from, to) = (x.get(key).cloned(), y.get(key).cloned());
            changes.push(Change { path: key.clone(), from, to });
        }
    }
    changes
}

/// Pairs the rules of both documents: first by what they say, then by their name. What is left
/// comes or goes.
fn pair(a: &Mappings, b: &Mappings, changes: &mut Vec<Change>) -> Vec<(usize, usize)> {
    let mut pairs = Vec::new();
    let mut free: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    // Reversed, so that `pop` gives the rule with the lowest id.
    for index in order(b).into_iter().rev() {
        free.entry(content(&b.rules[index]).to_string()).or_default().push(index);
    }
    let mut left = Vec::new();
    for index in order(a) {
        match free.get_mut(&content(&a.rules[index]).to_string()).and_then(Vec::pop) {
            Some(other) => pairs.push((index, other)),
            None => left.push(index),
        }
    }
    let mut coming: BTreeSet<usize> = free.into_values().flatten().collect();
    left.sort_unstable();
    let named = |rule: &Rule| (rule.body.rule_type(), rule.name.clone());
    let mut by_name: BTreeMap<(RuleType, String), Vec<usize>> = BTreeMap::new();
    for index in coming.iter().rev().filter(|j| !b.rules[**j].name.is_empty()) {
        by_name.entry(named(&b.rules[*index])).or_default().push(*index);
    }
    for index in left {
        let rule = &a.rules[index];
        match by_name.get_mut(&named(rule)).and_then(Vec::pop) {
            Some(at) => {
                coming.remove(&at);
                pairs.push((index, at));
            }
            None => {
                let path = format!("rule {}", describe(rule));
                changes.push(Change { path, from: Some(rule.to_json()), to: None });
            }
        }
    }
    for index in coming {
        let rule = &b.rules[index];
        let path = format!("rule {}", describe(rule));
        changes.push(Change { path, from: None, to: Some(rule.to_json()) });
    }
    pairs
}

/// The indices of the rules in order of precedence.
fn order(m: &Mappings) -> Vec<usize> {
    let mut order: Vec<usize> = (0..m.rules.len()).collect();
    order.sort_by_key(|i| (m.rules[*i].id, *i));
    order
}

/// What a rule says, without its id and name, in one spelling.
fn content(rule: &Rule) -> Value {
    let mut json = rule.to_json();
    if let Value::Object(map) = &mut json {
        map.shift_remove("rule-id");
        map.shift_remove("rule-name");
        defaults(rule, map);
    }
    canonical(&json)
}

/// Takes out what says no more than the default, and gives aliases one name.
fn defaults(rule: &Rule, map: &mut Map<String, Value>) {
    if let Some(Value::Object(locator)) = map.get_mut("object-locator")
        && rule.locator.table_type == Some(TableType::Table)
    {
        locator.shift_remove("table-type");
    }
    for filter in map.get_mut("filters").and_then(Value::as_array_mut).into_iter().flatten() {
        let conditions = filter.get_mut("filter-conditions").and_then(Value::as_array_mut);
        for condition in conditions.into_iter().flatten() {
            if condition.get("filter-operator") == Some(&json!("ste")) {
                condition["filter-operator"] = json!("lte");
            }
        }
    }
    for (outer, key, word) in DEFAULTS {
        let inner = map.get_mut(*outer).and_then(Value::as_object_mut);
        if let Some(inner) = inner
            && inner.get(*key).is_some_and(|v| v == *word)
        {
            inner.shift_remove(*key);
        }
    }
    if let Some(filters) = map.get_mut("filters").and_then(Value::as_array_mut) {
        filters.sort_by_key(Value::to_string);
    }
    let action = rule.transformation().map(|t| t.action);
    if action.is_some_and(|a| !a.needs_value()) {
        map.shift_remove("value");
    }
    if action.is_some_and(|a| !a.needs_old_value()) {
        map.shift_remove("old-value");
    }
}

/// What DMS takes where a key is absent.
const DEFAULTS: &[(&str, &str, &str)] = &[
    ("primary-key-def", "origin", "primary-key"),
    ("before-image-def", "column-prefix", "BI_"),
    ("before-image-def", "column-suffix", ""),
    ("before-image-def", "column-filter", "pk-only"),
    ("lob-settings", "mode", "limited"),
    ("parallel-load", "type", "none"),
];

/// JSON in one spelling: keys sorted, nulls gone, scalars as texts.
pub(crate) fn canonical(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let sorted: BTreeMap<&String, Value> =
                map.iter().filter(|(_, v)| !v.is_null()).map(|(k, v)| (k, canonical(v))).collect();
            Value::Object(sorted.into_iter().map(|(k, v)| (k.clone(), v)).collect())
        }
        Value::Array(list) => Value::Array(list.iter().map(canonical).collect()),
        Value::Number(number) => Value::String(number.to_string()),
        Value::Bool(value) => Value::String(value.to_string()),
        other => other.clone(),
    }
}

fn rule_changes(x: &Rule, y: &Rule, changes: &mut Vec<Change>) {
    let (a, b) = (content(x), content(y));
    let (Value::Object(a), Value::Object(b)) = (&a, &b) else { return };
    for key in a.keys().chain(b.keys().filter(|k| !a.contains_key(*k))) {
        if a.get(key) != b.get(key) {
            let path = format!("rule {} {key}", y.label());
            let (from, to) = (a.get(key).cloned(), b.get(key).cloned());
            changes.push(Change { path, from, to });
        }
    }
}

/// Pairs of rules of which the other one wins now. Only rules that can meet on an object count.
fn precedence(a: &Mappings, b: &Mappings, pairs: &[(usize, usize)], changes: &mut Vec<Change>) {
    let rank = |m: &Mappings| {
        let mut ranks = vec![0; m.rules.len()];
        for (rank, index) in order(m).into_iter().enumerate() {
            ranks[index] = rank;
        }
        ranks
    };
    let (ranks_a, ranks_b) = (rank(a), rank(b));
    let mut sorted = pairs.to_vec();
    sorted.sort_by_key(|(i, _)| ranks_a[*i]);
    // Where the order is the same throughout there is nothing to look for; array order counts for
    // tags.
    let turned = |w: &[(usize, usize)]| {
        ranks_b[w[0].1] > ranks_b[w[1].1] || (w[0].0 < w[1].0) != (w[0].1 < w[1].1)
    };
    if !sorted.windows(2).any(turned) {
        return;
    }
    // By the rule in `b`: its rank in `a`, its index in `a`.
    let mut before: Vec<Option<(usize, usize)>> = vec![None; b.rules.len()];
    for &(i, j) in &sorted {
        before[j] = Some((ranks_a[i], i));
    }
    let located = locate(&b.rules);
    let crowd = Crowd::new(located.iter());
    for &(i, j) in &sorted {
        let mut later: Vec<&Located<'_>> = crowd
            .near(&located[j])
            .filter(|other| {
                let Some((rank, k)) = before[other.at] else { return false };
                let tags = matches!(a.rules[i].body, Body::PostProcessing(_));
                let l = other.at;
                let flipped = if tags { (i < k) != (j < l) } else { ranks_b[j] > ranks_b[l] };
                rank > ranks_a[i] && flipped && compete(&located[j], other)
            })
            .collect();
        later.sort_by_key(|other| before[other.at]);
        for other in later {
            let l = other.at;
            if content(&b.rules[j]) == content(&b.rules[l]) {
                continue;
            }
            let path =
                format!("precedence of {} and {}", describe(&b.rules[j]), describe(&b.rules[l]));
            let (from, to) = (json!(b.rules[j].label()), json!(b.rules[l].label()));
            changes.push(Change { path, from: Some(from), to: Some(to) });
        }
    }
}

/// Whether it matters which of two rules comes first.
fn compete(x: &Located<'_>, y: &Located<'_>) -> bool {
    let same_kind = match (&x.rule.body, &y.rule.body) {
        (Body::Transformation(a), Body::Transformation(b)) => {
            let structural = |t: &Transformation| {
                matches!(
                    t.action,
                    Action::IncludeColumn | Action::RemoveColumn | Action::AddBeforeImageColumns
                )
            };
            a.target == b.target && !structural(a) && !structural(b)
        }
        (Body::Selection(a), Body::Selection(b)) => {
            let adds = |s: &Selection| s.action != SelectionAction::Exclude;
            let special = |s: &Selection| s.load_order.is_some() || !s.filters.is_empty();
            adds(a) && adds(b) && special(a) && special(b)
        }
        (Body::PostProcessing(_), Body::PostProcessing(_)) => true,
        (a, b) => a.rule_type() == b.rule_type() && !matches!(a, Body::Selection(_)),
    };
    same_kind && x.meets(y)
}
