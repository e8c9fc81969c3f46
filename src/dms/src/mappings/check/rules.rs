//! What every rule has: an id, a name, a locator; and what the document has as a whole.

use super::{Checks, One};
use crate::{
    codes,
    engines::Family,
    finding::Finding,
    mappings::{
        model::{Body, RuleType, SelectionAction, Target},
        reader::scalar,
    },
};
use serde_json::Value;
use std::{borrow::Cow, collections::HashMap};

pub(super) fn check(checks: &mut Checks<'_>, document: &Value) {
    identity(checks, document);
    selections(checks, document);
    for at in 0..checks.mappings.rules.len() {
        let mut one = checks.rule(at);
        name(&mut one);
        locator(&mut one);
        engine(&mut one);
    }
}

/// Ids and names over all rules, those that can't be read otherwise included.
fn identity(checks: &mut Checks<'_>, document: &Value) {
    let rules = document.get("rules").and_then(Value::as_array).into_iter().flatten();
    let mut ids: HashMap<u64, usize> = HashMap::new();
    let mut names: HashMap<Cow<'_, str>, usize> = HashMap::new();
    for (index, rule) in rules.enumerate() {
        let text = |key: &str| match rule.get(key)? {
            Value::String(text) => Some(Cow::Borrowed(text.as_str())),
            other => scalar(other).map(Cow::Owned),
        };
        if let Some(id) = text("rule-id").and_then(|t| t.parse::<u64>().ok()) {
            if let Some(first) = ids.get(&id) {
                let message = format!("rule-id {id} is that of rules[{first}] too");
                checks.findings.push(
                    Finding::new(&codes::M107, format!("rules[{index}].rule-id"), message)
                        .hint("give every rule an id of its own, or leave it to the library"),
                );
            } else {
                ids.insert(id, index);
            }
        }
        if let Some(name) = text("rule-name").filter(|n| !n.is_empty()) {
            if let Some(first) = names.get(&name) {
                let message = format!("rule-name \"{name}\" is that of rules[{first}] too");
                let path = format!("rules[{index}].rule-name");
                checks.findings.push(Finding::new(&codes::M109, path, message));
            } else {
                names.insert(name, index);
            }
        }
    }
}

fn selections(checks: &mut Checks<'_>, document: &Value) {
    let rules = document.get("rules").and_then(Value::as_array);
    let says = |key: &str, word: &str| {
        let is = |r: &Value| r.get(key).and_then(Value::as_str) == Some(word);
        rules.is_some_and(|rules| rules.iter().any(is))
    };
    if !says("rule-type", "selection") {
        let message = "the document has no rule of the type selection";
        let hint = "add one that includes the tables, such as schema-name \"production\", table-name \"%\"";
        checks.findings.push(Finding::new(&codes::M120, "rules", message).hint(hint));
        return;
    }
    let all_read = checks.places.len() == rules.map_or(0, Vec::len);
    let adds = checks
        .mappings
        .rules
        .iter()
        .filter_map(|r| r.selection())
        .any(|s| s.action != SelectionAction::Exclude);
    if all_read && !adds {
        let message = "every selection rule excludes: nothing is selected";
        let hint = "add an include or explicit rule";
        checks.findings.push(Finding::new(&codes::M121, "rules", message).hint(hint));
    }
}

fn name(one: &mut One<'_, '_>) {
    let is_odd = |c: &char| !c.is_alphanumeric() && !matches!(c, ' ' | '-' | '_' | '.');
    let odd: String = one.rule.name.chars().filter(is_odd).collect();
    if !odd.is_empty() {
        let message = format!("rule-name \"{}\" has \"{odd}\" in it", one.rule.name);
        one.report(&codes::M110, "rule-name", message);
    }
}

fn locator(one: &mut One<'_, '_>) {
    let locator = &one.rule.locator;
    let (needs_schema, needs_table, needs_column) = match &one.rule.body {
        Body::Transformation(t) => match t.target {
            Target::Schema => (true, false, false),
            Target::Table => (true, true, false),
            Target::Column => (true, true, !super::transformation::names_no_column(t.action)),
            Target::TableTablespace | Target::IndexTablespace => (false, false, false),
        },
        Body::ObjectMapping(_) => (false, false, false),
        Body::Validation(_) => (true, true, true),
        _ => (true, true, false),
    };
    for (key, value, needed) in [
        ("schema-name", &locator.schema, needs_schema),
        ("table-name", &locator.table, needs_table),
        ("column-name", &locator.column, needs_column),
    ] {
        let at = || format!("object-locator.{key}");
        match value {
            None if needed => {
                one.report(&codes::M116, "object-locator", format!("the locator has no {key}"));
            }
            Some(text) if text.is_empty() && needed => {
                one.report(&codes::M122, &at(), format!("{key} is empty"));
            }
            Some(text) if crate::mappings::pattern::has_brackets(text) => {
                let message =
                    format!("the bracket pattern \"{text}\" may not work with this engine");
                one.report(&codes::M219, &at(), message);
            }
            _ => {}
        }
    }
    upper_case(one);
}

/// Oracle and Db2 keep names in upper case.
fn upper_case(one: &mut One<'_, '_>) {
    if !one.context.source_is(&[Family::Oracle, Family::Db2, Family::Db2Zos]) {
        return;
    }
    let column = one.rule.locator.column.clone().unwrap_or_default();
    let (schema, table) = (one.rule.schema().to_owned(), one.rule.table().to_owned());
    if one.context.source_is(&[Family::Oracle]) && odd_oracle_name(&table) {
        let message = format!("Oracle tables named like \"{table}\" are not replicated");
        one.report(&codes::M223, "object-locator.table-name", message);
    }
    for (key, text) in [("schema-name", schema), ("table-name", table), ("column-name", column)] {
        let at = format!("object-locator.{key}");
        if text.chars().any(char::is_lowercase) {
            let message = format!("{key} \"{text}\" has lower-case letters");
            one.report(&codes::M217, &at, message).hint =
                Some(format!("write \"{}\"", text.to_uppercase()));
        }
        let long = text.len() > 30 && !crate::mappings::pattern::has_percent(&text);
        let follows = one.context.migration_type.is_none_or(|t| t.replicates());
        if long && follows && one.context.source_is(&[Family::Oracle]) {
            let message = format!("{key} \"{text}\" has {} bytes", text.len());
            one.report(&codes::M220, &at, message);
        }
    }
}

/// Whether DMS passes over an Oracle table because of its name.
pub(super) fn odd_oracle_name(table: &str) -> bool {
    table.contains('\'') || table.starts_with("BIN$") || table.starts_with("DR$")
}

fn engine(one: &mut One<'_, '_>) {
    let Some(target) = one.context.target() else { return };
    let families: &[Family] = match one.rule.body.rule_type() {
        RuleType::ObjectMapping => &[Family::Dynamodb, Family::Kinesis, Family::Kafka],
        RuleType::PostProcessing => &[Family::S3],
        _ => return,
    };
    if !families.contains(&target.family) {
        let word = one.rule.body.rule_type().word();
        let message = format!("{word} rules have no meaning for a {} target", target.name);
        one.report(&codes::M128, "rule-type", message);
    }
}
