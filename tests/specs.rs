//! The Lua specs of the standard library, run as a customer runs them: by `dmsrun test`.

use crate::common::{Env, root};

#[test]
fn the_specs_pass() {
    let specs = root().join("tests/specs");
    let out = Env::new().run(&["test", specs.to_str().unwrap()]).ok();
    assert!(out.stdout.contains(" passed"), "{out}");
}

/// The complaints of users of other tools that later work deals with: validation reports, the cutover,
/// and what idle instances cost.
const LATER: [u32; 3] = [22, 23, 25];

#[test]
fn every_complaint_of_the_users_has_a_test_named_after_it() {
    let mut named = std::collections::BTreeSet::new();
    for entry in std::fs::read_dir(root().join("tests/specs")).unwrap() {
        let path = entry.unwrap().path();
        if !path.to_string_lossy().ends_with("_spec.lua") {
            continue;
        }
        let text = std::fs::read_to_string(path).unwrap();
        // A test says its number, or several: `it("complaint 3, 4: …`.
        for part in text.split("complaint").skip(1) {
            let name = part.split(':').next().unwrap_or_default();
            let numbers = name.trim_start_matches('s').split([',', ' ']).filter(|n| !n.is_empty());
            let numbers: Result<Vec<u32>, _> = numbers.map(str::parse).collect();
            named.extend(numbers.unwrap_or_default());
        }
    }
    let missing: Vec<u32> = (1..=27).filter(|n| !named.contains(n) && !LATER.contains(n)).collect();
    assert!(missing.is_empty(), "no test is named after the complaints {missing:?}");
}

#[test]
fn a_failing_spec_fails_the_run() {
    let env = Env::new();
    env.write(
        "bad_spec.lua",
        "describe(\"sums\", function()\n\tit(\"adds\", function()\n\t\tassert.equal(3, 1 + 1)\n\tend)\nend)\n",
    );
    env.run(&["test", "bad_spec.lua"]).code(1).has("sums adds").has("bad_spec.lua:3");
}
