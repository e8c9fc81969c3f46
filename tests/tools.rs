//! The tools around scripts: specs, projects, stubs, reference, completions, the man page.

use crate::common::{Env, Output, root};
use std::{
    io::{BufRead as _, BufReader},
    process::Stdio,
    time::{Duration, Instant},
};

/// What took how long is not what a snapshot is about.
fn timeless(out: &Output) -> String {
    let text = out.to_string();
    let mut kept = String::new();
    for line in text.lines() {
        let words: Vec<&str> = line.split(' ').collect();
        let timed = |at: usize, word: &str| {
            let number = word.parse::<f64>().is_ok() && word.contains('.');
            number && words.get(at + 1) == Some(&"s")
        };
        let words: Vec<&str> =
            words.iter().enumerate().map(|(at, w)| if timed(at, w) { "#" } else { w }).collect();
        kept.push_str(&words.join(" "));
        kept.push('\n');
    }
    kept
}

#[test]
fn a_fresh_project_works_at_once() {
    let env = Env::new();
    env.run(&["init", "Orders_2"])
        .ok()
        .has("migration \"orders-2\"")
        .has("dmsrun --local migrate.lua");
    let project = env.path("Orders_2");
    let run = |args: &[&str]| env.run_in(&project, args);
    run(&["test"]).ok().has("5 passed, 0 failed");
    run(&["--local", "migrate.lua"]).ok().has("Caught up and replicating");
    run(&["types", "--check"]).ok().has("are current");
    for file in ["migrate.lua", "spec/migrate_spec.lua", "README.md"] {
        let text = std::fs::read_to_string(project.join(file)).unwrap();
        assert!(!text.contains("@NAME@"), "{file}");
    }
}

#[test]
fn a_project_is_never_written_over_another() {
    let env = Env::new();
    env.run(&["init", "p"]).ok();
    env.write("p/migrate.lua", "-- mine\n");
    env.run(&["init", "p"]).code(64).has("migrate.lua, migration.json").has("--force");
    assert_eq!(std::fs::read_to_string(env.path("p/migrate.lua")).unwrap(), "-- mine\n");
    env.run(&["init", "p", "--force"]).ok();
    assert_ne!(std::fs::read_to_string(env.path("p/migrate.lua")).unwrap(), "-- mine\n");
    env.run(&["init", "2024"]).code(64).has("a letter first");
    env.run(&["init", "my orders"]).ok().has("migration \"my-orders\"").has("  cd 'my orders'\n");
}

#[test]
fn a_project_in_a_repository_leaves_its_files_as_they_are() {
    let env = Env::new();
    env.write("p/README.md", "# ours\n");
    env.write("p/.gitignore", "*.log");
    env.write("p/stylua.toml", "column_width = 80\n");
    let out = env.run(&["init", "p"]).ok().has("README.md              is there and was left");
    out.has(".gitignore             is there; .dmsrun/ was added");
    let read = |file: &str| std::fs::read_to_string(env.path(file)).unwrap();
    assert_eq!(read("p/README.md"), "# ours\n");
    assert_eq!(read("p/stylua.toml"), "column_width = 80\n");
    assert!(
        read("p/.gitignore").starts_with("*.log\n") && read("p/.gitignore").contains("\n.dmsrun/")
    );
    env.run_in(&env.path("p"), &["check", "migrate.lua"]).ok();
}

#[test]
fn editors_know_every_word_of_specs() {
    let env = Env::new();
    env.run(&["init", "p"]).ok();
    let read = |file: &str| std::fs::read_to_string(env.path(file)).unwrap();
    let library = std::fs::read_to_string(root().join("stdlib/spec.lua")).unwrap();
    let words = library.split_once("local WORDS = {").unwrap().1.split_once("\n}").unwrap().0;
    let words: Vec<&str> =
        words.lines().filter_map(|line| line.trim().split_once(" = ")).map(|(w, _)| w).collect();
    assert!(words.len() > 20, "{words:?}");
    let (stubs, linter) = (read("p/types/globals.lua"), read("p/dmsrun.yml"));
    for word in words {
        assert!(stubs.contains(&format!("\n{word} = spec.")), "{word} in {stubs}");
        assert!(linter.contains(&format!("\n  {word}: {{")), "{word} in {linter}");
    }
}

