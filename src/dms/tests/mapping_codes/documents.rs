//! Cases of the document as a whole and of selections.

use super::{Case, case, document, filter, filtered, good, numbered, op, rule};
use serde_json::{Value, json};

pub fn envelope() -> Vec<Case> {
    let one = |more: Value| numbered(vec![rule("sel include s.%", more)]);
    let with = |key: &str, value: Value| {
        let mut d = good();
        d["rules"][0][key] = value;
        d
    };
    let without = |key: &str| {
        let mut d = document(&[rule("table rename s.t", json!({ "value": "u" }))]);
        d["rules"][1].as_object_mut().unwrap().shift_remove(key);
        d
    };
    let big: Vec<Value> = (0..20_000)
        .map(|n| rule(&format!("sel include s.a_long_name_of_a_table_{n:040}"), json!({})))
        .collect();
    vec![
        case("M101", "", json!([]), good()),
        case("M102", "", json!({ "rules": {} }), good()),
        case("M103", "", json!({ "rules": [1] }), good()),
        case("M104", "", with("rule-type", json!("data-masking")), good()),
        case("M105", "", with("rule-id", json!(null)), good()),
        case("M106", "", with("rule-id", json!("x1")), with("rule-id", json!(17))),
        case(
            "M107",
            "",
            numbered(vec![
                rule("sel include a.%", json!({ "rule-id": "01" })),
                rule("sel include b.%", json!({ "rule-id": 1 })),
            ]),
            good(),
        ),
        case("M108", "", with("rule-name", json!("")), good()),
        case(
            "M109",
            "",
            numbered(vec![
                rule("sel include a.%", json!({ "rule-name": "x" })),
                rule("sel include b.%", json!({ "rule-name": "x" })),
            ]),
            good(),
        ),
        case("M110", "", with("rule-name", json!("a$b")), with("rule-name", json!("RuleName 1"))),
        case("M111", "", without("rule-action"), good()),
        case("M112", "", with("rule-action", json!("Include")), good()),
        case("M113", "", without("rule-target"), good()),
        case(
            "M114",
            "",
            document(&[rule("table rename s.t", json!({ "value": "u", "rule-target": "view" }))]),
            good(),
        ),
        case("M115", "", without("object-locator"), good()),
        case("M116", "", numbered(vec![rule("sel include s", json!({}))]), good()),
        case("M117", "", with("filters", json!({})), with("filters", json!([]))),
        case("M118", "", with("load-ordr", json!("1")), with("load-order", json!("1"))),
        case("M119", "", numbered(big), good()),
        case("M120", "", numbered(vec![rule("table rename s.t", json!({ "value": "u" }))]), good()),
        case("M121", "", numbered(vec![rule("sel exclude s.%", json!({}))]), good()),
        case("M122", "", one(json!({ "object-locator": { "table-name": "" } })), good()),
        case("M123", "", document(&[rule("table remove-column s.t", json!({}))]), good()),
        case("M125", "", document(&[rule("table rename s.t", json!({}))]), good()),
        case(
            "M126",
            "",
            document(&[rule("table convert-lowercase s.t", json!({ "value": "x" }))]),
            document(&[rule("table convert-lowercase s.t", json!({}))]),
        ),
        case("M127", "", one(json!({ "object-locator": { "table-type": "views" } })), good()),
        case(
            "M128",
            "mysql>mysql",
            document(&[rule(
                "tag add-tag s.t",
                json!({ "tag-set": [{ "key": "a", "value": "b" }] }),
            )]),
            good(),
        ),
        case(
            "M129",
            "mysql>mysql 3.5.3",
            document(&[rule("column data-masking-hash-mask s.t.c", json!({}))]),
            good(),
        ),
        case("M132", "mysql>mysql cdc", one(json!({ "load-order": 4 })), good()),
        case(
            "M134",
            "",
            document(&[rule(
                "column change-data-type s.t.c",
                json!({ "data-type": { "type": "numeric", "precision": 4, "scale": 9 } }),
            )]),
            document(&[rule(
                "column change-data-type s.t.c",
                json!({ "data-type": { "type": "numeric", "precision": 9, "scale": 4 } }),
            )]),
        ),
    ]
}

