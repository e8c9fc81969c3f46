//! The Lua specs of the standard library, run as a customer runs them: by `dmsrun test`.

use crate::common::{Env, root};
use std::{
    process::{Command, Stdio},
    time::{Duration, Instant},
};

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

#[test]
fn ctrl_c_names_the_test_that_never_ends_and_leaves_nothing_behind() {
    for (signal, exit) in [("-INT", 130), ("-TERM", 143)] {
        let env = Env::new();
        env.write("tmp/x", "");
        env.write("spec/a_spec.lua", "it('ends', function() end)");
        // A journal is begun before the loop, so that there is something to leave behind.
        env.write(
            "spec/b_spec.lua",
            "describe('forever', function() it('loops', function()\n\
             local s = require 'stack'.new 'x' s:add('ec2.vpc', 'v', { cidr_block = '10.0.0.0/16' })\n\
             s:apply(s:plan()) require('fs').write('begun', 'x') while true do end end) end)",
        );
        let child = env
            .command(&["test", "--jobs", "1"])
            .env("TMPDIR", env.path("tmp"))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let begun = Instant::now();
        while !env.path("begun").exists() {
            assert!(begun.elapsed() < Duration::from_secs(60), "it does not begin");
            std::thread::sleep(Duration::from_millis(20));
        }
        assert_eq!(std::fs::read_dir(env.path("tmp")).unwrap().count(), 2);
        let pid = child.id().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
        let out = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&out.stderr);
        assert_eq!(out.status.code(), Some(exit), "{said}");
        assert!(said.contains("spec/b_spec.lua:1  forever loops"), "{said}");
        assert!(said.contains("1 passed, 0 failed, 0 pending so far; 1 of 2 files"), "{said}");
        assert_eq!(std::fs::read_dir(env.path("tmp")).unwrap().count(), 1);
    }
}

#[test]
fn a_test_that_ends_the_process_fails_and_the_others_run() {
    let env = Env::new();
    env.write(
        "spec/a_spec.lua",
        "it('exits', function() os.exit(0) end)\n\
         it('swallows it', function() pcall(require 'host'.exit, 3) end)\n\
         it('runs', function() end)",
    );
    env.write("spec/b_spec.lua", "it('never', function() end)\nos.exit(0)");
    let out = env.run(&["test"]).code(1).has("1 passed, 3 failed").has("host.exit(3) was called");
    out.has("the file itself  (spec/b_spec.lua:2)").has("spec.run").lacks("bug");
}

#[test]
fn a_block_that_fails_takes_no_test_of_others_with_it() {
    let env = Env::new();
    env.write(
        "spec/a_spec.lua",
        "describe('broken', function() it('a', function() end) error 'no such file' end)\n\
         describe('sound', function() it('b', function() end) end)",
    );
    let out = env.run(&["test"]).code(1).has("2 passed, 1 failed");
    out.has("  broken  (spec/a_spec.lua:1)").has("no such file");
    // Its lost tests may be those that were asked for.
    env.run(&["test", "--filter", "sound"]).code(1).has("1 passed, 1 failed");
}

#[test]
fn what_differs_stands_above_what_a_run_has_shown() {
    let env = Env::new();
    env.write(
        "spec/a_spec.lua",
        "it('x', function()\nlocal lines = {} for i = 1, 90 do lines[i] = 'line ' .. i end\n\
         assert.equal(0, 3, table.concat(lines, '\\n')) end)",
    );
    let out = env.run(&["test"]).code(1).stdout;
    let at = |text: &str| out.find(text).unwrap_or_else(|| panic!("no {text:?} in {out}"));
    assert!(at("expected 0\n") < at("got      3\n") && at("got      3\n") < at("| line 1\n"));
    assert!(at("… 57 lines …") < at("| line 90\n") && !out.contains("line 30\n"), "{out}");
}

