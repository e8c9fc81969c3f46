//! The spec runner.

use super::support::{self, line};
use dmsrun_lua::{
    Host,
    spec::{self, Reporter, Request, Stage, Status, Test, Transcript},
    ui::Recording,
};
use std::{cell::RefCell, fs, sync::Arc};

#[derive(Default)]
struct Collect(RefCell<Vec<Test>>);
impl Reporter for Collect {
    fn test(&self, test: &Test) {
        self.0.borrow_mut().push(test.clone());
    }
}

fn run_as(files: &[(&str, &str)], request: Request) -> (spec::Summary, Vec<Test>) {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let collect = Collect::default();
    let make = |file: &str, _seed: u64| {
        let (output, clock) = (Transcript::default(), support::clock());
        let mut config = support::config(&Recording::default(), &clock);
        config.ui = Arc::new(output.clone());
        config.script = Some(file.to_owned());
        Ok(Stage { host: Host::new(config)?, output, bench: None })
    };
    let request = Request { paths: vec![folder.path().to_owned()], ..request };
    let (summary, _) = spec::run(&request, &make, &collect).unwrap();
    (summary, collect.0.into_inner())
}

fn run(files: &[(&str, &str)], filter: Option<&str>) -> (spec::Summary, Vec<Test>) {
    let filter = filter.into_iter().map(str::to_owned).collect();
    run_as(files, Request { filter, ..Request::default() })
}

