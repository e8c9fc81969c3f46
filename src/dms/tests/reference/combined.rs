//! 5.4 How several rules combine, and 5.5 expressions. Rule 2 is an example, rules 5 and 6 are the
//! task settings' and rule 8 is in `mapping_texts.rs`.

use super::{catalogue, change, codes, columns, run, select, targets};
use dmsrun_dms::{
    Context, Evaluation,
    mappings::{self, Action},
};
use serde_json::{Value, json};

#[test]
fn section_5_4_rule_1_locators_match_source_names_at_every_level() {
    let c = catalogue(&["s.t(c)"]);
    let e = run(
        &c,
        &[
            select(1, "include", "s.%"),
            change(2, "rename", "schema", "s", json!({ "value": "d" })),
            change(3, "rename", "table", "s.t", json!({ "value": "u" })),
            change(4, "rename", "column", "s.t.c", json!({ "value": "e" })),
            // The same by the new names: none of them matches.
            change(5, "add-prefix", "table", "d.t", json!({ "value": "no_" })),
            change(6, "add-prefix", "column", "s.u.c", json!({ "value": "no_" })),
            change(7, "add-prefix", "column", "s.t.e", json!({ "value": "no_" })),
        ],
    );
    assert_eq!((targets(&e), columns(&e)), (vec!["d.u".to_owned()], vec!["e".to_owned()]));
    let idle: Vec<usize> = e.rules.iter().filter(|r| r.matched == 0).map(|r| r.index).collect();
    assert_eq!(idle, [4, 5, 6]);
}

#[test]
fn section_5_4_rule_3_one_action_on_one_object_the_lower_id_wins() {
    let c = catalogue(&["s.t(c varchar(9))"]);
    // On a column, broad before specific and the other way round.
    for (broad, exact, expected) in [(2, 3, "x_c"), (3, 2, "d")] {
        let e = run(
            &c,
            &[
                select(1, "include", "s.%"),
                change(broad, "add-prefix", "column", "s.%.%", json!({ "value": "x_" })),
                change(exact, "rename", "column", "s.t.c", json!({ "value": "d" })),
            ],
        );
        assert_eq!(columns(&e), [expected]);
        let loser = e.rules.iter().find(|r| r.beaten_by.is_some()).unwrap();
        assert_eq!((loser.rule_id, loser.applied), (3, 0));
        assert!(e.findings.iter().any(|f| f.code == "M302"));
    }
    // A mask may stand beside a change of type, not beside a rename.
    let mask = |id: u64| change(id, "data-masking-hash-mask", "column", "s.t.c", json!({}));
    let e = run(
        &c,
        &[
            select(1, "include", "s.%"),
            change(2, "rename", "column", "s.t.c", json!({ "value": "d" })),
            mask(3),
        ],
    );
    assert_eq!((e.tables[0].columns[0].masked_by, columns(&e)), (None, vec!["d".to_owned()]));
    let typed = json!({ "data-type": { "type": "string", "length": 99 } });
    let e = run(
        &c,
        &[
            select(1, "include", "s.%"),
            change(2, "change-data-type", "column", "s.t.c", typed),
            mask(3),
        ],
    );
    assert_eq!(e.tables[0].columns[0].masked_by, Some(Action::MaskHash));
    assert_eq!(e.tables[0].columns[0].data_type, "string(99)");
    // A mask of an added column counts, too.
    let add = json!({ "value": "n", "expression": "$c", "data-type": { "type": "string", "length": 64 } });
    let e = run(
        &c,
        &[
            select(1, "include", "s.%"),
            change(2, "add-column", "column", "s.t", add),
            change(3, "data-masking-hash-mask", "column", "s.t.n", json!({})),
        ],
    );
    assert_eq!(e.tables[0].columns[1].masked_by, Some(Action::MaskHash));
    // Two masks: the first.
    let e = run(
        &c,
        &[
            select(1, "include", "s.%"),
            change(2, "data-masking-digits-mask", "column", "s.t.c", json!({ "value": "#" })),
            mask(3),
        ],
    );
    assert_eq!(e.tables[0].columns[0].masked_by, Some(Action::MaskDigits));
}

#[test]
fn section_5_4_rule_4_ids_compare_as_numbers() {
    let c = catalogue(&["s.t"]);
    let rename = |id: u64, to: &str| change(id, "rename", "table", "s.t", json!({ "value": to }));
    let e = run(&c, &[select(1, "include", "s.%"), rename(10, "ten"), rename(9, "nine")]);
    assert_eq!(targets(&e), ["s.nine"]);
}

