//! The worked examples of the table-mapping grammar, each with the result that is given for it.
#![allow(clippy::unwrap_used)]

use dmsrun_dms::{
    Catalogue, CatalogueTable, Column, Evaluation, TableKind, evaluate,
    mappings::{self, Action, Filter},
};
use serde_json::{Value, json};

fn table(name: &str) -> CatalogueTable {
    let (schema, table) = name.split_once('.').unwrap();
    let (table, kind) = match table.strip_suffix("(view)") {
        Some(view) => (view, TableKind::View),
        None => (table, TableKind::Table),
    };
    CatalogueTable { schema: schema.into(), table: table.into(), kind, ..Default::default() }
}

fn catalogue(names: &[&str]) -> Catalogue {
    Catalogue { tables: names.iter().map(|n| table(n)).collect(), ..Default::default() }
}

fn with_columns(name: &str, columns: &[(&str, &str)]) -> Catalogue {
    let columns = columns.iter().map(|(n, t)| Column {
        name: (*n).into(),
        data_type: (*t).into(),
        ..Default::default()
    });
    let table = CatalogueTable { columns: columns.collect(), ..table(name) };
    Catalogue { tables: vec![table], ..Default::default() }
}

/// A selection; `id` stands for name, too.
fn select(id: u64, action: &str, name: &str) -> Value {
    let (schema, table) = name.split_once('.').unwrap();
    json!({ "rule-type": "selection", "rule-id": id.to_string(), "rule-name": format!("r{id}"),
        "rule-action": action, "object-locator": { "schema-name": schema, "table-name": table } })
}

fn change(id: u64, action: &str, target: &str, name: &str, more: Value) -> Value {
    let mut parts = name.split('.');
    let mut locator = json!({ "schema-name": parts.next().unwrap() });
    for key in ["table-name", "column-name"] {
        if let Some(part) = parts.next() {
            locator[key] = json!(part);
        }
    }
    let mut rule = json!({ "rule-type": "transformation", "rule-id": id.to_string(),
        "rule-name": format!("r{id}"), "rule-action": action, "rule-target": target,
        "object-locator": locator });
    for (key, value) in more.as_object().unwrap() {
        rule[key] = value.clone();
    }
    rule
}

fn run(catalogue: &Catalogue, rules: &[Value]) -> Evaluation {
    let mappings = mappings::parse(&json!({ "rules": rules })).unwrap();
    evaluate(&mappings, catalogue)
}

fn selected(e: &Evaluation) -> Vec<String> {
    e.selected().map(|t| t.source_name()).collect()
}

fn targets(e: &Evaluation) -> Vec<String> {
    e.selected().map(|t| t.target_name()).collect()
}

fn columns(e: &Evaluation) -> Vec<String> {
    e.tables[0].columns.iter().filter_map(|c| c.target.clone()).collect()
}

fn codes(e: &Evaluation) -> Vec<&str> {
    e.findings.iter().map(|f| f.code).collect()
}

#[test]
fn example_1_everything_in_a_schema() {
    let c = catalogue(&["Test.Customer", "Test.Orders", "Prod.X"]);
    let e = run(&c, &[select(1, "include", "Test.%")]);
    assert_eq!(selected(&e), ["Test.Customer", "Test.Orders"]);
    assert_eq!(e.rules[0].matched, 2);
    assert_eq!(e.rules[0].text, "include \"Test.%\"");
}

#[test]
fn example_2_include_minus_exclude() {
    let mut c = catalogue(&["Test.Customer", "Test.DMS", "Test.DMS_log", "Test.dms_old"]);
    let rules = [select(1, "include", "Test.%"), select(2, "exclude", "Test.DMS%")];
    let e = run(&c, &rules);
    assert_eq!(selected(&e), ["Test.Customer", "Test.dms_old"]);
    assert_eq!(e.table("Test", "DMS").unwrap().excluded_by, Some(2));
    let turned = run(&c, &[rules[1].clone(), rules[0].clone()]);
    assert_eq!(selected(&turned), selected(&e));
    c.case_insensitive = true;
    assert_eq!(selected(&run(&c, &rules)), ["Test.Customer"]);
}

