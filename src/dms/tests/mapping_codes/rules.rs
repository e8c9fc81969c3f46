//! Cases of transformations, table settings and records.

use super::{Case, case, document, good, rule};
use serde_json::{Value, json};

pub fn transformations() -> Vec<Case> {
    let one = |text: &str, more: Value| document(&[rule(text, more)]);
    let add = |expression: Value| {
        one(
            "column add-column s.t",
            json!({ "value": "n", "expression": expression, "data-type": { "type": "string", "length": 9 } }),
        )
    };
    let prefix = |text: &str| rule(text, json!({ "value": "x_" }));
    let kind =
        |kind: &str| one("column change-data-type s.t.c", json!({ "data-type": { "type": kind } }));
    let images =
        |def: Value| one("column add-before-image-columns s.t", json!({ "before-image-def": def }));
    let key =
        |text: &str| rule(text, json!({ "primary-key-def": { "name": "k", "columns": ["id"] } }));
    let mask =
        |value: &str| one("column data-masking-digits-mask s.t.c", json!({ "value": value }));
    let typed = || {
        rule(
            "column change-data-type s.t.c",
            json!({ "data-type": { "type": "string", "length": 100 } }),
        )
    };
    let hash = || rule("column data-masking-hash-mask s.t.c", json!({}));
    vec![
        case(
            "M301",
            "",
            one("schema rename s", json!({ "value": "migrated_${schema-name}" })),
            one("schema rename s", json!({ "value": "migrated_s" })),
        ),
        case(
            "M302",
            "",
            document(&[
                prefix("table add-prefix s.%"),
                rule("table rename s.t", json!({ "value": "u" })),
            ]),
            document(&[
                prefix("table add-prefix s.a%"),
                rule("table rename s.t", json!({ "value": "u" })),
            ]),
        ),
        case(
            "M304",
            "",
            one("table rename other.t", json!({ "value": "u" })),
            one("table rename s.t", json!({ "value": "u" })),
        ),
        case(
            "M305",
            "",
            document(&[key("table define-primary-key s.t%")]),
            document(&[key("table define-primary-key s.t_x")]),
        ),
        case(
            "M306",
            "",
            one("table define-primary-key s.t", json!({ "primary-key-def": { "name": "k" } })),
            document(&[key("table define-primary-key s.t")]),
        ),
        case(
            "M307",
            "",
            one(
                "column add-column s.t.c",
                json!({ "value": "n", "expression": "1", "data-type": { "type": "int4" } }),
            ),
            add(json!("$c")),
        ),
        case("M308", "", add(json!(null)), add(json!("$c"))),
        case("M309", "", kind("varchar"), kind("string")),
        case(
            "M310",
            "",
            images(json!({ "column-prefix": "" })),
            images(json!({ "column-prefix": "", "column-suffix": "_X" })),
        ),
        case("M311", "mysql>mysql full-load", images(json!({ "column-prefix": "B" })), good()),
        case("M312", "", mask("##"), mask("*")),
        case("M313", "", document(&[hash(), typed()]), document(&[typed(), hash()])),
        case(
            "M316",
            "",
            one(
                "column convert-lowercase s.t.%",
                json!({ "object-locator": { "data-type": "int%" } }),
            ),
            one(
                "column convert-lowercase s.t.%",
                json!({ "object-locator": { "data-type": "int4" } }),
            ),
        ),
        case(
            "M317",
            "",
            one("table rename s.t", json!({ "value": "u", "rule-target": "table-tablespace" })),
            one(
                "table rename s.t",
                json!({ "value": "u", "rule-target": "table-tablespace", "object-locator": { "table-tablespace-name": "OLD" } }),
            ),
        ),
        case(
            "M318",
            "",
            one("column convert-lowercase s.t.a-b", json!({})),
            one("column convert-lowercase s.t.[a-b]", json!({})),
        ),
        case(
            "M319",
            "",
            one("column remove-column s.t.c", json!({ "expression": "1" })),
            one("column remove-column s.t.c", json!({})),
        ),
        case(
            "M320",
            "",
            document(&[
                rule("column include-column s.t.a", json!({})),
                rule("column remove-column s.t.b", json!({})),
            ]),
            document(&[
                rule("column include-column s.t.a", json!({})),
                rule("column remove-column s.u.b", json!({})),
            ]),
        ),
        case("M321", "", add(json!("upper($c")), add(json!("upper($c)"))),
        case("M322", "", add(json!("uper($c)")), add(json!(" SUBSTR ($c, 1, 2)"))),
        case(
            "M324",
            "",
            one("table rename s.%", json!({ "value": "u" })),
            one("schema rename s%", json!({ "value": "u" })),
        ),
        case(
            "M325",
            "",
            one(
                "column convert-lowercase s.t.c",
                json!({ "object-locator": { "data-type": "int4" } }),
            ),
            one(
                "column convert-lowercase s.t.%",
                json!({ "object-locator": { "data-type": "int4" } }),
            ),
        ),
        case(
            "M326",
            "",
            one("schema convert-lowercase s", json!({})),
            one("table convert-lowercase s.t", json!({})),
        ),
        case(
            "M327",
            "",
            add(json!("$a + 1")),
            add(json!("CASE WHEN ($a > 1) THEN 'x+y' ELSE 'z' END || $b")),
        ),
        case(
            "M328",
            "",
            document(&[
                rule(
                    "column add-column s.%",
                    json!({ "value": "n", "expression": "1", "data-type": { "type": "int4" } }),
                ),
                rule(
                    "column add-column s.t",
                    json!({ "value": "N", "expression": "2", "data-type": { "type": "int4" } }),
                ),
            ]),
            add(json!("$c")),
        ),
        case(
            "M329",
            "",
            images(json!({ "column-filter": "all" })),
            images(json!({ "column-filter": "non-lob" })),
        ),
        case("M331", "mysql>mysql", add(json!("$AR_H_USER")), add(json!("$AR_H_TIMESTAMP"))),
        case(
            "M333",
            "",
            document(&[rule("column remove-column s.t.c%", json!({})), hash()]),
            document(&[rule("column remove-column s.t.d%", json!({})), hash()]),
        ),
        case(
            "M334",
            "",
            document(&[
                rule("table rename s.t", json!({ "value": "u" })),
                key("table define-primary-key s.t"),
            ]),
            document(&[
                rule("table rename s.u", json!({ "value": "v" })),
                key("table define-primary-key s.t"),
            ]),
        ),
    ]
}

