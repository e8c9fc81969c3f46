//! The rules of the table-mapping grammar that its worked examples don't show, by section. The
//! examples themselves are in `examples.rs`, what is an error in `mapping_codes.rs`.
#![allow(clippy::unwrap_used)]

mod combined;
mod transformations;

use dmsrun_dms::{
    Catalogue, Context, Evaluation, evaluate,
    mappings::{self, Filter, filter},
};
use serde_json::{Value, json};

fn rule(kind: &str, id: u64, action: &str, object: &str, more: Value) -> Value {
    let mut locator = json!({});
    for (key, part) in ["schema-name", "table-name", "column-name"].iter().zip(object.split('.')) {
        locator[*key] = json!(part);
    }
    let mut rule = json!({ "rule-type": kind, "rule-id": id.to_string(), "rule-name": format!("r{id}"),
        "object-locator": locator });
    if !action.is_empty() {
        rule["rule-action"] = json!(action);
    }
    for (key, value) in more.as_object().unwrap() {
        match (key.as_str(), value) {
            ("object-locator", Value::Object(more)) => {
                more.iter().for_each(|(k, v)| rule["object-locator"][k] = v.clone());
            }
            _ => rule[key] = value.clone(),
        }
    }
    rule
}

fn select(id: u64, action: &str, object: &str) -> Value {
    rule("selection", id, action, object, json!({}))
}

fn change(id: u64, action: &str, target: &str, object: &str, more: Value) -> Value {
    let mut rule = rule("transformation", id, action, object, more);
    rule["rule-target"] = json!(target);
    rule
}

/// A catalogue from `schema.table(column type, …)` lines.
fn catalogue(lines: &[&str]) -> Catalogue {
    let mut csv = "table_schema,table_name,column_name,column_type,column_key\n".to_owned();
    for line in lines {
        let (name, columns) = line.split_once('(').unwrap_or((line, "id int!"));
        let (schema, table) = name.split_once('.').unwrap();
        for column in columns.trim_end_matches(')').split(", ") {
            let (column, kind) = column.split_once(' ').unwrap_or((column, "int"));
            let key = if kind.ends_with('!') { "PRI" } else { "" };
            csv.push_str(&format!(
                "{schema},{table},{column},{},{key}\n",
                kind.trim_end_matches('!')
            ));
        }
    }
    Catalogue::read(&csv, "columns.csv").unwrap()
}

fn run(catalogue: &Catalogue, rules: &[Value]) -> Evaluation {
    evaluate(&mappings::parse(&json!({ "rules": rules })).unwrap(), catalogue)
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

fn codes(rules: &[Value]) -> Vec<&'static str> {
    let found = mappings::check(&json!({ "rules": rules }), &Context::default());
    found.iter().map(|f| f.code).collect()
}

// 1. Envelope and 2. Common fields

#[test]
fn section_1_what_the_console_writes_is_tolerated() {
    let rule = json!({ "rule-type": "selection", "rule-id": "542485267", "rule-name": "542485267",
        "rule-action": "include", "object-locator": { "schema-name": "s", "table-name": "%" },
        "filters": [], "value": null, "old-value": null, "load-order": null, "before-image-def": null,
        "tag-set": null });
    assert_eq!(codes(&[rule]), [""; 0]);
}

#[test]
fn section_2_ids_are_texts_or_numbers_and_compared_as_numbers() {
    let mut rules = [select(1, "include", "s.%"), select(2, "exclude", "s.x%")];
    rules[0]["rule-id"] = json!(7);
    rules[1]["rule-id"] = json!("007");
    assert_eq!(codes(&rules), ["M107"]);
    let named = json!({ "rule-name": "RuleName 1" });
    assert_eq!(codes(&[rule("selection", 1, "include", "s.%", named)]), [""; 0]);
}

// 3. Selection

