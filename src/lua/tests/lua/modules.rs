//! The modules of the host.

use super::support::{Bench, line};
use dmsrun_base::{Map, Value};

#[test]
fn time_is_the_clocks() {
    let bench = Bench::new();
    let out = bench.run(
        r#"
        local time = require "time"
        print(time.now(), time.epoch())
        time.sleep(90.5)
        print(time.now())
        print(time.format(time.parse("2026-11-22T20:08:08Z")), time.parse("2026-11-22T20:08:08.25Z") % 1)
        print(time.duration(0), time.duration(3.21), time.duration(59), time.duration(552), time.duration(7260), time.duration(200000))
        print(pcall(time.parse, "yesterday"))
        "#,
    );
    assert_eq!(out[0], "2027-01-15T08:00:00Z\t1800000000.0");
    assert_eq!(out[1], "2027-01-15T08:01:30.5Z");
    assert_eq!(out[2], "2026-11-22T20:08:08Z\t0.25");
    assert_eq!(out[3], "0s\t3.2s\t59s\t9m 12s\t2h 01m\t2d 07h");
    assert!(out[4].contains("\"yesterday\" is no time"));
}

#[test]
fn files_and_paths() {
    let folder = tempfile::tempdir().unwrap();
    let bench = Bench::new();
    bench.host.lua().globals().set("folder", folder.path().to_str().unwrap()).unwrap();
    let out = bench.run(
        r#"
        local fs = require "fs"
        local file = fs.join(folder, "a", "b.txt")
        fs.write(file, "x\0y")
        print(fs.exists(file), #fs.read(file), table.concat(fs.list(folder), ","), fs.dirname("a/b"), fs.dirname("b"), fs.script_dir())
        local ok, e = pcall(fs.read, folder .. "/none")
        print(ok, e.summary)
        "#,
    );
    assert_eq!(out, ["true\t3\ta\ta\t.\t.", "false\tFile could not be read"]);
}

#[test]
fn options_places_and_the_command_line() {
    let bench = Bench::with(|c| {
        let config = Map::from([("zones".to_owned(), Value::from("2"))]);
        c.options = Value::Map(Map::from([
            ("yes".to_owned(), Value::Bool(true)),
            ("config".to_owned(), Value::Map(config)),
        ]));
    });
    let out = bench.run(
        "local host = require 'host'\n\
         print(host.options.yes, host.options.config.zones, host.script, host.state_dir())\n\
         local function f() return host.where(), host.where(2) end\n\
         local a, b = f()\n\
         print(a.file, a.line, b.line)\n\
         print(pcall(host.command_line, {}))",
    );
    assert_eq!(out[0], "true\t2\tnil\t.dmsrun");
    assert_eq!(out[1], "test.lua\t3\t4");
    assert!(out[2].contains("there is no command line here"));
}

#[test]
fn questions_without_a_terminal_are_refused() {
    let bench = Bench::new();
    let diagnostic = bench.fail("require('ui').confirm('Go?')");
    assert_eq!((diagnostic.exit.code(), diagnostic.summary.as_str()), (5, "Approval is needed"));
    let diagnostic = bench.fail("require('ui').type_name('Delete?', 'orders')");
    assert_eq!(diagnostic.exit.code(), 5);
    let bench = Bench::with(|c| {
        c.options = Value::Map(Map::from([("yes".to_owned(), Value::Bool(true))]));
    });
    assert_eq!(bench.run("print(require('ui').confirm('Go?'))"), ["true"]);
    assert!(bench.host.run_string("x", "require('ui').type_name('Delete?', 'o')").is_err());
}

#[test]
fn what_is_shown() {
    let bench = Bench::new();
    let out = bench.run(
        r#"
        local ui = require "ui"
        ui.label("Plan", "47 to create")
        ui.table { columns = { { title = "table" }, { title = "rows", align = "right" } }, rows = { { "a", 1 }, { "b" } } }
        ui.json { b = 1, a = { true } }
        print(1, nil, "x", 2.0, true)
        local p = ui.progress { label = "Deploy", total = 3 }
        p:set(1, "x") p:event("created vpc") p:finish("done")
        "#,
    );
    assert_eq!(
        out,
        [
            "Plan     47 to create",
            "table | rows",
            "a | 1",
            "b | ",
            r#"{"a":[true],"b":1}"#,
            "1\tnil\tx\t2.0\ttrue"
        ]
    );
    assert_eq!(bench.ui.err_lines(), ["Deploy", "created vpc", "done"]);
}

#[test]
fn operations_are_values_and_a_slip_finds_the_nearest() {
    let bench = Bench::new();
    let out = bench.run(
        "local aws = require 'aws'\n\
         local op = aws.dms.describe_endpoints\n\
         print(type(op), tostring(op), op.name, op.service, op == aws.dms.describe_endpoints, aws.is_local)",
    );
    assert_eq!(out, ["userdata\taws.dms.describe_endpoints\tdescribe_endpoints\tdms\ttrue\tfalse"]);
    let got = line(&bench.fail("local aws = require 'aws'\naws.dms.describe_endpoint {}"));
    assert!(
        got.starts_with("test.lua:2: Unknown AWS operation: ")
            && got.contains("unknown operation \"describe_endpoint\" of dms"),
        "{got}"
    );
    assert!(got.contains("Did you mean \"describe_endpoints\""), "{got}");
    let got = line(&bench.fail("require 'aws'.dsm.x {}"));
    assert!(got.starts_with("test.lua:1: Unknown AWS operation: "), "{got}");
    assert!(got.contains("unknown service \"dsm\""), "{got}");
    let got = line(&bench.fail("require 'aws'.dms.describe_endpoints({ 1 })"));
    assert!(got.contains("must be a table with named keys, got a list"), "{got}");
    let got = line(&bench.fail("require 'aws'.dms.describe_endpoints({}, { regoin = 'x' })"));
    assert!(got.contains("unknown option \"regoin\""), "{got}");
    let got = line(&bench.fail("require 'aws'.pages('describe_endpoints')"));
    assert!(
        got.contains("an operation such as aws.dms.describe_endpoints expected, got a string"),
        "{got}"
    );
}

#[test]
fn arg_is_as_lua_has_it() {
    let bench = Bench::with(|c| {
        c.script = Some("scripts/x.lua".to_owned());
        c.program = vec!["dmsrun".into(), "--local".into()];
        c.args = vec!["deploy".into(), "--yes".into()];
    });
    let text = "print(arg[-2], arg[-1], arg[0], arg[1], arg[2], #arg, ...)";
    // A statement has no arguments, a script has.
    let wanted = "dmsrun\t--local\tscripts/x.lua\tdeploy\t--yes\t2";
    assert_eq!(bench.run(text), [wanted]);
    assert_eq!(bench.host.run_text("scripts/x.lua", text.as_bytes()).unwrap(), 0);
    assert_eq!(bench.ui.out_lines().pop(), Some(format!("{wanted}\tdeploy\t--yes")));
}

struct Verbs;
impl dmsrun_lua::CommandLine for Verbs {
    fn parse(&self, args: &[String], verbs: &[String]) -> Result<Value, dmsrun_diag::Diagnostic> {
        assert_eq!(verbs, ["deploy"]);
        let options = [("yes", true), ("local", args.contains(&"--local".to_owned()))];
        let options = options.into_iter().map(|(k, v)| (k.to_owned(), Value::Bool(v)));
        Ok(Value::Map(Map::from([
            ("verb".to_owned(), Value::from("deploy")),
            ("options".to_owned(), Value::Map(options.collect())),
            ("rest".to_owned(), Value::List(vec![])),
        ])))
    }
}

#[test]
fn a_verb_line_adds_to_the_hosts_options() {
    let bench = Bench::with(|c| {
        c.command_line = Some(std::rc::Rc::new(Verbs));
        c.catalogue =
            Some(std::rc::Rc::new(|server| (server == "demo").then(|| Value::from(server))));
    });
    let out = bench.run(
        "local host, aws, ui = require 'host', require 'aws', require 'ui'\n\
         local options = host.options\n\
         print(options.yes, aws.is_local, host.local_catalogue 'demo')\n\
         local line = host.command_line({ 'deploy', '--local' }, { 'deploy' })\n\
         print(line.verb, #line.rest, options.yes, aws.is_local, ui.confirm 'Go?')\n\
         print(host.local_catalogue 'demo', host.local_catalogue 'other')",
    );
    assert_eq!(out, ["nil\tfalse\tnil", "deploy\t0\ttrue\ttrue\ttrue", "demo\tnil"]);
}

#[test]
fn the_domain_answers() {
    let bench = Bench::new();
    let out = bench.run(
        r#"
        local dms = require "dms"
        local rule = { ["rule-type"] = "selection", ["rule-id"] = "1", ["rule-name"] = "1", ["rule-action"] = "include",
            ["object-locator"] = { ["schema-name"] = "production", ["table-name"] = "%" } }
        local doc = { rules = { rule } }
        print(#dms.mappings.check(doc, { source_engine = "mysql" }), dms.mappings.equal(doc, doc), #dms.mappings.diff(doc, { rules = {} }))
        local catalogue = { tables = { { schema = "production", table = "orders", rows = 5 }, { schema = "x", table = "y" } } }
        local result = dms.mappings.evaluate(doc, catalogue)
        print(result.tables[1].selected, result.tables[2].selected)
        local changes = dms.settings.diff({ FullLoadSettings = { MaxFullLoadSubTasks = 16 } }, "{}")
        print(changes[1].path, changes[1].from, changes[1].to, changes[1].text)
        print(dms.engine("mysql").port, dms.engine("oracel"), #dms.engines() > 20, #dms.settings.keys() > 50)
        print(dms.settings.merge({ A = { b = 1 } }, { A = { c = 2 } }).A.b, #dms.codes() > 20, dms.settings.changed {})
        print(pcall(dms.mappings.check, doc, { sorce_engine = "x" }))
        "#,
    );
    assert!(out[0].ends_with("true\t1"), "{out:?}");
    assert_eq!(out[1], "true\tfalse");
    assert!(out[2].starts_with("FullLoadSettings.MaxFullLoadSubTasks\t8\t16\t"), "{out:?}");
    assert_eq!(out[3], "3306\tnil\ttrue\ttrue");
    assert_eq!(out[4], "1\ttrue\t0");
    assert!(
        out[5].contains("unknown key \"sorce_engine\". Did you mean \"source_engine\""),
        "{out:?}"
    );
}
