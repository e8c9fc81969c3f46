//! dmsrun is first of all a Lua.

use crate::common::Env;

#[test]
fn statements_print_and_errors_have_a_place_and_no_rust() {
    let env = Env::new();
    assert_eq!(env.run(&["-e", "print(1 + 1, ...)"]).ok().stdout, "2\n");
    env.write("bad.lua", "local x = nil\nprint(x.y)\n");
    let out = env.run(&["bad.lua"]).code(1).has("bad.lua:2").lacks(".rs:").lacks("panicked");
    assert_eq!(out.stdout, "");
}

#[test]
fn a_script_gets_its_arguments_and_its_folder() {
    let env = Env::new();
    env.write("lib/helper.lua", "return { name = \"helper\" }\n");
    env.write("lib/main.lua", "print(arg[0], arg[1], ..., require(\"helper\").name)\n");
    let out = env.run(&["lib/main.lua", "one"]).ok();
    assert_eq!(out.stdout, "lib/main.lua\tone\tone\thelper\n");
}

#[test]
fn a_closed_pipe_ends_quietly() {
    let env = Env::new();
    let mut child = env
        .command(&["-e", "for i = 1, 100000 do print(i) end"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let out = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&out.stderr), "");
}

/// Arguments, variables, what is printed.
type Case<'a> = (&'a [&'a str], &'a [(&'a str, &'a str)], &'a str);

/// Every line is run by the reference implementation too, where it is installed.
#[test]
fn a_command_line_means_what_it_means_to_lua() {
    let env = Env::new();
    env.write(
        "args.lua",
        "#!/usr/bin/env lua\nlocal low = 0 while arg[low - 1] do low = low - 1 end\n\
         for i = low + 1, 6 do if i ~= 0 and arg[i] then io.write(i, '=', arg[i], ' ') end end\n\
         print('|', ...)\n",
    );
    env.write("mod.lua", "print('loaded', ...) return { name = 'mod' }\n");
    env.write("init.lua", "print('init', ...)\n");
    let cases: &[Case] = &[
        (&["-e", "x=1", "-W", "args.lua", "1", "2"], &[], "-3=-e -2=x=1 -1=-W 1=1 2=2 |\t1\t2\n"),
        (&["-E", "--", "args.lua", "-e", "--"], &[], "-2=-E -1=-- 1=-e 2=-- |\t-e\t--\n"),
        (&["-e", "print(arg[0] ~= nil, arg[1], arg[2] ~= nil, ...)"], &[], "true\t-e\ttrue\n"),
        (&["-lmod", "-e", "print(mod.name)"], &[("LUA_PATH", "./?.lua")], "mod\n"),
        (&["-l", "m=mod", "-e", "print(m.name, mod)"], &[("LUA_PATH", "./?.lua")], "mod\tnil\n"),
        (
            &["-e", "a=1", "-l", "mod", "-e", "print(a, mod.name)", "-e", "print(2)"],
            &[],
            "1\tmod\n2\n",
        ),
        (&["-e", "arg={'z','y'}", "args.lua", "1"], &[], "1=z 2=y |\tz\ty\n"),
        (&["-e", "print(1)"], &[("LUA_INIT", "print('first', ...)")], "first\n1\n"),
        (&["-e", "print(1)"], &[("LUA_INIT", "@init.lua")], "init\n1\n"),
        (&["-e", "print(1)"], &[("LUA_INIT", "print(2)"), ("LUA_INIT_5_4", "print(3)")], "3\n1\n"),
        (&["-E", "-e", "print(1)"], &[("LUA_INIT", "print(2)")], "1\n"),
        (&["-e", "print(package.path)"], &[("LUA_PATH", "/a/?.lua")], "/a/?.lua\n"),
        (&["-e", "print(package.path)"], &[("LUA_PATH", "x"), ("LUA_PATH_5_4", "y")], "y\n"),
        (&["-e", "print(package.cpath)"], &[("LUA_CPATH", "/c/?.so")], "/c/?.so\n"),
        (&["-E", "-e", "print(#package.path > 20)"], &[("LUA_PATH", "x")], "true\n"),
        (&["-e", "print(_VERSION)", "-e", "io.write('no newline')"], &[], "Lua 5.4\nno newline"),
        (&["-e", "print('a\\xff\\0b')"], &[], "a\u{fffd}\0b\n"),
    ];
    let lua = std::process::Command::new("lua5.4").arg("-v").output().is_ok();
    for (args, vars, wanted) in cases {
        let vars = || vars.iter().copied();
        let ours = env.command(args).envs(vars()).output().unwrap();
        let told = |out: &std::process::Output| {
            (
                String::from_utf8_lossy(&out.stdout).replace("loaded\tmod\t./mod.lua\n", ""),
                out.status.code(),
            )
        };
        let without = |text: String| text.replace("loaded\tmod\tmod.lua\n", "");
        let (text, code) = told(&ours);
        let stderr = String::from_utf8_lossy(&ours.stderr);
        assert_eq!((without(text).as_str(), code), (*wanted, Some(0)), "{args:?} {stderr}");
        if lua {
            let theirs = std::process::Command::new("lua5.4")
                .args(*args)
                .envs(vars())
                .current_dir(env.path("."))
                .output()
                .unwrap();
            assert_eq!(
                (told(&theirs).0.as_str(), theirs.status.code()),
                (*wanted, Some(0)),
                "lua {args:?}"
            );
        }
    }
}

#[test]
fn a_script_may_come_by_the_standard_input() {
    let env = Env::new();
    for (args, text, wanted) in [
        (&["-", "a", "b"][..], "#!shebang\nprint(arg[0], arg[1], ...)", "-\ta\ta\tb\n"),
        (&[], "print(...)", "\n"),
        (&["-l", "s=string"], "print(s.upper('x'))", "X\n"),
    ] {
        let out = env.feed(args, text.as_bytes());
        assert_eq!(out.ok().stdout, wanted);
    }
    env.feed(&[], b"\n\nerror('boo')").code(1).has("stdin:3: boo");
}

#[test]
fn the_end_of_a_script_is_its_exit_code_whatever_it_catches() {
    let env = Env::new();
    for (statement, code) in [
        ("os.exit(3)", 3),
        ("os.exit(true)", 0),
        ("os.exit(false)", 1),
        ("os.exit(257)", 1),
        ("os.exit('7')", 7),
        ("pcall(os.exit, 4)", 4),
        ("coroutine.wrap(function() xpcall(os.exit, print, 5) end)()", 5),
        ("require('parallel') { function() pcall(os.exit, 6) end }", 6),
        ("error('x')", 1),
        ("error()", 1),
        ("os.exit(1.5)", 1),
    ] {
        let out = env.run(&["-e", statement]).code(code);
        assert!(!out.stderr.contains("panicked"), "{statement} {out}");
    }
    let closing = "X = setmetatable({}, {__gc = function() print 'gc' end}) \
                   local x <close> = setmetatable({}, {__close = function() print 'closed' end}) ";
    let end = |how: &str| env.run(&["-e", &format!("{closing}{how}")]).ok().stdout;
    assert_eq!(end("os.exit(true, true)"), "closed\ngc\n");
    assert_eq!(end("os.exit(true)"), "");
    assert_eq!(end(""), "closed\ngc\n");
    // What a finalizer asks of the host at the very end is still answered.
    let late = "local aws = require 'aws' X = setmetatable({}, {__gc = function() \
                print(#aws.whoami().account) end})";
    assert_eq!(env.run(&["--local", "-e", late]).ok().stdout, "12\n");
}

#[test]
fn error_values_of_every_sort_are_told() {
    let env = Env::new();
    for (statement, text) in [
        ("error(setmetatable({}, {__tostring = function() return 'an object' end}))", "an object"),
        ("error({})", "(error object is a table value)"),
        ("error()", "(error object is a nil value)"),
        ("error(42)", "42"),
        ("error(setmetatable({}, {__tostring = error}))", "(error object is a table value)"),
        ("local t; t.x = 1", "(command line):1: attempt to index a nil value (local 't')"),
        ("error('two\\nlines')", "two"),
        ("coroutine.wrap(function() error('inside') end)()", "(command line):1: inside"),
    ] {
        let out = env.run(&["-e", statement]).code(1);
        assert_eq!(out.stdout, "");
        assert!(out.stderr.contains(text), "no {text:?} in {out}");
    }
}

#[test]
fn warnings_are_heard_when_they_are_switched_on() {
    let env = Env::new();
    let text = "warn('off ', 'still') warn('@on') warn('now ', 'heard') warn('@off') warn('no')";
    assert_eq!(env.run(&["-e", text]).ok().stderr, "Lua warning: now heard\n");
    assert_eq!(env.run(&["-W", "-e", "warn 'x'"]).ok().stderr, "Lua warning: x\n");
}

#[test]
fn input_that_is_no_script_is_told_and_never_a_panic() {
    let env = Env::new();
    let noise: Vec<u8> =
        (0..200_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    for (input, text) in [
        (&noise[..], "Syntax error"),
        (b"\x1bLua\x54\x00\x19\x93garbage", "bad binary format"),
        (b"\x7fELF\x02\x01\x01\0\0\0\0", "Syntax error"),
        (b"\xff\xfe=\0", "Syntax error"),
        (b"x = '\x1b[31mred\x1b[0m", "unfinished string"),
    ] {
        let out = env.feed(&[], input).code(1).has(text).lacks("panicked");
        // Nothing of it may speak to the terminal.
        assert!(!out.stderr.contains('\x1b') && !out.stderr.contains('\0'), "{out}");
    }
    env.write("empty.lua", "");
    assert_eq!(env.run(&["empty.lua"]).ok().stdout, "");
    std::fs::create_dir(env.path("folder.lua")).unwrap();
    env.run(&["folder.lua"]).code(1).has("folder.lua");
}

#[test]
fn a_line_of_100_megabytes_is_read_and_told_in_a_few_words() {
    let env = Env::new();
    let long = |fill: &str| fill.repeat(100_000_000);
    env.write("good.lua", &format!("local x = '{}'\nprint(#x)\n", long("a")));
    assert_eq!(env.run(&["good.lua"]).ok().stdout, "100000000\n");
    for (text, wanted) in [
        (format!("x = {}", long("+")), "unexpected symbol"),
        (format!("x = 'unfinished{}", long("a")), "unfinished string"),
        (format!("print(1{}2)", long(" ")), "')' expected"),
        (format!("error('{}')", long("a")), "aaaa"),
    ] {
        env.write("bad.lua", &text);
        let out = env.run(&["bad.lua"]).code(1).has(wanted).has("bad.lua:1").lacks("panicked");
        assert!(out.stderr.len() < 20_000, "{} bytes", out.stderr.len());
    }
}

/// Where lua5.4 is installed, it is asked the same.
#[test]
fn corners_of_the_command_line_are_those_of_lua() {
    let env = Env::new();
    let lua = std::process::Command::new("lua5.4").arg("-v").output().is_ok();
    let dump = "io.open('c.luac', 'wb'):write('#comment\\n', string.dump(load('print(...)')))";
    env.run(&["-e", dump]).ok();
    env.write("mod.lua", "return {}\n");
    let strict = "setmetatable(_G, { __newindex = function(_, k) error('no ' .. k, 0) end })";
    let cases: &[(&[&str], i32, &str, &str)] = &[
        // A compiled chunk behind a comment.
        (&["./c.luac", "a", "b"], 0, "a\tb\n", ""),
        // A metatable of the globals sees what -l makes.
        (&["-e", strict, "-l", "mod"], 1, "", "no mod"),
        // Behind `--` a hyphen is a file's name.
        (&["--", "-"], 1, "", "cannot open -"),
        (&["-e", "error(true)"], 1, "", "(error object is a boolean value)"),
        (&["-e", "error(print)"], 1, "", "(error object is a function value)"),
        (&["-e", "error(coroutine.create(print))"], 1, "", "(error object is a thread value)"),
        (&["-e", "error(1.5)"], 1, "", "1.5"),
    ];
    for (args, code, stdout, stderr) in cases {
        let out = env.run(args).code(*code);
        assert_eq!(out.stdout, *stdout, "{args:?} {out}");
        assert!(out.stderr.contains(stderr), "{args:?} {out}");
        if lua {
            let theirs = std::process::Command::new("lua5.4")
                .args(*args)
                .current_dir(env.path("."))
                .output()
                .unwrap();
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            let (out, err) = (text(&theirs.stdout), text(&theirs.stderr));
            assert_eq!((theirs.status.code(), out.as_str()), (Some(*code), *stdout), "{args:?}");
            assert!(err.contains(stderr), "lua {args:?} {err}");
        }
    }
}

#[test]
fn an_option_that_a_command_would_pass_over_is_refused() {
    let env = Env::new();
    env.write("a.lua", "print(1)");
    for args in [
        &["--fault", "dms:CreateEndpoint#1=kill", "check", "a.lua"][..],
        &["check", "--fault", "dms:CreateEndpoint#1=kill", "a.lua"],
        &["check", "--yes", "a.lua"],
        &["--allow", "destroy", "check", "a.lua"],
        &["mappings", "to-lua", "--dry-run", "a.lua"],
        &["-e", "print(1)", "check", "a.lua"],
        &["--sandbox", "check", "a.lua"],
        &["--sandbox", "test"],
        &["--fault", "dms:CreateEndpoint#1=kill", "test"],
        &["--dry-run", "init", "x"],
        &["--detailed-exitcode", "--local", "repl"],
        &["--dry-run", "local", "reset"],
        &["local", "reset", "--dry-run"],
    ] {
        let out = env.run(args).code(64).has("has no use for -").lacks("panicked");
        assert_eq!(out.stdout, "", "{args:?}");
    }
    // What it takes is taken on both sides.
    env.run(&["--local", "-c", "zones=2", "check", "a.lua"]).ok();
    env.run(&["check", "--local", "-c", "zones=2", "a.lua"]).ok();
    env.run(&["-v", "check", "a.lua"]).ok();
    // Where AWS is may stand in an alias of the shell.
    env.run(&["--local", "doc", "hash"]).ok();
    env.run(&["--profile", "acme", "--region", "eu-west-1", "completions", "bash"]).ok();
    env.run(&["--local", "--yes", "help", "check"]).ok().has("--static");
    env.run(&["doc", "--local", "hash"]).code(64);
    let help = env.run(&["check", "--help"]).ok().has("--static").has("--stdlib");
    help.lacks("--fault").lacks("--allow").lacks("--force-unlock");
    env.run(&["check", "--faul", "x"]).code(64).lacks("--fault");
    let fish = env.run(&["completions", "fish"]).ok().stdout;
    let check = |line: &&str| line.contains("__fish_dmsrun_using_subcommand check\"");
    assert!(fish.lines().filter(check).any(|l| l.contains("-l static")), "{fish}");
    assert!(!fish.lines().filter(check).any(|l| l.contains("-l fault")), "{fish}");
}

#[test]
fn every_command_has_help_that_fits_the_terminal() {
    let env = Env::new().with("COLUMNS", "60");
    let all = env.run(&["--help"]).ok().stdout;
    let commands = [
        "check",
        "mappings",
        "adopt",
        "repl",
        "init",
        "types",
        "doc",
        "completions",
        "man",
        "test",
        "local",
    ];
    for command in commands {
        assert!(all.contains(&format!("  {command}")), "{command}: {all}");
        let out = env.run(&[command, "--help"]).ok();
        assert_eq!(env.run(&["help", command]).ok().stdout, out.stdout, "{command}");
        assert!(out.stdout.contains("Usage:") && out.stdout.contains("Examples:"), "{out}");
        // Commands of an example are shown as they are typed.
        let text = out.stdout.split("\nExamples:").next().unwrap_or_default().to_owned();
        let wide: Vec<&str> = text.lines().filter(|line| line.chars().count() > 60).collect();
        assert!(wide.is_empty(), "{command}: {wide:#?}");
    }
    let wide = all.lines().find(|line| line.chars().count() > 60);
    assert!(wide.is_none_or(|line| line.trim_start().starts_with("dmsrun ")), "{wide:?}");
    let narrow = Env::new().with("COLUMNS", "20").run(&["-h"]).ok().stdout;
    assert!(narrow.lines().filter(|line| line.len() > 40).count() < 30, "{narrow}");
    env.run(&["help", "chekc"]).code(64).has("\"check\"");
    env.run(&["completions", "bsh"]).code(64).has("\"bash\"");
    env.run(&["help"]).ok().has("Examples:");
}

#[cfg(unix)]
#[test]
fn an_argument_reaches_the_script_byte_by_byte() {
    use std::os::unix::ffi::OsStrExt as _;
    let env = Env::new();
    env.write("a.lua", "io.write(arg[1], ' ', #..., ' ', arg[1]:byte(4))");
    // The name of a file in Latin-1: caf\xe9.
    let name = std::ffi::OsStr::from_bytes(b"caf\xe9");
    let out = env.command(&["a.lua"]).arg(name).output().unwrap();
    assert_eq!(out.stdout, b"caf\xe9 4 233");
}
