//! Scripts with one slip each, and our own scripts, which have none.
#![allow(clippy::unwrap_used)]

use super::{Finding, Script, Vocabulary, analyse};
use std::path::{Path, PathBuf};

fn found(text: &str) -> Vec<Finding> {
    analyse(&Vocabulary::new(None), Script::new("script.lua", text))
}

/// Code, line and column of each finding.
fn at(text: &str) -> Vec<(&'static str, u32, u32)> {
    found(text).iter().map(|f| (f.code, f.line, f.column.unwrap_or(0))).collect()
}

fn one(text: &str) -> Finding {
    let mut all = found(text);
    assert_eq!(all.len(), 1, "{text}\n{all:#?}");
    all.remove(0)
}

#[test]
fn an_undefined_global_has_its_place_and_the_nearest_name() {
    let slip = one("local x = 1\npritn(x)\n");
    assert_eq!((slip.code, slip.line, slip.column, slip.width), ("L101", 2, Some(1), 5));
    assert_eq!(slip.hint.as_deref(), Some("Did you mean \"print\"?"));
    assert_eq!(slip.severity, dmsrun_diag::Severity::Error);
    // Only read, it may be a switch from outside.
    assert_eq!(one("if DEBUG then print(1) end").severity, dmsrun_diag::Severity::Warning);
    // A module that was not required says how.
    assert_eq!(one("aws.whoami()").hint.as_deref(), Some("local aws = require \"aws\""));
    assert_eq!(one("unpack({})").hint.as_deref(), Some("Lua 5.4 calls it table.unpack"));
    assert!(one("print(null)").hint.unwrap().contains("nil"));
    for fine in [
        "total = 1\nprint(total)",
        "function go() end\ngo()",
        "_G.go = print\ngo()",
        "rawset(_G, 'go', print)\ngo()",
        "setmetatable(_G, {})\nwhatever()",
        "local _ENV = {}\nwhatever()",
        "print(x) -- check: allow L101",
        "-- check: allow L101\nprint(x)",
        "print(arg[1], ...)",
        "goto on\n::on::\nlocal a <const> = 1\nprint(a // 2, a ~ 3, 0x10p1)",
    ] {
        assert_eq!(found(fine), [], "{fine}");
    }
}

#[test]
fn a_new_global_near_a_local_is_a_warning() {
    let slip = one("local counter = 0\ncuonter = 1\n");
    assert_eq!((slip.code, slip.line), ("L103", 2));
    assert!(slip.hint.unwrap().starts_with("Did you mean \"counter\"?"));
    assert_eq!(found("local counter = 0\nresult = counter\nprint(result)"), []);
}

#[test]
fn modules_and_their_fields_are_known() {
    let slip = one("local map = require \"mapings\"");
    assert_eq!((slip.code, slip.column, slip.width), ("L102", Some(21), 9));
    assert!(slip.hint.unwrap().starts_with("Did you mean \"mappings\""));
    let slip = one("local map = require 'mappings'\nmap.exclud 'a.b'");
    assert_eq!((slip.code, slip.line, slip.column), ("L104", 2, Some(5)));
    assert!(slip.hint.unwrap().contains("\"exclude\""));
    let slip = one("local aws = require 'aws'\naws.dms.descrbe_endpoints {}");
    assert_eq!((slip.code, slip.column), ("L104", Some(9)));
    assert!(slip.hint.unwrap().contains("\"describe_endpoints\""));
    assert_eq!(one("local aws = require 'aws'\nprint(aws.dmss)").code, "L104");
    assert_eq!(one("print(string.fromat('x'))").code, "L104");
    let slip = one("require('mappings').table 'a.b' :renam 'c'");
    assert_eq!(slip.code, "L105");
    for fine in [
        "pcall(require, 'no_such')",
        "package.path = 'x'\nrequire 'no_such'",
        "local map = require 'mappings'\nmap.mine = print\nmap.mine()",
        "local map = require 'mappings'\nmap = nil\nmap.x()",
        "local aws = require 'aws'\nprint(aws.is_local, aws.whoami(), aws['dms'].describe_endpoints)",
        "local x = require 'mappings'\ndo local x = {} print(x.anything) end",
    ] {
        assert_eq!(found(fine), [], "{fine}");
    }
}

