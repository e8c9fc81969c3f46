//! `--sandbox`: a script that nobody trusts gets neither at files, nor at processes, nor at the VM, and
//! changes nothing in AWS.

use crate::common::Env;

#[test]
fn what_acts_on_the_machine_is_not_there() {
    let env = Env::new();
    env.write("secret.txt", "the content of a file");
    let script = r#"
        local gone = {}
        for _, name in ipairs {
            "io", "os.execute", "os.remove", "os.rename", "os.tmpname", "os.getenv", "os.setlocale",
            "dofile", "loadfile", "string.dump", "package.loadlib", "package.searchpath",
            "debug.getregistry", "debug.sethook", "debug.getupvalue", "debug.setmetatable",
            "debug.getinfo", "debug.getlocal", "breakpoint",
        } do
            local value = _G
            for part in name:gmatch("%w+") do value = value and value[part] end
            if value ~= nil then gone[#gone + 1] = name end
        end
        print("left: " .. table.concat(gone, " "))
        for _, name in ipairs { "io", "fs", "process", "http", "env", "engine", "prompt", "socket", "ffi" } do
            local ok, why = pcall(require, name)
            print(name, ok, (tostring(why):gsub("\n.*", "")))
        end
        print(os.time() > 0, type(os.clock()), math.type(os.time()), debug.traceback("x"):match("^x") )
    "#;
    env.write("look.lua", script);
    let out = env.run(&["--sandbox", "look.lua"]).ok();
    assert!(out.stdout.starts_with("left: \n"), "{out}");
    for module in ["io", "fs", "process", "http", "env", "engine"] {
        let line = out.stdout.lines().find(|l| l.starts_with(&format!("{module}\t"))).unwrap();
        assert!(line.contains("false"), "{line}");
    }
    assert!(out.stdout.ends_with("true\tnumber\tinteger\tx\n"), "{out}");
}

#[test]
fn the_ways_around_are_closed() {
    let env = Env::new().with("SECRET_OF_THE_SHELL", "swordfish");
    env.write("beside.lua", "return { name = 'beside' }");
    env.write("clib.so", "\u{7f}ELF");
    env.write(
        "escape.lua",
        r#"
        local function refused(name, f, ...)
            local ok, value = pcall(f, ...)
            print(name, ok and value == nil and "nothing" or ok and tostring(value) or "refused")
        end
        -- Compiled code can break the VM.
        refused("binary", load, "\27Lua\x54\0\x19\x93\r\n\x1a\n")
        refused("binary with its mode", load, "\27Lua", "x", "b")
        refused("binary by pieces", function() local done return load(function() if not done then done = true return "\27Lua" end end) end)
        -- Modules written in C, and files elsewhere.
        package.cpath = "./?.so"
        package.path = "/etc/?;../?.lua"
        refused("a C module", require, "clib")
        refused("a file elsewhere", require, "passwd")
        refused("a path as a name", require, "/etc/passwd")
        refused("a folder above", require, "...etc.passwd")
        -- What the string metatable, error values and closed coroutines reach.
        refused("string metatable", function() return getmetatable("").__index.dump end)
        refused("host metatables", function() return getmetatable(require("aws").dms.describe_endpoints) end)
        refused("finalizers", setmetatable, {}, { __gc = function() end })
        refused("error objects", function() local _, e = pcall(error, setmetatable({}, { __tostring = function() return io end })) return tostring(e) end)
        local co = coroutine.create(function() local x <close> = setmetatable({}, { __close = function() escaped = io or (debug and debug.getregistry) end }) coroutine.yield() end)
        coroutine.resume(co) coroutine.close(co)
        refused("closing", function() return escaped end)
        refused("the library's own environment", function() return package.loaded.io or package.loaded.debug.getinfo or package.loaded.os.getenv end)
        refused("secrets of the environment", function() return require("secret").env end)
        refused("stop the collector", collectgarbage, "stop")
        print(require("beside").name, load("return 1 + 1")(), load("return x", "=x", "t", { x = 5 })())
        "#,
    );
    let out = env.run(&["--sandbox", "escape.lua"]).ok();
    let lines: Vec<&str> = out.stdout.lines().collect();
    let (last, lines) = lines.split_last().unwrap();
    assert_eq!(*last, "beside\t2\t5");
    assert_eq!(lines.len(), 15, "{out}");
    for line in lines {
        let refused =
            line.ends_with("refused") || line.ends_with("nothing") || line.ends_with("false");
        assert!(refused, "{line}\n{out}");
    }
    assert!(!out.stdout.contains("swordfish") && !out.stdout.contains("root:"), "{out}");
}

#[test]
fn the_library_can_be_used_for_what_needs_no_file() {
    let env = Env::new().with("DMSRUN_ZONES", "5");
    env.write(
        "look.lua",
        r#"
        local map, settings = require "mappings", require "settings"
        local rules = map.rules { map.include "production.%" }
        print(#rules.rules, #settings { Logging = { EnableLogging = true } }:check())
        for _, name in ipairs { "stack", "kind", "migration", "config", "ledger", "adopt", "repl", "documents" } do
            local ok, why = pcall(require, name)
            print(name, ok, ok and "" or why)
        end
        print(require("config").load().zones)
        print(pcall(require("mappings").load, "look.lua"))
        print(pcall(require, "fs"))
        "#,
    );
    let out = env.run(&["--sandbox", "look.lua"]).ok();
    for name in ["stack", "kind", "migration", "config", "ledger", "adopt", "repl", "documents"] {
        assert!(out.stdout.contains(&format!("{name}\ttrue")), "{name}: {out}");
    }
    let out = out.has("not there in a sandbox").lacks("requires itself");
    assert!(!out.stdout.contains("\n5\n"), "the environment is read: {out}");
}

#[test]
fn aws_is_read_only() {
    let env = Env::new();
    let out = env.run(&[
        "--sandbox",
        "--local",
        "-e",
        "local aws = require 'aws' print(#aws.whoami().account) \
         local ok, e = pcall(aws.sns.create_topic, { name = 't' }) print(ok, e.code) \
         print(#aws.sns.list_topics({}).topics)",
    ]);
    assert_eq!(out.ok().stdout, "12\nfalse\tRefused\n0\n");
}

#[test]
fn each_limit_is_told_and_nothing_catches_it() {
    let env = Env::new();
    let limited = |statement: &str, more: &[&str]| {
        let mut args = vec!["--sandbox"];
        args.extend(more);
        args.extend(["-e", statement]);
        env.run(&args)
    };
    for statement in [
        "while true do end",
        "while true do pcall(function() while true do end end) end",
        "while true do coroutine.wrap(function() end)() end",
        "coroutine.wrap(function() while true do pcall(error) end end)()",
        "local t = setmetatable({}, {__index = function(t, k) return t[k + 1] end}) \
         while true do pcall(function() return t[1] end) end",
    ] {
        let out = limited(statement, &["--sandbox-instructions", "3000000"]).code(1);
        let out = out.has("The sandbox's limit is reached").has("3000000 instructions");
        out.has("--sandbox-instructions").lacks("panicked");
    }
    for statement in [
        "local t = {} for i = 1, 1e9 do t[i] = i end",
        "local s = 'x' while true do s = s .. s end",
        "local s = ('x'):rep(1 << 30)",
        "local function f() return f() + 1 end local t = {} \
         while true do t[#t + 1] = coroutine.create(f) coroutine.resume(t[#t]) end",
    ] {
        let out = limited(statement, &["--sandbox-memory", "20"]).code(1);
        let out = out.has("The sandbox's limit is reached").has("20 MB");
        out.has("--sandbox-memory").lacks("panicked");
    }
    // Below the limits nothing is in the way.
    let fine = "local t = {} for i = 1, 1e5 do t[i] = i end print(#t)";
    assert_eq!(limited(fine, &[]).ok().stdout, "100000\n");
}

#[test]
fn the_limits_need_the_sandbox_and_are_numbers() {
    let env = Env::new();
    env.run(&["--sandbox-memory", "20", "-e", "print(1)"]).code(64).has("--sandbox");
    env.run(&["--sandbox", "--sandbox-memory", "much", "-e", "print(1)"]).code(64).has("much");
    env.run(&["--sandbox", "--sandbox-instructions", "0", "-e", "print(1)"]).code(64);
}

#[test]
fn a_file_elsewhere_is_reached_by_no_name_of_a_module() {
    let env = Env::new();
    let elsewhere = tempfile::tempdir().unwrap();
    let path = |name: &str| elsewhere.path().join(name).to_str().unwrap().to_owned();
    std::fs::write(path("conf.lua"), "return { password = 'pl4nted' }").unwrap();
    std::fs::write(path("environment"), "PASSWORD = 'pl4nted'").unwrap();
    env.write("lib/a-b.lua", "return { name = 'beside' }");
    let names = [
        path("conf"),
        path("conf").replace('/', "."),
        format!("..{}", path("conf").replace('/', ".")),
        format!("x;{};y", path("environment")),
        format!("lib/../..{}", path("conf")),
        "lib/a-b".to_owned(),
        "x;/etc/passwd;y".to_owned(),
    ];
    for name in names {
        let look = format!(
            "local ok, why = pcall(require, [[{name}]]) assert(not ok, 'it is read') \
             assert(why:find('not found', 1, true), why) print(PASSWORD)"
        );
        let out = env.run(&["--sandbox", "-e", &look]).ok();
        assert_eq!(out.stdout, "nil\n", "{name}");
        env.write("look.lua", &look);
        assert_eq!(env.run(&["--sandbox", "look.lua"]).ok().stdout, "nil\n", "{name}");
    }
    let beside = "print(require('lib.a-b').name)";
    assert_eq!(env.run(&["--sandbox", "-e", beside]).ok().stdout, "beside\n");
}

#[test]
fn time_inside_functions_of_the_library_counts_as_instructions() {
    let env = Env::new();
    // A million instructions would take hours: each of them searches a megabyte.
    let slow = "local s = ('a'):rep(1e6) while true do s:gsub('a', 'bb') end";
    let begun = std::time::Instant::now();
    let out = env.run(&["--sandbox", "--sandbox-instructions", "20000000", "-e", slow]).code(1);
    out.has("The sandbox's limit is reached").has("20000000 instructions");
    assert!(begun.elapsed().as_secs() < 60, "{:?}", begun.elapsed());
}

#[test]
fn a_compiled_script_or_module_is_not_run() {
    let env = Env::new();
    let dump = "io.open('evil.lua', 'wb'):write(string.dump(load(\"print('it runs')\")))";
    env.run(&["-e", dump]).ok();
    assert_eq!(env.run(&["evil.lua"]).ok().stdout, "it runs\n");
    for args in [&["evil.lua"][..], &["-l", "evil"], &["-e", "require 'evil'"]] {
        let out = env.run(&[&["--sandbox"], args].concat()).code(1).has("binary chunk");
        assert_eq!(out.stdout, "", "{args:?}");
    }
    let evil = std::fs::read(env.path("evil.lua")).unwrap();
    assert_eq!(env.feed(&["--sandbox", "-"], &evil).code(1).stdout, "");
    env.write("main.lua", "dofile 'evil.lua'");
    env.run(&["check", "main.lua"]).code(1).has("binary chunk");
    env.write("main.lua", "require 'evil'");
    env.run(&["check", "main.lua"]).code(1).has("binary chunk");
}
