//! Kills the real process at its mutating calls, before the call and after it without an answer, runs
//! the same command again, and compares what there is then with an uninterrupted run.
//!
//! `cargo test` tries a spread of the calls. Every one of them:
//!
//! ```sh
//! DMSRUN_CRASH=all cargo test --workspace --test integration crash -- --nocapture
//! ```
//!
//! `DMSRUN_CRASH=deploy:17:kill-after` tries one again, as a failure prints it.

use crate::common::{Env, root};

/// How many of a scenario's calls are tried unless all are.
const SPREAD: usize = 6;

/// A change of a world, which is what is killed.
struct Scenario {
    name: &'static str,
    /// The runs that make the world before the change.
    before: &'static [&'static [&'static str]],
    /// The run that is killed, and run again.
    change: &'static [&'static str],
}

const DEPLOY: &[&str] = &["scripts/migrate.lua", "deploy"];

const SCENARIOS: &[Scenario] = &[
    Scenario { name: "deploy", before: &[], change: DEPLOY },
    Scenario {
        name: "destroy",
        before: &[DEPLOY],
        change: &["scripts/migrate.lua", "destroy", "--allow", "destroy"],
    },
    Scenario { name: "migrate", before: &[DEPLOY], change: &["scripts/migrate.lua"] },
    Scenario {
        name: "update",
        before: &[&["scripts/migrate.lua"]],
        change: &[
            "scripts/migrate.lua",
            "deploy",
            "-c",
            "replication_instance_class=dms.r5.large",
            "-c",
            "allocated_storage=200",
            "-c",
            "source_db_config.port=3306",
            "-c",
            "flow_logs=true",
        ],
    },
];

/// A world as the scenario begins.
fn prepared(scenario: &Scenario) -> Env {
    let env = Env::new();
    for run in scenario.before {
        local(&env, run, &[]).ok();
    }
    env
}

fn local(env: &Env, args: &[&str], options: &[&str]) -> crate::common::Output {
    let line: Vec<&str> = ["--local"].iter().chain(options).chain(args).copied().collect();
    env.run(&line)
}

/// What there is, without ids.
fn inventory(env: &Env) -> String {
    let script = root().join("tests/fixtures/inventory.lua");
    local(env, &[&script.to_string_lossy()], &[]).ok().stdout
}

/// How many mutating calls the change makes, and what there is afterwards.
fn uninterrupted(scenario: &Scenario) -> (usize, String) {
    let env = prepared(scenario);
    let out = local(&env, scenario.change, &["--trace"]).ok();
    let calls = out.stderr.lines().filter(|line| line.contains("mutates")).count();
    assert!(calls > 0, "{}: nothing is changed, so nothing is tried: {out}", scenario.name);
    (calls, inventory(&env))
}

/// Kills the change at a call, runs it again, and says what is wrong then.
fn crash(scenario: &Scenario, call: usize, how: &str, wanted: &str) -> Result<(), String> {
    let env = prepared(scenario);
    let fault = format!("--fault=*:mutating#{call}={how}");
    let killed = local(&env, scenario.change, &[&fault]);
    if killed.code != -1 {
        return Err(format!("it was not killed: {killed}"));
    }
    let again = local(&env, scenario.change, &[]);
    if again.code != 0 {
        return Err(format!("the second run failed: {again}"));
    }
    let found = inventory(&env);
    if found != wanted {
        let diff = similar(wanted, &found);
        return Err(format!("it came to another end:\n{diff}\nafter the second run: {again}"));
    }
    let third = local(&env, scenario.change, &["--trace"]);
    if third.code != 0 || third.stderr.lines().any(|line| line.contains("mutates")) {
        return Err(format!("a third run had something to do: {third}"));
    }
    Ok(())
}

/// The lines that differ.
fn similar(wanted: &str, found: &str) -> String {
    let only = |a: &str, b: &str, mark: &str| {
        let mut left: Vec<&str> = b.lines().collect();
        let mut out = String::new();
        for line in a.lines() {
            match left.iter().position(|l| *l == line) {
                Some(at) => drop(left.swap_remove(at)),
                None => out += &format!("{mark} {line}\n"),
            }
        }
        out
    };
    only(wanted, found, "-") + &only(found, wanted, "+")
}

/// A scenario, a call of it and how it is killed there.
type Point<'a> = (&'a str, (&'a str, &'a str));

