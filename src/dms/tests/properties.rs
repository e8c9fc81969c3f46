//! Properties: any valid document survives the model, nothing panics, comparison ignores what has
//! no meaning.
#![allow(clippy::unwrap_used)]

use dmsrun_dms::{Catalogue, CatalogueTable, Context, mappings, place, settings};
use proptest::prelude::*;
use serde_json::{Value, json};

fn name() -> impl Strategy<Value = String> {
    "[A-Za-z_%][a-z_%0-9]{0,5}"
}

fn selection() -> impl Strategy<Value = Value> {
    let action = prop_oneof![Just("include"), Just("exclude"), Just("explicit")];
    (action, name(), name(), prop::option::of(1_u32..99), prop::option::of("[a-z]{1,5}")).prop_map(
        |(action, schema, table, order, extra)| {
            let mut rule = json!({ "rule-type": "selection", "rule-action": action,
                "object-locator": { "schema-name": schema, "table-name": table } });
            if let Some(order) = order {
                rule["load-order"] = json!(order.to_string());
            }
            if let Some(extra) = extra {
                rule[format!("x-{extra}")] = json!([extra, 1]);
            }
            if order == Some(7) {
                rule["filters"] = json!([{ "filter-type": "source", "column-name": "c",
                    "filter-conditions": [{ "filter-operator": "eq", "value": "1" }] }]);
            }
            rule
        },
    )
}

fn transformation() -> impl Strategy<Value = Value> {
    let kind = prop_oneof![
        Just(("rename", "table")),
        Just(("add-prefix", "schema")),
        Just(("remove-suffix", "table")),
        Just(("convert-lowercase", "column")),
        Just(("remove-column", "column")),
        Just(("change-data-type", "column")),
    ];
    (kind, name(), name(), name(), "[a-z]{1,4}").prop_map(|((action, target), s, t, c, value)| {
        let mut rule = json!({ "rule-type": "transformation", "rule-action": action, "rule-target": target,
            "object-locator": { "schema-name": s } });
        if target != "schema" {
            rule["object-locator"]["table-name"] = json!(t);
        }
        if target == "column" {
            rule["object-locator"]["column-name"] = json!(c);
        }
        match action {
            "change-data-type" => rule["data-type"] = json!({ "type": "string", "length": 10 }),
            "convert-lowercase" | "remove-column" => {}
            _ => rule["value"] = json!(value),
        }
        rule
    })
}

fn document() -> impl Strategy<Value = Value> {
    prop::collection::vec(prop_oneof![selection(), transformation()], 1..8).prop_map(|mut rules| {
        for (index, rule) in rules.iter_mut().enumerate() {
            rule["rule-id"] = json!((index * 3 + 1).to_string());
            rule["rule-name"] = json!(format!("rule {index}"));
        }
        json!({ "rules": rules })
    })
}

fn any_json() -> impl Strategy<Value = Value> {
    let words = prop_oneof![
        Just("selection"),
        Just("rule-type"),
        Just("include"),
        Just("%"),
        Just("transformation"),
        Just("table-settings"),
        Just("rename"),
        Just("x"),
        Just("1")
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        words.prop_map(Value::from)
    ];
    let keys = prop_oneof![
        Just("rules"),
        Just("rule-type"),
        Just("rule-id"),
        Just("rule-name"),
        Just("rule-action"),
        Just("rule-target"),
        Just("object-locator"),
        Just("schema-name"),
        Just("filters"),
        Just("value"),
        Just("parallel-load"),
        Just("TargetMetadata"),
        Just("LobMaxSize"),
        Just("Logging"),
        Just("LogComponents")
    ];
    leaf.prop_recursive(5, 64, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map(keys.clone().prop_map(str::to_owned), inner, 0..6)
                .prop_map(|m| Value::Object(m.into_iter().collect()))
        ]
    })
}

proptest! {
    #[test]
    fn documents_survive_the_model(document in document()) {
        let model = mappings::parse(&document).unwrap();
        let written = model.to_json();
        prop_assert!(mappings::equal(&document, &written));
        prop_assert_eq!(mappings::parse(&written).unwrap(), model);
        // Unknown keys are there, and in place.
        for (before, after) in document["rules"].as_array().unwrap().iter().zip(written["rules"].as_array().unwrap()) {
            for (key, value) in before.as_object().unwrap().iter().filter(|(k, _)| k.starts_with("x-")) {
                prop_assert_eq!(&after[key], value);
            }
        }
    }

    #[test]
    fn renumbering_and_renaming_is_no_change(document in document(), gap in 1_u64..50) {
        let mut other = document.clone();
        for (index, rule) in other["rules"].as_array_mut().unwrap().iter_mut().enumerate() {
            rule["rule-id"] = json!((index as u64 + 1) * gap);
            rule["rule-name"] = json!(format!("n{index}"));
        }
        prop_assert_eq!(mappings::diff(&document, &other), vec![]);
    }

    #[test]
    fn nothing_panics_and_equality_holds(a in any_json(), b in any_json()) {
        let catalogue = Catalogue {
            tables: vec![CatalogueTable { schema: "x".into(), table: "x".into(), ..Default::default() }],
            ..Default::default()
        };
        let context = Context { catalogue: Some(catalogue), mappings: Some(b.clone()), ..Default::default() };
        for found in mappings::check(&a, &context) {
            prop_assert!(dmsrun_dms::codes::code(found.code).is_some());
        }
        settings::check(&a, &context);
        settings::diff(&a, &b);
        settings::merge(&a, &b);
        prop_assert!(mappings::equal(&a, &a));
        prop_assert!(mappings::diff(&a, &b).is_empty() == mappings::diff(&b, &a).is_empty());
    }

    #[test]
    fn any_text_is_answered(text in ".{0,60}", path in "[a-z.\\[\\]0-9]{0,12}") {
        mappings::check_text(&text, &Context::default());
        settings::check_text(&text, &Context::default());
        place::find(&text, &path);
    }

    #[test]
    fn what_is_evaluated_does_not_depend_on_the_order(document in document()) {
        let catalogue = Catalogue {
            tables: ["a.a", "a.b", "b_.c", "A.x1"].iter().map(|n| {
                let (schema, table) = n.split_once('.').unwrap();
                CatalogueTable { schema: schema.into(), table: table.into(), ..Default::default() }
            }).collect(),
            ..Default::default()
        };
        let mut turned = document.clone();
        turned["rules"].as_array_mut().unwrap().reverse();
        let run = |d: &Value| dmsrun_dms::evaluate(&mappings::parse(d).unwrap(), &catalogue).tables;
        prop_assert_eq!(run(&document), run(&turned));
        prop_assert!(mappings::equal(&document, &turned));
    }
}