#[test]
fn parameters_of_an_operation_are_checked_deeply() {
    let aws = "local aws = require 'aws'\n";
    let with = |text: &str| one(&format!("{aws}{text}"));
    let slip = with(
        "aws.dms.describe_endpoints { filters = { { name = 'a', vals = { 'x' }, values = {} } } }",
    );
    assert_eq!((slip.code, slip.path.as_str(), slip.line), ("L201", "filters[1].vals", 2));
    assert!(slip.hint.unwrap().contains("\"values\""));
    let slip = with("aws.dms.describe_endpoints { max_records = 'many' }");
    assert_eq!((slip.code, slip.path.as_str()), ("L203", "max_records"));
    let slip = with("aws.dms.describe_endpoints { filters = 'x' }");
    assert_eq!(slip.code, "L203");
    let slip = with("aws.dms.describe_endpoints { filters = { name = 'a', values = {} } }");
    assert_eq!((slip.code, slip.path.as_str()), ("L203", "filters.name"));
    let slip = with(
        "aws.dms.start_replication_task { replication_task_arn = 'x', start_replication_task_type = 'reload' }",
    );
    assert_eq!((slip.code, slip.path.as_str()), ("L202", "start_replication_task_type"));
    let slip = with("aws.dms.stop_replication_task {}");
    assert_eq!((slip.code, slip.path.as_str()), ("L204", "replication_task_arn"));
    let slip = with(
        "aws.dms.create_endpoint { endpoint_identifier = 'a', endpoint_type = 'source', engine_name = 'mysql', my_sql_settings = { port = '3306' } }",
    );
    assert_eq!((slip.code, slip.path.as_str()), ("L203", "my_sql_settings.port"));
    for fine in [
        "aws.dms.describe_endpoints(options)\noptions = {}",
        "local name = 'x'\naws.dms.describe_endpoints { filters = { { name = name, values = { name } } }, [name] = 1 }",
        "aws.dms.describe_endpoints {}\naws.dms.describe_endpoints()",
        "aws.dms.describe_events { source_type = 'replication-task' }",
        "local rows = aws.pages(aws.dms.describe_endpoints, { max_records = 20 })\nprint(#rows)",
    ] {
        assert_eq!(found(&format!("{aws}{fine}")), [], "{fine}");
    }
}

#[test]
fn task_settings_are_checked_where_their_keys_are_written() {
    let with = |text: &str| one(&format!("local settings = require 'settings'\n{text}"));
    let slip = with("local s = settings {\n  FullLoadSettings = { CommitRat = 5 },\n}\nprint(s)");
    assert_eq!((slip.code, slip.line, slip.column, slip.width), ("S005", 3, Some(24), 9));
    assert_eq!(slip.hint.as_deref(), Some("Did you mean \"CommitRate\"?"));
    assert_eq!(with("settings { FullLoadSetings = {} }").code, "S005");
    assert_eq!(with("settings { FullLoadSettings = { CommitRate = 60000 } }").code, "S007");
    assert_eq!(
        with("settings { ValidationSettings = { ValidationMode = 'TABLE_LEVEL' } }").code,
        "S006"
    );
    assert_eq!(with("settings { Logging = { EnableLogging = 'perhaps' } }").code, "S004");
    let slip = with(
        "settings { Logging = { LogComponents = { { Id = 'SORTR', Severity = 'LOGGER_SEVERITY_INFO' } } } }",
    );
    assert_eq!((slip.code, slip.path.as_str()), ("S024", "Logging.LogComponents[0].Id"));
    assert_eq!(with("settings.preset 'lob-heavi'").code, "L202");
    assert_eq!(
        with("settings.preset 'lob-heavy' { FullLoadSettings = { CommitRate = 0 } }").code,
        "S007"
    );
    for fine in [
        "settings { FullLoadSettings = { CommitRate = rate() }, Logging = log() }\nfunction rate() end function log() end",
        "settings { TargetMetadata = { LimitedSizeLobMode = true } }",
        "settings { Logging = { LogComponents = {} } }",
        "local id = 'IO'\nsettings { Logging = { LogComponents = { { Id = id, Severity = id } } } }",
    ] {
        let text = format!("local settings = require 'settings'\n{fine}");
        assert_eq!(found(&text), [], "{fine}");
    }
}

