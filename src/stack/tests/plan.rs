//! What a plan says, as a tree, as text and as JSON.

#![allow(clippy::unwrap_used, missing_docs)]

use dmsrun_base::{Map, Reference, ResourceId, Secret, Value};
use dmsrun_diag::{Diagnostic, Span, render::Disk};
use dmsrun_stack::{
    Compare, Declared, Live, NoComparators, Plan, Property, Request, Schema, Schemas, json, plan,
    plan::Shields,
    render, tags,
    tree::{Detail, Line, tree},
};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

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
        shields: &dmsrun_stack::plan::Shields::default(),
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
fn what_the_script_protects_is_not_replaced_before_a_deploy_wrote_the_mark() {
    let there = live("dms.task", "a", json!({"engine_name": "mysql"}));
    let mut wanted = declared("dms.task", "a", 1, json!({"engine_name": "oracle"}));
    wanted.protect = true;
    let wrong = try_make(&[wanted], std::slice::from_ref(&there)).unwrap_err();
    assert_eq!(wrong[0].summary, "A protected resource would be lost");
}

#[test]
fn a_destroy_knows_what_the_script_protects_and_retains() {
    let there = [live("dms.instance", "main", json!({})), live("dms.task", "a", json!({}))];
    let ids = |name: &str| BTreeSet::from([ResourceId::parse(name).unwrap()]);
    let destroyed = |shields: &Shields| {
        plan(&Request {
            stack: "orders",
            owner: None,
            declared: &[],
            live: &there,
            schemas: &schemas(),
            comparators: &NoComparators,
            sources: &Disk,
            shields,
        })
    };
    let protect = Shields { protect: ids("dms.instance/main"), ..Shields::default() };
    let wrong = destroyed(&protect).unwrap_err();
    assert_eq!(wrong[0].summary, "A protected resource would be lost");
    let retain = Shields { retain: ids("dms.instance/main"), ..Shields::default() };
    let plan = destroyed(&retain).unwrap();
    assert_eq!(plan.steps.len(), 1);
    assert_eq!(plan.kept[0].0.to_string(), "dms.instance/main");
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

/// A network, and what stands in it: a VPC, an address, a gateway that holds it, a group of subnets.
fn network_schemas() -> Schemas {
    let replaces = Property { replaces: Some("is fixed".to_owned()), ..Property::default() };
    let cidr = Property { compare: Compare::Cidr, ..replaces.clone() };
    let follows = Property { follows: true, ..Property::default() };
    let kind = |name: &str, properties: Vec<(&str, Property)>| Schema {
        name: name.to_owned(),
        properties: properties.into_iter().map(|(n, p)| (n.to_owned(), p)).collect(),
        outputs: BTreeMap::from([("id".to_owned(), String::new())]),
        ..Schema::default()
    };
    [
        kind("t.vpc", vec![("cidr", cidr.clone())]),
        kind("t.address", vec![]),
        Schema {
            exclusive: true,
            collides: vec!["address".to_owned()],
            ..kind("t.gateway", vec![("vpc", replaces.clone()), ("address", replaces.clone())])
        },
        Schema {
            exclusive: true,
            collides: vec!["vpc".to_owned(), "cidr".to_owned()],
            ..kind("t.subnet", vec![("vpc", replaces), ("cidr", cidr)])
        },
        kind("t.group", vec![("subnet", follows)]),
        kind("t.task", vec![("group", Property::default())]),
    ]
    .into_iter()
    .map(|schema| (schema.name.clone(), schema))
    .collect()
}

/// The network with the VPC's and the subnet's range, as it is declared; the address goes with the VPC
/// where `with` says so.
fn network(vpc: &str, subnet: &str, with: bool) -> Vec<Declared> {
    let to = |kind: &str| {
        Value::Reference(Reference { target: ResourceId::new(kind, "a"), path: vec!["id".into()] })
    };
    let one = |kind: &str, properties: Vec<(&str, Value)>| {
        let properties = properties.into_iter().map(|(n, v)| (n.to_owned(), v)).collect();
        Declared::new(ResourceId::new(kind, "a"), properties)
    };
    let mut address = one("t.address", vec![]);
    if with {
        address.replace_with.push(ResourceId::new("t.vpc", "a"));
    }
    vec![
        one("t.vpc", vec![("cidr", vpc.into())]),
        address,
        one("t.gateway", vec![("vpc", to("t.vpc")), ("address", to("t.address"))]),
        one("t.subnet", vec![("vpc", to("t.vpc")), ("cidr", subnet.into())]),
        one("t.group", vec![("subnet", to("t.subnet"))]),
        one("t.task", vec![("group", to("t.group"))]),
    ]
}

fn live_network() -> Vec<Live> {
    let one = |kind: &str, properties: serde_json::Value| {
        let physical = format!("{kind}-1");
        let mut live = Live::new(ResourceId::new(kind, "a"), physical.clone());
        live.properties = map(properties);
        live.outputs.insert("id".to_owned(), physical.into());
        live
    };
    vec![
        one("t.vpc", json!({ "cidr": "10.0.0.0/16" })),
        one("t.address", json!({})),
        one("t.gateway", json!({ "vpc": "t.vpc-1", "address": "t.address-1" })),
        one("t.subnet", json!({ "vpc": "t.vpc-1", "cidr": "10.0.0.0/24" })),
        one("t.group", json!({ "subnet": "t.subnet-1" })),
        one("t.task", json!({ "group": "t.group-1" })),
    ]
}

/// Each step's resource, action and whether it deletes first.
fn steps_of(declared: &[Declared], live: &[Live]) -> Vec<(String, &'static str, bool, String)> {
    let plan = plan(&Request {
        stack: "orders",
        owner: None,
        declared,
        live,
        schemas: &network_schemas(),
        comparators: &NoComparators,
        sources: &Disk,
        shields: &dmsrun_stack::plan::Shields::default(),
    })
    .unwrap();
    plan.steps
        .iter()
        .map(|s| (s.resource.kind.clone(), s.action.word(), s.delete_first, s.reason.clone()))
        .collect()
}

#[test]
fn a_new_vpc_is_made_beside_the_old_one_with_everything_that_follows_it() {
    let steps = steps_of(&network("10.1.0.0/16", "10.1.0.0/24", true), &live_network());
    let of = |kind: &str| steps.iter().find(|s| s.0 == kind).unwrap().clone();
    for kind in ["t.vpc", "t.address", "t.gateway", "t.subnet", "t.group"] {
        let (_, action, delete_first, reason) = of(kind);
        assert_eq!((action, delete_first), ("replace", false), "{kind}: {reason}");
    }
    assert_eq!(of("t.address").3, "goes with t.vpc/a, which is replaced");
    assert_eq!(of("t.group").3, "`subnet` follows t.subnet/a, which is replaced");
    assert_eq!(of("t.task").1, "update");
}

/// The live network after a run that was killed when these were there in their second generation.
fn begun(second: &[&str]) -> Vec<Live> {
    let mut live = live_network();
    for kind in second {
        let physical = format!("{kind}-2");
        let properties = match *kind {
            "t.vpc" => json!({ "cidr": "10.1.0.0/16" }),
            "t.address" => json!({}),
            _ => json!({ "vpc": "t.vpc-2", "cidr": "10.1.0.0/24" }),
        };
        let mut one = Live::new(ResourceId::new(*kind, "a"), physical.clone());
        one.generation = 2;
        one.properties = map(properties);
        one.outputs.insert("id".to_owned(), physical.into());
        live.push(one);
    }
    live
}

#[test]
fn a_replacement_that_a_killed_run_has_begun_goes_on_as_it_was_planned() {
    let wanted = network("10.1.0.0/16", "10.1.0.0/24", true);
    for second in [&["t.vpc"][..], &["t.vpc", "t.subnet"], &["t.vpc", "t.subnet", "t.address"]] {
        let steps = steps_of(&wanted, &begun(second));
        for kind in ["t.vpc", "t.address", "t.gateway", "t.subnet", "t.group"] {
            let action = if second.contains(&kind) { "delete" } else { "replace" };
            let (_, found, delete_first, reason) = steps.iter().find(|s| s.0 == kind).unwrap();
            assert_eq!((*found, *delete_first), (action, false), "{kind} of {second:?}: {reason}");
        }
    }
    let steps = steps_of(&wanted, &begun(&["t.vpc", "t.subnet"]));
    let reason = |kind: &str| steps.iter().find(|s| s.0 == kind).unwrap().3.clone();
    assert_eq!(reason("t.address"), "goes with t.vpc/a, which was replaced");
    assert_eq!(reason("t.group"), "`subnet` follows t.subnet/a, which was replaced");
}

#[test]
fn what_stands_beside_a_resource_on_the_same_thing_does_not_stand_on_it() {
    // A subnet group tells its VPC; its subnets stand on that VPC and not on the group.
    let mut live = live_network();
    live.retain(|one| ["t.vpc", "t.subnet", "t.group"].contains(&one.id.kind.as_str()));
    for one in &mut live {
        one.parents = match one.id.kind.as_str() {
            "t.subnet" => vec!["t.vpc-1".into()],
            "t.group" => vec!["t.subnet-1".into(), "t.vpc-1".into()],
            _ => Vec::new(),
        };
        if one.id.kind == "t.group" {
            one.outputs.insert("vpc_id".to_owned(), "t.vpc-1".into());
        }
    }
    let plan = plan(&Request {
        stack: "orders",
        owner: None,
        declared: &[],
        live: &live,
        schemas: &network_schemas(),
        comparators: &NoComparators,
        sources: &Disk,
        shields: &dmsrun_stack::plan::Shields::default(),
    })
    .unwrap();
    let job = |kind: &str| {
        plan.jobs.iter().position(|j| plan.steps[j.step].resource.kind == kind).unwrap()
    };
    assert!(plan.jobs[job("t.subnet")].after.contains(&job("t.group")));
    assert!(!plan.jobs[job("t.group")].after.contains(&job("t.subnet")));
}

#[test]
fn a_gateway_that_keeps_its_address_goes_before_the_next_one_is_made() {
    let steps = steps_of(&network("10.1.0.0/16", "10.1.0.0/24", false), &live_network());
    let gateway = steps.iter().find(|s| s.0 == "t.gateway").unwrap();
    assert_eq!((gateway.1, gateway.2), ("replace", true));
}

#[test]
fn a_subnet_goes_first_only_where_the_ranges_overlap() {
    let overlapping = steps_of(&network("10.0.0.0/16", "10.0.0.0/25", true), &live_network());
    assert_eq!((overlapping[0].0.as_str(), overlapping[0].2), ("t.subnet", true));
    let apart = steps_of(&network("10.0.0.0/16", "10.0.9.0/24", true), &live_network());
    assert_eq!((apart[0].0.as_str(), apart[0].2), ("t.subnet", false));
    assert_eq!(apart[1].1, "replace");
}

#[test]
fn what_the_state_fixes_is_replaced_with_its_reason() {
    let mut live = live_network();
    live[5].fixed.insert("group".to_owned(), "it has never run".to_owned());
    let steps = steps_of(&network("10.0.0.0/16", "10.0.9.0/24", true), &live);
    let task = steps.iter().find(|s| s.0 == "t.task").unwrap();
    assert_eq!(task.1, "replace");
    assert_eq!(task.3, "`group` follows t.group/a, which is replaced; it has never run");
}

#[test]
fn what_is_no_longer_declared_goes_back_to_nothing() {
    let mut group = network("10.0.0.0/16", "10.0.0.0/24", false).remove(1);
    group.reset.push("name".to_owned());
    group.reset.push("other".to_owned());
    let mut live = live_network().remove(1);
    live.properties.insert("name".to_owned(), "old".into());
    let steps = steps_of(&[group], &[live]);
    assert_eq!(steps, [("t.address".to_owned(), "update", false, "`name` - old".to_owned())]);
}

#[test]
fn what_follows_a_new_one_of_a_fresh_kind_is_replaced_in_the_plan() {
    let mut schemas = schemas();
    let key = declared("dms.instance", "key", 1, json!({}));
    let mut user = declared("dms.task", "user", 2, json!({}));
    let arn = Reference { target: key.id.clone(), path: vec!["arn".into()] };
    user.properties.insert("instance".into(), Value::Reference(arn));
    let (declared, there) =
        ([key, user], [live("dms.task", "user", json!({"instance": "theirs"}))]);
    let mut reason = |fresh| {
        schemas.get_mut("dms.instance").unwrap().fresh = fresh;
        let plan = plan(&Request {
            stack: "orders",
            owner: None,
            declared: &declared,
            live: &there,
            schemas: &schemas,
            comparators: &NoComparators,
            sources: &Disk,
            shields: &dmsrun_stack::plan::Shields::default(),
        })
        .unwrap();
        plan.steps.iter().find(|s| s.resource.id == "user").unwrap().action.word().to_owned()
    };
    // It may get its old ARN again, or it can't: that is what a kind says of itself.
    assert_eq!(reason(false), "update");
    assert_eq!(reason(true), "replace");
}

#[test]
fn a_protected_resource_that_may_have_to_be_replaced_refuses_in_the_plan() {
    let key = declared("dms.instance", "key", 1, json!({}));
    let mut user = declared("dms.task", "user", 2, json!({}));
    let arn = Reference { target: key.id.clone(), path: vec!["arn".into()] };
    user.properties.insert("instance".into(), Value::Reference(arn));
    let mut there = live("dms.task", "user", json!({"instance": "theirs"}));
    let plan = make(&[key.clone(), user.clone()], std::slice::from_ref(&there));
    assert!(plan.steps[1].may_replace.is_some());
    there.tags.insert("dmsrun:protect".into(), "true".into());
    let wrong = try_make(&[key, user], &[there]).unwrap_err();
    assert_eq!(wrong[0].summary, "A protected resource may be lost");
    assert!(wrong[0].details[0].1.contains("is protected and may have to be replaced"));
    assert!(wrong[0].hints.iter().any(|h| h.text.contains("the verb adopt dms.instance/key ID")));
}

#[test]
fn a_whole_number_reads_alike_from_both_sides() {
    let plan = make(
        &[declared("dms.instance", "main", 1, json!({"storage": 20}))],
        &[live("dms.instance", "main", json!({"storage": 10.0}))],
    );
    assert_eq!(plan.steps[0].reason, "`storage` 10 → 20");
}
