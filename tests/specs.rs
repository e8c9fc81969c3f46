//! The Lua specs of the standard library, run as a customer runs them: by `dmsrun test`.

use crate::common::{Env, root};

#[test]
fn the_specs_pass() {
    let specs = root().join("tests/specs");
    let out = Env::new().run(&["test", specs.to_str().unwrap()]).ok();
    assert!(out.stdout.contains(" passed"), "{out}");
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
