//! Cases that only a catalogue shows.

use super::{Case, case, document, filter, filtered, good, numbered, op, rule};
use serde_json::{Value, json};

pub fn with_a_catalogue() -> Vec<Case> {
    const C: &str = "catalogue";
    let one = |text: &str, more: Value| document(&[rule(text, more)]);
    let lobs = |table: &str, kb: u64| {
        one(
            &format!("set - s.{table}"),
            json!({ "lob-settings": { "mode": "limited", "bulk-max-size": kb } }),
        )
    };
    let ranges = |column: &str| {
        one(
            "set - s.t",
            json!({ "parallel-load": { "type": "ranges", "columns": [column], "boundaries": [["1"]] } }),
        )
    };
    let add = |expression: &str, table: &str| {
        one(
            &format!("column add-column s.{table}"),
            json!({ "value": "new", "expression": expression, "data-type": { "type": "string", "length": 9 } }),
        )
    };
    let val = |column: &str| {
        one(
            &format!("val override-validation-function s.t.{column}"),
            json!({ "source-function": "${column-name}", "target-function": "${column-name}" }),
        )
    };
    let typed = |n: u64| {
        rule(
            "column change-data-type s.t.c",
            json!({ "data-type": { "type": "string", "length": n } }),
        )
    };
    let hash = || rule("column data-masking-hash-mask s.t.c", json!({}));
    let by = |column: &str, value: &str| {
        filtered(json!([filter(column, json!([op("eq", Some(value))]))]))
    };
    let key = |columns: Value| {
        rule(
            "table define-primary-key s.t",
            json!({ "primary-key-def": { "name": "k", "columns": columns } }),
        )
    };
    let remove = |column: &str| rule(&format!("column remove-column s.t.{column}"), json!({}));
    let rename =
        |table: &str, to: &str| rule(&format!("table rename s.{table}"), json!({ "value": to }));
    vec![
        case("M225", C, by("day", "yesterday"), by("day", "2024-12-31")),
        case("M229", "postgres>postgres cdc catalogue", by("c", "1"), by("id", "1")),
        case(
            "M314",
            C,
            one("column data-masking-digits-randomize s.t.id", json!({})),
            one("column data-masking-digits-randomize s.t.c", json!({})),
        ),
        case(
            "M315",
            C,
            one("column data-masking-hash-mask s.t.day", json!({})),
            document(&[typed(64), hash()]),
        ),
        case("M330", C, document(&[hash()]), document(&[typed(64), hash()])),
        case("M411", C, lobs("bare", 900), lobs("t", 900)),
        case("M412", C, lobs("t", 64), lobs("t", 900)),
        case("M416", C, ranges("ratio"), ranges("id")),
        case("M420", C, ranges("c"), ranges("id")),
        case("M423", C, lobs("user_log", 1), lobs("t", 900)),
        case("M508", C, val("id"), val("c")),
        case("M601", C, numbered(vec![rule("sel include none.%", json!({}))]), good()),
        case(
            "M602",
            C,
            one("table rename s.T", json!({ "value": "u" })),
            one("table rename s.t", json!({ "value": "u" })),
        ),
        case(
            "M603",
            C,
            document(&[rename("t", "x"), rename("bare", "x")]),
            document(&[rename("t", "x"), rename("bare", "y")]),
        ),
        case(
            "M604",
            C,
            one("column rename s.t.c", json!({ "value": "ID" })),
            one("column rename s.t.c", json!({ "value": "e" })),
        ),
        case(
            "M605",
            C,
            document(&[rename("t", "x"), rename("bare", "X")]),
            document(&[rename("t", "x"), rename("bare", "y")]),
        ),
        case(
            "M606",
            ">postgres catalogue",
            document(&[rename("t", &"x".repeat(64))]),
            document(&[rename("t", &"x".repeat(63))]),
        ),
        case(
            "M607",
            C,
            one("table remove-prefix s.t", json!({ "value": "t" })),
            one("table remove-prefix s.t", json!({ "value": "x" })),
        ),
        case("M608", C, document(&[remove("id")]), document(&[remove("c")])),
        case(
            "M609",
            C,
            numbered(vec![rule("sel include s.user_log", json!({}))]),
            numbered(vec![rule("sel explicit s.user_log", json!({}))]),
        ),
        case("M610", C, by("nothing", "1"), by("c", "1")),
        case("M611", C, by("body", "1"), by("c", "1")),
        case(
            "M612",
            C,
            document(&[remove("c"), key(json!(["id", "c"]))]),
            document(&[remove("day"), key(json!(["id", "c"]))]),
        ),
        case(
            "M613",
            C,
            one("column convert-uppercase s.t.body", json!({})),
            one("column remove-column s.t.body", json!({})),
        ),
        case(
            "M614",
            C,
            add("operation_indicator('D','U','I')", "bare"),
            add("operation_indicator('D','U','I')", "t"),
        ),
        case(
            "M318",
            C,
            one("column convert-uppercase s.t.n%", json!({})),
            one("column convert-uppercase s.t.i%", json!({})),
        ),
        case("M610", C, add("upper($nothing)", "t"), add("upper($c)", "t")),
        case(
            "M220",
            "oracle>oracle cdc catalogue",
            good(),
            numbered(vec![rule("sel explicit s.t", json!({}))]),
        ),
    ]
}
