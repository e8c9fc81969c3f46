//! The border: errors as diagnostics with the place in the script and without Rust frames.

use super::support::{Bench, line};
use std::fs;

#[test]
fn an_error_has_its_place_and_no_frames() {
    let bench = Bench::new();
    let failed = "Script failed: ";
    for (text, at, expected) in [
        ("\nerror('broken')", 2, "broken"),
        ("local x = nil\nx.y = 1", 2, "attempt to index a nil value (local 'x')"),
        ("error('bare', 0)", 1, "bare"),
        ("error()", 1, "(error object is a nil value)"),
        ("error({ message = 'mine' })", 1, "mine"),
        ("error(setmetatable({}, { __tostring = function() return 'named' end }))", 1, "named"),
        ("error({})", 1, "(error object is a table value)"),
        // As lua(1) has it.
        ("error(print)", 1, "(error object is a function value)"),
        ("local function f() return f() + 1 end\nf()", 1, "stack overflow"),
        ("local s = 'x'\ns:bad()", 2, "attempt to call a nil value (method 'bad')"),
        (
            "local a <const> = {}\npirnt(a)",
            2,
            "attempt to call a nil value (global 'pirnt') [Did you mean \"print\"?]",
        ),
    ] {
        let got = line(&bench.fail(text));
        assert!(got.starts_with(&format!("test.lua:{at}: {failed}{expected}")), "{got}");
        assert!(!got.contains("stack traceback") && !got.contains(".rs"), "{got}");
    }
}

#[test]
fn the_word_that_is_meant_is_marked() {
    let bench = Bench::new();
    let span = bench.fail("local t = {}\nprint(t.name.first)").span.unwrap();
    assert_eq!((span.line, span.column, span.width), (2, Some(9), 4));
}

#[test]
fn a_syntax_error_has_line_and_token() {
    let bench = Bench::new();
    let diagnostic = bench.fail("local a = 1\nlocal b = = 2");
    let told = line(&diagnostic);
    assert!(told.starts_with("test.lua:2: Syntax error: unexpected symbol near '=' ["), "{told}");
    assert!(told.contains("`==` compares, `=` assigns"), "{told}");
    let span = diagnostic.span.unwrap();
    assert_eq!((span.column, span.width), (Some(11), 1));
    let diagnostic = bench.fail("for i = 1, 2 do\nprint('x'");
    assert!(line(&diagnostic).starts_with("test.lua:2: Syntax error: ')' expected near <eof>"));
    assert!(line(&bench.fail("x = 'open")).contains("unfinished string"));
}

#[test]
fn a_file_is_named_as_given_however_long_and_its_modules_too() {
    let folder = tempfile::tempdir().unwrap();
    let long =
        folder.path().join("a-rather-long-folder-name-for-a-script/that-goes-on-and-on-and-on");
    fs::create_dir_all(&long).unwrap();
    let script = long.join("script.lua").to_string_lossy().into_owned();
    fs::write(&script, "#!/usr/bin/env dmsrun\nlocal m = require 'helper'\nm.go()\n").unwrap();
    fs::write(long.join("helper.lua"), "return { go = function()\n  error('deep')\nend }").unwrap();
    let bench = Bench::with(|c| c.script = Some(script.clone()));
    let diagnostic = bench.host.run_file(&script).unwrap_err();
    let span = diagnostic.span.clone().unwrap();
    assert_eq!((span.file.as_str(), span.line), (long.join("helper.lua").to_str().unwrap(), 2));
    // A shebang keeps the line numbers.
    fs::write(&script, "#!/usr/bin/env dmsrun\n\nerror('third')\n").unwrap();
    let diagnostic = bench.host.run_file(&script).unwrap_err();
    assert_eq!(line(&diagnostic), format!("{script}:3: Script failed: third"));
    // A module that does not compile.
    fs::write(long.join("broken.lua"), "return {\n  a = ,\n}").unwrap();
    fs::write(&script, "require 'broken'").unwrap();
    let diagnostic = bench.host.run_file(&script).unwrap_err();
    assert_eq!(diagnostic.summary, "Syntax error");
    assert!(diagnostic.span.unwrap().file.ends_with("broken.lua"));
}

