//! Evaluating and checking mappings: grows with the tables, little with the rules.

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use dmsrun_dms::{Catalogue, CatalogueTable, Column, Context, Evaluator, evaluate, mappings};
use serde_json::{Value, json};

fn catalogue(tables: usize, columns: usize) -> Catalogue {
    let columns: Vec<Column> = (0..columns)
        .map(|n| Column {
            name: format!("column_{n}"),
            data_type: "int4".into(),
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

fn document(rules: usize) -> Value {
    let wild = |id: usize| {
        if id == 0 {
            json!({ "rule-type": "selection", "rule-id": "0", "rule-name": "all", "rule-action": "include",
                "object-locator": { "schema-name": "schema%", "table-name": "%" } })
        } else {
            json!({ "rule-type": "selection", "rule-id": id, "rule-name": format!("x{id}"), "rule-action": "exclude",
                "object-locator": { "schema-name": "%", "table-name": format!("temp%{id}") } })
        }
    };
    let named = |id: usize| {
        json!({ "rule-type": "transformation", "rule-id": id, "rule-name": format!("t{id}"),
            "rule-action": "rename", "rule-target": "table",
            "object-locator": { "schema-name": format!("schema{}", id % 50), "table-name": format!("table_{id}") },
            "value": format!("renamed_{id}") })
    };
    let few = (rules / 20).max(2);
    json!({ "rules": (0..rules).map(|id| if id < few { wild(id) } else { named(id) }).collect::<Vec<_>>() })
}

fn evaluation(c: &mut Criterion) {
    let mut group = c.benchmark_group("evaluate");
    group.sample_size(10);
    for (rules, tables, columns) in
        [(40, 10_000, 5), (1000, 1_000, 20), (1000, 10_000, 20), (1000, 100_000, 20)]
    {
        let Ok(m) = mappings::parse(&document(rules)) else { continue };
        let source = catalogue(tables, columns);
        group.throughput(Throughput::Elements(tables as u64));
        let id = BenchmarkId::new(format!("{rules} rules"), tables);
        group.bench_with_input(id, &source, |b, source| {
            // Table by table, as Lua sees them: no outcome outlives its table.
            b.iter(|| {
                let evaluator = Evaluator::new(&m, source);
                let mut tally = evaluator.tally();
                source.tables.iter().filter(|t| evaluator.table(t, &mut tally).selected).count()
            });
        });
    }
    let Ok(m) = mappings::parse(&document(40)) else { return };
    let source = catalogue(10_000, 5);
    group.bench_function("whole, 40 rules, 10000 tables", |b| {
        b.iter_batched(|| (), |()| evaluate(&m, &source), BatchSize::LargeInput);
    });
    group.finish();
}

fn checking(c: &mut Criterion) {
    let mut rules = document(9_000);
    while rules.to_string().len() < 2_000_000 {
        let Some(list) = rules["rules"].as_array_mut() else { return };
        let id = list.len();
        list.push(json!({ "rule-type": "selection", "rule-id": id, "rule-name": format!("s{id}"),
            "rule-action": "include", "object-locator": { "schema-name": "s", "table-name": format!("t{id}") } }));
    }
    let mut group = c.benchmark_group("check");
    group.sample_size(10);
    group.bench_function("2 MB", |b| b.iter(|| mappings::check(&rules, &Context::default()).len()));
    group.finish();
}

criterion_group!(benches, evaluation, checking);
criterion_main!(benches);