#[test]
fn the_nearest_line_is_shown_of_a_text_that_lacks_what_is_wanted() {
    let env = Env::new();
    env.write(
        "spec/a_spec.lua",
        "it('x', function() assert.matches('Caught up!', 'one\\ntwo\\nCaught up. 23m') end)",
    );
    let out = env.run(&["test"]).code(1).has("expected a text with \"Caught up!\"\n");
    out.has("nearest  line 3: \"Caught up. 23m\"\n");
}

#[test]
fn texts_of_many_lines_are_compared_line_by_line() {
    let env = Env::new();
    env.write(
        "spec/a_spec.lua",
        "it('x', function() assert.same({ t = 'a\\nb\\nc\\nd' }, { t = 'a\\nB\\nc2\\nd' }) end)\n\
         it('y', function() assert.equal('a\\nb', 'a\\nb\\n') end)",
    );
    let out = env.run(&["test"]).code(1);
    let block = "t   texts that differ from line 2 on: - expected, + got";
    let lines = ["  a", "- b", "- c", "+ B", "+ c2", "  d"];
    let block =
        lines.iter().fold(block.to_owned(), |all, line| format!("{all}\n                {line}"));
    out.has(&block).has("got      \"a\\nb\\n\"");
}

#[test]
fn a_failed_test_that_printed_much_is_shown_in_short() {
    let env = Env::new();
    env.write(
        "spec/a_spec.lua",
        "it('x', function() for i = 1, 5000 do print('line ' .. i) end error 'why' end)",
    );
    let out = env.run(&["test"]).code(1).has("| line 1\n").has("| line 5000\n").has("4900 lines");
    out.lacks("| line 2500\n");
    env.run(&["test", "--verbose"]).code(1).has("| line 2500\n");
}

#[test]
fn what_a_retry_says_is_told_with_its_test() {
    let env = Env::new();
    env.write(
        "spec/a_spec.lua",
        "local spec = require 'spec'\nit('x', function()\n\
         spec.faults.set 'dms:DescribeEndpoints#1+=ThrottlingException'\n\
         pcall(require('aws').dms.describe_endpoints, {}) end)",
    );
    let out = env.run(&["test"]).ok();
    assert_eq!(out.stderr, "");
    let out = env.run(&["test", "--verbose"]).ok();
    assert!(out.stdout.contains("    | retry    dms:describe_endpoints"), "{out}");
}

#[test]
fn names_that_are_no_text_are_told_all_the_same() {
    let env = Env::new();
    env.write(
        "spec/a_spec.lua",
        "it('a \\255 b\\27\\nc ]]> <', function() print '\\0' error 'x\\ny' end)",
    );
    let xml = env.run(&["test", "--output", "junit"]).code(1).stdout;
    for part in
        ["name=\"a \u{fffd} b\u{fffd}&#10;c ]]&gt; &lt;\"", "message=\"Script failed: x&#10;y\""]
    {
        assert!(xml.contains(part), "{part} in {xml}");
    }
    assert!(!xml.chars().any(|c| c.is_control() && c != '\n'), "{xml}");
    // What comes with it does not stand in the middle of it, nor behind it.
    let out = env.run(&["test", "--output", "junit", "--coverage"]).code(1);
    assert!(
        out.stdout.trim_end().ends_with("</testsuites>") && out.stderr.contains("lcov"),
        "{out}"
    );
    let tap = env.run(&["test", "--output", "tap"]).code(1).stdout;
    assert!(tap.contains("not ok 1 - spec/a_spec.lua: a "), "{tap}");
}

#[test]
fn many_failures_of_one_file_are_shown_at_once() {
    let env = Env::new();
    let test =
        |n| format!("it('t{n}', function() local password = 'pl4nted{n}' error 'why' end)\n");
    env.write("spec/a_spec.lua", &(0..300).map(test).collect::<String>());
    let begun = Instant::now();
    env.run(&["test"]).code(1).has("300 failed").has("t299").lacks("pl4nted");
    // It took half a minute when each of them read the file for secrets.
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
}
