//! 5. Transformations: each action, and masks.

use super::{catalogue, change, codes, columns, run, select, targets};
use dmsrun_dms::{
    Catalogue,
    mappings::{self, Action},
};
use serde_json::{Value, json};

#[test]
fn section_5_2_every_naming_action_on_every_target() {
    let cases = [
        ("rename", json!({ "value": "new" }), "new"),
        ("convert-lowercase", json!({}), "pre_name_suf"),
        ("convert-uppercase", json!({}), "PRE_NAME_SUF"),
        ("add-prefix", json!({ "value": "x" }), "xPre_Name_Suf"),
        ("remove-prefix", json!({ "value": "Pre_" }), "Name_Suf"),
        ("replace-prefix", json!({ "value": "P", "old-value": "Pre" }), "P_Name_Suf"),
        ("add-suffix", json!({ "value": "x" }), "Pre_Name_Sufx"),
        ("remove-suffix", json!({ "value": "_Suf" }), "Pre_Name"),
        ("replace-suffix", json!({ "value": "S", "old-value": "Suf" }), "Pre_Name_S"),
    ];
    for (action, more, expected) in cases {
        for (target, object, lines) in [
            ("schema", "Pre_Name_Suf", ["Pre_Name_Suf.t(c)"]),
            ("table", "s.Pre_Name_Suf", ["s.Pre_Name_Suf(c)"]),
            ("column", "s.t.Pre_Name_Suf", ["s.t(Pre_Name_Suf)"]),
        ] {
            let e = run(
                &catalogue(&lines),
                &[select(1, "include", "%.%"), change(2, action, target, object, more.clone())],
            );
            let t = &e.tables[0];
            let got = match target {
                "schema" => t.target_schema.as_str(),
                "table" => t.target_table.as_str(),
                _ => t.columns[0].target.as_deref().unwrap(),
            };
            assert_eq!(got, expected, "{action} on {target}");
        }
        // A name without the affix stays.
        if action.starts_with("re") && action != "rename" {
            let e = run(
                &catalogue(&["s.other"]),
                &[select(1, "include", "s.%"), change(2, action, "table", "s.%", more)],
            );
            assert_eq!(targets(&e), ["s.other"], "{action}");
        }
    }
}

#[test]
fn section_5_2_actions_without_meaning_are_errors() {
    let actions: Vec<&str> = Action::WORDS.to_vec();
    for action in actions {
        let action_of = Action::from_word(action).unwrap();
        for target in ["schema", "table", "column"] {
            let object = match target {
                "schema" => "s",
                "table" => "s.t",
                _ => "s.t.c",
            };
            let found =
                codes(&[select(1, "include", "s.%"), change(2, action, target, object, json!({}))]);
            let allowed = if action_of.is_naming() {
                true
            } else if action == "define-primary-key" {
                target == "table"
            } else {
                target == "column"
            };
            assert_eq!(found.contains(&"M123"), !allowed, "{action} on {target}");
        }
    }
}

#[test]
fn section_5_3_before_images_have_their_defaults() {
    let c = catalogue(&["s.t(id int!, note varchar(9), body longtext)"]);
    let with = |def: Value| {
        let e = run(
            &c,
            &[
                select(1, "include", "s.%"),
                change(2, "add-before-image-columns", "column", "s.t", def),
            ],
        );
        columns(&e).split_off(3)
    };
    assert_eq!(with(json!({})), ["BI_id"]);
    assert_eq!(
        with(json!({ "before-image-def": { "column-filter": "non-lob" } })),
        ["BI_id", "BI_note"]
    );
    let suffix = json!({ "before-image-def": { "column-prefix": "", "column-suffix": "_was", "column-filter": "all" } });
    assert_eq!(with(suffix), ["id_was", "note_was", "body_was"]);
}

#[test]
fn section_5_3_an_added_column_must_be_new_whatever_its_case() {
    let c = catalogue(&["s.t(Id, note)"]);
    let add = |name: &str| {
        let more = json!({ "value": name, "data-type": { "type": "string", "length": 50, "precision": 6 } });
        run(&c, &[select(1, "include", "s.%"), change(2, "add-column", "column", "s.t", more)])
    };
    assert!(add("ID").findings.iter().any(|f| f.code == "M604"));
    let e = add("fresh");
    assert_eq!(columns(&e), ["Id", "note", "fresh"]);
    assert_eq!(e.tables[0].columns[2].data_type, "string(50)");
}

#[test]
fn section_5_3_masks_as_the_guide_shows_them() {
    let mask = |action: &str, value: Option<&str>| {
        let more = value.map_or(json!({}), |v| json!({ "value": v }));
        let m = mappings::parse(&json!({ "rules": [change(1, action, "column", "s.t.c", more)] }))
            .unwrap();
        mappings::mask::masked(m.rules[0].transformation().unwrap(), "C6BGJ566669K", || 7)
    };
    assert_eq!(mask("data-masking-digits-mask", Some("#")), "C#BGJ######K");
    assert_eq!(mask("data-masking-digits-randomize", None), "C7BGJ777777K");
    // Example 14.
    let hash = mask("data-masking-hash-mask", None);
    assert_eq!(hash.len(), 64);
    assert!(hash.starts_with("7CB06784") && hash.ends_with("0C75"), "{hash}");
}

#[test]
fn section_5_3_masks_know_their_types() {
    let types = [
        "varchar(9)",
        "nvarchar(9)",
        "numeric(9,2)",
        "int",
        "bigint unsigned",
        "date",
        "double",
        "varbinary(9)",
    ];
    let taken = |action: &str| -> Vec<bool> {
        let taken = |kind: &&str| {
            let csv =
                format!("table_schema,table_name,column_name,column_type\ns,t,c,\"{kind}\"\n");
            let c = Catalogue::read(&csv, "c.csv").unwrap();
            let e = run(
                &c,
                &[
                    select(1, "include", "s.%"),
                    change(2, action, "column", "s.t.c", json!({ "value": "#" })),
                ],
            );
            !e.findings.iter().any(|f| f.code == "M315")
        };
        types.iter().map(taken).collect()
    };
    let texts = [true, true, false, false, false, false, false, false];
    assert_eq!(taken("data-masking-digits-mask"), texts);
    assert_eq!(taken("data-masking-hash-mask"), texts);
    assert_eq!(
        taken("data-masking-digits-randomize"),
        [true, true, true, true, true, false, false, false]
    );
}
