//! Documents that a check once called good, or of which it said what was not so: one test for each
//! symptom.
#![allow(clippy::unwrap_used)]

use dmsrun_dms::{Context, Finding, Severity, mappings};
use serde_json::{Value, json};

fn selection(id: u64, action: &str, table: &str) -> Value {
    json!({ "rule-type": "selection", "rule-id": id, "rule-name": format!("s{id}"),
        "rule-action": action, "object-locator": { "schema-name": "a", "table-name": table } })
}

fn change(id: u64, action: &str, object: &str, more: Value) -> Value {
    let keys = ["schema-name", "table-name", "column-name"];
    let parts: Vec<&str> = object.split('.').collect();
    let target = ["schema", "table", "column"][parts.len() - 1];
    let locator: Value =
        keys.iter().zip(&parts).map(|(k, p)| ((*k).to_owned(), json!(p))).collect();
    let target = if action == "add-column" { "column" } else { target };
    let mut rule = json!({ "rule-type": "transformation", "rule-id": id, "rule-name": format!("t{id}"),
        "rule-action": action, "rule-target": target, "object-locator": locator });
    for (key, value) in more.as_object().unwrap() {
        rule[key] = value.clone();
    }
    rule
}

fn rename(id: u64, object: &str, to: &str) -> Value {
    change(id, "rename", object, json!({ "value": to }))
}

/// What is found beside an include of all of `a`.
fn beside(rules: &[Value]) -> Vec<Finding> {
    let mut all = vec![selection(1, "include", "%")];
    all.extend(rules.iter().cloned());
    mappings::check(&json!({ "rules": all }), &Context::default())
}

fn codes(findings: &[Finding]) -> Vec<&'static str> {
    findings.iter().map(|f| f.code).collect()
}

fn settings(key: &str, value: Value) -> Value {
    let mut rule = json!({ "rule-type": "table-settings", "rule-id": 30, "rule-name": "set",
        "object-locator": { "schema-name": "a", "table-name": "t" } });
    rule[key] = value;
    rule
}

#[test]
fn two_tables_renamed_to_one_name_pass_without_a_catalogue() {
    let found = beside(&[rename(2, "a.t", "x"), rename(3, "a.u", "x")]);
    assert_eq!(codes(&found), ["M603"]);
    assert_eq!(found[0].path, "rules[2].value");
    assert!(found[0].message.contains("a.t and a.u both go to a.x"), "{}", found[0].message);
    assert_eq!(codes(&beside(&[rename(2, "a.t", "x"), rename(3, "a.u", "y")])), [""; 0]);
    // A swap is none.
    assert_eq!(codes(&beside(&[rename(2, "a.t", "u"), rename(3, "a.u", "t")])), [""; 0]);
}

#[test]
fn a_mask_on_the_new_name_of_a_column_passes() {
    let mask = change(3, "data-masking-hash-mask", "a.t.mail", json!({}));
    let found = beside(&[rename(2, "a.t.email", "mail"), mask]);
    assert_eq!(codes(&found), ["M604"]);
    assert!(found[0].hint.as_deref().unwrap().contains("locators match source names only"));
}

#[test]
fn an_added_column_with_the_name_of_a_renamed_one_passes() {
    let add = json!({ "value": "n", "expression": "'x'", "data-type": { "type": "string", "length": 5 } });
    let found = beside(&[rename(2, "a.t.c", "n"), change(3, "add-column", "a.t", add)]);
    assert_eq!(codes(&found), ["M604"]);
}

#[test]
fn an_exclude_that_takes_all_that_is_included_is_only_a_warning() {
    let found = beside(&[selection(2, "exclude", "%")]);
    assert!(found.iter().any(|f| f.code == "M121" && f.is_error()), "{found:?}");
    let found = beside(&[selection(2, "exclude", "%"), selection(3, "explicit", "t")]);
    assert!(!codes(&found).contains(&"M121"));
}

#[test]
fn a_rule_on_an_excluded_table_passes() {
    let found = beside(&[selection(2, "exclude", "temp_%"), rename(3, "a.temp_1", "x")]);
    assert_eq!(codes(&found), ["M304"]);
    assert!(found[0].message.contains("takes out"), "{}", found[0].message);
    let found = beside(&[selection(2, "exclude", "temp_%"), rename(3, "a.orders", "x")]);
    assert_eq!(codes(&found), [""; 0]);
    // Part of what the rule is about stays.
    let prefix = change(3, "add-prefix", "a.%", json!({ "value": "p_" }));
    assert_eq!(codes(&beside(&[selection(2, "exclude", "temp_%"), prefix])), [""; 0]);
}

