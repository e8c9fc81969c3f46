//! Ctrl-C: the first ends code that runs without pause and lets what is under way finish, the second
//! ends at once.

use crate::common::Env;
use std::{
    io::{BufRead as _, BufReader, Read as _},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// Starts a statement and waits until it says that it is there.
fn start(env: &Env, statement: &str) -> (Child, BufReader<std::process::ChildStdout>) {
    let text = format!("io.stdout:write('ready\\n') io.stdout:flush() {statement}");
    let mut child =
        env.command(&["-e", &text]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    out.read_line(&mut line).unwrap();
    assert_eq!(line, "ready\n");
    std::thread::sleep(Duration::from_millis(200));
    (child, out)
}

fn press(child: &Child) {
    let pid = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
}

/// What it printed, what it said, and its exit code.
fn end(mut child: Child, mut out: BufReader<std::process::ChildStdout>) -> (String, String, i32) {
    let begun = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if begun.elapsed() > Duration::from_secs(20) {
            child.kill().unwrap();
            panic!("it goes on after Ctrl-C");
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    let (mut printed, mut said) = (String::new(), String::new());
    out.read_to_string(&mut printed).unwrap();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    (printed, said, status.code().unwrap_or(-1))
}

#[test]
fn the_first_press_ends_a_loop_wherever_it_runs() {
    let env = Env::new();
    for statement in [
        "while true do end",
        "while true do pcall(function() while true do end end) end",
        "coroutine.wrap(function() while true do end end)()",
        "local co = coroutine.create(function() while true do end end) \
         while true do coroutine.resume(co) end",
        "table.sort({3, 2, 1}, function(a, b) while true do end end)",
        "local t = setmetatable({}, {__index = function() while true do end end}) print(t.x)",
        "require 'parallel' { function() while true do end end, function() end }",
        "local f <close> = setmetatable({}, {__close = function() while true do end end})",
        "while true do xpcall(function() while true do end end, function() return 1 end) end",
        "require('time').sleep(1000)",
        "local ok = pcall(require('time').sleep, 1000) while true do end",
    ] {
        let (child, out) = start(&env, statement);
        press(&child);
        let (printed, said, code) = end(child, out);
        assert_eq!((printed.as_str(), code), ("", 130), "{statement}: {said}");
        assert!(said.contains("Interrupted"), "{statement}: {said}");
        assert!(!said.contains("panicked"), "{statement}: {said}");
    }
}

#[test]
fn code_that_catches_the_interrupt_once_may_clean_up() {
    let env = Env::new();
    let (child, out) = start(
        &env,
        "local ok, e = pcall(function() while true do end end) print(ok, e.exit, tostring(e))",
    );
    press(&child);
    let (printed, said, code) = end(child, out);
    assert_eq!(
        printed, "false\tinterrupted\tInterrupted: Ctrl-C ended the script here\n",
        "{said}"
    );
    assert_eq!(code, 0);
}

#[test]
fn code_that_minds_interrupts_itself_is_let_finish() {
    let env = Env::new();
    let (child, out) = start(
        &env,
        "local host = require 'host' do local _ <close> = host.graceful() \
         repeat until host.interrupted() require('time').sleep(0.5) print('finished') end \
         while true do end",
    );
    press(&child);
    let (printed, said, code) = end(child, out);
    assert_eq!((printed.as_str(), code), ("finished\n", 130), "{said}");
    assert!(said.contains("again to stop at once"), "{said}");
}

#[test]
fn the_second_press_ends_at_once() {
    let env = Env::new();
    let (child, out) =
        start(&env, "local _ <close> = require('host').graceful() while true do end");
    press(&child);
    std::thread::sleep(Duration::from_millis(200));
    press(&child);
    let (_, said, code) = end(child, out);
    assert_eq!(code, 130, "{said}");
}
