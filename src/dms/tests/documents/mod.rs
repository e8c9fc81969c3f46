//! Generated table-mapping documents with rules of every type, in the spellings that DMS's own pages
//! and console use: ids and numbers as texts or numbers, nulls, unknown keys.
#![allow(dead_code)] // Not every test uses every part.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[A-Za-z_%][a-z_%0-9]{0,5}",
        1 => "[a-z]{1,3}\\.[a-z]{1,3}",
        1 => "[a-zé\"'\\\\ \u{5d0}]{1,4}",
        1 => Just("%".to_owned()),
    ]
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![3 => "[a-z_]{1,6}", 1 => "[ -~é\n]{1,8}", 1 => "-?[0-9]{1,6}"]
}

/// A number, as a number or as text.
fn number(range: std::ops::Range<u32>) -> impl Strategy<Value = Value> {
    (range, any::<bool>()).prop_map(|(n, t)| if t { json!(n.to_string()) } else { json!(n) })
}

fn word(words: &'static [&'static str]) -> impl Strategy<Value = Value> {
    prop::sample::select(words).prop_map(|w| json!(w))
}

fn maybe(value: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
    prop_oneof![3 => value, 2 => Just(Value::Null)]
}

/// An object of these members; those that are `null` are sometimes left out.
fn object(members: Vec<(&'static str, BoxedStrategy<Value>)>) -> BoxedStrategy<Value> {
    let keys: Vec<&'static str> = members.iter().map(|(k, _)| *k).collect();
    let values: Vec<BoxedStrategy<Value>> = members.into_iter().map(|(_, v)| v).collect();
    (values, any::<bool>())
        .prop_map(move |(values, nulls)| {
            let pairs = keys.iter().zip(values);
            let kept = pairs.filter(|(_, v)| nulls || !v.is_null());
            Value::Object(kept.map(|(k, v)| ((*k).to_owned(), v)).collect())
        })
        .boxed()
}

fn locator(column: bool, more: Vec<(&'static str, BoxedStrategy<Value>)>) -> BoxedStrategy<Value> {
    let mut members = vec![
        ("schema-name", name().prop_map(Value::from).boxed()),
        ("table-name", name().prop_map(Value::from).boxed()),
    ];
    if column {
        members.push(("column-name", name().prop_map(Value::from).boxed()));
    }
    members.extend(more);
    object(members)
}

fn filter() -> BoxedStrategy<Value> {
    let value = || prop_oneof![text().prop_map(Value::from), number(0..100).boxed()];
    let one = (word(&["lte", "ste", "gte", "eq", "noteq"]), value())
        .prop_map(|(o, v)| json!({ "filter-operator": o, "value": v }));
    let two = (word(&["between", "notbetween"]), value(), value())
        .prop_map(|(o, a, b)| json!({ "filter-operator": o, "start-value": a, "end-value": b }));
    let none = word(&["null", "notnull"]).prop_map(|o| json!({ "filter-operator": o }));
    let conditions = prop::collection::vec(prop_oneof![one, two, none], 1..4);
    (text(), conditions)
        .prop_map(|(column, conditions)| {
            json!({ "filter-type": "source", "column-name": column, "filter-conditions": conditions })
        })
        .boxed()
}

fn selection() -> BoxedStrategy<Value> {
    object(vec![
        ("rule-type", Just(json!("selection")).boxed()),
        ("rule-action", word(&["include", "exclude", "explicit"]).boxed()),
        (
            "object-locator",
            locator(false, vec![("table-type", maybe(word(&["table", "view", "all"])).boxed())]),
        ),
        ("load-order", maybe(number(1..2_000_000)).boxed()),
        ("filters", maybe(prop::collection::vec(filter(), 0..3).prop_map(Value::from)).boxed()),
    ])
}

fn data_type() -> BoxedStrategy<Value> {
    object(vec![
        ("type", word(&["string", "numeric", "int4", "datetime", "wstring", "clob"]).boxed()),
        ("length", maybe(prop_oneof![number(0..200).boxed(), Just(json!("")).boxed()]).boxed()),
        ("precision", maybe(number(0..38)).boxed()),
        ("scale", maybe(number(0..10)).boxed()),
    ])
}

fn renaming() -> BoxedStrategy<Value> {
    let target = prop_oneof![
        Just(("schema", false)),
        Just(("table", false)),
        Just(("column", true)),
        Just(("table-tablespace", false)),
        Just(("index-tablespace", false)),
    ];
    target
        .prop_flat_map(|(target, column)| {
            let space: Vec<(&str, BoxedStrategy<Value>)> = match target {
                "table-tablespace" => {
                    vec![("table-tablespace-name", name().prop_map(Value::from).boxed())]
                }
                "index-tablespace" => {
                    vec![("index-tablespace-name", name().prop_map(Value::from).boxed())]
                }
                "column" => vec![("data-type", maybe(word(&["int2", "string"])).boxed())],
                _ => vec![],
            };
            let place = if target == "schema" {
                object(vec![("schema-name", name().prop_map(Value::from).boxed())])
            } else {
                locator(column, space)
            };
            let actions: &[&str] = &[
                "rename",
                "convert-lowercase",
                "convert-uppercase",
                "add-prefix",
                "remove-prefix",
                "replace-prefix",
                "add-suffix",
                "remove-suffix",
                "replace-suffix",
            ];
            object(vec![
                ("rule-type", Just(json!("transformation")).boxed()),
                ("rule-action", word(actions).boxed()),
                ("rule-target", Just(json!(target)).boxed()),
                ("object-locator", place),
                ("value", maybe(text().prop_map(Value::from)).boxed()),
                ("old-value", maybe(text().prop_map(Value::from)).boxed()),
                (
                    "expression",
                    prop_oneof![5 => Just(Value::Null), 1 => text().prop_map(Value::from)].boxed(),
                ),
            ])
        })
        .boxed()
}

fn on_columns() -> BoxedStrategy<Value> {
    let actions: &[&str] = &[
        "include-column",
        "remove-column",
        "change-data-type",
        "data-masking-digits-mask",
        "data-masking-digits-randomize",
        "data-masking-hash-mask",
    ];
    object(vec![
        ("rule-type", Just(json!("transformation")).boxed()),
        ("rule-action", word(actions).boxed()),
        ("rule-target", Just(json!("column")).boxed()),
        ("object-locator", locator(true, vec![("data-type", maybe(word(&["int2"])).boxed())])),
        (
            "value",
            maybe(prop_oneof![
                word(&["#", "*", "##"]).boxed(),
                text().prop_map(Value::from).boxed()
            ])
            .boxed(),
        ),
        ("data-type", maybe(data_type()).boxed()),
    ])
}

fn on_tables() -> BoxedStrategy<Value> {
    let texts = prop::collection::vec(text().prop_map(Value::from), 1..4).prop_map(Value::from);
    let key = object(vec![
        ("name", maybe(text().prop_map(Value::from)).boxed()),
        ("origin", maybe(word(&["primary-key", "unique-index"])).boxed()),
        ("columns", texts.boxed()),
    ]);
    let images = object(vec![
        ("column-prefix", maybe(word(&["BI_", "OLD_", ""])).boxed()),
        ("column-suffix", maybe(word(&["", "_OLD"])).boxed()),
        ("column-filter", maybe(word(&["pk-only", "non-lob", "all"])).boxed()),
    ]);
    let rule = |action: &'static str,
                target: &'static str,
                more: Vec<(&'static str, BoxedStrategy<Value>)>| {
        let mut members = vec![
            ("rule-type", Just(json!("transformation")).boxed()),
            ("rule-action", Just(json!(action)).boxed()),
            ("rule-target", Just(json!(target)).boxed()),
            ("object-locator", locator(false, vec![])),
        ];
        members.extend(more);
        object(members)
    };
    prop_oneof![
        rule("define-primary-key", "table", vec![("primary-key-def", key)]),
        rule(
            "add-before-image-columns",
            "column",
            vec![("before-image-def", maybe(images).boxed())]
        ),
        rule(
            "add-column",
            "column",
            vec![
                ("value", text().prop_map(Value::from).boxed()),
                ("expression", maybe(text().prop_map(Value::from)).boxed()),
                ("data-type", data_type()),
            ],
        ),
    ]
    .boxed()
}

fn table_settings() -> BoxedStrategy<Value> {
    let texts = || {
        let value = prop_oneof![text().prop_map(Value::from), number(0..99).boxed()];
        prop::collection::vec(value, 0..4).prop_map(Value::from)
    };
    let load = object(vec![
        (
            "type",
            maybe(word(&[
                "none",
                "partitions-auto",
                "subpartitions-auto",
                "partitions-list",
                "ranges",
            ]))
            .boxed(),
        ),
        ("partitions", maybe(texts()).boxed()),
        ("subpartitions", maybe(texts()).boxed()),
        ("columns", maybe(texts()).boxed()),
        ("boundaries", maybe(prop::collection::vec(texts(), 0..4).prop_map(Value::from)).boxed()),
        ("number-of-partitions", maybe(number(0..40)).boxed()),
        (
            "collection-count-from-metadata",
            maybe(prop_oneof![Just(json!(true)), Just(json!("false"))]).boxed(),
        ),
        ("batch-size", maybe(number(0..40)).boxed()),
    ]);
    let lobs = object(vec![
        ("mode", maybe(word(&["limited", "unlimited", "none"])).boxed()),
        ("bulk-max-size", maybe(number(0..9999)).boxed()),
    ]);
    object(vec![
        ("rule-type", Just(json!("table-settings")).boxed()),
        ("object-locator", locator(false, vec![])),
        ("parallel-load", maybe(load).boxed()),
        ("lob-settings", maybe(lobs).boxed()),
    ])
}

fn object_mapping() -> BoxedStrategy<Value> {
    let attribute = object(vec![
        ("target-attribute-name", text().prop_map(Value::from).boxed()),
        ("attribute-type", maybe(word(&["scalar", "document"])).boxed()),
        ("attribute-sub-type", maybe(word(&["string", "number", "json", "dynamodb-map"])).boxed()),
        (
            "value",
            prop_oneof![
                text().prop_map(Value::from),
                Just(json!({ "M": { "a": { "S": "${a}" } } }))
            ]
            .boxed(),
        ),
    ]);
    let parameters = object(vec![
        ("partition-key-type", maybe(word(&["schema-table", "primary-key", "constant"])).boxed()),
        ("partition-key-name", maybe(text().prop_map(Value::from)).boxed()),
        ("partition-key", maybe(text().prop_map(|t| json!({ "value": t }))).boxed()),
        ("sort-key-name", maybe(text().prop_map(Value::from)).boxed()),
        (
            "exclude-columns",
            maybe(prop::collection::vec(text().prop_map(Value::from), 0..3).prop_map(Value::from))
                .boxed(),
        ),
        (
            "attribute-mappings",
            maybe(prop::collection::vec(attribute, 0..3).prop_map(Value::from)).boxed(),
        ),
    ]);
    let place = prop_oneof![3 => locator(false, vec![]), 1 => Just(json!({})).boxed()];
    object(vec![
        ("rule-type", Just(json!("object-mapping")).boxed()),
        ("rule-action", word(&["map-record-to-record", "map-record-to-document"]).boxed()),
        ("object-locator", place.boxed()),
        ("target-table-name", maybe(text().prop_map(Value::from)).boxed()),
        ("kafka-target-topic", maybe(text().prop_map(Value::from)).boxed()),
        ("mapping-parameters", maybe(parameters).boxed()),
    ])
}

fn post_processing() -> BoxedStrategy<Value> {
    let tag = (text(), text()).prop_map(|(k, v)| json!({ "key": k, "value": v }));
    object(vec![
        ("rule-type", Just(json!("post-processing")).boxed()),
        ("rule-action", Just(json!("add-tag")).boxed()),
        ("object-locator", locator(false, vec![])),
        ("tag-set", prop::collection::vec(tag, 1..4).prop_map(Value::from).boxed()),
    ])
}

fn validation() -> BoxedStrategy<Value> {
    object(vec![
        ("rule-type", Just(json!("validation")).boxed()),
        ("rule-action", Just(json!("override-validation-function")).boxed()),
        ("rule-target", Just(json!("column")).boxed()),
        ("object-locator", locator(true, vec![])),
        ("source-function", text().prop_map(Value::from).boxed()),
        ("target-function", text().prop_map(Value::from).boxed()),
    ])
}

/// Any rule, without id and name.
pub fn rule() -> BoxedStrategy<Value> {
    prop_oneof![
        3 => selection(),
        3 => renaming(),
        3 => on_columns(),
        2 => on_tables(),
        2 => table_settings(),
        1 => object_mapping(),
        1 => post_processing(),
        1 => validation(),
    ]
    .boxed()
}

/// A document of up to twelve rules of any type, with ids in any order and names of any kind, and
/// keys that nobody knows: `x-…`.
pub fn document() -> impl Strategy<Value = Value> {
    let unknown = prop_oneof![Just(json!(["a", 1])), Just(json!({ "b": true })), Just(json!(7))];
    let one = (rule(), any::<bool>(), prop::option::weighted(0.15, unknown), "[A-Za-z0-9 -]{1,8}");
    let rules = prop::collection::vec(one, 1..12);
    (rules, any::<bool>(), 1_u64..50, prop::option::weighted(0.1, Just(json!(2)))).prop_map(
        |(rules, turned, gap, version)| {
            let count = rules.len();
            let list: Vec<Value> = rules
                .into_iter()
                .enumerate()
                .map(|(index, (mut rule, text, unknown, name))| {
                    let rank = if turned { count - index } else { index + 1 } as u64;
                    let id = rank * gap;
                    rule["rule-id"] = if text { json!(id.to_string()) } else { json!(id) };
                    rule["rule-name"] =
                        if text { json!(id.to_string()) } else { json!(format!("{name} {index}")) };
                    if let Some(value) = unknown {
                        rule["x-unknown"] = value.clone();
                        rule["object-locator"]["x-inside"] = value;
                    }
                    rule
                })
                .collect();
            let mut document = Map::new();
            if let Some(version) = version {
                document.insert("x-version".to_owned(), version);
            }
            document.insert("rules".to_owned(), Value::from(list));
            Value::Object(document)
        },
    )
}
