//! What a plan says, as a tree, as text and as JSON.

#![allow(clippy::unwrap_used, missing_docs)]

use dmsrun_base::{Map, Reference, ResourceId, Secret, Value};
use dmsrun_diag::{Diagnostic, Span, render::Disk};
use dmsrun_stack::{
    Compare, Declared, Live, NoComparators, Plan, Property, Request, Schema, Schemas, json, plan,
    render, tags,
    tree::{Detail, Line, tree},
};
use serde_json::json;
use std::collections::BTreeMap;

fn schemas() -> Schemas {
    let replaces = Property { replaces: Some(String::new()), ..Property::default() };
    let kind = |name: &str, properties: Vec<(&str, Property)>| Schema {
        name: name.to_owned(),
        properties: properties.into_iter().map(|(n, p)| (n.to_owned(), p)).collect(),
        outputs: BTreeMap::from([("arn".to_owned(), String::new())]),
        ..Schema::default()
    };
    let merged = Property { compare: Compare::Merged, ..Property::default() };
    let secret = Property { secret: true, ..Property::default() };
    [
        kind("dms.instance", vec![("storage", Property::default()), ("tags", merged.clone())]),
        kind(
            "dms.task",
            vec![
                ("settings", merged),
                ("instance", replaces.clone()),
                ("engine_name", replaces),
                ("password", secret),
            ],
        ),
        Schema { shared: true, ..kind("iam.shared_role", vec![("policies", Property::default())]) },
    ]
    .into_iter()
    .map(|schema| (schema.name.clone(), schema))
    .collect()
}

fn map(value: serde_json::Value) -> Map {
    match Value::from_json(value) {
        Value::Map(map) => map,
        _ => panic!("a map"),
    }
}

fn declared(kind: &str, id: &str, line: u32, properties: serde_json::Value) -> Declared {
    let mut declared = Declared::new(ResourceId::new(kind, id), map(properties));
    declared.span = Some(Span::line("migrate.lua", line));
    declared
}

fn live(kind: &str, id: &str, properties: serde_json::Value) -> Live {
    let mut live = Live::new(ResourceId::new(kind, id), format!("{id}-1"));
    live.properties = map(properties);
    live.outputs.insert("arn".to_owned(), format!("arn:{id}").into());
    live
}

fn try_make(declared: &[Declared], live: &[Live]) -> Result<Plan, Vec<Diagnostic>> {
    plan(&Request {
        stack: "orders",
        owner: None,
        declared,
        live,
        schemas: &schemas(),
        comparators: &NoComparators,
        sources: &Disk,
    })
}

fn make(declared: &[Declared], live: &[Live]) -> Plan {
    try_make(declared, live).unwrap()
}

