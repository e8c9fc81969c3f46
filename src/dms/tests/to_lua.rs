//! The Lua scripts that build a document: their text. That they build it again is tested where Lua
//! runs.
#![allow(clippy::unwrap_used)]

use dmsrun_dms::mappings;
use insta::assert_snapshot;
use serde_json::{Value, json};

fn rule(id: u64, kind: &str, action: &str, object: &str, more: Value) -> Value {
    let mut locator = json!({});
    for (key, part) in ["schema-name", "table-name", "column-name"].iter().zip(object.split('.')) {
        locator[*key] = json!(part);
    }
    let mut rule = json!({ "rule-type": kind, "rule-id": id.to_string(), "rule-name": id.to_string(),
        "rule-action": action, "object-locator": locator });
    for (key, value) in more.as_object().unwrap() {
        rule[key] = value.clone();
    }
    rule
}

fn select(id: u64, action: &str, object: &str, more: Value) -> Value {
    rule(id, "selection", action, object, more)
}

fn change(id: u64, action: &str, target: &str, object: &str, mut more: Value) -> Value {
    more["rule-target"] = json!(target);
    rule(id, "transformation", action, object, more)
}

fn lua(rules: Value) -> String {
    mappings::to_lua(&json!({ "rules": rules }))
}

#[test]
fn the_specimens_as_a_script() {
    let document: Value = serde_json::from_str(include_str!("specimen.json")).unwrap();
    assert_snapshot!(mappings::to_lua(&document));
}

#[test]
fn selections_with_filters_views_and_orders() {
    let filter = |column: &str, conditions: Value| json!({ "filter-type": "source", "column-name": column, "filter-conditions": conditions });
    assert_snapshot!(lua(json!([
        select(1, "include", "production.%", json!({})),
        select(2, "exclude", "production.temp_%", json!({ "rule-name": "temporary tables" })),
        select(3, "include", "hr.emp", json!({ "load-order": "5", "filters": [
            filter("empid", json!([
                { "filter-operator": "ste", "value": "10" },
                { "filter-operator": "between", "start-value": "50", "end-value": "75" },
                { "filter-operator": "gte", "value": "100" }])),
            filter("dept", json!([{ "filter-operator": "eq", "value": "tech" }])),
            filter("country", json!([
                { "filter-operator": "eq", "value": "DE" }, { "filter-operator": "eq", "value": "FR" }])),
            filter("left_at", json!([{ "filter-operator": "null" }])) ] })),
        select(4, "explicit", "hr.odd.name", json!({})),
        { "rule-type": "selection", "rule-id": 5, "rule-name": "5", "rule-action": "include",
          "object-locator": { "schema-name": "s.dot", "table-name": "v%", "table-type": "view" } },
        { "rule-type": "selection", "rule-id": 6, "rule-name": "6", "rule-action": "exclude",
          "object-locator": { "schema-name": "s", "table-name": "%", "table-type": "all" } },
        select(7, "include", "bad.range", json!({ "filters": [
            filter("a", json!([{ "filter-operator": "between", "start-value": "9", "end-value": "1" }])) ] })),
    ])));
}

#[test]
fn transformations_of_every_kind() {
    assert_snapshot!(lua(json!([
        select(1, "include", "s.%", json!({})),
        change(2, "rename", "schema", "s", json!({ "value": "app" })),
        change(3, "add-prefix", "table", "s.%", json!({ "value": "x_" })),
        change(4, "replace-suffix", "table", "s.%", json!({ "value": "", "old-value": "_old" })),
        change(5, "convert-uppercase", "column", "s.t.%", json!({})),
        change(6, "change-data-type", "column", "s.t.c", json!({ "data-type": { "type": "string", "length": 100 } })),
        change(7, "data-masking-hash-mask", "column", "s.t.c", json!({})),
        change(8, "data-masking-digits-mask", "column", "s.t.d", json!({ "value": "#" })),
        change(9, "change-data-type", "column", "s.t.d", json!({ "data-type": { "type": "numeric", "precision": 12, "scale": 2 } })),
        change(10, "add-column", "column", "s.t", json!({ "value": "who", "expression": "'it''s '||$c",
            "data-type": { "type": "string", "length": 50, "precision": 6 } })),
        change(11, "define-primary-key", "table", "s.t", json!({ "primary-key-def":
            { "name": "t_pk", "origin": "primary-key", "columns": ["a", "b"] } })),
        change(12, "define-primary-key", "table", "s.u", json!({ "primary-key-def":
            { "name": "other", "origin": "unique-index", "columns": ["a"] } })),
        change(13, "add-before-image-columns", "column", "s.t", json!({ "before-image-def":
            { "column-prefix": "OLD_", "column-suffix": "", "column-filter": "non-lob" } })),
        change(14, "remove-column", "column", "s.t.x%", json!({})),
        change(15, "include-column", "column", "s.u.id", json!({})),
        { "rule-type": "transformation", "rule-id": "16", "rule-name": "widen", "rule-action": "change-data-type",
          "rule-target": "column", "object-locator": { "schema-name": "%", "table-name": "%",
          "column-name": "%", "data-type": "int2" }, "data-type": { "type": "int4" } },
        { "rule-type": "transformation", "rule-id": "17", "rule-name": "17", "rule-action": "rename",
          "rule-target": "table-tablespace", "object-locator": { "schema-name": "%", "table-name": "%",
          "table-tablespace-name": "OLD" }, "value": "NEW" },
        { "rule-type": "transformation", "rule-id": "18", "rule-name": "18", "rule-action": "rename",
          "rule-target": "index-tablespace", "object-locator": { "schema-name": "S", "table-name": "%",
          "index-tablespace-name": "OLD" }, "value": "NEW" },
    ])));
}

