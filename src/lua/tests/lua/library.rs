//! Where modules come from, and the small ones of the standard library.

use super::support::{Bench, line};
use std::fs;

#[test]
fn a_script_may_shadow_a_module_for_itself_only() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("errors.lua"), "return 'mine'").unwrap();
    fs::write(folder.path().join("json.lua"), "return 'mine too'").unwrap();
    let script = folder.path().join("s.lua").to_string_lossy().into_owned();
    let bench = Bench::with(|c| c.script = Some(script));
    let out = bench.run(
        "print(require 'errors', (require 'json'))\n\
         local check = require 'check'\n\
         print(type(check.table), require 'check' == check)\n\
         print(pcall(check.type, 1, 'string', 'name'))",
    );
    assert_eq!(out[0], "mine\tmine too");
    assert_eq!(out[1], "function\ttrue");
    assert_eq!(out[2], "false\tWrong argument: name must be a string, got an integer");
}

#[test]
fn the_library_is_read_from_a_folder_where_one_is_given() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("kinds/ec2")).unwrap();
    fs::write(folder.path().join("kinds/ec2/vpc.lua"), "leak = 1 return { v = require('other') }")
        .unwrap();
    fs::write(folder.path().join("other.lua"), "return (...)").unwrap();
    fs::write(folder.path().join("fails.lua"), "\nreturn function() error('inside') end").unwrap();
    let bench = Bench::with(|c| c.stdlib = Some(folder.path().to_owned()));
    let out = bench.run("print(require('kinds.ec2.vpc').v, leak)");
    assert_eq!(out, ["other\tnil"]);
    let diagnostic = bench.fail("\nrequire('fails')()");
    assert_eq!(line(&diagnostic), "test.lua:2: Script failed: inside");
    assert_eq!(diagnostic.causes, ["raised in [stdlib]/fails.lua:2"]);
}

#[test]
fn a_wrong_argument_is_marked_in_the_callers_line() {
    let bench = Bench::new();
    let diagnostic = bench.fail(
        "local check = require 'check'\n\
         check.table({ nmae = 'x' }, { name = 'string', zones = 'integer?' }, 'migration')",
    );
    assert_eq!(
        line(&diagnostic),
        "test.lua:2: Wrong argument: migration: unknown key \"nmae\" [Did you mean \"name\"?]"
    );
    assert_eq!(diagnostic.span.unwrap().column, Some(15));
    for (call, expected) in [
        ("check.type(nil, 'string', 'm.name')", "m.name must be a string, got nothing"),
        ("check.type({ 1 }, 'map', 'tags')", "tags must be a map, got a table"),
        ("check.type(1.5, 'integer|string', 'n')", "n must be an integer or string, got a number"),
        (
            "check.one_of('cdd', { 'cdc', 'full-load' }, 'mode')",
            "mode must be one of cdc, full-load, got \"cdd\" [Did you mean \"cdc\"?]",
        ),
        (
            "check.table({ z = 'x' }, { z = 'integer' }, 'm')",
            "m.z must be an integer, got a string",
        ),
    ] {
        let got = line(&bench.fail(&format!("local check = require 'check'\n{call}")));
        assert_eq!(got, format!("test.lua:2: Wrong argument: {expected}"));
    }
    bench.run("local check = require 'check' check.table({ a = 2.0 }, { a = 'integer', b = 'string?', c = { 'x', optional = true } }, 'm')");
}

#[test]
fn waits_look_on_a_common_grid_and_give_up() {
    let bench = Bench::new();
    let out = bench.run(
        r#"
        local wait, time, parallel = require "wait", require "time", require "parallel"
        local looks = {}
        local function looker(from, count)
            return function()
                time.sleep(from)
                local n = 0
                return wait.poll { what = "it", every = 15, check = function()
                    n = n + 1
                    looks[#looks + 1] = time.epoch() - 1800000000
                    return n == count and n
                end }
            end
        end
        local r = parallel { looker(1, 3), looker(2, 3) }
        print(r[1], r[2], table.concat(looks, " "))
        "#,
    );
    assert_eq!(out, ["3\t3\t1.0 2.0 15.0 15.0 30.0 30.0"]);
    let diagnostic = bench
        .fail("require('wait').poll { what = 'Godot', timeout = 100, check = function() end }");
    assert_eq!(diagnostic.exit.code(), 4);
    assert_eq!(line(&diagnostic), "test.lua:1: Timed out: waited 1m 40s for Godot");
}

#[test]
fn a_sandbox_has_no_way_out() {
    let bench =
        Bench::with(|c| c.sandbox = dmsrun_lua::Sandbox::Untrusted(dmsrun_lua::Limits::default()));
    let out = bench.run("print(io, os.getenv, debug.getinfo, dofile, loadfile, package.loadlib ~= nil and pcall(package.loadlib, 'x', 'y'))");
    assert!(out[0].starts_with("nil\tnil\tnil\tnil\tnil"), "{out:?}");
    assert!(bench.host.run_string("x", "require 'fs'").is_err());
    assert!(bench.host.run_string("x", "require 'io'").is_err());
    assert_eq!(bench.run("print(require('json').encode { 1 })"), ["[1]"]);
}

#[test]
fn every_module_of_the_library_loads() {
    let bench = Bench::new();
    let mut failed = Vec::new();
    for module in dmsrun_lua::library::modules().filter(|m| !m.starts_with("meta.")) {
        if let Err(e) = bench.host.run_string("load", &format!("assert(require '{module}' ~= nil)"))
        {
            failed.push(format!("{module}: {}", line(&e)));
        }
    }
    assert!(failed.is_empty(), "{failed:#?}");
}