#[test]
fn kinds_properties_and_outputs_are_known() {
    let stack = "local stack = require 'stack'\nlocal s = stack.new 'x'\n";
    let with = |text: &str| one(&format!("{stack}{text}"));
    let slip = with("s:add('ec2.vcp', 'main', {})");
    assert_eq!((slip.code, slip.line), ("L401", 3));
    assert!(slip.hint.unwrap().contains("\"ec2.vpc\""));
    let slip =
        with("s:add('ec2.vpc', 'main', { cidr_blok = '10.0.0.0/16', cidr_block = '10.0.0.0/16' })");
    assert_eq!((slip.code, slip.path.as_str()), ("L402", "cidr_blok"));
    assert_eq!(with("s:add('ec2.vpc', 'main', {})").code, "L204");
    assert_eq!(with("s:add('ec2.vpc', 'main', { cidr_block = 5 })").code, "L203");
    let slip = with("s:add('ec2.vpc', 'main', { cidr_block = 'x', instance_tenancy = 'own' })");
    assert_eq!(slip.code, "L202");
    let slip = with("s:add('ec2.vpc', 'main', { cidr_block = 'x' }, { protct = true })");
    assert_eq!(slip.code, "L301");
    let slip =
        with("local vpc = s:add('ec2.vpc', 'main', { cidr_block = 'x' })\nprint(vpc.vpc_idd)");
    assert_eq!((slip.code, slip.line), ("L106", 4));
    let slip = with(
        "local vpc = s:add('ec2.vpc', 'main', { cidr_block = 'x' })\nif vpc.vpc_id == 'vpc-1' then print(1) end",
    );
    assert_eq!((slip.code, slip.line), ("L501", 4));
    let slip = with(
        "local vpc = s:add('ec2.vpc', 'main', { cidr_block = 'x' })\nif vpc.vpc_id then print(1) end",
    );
    assert_eq!(slip.code, "L501");
    assert_eq!(with("s:ad('ec2.vpc')").code, "L105");
    assert_eq!(one("require('stack').new('x', { ownr = 'me' })").code, "L301");
    let own = "local kind = require 'kind'\nkind.define { name = 'my.thing' }\n";
    assert_eq!(found(&format!("{own}{stack}s:add('my.thing', 'a', {{ anything = 1 }})")), []);
    // Which kind that is only shows when the script runs.
    let own = "local kind = require 'kind'\nlocal given = make()\nkind.define(given)\nfunction make() return {} end\n";
    assert_eq!(found(&format!("{own}{stack}s:add('my.thing', 'a', {{}})")), []);
}

