//! The modules that reach outside: HTTP against a server of this test, questions to a person, log
//! lines as JSON, a child that Ctrl-C ends.

use super::support::{Bench, clock, config, line};
use dmsrun_base::{Map, Value};
use dmsrun_lua::{Host, HostConfig, ui::Recording};
use std::{
    io::{Read as _, Write as _},
    net::TcpListener,
    sync::mpsc::{Receiver, channel},
    time::{Duration, Instant},
};

/// A server that gives each request the next answer, and the text of each request.
fn server(answers: Vec<String>) -> (String, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let (sender, requests) = channel();
    std::thread::spawn(move || {
        for answer in answers {
            let (mut stream, _) = listener.accept().unwrap();
            stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
            let (mut text, mut buffer) = (String::new(), [0; 4096]);
            while !complete(&text) {
                match stream.read(&mut buffer).unwrap_or(0) {
                    0 => break,
                    read => text.push_str(&String::from_utf8_lossy(&buffer[..read])),
                }
            }
            sender.send(text).unwrap();
            if answer == "silence" {
                std::thread::sleep(Duration::from_secs(3));
            }
            stream.write_all(answer.as_bytes()).unwrap();
        }
    });
    (address, requests)
}

fn complete(text: &str) -> bool {
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| {
        line.to_ascii_lowercase().strip_prefix("content-length: ").and_then(|n| n.parse().ok())
    });
    body.len() >= length.unwrap_or(0)
}

fn answer(status: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n{body}"
    )
}

fn options(names: &[&str]) -> impl FnOnce(&mut HostConfig) {
    let map = names.iter().map(|name| ((*name).to_owned(), Value::Bool(true)));
    let map: Map = map.collect();
    move |config| config.options = Value::Map(map)
}

