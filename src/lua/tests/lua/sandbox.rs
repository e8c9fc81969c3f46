//! What a script may do while it is only being checked.

use super::support::Bench;
use dmsrun_base::Value;
use dmsrun_lua::{Sandbox, sandbox::NOT_SENT};

fn check() -> Bench {
    Bench::with(|config| config.sandbox = Sandbox::Check)
}

#[test]
fn a_check_is_told_to_the_script_and_hears_what_it_found() {
    let bench = check();
    let out = bench.run(
        "local host = require 'host' print(host.checking()) \
         host.findings { { code = 'M101', severity = 'error', message = 'wrong', line = 3 } } \
         host.findings {} \
         host.findings { { message = 'also', path = 'rules[1]' } }\n\
         host.built { kind = 'mappings', document = { rules = {} } }",
    );
    assert_eq!(out, ["true"]);
    let handed = bench.host.handed();
    assert_eq!(handed.findings.len(), 2);
    assert_eq!(handed.findings[0].get("line"), Some(&Value::Int(3)));
    assert_eq!(handed.built.len(), 1);
    let built = &handed.built[0];
    assert_eq!(built.document.get("kind").and_then(Value::as_str), Some("mappings"));
    assert_eq!(built.at.as_ref().map(|at| (at.file.as_str(), at.line)), Some(("test.lua", 2)));
    // Outside a check they go nowhere.
    let plain = Bench::new();
    let out = plain.run(
        "local host = require 'host' print(host.checking()) \
         host.findings { { message = 'x' } } host.built { 1 }",
    );
    assert_eq!(out, ["false"]);
    assert!(plain.host.findings().is_empty() && plain.host.handed().built.is_empty());
}

#[test]
fn findings_of_the_wrong_form_are_refused() {
    for (text, wanted) in [
        ("{ 1 }", "finding 1 is no table of fields"),
        ("{ { message = 'x' }, { mesage = 'x' } }", "finding 2 has an unknown field \"mesage\""),
        ("{ { code = 'x' } }", "finding 1 has no message"),
        ("'x'", "a list of findings expected"),
    ] {
        let diagnostic = check().fail(&format!("require('host').findings({text})"));
        let told = diagnostic.to_string();
        assert!(told.contains(wanted), "{wanted}: {told}");
    }
}

#[test]
fn a_check_sends_nothing_and_waits_for_nothing() {
    let bench = check();
    let diagnostic = bench.fail("local aws = require 'aws'\nprint(aws.whoami().account)");
    assert_eq!(diagnostic.code.as_deref(), Some(NOT_SENT));
    assert_eq!(diagnostic.span.as_ref().map(|at| at.line), Some(2));
    let begun = std::time::Instant::now();
    bench.run(
        "local time = require 'time' local t = time.epoch() time.sleep(3600) \
               assert(time.epoch() - t >= 3600)",
    );
    assert!(begun.elapsed() < std::time::Duration::from_secs(5));
    // The operations can be named, as an argument for instance.
    bench.run(
        "local aws = require 'aws' assert(aws.dms.describe_endpoints.name == 'describe_endpoints')",
    );
}

#[test]
fn a_check_reads_files_and_writes_none() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("data.txt");
    std::fs::write(&file, "content\n").unwrap();
    let (path, new) = (file.display(), folder.path().join("new").display().to_string());
    let bench = check();
    let out = bench.run(&format!(
        "for line in io.lines('{path}') do print(line) end \
         print(io.open('{path}', 'rb'):read('a'), require('fs').read('{path}')) \
         io.write('to nowhere') io.stderr:write('to nowhere') print(io.read())"
    ));
    assert_eq!(out, ["content", "content\n\tcontent\n", "nil"]);
    for deed in [
        format!("io.open('{new}', 'w')"),
        format!("io.open('{path}', 'a')"),
        format!("io.open('{path}', 'r+')"),
        format!("io.output('{new}')"),
        format!("os.remove('{path}')"),
        format!("os.rename('{path}', '{new}')"),
        "os.tmpname()".to_owned(),
        "io.tmpfile()".to_owned(),
        format!("os.execute('touch {new}')"),
        format!("io.popen('touch {new}')"),
        format!("require('fs').write('{new}', 'x')"),
        "require('engine').journal('orders')".to_owned(),
        "io.open('/dev/zero')".to_owned(),
        "io.stdout:write(string.dump(print))".to_owned(),
        "package.loadlib('x', 'y')".to_owned(),
        "debug.getregistry()".to_owned(),
    ] {
        let diagnostic = bench.fail(&deed);
        assert!(diagnostic.span.is_some(), "{deed}: {diagnostic}");
    }
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "content\n");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_check_needs_no_secrets() {
    let bench = check();
    let out = bench.run("print(require('secret').env('NO_SUCH_SECRET_HERE'))");
    assert_eq!(out, ["***"]);
}
