//! The simulation: seeded clock, ids, faults and order over the local AWS, in one process. Each scenario
//! of `tests/simulation` is killed at its mutating calls, before the call and after it without an answer,
//! run again, and must come to the end of an uninterrupted run; histories of generated stacks, with
//! crashes and drift, must converge.
//!
//! `cargo test` tries a sample with a fixed seed. Everything:
//!
//! ```sh
//! DMSRUN_SIMULATION=all cargo test --workspace --test integration simulation -- --nocapture
//! ```
//!
//! A failure prints what tries it again: `DMSRUN_SIMULATION=move:24:kill` for one crash point,
//! `DMSRUN_SIMULATION=histories:17` for one history, with `DMSRUN_SIMULATION_SEED=3` for the seed.
//! The real process is killed in `crash.rs`.

use crate::common::{Env, Output, root};

/// Runs specs of the simulation as they are asked for.
fn simulate(specs: &str) -> Output {
    let var = |name: &str| std::env::var(name).unwrap_or_default();
    let seed = Some(var("DMSRUN_SIMULATION_SEED")).filter(|s| !s.is_empty());
    let seed = seed.unwrap_or_else(|| "0".to_owned());
    let env = Env::new()
        .with("DMSRUN_SIMULATION", &var("DMSRUN_SIMULATION"))
        .with("DMSRUN_SIMULATION_SEED", &seed);
    let specs = root().join(specs);
    env.run(&["test", "--verbose", "--seed", &seed, &specs.to_string_lossy()])
}

#[test]
fn simulation_of_crashes_and_drift() {
    let out = simulate("tests/simulation").ok();
    let mut tried = 0;
    for line in out.stdout.lines().filter(|line| line.contains(" tried ")) {
        println!("{}", line.trim_start_matches([' ', '|']));
        tried += 1;
    }
    assert!(tried >= 5, "every scenario says how much it tried: {out}");
}