pub fn selections() -> Vec<Case> {
    let one = |text: &str, more: Value| numbered(vec![rule(text, more)]);
    let kind =
        |kind: &str| one("sel include s.%", json!({ "object-locator": { "table-type": kind } }));
    let eq = || json!([filter("c", json!([op("eq", Some("1"))]))]);
    let condition = |c: Value| filtered(json!([filter("c", json!([c]))]));
    vec![
        case("M201", "", one("sel explicit s.t%", json!({})), one("sel explicit s.t_1", json!({}))),
        case("M202", "", one("sel include s.t%", json!({ "filters": eq() })), filtered(eq())),
        case("M203", "", one("sel explicit s.t", json!({ "filters": eq() })), filtered(eq())),
        case(
            "M204",
            "",
            filtered(
                json!([{ "filter-type": "target", "column-name": "c", "filter-conditions": [op("null", None)] }]),
            ),
            filtered(eq()),
        ),
        case("M205", "", condition(op("lt", Some("1"))), condition(op("ste", Some("1")))),
        case("M206", "", condition(op("eq", None)), condition(op("eq", Some("1")))),
        case("M207", "", filtered(json!([filter("c", json!([]))])), filtered(eq())),
        case(
            "M208",
            "",
            filtered(json!([filter("c", json!([op("noteq", Some("1")), op("null", None)]))])),
            filtered(json!([filter(
                "c",
                json!([op("eq", Some("1")), op("noteq", Some("2")), op("null", None)])
            )])),
        ),
        case("M209", "", condition(op("noteq", Some("1"))), condition(op("notnull", None))),
        case(
            "M210",
            "",
            one("sel include s.t", json!({ "load-order": "0" })),
            one("sel include s.t", json!({ "load-order": "2147483647" })),
        ),
        case("M211", "mysql>mysql full-load-and-cdc", kind("view"), kind("table")),
        case("M212", "mysql>opensearch full-load", kind("view"), kind("table")),
        case(
            "M213",
            "mysql>mysql",
            one("sel include %.%", json!({})),
            numbered(vec![
                rule("sel include %.%", json!({})),
                rule("sel exclude mysql.%", json!({})),
                rule("sel exclude sys.%", json!({})),
                rule("sel exclude performance_schema.%", json!({})),
                rule("sel exclude information_schema.%", json!({})),
            ]),
        ),
        case(
            "M214",
            "",
            document(&[rule("sel explicit s.t", json!({})), rule("sel exclude s.t%", json!({}))]),
            document(&[rule("sel explicit s.t", json!({})), rule("sel exclude s.u%", json!({}))]),
        ),
        case(
            "M215",
            "",
            numbered(vec![rule("sel include s.a%", json!({})), rule("sel exclude s.%", json!({}))]),
            numbered(vec![rule("sel include s.%", json!({})), rule("sel exclude s.a%", json!({}))]),
        ),
        case("M216", "", document(&[rule("sel include s.%", json!({}))]), good()),
        case(
            "M217",
            "oracle>oracle",
            one("sel include HR.emp", json!({})),
            one("sel include HR.EMP", json!({})),
        ),
        case(
            "M218",
            "",
            document(&[rule("sel include s.t", json!({ "filters": eq() }))]),
            filtered(eq()),
        ),
        case(
            "M219",
            "",
            one("sel include s.t[ab]", json!({})),
            one("sel include s.t[ab", json!({})),
        ),
        case(
            "M220",
            "oracle>oracle cdc",
            one("sel include HR.A_NAME_OF_MORE_THAN_30_BYTES_IN_ALL", json!({})),
            one("sel include HR.A", json!({})),
        ),
        case(
            "M221",
            "",
            condition(
                json!({ "filter-operator": "between", "start-value": "10", "end-value": "9" }),
            ),
            condition(
                json!({ "filter-operator": "between", "start-value": "9", "end-value": "10" }),
            ),
        ),
        case(
            "M222",
            "",
            one("sel explicit s.t", json!({ "load-order": "1" })),
            one("sel explicit s.t", json!({})),
        ),
        case(
            "M223",
            "oracle>oracle",
            one("sel include HR.BIN$X", json!({})),
            one("sel include HR.BINX", json!({})),
        ),
        case("M224", "oracle>oracle full-load", kind("view"), kind("table")),
        case(
            "M225",
            "",
            condition(op("gte", Some("31/12/2024"))),
            condition(op("gte", Some("2024-12-31"))),
        ),
        case(
            "M226",
            "",
            filtered(json!([filter("שם", json!([op("eq", Some("1"))]))])),
            filtered(eq()),
        ),
        case(
            "M227",
            "",
            filtered(json!([
                filter("c", json!([op("lte", Some("10"))])),
                filter("c", json!([op("gte", Some("100"))]))
            ])),
            filtered(json!([
                filter("c", json!([op("gte", Some("10"))])),
                filter("c", json!([op("lte", Some("100"))]))
            ])),
        ),
        case("M228", "oracle>oracle cdc", filtered(eq()), one("sel include s.t", json!({}))),
        case(
            "M230",
            "",
            numbered(vec![
                rule("sel exclude s.tmp%", json!({})),
                rule("sel include s.%", json!({})),
            ]),
            numbered(vec![
                rule("sel include s.%", json!({})),
                rule("sel exclude s.tmp%", json!({})),
            ]),
        ),
    ]
}
