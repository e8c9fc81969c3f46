//! Any document that can be read survives the model: what it says, what nobody knows, the order of
//! its rules.
#![allow(clippy::unwrap_used)]

mod documents;

use dmsrun_dms::mappings;
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};
use serde_json::Value;
use std::collections::BTreeMap;

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn documents_of_every_rule_type_survive_the_model(document in documents::document()) {
        let model = match mappings::parse(&document) {
            Ok(model) => model,
            Err(errors) => return Err(TestCaseError::fail(format!("{errors:?}"))),
        };
        let written = model.to_json();
        prop_assert!(mappings::equal(&document, &written), "{:#?}", mappings::diff(&document, &written));
        prop_assert_eq!(mappings::parse(&written).unwrap(), model);
        // As text, too.
        let again: Value = serde_json::from_str(&written.to_string()).unwrap();
        prop_assert_eq!(&again, &written);
        // Rule by rule, in order, unknown keys in place.
        let rules = |d: &Value| d["rules"].as_array().unwrap().clone();
        prop_assert_eq!(rules(&document).len(), rules(&written).len());
        for (before, after) in rules(&document).iter().zip(rules(&written)) {
            prop_assert_eq!(&before["rule-type"], &after["rule-type"]);
            prop_assert_eq!(before.get("x-unknown"), after.get("x-unknown"));
            prop_assert_eq!(before["object-locator"].get("x-inside"), after["object-locator"].get("x-inside"));
            let text = |v: &Value| v.as_str().map_or(v.to_string(), str::to_owned);
            prop_assert_eq!(text(&before["rule-id"]), text(&after["rule-id"]));
        }
        prop_assert_eq!(document.get("x-version"), written.get("x-version"));
    }

    #[test]
    fn a_change_of_any_rule_is_seen(document in documents::document(), at in any::<prop::sample::Index>()) {
        let mut other = document.clone();
        let rules = other["rules"].as_array_mut().unwrap();
        let n = at.index(rules.len());
        rules[n]["object-locator"]["schema-name"] = "changed_by_the_test".into();
        prop_assert!(!mappings::equal(&document, &other));
    }

    #[test]
    fn every_document_becomes_a_script(document in documents::document()) {
        let text = mappings::to_lua(&document);
        let long = text.lines().find(|l| l.replace('\t', "    ").chars().count() > 240);
        prop_assert_eq!(long, None);
        prop_assert_eq!(text.lines().last(), Some("}"));
    }
}

/// The generator makes every type of rule and every action, or the properties above say little.
#[test]
fn every_action_is_generated() {
    let mut runner = TestRunner::deterministic();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for _ in 0..400 {
        let document = documents::document().new_tree(&mut runner).unwrap().current();
        for rule in document["rules"].as_array().unwrap() {
            let word = |key: &str| rule[key].as_str().unwrap_or_default().to_owned();
            *seen.entry(format!("{} {}", word("rule-type"), word("rule-action"))).or_default() += 1;
        }
    }
    assert_eq!(seen.len(), 3 + 18 + 1 + 2 + 1 + 1, "{seen:#?}");
}

/// Compares what the scripts built (`N.out`) with the documents.
#[test]
#[ignore = "reads files of a comparison by hand"]
fn built_by_scripts() {
    let Some(folder) = std::env::var_os("DMSRUN_SCRIPTS").map(std::path::PathBuf::from) else {
        return;
    };
    let read = |name: String| -> Value {
        serde_json::from_str(&std::fs::read_to_string(folder.join(name)).unwrap()).unwrap()
    };
    for n in 0..500 {
        let (document, built) = (read(format!("{n}.json")), read(format!("{n}.out")));
        let changes = mappings::diff(&document, &built);
        assert!(changes.is_empty(), "{n}: {changes:#?}");
    }
}

/// Writes documents with their scripts into the folder `DMSRUN_SCRIPTS`, for a comparison where Lua
/// runs: `DMSRUN_SCRIPTS=/tmp/x cargo test -p dmsrun-dms --test round_trip scripts -- --ignored`.
#[test]
#[ignore = "writes files for a comparison by hand"]
fn scripts_for_a_comparison() {
    let Some(folder) = std::env::var_os("DMSRUN_SCRIPTS").map(std::path::PathBuf::from) else {
        return;
    };
    std::fs::create_dir_all(&folder).unwrap();
    let mut runner = TestRunner::deterministic();
    for n in 0..500 {
        let document = documents::document().new_tree(&mut runner).unwrap().current();
        std::fs::write(folder.join(format!("{n}.json")), document.to_string()).unwrap();
        std::fs::write(folder.join(format!("{n}.lua")), mappings::to_lua(&document)).unwrap();
    }
}
