#![allow(clippy::unwrap_used)]

use crate::{
    Catalogue, CatalogueTable, Column, Context, Finding, MigrationType,
    mappings::{check, check_text},
};
use serde_json::{Value, json};

fn mysql() -> Context {
    Context {
        source_engine: Some("mysql".into()),
        target_engine: Some("mysql".into()),
        migration_type: Some(MigrationType::FullLoadAndCdc),
        ..Context::default()
    }
}

fn include(id: u64, schema: &str, table: &str) -> Value {
    json!({ "rule-type": "selection", "rule-id": id.to_string(), "rule-name": format!("r{id}"),
        "rule-action": "include", "object-locator": { "schema-name": schema, "table-name": table } })
}

fn found(rules: Value) -> Vec<Finding> {
    check(&json!({ "rules": rules }), &mysql())
}

fn codes(findings: &[Finding]) -> Vec<&'static str> {
    findings.iter().map(|f| f.code).collect()
}

/// The rule beside a good selection.
fn with(rule: Value) -> Vec<Finding> {
    found(json!([include(1, "s", "%"), rule]))
}

#[test]
fn a_good_document_has_no_findings() {
    assert_eq!(found(json!([include(1, "production", "%")])), []);
}

#[test]
fn documents_that_are_none() {
    assert_eq!(codes(&check(&json!([]), &mysql())), ["M101"]);
    assert_eq!(codes(&check(&json!({ "rule": [] }), &mysql())), ["M118", "M102"]);
    assert_eq!(codes(&check_text("{", &mysql())), ["M101"]);
    assert_eq!(codes(&found(json!([1]))), ["M120", "M103"]);
}

#[test]
fn what_every_rule_needs() {
    let f = found(json!([{ "rule-type": "selection" }]));
    assert_eq!(codes(&f), ["M105", "M108", "M115", "M111"]);
    let mut rule = include(1, "s", "%");
    rule["rule-type"] = json!("selektion");
    let f = found(json!([rule]));
    let unknown = f.iter().find(|f| f.code == "M104").unwrap();
    assert_eq!(unknown.path, "rules[0].rule-type");
    assert_eq!(unknown.hint.as_deref(), Some("Did you mean \"selection\"?"));
}

#[test]
fn ids_are_numbers_and_unique_as_numbers() {
    let mut rules = vec![include(1, "s", "a%"), include(2, "s", "b%")];
    rules[1]["rule-id"] = json!(1);
    let f = found(json!(rules));
    assert_eq!(codes(&f), ["M107"]);
    assert_eq!(f[0].path, "rules[1].rule-id");
    rules[1]["rule-id"] = json!("x1");
    assert_eq!(codes(&found(json!(rules))), ["M106"]);
    rules[1]["rule-id"] = json!("2");
    rules[1]["rule-name"] = json!("r1");
    assert_eq!(codes(&found(json!(rules))), ["M109"]);
}

#[test]
fn actions_and_targets_are_words() {
    let mut rule = include(2, "s", "a");
    rule["rule-action"] = json!("Include");
    let f = with(rule.clone());
    assert_eq!(codes(&f), ["M112"]);
    assert_eq!(f[0].hint.as_deref(), Some("actions are lower case with hyphens: \"include\""));
    rule["rule-type"] = json!("transformation");
    rule["rule-action"] = json!("rename-table");
    rule["rule-target"] = json!("tabel");
    let f = with(rule);
    assert_eq!(codes(&f), ["M112", "M114"]);
    assert!(f[0].hint.as_deref().unwrap().contains("rule-target \"table\""));
}

#[test]
fn the_original_s_own_mappings_have_the_promised_faults() {
    let f = found(json!([
        include(1, "%", "%"),
        { "rule-type": "transformation", "rule-id": "2", "rule-name": "2", "rule-action": "rename",
          "rule-target": "schema", "object-locator": { "schema-name": "%" },
          "value": "migrated_${schema-name}" }
    ]));
    assert_eq!(codes(&f), ["M213", "M301"]);
    assert!(f[1].is_error() && !f[0].is_error());
    assert_eq!(
        f[1].hint.as_deref(),
        Some("use rule-action \"add-prefix\" with value \"migrated_\"")
    );
}

#[test]
fn a_document_that_only_excludes_selects_nothing() {
    let mut rule = include(1, "s", "%");
    rule["rule-action"] = json!("exclude");
    assert_eq!(codes(&found(json!([rule]))), ["M121"]);
    assert_eq!(codes(&found(json!([]))), ["M120"]);
}