#[test]
fn section_3_selected_is_explicit_or_included_and_not_excluded_in_any_order() {
    let c = catalogue(&["s.a", "s.b", "s.c", "t.a"]);
    let rules = [
        select(1, "include", "s.%"),
        select(2, "exclude", "s.b"),
        select(3, "explicit", "t.a"),
        select(4, "exclude", "s.c"),
        select(5, "explicit", "s.c"),
    ];
    let mut order = [0, 1, 2, 3, 4];
    for turn in 0..5 {
        order.rotate_left(turn);
        let rules: Vec<Value> = order.iter().map(|n| rules[*n].clone()).collect();
        assert_eq!(selected(&run(&c, &rules)), ["s.a", "s.c", "t.a"]);
    }
    assert_eq!(selected(&run(&c, &[select(1, "exclude", "s.b")])), [""; 0]);
}

#[test]
fn section_3_higher_load_orders_load_first_and_the_rest_by_name() {
    let c = catalogue(&["s.zebra", "s.loadsecond", "s.apple", "s.loadfirst"]);
    let mut rules = vec![
        select(1, "include", "s.loadsecond"),
        select(2, "include", "s.loadfirst"),
        select(3, "include", "s.%e%"),
    ];
    rules[0]["load-order"] = json!("1");
    rules[1]["load-order"] = json!("2");
    let e = run(&c, &rules);
    let names: Vec<&str> = e.load_sequence().iter().map(|t| t.source_table.as_str()).collect();
    assert_eq!(names, ["loadfirst", "loadsecond", "apple", "zebra"]);
}

#[test]
fn section_3_case_counts_unless_the_source_ignores_it() {
    let mut c = catalogue(&["S.Orders"]);
    assert_eq!(selected(&run(&c, &[select(1, "explicit", "s.orders")])), [""; 0]);
    c.case_insensitive = true;
    assert_eq!(selected(&run(&c, &[select(1, "explicit", "s.orders")])), ["S.Orders"]);
}

// 3.1 Wildcards

#[test]
fn section_3_1_exact_rules_take_an_underscore_as_it_is() {
    let c = catalogue(&["s.order_items", "s.orderXitems"]);
    assert_eq!(selected(&run(&c, &[select(1, "explicit", "s.order_items")])), ["s.order_items"]);
    let settings = rule(
        "table-settings",
        2,
        "",
        "s.order_items",
        json!({ "lob-settings": { "mode": "none" } }),
    );
    let key = change(
        3,
        "define-primary-key",
        "table",
        "s.order_items",
        json!({ "primary-key-def": { "columns": ["id"] } }),
    );
    let e = run(&c, &[select(1, "include", "s.%"), settings, key]);
    assert!(e.tables[0].lob_settings.is_some() && e.tables[0].primary_key.is_some());
    assert!(e.tables[1].lob_settings.is_none() && e.tables[1].primary_key.is_none());
}

#[test]
fn section_3_1_wildcards_stand_in_schemas_tables_and_columns() {
    let c = catalogue(&["sales_eu.a(c1, c2, d)", "sales_us.a(c1)", "hr.a(c1)"]);
    let e = run(
        &c,
        &[
            select(1, "include", "sales%.%"),
            change(2, "remove-column", "column", "sales__u.a.c_", json!({})),
        ],
    );
    assert_eq!(selected(&e), ["sales_eu.a", "sales_us.a"]);
    assert_eq!(columns(&e), ["d"]);
}

// 4. Filters

fn filters(conditions: Value) -> Vec<Filter> {
    let mut rule = select(1, "include", "s.t");
    rule["filters"] =
        json!([{ "filter-type": "source", "column-name": "c", "filter-conditions": conditions }]);
    let m = mappings::parse(&json!({ "rules": [rule] })).unwrap();
    m.rules[0].selection().unwrap().filters.clone()
}