#[test]
fn a_filter_on_a_pattern_of_columns_passes() {
    let mut rule = selection(2, "include", "t");
    rule["filters"] = json!([{ "filter-type": "source", "column-name": "c%",
        "filter-conditions": [{ "filter-operator": "eq", "value": "1" }] }]);
    let found = mappings::check(&json!({ "rules": [rule] }), &Context::default());
    assert_eq!(codes(&found), ["M226"]);
    assert_eq!(found[0].path, "rules[0].filters[0].column-name");
}

#[test]
fn commands_and_half_expressions_pass() {
    let code = |text: &str| {
        let more = json!({ "value": "n", "expression": text, "data-type": { "type": "string", "length": 5 } });
        codes(&beside(&[change(2, "add-column", "a.t", more)]))
    };
    for bad in ["lower($c); drop", "SELECT 1", "CASE WHEN $c IS NULL THEN 'a'", "$", "lower($)"] {
        assert_eq!(code(bad), ["M321"], "{bad}");
    }
    assert_eq!(code("  "), ["M308"]);
    for good in
        ["CASE WHEN $c=1 THEN 'a' ELSE 'b' END", "$first||' '||$last", "'SELECT;'", "$\"a b\"||'x'"]
    {
        assert_eq!(code(good), [""; 0], "{good}");
    }
}

#[test]
fn what_is_there_but_wrong_is_called_missing() {
    let load = |load: Value| codes(&beside(&[settings("parallel-load", load)]));
    assert_eq!(load(json!({ "type": "subpartitions-list" })), ["M402"]);
    assert_eq!(load(json!({ "type": "ranges", "columns": ["a"], "boundaries": ["1"] })), ["M404"]);
    assert_eq!(load(json!({ "type": "ranges", "columns": "a", "boundaries": [["1"]] })), ["M117"]);
    assert_eq!(load(json!({ "type": "ranges", "columns": ["a"] })), ["M403"]);
    let lobs = |lobs: Value| codes(&beside(&[settings("lob-settings", lobs)]));
    assert_eq!(lobs(json!({ "bulk-max-size": "1MB" })), ["M117"]);
    assert_eq!(lobs(json!({ "mode": "full" })), ["M127"]);
    assert_eq!(lobs(json!({ "mode": "limited" })), ["M409"]);
    let kind = change(2, "change-data-type", "a.t.c", json!({ "data-type": "int4" }));
    assert_eq!(codes(&beside(&[kind])), ["M117"]);
    let tag = |tags: Value| {
        let rule = json!({ "rule-type": "post-processing", "rule-id": 50, "rule-name": "tag",
            "rule-action": "add-tag", "tag-set": tags,
            "object-locator": { "schema-name": "%", "table-name": "%" } });
        beside(&[rule])
    };
    assert_eq!(codes(&tag(json!([{ "key": "a" }]))), ["M125"]);
    assert_eq!(codes(&tag(json!([]))), ["M505"]);
    let twice = tag(json!([{ "key": "a", "value": "1" }, { "key": "a", "value": "2" }]));
    assert_eq!(codes(&twice), ["M505"]);
    assert!(twice[0].message.contains("twice"), "{}", twice[0].message);
}

#[test]
fn of_several_missing_keys_only_the_first_is_told() {
    let mut rule = selection(1, "include", "%");
    rule["object-locator"] = json!({});
    let found = mappings::check(&json!({ "rules": [rule] }), &Context::default());
    assert_eq!(codes(&found), ["M116", "M116"]);
}

#[test]
fn numbers_that_no_type_has_pass() {
    let typed = |data_type: Value| {
        codes(&beside(&[change(2, "change-data-type", "a.t.c", json!({ "data-type": data_type }))]))
    };
    assert_eq!(typed(json!({ "type": "string", "length": -4 })), ["M134"]);
    assert_eq!(typed(json!({ "type": "numeric", "precision": 4, "scale": 9 })), ["M134"]);
    assert_eq!(typed(json!({ "type": "numeric", "precision": "12", "scale": "2" })), [""; 0]);
    assert_eq!(typed(json!({ "type": "string", "length": "4092", "scale": "" })), [""; 0]);
    let load = json!({ "type": "partitions-auto", "number-of-partitions": 0 });
    assert_eq!(codes(&beside(&[settings("parallel-load", load)])), ["M134"]);
}