#[test]
fn section_5_4_rule_7_two_sources_on_one_target_are_found_for_tables_schemas_and_columns() {
    let has = |e: &Evaluation, code: &str| e.findings.iter().any(|f| f.code == code);
    let e = run(
        &catalogue(&["a.t", "b.t"]),
        &[select(1, "include", "%.t"), change(2, "rename", "schema", "b", json!({ "value": "a" }))],
    );
    assert!(has(&e, "M603"), "{:?}", e.findings);
    let e = run(
        &catalogue(&["s.t(a, b_old)"]),
        &[
            select(1, "include", "s.t"),
            change(2, "rename", "column", "s.t.b_old", json!({ "value": "a" })),
        ],
    );
    assert!(has(&e, "M604"));
    // A table that is not taken is in nobody's way.
    let e = run(
        &catalogue(&["a.t", "b.t"]),
        &[select(1, "include", "b.t"), change(2, "rename", "schema", "b", json!({ "value": "a" }))],
    );
    assert!(!has(&e, "M603"));
}

#[test]
fn section_5_4_rule_9_changes_of_the_target_need_a_reload() {
    let document = |rules: &[Value]| json!({ "rules": rules });
    let (all, more) = (select(1, "include", "s.%"), select(2, "include", "t.%"));
    let rename = |to: &str| change(3, "rename", "table", "s.t", json!({ "value": to }));
    let changes =
        |a: &[Value], b: &[Value]| mappings::alters_target(&document(a), &document(b)).len();
    assert_eq!(changes(std::slice::from_ref(&all), &[all.clone(), more]), 0);
    assert_eq!(changes(&[all.clone(), rename("u")], &[all.clone(), rename("u")]), 0);
    assert_eq!(changes(&[all.clone(), rename("u")], &[all.clone(), rename("v")]), 1);
    assert_eq!(changes(&[all.clone(), rename("u")], &[all]), 1);
}

#[test]
fn section_5_4_rule_10_columns_with_special_characters_are_told() {
    for name in ["a#b", "a\\b", "a/b", "a-b", "שם"] {
        let object = json!({ "object-locator": { "column-name": name } });
        let found = codes(&[
            select(1, "include", "s.%"),
            change(2, "convert-lowercase", "column", "s.t", object),
        ]);
        assert!(found.contains(&"M318"), "{name}");
    }
}

// 5.5 Expressions

#[test]
fn section_5_5_every_function_and_variable_is_known() {
    let functions = [
        "lower",
        "upper",
        "ltrim",
        "rtrim",
        "trim",
        "replace",
        "substr",
        "replaceChars",
        "hex",
        "randomblob",
        "zeroblob",
        "abs",
        "random",
        "round",
        "max",
        "min",
        "coalesce",
        "ifnull",
        "nullif",
        "date",
        "time",
        "datetime",
        "julianday",
        "strftime",
        "hash_sha256",
        "operation_indicator",
        "SUBSTR",
    ];
    let variables = [
        "AR_H_STREAM_POSITION",
        "AR_H_TIMESTAMP",
        "AR_H_COMMIT_TIMESTAMP",
        "AR_H_OPERATION",
        "AR_H_USER",
        "AR_H_CHANGE_SEQ",
        "AR_M_SOURCE_SCHEMA",
        "AR_M_SOURCE_TABLE_NAME",
        "AR_M_SOURCE_COLUMN_NAME",
        "AR_M_SOURCE_COLUMN_DATATYPE",
        "AR_M_MODIFIED_SCHEMA",
        "AR_M_MODIFIED_TABLE_NAME",
    ];
    let calls = functions.iter().map(|f| format!(" {f} ($c)"));
    for expression in calls.chain(variables.iter().map(|v| format!("${v}"))) {
        let more = json!({ "value": "n", "expression": expression, "data-type": { "type": "string", "length": 9 } });
        let found =
            codes(&[select(1, "include", "s.%"), change(2, "add-column", "column", "s.t", more)]);
        assert_eq!(found, [""; 0], "{expression}");
    }
    let curly = json!({ "value": "n", "expression": "‘x’||$c", "data-type": { "type": "string", "length": 9 } });
    let found =
        codes(&[select(1, "include", "s.%"), change(2, "add-column", "column", "s.t", curly)]);
    assert_eq!(found, ["M321"]);
}

#[test]
fn section_5_5_an_action_twice_in_one_rule_is_read_and_noted() {
    let text = r#"{"rules": [{"rule-type": "selection", "rule-id": "1", "rule-name": "a",
        "rule-action": "include", "rule-action": "include",
        "object-locator": {"schema-name": "s", "table-name": "%"}}]}"#;
    let found = mappings::check_text(text, &Context::default());
    assert_eq!(found.iter().map(|f| f.code).collect::<Vec<_>>(), ["M131"]);
}