#[test]
fn a_missing_module_and_a_missing_script_say_so() {
    let bench = Bench::new();
    let got = line(&bench.fail("require 'parallle'"));
    assert!(got.contains("there is no module \"parallle\""), "{got}");
    assert!(got.contains("Did you mean \"parallel\""), "{got}");
    let diagnostic = bench.host.run_file("no/such/script.lua").unwrap_err();
    assert!(line(&diagnostic).contains("no/such/script.lua"));
}

#[test]
fn a_raised_diagnostic_arrives_whole() {
    let bench = Bench::new();
    let diagnostic = bench.fail(
        r#"
        require("errors").raise {
            summary = "Endpoint could not be created", what = "no", why = "so", aws = "here",
            hints = { "think", { "run", command = "dmsrun x" } }, exit = "approval",
            at = { file = "other.lua", line = 3, label = "dms.endpoint" },
        }"#,
    );
    assert_eq!(diagnostic.summary, "Endpoint could not be created");
    let labels: Vec<_> = diagnostic.details.iter().map(|(l, _)| l.as_str()).collect();
    assert_eq!(labels, ["what", "why", "aws"]);
    assert_eq!(diagnostic.hints[1].command.as_deref(), Some("dmsrun x"));
    assert_eq!(diagnostic.exit.code(), 5);
    assert_eq!(diagnostic.span.unwrap().label.as_deref(), Some("dms.endpoint"));
    let got = line(&bench.fail("require'errors'.raise{ sumary = 'x' }"));
    assert!(got.starts_with("test.lua:1: Script failed: errors.raise: unknown key \"sumary\""));
    assert!(got.ends_with("[Did you mean \"summary\"?]"), "{got}");
}

#[test]
fn an_error_value_can_be_branched_on_described_and_raised_again() {
    let bench = Bench::new();
    let out = bench.run(
        r##"
        local errors = require "errors"
        local ok, e = pcall(errors.raise, { summary = "Sum", what = "what", code = "X1" })
        print(ok, tostring(e), e.summary, errors.is(e, "X1"), errors.is(e, "X2"), errors.is(1, "X1"))
        local d = errors.describe(e)
        print(d.summary, d.what, d.exit)
        local ok, e = errors.capture(function() local x; return x.y end)
        local d = errors.describe(e)
        print(ok, d.at.file, d.at.line, d.what)
        print(errors.capture(function(...) return select("#", ...), ... end, 1, nil))
        errors.warn { summary = "Careful" }
        "##,
    );
    assert_eq!(out[0], "false\tSum: what\tSum\ttrue\tfalse\tfalse");
    assert_eq!(out[1], "Sum\twhat\tfailure");
    assert_eq!(out[2], "false\ttest.lua\t7\tattempt to index a nil value (local 'x')");
    assert_eq!(out[3], "true\t2\t1\tnil");
    assert_eq!(bench.ui.diagnostics()[0].summary, "Careful");
}

#[test]
fn an_error_in_a_task_keeps_its_own_place() {
    let bench = Bench::new();
    let got = line(&bench.fail(
        "local parallel, time = require 'parallel', require 'time'\nparallel {\n  function()\n    time.sleep(1)\n    error({ message = 'here' })\n  end,\n}",
    ));
    assert_eq!(got, "test.lua:5: Script failed: here");
}

#[test]
fn the_traceback_is_shown_on_request() {
    let bench = Bench::with(|c| c.trace = true);
    let diagnostic = bench.fail("local function inner() error('x') end\ninner()");
    let (_, trace) = diagnostic.details.iter().find(|(l, _)| l == "trace").unwrap();
    assert!(trace.contains("test.lua:1 in inner") && trace.contains("test.lua:2"), "{trace}");
    assert!(!trace.contains("[host]"));
}

#[test]
fn a_script_can_end_itself() {
    let bench = Bench::new();
    let run = |text: &str| bench.host.run_string("test.lua", text).unwrap();
    assert_eq!(run("require('host').exit(2) print('never')"), 2);
    assert_eq!(run("os.exit(false)"), 1);
    assert_eq!(run("os.exit(true, true)"), 0);
    assert_eq!(run("require('parallel') { function() os.exit(7) end }"), 7);
    assert_eq!(run("return 5"), 0);
    assert!(bench.ui.out_lines().is_empty());
    assert!(line(&bench.fail("require('host').exit(700)")).contains("700 is no exit code"));
}