#[test]
fn a_type_of_the_engine_in_a_locator_passes() {
    let mut rule =
        change(2, "change-data-type", "a.t.%", json!({ "data-type": { "type": "int4" } }));
    rule["object-locator"]["data-type"] = json!("bigint");
    let found = beside(&[rule]);
    assert_eq!(codes(&found), ["M309"]);
    assert_eq!(found[0].severity, Severity::Warning);
    assert_eq!(found[0].hint.as_deref(), Some("DMS calls it \"int8\""));
}

#[test]
fn a_primary_key_with_a_column_twice_passes() {
    let key = json!({ "primary-key-def": { "name": "k", "columns": ["id", "id"] } });
    assert_eq!(codes(&beside(&[change(2, "define-primary-key", "a.t", key)])), ["M306"]);
}

#[test]
fn a_topic_for_kinesis_passes_without_mapping_parameters() {
    let rule = json!({ "rule-type": "object-mapping", "rule-id": 40, "rule-name": "map",
        "rule-action": "map-record-to-record", "kafka-target-topic": "x",
        "object-locator": { "schema-name": "a", "table-name": "t" } });
    let context = Context { target_engine: Some("kinesis".into()), ..Context::default() };
    let document = json!({ "rules": [selection(1, "include", "%"), rule] });
    assert_eq!(codes(&mappings::check(&document, &context)), ["M126"]);
}

#[test]
fn a_mask_that_is_never_applied_is_only_a_warning() {
    let mask = |id| change(id, "data-masking-hash-mask", "a.t.c", json!({}));
    let lower = |id| change(id, "convert-lowercase", "a.t.%", json!({}));
    let found = beside(&[lower(2), mask(3)]);
    let unmasked = found.iter().find(|f| f.code == "M302").unwrap();
    assert!(unmasked.is_error(), "{unmasked}");
    assert!(unmasked.message.ends_with("the values arrive unmasked"), "{}", unmasked.message);
    // The other way round the values are masked, and so they are by another mask.
    assert!(beside(&[mask(2), lower(3)]).iter().all(|f| !f.is_error()));
    let digits = change(2, "data-masking-digits-randomize", "a.t.c", json!({}));
    assert!(beside(&[digits, mask(3)]).iter().all(|f| !f.is_error()));
}

#[test]
fn a_large_document_hides_two_tables_with_one_name() {
    let mut rules: Vec<Value> =
        (0..2000).map(|n| rename(n + 2, &format!("a.t{n}"), &format!("x{n}"))).collect();
    assert_eq!(codes(&beside(&rules)), [""; 0]);
    rules.push(rename(5000, "a.u", "x7"));
    assert_eq!(codes(&beside(&rules)), ["M603"]);
}

/// What is found of a mask on `a.t.c`, with `a.t` in the catalogue.
fn masked_among(columns: Value) -> Vec<Finding> {
    let rules =
        [selection(1, "include", "%"), change(2, "data-masking-hash-mask", "a.t.c", json!({}))];
    let catalogue = json!({ "tables": [{ "schema": "a", "table": "t", "columns": columns }] });
    let catalogue = Some(serde_json::from_value(catalogue).unwrap());
    mappings::check(&json!({ "rules": rules }), &Context { catalogue, ..Context::default() })
}

#[test]
fn a_catalogue_without_columns_makes_column_rules_match_nothing() {
    assert_eq!(codes(&masked_among(json!([]))), [""; 0]);
}

#[test]
fn a_mask_with_a_misspelt_column_is_only_a_warning() {
    let found = masked_among(json!([{ "name": "cc", "data_type": "string" }]));
    let idle = found.iter().find(|f| f.code == "M602").unwrap();
    assert!(idle.is_error() && idle.message.ends_with("no value is masked"), "{idle}");
}

#[test]
fn what_was_not_looked_at_is_said() {
    let rename = |n: usize| {
        json!({ "rule-type": "transformation", "rule-id": n.to_string(), "rule-name": n.to_string(),
            "rule-action": "rename", "rule-target": "table", "value": format!("t{}", n / 2),
            "object-locator": { "schema-name": "s", "table-name": format!("a{n}") } })
    };
    let found = |many: usize| {
        let mut rules: Vec<Value> = (2..many).map(rename).collect();
        rules.push(json!({ "rule-type": "selection", "rule-id": "1", "rule-name": "1",
            "rule-action": "include",
            "object-locator": { "schema-name": "s", "table-name": "%" } }));
        codes(&beside(&rules)).contains(&"M133")
    };
    assert!(!found(900));
    assert!(found(1_200));
}
