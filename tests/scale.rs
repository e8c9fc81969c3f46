//! Speed and patience at the size of a real stack: the calls of a plan, the time of a deploy against its
//! critical path, and what faults cost, all on the virtual clock of the local AWS.
//!
//! The numbers are printed by
//!
//! ```sh
//! cargo test --workspace --test integration scale -- --nocapture
//! ```
//!
//! `DMSRUN_SCALE_SEEDS=20` tries as many seeds of chance with each sort of fault.

use crate::common::{Env, Output, root};
use std::{collections::BTreeMap, time::Instant};

const MIGRATE: &str = "scripts/migrate.lua";

fn local(env: &Env, options: &[&str], args: &[&str]) -> Output {
    let line: Vec<&str> = ["--local"].iter().chain(options).chain(args).copied().collect();
    env.run(&line)
}

/// The calls of a run by service and operation, from its trace.
fn calls(out: &Output) -> BTreeMap<String, usize> {
    let mut calls = BTreeMap::new();
    let traced = out.stderr.lines().filter_map(|line| line.strip_prefix("trace "));
    for call in traced.filter_map(|line| line.split_whitespace().next()) {
        *calls.entry(call.to_owned()).or_default() += 1;
    }
    calls
}

fn print(title: &str, calls: &BTreeMap<String, usize>) -> usize {
    let total = calls.values().sum();
    println!("{title}: {total} calls");
    let mut sorted: Vec<_> = calls.iter().collect();
    sorted.sort_by_key(|(name, count)| (std::cmp::Reverse(**count), name.as_str()));
    for (name, count) in sorted {
        println!("  {count:4} {name}");
    }
    total
}

/// What `deploy --timing --json` says of the time.
fn timing(out: &Output) -> serde_json::Value {
    let json: serde_json::Value = serde_json::from_str(&out.stdout).unwrap();
    json["timing"].clone()
}

fn inventory(env: &Env) -> String {
    let script = root().join("tests/fixtures/inventory.lua");
    local(env, &[], &[&script.to_string_lossy()]).ok().stdout
}

/// A plan without changes asks by kind and page, never by resource.
#[test]
fn a_plan_of_the_full_stack_makes_at_most_50_calls() {
    let env = Env::new();
    local(&env, &[], &[MIGRATE, "deploy"]).ok();
    let plan = local(&env, &["--trace"], &[MIGRATE, "plan"]).ok().has("0 to create, 0 to change");
    let total = print("a plan of the full stack", &calls(&plan));
    assert!(total <= 50, "{total} calls");
    assert!(plan.stderr.lines().all(|line| !line.contains("mutates")), "{plan}");
}

#[test]
fn a_plan_with_200_tasks_and_400_endpoints_makes_at_most_75_calls() {
    let env = Env::new().with("SCALE_TASKS", "198").with("SCALE_PAIRS", "199");
    let small = Env::new();
    // The folder of the first one, without its variables.
    let script = root().join("tests/fixtures/scale.lua");
    std::fs::copy(script, env.path("scripts/scale.lua")).unwrap();
    let deployed = small
        .command(&["--local", "scripts/scale.lua", "deploy"])
        .current_dir(env.path("."))
        .output()
        .unwrap();
    assert!(deployed.status.success(), "{}", String::from_utf8_lossy(&deployed.stderr));
    local(&env, &[], &["scripts/scale.lua", "seed"]).ok();
    let began = Instant::now();
    let plan = local(&env, &["--trace"], &["scripts/scale.lua", "plan"])
        .ok()
        .has("0 to create, 0 to change");
    let took = began.elapsed();
    let total = print("a plan with 200 tasks and 400 endpoints", &calls(&plan));
    println!("  it took {:.1} s", took.as_secs_f64());
    let unchanged = plan.stdout.lines().find_map(|line| line.strip_suffix(" unchanged"));
    let unchanged = unchanged.and_then(|line| line.rsplit(' ').next()).unwrap();
    assert!(unchanged.parse::<usize>().unwrap() >= 640, "{plan}");
    assert!(total <= 75, "{total} calls");
}

