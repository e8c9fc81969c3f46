//! What a call costs beyond the network, against a canned answer in the process.

#![allow(clippy::unwrap_used, missing_docs, dead_code)]

#[path = "../tests/fake/mod.rs"]
mod fake;

use criterion::{Criterion, criterion_group, criterion_main};
use dmsrun_aws::{CallOptions, Policy};
use dmsrun_base::drive;
use fake::{Fake, value};
use serde_json::json;
use std::hint::black_box;

fn calls(c: &mut Criterion) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let endpoint = json!({"EndpointArn": "arn", "EndpointIdentifier": "e", "EngineName": "mysql"});
    let fake = Fake::always(200, json!({"Endpoints": vec![endpoint; 20]}));
    let aws = fake.aws(Policy::default());
    let options = CallOptions::default();
    let input = value(json!({"filters": [{"name": "endpoint-id", "values": ["a", "b"]}]}));
    c.bench_function("call dms.describe_endpoints (20 endpoints)", |b| {
        b.iter(|| {
            let call = aws.call("dms", "describe_endpoints", input.clone(), &options);
            black_box(runtime.block_on(drive(&fake.clock, call)).unwrap());
            fake.asked.lock().unwrap().clear();
            fake.events.lock().unwrap().clear();
        });
    });
    c.bench_function("an unknown parameter", |b| {
        let wrong = value(json!({"filter": []}));
        b.iter(|| {
            let call = aws.call("dms", "describe_endpoints", wrong.clone(), &options);
            black_box(runtime.block_on(drive(&fake.clock, call)).unwrap_err());
        });
    });
}

criterion_group!(benches, calls);
criterion_main!(benches);