#[test]
fn example_3_explicit_takes_one_and_no_wildcard() {
    let c = catalogue(&["NewCust.Customer", "NewCust.Customer2"]);
    let e = run(&c, &[select(1, "explicit", "NewCust.Customer")]);
    assert_eq!(selected(&e), ["NewCust.Customer"]);
    let document = json!({ "rules": [select(1, "explicit", "NewCust.Cust%")] });
    let found = mappings::check(&document, &Default::default());
    assert!(
        found.iter().any(|f| f.code == "M201" && f.path == "rules[0].object-locator.table-name")
    );
    let e = run(&c, &[select(1, "explicit", "NewCust.Cust%")]);
    assert!(selected(&e).is_empty());
}

#[test]
fn example_4_load_order_is_kept() {
    let c = catalogue(&["Test.loadsecond", "Test.loadfirst"]);
    let mut rules =
        [select(1, "include", "Test.loadsecond"), select(2, "include", "Test.loadfirst")];
    rules[0]["load-order"] = json!("1");
    rules[1]["load-order"] = json!(2);
    let e = run(&c, &rules);
    assert_eq!(e.tables[0].load_order, Some(1));
    assert_eq!(e.tables[1].load_order, Some(2));
}

#[test]
fn example_5_views_by_table_type() {
    let c = catalogue(&["Test.view_DMS_a(view)", "Test.view_DMSb(view)", "Test.view_DMS_t"]);
    let mut rule = select(1, "include", "Test.view_DMS%");
    assert_eq!(selected(&run(&c, std::slice::from_ref(&rule))), ["Test.view_DMS_t"]);
    rule["object-locator"]["table-type"] = json!("view");
    let e = run(&c, std::slice::from_ref(&rule));
    assert_eq!(selected(&e), ["Test.view_DMS_a", "Test.view_DMSb"]);
    rule["object-locator"]["table-type"] = json!("all");
    assert_eq!(selected(&run(&c, &[rule])).len(), 3);
}

#[test]
fn example_6_the_underscore_trap_and_the_escape_character() {
    let mut c = catalogue(&["ROOT.TEST_T1", "ROOT.TESTXT1", "ROOT.TEST_T"]);
    assert_eq!(selected(&run(&c, &[select(1, "include", "ROOT.TEST_T%")])).len(), 3);
    c.escape_character = Some('#');
    let e = run(&c, &[select(1, "include", "ROOT.TEST#_T%")]);
    assert_eq!(selected(&e), ["ROOT.TEST_T1", "ROOT.TEST_T"]);
}

#[test]
fn example_7_schema_and_table_rename_together() {
    let c = catalogue(&["Test.Actor", "Test.Film"]);
    let mut rules = vec![
        select(1, "include", "Test.%"),
        change(2, "rename", "schema", "Test", json!({ "value": "Test1" })),
        change(3, "rename", "table", "Test.Actor", json!({ "value": "Actor1" })),
    ];
    assert_eq!(targets(&run(&c, &rules)), ["Test1.Actor1", "Test1.Film"]);
    rules[2]["object-locator"]["schema-name"] = json!("Test1");
    let e = run(&c, &rules);
    assert_eq!(targets(&e), ["Test1.Actor", "Test1.Film"]);
    assert_eq!(e.rules[2].matched, 0);
    let found = mappings::check(&json!({ "rules": rules }), &Default::default());
    let idle = found.iter().find(|f| f.code == "M304").unwrap();
    assert_eq!(idle.path, "rules[2].object-locator");
    assert!(idle.hint.as_ref().unwrap().contains("write \"Test\", not \"Test1\""));
}