#[test]
fn a_request_goes_out_as_it_was_asked_for() {
    let (url, requests) = server(vec![
        answer("200 OK", "X-One: a\r\nx-one: b\r\n", r#"{"ok":true}"#),
        answer("204 No Content", "", ""),
    ]);
    let bench = Bench::new();
    bench.host.lua().globals().set("url", url).unwrap();
    let out = bench.run(
        r#"
        local http, secret = require "http", require "secret"
        local r = http.request { url = url .. "/hook?x=1", json = { text = "ü" }, headers = { ["X-Token"] = secret.new "tok-tok-tok" } }
        print(r.status, r.ok, r.headers["x-one"], r.body)
        local r = http.get(url .. "/health", { timeout = "5s" })
        print(r.status, r.body == "")
        "#,
    );
    assert_eq!(out, ["200\ttrue\ta, b\t{\"ok\":true}", "204\ttrue"]);
    let first = requests.recv().unwrap();
    assert!(first.starts_with("POST /hook?x=1 HTTP/1.1\r\n"), "{first}");
    for part in
        ["x-token: tok-tok-tok\r\n", "content-type: application/json\r\n", "user-agent: dmsrun/"]
    {
        assert!(first.contains(part), "{first}");
    }
    assert!(first.ends_with("{\"text\":\"ü\"}"), "{first}");
    assert!(requests.recv().unwrap().starts_with("GET /health HTTP/1.1\r\n"));
}

/// Nobody else would send them: the service would answer 401, and the address looks right.
#[test]
fn a_name_and_a_password_before_the_host_are_sent_and_not_shown() {
    let ok = || answer("200 OK", "", "");
    let (url, requests) = server(vec![ok(), ok(), answer("401 No", "", "not p@ss-word-1")]);
    let bench = Bench::new();
    bench
        .host
        .lua()
        .globals()
        .set("url", url.replace("http://", "http://me:p%40ss-word-1@"))
        .unwrap();
    bench.run(
        "http = require 'http' http.get(url .. '/a#b', { query = { ['a b'] = 'ü/&', n = 1 } })",
    );
    let first = requests.recv().unwrap();
    assert!(first.starts_with("GET /a?a%20b=%C3%BC%2F%26&n=1 HTTP/1.1\r\n"), "{first}");
    assert!(first.contains("authorization: Basic bWU6cEBzcy13b3JkLTE=\r\n"), "{first}");
    assert_eq!(bench.run("print('bWU6cEBzcy13b3JkLTE=', 'p@ss-word-1')"), ["***\t***"]);
    bench.run(
        "http.get(url .. '?x=1', { query = { y = 2 }, headers = { Authorization = 'mine' } })",
    );
    let second = requests.recv().unwrap();
    assert!(second.starts_with("GET /?x=1&y=2 HTTP/1.1\r\n"), "{second}");
    assert!(second.contains("authorization: mine\r\n"), "{second}");
    let error = bench.fail("local ok, e = pcall(http.get, url) error(e.causes[1])");
    assert!(line(&error).contains("not ***"), "{error:?}");
}

#[test]
fn a_request_that_fails_says_so_without_its_secrets() {
    let (url, _requests) = server(vec![
        answer("500 Oops", "", "no: tok-tok-tok is wrong"),
        answer("302 Found", "location: https://elsewhere/x?token=abcd\r\n", ""),
        answer("404 Not Found", "", "gone"),
        "silence".to_owned(),
    ]);
    let bench = Bench::new();
    bench.host.lua().globals().set("url", url.clone()).unwrap();
    bench.run("http, token = require 'http', require('secret').new 'tok-tok-tok'");
    let error = bench.fail("http.post(url .. '/services/T0/B0/path-is-secret', { body = token })");
    let all = format!("{error:?}");
    assert_eq!(
        line(&error).split(" [").next(),
        Some(&*format!("test.lua:1: Request was not successful: {url} answered 500 to POST"))
    );
    assert_eq!(error.causes, ["no: *** is wrong"]);
    assert!(!all.contains("tok-tok") && !all.contains("path-is-secret"), "{all}");
    let error = bench.fail("http.get(url)");
    assert!(line(&error).contains("it points to https://elsewhere/x; redirections"), "{error:?}");
    assert_eq!(bench.run("print(http.get(url, { check = false }).status)"), ["404"]);
    let error = bench.fail("http.get(url, { timeout = 0.2 })");
    assert_eq!(error.exit.code(), 4);
    assert!(line(&error).contains("gave no answer to GET within 0.2s"), "{error:?}");
    let error = bench.fail("http.get('http://127.0.0.1:9/x')");
    assert!(line(&error).contains("GET to http://127.0.0.1:9 failed"), "{error:?}");
    assert!(!error.causes.is_empty());
}

#[test]
fn a_change_elsewhere_is_held_back_in_a_dry_run_and_a_rehearsal() {
    let post = "local http = require 'http'\n\
        local r = http.post('https://hooks.example.com/T0', { body = 'x', headers = { Authorization = 'Bearer a' } })\n\
        local seen = http.recorded()\n\
        print(r.status, r.recorded, #seen, seen[1].method, seen[1].url, seen[1].body, seen[1].headers.authorization)";
    let expected = "202\ttrue\t1\tPOST\thttps://hooks.example.com/T0\tx\t***";
    let bench = Bench::with(options(&["dry_run"]));
    assert_eq!(bench.run(post), [expected]);
    assert_eq!(bench.ui.err_lines(), ["dry run: not sent: POST to https://hooks.example.com"]);
    let bench = Bench::with(|c| c.local = true);
    assert_eq!(bench.run(post), [expected]);
    let bench = Bench::with(options(&["read_only"]));
    let error = bench.fail(post);
    assert!(line(&error).contains("--read-only lets no POST be sent"), "{error:?}");
}

#[test]
fn a_command_that_may_change_something_is_held_back() {
    let bench = Bench::with(options(&["dry_run"]));
    let out = bench.run(
        "local process = require 'process'\n\
         print(process.run({ 'false', 'a b' }).skipped, process.run({ 'echo', 'x' }, { reads = true }).stdout)",
    );
    assert_eq!(out, ["true\tx\n"]);
    assert_eq!(bench.ui.err_lines(), ["dry run: not run: false 'a b'"]);
    let bench = Bench::with(options(&["read_only"]));
    let error = bench.fail("require('process').run { 'true' }");
    assert!(line(&error).contains("{ reads = true } says that it changes nothing"), "{error:?}");
}

#[test]
fn lines_are_shown_as_they_come_and_without_secrets() {
    let bench = Bench::new();
    bench.run(
        "local process, secret = require 'process', require 'secret'\n\
         secret.new 'hush-hush'\n\
         process.run({ 'sh', '-c', 'echo one hush-hush; printf two' }, { stream = true })",
    );
    assert_eq!(bench.ui.err_lines(), ["one ***", "two"]);
}

#[test]
fn ctrl_c_ends_a_child() {
    let bench = Bench::new();
    let handle = bench.host.interrupt_handle();
    let began = Instant::now();
    std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(300));
        handle.interrupt();
    });
    let error = bench.fail("require('process').run { 'sleep', '30' }");
    assert!(began.elapsed() < Duration::from_secs(10));
    assert_eq!(error.exit.code(), 130, "{error:?}");
}

#[test]
fn a_child_that_does_not_listen_ends_with_the_second_ctrl_c() {
    let bench = Bench::new();
    let handle = bench.host.interrupt_handle();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("alive");
    bench.host.lua().globals().set("file", file.to_str().unwrap()).unwrap();
    let began = Instant::now();
    std::thread::spawn(move || {
        for _ in 0..2 {
            std::thread::sleep(Duration::from_millis(300));
            handle.interrupt();
        }
    });
    let error = bench.fail(
        "require('process').run { 'sh', '-c', 'trap \"\" INT TERM; while :; do date > \"$0\"; sleep 0.05; done', file }",
    );
    assert!(began.elapsed() < Duration::from_secs(10));
    assert_eq!(error.exit.code(), 130, "{error:?}");
    std::thread::sleep(Duration::from_millis(200));
    std::fs::remove_file(&file).unwrap();
    std::thread::sleep(Duration::from_millis(300));
    assert!(!file.exists(), "the child lives on");
}

