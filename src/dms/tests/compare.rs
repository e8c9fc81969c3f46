//! Comparison of mappings, and checks across tasks.
#![allow(clippy::unwrap_used)]

use dmsrun_dms::{Catalogue, CatalogueTable, MigrationType, TaskTables, mappings, shared_tables};
use serde_json::{Value, json};

fn include(id: u64, name: &str, schema: &str) -> Value {
    json!({ "rule-type": "selection", "rule-id": id.to_string(), "rule-name": name, "rule-action": "include",
        "object-locator": { "schema-name": schema, "table-name": "%" } })
}

fn rename(id: u64, table: &str, value: &str) -> Value {
    json!({ "rule-type": "transformation", "rule-id": id.to_string(), "rule-name": format!("n{table}{value}"),
        "rule-action": "rename", "rule-target": "table",
        "object-locator": { "schema-name": "s", "table-name": table }, "value": value })
}

fn document(rules: &[Value]) -> Value {
    json!({ "rules": rules })
}

fn texts(a: &[Value], b: &[Value]) -> Vec<String> {
    mappings::diff(&document(a), &document(b)).iter().map(ToString::to_string).collect()
}

#[test]
fn spelling_is_no_change() {
    let plain = include(1, "a", "s");
    let mut console = include(77, "b", "s");
    console["rule-id"] = json!(77);
    console["filters"] = json!([]);
    console["load-order"] = json!(null);
    console["object-locator"]["table-type"] = json!("table");
    assert_eq!(texts(&[plain], &[console]), [""; 0]);
}

#[test]
fn rules_come_go_and_change() {
    assert_eq!(
        texts(&[include(1, "a", "s")], &[include(1, "a", "s"), include(2, "b", "crm")]),
        ["+ rule include \"crm.%\""]
    );
    assert_eq!(
        texts(&[include(1, "a", "s"), include(2, "b", "crm")], &[include(1, "a", "s")]),
        ["- rule include \"crm.%\""]
    );
    assert_eq!(
        texts(
            &[rename(1, "t", "x")],
            &[{
                let mut r = rename(1, "t", "y");
                r["rule-name"] = json!("ntx");
                r
            }]
        ),
        ["rule \"ntx\" value  \"x\" → \"y\""]
    );
}

#[test]
fn precedence_counts_where_rules_meet() {
    let apart = (
        vec![rename(1, "t", "x"), rename(2, "u", "y")],
        vec![rename(2, "t", "x"), rename(1, "u", "y")],
    );
    assert_eq!(texts(&apart.0, &apart.1), [""; 0]);
    let meet = (
        vec![rename(1, "t", "x"), rename(2, "%", "y")],
        vec![rename(2, "t", "x"), rename(1, "%", "y")],
    );
    let found = texts(&meet.0, &meet.1);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("precedence of"), "{found:?}");
}

#[test]
fn two_tasks_with_the_same_tables_are_told() {
    let (all, crm) = (document(&[include(1, "a", "%")]), document(&[include(1, "a", "crm")]));
    let other = document(&[include(1, "a", "erp")]);
    let task = |name, kind, mappings| TaskTables {
        name,
        migration_type: kind,
        source: "s",
        target: "t",
        mappings,
    };
    let (both, cdc, load) =
        (MigrationType::FullLoadAndCdc, MigrationType::Cdc, MigrationType::FullLoad);
    let found = |a: TaskTables<'static>, b: TaskTables<'static>| shared_tables(&[a, b], None).len();
    let leak = |v: Value| -> &'static Value { Box::leak(Box::new(v)) };
    let (all, crm, other) = (leak(all), leak(crm), leak(other));
    assert_eq!(found(task("a", both, all), task("b", cdc, crm)), 1);
    assert_eq!(found(task("a", both, other), task("b", cdc, crm)), 0);
    assert_eq!(found(task("a", both, all), task("b", load, crm)), 0);
    let catalogue = Catalogue {
        tables: vec![CatalogueTable {
            schema: "crm".into(),
            table: "x".into(),
            ..Default::default()
        }],
        ..Default::default()
    };
    let f = shared_tables(&[task("a", both, all), task("b", cdc, crm)], Some(&catalogue));
    assert_eq!(f[0].message, "tasks \"a\" and \"b\" carry the same tables: crm.x");
}