#[test]
fn example_8_the_lower_id_wins() {
    let c = catalogue(&["test.Actor", "test.Film"]);
    let rules = |prefix: u64, rename: u64| {
        vec![
            select(1, "include", "test.%"),
            change(prefix, "add-prefix", "table", "test.%", json!({ "value": "DMS_" })),
            change(rename, "rename", "table", "test.Actor", json!({ "value": "Star" })),
        ]
    };
    let e = run(&c, &rules(2, 3));
    assert_eq!(targets(&e), ["test.DMS_Actor", "test.DMS_Film"]);
    assert_eq!(e.rules[2].beaten_by, Some(2));
    assert!(codes(&e).contains(&"M302"));
    // As numbers: 9 comes before 10.
    assert_eq!(targets(&run(&c, &rules(10, 9))), ["test.Star", "test.DMS_Film"]);
}

#[test]
fn example_9_affixes() {
    let c = catalogue(&["test.Actor_DMS", "test.Film", "test._DMS"]);
    let e = run(
        &c,
        &[
            select(1, "include", "test.%"),
            change(2, "remove-suffix", "table", "test.%", json!({ "value": "_DMS" })),
        ],
    );
    assert_eq!(targets(&e), ["test.Actor", "test.Film", "test."]);
    assert!(codes(&e).contains(&"M607"));
    let c = with_columns("test.t", &[("Pre_a", "int4"), ("b", "int4")]);
    let e = run(
        &c,
        &[
            select(1, "include", "test.%"),
            change(
                2,
                "replace-prefix",
                "column",
                "test.t.%",
                json!({ "value": "NewPre_", "old-value": "Pre_" }),
            ),
        ],
    );
    assert_eq!(columns(&e), ["NewPre_a", "b"]);
}

#[test]
fn example_10_columns_kept_and_dropped() {
    let c = with_columns(
        "test.Actor",
        &[("id", "int4"), ("col1", "int4"), ("color", "string"), ("name", "string")],
    );
    let all = select(1, "include", "test.%");
    let e =
        run(&c, &[all.clone(), change(2, "remove-column", "column", "test.Actor.col%", json!({}))]);
    assert_eq!(columns(&e), ["id", "name"]);
    let e = run(
        &c,
        &[
            all,
            change(2, "include-column", "column", "test.Actor.id", json!({})),
            change(3, "include-column", "column", "test.Actor.name", json!({})),
        ],
    );
    assert_eq!(columns(&e), ["id", "name"]);
}

#[test]
fn example_11_case() {
    let c = catalogue(&["test.ACTOR"]);
    let rules = |name: &str| {
        [select(1, "include", "test.%"), change(2, "convert-lowercase", "table", name, json!({}))]
    };
    assert_eq!(targets(&run(&c, &rules("test.ACTOR"))), ["test.actor"]);
    let e = run(&c, &rules("test.actor"));
    assert_eq!(targets(&e), ["test.ACTOR"]);
    let idle = e.findings.iter().find(|f| f.code == "M602").unwrap();
    assert!(idle.hint.as_ref().unwrap().contains("test.ACTOR"));
}

fn filters(value: Value) -> Vec<Filter> {
    let mut rule = select(1, "include", "s.t");
    rule["filters"] = value;
    let m = mappings::parse(&json!({ "rules": [rule] })).unwrap();
    m.rules[0].selection().unwrap().filters.clone()
}