#[test]
fn section_4_each_operator() {
    let one = |operator: &str| filters(json!([{ "filter-operator": operator, "value": "10" }]));
    let two = |operator: &str| {
        filters(json!([{ "filter-operator": operator, "start-value": "10", "end-value": "20" }]))
    };
    let bare = |operator: &str| filters(json!([{ "filter-operator": operator }]));
    // Below, at, in, at the end, above; NULL.
    let values = [Some("9"), Some("10"), Some("15"), Some("20"), Some("21"), None];
    let table: [(Vec<Filter>, [bool; 6]); 9] = [
        (one("lte"), [true, true, false, false, false, false]),
        (one("ste"), [true, true, false, false, false, false]),
        (one("gte"), [false, true, true, true, true, false]),
        (one("eq"), [false, true, false, false, false, false]),
        (one("noteq"), [true, false, true, true, true, false]),
        (two("between"), [false, true, true, true, false, false]),
        (two("notbetween"), [true, false, false, false, true, false]),
        (bare("null"), [false, false, false, false, false, true]),
        (bare("notnull"), [true, true, true, true, true, false]),
    ];
    for (filters, expected) in table {
        for (value, hit) in values.iter().zip(expected) {
            let text = filters[0].text();
            assert_eq!(filter::keeps(&filters, |_| *value), hit, "{text} on {value:?}");
        }
    }
}

#[test]
fn section_4_what_null_does_beside_other_conditions() {
    let op = |o: &str| json!({ "filter-operator": o, "value": "50" });
    let absent = || json!({ "filter-operator": "null" });
    let keeps = |f: &[Filter], v: Option<&str>| filter::keeps(f, |_| v);
    // (a) inclusive, negative and null: rows with NULL are left out.
    let a = filters(json!([op("eq"), op("noteq"), absent()]));
    assert!(keeps(&a, Some("51")) && !keeps(&a, None));
    // (b) negative and null without an inclusive one: nothing is loaded.
    let b = filters(json!([op("noteq"), absent()]));
    assert!(!keeps(&b, Some("51")) && !keeps(&b, None));
    // (c) negative without null: rows with NULL are left out.
    let c = filters(json!([op("noteq")]));
    assert!(keeps(&c, Some("51")) && !keeps(&c, None));
    // An inclusive one with null takes them.
    let d = filters(json!([op("eq"), absent()]));
    assert!(keeps(&d, Some("50")) && keeps(&d, None) && !keeps(&d, Some("51")));
}

#[test]
fn section_4_filters_count_on_include_rules_only() {
    let c = catalogue(&["s.t(c)"]);
    let mut rules = [select(1, "include", "s.t"), select(2, "explicit", "s.t")];
    for rule in &mut rules {
        rule["filters"] = json!([{ "filter-type": "source", "column-name": "c", "filter-conditions": [{ "filter-operator": "null" }] }]);
    }
    assert_eq!(run(&c, &rules[..1]).tables[0].filters.len(), 1);
    assert_eq!(run(&c, &rules[1..]).tables[0].filters.len(), 0);
}

// 6. Table settings

#[test]
fn section_6_1_the_predicates_of_ranges_are_lexical() {
    let settings = rule(
        "table-settings",
        2,
        "",
        "s.t",
        json!({ "parallel-load": { "type": "ranges",
        "columns": ["C1", "C2", "C3"], "boundaries": [["10", "30", "105"], ["20", "20", "x'y"]] } }),
    );
    let e = run(&catalogue(&["s.t"]), &[select(1, "include", "s.%"), settings]);
    let load = e.tables[0].parallel_load.as_ref().unwrap();
    let first = "(C1 < 10) OR (C1 = 10 AND C2 < 30) OR (C1 = 10 AND C2 = 30 AND C3 < 105)";
    let second = "(C1 < 20) OR (C1 = 20 AND C2 < 20) OR (C1 = 20 AND C2 = 20 AND C3 < 'x''y')";
    assert_eq!(
        load.predicates(),
        [first.to_owned(), format!("NOT ({first}) AND ({second})"), format!("NOT ({second})"),]
    );
    assert_eq!(load.segments(), Some(3));
}

