//! The mappings of the system that this one replaces, and the faults in them that our checks must
//! find: exactly those, on its own documents.
#![allow(clippy::unwrap_used)]

use dmsrun_dms::{Catalogue, Context, Finding, MigrationType, TaskTables, mappings, shared_tables};
use serde_json::{Value, json};

/// Select everything, and a rename that was meant as a prefix: its first task.
fn first() -> Value {
    json!({ "rules": [
        { "rule-type": "selection", "rule-id": "1", "rule-name": "1",
          "object-locator": { "schema-name": "%", "table-name": "%" }, "rule-action": "include" },
        { "rule-type": "transformation", "rule-id": "2", "rule-name": "2", "rule-target": "schema",
          "object-locator": { "schema-name": "%" }, "rule-action": "rename",
          "value": "migrated_${schema-name}" }
    ]})
}

/// Its second task selects everything, too.
fn second() -> Value {
    json!({ "rules": [
        { "rule-type": "selection", "rule-id": "1", "rule-name": "1",
          "object-locator": { "schema-name": "%", "table-name": "%" }, "rule-action": "include" }
    ]})
}

fn context(kind: MigrationType) -> Context {
    Context {
        source_engine: Some("mysql".into()),
        target_engine: Some("mysql".into()),
        migration_type: Some(kind),
        ..Context::default()
    }
}

fn short(findings: &[Finding]) -> Vec<(&str, &str, bool)> {
    findings.iter().map(|f| (f.code, f.path.as_str(), f.is_error())).collect()
}

#[test]
fn faults_4_and_5_are_found_in_the_first_task_and_nothing_else() {
    let found = mappings::check(&first(), &context(MigrationType::FullLoadAndCdc));
    assert_eq!(
        short(&found),
        [("M213", "rules[0].object-locator.schema-name", false), ("M301", "rules[1].value", true),]
    );
    assert_eq!(
        found[1].message,
        "DMS knows no placeholder here: the schema would be called \"migrated_${schema-name}\""
    );
    let hint = found[1].hint.as_deref();
    assert_eq!(hint, Some("use rule-action \"add-prefix\" with value \"migrated_\""));
    assert!(found[0].message.contains("information_schema, mysql, performance_schema, sys"));
}

#[test]
fn fault_5_is_found_in_the_second_task_and_nothing_else() {
    let found = mappings::check(&second(), &context(MigrationType::Cdc));
    assert_eq!(short(&found), [("M213", "rules[0].object-locator.schema-name", false)]);
}

#[test]
fn fault_6_both_tasks_carry_the_same_tables() {
    let (first, second) = (first(), second());
    let task = |name, migration_type, mappings| TaskTables {
        name,
        migration_type,
        source: "source",
        target: "target",
        mappings,
    };
    let tasks = [
        task("migration", MigrationType::FullLoadAndCdc, &first),
        task("cdc", MigrationType::Cdc, &second),
    ];
    let found = shared_tables(&tasks, None);
    assert_eq!(short(&found), [("T101", "cdc", false)]);
    assert_eq!(
        found[0].message,
        "tasks \"migration\" and \"cdc\" carry the same tables: include \"%.%\""
    );
}

#[test]
fn with_the_tables_of_the_source_the_rename_is_seen_to_throw_schemas_together() {
    let csv = "table_schema,table_name\nproduction,orders\ncrm,orders\ncrm,users\n";
    let catalogue = Some(Catalogue::read(csv, "tables.csv").unwrap());
    let context = Context { catalogue, ..context(MigrationType::FullLoadAndCdc) };
    let found = mappings::check(&first(), &context);
    let codes: Vec<&str> = found.iter().map(|f| f.code).collect();
    assert_eq!(codes, ["M213", "M301", "M603"]);
    // At the rule that makes it so.
    assert_eq!(found[2].path, "rules[1].value");
    assert_eq!(
        found[2].message,
        "production.orders and crm.orders both go to migrated_${schema-name}.orders"
    );
}

#[test]
fn the_mended_document_has_no_fault() {
    let document = json!({ "rules": [
        { "rule-type": "selection", "rule-id": "1", "rule-name": "production",
          "object-locator": { "schema-name": "production", "table-name": "%" }, "rule-action": "include" },
        { "rule-type": "selection", "rule-id": "2", "rule-name": "temporary",
          "object-locator": { "schema-name": "production", "table-name": "temp_%" }, "rule-action": "exclude" },
        { "rule-type": "transformation", "rule-id": "3", "rule-name": "prefix", "rule-target": "schema",
          "object-locator": { "schema-name": "production" }, "rule-action": "add-prefix",
          "value": "migrated_" }
    ]});
    let found = mappings::check(&document, &context(MigrationType::FullLoadAndCdc));
    // One point stays open: the documentation shows no prefix on a schema.
    assert_eq!(short(&found), [("M326", "rules[2].rule-action", false)]);
}
