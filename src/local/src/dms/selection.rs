//! Table mappings of a task: refused as the service refuses them, and evaluated by the domain's own code.

use super::{
    catalogue::{Table, to_catalogue},
    faults::Fault,
};
use dmsrun_dms::mappings;
use serde_json::Value as Json;
use std::collections::BTreeSet;

/// The largest document.
const MOST_BYTES: usize = 2 * 1024 * 1024;

/// A table that a task takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Chosen {
    /// Its place in the list that was given.
    pub(crate) at: usize,
    pub(crate) target_schema: String,
    pub(crate) target_table: String,
    pub(crate) load_order: u32,
    /// How many segments of it load side by side.
    pub(crate) segments: u32,
    /// The size that its LOBs are cut to, KB, where its own rule says one; 0 for whole LOBs.
    pub(crate) lob_kb: Option<u64>,
}

/// Refuses a document that the service would refuse.
pub(crate) fn check(text: &str) -> Result<(), Fault> {
    if text.len() > MOST_BYTES {
        return Err(Fault::value("Invalid Table Mappings document. It is larger than 2 MB."));
    }
    let document: Json = serde_json::from_str(text)
        .map_err(|e| Fault::value(format!("Invalid Table Mappings document. Invalid json {e}")))?;
    let Some(rules) = document["rules"].as_array().filter(|r| !r.is_empty()) else {
        return Err(Fault::value("Valid Table mappings is required"));
    };
    let mut seen = BTreeSet::new();
    for rule in rules {
        check_rule(rule, &mut seen)?;
    }
    if !rules.iter().any(|r| r["rule-type"] == "selection") {
        let text = "Error in mapping rules. At least one selection rule is required.";
        return Err(Fault::value(text));
    }
    // What is left has a shape; the domain's reader says what is wrong with it.
    mappings::parse(&document).map(|_| ()).map_err(|findings| {
        let first = findings.first().map(|f| f.message.clone()).unwrap_or_default();
        Fault::value(format!("Invalid table mappings document. {first}"))
    })
}

fn check_rule(rule: &Json, seen: &mut BTreeSet<u64>) -> Result<(), Fault> {
    const TYPES: &[&str] = &[
        "selection",
        "transformation",
        "table-settings",
        "object-mapping",
        "post-processing",
        "validation",
    ];
    let invalid = || Fault::value("Invalid table mappings document.");
    let rule_type = rule["rule-type"].as_str().unwrap_or_default();
    if !TYPES.contains(&rule_type) {
        return Err(invalid());
    }
    let id = match &rule["rule-id"] {
        Json::String(s) => s.parse().ok(),
        other => other.as_u64(),
    };
    let id = id.ok_or_else(invalid)?;
    if !seen.insert(id) {
        return Err(Fault::value(format!("Error in mapping rules. Duplicate ruleid {id}")));
    }
    let failed = |what: &str| {
        Fault::value(format!(
            "Error in mapping rules. Rule with ruleId = {id} failed validation. {what}"
        ))
    };
    if !rule["object-locator"].is_object() {
        return Err(failed("object locator cannot be null"));
    }
    if rule_type == "selection" {
        let action = rule["rule-action"].as_str().unwrap_or_default();
        if !["include", "exclude", "explicit"].contains(&action) {
            return Err(invalid());
        }
    } else if rule_type != "table-settings" && !rule["rule-action"].is_string() {
        return Err(invalid());
    }
    let exact = |member: &str| {
        rule["object-locator"][member].as_str().is_some_and(|n| !n.is_empty() && !n.contains('%'))
    };
    if rule_type == "table-settings" && !(exact("schema-name") && exact("table-name")) {
        return Err(failed("Exact schema and table name required when using table settings rule."));
    }
    Ok(())
}

/// The tables that the document takes from a source, in the source's order.
pub(crate) fn evaluate(text: &str, tables: &[Table]) -> Vec<Chosen> {
    let document: Json = serde_json::from_str(text).unwrap_or_default();
    let Ok(mappings) = mappings::parse(&document) else { return Vec::new() };
    let outcome = mappings::evaluate(&mappings, &to_catalogue(tables));
    let taken = outcome.tables.into_iter().enumerate().filter(|(_, t)| t.selected);
    taken
        .map(|(at, t)| {
            let segments = t.parallel_load.as_ref().and_then(mappings::ParallelLoad::segments);
            let lob = t.lob_settings.as_ref();
            let lob_kb = lob.and_then(|l| match l.mode {
                Some(mappings::LobMode::None) => None,
                Some(mappings::LobMode::Unlimited) => Some(0),
                _ => l.bulk_max_size.and_then(|kb| u64::try_from(kb).ok()),
            });
            Chosen {
                at,
                target_schema: t.target_schema,
                target_table: t.target_table,
                load_order: t.load_order.unwrap_or(0),
                segments: segments.and_then(|n| u32::try_from(n).ok()).unwrap_or(1).max(1),
                lob_kb,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::catalogue::{Address, Demo, Source as _};
    use super::*;

    fn rule(id: u32, action: &str, schema: &str, table: &str) -> String {
        format!(
            r#"{{"rule-type":"selection","rule-id":"{id}","rule-name":"r{id}","rule-action":"{action}",
               "object-locator":{{"schema-name":"{schema}","table-name":"{table}"}}}}"#
        )
    }

    fn message(text: &str) -> String {
        let fault = check(text).unwrap_err();
        assert_eq!(fault.code, "InvalidParameterValueException");
        fault.message
    }

    #[test]
    fn documents_are_refused_as_the_service_refuses_them() {
        assert!(message("{").starts_with("Invalid Table Mappings document. Invalid json "));
        assert_eq!(message("{}"), "Valid Table mappings is required");
        let bad = r#"{"rules":[{"rule-type":"magic","rule-id":"1"}]}"#;
        assert_eq!(message(bad), "Invalid table mappings document.");
        let bare = r#"{"rules":[{"rule-type":"selection","rule-id":"1","rule-action":"include"}]}"#;
        assert_eq!(
            message(bare),
            "Error in mapping rules. Rule with ruleId = 1 failed validation. object locator cannot \
             be null"
        );
        let twice = format!(
            r#"{{"rules":[{},{}]}}"#,
            rule(1, "include", "a", "%"),
            rule(1, "exclude", "a", "b")
        );
        assert_eq!(message(&twice), "Error in mapping rules. Duplicate ruleid 1");
        let settings = r#"{"rules":[{"rule-type":"table-settings","rule-id":"4",
            "object-locator":{"schema-name":"a","table-name":"%"}}]}"#;
        assert_eq!(
            message(settings),
            "Error in mapping rules. Rule with ruleId = 4 failed validation. Exact schema and table \
             name required when using table settings rule."
        );
    }

    #[test]
    fn the_demo_mapping_takes_21_of_31_tables() {
        let text = format!(
            r#"{{"rules":[{},{}]}}"#,
            rule(1, "include", "production", "%"),
            rule(2, "exclude", "production", "temp_%")
        );
        check(&text).unwrap();
        let address =
            Address { engine: "mysql".into(), host: "source-db.example.com".into(), port: 3306 };
        assert_eq!(evaluate(&text, &Demo.tables(&address)).len(), 21);
        let all = format!(r#"{{"rules":[{}]}}"#, rule(1, "include", "%", "%"));
        assert_eq!(evaluate(&all, &Demo.tables(&address)).len(), 39);
    }
}