/// A host with a person who gives these answers.
fn answering(answers: &[&str]) -> (Host, Recording) {
    let ui = Recording::answering(answers.iter().copied());
    (Host::new(config(&ui, &clock())).unwrap(), ui)
}

#[test]
fn a_person_is_asked_until_the_answer_is_good() {
    let (host, ui) = answering(&["", "ordres", "2", "x", "ok", "n", "pass-word-1"]);
    let code = host.run_string(
        "test.lua",
        r#"
        local prompt = require "prompt"
        print(prompt.choose("Which?", { "orders", "stock" }))
        print(prompt.text("Name?", { check = function(t) return t == "ok", "say ok" end }))
        print(prompt.confirm("Go?"))
        local s = prompt.secret("Password?")
        print(s, #require("secret").reveal(s))
        print("typed: " .. require("secret").reveal(s))
        print(pcall(prompt.text, "More?"))
        "#,
    );
    assert_eq!(code, Ok(0));
    let out = ui.out_lines();
    assert_eq!(out[..5], ["stock", "ok", "false", "***\t11", "typed: ***"]);
    assert!(out[5].contains("no answer was given: More?"), "{out:?}");
    let err = ui.err_lines();
    assert!(
        err.contains(&"\"ordres\" is not there. Did you mean \"orders\"?".to_owned()),
        "{err:?}"
    );
    assert!(err.contains(&"say ok".to_owned()));
}

#[test]
fn an_answer_given_beforehand_is_checked_as_well() {
    let with = |text: &str| {
        let config = Map::from([("zone".to_owned(), Value::from(text))]);
        let options = Map::from([("config".to_owned(), Value::Map(config))]);
        Bench::with(|c| c.options = Value::Map(options))
    };
    let ask = "print(require('prompt').choose('Which?', { 'a', 'b' }, { key = 'zone' }))";
    assert_eq!(with("b").run(ask), ["b"]);
    let error = with("c").fail(ask);
    assert_eq!(error.exit, dmsrun_diag::Exit::Usage);
    assert!(line(&error).contains("-c zone=c: \"c\" is not there"), "{error:?}");
}

#[test]
fn log_lines_have_fields_and_are_json_on_request() {
    let text = "local log = require 'log'\n\
        log.debug 'hidden'\n\
        log.info('load', { task = 'orders', note = 'a b', rows = 3 })\n\
        log.with({ task = 'x' }).warn('slow', { level = 1 })\n\
        log.level 'debug'\n\
        log.debug 'seen'";
    let bench = Bench::new();
    bench.run(text);
    assert_eq!(
        bench.ui.err_lines(),
        ["info: load note=\"a b\" rows=3 task=orders", "warn: slow level=1 task=x", "debug: seen"]
    );
    let bench = Bench::with(options(&["json"]));
    bench.run(text);
    assert_eq!(
        bench.ui.err_lines(),
        [
            r#"{"time":"2027-01-15T08:00:00Z","level":"info","message":"load","note":"a b","rows":3,"task":"orders"}"#,
            r#"{"time":"2027-01-15T08:00:00Z","level":"warn","message":"slow","fields.level":1,"task":"x"}"#,
            r#"{"time":"2027-01-15T08:00:00Z","level":"debug","message":"seen"}"#,
        ]
    );
}

/// What many results cost at the border; a bound that only a fault in the order of growth breaks.
#[test]
fn a_hundred_thousand_records_cross_the_border_quickly() {
    let bench = Bench::new();
    let lua = bench.host.lua();
    let record = |n: i64| {
        let fields = ["schema_name", "table_name", "table_state", "last_update_time"]
            .into_iter()
            .map(|key| (key.to_owned(), Value::from(format!("{key} {n}"))));
        let counts = ["inserts", "deletes", "updates", "full_load_rows"]
            .into_iter()
            .map(|key| (key.to_owned(), Value::Int(n)));
        Value::Map(fields.chain(counts).collect())
    };
    let list = Value::List((0..100_000).map(record).collect());
    let began = Instant::now();
    let there = dmsrun_lua::to_lua(lua, &list).unwrap();
    let to = began.elapsed();
    let began = Instant::now();
    let back = dmsrun_lua::from_lua(lua, &there).unwrap();
    let from = began.elapsed();
    assert_eq!(back, list);
    println!("to Lua {to:?}, from Lua {from:?}");
    assert!(to < Duration::from_secs(20) && from < Duration::from_secs(20), "{to:?} {from:?}");
}
