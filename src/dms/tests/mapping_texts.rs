//! Findings on the text of a document: where they point, in files and in words.
#![allow(clippy::unwrap_used)]

use dmsrun_dms::{Context, Finding, MigrationType, TaskTables, loaded_onto_itself, mappings};
use serde_json::{Value, json};

fn check(text: &str) -> Vec<Finding> {
    mappings::check_text(text, &Context::default())
}

fn places(found: &[Finding]) -> Vec<(&str, Option<usize>, Option<usize>)> {
    found.iter().map(|f| (f.code, f.line, f.column)).collect()
}

#[test]
fn findings_have_the_line_and_column_of_their_key() {
    let found = check(
        "{\n  \"rules\": [\n    { \"rule-type\": \"selection\", \"rule-id\": \"1\",\n      \"rule-name\": \"a\", \"rule-action\": \"inclde\",\n      \"object-locator\": { \"schema-name\": \"s\", \"table-name\": \"%\" } },\n    { \"rule-type\": \"table-settings\", \"rule-id\": 1, \"rule-name\": \"b\",\n      \"object-locator\": { \"schema-name\": \"s\" } }\n  ]\n}\n",
    );
    assert_eq!(
        places(&found),
        [
            ("M112", Some(4), Some(25)),
            ("M107", Some(6), Some(38)),
            ("M116", Some(7), Some(7)),
            ("M413", Some(6), Some(5)),
        ]
    );
    assert_eq!(found[0].path, "rules[0].rule-action");
}

#[test]
fn a_key_that_is_there_twice_is_told_with_both_places() {
    let found = check(
        "{\"rules\": [{\"rule-type\": \"selection\", \"rule-id\": \"1\", \"rule-name\": \"a\",\n  \"rule-action\": \"exclude\", \"rule-action\": \"include\", \"rule-name\": \"a\",\n  \"object-locator\": {\"schema-name\": \"s\", \"table-name\": \"%\"}}]}",
    );
    assert_eq!(places(&found), [("M130", Some(2), Some(29)), ("M131", Some(2), Some(55))]);
    assert_eq!(
        found[0].message,
        "\"rule-action\" is there already (line 2, column 3) and says something else"
    );
    assert_eq!(found[0].path, "rules[0].rule-action");
    assert!(found[0].is_error() && !found[1].is_error());
}

#[test]
fn what_is_no_json_is_told_at_its_place_with_what_is_probably_wrong() {
    for (text, place, hint) in [
        ("", (1, 1), "the file is empty"),
        ("{\"rules\": [1,]}", (1, 14), "take the comma before the bracket away"),
        ("{\n // all\n \"rules\": []}", (2, 2), "JSON has no comments"),
        ("{'rules': []}", (1, 2), "keys and texts stand in double quotes"),
        ("{rules: []}", (1, 2), "keys and texts stand in double quotes"),
        ("{“rules”: []}", (1, 2), "keys and texts stand in double quotes"),
        ("\u{feff}{}", (1, 1), "the file begins with a byte order mark: save it without one"),
    ] {
        let found = check(text);
        assert_eq!(found.len(), 1, "{text}");
        assert_eq!(
            (found[0].code, found[0].line, found[0].column),
            ("M101", Some(place.0), Some(place.1)),
            "{text}"
        );
        assert_eq!(found[0].hint.as_deref(), Some(hint), "{text}");
    }
    let found = mappings::check_bytes(b"{\n \xff}", &Context::default());
    assert_eq!(places(&found), [("M101", Some(2), Some(2))]);
    let deep = "[".repeat(5000);
    assert_eq!(check(&deep)[0].code, "M101");
    // The format of before 2016.
    let found = check("{\"TableMappings\": [{\"Type\": \"Include\"}]}");
    let hint = found.iter().find(|f| f.code == "M102").unwrap().hint.clone().unwrap();
    assert!(hint.contains("no longer taken"), "{hint}");
}