pub fn settings_of_tables() -> Vec<Case> {
    let load = |load: Value| document(&[rule("set - s.t", json!({ "parallel-load": load }))]);
    let lobs = |lobs: Value| document(&[rule("set - s.t", json!({ "lob-settings": lobs }))]);
    let ranges = |columns: Value, bounds: Value| {
        load(json!({ "type": "ranges", "columns": columns, "boundaries": bounds }))
    };
    let auto = || json!({ "parallel-load": { "type": "partitions-auto" } });
    let fine = || ranges(json!(["a", "b"]), json!([["1", "2"], ["1", "3"]]));
    let many: Vec<Value> = (0..60).map(|n| json!([n])).collect();
    vec![
        case(
            "M401",
            "",
            document(&[rule("set - s.t%", auto())]),
            document(&[rule("set - s.t_", auto())]),
        ),
        case(
            "M402",
            "",
            load(json!({ "type": "subpartitions-list", "subpartitions": ["a"] })),
            load(json!({ "type": "partitions-list", "subpartitions": ["a"] })),
        ),
        case("M403", "", ranges(json!([]), json!([["1"]])), fine()),
        case("M404", "", ranges(json!(["a"]), json!([["1", "2"]])), fine()),
        case(
            "M405",
            "",
            ranges(json!(["a"]), json!([["9"], ["9"]])),
            ranges(json!(["a"]), json!([["9"], ["10"]])),
        ),
        case(
            "M406",
            "",
            load(json!({ "type": "partitions-list" })),
            load(json!({ "type": "partitions-list", "partitions": ["p"] })),
        ),
        case(
            "M407",
            "mysql>mysql",
            load(json!({ "type": "partitions-auto", "number-of-partitions": 4 })),
            load(json!({ "type": "partitions-auto" })),
        ),
        case("M408", "postgres>postgres", load(json!({ "type": "partitions-auto" })), fine()),
        case("M409", "", lobs(json!({ "mode": "limited" })), lobs(json!({ "bulk-max-size": "1" }))),
        case("M410", "mysql>redshift", lobs(json!({ "mode": "unlimited" })), good()),
        case("M413", "", document(&[rule("set - s.t", json!({}))]), fine()),
        case(
            "M415",
            "",
            document(&[rule("set - s.t", auto()), rule("set - s.t", auto())]),
            document(&[rule("set - s.t", auto()), rule("set - s.u", auto())]),
        ),
        case(
            "M417",
            "mysql>mysql",
            load(json!({ "type": "subpartitions-auto" })),
            load(json!({ "type": "partitions-auto" })),
        ),
        case(
            "M418",
            "mysql>mysql",
            lobs(json!({ "mode": "unlimited", "bulk-max-size": 9 })),
            lobs(json!({ "mode": "unlimited", "bulk-max-size": 0 })),
        ),
        case(
            "M421",
            "",
            load(json!({ "type": "partitions-list", "partitions": ["p", "p"] })),
            load(json!({ "type": "partitions-list", "partitions": ["p", "q"] })),
        ),
        case("M422", "", ranges(json!(["a"]), json!(many)), fine()),
    ]
}

pub fn records() -> Vec<Case> {
    let map = |parameters: Value| {
        document(&[rule(
            "map map-record-to-record s.t",
            json!({ "mapping-parameters": parameters }),
        )])
    };
    let tag = |value: &str| {
        rule("tag add-tag s.t", json!({ "tag-set": [{ "key": "k", "value": value }] }))
    };
    let val = |source: &str| {
        document(&[rule(
            "val override-validation-function s.t.c",
            json!({ "source-function": source, "target-function": "trim(${column-name})" }),
        )])
    };
    let attribute = |kind: &str| {
        map(
            json!({ "attribute-mappings": [{ "target-attribute-name": "a", "attribute-type": kind, "attribute-sub-type": "string", "value": "${a}" }] }),
        )
    };
    vec![
        case(
            "M501",
            "",
            map(json!({ "partition-key-type": "primary" })),
            map(json!({ "partition-key-type": "primary-key" })),
        ),
        case("M502", "", attribute("text"), attribute("scalar")),
        case(
            "M503",
            "",
            map(json!({ "partition-key-type": "constant" })),
            map(json!({ "partition-key-type": "constant", "partition-key": { "value": "x" } })),
        ),
        case("M504", "", document(&[tag("a"), tag("b")]), document(&[tag("a")])),
        case(
            "M505",
            "",
            document(&[rule("tag add-tag s.t", json!({ "tag-set": [] }))]),
            document(&[tag("a")]),
        ),
        case("M506", "", document(&[tag("${column-name}")]), document(&[tag("${table-name}")])),
        case("M507", "", val(""), val("trim(${column-name})")),
        case(
            "M509",
            "",
            document(&[
                rule("column data-masking-hash-mask s.t.c", json!({})),
                val("trim(${column-name})")["rules"][1].clone(),
            ]),
            val("trim(${column-name})"),
        ),
        case("M511", "", val("trim(c)"), val("trim(${column-name})")),
    ]
}