#[test]
fn example_12_filters() {
    let of = |column: &str, conditions: Value| json!({ "filter-type": "source", "column-name": column, "filter-conditions": conditions });
    let at_most_100 = json!([{ "filter-operator": "lte", "value": "100" }]);
    let ranges = filters(json!([of(
        "empid",
        json!([
        { "filter-operator": "lte", "value": "10" },
        { "filter-operator": "between", "start-value": "50", "end-value": "75" },
        { "filter-operator": "gte", "value": "100" }])
    )]));
    let keeps = |f: &[Filter], empid: Option<&str>, dept: &str| {
        mappings::filter::keeps(f, |c| if c == "empid" { empid } else { Some(dept) })
    };
    for (id, hit) in
        [("10", true), ("11", false), ("9", true), ("50", true), ("76", false), ("100", true)]
    {
        assert_eq!(keeps(&ranges, Some(id), ""), hit, "{id}");
    }
    let both = filters(json!([
        of("empid", at_most_100),
        of("dept", json!([{ "filter-operator": "eq", "value": "tech" }]))
    ]));
    assert!(keeps(&both, Some("7"), "tech") && !keeps(&both, Some("7"), "law"));
    let not = filters(json!([of("empid", json!([{ "filter-operator": "noteq", "value": "50" }]))]));
    assert!(keeps(&not, Some("51"), "") && !keeps(&not, Some("50"), "") && !keeps(&not, None, ""));
    let nothing = filters(json!([of(
        "empid",
        json!([
        { "filter-operator": "noteq", "value": "50" }, { "filter-operator": "null" }])
    )]));
    assert!(!keeps(&nothing, Some("51"), "") && !keeps(&nothing, None, ""));
}

#[test]
fn example_13_ranges() {
    let rule = json!({ "rule-type": "table-settings", "rule-id": "2", "rule-name": "p",
        "object-locator": { "schema-name": "s", "table-name": "t" },
        "parallel-load": { "type": "ranges", "columns": ["COL1", "COL2", "COL3"],
            "boundaries": [["10", "30", "105"], ["20", "20", "120"], ["100", "12", "99"]] } });
    let c = catalogue(&["s.t"]);
    let e = run(&c, &[select(1, "include", "s.%"), rule]);
    let load = e.tables[0].parallel_load.clone().unwrap();
    assert_eq!(load.segments(), Some(4));
    let segment = |row: [&str; 3]| load.segment(&row.map(Some));
    assert_eq!(segment(["10", "30", "105"]), Some(2));
    assert_eq!(segment(["10", "30", "104"]), Some(1));
    assert_eq!(segment(["15", "99", "0"]), Some(2));
    assert_eq!(segment(["100", "12", "99"]), Some(4));
    assert_eq!(load.segment(&[None, Some("1"), Some("1")]), None);
}

#[test]
fn example_14_a_mask_beside_a_change_of_type() {
    let c = with_columns("s.t", &[("cust_passport_no", "varchar(12)")]);
    let string = json!({ "data-type": { "type": "string", "length": "100", "scale": "" } });
    let rules = |change_id: u64, mask: u64| {
        vec![
            select(1, "include", "s.%"),
            change(change_id, "change-data-type", "column", "s.t.cust_passport_no", string.clone()),
            change(mask, "data-masking-hash-mask", "column", "s.t.cust_passport_no", json!({})),
        ]
    };
    let e = run(&c, &rules(2, 3));
    let column = &e.tables[0].columns[0];
    assert_eq!(
        (column.data_type.as_str(), column.masked_by),
        ("string(100)", Some(Action::MaskHash))
    );
    let found =
        |rules: Vec<Value>| mappings::check(&json!({ "rules": rules }), &Default::default());
    assert!(!found(rules(2, 3)).iter().any(|f| f.code == "M313" || f.code == "M302"));
    assert!(found(rules(3, 2)).iter().any(|f| f.code == "M313" && f.is_error()));
}