#[test]
fn stubs_are_never_written_over_code() {
    let env = Env::new();
    env.write("config.lua", "return { mine = true }\n");
    env.write("template.lua", "return {}\n");
    env.run(&["types", "."])
        .code(64)
        .has("./config.lua is code")
        .has("1 more")
        .has("dmsrun types types");
    assert_eq!(
        std::fs::read_to_string(env.path("config.lua")).unwrap(),
        "return { mine = true }\n"
    );
    assert!(!env.path("aws").exists() && !env.path("stack.lua").exists());
    env.write("p/types/stack.lua", "return {}\n");
    env.run(&["init", "p"]).code(64).has("is code");
    assert!(!env.path("p/migrate.lua").exists());
    env.run(&["types", "config.lua"]).code(64).has("config.lua is not a folder");
}

#[test]
fn a_broken_spec_tells_what_differs_at_a_glance() {
    let env = Env::new();
    env.write(
        "spec/tasks_spec.lua",
        r#"local map = require "mappings"

describe("the plan", function()
	it("names both tasks", function()
		print "looking"
		assert.same({
			tasks = { { id = "migration", status = "running" }, { id = "cdc", status = "ready" } },
			tables = 21,
		}, {
			tasks = { { id = "migration", status = "stopped" } },
			tables = "21",
			extra = true,
		})
	end)
	it("selects the orders", function()
		expect(map.rules { map.include "app.%" }):maps("shop.orders", "shop.orders")
	end)
	it("stops the task once", function()
		local aws = { stop = function() end }
		local stop = spy.on(aws, "stop")
		aws.stop { task = "orders", force = true }
		assert.spy(stop).was_called_with { task = "orders", force = false }
	end)
	pending "is written later"
end)
"#,
    );
    let out = env.run(&["test"]).code(1);
    insta::assert_snapshot!(timeless(&out));
}

#[test]
fn results_come_as_tap_and_as_junit() {
    let env = Env::new();
    env.write(
        "spec/a_spec.lua",
        "it('adds <&>', function() end)\nit('fails', function() print 'out' assert.equal(1, 2) end)\npending 'later'\n",
    );
    let tap = env.run(&["test", "--output", "tap"]).code(1);
    assert!(tap.stdout.starts_with("TAP version 13\n1..3\nok 1 - spec/a_spec.lua: adds"), "{tap}");
    let tap = tap.has("not ok 2 - spec/a_spec.lua: fails").has("at: \"spec/a_spec.lua:2\"");
    tap.has("ok 3 - spec/a_spec.lua: later # SKIP pending");
    env.run(&["test", "--output", "junit", "--output-file", "out/r.xml"]).code(1).has("1 passed");
    let xml = std::fs::read_to_string(env.path("out/r.xml")).unwrap();
    for part in [
        "<testsuites tests=\"3\" failures=\"1\" errors=\"0\" skipped=\"1\"",
        "name=\"adds &lt;&amp;&gt;\"",
        "<failure message=\"Assertion failed: expected 1",
        "<skipped message=\"pending\"/>",
        "<system-out>out</system-out>",
    ] {
        assert!(xml.contains(part), "{part} in {xml}");
    }
}

#[test]
fn the_command_line_of_test_is_checked() {
    let env = Env::new();
    env.run(&["test"]).code(64).has("No specs found").has("dmsrun init");
    env.write("spec/a_spec.lua", "it('one #quick', function() end) it('two', function() end)");
    env.write("spec/b_spec.lua", "error 'at load'");
    env.run(&["test", "--fliter", "x"]).code(64).has("--fliter").has("\"--filter\"");
    env.run(&["test", "spec/a_spek.lua"]).code(64).has("\"a_spec.lua\"");
    env.run(&["test", "--jobs", "0"]).code(64).has("from 1");
    env.run(&["test", "spec/a_spec.lua", "--filter", "three"]).code(1).has("No test was run");
    env.run(&["test", "spec/a_spec.lua", "--tags", "quick"]).ok().has("1 passed");
    env.run(&["test", "spec/a_spec.lua", "--list"]).ok().has("spec/a_spec.lua:1  one #quick");
    env.run(&["test"]).code(1).has("at load").has("2 passed, 1 failed");
    env.run(&["test", "--help"]).ok().has("Examples:").has("--coverage");
}

