//! Evaluating and checking mappings: grows with the tables, little with the rules.
//!
//! `cargo bench -p dmsrun-dms`; the first lines give the time and the memory of the largest case,
//! which must stay below 2 seconds and 500 MB.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use dmsrun_dms::{Catalogue, CatalogueTable, Column, Context, Evaluator, mappings};
use serde_json::{Value, json};
use std::time::Instant;

fn catalogue(tables: usize, columns: usize) -> Catalogue {
    let columns: Vec<Column> = (0..columns)
        .map(|n| Column {
            name: format!("column_{n}"),
            data_type: "int4".into(),
            primary_key: n == 0,
            ..Column::default()
        })
        .collect();
    let table = |n: usize| CatalogueTable {
        schema: format!("schema{}", n % 50),
        table: format!("table_{n}"),
        rows: 1000,
        columns: columns.clone(),
        ..CatalogueTable::default()
    };
    Catalogue { tables: (0..tables).map(table).collect(), ..Catalogue::default() }
}

/// A twentieth of the rules is pure patterns; the others name a schema, a table, or both.
fn document(rules: usize) -> Value {
    let select = |id: usize, action: &str, schema: &str, table: String| {
        json!({ "rule-type": "selection", "rule-id": id.to_string(), "rule-name": format!("s{id}"),
            "rule-action": action, "object-locator": { "schema-name": schema, "table-name": table } })
    };
    let change = |id: usize, action: &str, target: &str, locator: Value, more: Value| {
        let mut rule = json!({ "rule-type": "transformation", "rule-id": id.to_string(),
            "rule-name": format!("t{id}"), "rule-action": action, "rule-target": target,
            "object-locator": locator });
        if let (Some(rule), Value::Object(more)) = (rule.as_object_mut(), more) {
            rule.extend(more);
        }
        rule
    };
    let one = |id: usize| {
        let schema = format!("schema{}", id % 50);
        let table = format!("table_{id}");
        match (id, id % 4) {
            (0, _) => select(id, "include", "schema%", "%".into()),
            (n, _) if n < (rules / 20).max(2) => select(id, "exclude", "%", format!("temp%{id}")),
            (_, 0) => change(
                id,
                "convert-uppercase",
                "column",
                json!({ "schema-name": schema, "table-name": format!("table_%{id}"), "column-name": "column_%" }),
                json!({}),
            ),
            (_, 1) => change(
                id,
                "remove-column",
                "column",
                json!({ "schema-name": "schema%", "table-name": table, "column-name": "column_7" }),
                json!({}),
            ),
            _ => change(
                id,
                "rename",
                "table",
                json!({ "schema-name": schema, "table-name": table }),
                json!({ "value": format!("renamed_{id}") }),
            ),
        }
    };
    json!({ "rules": (0..rules).map(one).collect::<Vec<_>>() })
}

/// A document of about two megabytes.
fn large(pattern: impl Fn(usize) -> (String, String)) -> Value {
    let mut rules = vec![json!({ "rule-type": "selection", "rule-id": "0", "rule-name": "all",
        "rule-action": "include", "object-locator": { "schema-name": "%", "table-name": "%" } })];
    let mut size = 0;
    while size < 2_000_000 {
        let id = rules.len() + 1;
        let (schema, table) = pattern(id);
        let rule = if id % 3 == 0 {
            json!({ "rule-type": "selection", "rule-id": id.to_string(), "rule-name": format!("select {id}"),
                "rule-action": "include", "object-locator": { "schema-name": schema, "table-name": table } })
        } else {
            json!({ "rule-type": "transformation", "rule-id": id.to_string(), "rule-name": format!("rename {id}"),
                "rule-action": "rename", "rule-target": "table", "value": format!("new_{id}"),
                "object-locator": { "schema-name": schema, "table-name": table } })
        };
        size += rule.to_string().len() + 1;
        rules.push(rule);
    }
    json!({ "rules": rules })
}