/// Rules of chapter 5.4 that no example shows.
#[test]
fn levels_are_independent_and_structural_actions_stand_beside_names() {
    let c = with_columns("s.t", &[("id", "int4"), ("note", "string")]);
    let e = run(
        &c,
        &[
            select(1, "include", "s.%"),
            change(2, "rename", "schema", "s", json!({ "value": "d" })),
            change(3, "add-prefix", "table", "s.%", json!({ "value": "x_" })),
            change(4, "convert-uppercase", "column", "s.t.%", json!({})),
            change(
                5,
                "add-column",
                "column",
                "s.t",
                json!({ "value": "src", "expression": "$AR_M_SOURCE_SCHEMA", "data-type": { "type": "string", "length": 50 } }),
            ),
            change(
                6,
                "define-primary-key",
                "table",
                "s.t",
                json!({ "primary-key-def": { "columns": ["id"] } }),
            ),
        ],
    );
    assert_eq!(targets(&e), ["d.x_t"]);
    assert_eq!(columns(&e), ["ID", "NOTE", "src"]);
    assert_eq!(e.tables[0].primary_key.as_deref(), Some(&["id".to_owned()][..]));
    assert!(e.findings.is_empty(), "{:?}", e.findings);
}

#[test]
fn no_stacking_on_one_object() {
    let c = catalogue(&["s.t"]);
    let e = run(
        &c,
        &[
            select(1, "include", "s.%"),
            change(2, "add-prefix", "table", "s.%", json!({ "value": "x_" })),
            change(3, "convert-uppercase", "table", "s.%", json!({})),
        ],
    );
    assert_eq!(targets(&e), ["s.x_t"]);
}

#[test]
fn two_tables_on_one_name_collide() {
    let c = catalogue(&["s.t_a", "s.t"]);
    let e = run(
        &c,
        &[
            select(1, "include", "s.%"),
            change(2, "remove-suffix", "table", "s.%", json!({ "value": "_a" })),
        ],
    );
    assert!(codes(&e).contains(&"M603"));
}

#[test]
fn explicit_against_exclude_is_reported() {
    let c = catalogue(&["s.t"]);
    let rules = [select(1, "explicit", "s.t"), select(2, "exclude", "s.%")];
    assert_eq!(selected(&run(&c, &rules)), ["s.t"]);
    let found = mappings::check(&json!({ "rules": rules }), &Default::default());
    assert!(found.iter().any(|f| f.code == "M214"));
}

#[test]
fn a_type_in_the_locator_picks_columns() {
    let c = with_columns("s.t", &[("a", "smallint"), ("b", "int2"), ("c", "int4")]);
    let mut rule = change(
        2,
        "change-data-type",
        "column",
        "%.%.%",
        json!({ "data-type": { "type": "int4" } }),
    );
    rule["object-locator"]["data-type"] = json!("int2");
    let e = run(&c, &[select(1, "include", "s.%"), rule]);
    assert_eq!(e.rules[1].matched, 2);
}

#[test]
fn before_images_follow_their_filter() {
    let mut c = with_columns("s.t", &[("id", "int4"), ("note", "clob")]);
    c.tables[0].columns[0].primary_key = true;
    let rules = |filter: &str| {
        [
            select(1, "include", "s.%"),
            change(
                2,
                "add-before-image-columns",
                "column",
                "s.t",
                json!({ "before-image-def": { "column-prefix": "BI_", "column-filter": filter } }),
            ),
        ]
    };
    assert_eq!(columns(&run(&c, &rules("pk-only"))), ["id", "note", "BI_id"]);
    assert_eq!(columns(&run(&c, &rules("all"))), ["id", "note", "BI_id", "BI_note"]);
}

/// The compact specimens: they are read without an error and written back with the same meaning.
#[test]
fn the_specimens_survive_the_round_trip() {
    let document: Value = serde_json::from_str(include_str!("specimen.json")).unwrap();
    let (m, _, findings) = mappings::read(&document);
    assert!(findings.is_empty(), "{findings:?}");
    assert_eq!(m.rules.len(), 10);
    assert!(mappings::equal(&document, &m.to_json()));
    assert_eq!(mappings::parse(&m.to_json()).unwrap(), m);
    let errors: Vec<String> = mappings::check(&document, &Default::default())
        .iter()
        .filter(|f| f.is_error())
        .map(ToString::to_string)
        .collect();
    assert!(errors.is_empty(), "{errors:?}");
}