#[test]
fn filters_are_checked_in_depth() {
    let filtered = |table: &str, action: &str, conditions: Value| {
        let mut rule = include(1, "s", table);
        rule["rule-action"] = json!(action);
        rule["filters"] = json!([{ "filter-type": "source", "column-name": "c", "filter-conditions": conditions }]);
        found(json!([include(9, "t", "%"), rule]))
    };
    let eq = json!([{ "filter-operator": "eq", "value": "1" }]);
    assert!(filtered("a", "include", eq.clone()).is_empty());
    assert_eq!(codes(&filtered("a%", "include", eq.clone())), ["M202"]);
    assert_eq!(codes(&filtered("a", "explicit", eq)), ["M203"]);
    assert_eq!(codes(&filtered("a", "include", json!([]))), ["M207"]);
    let f = filtered("a", "include", json!([{ "filter-operator": "lt", "value": "1" }]));
    assert_eq!(codes(&f), ["M205"]);
    assert!(f[0].hint.as_deref().unwrap().contains("lte"));
    let f = filtered("a", "include", json!([{ "filter-operator": "between", "start-value": "1" }]));
    assert_eq!(codes(&f), ["M206"]);
    let f = filtered(
        "a",
        "include",
        json!([{ "filter-operator": "noteq", "value": "1" }, { "filter-operator": "null" }]),
    );
    assert_eq!(codes(&f), ["M208"]);
}

fn transform(action: &str, target: &str, locator: Value, more: Value) -> Value {
    let mut rule = json!({ "rule-type": "transformation", "rule-id": "5", "rule-name": "t",
        "rule-action": action, "rule-target": target, "object-locator": locator });
    for (key, value) in more.as_object().unwrap() {
        rule[key] = value.clone();
    }
    rule
}

#[test]
fn transformations_need_what_they_need() {
    let column = json!({ "schema-name": "s", "table-name": "t", "column-name": "c" });
    let table = json!({ "schema-name": "s", "table-name": "t" });
    for (action, target, locator, more, code) in [
        ("rename", "table", &table, json!({}), "M125"),
        ("remove-column", "table", &table, json!({}), "M123"),
        ("convert-lowercase", "table", &table, json!({ "value": "x" }), "M126"),
        ("remove-column", "column", &table, json!({}), "M116"),
        (
            "change-data-type",
            "column",
            &column,
            json!({ "data-type": { "type": "varchar" } }),
            "M309",
        ),
        ("data-masking-digits-mask", "column", &column, json!({ "value": "##" }), "M312"),
        (
            "add-before-image-columns",
            "column",
            &table,
            json!({ "before-image-def": { "column-prefix": "", "column-suffix": "" } }),
            "M310",
        ),
        (
            "define-primary-key",
            "table",
            &table,
            json!({ "primary-key-def": { "name": "x" } }),
            "M306",
        ),
        (
            "add-column",
            "column",
            &table,
            json!({ "value": "n", "expression": "lower($x", "data-type": { "type": "string" } }),
            "M321",
        ),
        (
            "add-column",
            "column",
            &table,
            json!({ "value": "n", "expression": "lowr($x)", "data-type": { "type": "string" } }),
            "M322",
        ),
        ("add-prefix", "table", &table, json!({ "vlaue": "x_", "value": "x_" }), "M118"),
    ] {
        let f = with(transform(action, target, locator.clone(), more));
        assert!(codes(&f).contains(&code), "{action}: {f:?}");
    }
}

#[test]
fn the_guide_s_expressions_are_good() {
    let table = json!({ "schema-name": "s", "table-name": "t" });
    for expression in [
        " $FIRST||' '||upper ($LAST)",
        "CASE WHEN ($a > 1) THEN 'x' ELSE SUBSTR($b, 1, 2) END",
        "datetime ()",
        "operation_indicator('D', 'U', 'I')",
        "$AR_H_COMMIT_TIMESTAMP",
    ] {
        let more = json!({ "value": "n", "expression": expression, "data-type": { "type": "string", "length": 50 } });
        let f = with(transform("add-column", "column", table.clone(), more));
        assert_eq!(f, [], "{expression}");
    }
}

#[test]
fn table_settings_are_exact_and_consistent() {
    let settings = |table: &str, more: Value| {
        let mut rule = json!({ "rule-type": "table-settings", "rule-id": "5", "rule-name": "t",
            "object-locator": { "schema-name": "s", "table-name": table } });
        for (key, value) in more.as_object().unwrap() {
            rule[key] = value.clone();
        }
        with(rule)
    };
    let ranges = |columns: Value, boundaries: Value| {
        settings(
            "t",
            json!({ "parallel-load": { "type": "ranges", "columns": columns, "boundaries": boundaries } }),
        )
    };
    assert!(ranges(json!(["a"]), json!([["1"], ["2"]])).is_empty());
    assert_eq!(codes(&ranges(json!(["a"]), json!([["2"], ["1"]]))), ["M405"]);
    assert_eq!(codes(&ranges(json!(["a"]), json!([["1", "2"]]))), ["M404"]);
    assert_eq!(codes(&ranges(json!([]), json!([]))), ["M403", "M403"]);
    let lob = json!({ "lob-settings": { "mode": "limited", "bulk-max-size": "0" } });
    assert_eq!(codes(&settings("t", lob)), ["M409"]);
    assert_eq!(codes(&settings("t", json!({}))), ["M413"]);
    let auto = json!({ "parallel-load": { "type": "partitions-auto" } });
    assert_eq!(codes(&settings("t%", auto)), ["M401"]);
    let list = json!({ "parallel-load": { "type": "subpartitions-list" } });
    assert!(codes(&settings("t", list)).contains(&"M402"));
}