/// Rules of many kinds, about two megabytes of them: in a quarter of them something is ambiguous, and
/// `faulty` asks for more to find.
fn varied(faulty: bool) -> Value {
    let mut rules = vec![json!({ "rule-type": "selection", "rule-id": "1", "rule-name": "all",
        "rule-action": "include", "object-locator": { "schema-name": "%", "table-name": "%" },
        "filters": [] })];
    let mut size = 0;
    while size < 2_000_000 {
        let id = rules.len() + 1;
        let rule = one_of_many(id, faulty);
        size += rule.to_string().len() + 1;
        rules.push(rule);
    }
    json!({ "rules": rules })
}

fn one_of_many(id: usize, faulty: bool) -> Value {
    let schema = format!("schema{}", id % 50);
    let table = json!({ "schema-name": schema, "table-name": format!("table{id}") });
    let column = json!({ "schema-name": schema, "table-name": format!("table{id}"),
        "column-name": format!("column_{}", id % 20) });
    let (kind, locator, more) = match id % 8 {
        0 => (
            "selection",
            &table,
            json!({ "rule-action": "include", "filters": [{
            "filter-type": "source", "column-name": "created_at", "filter-conditions": [{
                "filter-operator": "between", "start-value": "2024-01-01", "end-value": "2024-12-31"
            }] }] }),
        ),
        1 => (
            "transformation",
            &table,
            json!({ "rule-action": "rename", "rule-target": "table",
            "value": format!("new_{id}") }),
        ),
        2 => (
            "transformation",
            &column,
            json!({ "rule-action": "change-data-type",
            "rule-target": "column", "data-type": { "type": "string", "length": 200 } }),
        ),
        3 => (
            "transformation",
            &table,
            json!({ "rule-action": "add-column",
            "rule-target": "column", "value": format!("added_{id}"),
            "expression": "upper($column_1) || '_' || substr($column_2, 1, 3)",
            "data-type": { "type": "string", "length": "50" } }),
        ),
        4 => (
            "table-settings",
            &table,
            json!({ "parallel-load": { "type": "ranges",
            "columns": ["id"], "boundaries": [["1000"], ["2000"], ["3000"]] },
            "lob-settings": { "mode": "limited", "bulk-max-size": "100" } }),
        ),
        5 => (
            "transformation",
            &column,
            json!({ "rule-action": "data-masking-hash-mask",
            "rule-target": "column" }),
        ),
        6 => ("selection", &table, json!({ "rule-action": "explicit", "load-order": id })),
        _ => (
            "transformation",
            &column,
            json!({ "rule-action": "rename", "rule-target": "column",
            "value": format!("renamed_{id}") }),
        ),
    };
    let mut rule = json!({ "rule-type": kind, "rule-id": id.to_string(),
        "rule-name": format!("rule {id}"), "object-locator": locator });
    if let (Some(rule), Value::Object(more)) = (rule.as_object_mut(), more) {
        rule.extend(more);
        if faulty && id.is_multiple_of(2) {
            rule.insert("rule-nam".into(), json!("a key that does not exist"));
            rule.insert("rule-name".into(), json!("one name"));
        }
    }
    rule
}

/// The most memory that the process had, in MB.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|l| l.starts_with("VmHWM")).unwrap_or_default().to_owned();
    let number: String = line.chars().filter(char::is_ascii_digit).collect();
    number.parse::<u64>().unwrap_or(0) / 1024
}

fn walk(evaluator: &Evaluator<'_>, source: &Catalogue) -> usize {
    // Table by table, as Lua sees them: no outcome outlives its table.
    let mut tally = evaluator.tally();
    source.tables.iter().filter(|t| evaluator.table(t, &mut tally).selected).count()
}

/// The processor time that the process took, in ms: others may be at work on the machine.
fn cpu() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    // Of user and kernel, in hundredths of a second.
    fields.skip(11).take(2).filter_map(|f| f.parse::<u64>().ok()).sum::<u64>() * 10
}

fn measured<T>(what: &str, body: impl FnOnce() -> T) -> T {
    let (begun, busy) = (Instant::now(), cpu());
    let out = body();
    println!("{what}: {:?}, processor {} ms, {} MB at most", begun.elapsed(), cpu() - busy, peak());
    out
}