#[test]
fn options_of_a_migration_are_known_deeply() {
    let with = |text: &str| one(&format!("local migration = require 'migration'\n{text}"));
    let slip = with("migration.new { name = 'x', mapings = {} }");
    assert_eq!((slip.code, slip.path.as_str()), ("L301", "mapings"));
    assert!(slip.hint.unwrap().contains("\"mappings\""));
    assert_eq!(with("migration.new { name = 5 }").code, "L203");
    assert_eq!(with("migration.new { name = 'x', migration_type = 'full' }").code, "L202");
    assert_eq!(with("migration.new { name = 'x', settings = { Loging = {} } }").code, "S005");
    let slip = with(
        "migration.new { name = 'x', cdc = { settings = { Logging = { EnableLoging = true } } } }",
    );
    assert_eq!((slip.code, slip.path.as_str()), ("S005", "Logging.EnableLoging"));
    assert_eq!(with("local m = migration.new { name = 'x' }\nm:mian(arg)").code, "L105");
    assert_eq!(
        with("local m = migration.new { name = 'x' }\nm:stack():add('ec2.vpcc', 'a', {})").code,
        "L401"
    );
    let slip = with(
        "migration.new { name = 'x', extend = function(stack) stack:add('sns.topik', 'a', {}) end }",
    );
    assert_eq!(slip.code, "L401");
}

#[test]
fn options_are_known_of_every_function_and_method() {
    for (text, code, path) in [
        ("require('http').get('https://x', { timeot = 5 })", "L301", "timeot"),
        ("require('http').request { url = 'https://x', timeot = 5 }", "L301", "timeot"),
        ("require('process').run({ 'ls' }, { timeot = 5 })", "L301", "timeot"),
        ("require('process').run({ 'ls' }, { check = 'no' })", "L203", "check"),
        ("require('json').encode({}, { prety = true })", "L301", "prety"),
        ("require('migration').new { name = 'x', cdc = { setings = {} } }", "L301", "cdc.setings"),
        ("require('migration').new { name = 'x', cdc = { state = 'runing' } }", "L202", ""),
        ("require('stack').new('a'):apply(nil, { limt = 3 })", "L301", "limt"),
        ("require('mappings').table 'a.b':lobs { max_b = 1 }", "L301", "max_b"),
        ("require('mappings').table 'a.b':prefix 'x':lobs { max_b = 1 }", "L301", "max_b"),
        ("require('mappings').table 'a.b':lobs 'unlimted'", "L202", ""),
        ("require('mappings').include 'a.b':where('x', 'equals', 1)", "L202", ""),
        ("local o = { name = 'x', ownr = 'me' }\nrequire('migration').new(o)", "L301", "ownr"),
    ] {
        let slip = one(text);
        assert_eq!((slip.code, slip.path.as_str()), (code, path), "{text}");
        assert!(code == "L203" || slip.hint.is_some(), "{text}");
    }
    for fine in [
        "require('http').request { url = 'https://x', timeout = 5, method = 'GET' }",
        "require('mappings').table 'a.b':lobs { mode = 'none', ['bulk-max-size'] = '0' }",
        "require('mappings').table 'a.b':primary_key { 'a', 'b', name = 'pk' }",
        "local o = {}\no.ownr = 1\nprint(o)",
    ] {
        assert_eq!(found(fine), [], "{fine}");
    }
}

#[test]
fn an_operation_is_known_wherever_it_is_called_from() {
    let with = |text: &str| one(&format!("local aws = require 'aws'\nlocal dms = aws.dms\n{text}"));
    for text in [
        "local list = dms.describe_endpoints\nlist { fliters = {} }",
        "pcall(dms.describe_endpoints, { fliters = {} })",
        "xpcall(dms.describe_endpoints, print, { fliters = {} })",
        "for page in aws.each(dms.describe_endpoints, { fliters = {} }) do print(page) end",
        "print(aws.pages(aws.dms.describe_endpoints, { fliters = {} }))",
        "local given = { fliters = {} }\ndms.describe_endpoints(given)",
        "local clients = { dms = aws.dms }\nclients.dms.describe_endpoints { fliters = {} }",
        "local t <const> = require('aws').dms\nt['describe_endpoints'] { fliters = {} }",
    ] {
        let slip = with(text);
        assert_eq!((slip.code, slip.path.as_str()), ("L201", "fliters"), "{text}");
    }
    assert_eq!(with("dms.describe_endpoints({}, { timeot = 5 })").code, "L301");
    assert_eq!(with("dms:describe_endpoints {}").code, "L105");
    // One slip is told once: what is missing is what was misspelt.
    assert_eq!(with("dms.stop_replication_task { replication_task_arm = 'x' }").code, "L201");
    // In a spec a slip may be meant, in a list of calls as well.
    let text = "local json = require 'json'\nlocal function refused(calls)\n\
        for message, call in pairs(calls) do assert.has_error(call, message) end\nend\n\
        refused { x = function() json.encode({}, { prety = 1 }) end }";
    let vocabulary = Vocabulary::new(None);
    assert_eq!(analyse(&vocabulary, Script::new("a_spec.lua", text)), []);
    let fine = "local aws = require 'aws'\nlocal given = {}\ngiven.replication_task_arn = 'x'\n\
        aws.dms.stop_replication_task(given)\nprint(aws.check(aws.dms.describe_endpoints, { x = 1 }))\n\
        local t = { dms = aws.dms }\nt.dms = {}\nt.dms.anything {}";
    assert_eq!(found(fine), []);
}

