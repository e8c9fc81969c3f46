//! The spec runner.

use super::support::{self, line};
use dmsrun_lua::{
    Host,
    spec::{self, Reporter, Status, Test},
    ui::Recording,
};
use std::{cell::RefCell, fs};

#[derive(Default)]
struct Collect(RefCell<Vec<Test>>);
impl Reporter for Collect {
    fn test(&self, test: &Test) {
        self.0.borrow_mut().push(test.clone());
    }
}

fn run(files: &[(&str, &str)], filter: Option<&str>) -> (spec::Summary, Vec<Test>) {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let collect = Collect::default();
    let make = |file: &str, _seed: u64| {
        let (ui, clock) = (Recording::default(), support::clock());
        let mut config = support::config(&ui, &clock);
        config.script = Some(file.to_owned());
        Host::new(config)
    };
    let summary = spec::run(&[folder.path().to_owned()], filter, &make, &collect).unwrap();
    (summary, collect.0.into_inner())
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
        "a: expected 1, got 2\nlist[2].deep: expected true, got false"
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
    assert_eq!((summary.passed, summary.failed), (1, 4));
    let text = line(tests.last().unwrap().failure.as_ref().unwrap());
    assert!(
        text.contains("there is no assertion \"is_ture\" [Did you mean \"is_true\"?]"),
        "{text}"
    );
}