/// The sizes that are promised, once.
fn promised(_: &mut Criterion) {
    if std::env::args().skip(1).any(|a| !a.starts_with('-')) {
        return;
    }
    let Ok(m) = mappings::parse(&document(1000)) else { return };
    let source = catalogue(100_000, 20);
    let what = "1000 rules, 100000 tables x 20 columns";
    measured(what, || walk(&Evaluator::new(&m, &source), &source));
    let context = Context { catalogue: Some(source), ..Context::default() };
    measured("checked with that catalogue", || mappings::check(&document(1000), &context).len());
    let good = large(|id| (format!("schema{}", id % 50), format!("table_{id}"))).to_string();
    let bad = large(|id| (format!("schema{}", id / 3 % 50), format!("table_{}", id / 3)));
    let bad = bad.to_string();
    let (varied, faulty) = (varied(false).to_string(), varied(true).to_string());
    for (what, text) in [
        ("sound", &good),
        ("with faults", &bad),
        ("varied", &varied),
        ("varied, with faults", &faulty),
    ] {
        let count = mappings::check_text(text, &Context::default()).len();
        let what = format!("2 MB, {what} ({count} findings), checked 20 times");
        measured(&what, || {
            (0..20).map(|_| mappings::check_text(text, &Context::default()).len()).sum::<usize>()
        });
    }
}

fn evaluation(c: &mut Criterion) {
    // The catalogues take their time: not for those who ask for the others by name.
    if std::env::args().any(|a| a.starts_with("check 2") || a.starts_with("compare 2")) {
        return;
    }
    let Ok(m) = mappings::parse(&document(1000)) else { return };
    let mut group = c.benchmark_group("evaluate");
    group.sample_size(10);
    for tables in [1_000, 10_000, 100_000] {
        let source = catalogue(tables, 20);
        group.throughput(Throughput::Elements(tables as u64));
        group.bench_with_input(BenchmarkId::new("1000 rules", tables), &source, |b, source| {
            b.iter(|| walk(&Evaluator::new(&m, source), source));
        });
    }
    group.finish();
    let mut group = c.benchmark_group("check with a catalogue");
    group.sample_size(10);
    let document = document(1000);
    for tables in [1_000, 10_000, 100_000] {
        let catalogue = Some(catalogue(tables, 20));
        let context = Context { catalogue, ..Context::default() };
        group.throughput(Throughput::Elements(tables as u64));
        group.bench_with_input(BenchmarkId::new("1000 rules", tables), &context, |b, context| {
            b.iter(|| mappings::check(&document, context).len());
        });
    }
    group.finish();
}

fn checking(c: &mut Criterion) {
    let mut group = c.benchmark_group("check 2 MB");
    group.sample_size(10);
    let cases: [(&str, Value); 6] = [
        (
            "named tables",
            large(|id| (format!("schema{}", id / 3 % 50), format!("table_{}", id / 3))),
        ),
        ("patterns", large(|id| (format!("schema{}", id / 3 % 50), format!("table{}%", id / 3)))),
        ("one schema of patterns", large(|id| ("s".into(), format!("t{}_%", id / 3)))),
        ("varied", varied(false)),
        ("varied, with faults", varied(true)),
        ("nothing fits", large(|id| (format!("s{id}"), format!("t{}", id % 7)))),
    ];
    for (name, document) in &cases {
        let text = document.to_string();
        group.bench_function(*name, |b| {
            b.iter(|| mappings::check_text(&text, &Context::default()).len());
        });
    }
    group.finish();
    let mut group = c.benchmark_group("compare 2 MB");
    group.sample_size(10);
    let (_, document) = &cases[0];
    let mut turned = document.clone();
    if let Some(rules) = turned["rules"].as_array_mut() {
        let count = rules.len();
        for (index, rule) in rules.iter_mut().enumerate() {
            rule["rule-id"] = json!(count - index);
        }
    }
    group.bench_function("every precedence turned", |b| {
        b.iter(|| mappings::diff(document, &turned).len());
    });
    group.finish();
}

criterion_group!(benches, promised, evaluation, checking);
criterion_main!(benches);