#[test]
fn modules_beside_a_script_are_found_once() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path.to_string_lossy().into_owned()
    };
    let main = write("main.lua", "");
    write("lib/one.lua", "return require 'lib.two', require 'lib.one', require 'main'");
    write("lib/two/init.lua", "return pritn");
    write("log.lua", "return 1");
    write("other.lua", "return 1");
    let text = "require 'lib.one' local x = require('lib.two') require 'log' -- require 'other'";
    let found = super::modules(&[Script::new(&main, text)]);
    let mut names: Vec<_> = found.iter().map(|m| m.file.rsplit_once('/').unwrap().1).collect();
    names.sort_unstable();
    assert_eq!(names, ["init.lua", "log.lua", "one.lua"]);
    let two = found.iter().find(|m| m.file.ends_with("init.lua")).unwrap();
    assert_eq!(analyse(&Vocabulary::new(None), two.script())[0].code, "L101");
}

#[test]
fn what_lua_cannot_read_is_one_finding() {
    assert_eq!(at("local x = \"open\nprint(x)"), [("L001", 1, 11)]);
    assert_eq!(at("if x then\n  print(1)\n")[0].0, "L001");
    assert_eq!(found("\u{feff}print(1)"), []);
    assert_eq!(found(""), []);
}

#[test]
fn deep_and_long_expressions_do_not_end_the_analysis() {
    let sum = format!("print({})", vec!["1"; 200_000].join(" + "));
    let all = |text: &str| super::analyse_all(&[Script::new("a.lua", text)], None);
    assert_eq!(all(&sum), [vec![]]);
    let nested = format!("local t = {}{}", "{".repeat(150), "}".repeat(150));
    assert_eq!(all(&nested), [vec![]]);
    let data = format!("local t = '{}'", "x".repeat(2 << 20));
    assert_eq!(all(&data)[0][0].code, "L901");
}

fn lua_files(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            lua_files(&path, into);
        } else if path.extension().is_some_and(|e| e == "lua") {
            into.push(path);
        }
    }
}

/// A false alarm teaches people to pass over the true ones.
#[test]
fn our_own_scripts_have_no_finding() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap();
    let mut files = Vec::new();
    for folder in ["stdlib", "scripts", "tests/specs"] {
        lua_files(&root.join(folder), &mut files);
    }
    files.sort();
    assert!(files.len() > 80, "{}", files.len());
    let vocabulary = Vocabulary::new(Some(root.join("stdlib")));
    let mut alarms = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let name = file.to_string_lossy().into_owned();
        // The library sees its own modules whatever stands beside it.
        let script = Script::new(&name, &text);
        // What specs share has their vocabulary.
        let spec = script.spec || name.contains("/tests/specs/");
        for f in analyse(&vocabulary, Script { spec, ..script }) {
            alarms.push(format!("{}:{}: {} {}", f.file, f.line, f.code, f.message));
        }
    }
    assert!(alarms.is_empty(), "{}", alarms.join("\n"));
}