#[test]
fn coverage_names_the_lines_that_were_not_run() {
    let env = Env::new();
    env.write("rates.lua", "local rates = {}\n\nfunction rates.of(n)\n\tif n > 1 then\n\t\treturn 2\n\tend\n\treturn 1\nend\n\nreturn rates\n");
    env.write("never.lua", "return 1\n");
    env.write(
        "spec/a_spec.lua",
        "it('x', function() package.path = './?.lua' assert.equal(1, require('rates').of(0)) end)",
    );
    let out = env.run(&["test", "--coverage", "spec"]).ok();
    let line = |word: &str| out.stdout.lines().find(|l| l.contains(word)).unwrap().to_owned();
    assert!(line("rates.lua").contains("5/6") && line("rates.lua").contains("not run: 5"), "{out}");
    assert!(line("never.lua").contains("not run at all"), "{out}");
    assert!(!out.stdout.lines().any(|l| l.contains("a_spec.lua") && l.contains('%')), "{out}");
    let lcov = std::fs::read_to_string(env.path(".dmsrun/lcov.info")).unwrap();
    assert!(lcov.contains("SF:rates.lua\n") && lcov.contains("DA:5,0\n"), "{lcov}");
}

#[test]
fn files_run_side_by_side_and_are_told_in_order() {
    let env = Env::new();
    for name in ["a", "b", "c", "d"] {
        let text = format!(
            "it('{name}', function() rawset(_G, 'leak', (leak or 0) + 1) assert.equal(1, leak) end)"
        );
        env.write(&format!("spec/{name}_spec.lua"), &text);
    }
    let out = env.run(&["test", "--jobs", "4", "--verbose"]).ok();
    let order: Vec<usize> = ["a_spec", "b_spec", "c_spec", "d_spec"]
        .iter()
        .map(|n| out.stdout.find(n).unwrap())
        .collect();
    assert!(order.is_sorted(), "{out}");
}

#[test]
fn a_spec_repeats_itself_with_its_seed() {
    let env = Env::new();
    env.write("spec/a_spec.lua", "it('x', function() print(require('host').uuid()) end)");
    let printed = |seed: &str| {
        let out = env.run(&["test", "--verbose", "--seed", seed]).ok();
        out.stdout.lines().find(|l| l.trim_start().starts_with("| ")).unwrap().to_owned()
    };
    assert_eq!(printed("1"), printed("1"));
    assert_ne!(printed("1"), printed("2"));
}