/// The point that is asked for by name, where one is.
fn asked_for(asked: &str) -> Result<Option<Point<'_>>, String> {
    if asked.is_empty() || asked == "all" {
        return Ok(None);
    }
    let parts: Vec<&str> = asked.split(':').collect();
    let known = |name: &str| SCENARIOS.iter().any(|scenario| scenario.name == name);
    match parts.as_slice() {
        [name, call, how @ ("kill" | "kill-after")]
            if known(name) && call.parse::<usize>().is_ok() =>
        {
            Ok(Some((name, (call, how))))
        }
        _ => {
            let names: Vec<&str> = SCENARIOS.iter().map(|scenario| scenario.name).collect();
            Err(format!(
                "DMSRUN_CRASH={asked}: expected all, or such as deploy:17:kill-after; the scenarios \
                 are {names:?}"
            ))
        }
    }
}

/// Nothing would be tried, and that would look as if all had gone well.
#[test]
fn crash_in_a_scenario_that_there_is_not_is_refused() {
    for asked in ["deplyo:17:kill", "deploy:17", "deploy:x:kill", "deploy:17:kil", "al"] {
        assert!(asked_for(asked).is_err(), "{asked}");
    }
    let one = Some(("deploy", ("17", "kill-after")));
    assert_eq!(asked_for("deploy:17:kill-after"), Ok(one));
    assert_eq!(asked_for("all"), Ok(None));
}

fn try_scenario(name: &str) {
    let scenario = SCENARIOS.iter().find(|s| s.name == name).unwrap();
    let asked = std::env::var("DMSRUN_CRASH").unwrap_or_default();
    let one = asked_for(&asked).unwrap_or_else(|what| panic!("{what}"));
    if one.is_some_and(|(scenario, _)| scenario != name) {
        return;
    }
    let (calls, wanted) = uninterrupted(scenario);
    let mut points: Vec<(usize, &str)> =
        (1..=calls).flat_map(|call| [(call, "kill"), (call, "kill-after")]).collect();
    if let Some((_, (call, how))) = one {
        points = vec![(call.parse().unwrap(), how)];
    } else if asked != "all" {
        // An odd stride meets both kinds.
        let stride = (points.len() / SPREAD).max(1) | 1;
        points = points.into_iter().step_by(stride).collect();
    }
    let mut failed = Vec::new();
    for (call, how) in &points {
        if let Err(what) = crash(scenario, *call, how, &wanted) {
            eprintln!("DMSRUN_CRASH={name}:{call}:{how}\n{what}");
            failed.push(format!("{name}:{call}:{how}"));
        }
    }
    println!("{name}: {} crash points of {} tried over {calls} calls", points.len(), 2 * calls);
    assert!(failed.is_empty(), "{} crash points fail: {}", failed.len(), failed.join(" "));
}

#[test]
fn crash_in_a_deploy() {
    try_scenario("deploy");
}

#[test]
fn crash_in_a_destroy() {
    try_scenario("destroy");
}

#[test]
fn crash_in_a_migration() {
    try_scenario("migrate");
}

#[test]
fn crash_in_an_update() {
    try_scenario("update");
}

/// A rehearsal of nothing must not look like a crash that was survived.
#[test]
fn crash_by_a_misspelt_fault_is_refused_and_one_that_never_comes_is_told() {
    let env = Env::new();
    let out = local(&env, &["-e", "print(1)"], &[]).ok();
    assert!(!out.stderr.contains("never struck"), "{out}");
    let misspelt = "--fault=dms:CreateEndpont#1=kill";
    assert_eq!(local(&env, &["-e", "print(1)"], &[misspelt]).code, 64, "before anything is done");
    let call = "require('aws').dms.describe_endpoints()";
    for (fault, hint) in [
        ("dms:CreateEndpont#1=kill", "Did you mean \"CreateEndpoint\""),
        ("dsm:CreateEndpoint#1=kill", "Did you mean \"dms\""),
        ("*:mutatin#1=kill", "Did you mean \"mutating\""),
    ] {
        let out = local(&env, &["-e", call], &[&format!("--fault={fault}")]);
        assert_eq!(out.code, 64, "{out}");
        // However the lines are broken.
        let said = out.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.contains(hint), "{out}");
    }
    let fault = "--fault=dms:DescribeEndpoints#2=kill";
    let out = local(&env, &["-e", call], &[fault]).ok();
    assert!(out.stderr.contains("A fault never struck"), "{out}");
    assert!(out.stderr.contains("dms:DescribeEndpoints#2=kill"), "{out}");
    let fault = "--fault=dms:DescribeEndpoints#1=delay 3";
    let out = local(&env, &["-e", call], &[fault]).ok();
    assert!(!out.stderr.contains("never struck"), "{out}");
}