#[test]
fn section_6_1_segments_of_each_type() {
    let segments = |load: Value| {
        let settings = rule("table-settings", 2, "", "s.t", json!({ "parallel-load": load }));
        let e = run(&catalogue(&["s.t"]), &[select(1, "include", "s.%"), settings]);
        e.tables[0].parallel_load.as_ref().unwrap().segments()
    };
    assert_eq!(segments(json!({ "type": "none" })), Some(1));
    assert_eq!(
        segments(
            json!({ "type": "partitions-list", "partitions": ["a"], "subpartitions": ["b", "c"] })
        ),
        Some(3)
    );
    assert_eq!(segments(json!({ "type": "partitions-auto" })), None);
    assert_eq!(
        segments(json!({ "type": "partitions-auto", "number-of-partitions": "16" })),
        Some(16)
    );
}

// 7 and 8. The other rules

#[test]
fn section_7_an_empty_locator_is_for_every_table_and_needs_a_selection() {
    let mut all = rule("object-mapping", 2, "map-record-to-record", "", json!({}));
    all["object-locator"] = json!({});
    let e = run(&catalogue(&["s.a", "s.b"]), &[select(1, "include", "s.%"), all.clone()]);
    assert_eq!(e.rules[1].matched, 2);
    assert_eq!(codes(&[all]), ["M120"]);
    let other = rule("object-mapping", 2, "map-record-to-record", "other.t", json!({}));
    assert_eq!(codes(&[select(1, "include", "s.%"), other]), ["M304"]);
}

#[test]
fn section_8_tags_hold_at_most_ten() {
    let tags = |n: usize| -> Vec<Value> {
        (0..n).map(|k| json!({ "key": k.to_string(), "value": "${table-name}" })).collect()
    };
    let tag =
        |n: usize| rule("post-processing", 2, "add-tag", "%.%", json!({ "tag-set": tags(n) }));
    assert_eq!(codes(&[select(1, "include", "s.%"), tag(10)]), [""; 0]);
    assert_eq!(codes(&[select(1, "include", "s.%"), tag(11)]), ["M505"]);
}

// 11. What AWS leaves open is told as such, never decided silently.

#[test]
fn section_11_every_ambiguity_is_a_finding_that_says_so() {
    let include = || select(1, "include", "s.%");
    let key = json!({ "primary-key-def": { "columns": ["id"] } });
    let add = |expression: &str| {
        change(
            2,
            "add-column",
            "column",
            "s.t",
            json!({ "value": "n", "expression": expression, "data-type": { "type": "int4" } }),
        )
    };
    let mut ordered = select(2, "include", "s.t");
    ordered["load-order"] = json!(1);
    let mut other = select(3, "include", "s.t%");
    other["load-order"] = json!(2);
    let mut explicit = select(2, "explicit", "s.t");
    explicit["load-order"] = json!(1);
    let cases: [(&str, Vec<Value>); 9] = [
        ("M214", vec![include(), select(2, "explicit", "s.t"), select(3, "exclude", "s.t")]),
        ("M230", vec![select(0, "exclude", "s.t"), include()]),
        ("M222", vec![include(), explicit]),
        ("M326", vec![include(), change(2, "add-prefix", "schema", "s", json!({ "value": "x" }))]),
        ("M218", vec![include(), ordered, other]),
        ("M219", vec![include(), select(2, "exclude", "s.[ab]")]),
        ("M327", vec![include(), add("$a * 2")]),
        (
            "M334",
            vec![
                include(),
                change(2, "rename", "table", "s.t", json!({ "value": "u" })),
                change(3, "define-primary-key", "table", "s.t", key),
            ],
        ),
        (
            "M109",
            vec![include(), rule("selection", 2, "exclude", "s.t", json!({ "rule-name": "r1" }))],
        ),
    ];
    for (code, rules) in cases {
        assert!(codes(&rules).contains(&code), "{code}: {:?}", codes(&rules));
        let known = dmsrun_dms::codes::code(code).unwrap();
        assert!(known.is_ambiguous() || code == "M109", "{code}");
    }
    // Point 9: MariaDB views.
    let mut view = include();
    view["object-locator"]["table-type"] = json!("view");
    let context = Context { source_engine: Some("mariadb".into()), ..Context::default() };
    let found = mappings::check(&json!({ "rules": [view] }), &context);
    assert!(found.iter().any(|f| f.code == "M212" && f.message.contains("ambiguous")));
}