#[test]
fn a_watch_runs_again_at_a_change() {
    let env = Env::new();
    env.write("spec/a_spec.lua", "it('x', function() assert.equal(1, require('value')) end)");
    env.write("spec/value.lua", "return 2");
    let mut child = env.command(&["test", "--watch"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut until = |word: &str| {
        let end = Instant::now() + Duration::from_secs(30);
        loop {
            let line = lines.next().unwrap().unwrap();
            if line.contains(word) {
                return line;
            }
            assert!(Instant::now() < end, "no {word:?}");
        }
    };
    assert!(until(" pending in ").starts_with("0 passed, 1 failed"));
    until("Waiting for a change");
    env.write("spec/value.lua", "return 1");
    assert!(until("Changed:").contains("spec/value.lua"));
    assert!(until(" pending in ").starts_with("1 passed, 0 failed"));
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn stubs_are_the_same_every_time_and_drift_is_seen() {
    let env = Env::new();
    env.run(&["types"]).ok();
    let first = env.files("types");
    assert!(first.len() > 60, "{}", first.len());
    env.run(&["types", "again"]).ok();
    env.run(&["types", "--check"]).ok();
    let text = std::fs::read_to_string(env.path("types/aws/dms.lua")).unwrap();
    for part in [
        "---@class (exact) aws.dms.create_endpoint.input: table<\"certificate_arn\"|",
        "---@field endpoint_identifier string\n",
        "---@field password? string|secret.Secret",
        "---@alias aws.dms.MigrationTypeValue\n---| \"cdc\"",
        "function dms.create_endpoint(input, options) end",
    ] {
        assert!(text.contains(part), "{part}");
    }
    let settings = std::fs::read_to_string(env.path("types/settings/schema.lua")).unwrap();
    assert!(settings.contains("---@class (exact) settings.TaskSettings"), "{settings}");
    assert!(settings.contains("---@field PostProcessingRules? settings.Post"), "{settings}");
    assert!(settings.contains("---| \"TRUNCATE_BEFORE_LOAD\""), "{settings}");
    let kinds = std::fs::read_to_string(env.path("types/kinds.lua")).unwrap();
    assert!(
        kinds.contains("---@class (exact) kinds.ec2.vpc: table<\"cidr_block\"|")
            && kinds.contains(", any>\n---@field cidr_block string"),
        "{kinds}"
    );
    let stack = std::fs::read_to_string(env.path("types/stack.lua")).unwrap();
    assert!(stack.contains("kind: \"ec2.vpc\""), "{stack}");

    std::fs::write(env.path("types/aws/dms.lua"), "---@meta _\n").unwrap();
    env.write("types/mine.lua", "return 1\n");
    env.write("types/old.lua", "---@meta old\n-- Generated by `dmsrun types`; do not edit.\n");
    env.run(&["types", "--check"]).code(1).has("other: aws/dms.lua").has("no more: old.lua");
    env.run(&["types"]).ok();
    env.run(&["types", "--check"]).ok();
    assert!(env.path("types/mine.lua").exists() && !env.path("types/old.lua").exists());
}

#[test]
fn doc_shows_every_sort_of_entry() {
    let env = Env::new();
    env.run(&["doc"]).ok().has("  mappings").has("  json");
    env.run(&["doc", "mappings"]).ok().has("local map = require \"mappings\"").has("map.include(");
    env.run(&["doc", "map.include"])
        .ok()
        .has("mappings.include  (function)")
        .has("stdlib/mappings.lua:");
    env.run(&["doc", "dms.create_endpoint"])
        .ok()
        .has("changes something")
        .has("endpoint_identifier")
        .has("how DMS reaches a source or a target");
    env.run(&["doc", "settings.TargetMetadata.LobMaxSize"]).ok().has("0 to 102400");
    env.run(&["doc", "settings.Logging"]).ok().has("EnableLogging");
    env.run(&["doc", "M104"]).ok().has("Unknown rule-type");
    env.run(&["doc", "ec2.vpc"]).ok().has("cidr_block").has("A change replaces the resource");
    env.run(&["doc", "dms.DmsSslModeValue"]).ok().has("verify-full");
    env.run(&["doc", "m:main"]).ok().has("(method)");
    env.run(&["doc", "assert.same"]).ok().has("spec.assert").has("returned_arguments");
    env.run(&["doc", "describe"]).ok().has("spec.describe");
    env.run(&["doc", "spec.faults.set"]).ok().has("fail-after");
    env.run(&["doc", "create_replication_task"]).ok().has("dms.create_replication_task");
    env.run(&["doc", "LobMaxSize"]).ok().has("0 to 102400");
    env.run(&["doc", "create_tags"]).ok().has("ec2.create_tags");
    env.run(&["doc", "list_tags_for_resource"]).code(64).has("\"dms.list_tags_for_resource\"");
    env.run(&["doc", "map.inclde"]).code(64).has("\"map.include\"");
    env.run(&["doc", "nothing.like.it"]).code(64).has("dmsrun doc");
}

#[test]
fn every_example_of_the_reference_holds() {
    let env = Env::new();
    let run = |args: &[&str]| env.run_in(&root(), &[&["--stdlib", "stdlib", "doc"], args].concat());
    run(&["--test"]).ok().has(", 0 failed");
    // One that is only compiled proves nothing.
    run(&["--markdown"]).ok().has("```lua").lacks("lua no-run");
}

#[test]
fn an_example_that_does_not_hold_is_told_with_its_line() {
    let env = Env::new();
    env.write("lib/add.lua", "--- Adds.\n---\n---     local add = require \"add\"\n---     add.two(1, 2)   --> 4\n\nlocal add = {}\n\nfunction add.two(a, b)\n\treturn a + b\nend\n\nreturn add\n");
    for (name, text) in stdlib_files() {
        env.write(&format!("lib/{name}"), &text);
    }
    env.run(&["--stdlib", "lib", "doc", "--test"])
        .code(1)
        .has("lib/add.lua:4")
        .has("it gives               3");
}

/// What a spec needs of the library.
fn stdlib_files() -> Vec<(String, String)> {
    let mut out = Vec::new();
    let folder = root().join("stdlib");
    for name in ["spec.lua", "report.lua", "spec", "stack/events.lua"] {
        let path = folder.join(name);
        let files: Vec<std::path::PathBuf> = if path.is_dir() {
            std::fs::read_dir(&path).unwrap().map(|e| e.unwrap().path()).collect()
        } else {
            vec![path]
        };
        for file in files {
            let name = file.strip_prefix(&folder).unwrap().to_string_lossy().into_owned();
            out.push((name, std::fs::read_to_string(&file).unwrap()));
        }
    }
    out
}

#[test]
fn the_reference_is_current() {
    let page = Env::new().run_in(&root(), &["--stdlib", "stdlib", "doc", "--markdown"]).ok().stdout;
    let there = std::fs::read_to_string(root().join("stdlib/REFERENCE.md")).unwrap_or_default();
    assert!(
        page == there,
        "write it anew: dmsrun --stdlib stdlib doc --markdown > stdlib/REFERENCE.md"
    );
}

#[test]
fn completions_and_man_pages_know_the_commands() {
    let env = Env::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        env.run(&["completions", shell]).ok().has("completions").has("coverage");
    }
    env.run(&["completions", "bsh"]).code(64).has("bash");
    env.run(&["man"]).ok().has(".TH").has("EXIT STATUS").has("SCRIPT");
    env.run(&["man", "man1"]).ok();
    assert!(env.path("man1/dmsrun-test.1").exists());
    // Who reads the page from a pipe has no other; who installs all finds each that one names.
    let page = env.run(&["man"]).ok().has("OPTIONS OF COMMANDS").has("deny\\-warnings");
    page.has("dmsrun mappings explain").has("catalogue");
    for name in ["check", "mappings", "mappings-explain", "mappings-to-lua", "repl", "local-reset"]
    {
        let page = std::fs::read_to_string(env.path(&format!("man1/dmsrun-{name}.1"))).unwrap();
        assert!(page.contains("json") || name.starts_with("local") || name == "mappings", "{page}");
    }
}

#[test]
fn completions_know_the_verbs_behind_a_script_and_the_options_of_commands() {
    let env = Env::new();
    let bash = env.run(&["completions", "bash"]).ok().stdout;
    env.write("dmsrun.bash", &bash);
    let complete = |words: &[&str]| {
        let script = "source ./dmsrun.bash; COMP_WORDS=(\"$@\"); COMP_CWORD=$(($#-1)); \
                      _dmsrun dmsrun \"${COMP_WORDS[COMP_CWORD]}\" \"${COMP_WORDS[COMP_CWORD-1]}\"; \
                      echo \"${COMPREPLY[*]}\"";
        let out = std::process::Command::new("bash")
            .args(["-c", script, "bash", "dmsrun"])
            .args(words)
            .current_dir(env.path(""))
            .output()
            .unwrap();
        String::from_utf8(out.stdout).unwrap().trim().to_owned()
    };
    assert_eq!(complete(&["a.lua", "de"]), "deploy destroy");
    assert_eq!(complete(&["--local", "x/a.lua", "start", "--fro"]), "--from");
    assert_eq!(complete(&["check", "a.lua", "--deny"]), "--deny-warnings");
    assert_eq!(complete(&["mappings", "explain", "--cat"]), "--catalogue");
    assert_eq!(complete(&["repl", "--reg"]), "--region");
    assert_eq!(complete(&["che"]), "check");
}
