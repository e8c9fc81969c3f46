//! The simulation: seeded clock, ids, faults and order over the local AWS, in one process. Each scenario
//! of `tests/simulation` is broken off at its calls, run again, and must come to the end of an
//! uninterrupted run: killed before a mutating call and after it without an answer, and left without
//! credentials or without the network from a call on. Histories of generated stacks, with crashes and
//! drift, must converge.
//!
//! `cargo test` tries a sample with a fixed seed. Everything:
//!
//! ```sh
//! DMSRUN_SIMULATION=all cargo test --workspace --test integration simulation -- --nocapture
//! ```
//!
//! A failure prints what tries it again: `DMSRUN_SIMULATION=move:24:kill` for one crash point,
//! `DMSRUN_SIMULATION=histories:17` for one history, with `DMSRUN_SIMULATION_SEED=3` for the seed.
//! `histories:1-60` tries a range of them. The real process is killed in `crash.rs`.

use crate::common::{Env, Output, root};
use std::collections::BTreeSet;

/// What the variable asks for.
#[derive(Debug, PartialEq)]
enum Asked {
    /// A sample, or all, of every scenario.
    Every,
    /// Points of one scenario.
    One(String),
}

impl Asked {
    fn read(text: &str, scenarios: &BTreeSet<String>) -> Result<Self, String> {
        if text.is_empty() || text == "all" {
            return Ok(Self::Every);
        }
        let (name, rest) = text.split_once(':').unwrap_or((text, ""));
        let parts: Vec<&str> = rest.split([':', '-']).collect();
        let numbered = parts.first().is_some_and(|number| number.parse::<u32>().is_ok());
        match scenarios.contains(name) {
            true if numbered => Ok(Self::One(name.to_owned())),
            true => Err(format!("DMSRUN_SIMULATION={text}: no number stands after the scenario")),
            false => Err(format!("DMSRUN_SIMULATION={text}: the scenarios are {scenarios:?}")),
        }
    }
}

/// The scenarios' names, as their files give them.
fn scenarios() -> BTreeSet<String> {
    let mut names = BTreeSet::from(["histories".to_owned()]);
    for entry in std::fs::read_dir(root().join("tests/simulation")).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        for call in text.split("points.try").skip(1) {
            let name = call.split_once("name = \"").and_then(|(_, rest)| rest.split_once('"'));
            names.extend(name.map(|(name, _)| name.to_owned()));
        }
    }
    names
}

/// How much each scenario says that it tried.
fn tried(out: &Output) -> Vec<(String, u32)> {
    let lines = out.stdout.lines().map(|line| line.trim_start_matches([' ', '|']));
    let told = lines.filter_map(|line| {
        let (name, rest) = line.split_once(": ")?;
        let count = rest.contains(" tried").then(|| rest.split(' ').next())??;
        println!("{line}");
        Some((name.to_owned(), count.parse().ok()?))
    });
    told.collect()
}

#[test]
fn simulation_of_crashes_and_drift() {
    let var = |name: &str| std::env::var(name).unwrap_or_default();
    let (scenarios, text) = (scenarios(), var("DMSRUN_SIMULATION"));
    let asked = Asked::read(&text, &scenarios).unwrap_or_else(|what| panic!("{what}"));
    let seed = Some(var("DMSRUN_SIMULATION_SEED")).filter(|s| !s.is_empty());
    let seed = seed.unwrap_or_else(|| "0".to_owned());
    let env = Env::new().with("DMSRUN_SIMULATION", &text).with("DMSRUN_SIMULATION_SEED", &seed);
    let specs = root().join("tests/simulation");
    let out = env.run(&["test", "--verbose", "--seed", &seed, &specs.to_string_lossy()]).ok();
    let tried = tried(&out);
    let wanted = match asked {
        Asked::Every => scenarios,
        Asked::One(name) => BTreeSet::from([name]),
    };
    let told: BTreeSet<String> = tried.iter().map(|(name, _)| name.clone()).collect();
    assert_eq!(told, wanted, "every scenario says how much it tried: {out}");
    assert!(tried.iter().all(|(_, count)| *count > 0), "something is tried: {out}");
}

/// Nothing would be tried, and that would look as if all had gone well.
#[test]
fn simulation_of_a_scenario_that_there_is_not_is_refused() {
    let scenarios = scenarios();
    assert!(scenarios.len() >= 9, "{scenarios:?}");
    let read = |text: &str| Asked::read(text, &scenarios);
    for text in ["mvoe:24:kill", "move", "move:x:kill", "histories", "al"] {
        assert!(read(text).is_err(), "{text}");
    }
    assert_eq!(read("move:24:kill"), Ok(Asked::One("move".to_owned())));
    assert_eq!(read("histories:1-60"), Ok(Asked::One("histories".to_owned())));
    assert_eq!(read("all"), Ok(Asked::Every));
}

/// A call that is never reached is no crash that was survived; nor is a way that there is not.
#[test]
fn simulation_of_a_point_that_is_never_reached_fails() {
    for (point, what) in [
        ("serverless_destroy:9999:kill", "that call was never reached"),
        ("serverless_destroy:9999:offline", "that call was never reached"),
        ("serverless_destroy:3:kil", "there is no way \"kil\""),
    ] {
        let env = Env::new().with("DMSRUN_SIMULATION", point);
        let specs = root().join("tests/simulation/serverless_spec.lua");
        let out = env.run(&["test", "--verbose", &specs.to_string_lossy()]);
        assert_eq!(out.code, 1, "{point}: {out}");
        assert!(out.stdout.contains(what), "{point}: {out}");
    }
}
