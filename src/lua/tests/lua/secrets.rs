//! Secrets do not leak.

use super::support::{Bench, line};

const SECRET: &str = "correct-horse-battery";

#[test]
fn a_secret_does_not_leak() {
    let bench = Bench::with(|c| c.trace = true);
    let lua = bench.host.lua();
    lua.globals().set("clear", SECRET).unwrap();
    let out = bench.run(
        r#"
        local secret, json, log, ui, errors = require "secret", require "json", require "log", require "ui", require "errors"
        s = secret.new(clear)
        print(s, tostring(s), ("%s"):format(s), type(s), secret.is(s), secret.is("x"))
        print(s == secret.new(clear), s == secret.new("other one"), s == clear)
        print(pcall(function() return "p:" .. s end))
        print(pcall(function() return #s end))
        print(pcall(json.encode, { a = { s } }))
        print(pcall(function() return s.x end))
        print("in clear: " .. secret.reveal(s) .. "!")
        log.info("log " .. clear)
        ui.out(clear) ui.err(clear) ui.label("Pass", clear) ui.json { p = clear, s = s }
        ui.table { columns = { "a" }, rows = { { clear }, { s } } }
        ui.progress { label = "x" }:event(clear)
        errors.warn { summary = "x", what = clear, hints = { clear } }
        print(secret.reveal(s) == clear)
        print(#secret.reveal(s))
        "#,
    );
    assert_eq!(out[0], "***\t***\t***\tuserdata\ttrue\tfalse");
    assert_eq!(out[1], "true\tfalse\tfalse");
    assert!(out[2].starts_with("false\ttest.lua:6: a secret can't be joined to text"), "{out:?}");
    assert!(out[3].contains("can't be measured"));
    assert!(out[4].contains("a[1]: a secret has no form in JSON"), "{out:?}");
    assert_eq!(out[6], "in clear: ***!");
    assert_eq!(out.last().unwrap(), "21");
    for text in [
        "error(clear)",
        "error('x' .. clear)",
        "error(s)",
        "error({ message = clear })",
        "local t = {} t[clear].x = 1",
        "require('errors').raise { summary = 'x', what = clear }",
        "require(clear)",
        "print(_G[clear .. 'x'].y)",
    ] {
        let diagnostic = bench.fail(text);
        assert!(!line(&diagnostic).contains(SECRET), "{text}");
        assert!(!format!("{diagnostic:?}").contains(SECRET), "{text}: {diagnostic:?}");
    }
    let all =
        format!("{:?}{:?}{:?}", bench.ui.out_lines(), bench.ui.err_lines(), bench.ui.diagnostics());
    assert!(!all.contains(SECRET), "{all}");
}

#[test]
fn a_secret_comes_from_a_file_or_the_environment() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("password");
    std::fs::write(&path, "s3cret-in-file\n").unwrap();
    let bench = Bench::new();
    bench.host.lua().globals().set("path", path.to_str().unwrap()).unwrap();
    let out = bench.run(
        "local secret = require 'secret' local s = secret.file(path) print(s, #secret.reveal(s))\n\
         print(pcall(secret.env, 'DMSRUN_NOT_SET_ANYWHERE'))",
    );
    assert_eq!(out[0], "***\t14");
    assert!(out[1].contains("the environment variable DMSRUN_NOT_SET_ANYWHERE is not set"));
}