/// Scripts have no ids: what wins is what is written first. JSON has ids. Both are told.
#[test]
fn precedence_is_told_in_words_that_hold_for_scripts_and_for_json() {
    let document = json!({ "rules": [
        { "rule-type": "selection", "rule-id": "1", "rule-name": "all", "rule-action": "include",
          "object-locator": { "schema-name": "s", "table-name": "%" } },
        { "rule-type": "transformation", "rule-id": "2", "rule-name": "prefix", "rule-action": "add-prefix",
          "rule-target": "table", "object-locator": { "schema-name": "s", "table-name": "%" }, "value": "x_" },
        { "rule-type": "transformation", "rule-id": "3", "rule-name": "orders", "rule-action": "rename",
          "rule-target": "table", "object-locator": { "schema-name": "s", "table-name": "orders" }, "value": "bills" },
    ]});
    let found = mappings::check(&document, &Context::default());
    let beaten = found.iter().find(|f| f.code == "M302").unwrap();
    assert_eq!(beaten.path, "rules[2].rule-id");
    assert_eq!(
        beaten.message,
        "rename table \"s.orders\" to \"bills\" is never applied: add-prefix table \"s.%\" \"x_\" comes first, on everything it matches"
    );
    let hint = beaten.hint.as_deref().unwrap();
    assert!(hint.contains("in a script") && hint.contains("in JSON"), "{hint}");
    // No message speaks of an id that a script does not have.
    assert!(found.iter().all(|f| !f.message.contains("id 2") && !f.message.contains("lower id")));
}

#[test]
fn so_many_patterns_that_not_all_are_compared_are_told() {
    let rule = |n: usize| {
        json!({ "rule-type": "transformation", "rule-id": n.to_string(), "rule-name": format!("r{n}"),
            "rule-action": "rename", "rule-target": "column", "value": format!("v{n}"),
            "object-locator": { "schema-name": "s", "table-name": "%", "column-name": format!("c{n}") } })
    };
    let mut rules: Vec<Value> = (1..2500).map(rule).collect();
    rules.push(json!({ "rule-type": "selection", "rule-id": "9999", "rule-name": "s", "rule-action": "include",
        "object-locator": { "schema-name": "s", "table-name": "%" } }));
    let found = mappings::check(&json!({ "rules": rules }), &Context::default());
    assert!(found.iter().any(|f| f.code == "M133" && f.path == "rules"));
}

#[test]
fn a_table_that_would_be_loaded_onto_itself_is_an_error() {
    let select = json!({ "rule-type": "selection", "rule-id": "1", "rule-name": "all", "rule-action": "include",
        "object-locator": { "schema-name": "s", "table-name": "%" } });
    let rename = json!({ "rule-type": "transformation", "rule-id": "2", "rule-name": "r", "rule-action": "rename",
        "rule-target": "schema", "object-locator": { "schema-name": "s" }, "value": "d" });
    let (same, moved) = (json!({ "rules": [select] }), json!({ "rules": [select, rename] }));
    let task = |mappings, target| TaskTables {
        name: "copy",
        migration_type: MigrationType::FullLoad,
        source: "db:3306/shop",
        target,
        mappings,
    };
    let found = loaded_onto_itself(&task(&same, "db:3306/shop"), None).unwrap();
    assert_eq!(found.code, "T102");
    assert!(found.message.contains("include \"s.%\" keeps its name"), "{}", found.message);
    assert_eq!(loaded_onto_itself(&task(&same, "other"), None), None);
    assert_eq!(loaded_onto_itself(&task(&moved, "db:3306/shop"), None), None);
    let catalogue = dmsrun_dms::Catalogue::read("table_schema,table_name\ns,t\n", "t.csv").unwrap();
    assert!(loaded_onto_itself(&task(&same, "db:3306/shop"), Some(&catalogue)).is_some());
    assert_eq!(loaded_onto_itself(&task(&moved, "db:3306/shop"), Some(&catalogue)), None);
}
