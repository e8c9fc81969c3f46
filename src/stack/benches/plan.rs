//! How long planning takes: 500 resources, nothing there, all there, and all to be deleted.
#![allow(missing_docs)]

use criterion::{Criterion, criterion_group, criterion_main};
use dmsrun_base::{Map, Reference, ResourceId, Value};
use dmsrun_diag::render::Disk;
use dmsrun_stack::{Declared, Live, NoComparators, Property, Request, Schema, Schemas, plan};
use std::{collections::BTreeMap, hint::black_box};

const COUNT: usize = 500;

fn declared() -> Vec<Declared> {
    (0..COUNT)
        .map(|i| {
            let mut properties = Map::from([
                ("size".to_owned(), Value::Int(100)),
                ("tags".to_owned(), Value::Map(Map::from([("Name".to_owned(), "x".into())]))),
            ]);
            if i > 0 {
                let target = ResourceId::new("t.x", format!("r{}", i / 3));
                let reference = Reference { target, path: vec!["id".into()] };
                properties.insert("on".to_owned(), Value::Reference(reference));
            }
            Declared::new(ResourceId::new("t.x", format!("r{i}")), properties)
        })
        .collect()
}

fn live() -> Vec<Live> {
    (0..COUNT)
        .map(|i| {
            let physical = format!("x-{i}");
            let mut live = Live::new(ResourceId::new("t.x", format!("r{i}")), &physical);
            live.outputs.insert("id".into(), physical.into());
            live.properties.insert("size".into(), Value::Int(100));
            live.properties
                .insert("tags".into(), Map::from([("Name".to_owned(), "x".into())]).into());
            if i > 0 {
                let parent = format!("x-{}", i / 3);
                live.properties.insert("on".into(), parent.as_str().into());
                live.parents.push(parent);
            }
            live
        })
        .collect()
}

fn benches(c: &mut Criterion) {
    let names = ["size", "on", "tags"];
    let properties: BTreeMap<_, _> =
        names.into_iter().map(|n| (n.to_owned(), Property::default())).collect();
    let schema = Schema { name: "t.x".into(), properties, ..Schema::default() };
    let schemas = Schemas::from([("t.x".to_owned(), schema)]);
    let (declared, live) = (declared(), live());
    let mut run = |name: &str, declared: &[Declared], live: &[Live]| {
        c.bench_function(name, |b| {
            b.iter(|| {
                let request = Request {
                    stack: "bench",
                    owner: None,
                    declared,
                    live,
                    schemas: &schemas,
                    comparators: &NoComparators,
                    sources: &Disk,
                    shields: &dmsrun_stack::plan::Shields::default(),
                };
                black_box(plan(&request).map(|p| p.jobs.len()))
            });
        });
    };
    run("create 500", &declared, &[]);
    run("unchanged 500", &declared, &live);
    run("destroy 500", &[], &live);
}

criterion_group!(all, benches);
criterion_main!(all);