const SPEC: &str = r#"
local log = {}
describe("outer", function()
    before_each(function() log[#log + 1] = "before" end)
    after_each(function() log[#log + 1] = "after" end)
    it("passes", function() assert.equal(1, 1) assert(true) end)
    describe("inner", function()
        before_each(function() log[#log + 1] = "inner" end)
        it("differs", function()
            assert.same({ a = 1, list = { "x", { deep = true } } }, { a = 2, list = { "x", { deep = false } } })
        end)
        it("waits", function() require("time").sleep(100) end)
    end)
    pending("later")
    it("not written")
end)
it("ran the hooks in order", function()
    assert.same({ "before", "after", "before", "inner", "after", "before", "inner", "after" }, log)
end)
it("sees errors", function()
    assert.has_error(function() error("no way") end, "no way")
    assert.has_error(function() require("errors").raise { summary = "S", code = "C" } end, { code = "C" })
    assert.is_true(true) assert.is_false(false) assert.is_nil(nil) assert.is_not_nil(1)
    assert.are.equal("a", "a") assert.are_same({}, {}) assert.is.truthy(1)
    assert.matches("b+", "abbc") assert.not_matches("x", "abc") assert.near(1, 1.05, 0.1)
end)
it("has a helper beside it", function() assert.equal("help", require("helper")) end)
"#;

#[test]
fn specs_run_and_tell_what_differs() {
    let (summary, tests) = run(&[("a_spec.lua", SPEC), ("helper.lua", "return 'help'")], None);
    let failed: Vec<_> = tests.iter().filter(|t| t.status == Status::Failed).collect();
    let texts: Vec<_> = failed
        .iter()
        .map(|t| format!("{} {}", t.name, line(t.failure.as_ref().unwrap())))
        .collect();
    assert_eq!(failed.len(), 1, "{texts:#?}");
    assert_eq!((summary.passed, summary.failed, summary.pending), (5, 1, 2));
    assert_eq!(failed[0].name, "outer inner differs");
    let failure = failed[0].failure.as_ref().unwrap();
    assert_eq!(
        failure.details[0].1,
        "2 differences\n\
         a              expected 1\n               got      2\n\
         list[2].deep   expected true\n               got      false"
    );
    let span = failure.span.as_ref().unwrap();
    assert!(span.file.ends_with("a_spec.lua"));
    assert_eq!(span.line, 10);
    assert_eq!(failed[0].place.as_ref().unwrap().line, 9);
}

#[test]
fn a_filter_picks_by_name_and_files_are_apart() {
    let one = "leak = 1 it('one', function() assert.is_nil(other) end)";
    let two = "other = 2 it('two', function() assert.is_nil(leak) end)";
    let (summary, _) = run(&[("a_spec.lua", one), ("b_spec.lua", two)], None);
    assert_eq!(summary.passed, 2);
    let (summary, tests) = run(&[("a_spec.lua", one), ("b_spec.lua", two)], Some("tw"));
    assert_eq!((summary.passed, tests.len()), (1, 1));
}

#[test]
fn a_broken_file_fails_and_the_others_run() {
    let (summary, tests) = run(
        &[
            ("a_spec.lua", "it('x', function("),
            ("b_spec.lua", "describe('d', function() error('in describe') end)"),
            ("c_spec.lua", "it('ends itself', function() os.exit(0) end) it('y', function() end)"),
            ("d_spec.lua", "it('fine', function() end)"),
            ("e_spec.lua", "it('bad', function() assert.is_ture(1) end)"),
        ],
        None,
    );
    // The test behind the one that ends the process runs as well.
    assert_eq!((summary.passed, summary.failed), (2, 4));
    let text = line(tests.last().unwrap().failure.as_ref().unwrap());
    assert!(text.contains("there is no assertion \"is_ture\" [Did you mean \"is_true\""), "{text}");
}

fn failures(tests: &[Test]) -> Vec<String> {
    tests.iter().filter_map(|t| t.failure.as_ref()).map(|f| f.details[0].1.clone()).collect()
}

#[test]
fn hooks_run_once_or_around_each_test_and_a_failing_setup_fails_its_tests() {
    let text = r#"
local log = {}
local function note(word) return function() log[#log + 1] = word end end
describe("block", function()
    setup(note "setup") teardown(note "teardown") lazy_setup(note "lazy")
    before_each(note "before") after_each(note "after")
    it("one", function() finally(note "finally") log[#log + 1] = "one" end)
    it("two", note "two")
end)
it("order", function()
    assert.same({ "setup", "lazy", "before", "one", "finally", "after", "before", "two", "after",
        "teardown" }, log)
end)
describe("broken", function()
    setup(function() error "no database" end)
    it("never runs", function() error "it ran" end)
end)
describe("late", function()
    teardown(function() error "still there" end)
    it("fine", function() end)
end)
"#;
    let (summary, tests) = run(&[("a_spec.lua", text)], None);
    assert_eq!((summary.passed, summary.failed), (4, 2), "{:?}", failures(&tests));
    let texts = failures(&tests);
    assert!(texts[0].contains("no database") && texts[1].contains("still there"), "{texts:?}");
}

#[test]
fn tags_and_filters_pick_tests_and_a_run_without_any_is_an_error() {
    let text = "it('plan #quick', function() end) it('load #slow', function() end)";
    let names = |request: Request| -> Vec<String> {
        run_as(&[("a_spec.lua", text)], request).1.into_iter().map(|t| t.name).collect()
    };
    let list = |word: &str| vec![word.to_owned()];
    assert_eq!(names(Request { tags: list("slow"), ..Request::default() }), ["load #slow"]);
    assert_eq!(
        names(Request { exclude_tags: list("#slow"), ..Request::default() }),
        ["plan #quick"]
    );
    assert_eq!(names(Request { filter_out: list("^pl"), ..Request::default() }), ["load #slow"]);
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a_spec.lua"), text).unwrap();
    let request = Request {
        paths: vec![folder.path().to_owned()],
        filter: list("nothing like it"),
        ..Request::default()
    };
    let make = |_: &str, _: u64| {
        let config = support::config(&Recording::default(), &support::clock());
        Ok(Stage { host: Host::new(config)?, output: Transcript::default(), bench: None })
    };
    let failure = spec::run(&request, &make, &Collect::default()).unwrap_err();
    assert_eq!(failure.summary, "No test was run");
}

#[test]
fn spies_stubs_and_matchers() {
    let text = r#"
local aws = { stop = function(name) return "stopped " .. name end }
describe("spies", function()
    it("note calls and go on", function()
        spy.on(aws, "stop")
        assert.equal("stopped a", aws.stop "a")
        aws.stop "b"
        assert.spy(aws.stop).was_called(2)
        assert.spy(aws.stop).was.called_with "b"
        assert.spy(aws.stop).was_called_with(match.is_string())
        assert.spy(aws.stop).was_not_called_with "c"
        assert.spy(aws.stop).returned_with "stopped a"
        assert.spy(aws.stop).called_at_least(1)
        assert.has_error(function() assert.spy(aws.stop).was_called_with "c" end, "was called twice")
    end)
    it("are gone afterwards", function()
        assert.equal("function", type(aws.stop))
        local s = stub(aws, "stop", 42)
        assert.equal(42, aws.stop())
        s.returns(s, 43)
        assert.equal(43, aws.stop())
        s:revert()
        assert.equal("stopped x", aws.stop "x")
    end)
    it("match", function()
        assert.same({ id = match.is_number(), any = match._ }, { id = 1, any = {} })
        assert.is_not.equal(1, 2) assert.are_not.same({ 1 }, { 2 }) assert.is_not_true(false)
        assert.has_no.errors(function() end) assert.is_string "x" assert.is.not_nil(1)
        assert.message("why").is_true(true) assert.not_contains({ 1, 2 }, 3) assert.is_function(print)
    end)
    it("register their own", function()
        assert:register("assertion", "has_rows", function(_, arguments) return #arguments[1] > 0 end)
        assert.has_rows { 1 }
        assert.has_no_rows {}
        assert.has_error(function() assert.has_rows {} end, "rows")
    end)
end)
"#;
    let (summary, tests) = run(&[("a_spec.lua", text)], None);
    assert_eq!((summary.passed, summary.failed), (4, 0), "{:?}", failures(&tests));
}

#[test]
fn misuse_is_told_where_it_stands() {
    let text = r#"
it("nests", function() it("inner", function() end) end)
it("has no spy", function() assert.spy(print) end)
it("waits for it", function() pending "AWS is down" end)
it("prints", function() print "seen" error "x" end)
it("has an unknown matcher", function() return match.is_sting() end)
"#;
    let (summary, tests) = run(&[("a_spec.lua", text)], None);
    assert_eq!((summary.failed, summary.pending), (4, 1));
    assert_eq!(tests[2].reason.as_deref(), Some("AWS is down"));
    assert_eq!(tests[3].output, ["seen"]);
    let texts = failures(&tests);
    assert!(texts[0].contains("it inside of a test"), "{texts:?}");
    assert!(texts[1].contains("assert.spy takes a spy"), "{texts:?}");
    assert!(texts[3].contains("is_sting"), "{texts:?}");
    assert_eq!(tests[0].failure.as_ref().unwrap().span.as_ref().unwrap().line, 2);
}

#[test]
fn differences_name_the_place_and_not_what_moved() {
    let text = r#"
it("list", function() assert.same({ "a", "b", "c", "d" }, { "a", "c", "d" }) end)
it("keys", function() assert.same({ status = "running", x = 1 }, { status = "stopped", y = 2 }) end)
it("text", function()
    assert.equal(("x"):rep(100) .. "left" .. ("y"):rep(100), ("x"):rep(100) .. "right" .. ("y"):rep(100))
end)
it("copies", function() assert.equal(({ { 1 } })[1], { 1 }) end)
it("cycles", function()
    local a, b = { n = 1 }, { n = 1 } a.me, b.me = a, b
    assert.same(a, b)
    b.n = 2
    assert.same(a, b)
end)
"#;
    let (_, tests) = run(&[("a_spec.lua", text)], None);
    let texts = failures(&tests);
    assert_eq!(texts[0], "[2]   expected \"b\"\n      got      nothing: it is missing");
    let wanted = [
        "3 differences",
        "status   expected \"running\"",
        "         got      \"stopped\"",
        "x        expected 1",
        "         got      nothing: it is missing",
        "y        expected nothing: it is too much",
        "         got      2",
    ];
    assert_eq!(texts[1], wanted.join("\n"));
    let lines: Vec<&str> = texts[2].lines().collect();
    assert!(
        lines[0].len() < 100 && lines[0].contains("…") && lines[0].contains("left"),
        "{lines:?}"
    );
    assert!(texts[3].contains("assert.same compares content"), "{}", texts[3]);
    assert!(texts[4].starts_with("n "), "{}", texts[4]);
}