/// The bound is on the path as it would have been had everybody looked at the right moment.
#[test]
fn a_deploy_of_the_full_stack_takes_at_most_1_05_of_its_critical_path() {
    let env = Env::new();
    let out = local(&env, &["--trace"], &[MIGRATE, "deploy", "--timing", "--json"]).ok();
    let timing = timing(&out);
    let number = |key: &str| timing[key].as_f64().unwrap();
    let (took, least) = (number("seconds"), number("critical_path_least"));
    println!(
        "deploy: {took:.1} s; critical path {:.1} s, at the least {least:.1} s; {:.4}",
        number("critical_path"),
        took / least
    );
    for step in timing["chain"].as_array().unwrap() {
        println!("  {}", step.as_str().unwrap());
    }
    let calls = calls(&out);
    print("the deploy", &calls);
    assert!(least > 300.0, "the durations are not realistic: {least}");
    assert!(took <= 1.05 * least, "{took} s, and {least} s at the least");
    let polls = calls["dms:describe_replication_instances"];
    assert!(polls <= 80, "{polls} calls to wait for one instance");
    // DMS refills eight requests a second.
    let dms: usize =
        calls.iter().filter(|(name, _)| name.starts_with("dms:")).map(|(_, n)| n).sum();
    assert!((dms as f64) < 200.0 + 8.0 * took, "{dms} calls to DMS in {took} s");
}

#[test]
fn where_the_time_went_is_shown_on_a_line_for_each_step_that_fits() {
    let env = Env::new().with("COLUMNS", "72");
    let out = local(&env, &[], &[MIGRATE, "deploy", "--timing"]).ok();
    let lines: Vec<&str> = out
        .stdout
        .lines()
        .skip_while(|line| !line.starts_with("Timing"))
        .take_while(|line| !line.starts_with("Outputs"))
        .collect();
    assert!(lines[0].contains("critical path 9m"), "{out}");
    let path: Vec<&str> =
        lines.iter().filter(|line| line.starts_with("         # ")).copied().collect();
    assert!(path.iter().any(|line| line.contains("dms.replication_instance/")), "{out}");
    assert!(path.iter().all(|line| line.contains('#')), "{out}");
    let most = lines.iter().map(|line| line.chars().count()).max().unwrap();
    assert!(most <= 72, "{most} columns: {out}");
    local(&env, &[], &[MIGRATE, "destroy", "--allow", "destroy", "--timing"])
        .ok()
        .has("# delete dms.replication_instance/");
    local(&env, &[], &[MIGRATE, "help"]).ok().has("--timing");
}

fn seeds() -> u64 {
    std::env::var("DMSRUN_SCALE_SEEDS").ok().and_then(|n| n.parse().ok()).unwrap_or(2)
}

/// Three of ten calls are throttled, fail on the side of AWS, or lose their answer.
#[test]
fn with_three_of_ten_calls_failing_a_deploy_comes_to_the_same_end() {
    const FAULTS: &[&[&str]] = &[
        &["*:*%0.3=ThrottlingException"],
        &["*:*%0.3=ServiceUnavailable"],
        &["*:*%0.3=drop"],
        &["*:*%0.1=ThrottlingException", "*:*%0.1=InternalFailure", "*:*%0.1=drop"],
    ];
    let calm = Env::new();
    let out = local(&calm, &[], &[MIGRATE, "deploy", "--timing", "--json"]).ok();
    let usual = timing(&out)["seconds"].as_f64().unwrap();
    let wanted = inventory(&calm);
    println!("without faults: {usual:.0} s");
    let mut wrong = Vec::new();
    for faults in FAULTS {
        for seed in 1..=seeds() {
            let env = Env::new();
            let seed = seed.to_string();
            let mut options = vec!["--seed", &seed, "--trace"];
            options.extend(faults.iter().flat_map(|fault| ["--fault", fault]));
            let name = format!("--seed {seed} {}", faults.join(" "));
            let out = local(&env, &options, &[MIGRATE, "deploy", "--timing", "--json"]);
            if out.code != 0 {
                wrong.push(format!("{name}: {out}"));
                continue;
            }
            let took = timing(&out)["seconds"].as_f64().unwrap();
            let total: usize = calls(&out).values().sum();
            let repeats = out.stderr.lines().filter(|line| line.starts_with("retry ")).count();
            let slower = (took / usual - 1.0) * 100.0;
            println!("{name}: {took:.0} s, {slower:+.0} %; {total} calls, {repeats} repeats",);
            if inventory(&env) != wanted {
                wrong.push(format!("{name}: it came to another end:\n{}", inventory(&env)));
            }
            let again = local(&env, &[], &[MIGRATE, "plan", "--detailed-exitcode"]);
            if again.code != 0 {
                wrong.push(format!("{name}: the plan afterwards is not empty: {again}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