#[test]
fn nested_differences_replacements_and_deletions_read_well() {
    let mut task = declared(
        "dms.task",
        "migration",
        52,
        json!({"settings": {"FullLoadSettings": {"MaxFullLoadSubTasks": 16}}}),
    );
    task.properties.insert("password".to_owned(), Value::Secret(Secret::new("hunter2!")));
    let wanted = [
        task,
        declared("dms.task", "cdc", 61, json!({"engine_name": "oracle"})),
        declared("dms.instance", "main", 12, json!({"storage": 100})),
    ];
    let there = [
        live(
            "dms.task",
            "migration",
            json!({"settings": {"FullLoadSettings": {"MaxFullLoadSubTasks": 8, "X": 1}}, "password": "old"}),
        ),
        live("dms.task", "cdc", json!({"engine_name": "mysql"})),
        live("dms.instance", "main", json!({"storage": 100})),
        live("dms.task", "gone", json!({})),
    ];
    let mut plan = make(&wanted, &there);
    plan.steps[0].effect = Some("interrupts replication: stop, modify, resume".to_owned());
    let tree = tree(&plan, Detail::Compact);
    let expected = Line {
        path: "settings.FullLoadSettings.MaxFullLoadSubTasks".to_owned(),
        text: "8 → 16".to_owned(),
    };
    assert_eq!(tree.nodes[0].lines[1], expected);
    insta::assert_snapshot!(render::text(&tree), @r#"
    Plan     1 to change, 1 to replace, 1 to delete, interrupts replication
             ~ dms.task "migration"                                    migrate.lua:52
                 password                                      (sensitive) → (sensitive)
                 settings.FullLoadSettings.MaxFullLoadSubTasks  8 → 16
                 ! interrupts replication: stop, modify, resume
             -/+ dms.task "cdc"                                        migrate.lua:61
                 replace: `engine_name` can't be changed
                 engine_name  mysql → oracle
             - dms.task "gone"
                 is not declared any more
             1 unchanged
    "#);
    let json = json::json(&plan).to_string();
    assert!(!json.contains("hunter2") && json.contains("\"sensitive\":true"), "{json}");
}

#[test]
fn many_creations_are_grouped() {
    let wanted: Vec<Declared> = (0..8)
        .map(|i| declared("dms.task", &format!("t{i}"), i + 1, json!({})))
        .chain([{
            let mut instance = declared("dms.instance", "main", 20, json!({"storage": 1}));
            instance.brief = Some("dms.t3.medium".to_owned());
            instance
        }])
        .collect();
    insta::assert_snapshot!(render::text(&tree(&make(&wanted, &[]), Detail::Compact)), @r"
    Plan     9 to create
             + dms          8 tasks · instance dms.t3.medium
    ");
}

#[test]
fn what_refers_to_a_replaced_resource_follows_it() {
    let target = ResourceId::new("dms.task", "a");
    let mut follower = declared("dms.task", "b", 2, json!({}));
    let reference = Value::Reference(Reference { target, path: vec!["arn".to_owned()] });
    follower.properties.insert("instance".to_owned(), reference);
    let wanted = [declared("dms.task", "a", 1, json!({"engine_name": "oracle"})), follower];
    let there = [
        live("dms.task", "a", json!({"engine_name": "mysql"})),
        live("dms.task", "b", json!({"instance": "arn:a"})),
    ];
    let plan = make(&wanted, &there);
    insta::assert_snapshot!(render::text(&tree(&plan, Detail::Compact)), @r#"
    Plan     2 to replace
             -/+ dms.task "a"                                          migrate.lua:1
                 replace: `engine_name` can't be changed
                 engine_name  mysql → oracle
             -/+ dms.task "b"                                          migrate.lua:2
                 replace: `instance` follows dms.task/a, which is replaced
                 instance  arn:a → (known after apply)
    "#);
}

#[test]
fn protected_resources_refuse_to_go_until_the_mark_is_taken_away() {
    let mut there = live("dms.instance", "main", json!({"storage": 1}));
    there.tags.insert(tags::PROTECT.to_owned(), "true".to_owned());
    let wrong = try_make(&[], std::slice::from_ref(&there)).unwrap_err();
    assert_eq!(wrong[0].summary, "A protected resource would be lost");
    let unmarked = declared("dms.instance", "main", 1, json!({"storage": 1}));
    let plan = make(&[unmarked], std::slice::from_ref(&there));
    assert_eq!(plan.steps[0].reason, "`tags.dmsrun:protect` true → false");
}

#[test]
fn shared_and_retained_resources_stay() {
    let shared = live("iam.shared_role", "vpc", json!({}));
    let mut retained = live("dms.instance", "main", json!({}));
    retained.tags.insert(tags::RETAIN.to_owned(), "true".to_owned());
    let plan = make(&[], &[shared, retained]);
    assert!(!plan.has_changes());
    assert_eq!(plan.kept.len(), 2);
}

#[test]
fn what_is_being_made_is_waited_for_and_what_is_broken_replaced() {
    let mut there = live("dms.instance", "main", json!({"storage": 1}));
    there.state = Some("creating".to_owned());
    let wanted = [declared("dms.instance", "main", 1, json!({"storage": 1}))];
    let plan = make(&wanted, std::slice::from_ref(&there));
    assert_eq!(
        (plan.steps[0].action.word(), plan.steps[0].reason.as_str()),
        ("wait", "is creating")
    );
    there.broken = Some("failed: no capacity".to_owned());
    let plan = make(&wanted, &[there]);
    assert_eq!(plan.steps[0].action.word(), "replace");
}