#[test]
fn the_settings_of_a_table_are_one_chain_and_long_ones_are_broken() {
    let settings = |id: u64, table: &str, more: Value| {
        let mut rule = rule(id, "table-settings", "", &format!("production.{table}"), more);
        rule.as_object_mut().unwrap().shift_remove("rule-action");
        rule
    };
    let bounds: Vec<Value> =
        (1..9).map(|n| json!([format!("{n}0000000"), format!("2024-0{n}-01")])).collect();
    assert_snapshot!(lua(json!([
        select(1, "include", "production.%", json!({})),
        change(2, "rename", "table", "production.orders", json!({ "value": "bills" })),
        settings(
            3,
            "orders",
            json!({ "parallel-load": { "type": "ranges", "columns": ["id"],
            "boundaries": [["1000"], [2000]] }, "lob-settings": { "mode": "limited", "bulk-max-size": "256" } })
        ),
        settings(
            4,
            "orders",
            json!({ "lob-settings": { "mode": "unlimited", "bulk-max-size": 0 } })
        ),
        settings(
            5,
            "events",
            json!({ "parallel-load": { "type": "ranges", "columns": ["id", "day"],
            "boundaries": bounds } })
        ),
        settings(
            6,
            "turned",
            json!({ "parallel-load": { "type": "ranges", "columns": ["id"],
            "boundaries": [["2"], ["1"]] } })
        ),
        settings(
            7,
            "parts",
            json!({ "parallel-load": { "type": "partitions-list", "partitions": ["p1", "p2"],
            "subpartitions": ["s1"] } })
        ),
        settings(
            8,
            "auto",
            json!({ "parallel-load": { "type": "partitions-auto" }, "lob-settings": { "mode": "none" } })
        ),
        settings(
            9,
            "docs",
            json!({ "parallel-load": { "type": "partitions-auto", "number-of-partitions": 8 } })
        ),
    ])));
}

#[test]
fn records_tags_and_functions() {
    assert_snapshot!(lua(json!([
        select(1, "include", "s.%", json!({})),
        { "rule-type": "object-mapping", "rule-id": "2", "rule-name": "DefaultMapToKinesis",
          "rule-action": "map-record-to-record", "object-locator": {} },
        rule(3, "object-mapping", "map-record-to-document", "s.t", json!({ "kafka-target-topic": "orders",
            "mapping-parameters": { "partition-key-type": "attribute-name", "partition-key-name": "id",
            "partition-key": { "value": "${id}" }, "exclude-columns": ["a", "b"], "attribute-mappings": [
                { "target-attribute-name": "id", "attribute-type": "scalar", "attribute-sub-type": "string", "value": "${id}" },
                { "target-attribute-name": "doc", "attribute-type": "document", "attribute-sub-type": "json", "value": "{}" }] } })),
        rule(4, "post-processing", "add-tag", "%.%", json!({ "tag-set": [
            { "key": "schema", "value": "${schema-name}" }, { "key": "tbl", "value": "${table-name}" }] })),
        rule(5, "post-processing", "add-tag", "s.t", json!({ "tag-set": [
            { "key": "z", "value": "1" }, { "key": "a", "value": "2" }] })),
        rule(6, "validation", "override-validation-function", "s.t.note", json!({ "rule-target": "column",
            "source-function": "substr(${column-name}, 1, 100)", "target-function": "substr(${column-name}, 1, 100)" })),
    ])));
}

#[test]
fn what_no_builder_says_stays_in_dms_s_form() {
    let mut extra = select(
        1,
        "include",
        "s.%",
        json!({ "x-owner": ["me"], "load-order": null, "filters": [] }),
    );
    extra["rule-name"] = json!("mine");
    let document = json!({ "version": 2, "rules": [
        extra,
        { "rule-type": "selektion", "rule-id": "x" },
        change(3, "rename", "table", "s.t", json!({ "value": "" })),
        change(4, "rename", "table", "s.\"quoted\"", json!({ "value": "it's\n\u{1}" })),
        17,
    ]});
    assert_snapshot!(mappings::to_lua(&document));
    // Nothing at all is a script, too.
    assert_eq!(
        mappings::to_lua(&json!([])),
        "local map = require \"mappings\"\n\nreturn map.rules {\n}\n"
    );
}

#[test]
fn the_order_of_the_script_is_the_order_of_precedence() {
    let text = lua(json!([
        change(30, "rename", "table", "s.t", json!({ "value": "late" })),
        change(4, "add-prefix", "table", "s.%", json!({ "value": "first_" })),
        select(100, "include", "s.%", json!({})),
    ]));
    let places: Vec<usize> =
        ["first_", "late", "map.include"].iter().map(|w| text.find(w).unwrap()).collect();
    assert!(places.is_sorted(), "{text}");
}