#[test]
fn rules_beside_each_other() {
    let mut exclude = include(2, "s", "%");
    exclude["rule-action"] = json!("exclude");
    assert_eq!(codes(&found(json!([include(1, "s", "a%"), exclude]))), ["M121", "M215"]);
    let twice = found(json!([include(1, "s", "a%"), include(2, "s", "a%")]));
    assert_eq!(codes(&twice), ["M216"]);
    let prefix = transform(
        "add-prefix",
        "table",
        json!({ "schema-name": "s", "table-name": "%" }),
        json!({ "value": "x_" }),
    );
    let mut rename = transform(
        "rename",
        "table",
        json!({ "schema-name": "s", "table-name": "t" }),
        json!({ "value": "y" }),
    );
    rename["rule-id"] = json!("6");
    rename["rule-name"] = json!("u");
    let f = found(json!([include(1, "s", "%"), prefix, rename]));
    assert_eq!(codes(&f), ["M302"]);
    assert!(f[0].message.contains("never applied"), "{}", f[0].message);
}

#[test]
fn includes_that_meet_with_other_filters_are_told() {
    let mut filtered = include(2, "s", "orders");
    filtered["filters"] = json!([{ "filter-type": "source", "column-name": "c",
        "filter-conditions": [{ "filter-operator": "eq", "value": "1" }] }]);
    assert_eq!(codes(&found(json!([include(1, "s", "%"), filtered]))), ["M218"]);
    let mut ordered = include(2, "s", "orders");
    ordered["load-order"] = json!(5);
    assert_eq!(codes(&found(json!([include(1, "s", "%"), ordered]))), [""; 0]);
}

#[test]
fn the_target_decides_on_rule_types() {
    let rule = json!({ "rule-type": "object-mapping", "rule-id": "5", "rule-name": "t",
        "rule-action": "map-record-to-record", "object-locator": { "schema-name": "s", "table-name": "t" },
        "mapping-parameters": { "partition-key-type": "primary-keys" } });
    assert_eq!(codes(&with(rule)), ["M128", "M501"]);
}

fn catalogue() -> Catalogue {
    let column = |name: &str, data_type: &str, primary_key, lob_kb| Column {
        name: name.into(),
        data_type: data_type.into(),
        primary_key,
        lob_kb,
        ..Column::default()
    };
    let columns = vec![
        column("id", "bigint", true, None),
        column("email", "varchar(80)", false, None),
        column("body", "longtext", false, Some(4096)),
    ];
    let table = |table: &str| CatalogueTable {
        schema: "s".into(),
        table: table.into(),
        columns: columns.clone(),
        ..CatalogueTable::default()
    };
    Catalogue {
        tables: vec![table("t"), table("user_log"), table("userXlog")],
        ..Catalogue::default()
    }
}

#[test]
fn a_catalogue_shows_more() {
    let check = |rules: Value| {
        let context = Context { catalogue: Some(catalogue()), ..mysql() };
        check(&json!({ "rules": rules }), &context)
    };
    let beside = |rule: Value| check(json!([include(1, "s", "%"), rule]));
    let f = check(json!([include(1, "S", "T")]));
    assert_eq!(codes(&f), ["M601", "M602"]);
    assert!(f[1].hint.as_deref().unwrap().contains("s.t"));
    assert_eq!(codes(&check(json!([include(1, "s", "user_log")]))), ["M609"]);
    let locator = |c: &str| json!({ "schema-name": "s", "table-name": "t", "column-name": c });
    let mask =
        |c: &str| transform("data-masking-digits-randomize", "column", locator(c), json!({}));
    assert_eq!(codes(&beside(mask("id"))), ["M314"]);
    assert_eq!(codes(&beside(mask("body"))), ["M613"]);
    assert_eq!(codes(&beside(mask("mail"))), ["M602"]);
    let rename = transform("rename", "column", locator("email"), json!({ "value": "ID" }));
    assert_eq!(codes(&beside(rename)), ["M604"]);
    let lob = json!({ "rule-type": "table-settings", "rule-id": "5", "rule-name": "l",
        "object-locator": { "schema-name": "s", "table-name": "t" },
        "lob-settings": { "mode": "limited", "bulk-max-size": "64" } });
    assert_eq!(codes(&beside(lob)), ["M412"]);
}
