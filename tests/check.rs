//! `dmsrun check` and `dmsrun mappings`: what they say of scripts and documents, and how they end.

use crate::common::{Env, Output, root, terminal::piped};

fn snapshot(name: &str, out: &Output) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(root().join("tests/check"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, out.to_string()));
}

/// The table mappings of the original, which rename to a schema of a literal placeholder.
const MAPPINGS: &str = r#"{
  "rules": [
    {
      "rule-type": "selection",
      "rule-id": "1",
      "rule-name": "all",
      "object-locator": { "schema-name": "%", "table-name": "%" },
      "rule-action": "include"
    },
    {
      "rule-type": "transformation",
      "rule-id": "2",
      "rule-name": "rename",
      "rule-action": "rename",
      "rule-target": "schema",
      "object-locator": { "schema-name": "%" },
      "value": "migrated_${schema-name}"
    }
  ]
}
"#;

/// The task settings of the original.
const SETTINGS: &str = r#"{
  "TargetMetadata": {
    "SupportLobs": true, "FullLobMode": false,
    "LimitedSizeLobMode": true, "LobMaxSize": 32
  },
  "FullLoadSettings": {
    "TargetTablePrepMode": "DROP_AND_CREATE",
    "MaxFullLoadSubTasks": 8,
    "CommitRate": 10000
  },
  "Logging": {
    "EnableLogging": true,
    "CloudWatchLogGroup": "migration-logs",
    "CloudWatchLogStream": "migration"
  },
  "ValidationSettings": {
    "EnableValidation": true,
    "ValidationMode": "TABLE_LEVEL",
    "ThreadCount": 5
  },
  "ErrorBehavior": { "FailOnNoTablesCaptured": true }
}
"#;

const AROUND: [&str; 8] = [
    "--source-engine",
    "mysql",
    "--target-engine",
    "mysql",
    "--migration-type",
    "full-load-and-cdc",
    "--engine-version",
    "3.5.4",
];

fn env() -> Env {
    let env = Env::new();
    env.write("mappings.json", MAPPINGS);
    env.write("settings.json", SETTINGS);
    env
}

fn codes(out: &Output) -> Vec<String> {
    let json: serde_json::Value =
        serde_json::from_str(&out.stdout).unwrap_or_else(|e| panic!("{e}: {out}"));
    let findings = json["findings"].as_array().unwrap();
    findings.iter().map(|f| f["code"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn documents_are_checked_with_what_is_known_around_them() {
    let env = env();
    let mut args = vec!["check", "mappings.json", "settings.json"];
    args.extend(AROUND);
    snapshot("the_original_s_documents", &env.run(&args).code(1));
}

#[test]
fn the_original_has_the_promised_faults_and_no_others() {
    let env = env();
    let mut args = vec!["check", "mappings.json", "settings.json", "--json"];
    args.extend(AROUND);
    let found = codes(&env.run(&args).code(1));
    // System schemas, the literal placeholder; both names of the log, the validation mode.
    assert_eq!(found, ["M213", "M301", "S009", "S009", "S006"]);
}

#[test]
fn a_catalogue_shows_what_the_documents_do_to_it() {
    let env = env();
    let out = env.run(&["check", "settings.json", "mappings.json", "--catalogue", "demo"]).code(1);
    out.has("production.documents holds LOBs up to 4 MB").has("S042");
}

#[test]
fn the_json_is_one_object_with_every_place() {
    let env = env();
    let out = env.run(&["check", "mappings.json", "settings.json", "--json"]).code(1);
    let json: serde_json::Value = serde_json::from_str(&out.stdout).unwrap();
    assert_eq!(json["version"], 1);
    assert_eq!(json["files"][0]["type"], "table-mappings");
    assert_eq!(json["files"][1]["type"], "task-settings");
    assert_eq!(json["files"][1]["errors"], 3);
    let mode = json["findings"].as_array().unwrap().iter().find(|f| f["code"] == "S006").unwrap();
    assert_eq!(mode["file"], "settings.json");
    assert_eq!(mode["path"], "ValidationSettings.ValidationMode");
    assert_eq!((mode["line"].as_u64(), mode["column"].as_u64()), (Some(18), Some(5)));
    assert_eq!(mode["severity"], "error");
    assert!(mode["hint"].as_str().unwrap().contains("ROW_LEVEL"));
}

#[test]
fn the_exit_code_follows_the_worst_finding() {
    let env = Env::new();
    env.write("good.json", r#"{ "ErrorBehavior": { "FailOnNoTablesCaptured": true } }"#);
    env.write("note.json", r#"{ "FullLoadSettings": { "CommitRate": 10 } }"#);
    env.write("warning.json", r#"{ "ErrorBehavior": { "FailOnNoTablesCaptured": true }, "StreamBufferSettings": { "StreamBufferCount": -1 } }"#);
    env.write("error.json", r#"{ "FullLoadSettings": { "CommitRate": 0 } }"#);
    env.run(&["check", "good.json"])
        .code(0)
        .has("good.json (task settings) checked: nothing found");
    env.run(&["check", "note.json", "--deny-warnings"]).code(0).has("1 note");
    env.run(&["check", "warning.json"]).code(0).has("1 warning");
    env.run(&["check", "warning.json", "--deny-warnings"]).code(1);
    env.run(&["check", "good.json", "error.json"]).code(1).has("2 files checked: 1 error");
}

#[test]
fn a_script_is_read_before_it_is_evaluated() {
    let env = Env::new();
    env.write(
        "slips.lua",
        "#!/usr/bin/env dmsrun\n\
         local aws = require \"aws\"\n\
         local map = require \"mappings\"\n\
         local settings = require \"settings\"\n\n\
         local rules = map.rules {\n\
         \tmap.include \"production.%\",\n\
         \tmap.exclud \"production.temp_%\",\n\
         }\n\
         local s = settings {\n\
         \tFullLoadSettings = { CommitRat = 10, MaxFullLoadSubTasks = 99 },\n\
         \tValidationSettings = { ValidationMode = \"TABLE_LEVEL\" },\n\
         }\n\
         local list = aws.dms.describe_endpoints {\n\
         \tfilters = { { name = \"engine-name\", vals = { \"mysql\" } } },\n\
         }\n\
         pritn(rules, s, list)\n",
    );
    snapshot("slips_in_a_script", &env.run(&["check", "slips.lua"]).code(1));
}

#[test]
fn a_syntax_error_is_the_only_finding() {
    let env = Env::new();
    env.write(
        "open.lua",
        "local map = require \"mappings\"\nmap.include \"production.%\nmap.exclude \"a.b\"\n",
    );
    snapshot("a_string_without_end", &env.run(&["check", "open.lua"]).code(1));
}

#[test]
fn documents_that_a_script_builds_are_checked() {
    let env = Env::new();
    env.write(
        "built.lua",
        "local map = require \"mappings\"\n\
         local prefix = \"migrated_\"\n\
         local rules = map.rules {\n\
         \tmap.include \"production.%\",\n\
         \tmap.schema \"production\":rename(prefix .. \"${schema-name}\"),\n\
         }\n\
         local settings = require \"settings\"\n\
         local rate = tonumber(arg[1]) or 60000\n\
         return rules, settings { FullLoadSettings = { CommitRate = rate } }\n",
    );
    let out = env.run(&["check", "--json", "built.lua"]).code(1);
    let found = codes(&out);
    assert!(found.contains(&"M301".to_owned()) && found.contains(&"S007".to_owned()), "{out}");
    // Arguments behind `--` are the script's, and without evaluation nothing is built.
    let out = env.run(&["check", "--json", "built.lua", "--", "100"]).code(1);
    assert!(!codes(&out).contains(&"S007".to_owned()), "{out}");
    env.run(&["check", "--static", "built.lua"]).code(0).has("nothing found");
}

#[test]
fn resources_of_ones_own_beside_a_migration_are_no_reason_to_ask_aws() {
    let env = Env::new();
    let script = std::fs::read_to_string(env.path("scripts/migrate.lua")).unwrap();
    let script = script.replace("-- m:stack():add", "m:stack():add");
    assert!(script.contains("\nm:stack():add"), "the script has no such line any more");
    env.write("scripts/migrate.lua", &script);
    env.run(&["check", "scripts/migrate.lua"]).code(0).lacks("L003");
}

#[test]
fn a_script_leaves_no_trace_in_a_check() {
    let env = Env::new();
    env.write(
        "busy.lua",
        "local aws = require \"aws\"\n\
         print(\"seen\")\n\
         local endpoints = aws.dms.describe_endpoints {}\n\
         print(#endpoints)\n",
    );
    let out = env.run(&["check", "busy.lua"]).code(0);
    out.has("note L003").has("busy.lua:3").lacks("seen");
    env.write("raise.lua", "local x\nprint(x.y)\n");
    env.run(&["check", "raise.lua"]).code(1).has("error L002").has("raise.lua:2");
    assert_eq!(env.files(".dmsrun").len(), 0);
}

#[test]
fn a_script_that_never_ends_is_told_and_hides_no_other() {
    let env = Env::new();
    env.write(
        "loop.lua",
        "local map = require 'mappings'\nmap.rules { map.include 'a.%' }\nwhile true do end\n",
    );
    env.write("pcall.lua", "while true do pcall(function() while true do end end) end\n");
    env.write(
        "memory.lua",
        "local t = {}\nwhile true do t[#t + 1] = ('x'):rep(1 << 20) .. #t end\n",
    );
    env.write("slip.lua", "print(nosuch.y)\n");
    let out = env.run(&["check", "loop.lua", "pcall.lua", "memory.lua", "slip.lua"]).code(1);
    let out = out.has("note L004").has("loop.lua:3").has("pcall.lua:1").has("instructions");
    let out = out.has("memory.lua").has("MB of memory").has("slip.lua:1").has("4 files checked");
    out.lacks("--sandbox");
    env.run(&["check", "--static", "loop.lua"]).ok().has("nothing found");
    env.run(&["mappings", "explain", "loop.lua", "--catalogue", "demo"]).ok();
}

#[test]
fn a_script_that_is_stuck_in_one_function_is_left_behind() {
    let env = Env::new();
    env.write("stuck.lua", "print(('a'):rep(100000):find(('a*'):rep(30) .. 'b'))\n");
    env.write("slip.lua", "print(nosuch.y)\n");
    let out = env.run(&["check", "stuck.lua", "slip.lua"]).code(1);
    out.has("note L004").has("stuck.lua").has("seconds").has("slip.lua:1");
}

#[test]
fn what_a_check_evaluates_has_no_effect() {
    let env = Env::new();
    let deeds = [
        "io.open('made', 'w')",
        "io.popen('touch made')",
        "os.execute('touch made')",
        "os.remove('kept')",
        "os.rename('kept', 'made')",
        "io.tmpfile()",
        "require('fs').write('made', 'x')",
        "require('fs').remove('kept')",
        "require('fs').mkdir('made')",
        "require('csv').write('made', { { a = 1 } })",
        "require('process').run { 'touch', 'made' }",
        "require('http').get('http://127.0.0.1:9/')",
        "require('aws').sns.create_topic { name = 't' }",
        "require('engine').journal {}",
        "require('prompt').confirm('really?')",
    ];
    env.write("kept", "x");
    let lines: Vec<String> = deeds
        .iter()
        .map(|deed| format!("assert(not pcall(function() {deed} end), [[{deed}]])"))
        .collect();
    env.write("deeds.lua", &lines.join("\n"));
    env.run(&["--local", "check", "deeds.lua"]).ok().lacks("error");
    assert!(env.path("kept").exists() && !env.path("made").exists());
    assert_eq!(env.files(".dmsrun").len(), 0);
}

#[cfg(target_os = "linux")]
#[test]
fn what_never_ends_is_not_read() {
    let env = Env::new();
    for (deed, text) in [
        ("require('fs').read('/dev/zero')", "/dev/zero is no plain file"),
        ("require('csv').read('/dev/zero')", "/dev/zero is no plain file"),
        ("require('hash').file('/dev/zero')", "/dev/zero is no plain file"),
        ("require('mappings').load('/dev/zero')", "/dev/zero is no plain file"),
        ("dofile('/dev/zero')", "/dev/zero is no plain file"),
        ("loadfile('/dev/zero')", "/dev/zero is no plain file"),
        ("error('/dev/zero:1: told', 0)", "told"),
    ] {
        env.write("endless.lua", deed);
        let begun = std::time::Instant::now();
        env.run(&["check", "endless.lua"]).code(1).has(text).lacks("L004");
        assert!(begun.elapsed().as_secs() < 10, "{deed}");
    }
    env.run(&["-e", "error('/dev/zero:1: told', 0)"]).code(1).has("told");
}

#[test]
fn our_own_script_passes() {
    let env = Env::new();
    let out = env.run(&["check", "scripts/migrate.lua"]).code(0);
    out.lacks("error L").lacks("error:");
    let out = env.run(&["check", "--json", "scripts/migrate.lua"]).code(0);
    assert!(!codes(&out).iter().any(|c| c.starts_with('L')), "{out}");
    env.run(&["-c", "alocated_storage=5", "check", "scripts/migrate.lua"])
        .code(1)
        .has("alocated_storage");
}

#[test]
fn what_is_no_document_is_told_apart() {
    let env = Env::new();
    env.write("empty.json", "");
    env.write("blank.json", " \n");
    env.write("list.json", "[{ \"rule-type\": \"selection\" }]");
    env.write("other.json", "{ \"context\": {} }");
    env.write("comma.json", "{\n  \"rules\": [\n    {},\n  ]\n}");
    env.write(
        "twice.json",
        "{\n \"Logging\": {\n  \"EnableLogging\": true,\n  \"EnableLogging\": false } }",
    );
    env.write("bom.json", "\u{feff}{ \"ErrorBehavior\": { \"FailOnNoTablesCaptured\": true } }");
    std::fs::create_dir(env.path("folder")).unwrap();
    let utf16: Vec<u8> = "\u{feff}{}".encode_utf16().flat_map(u16::to_le_bytes).collect();
    std::fs::write(env.path("wide.json"), utf16).unwrap();
    std::fs::write(env.path("latin.json"), b"{\n \"a\xE4\": 1 }").unwrap();
    std::fs::write(env.path("zero.json"), b"{ \0\0 }").unwrap();
    for (name, code, text) in [
        ("empty.json", 1, "F002"),
        ("blank.json", 1, "the file is empty"),
        ("list.json", 1, "write { \"rules\": [ … ] } around it"),
        ("other.json", 1, "F006"),
        ("comma.json", 1, "comma.json:4"),
        ("twice.json", 1, "with another value than in line 3"),
        ("bom.json", 0, "F007"),
        ("folder", 1, "folder: is a folder"),
        ("scripts", 1, "dmsrun check scripts/*.lua"),
        ("wide.json", 1, "the text is UTF-16"),
        ("latin.json", 1, "line 2, column 4: the byte E4 is not UTF-8"),
        ("zero.json", 1, "zero bytes"),
        ("mising.json", 1, "there is no file mising.json"),
        ("emty.json", 1, "Did you mean \"empty.json\"?"),
    ] {
        env.run(&["check", name]).code(code).has(text).lacks("panicked");
    }
}

#[test]
fn a_file_of_a_hundred_megabytes_is_refused_at_once() {
    let env = Env::new();
    let file = std::fs::File::create(env.path("huge.json")).unwrap();
    file.set_len(100 << 20).unwrap();
    env.run(&["check", "huge.json"]).code(1).has("F004").has("100 MB");
    let out = piped(&env, &["check", "-"], &vec![b' '; 40 << 20]);
    assert!(out.stdout.contains("F004"), "{out}");
}

#[test]
fn the_standard_input_is_checked_too() {
    let env = Env::new();
    let out = piped(&env, &["check", "-"], SETTINGS.as_bytes()).code(1);
    out.has("-:18").has("standard input (task settings) checked: 3 errors");
    piped(&env, &["check", "-"], b"local x = nosuch.y\n").code(1).has("stdin:1").has("L101");
    piped(&env, &["check", "-"], b"").code(1).has("F002");
}

#[test]
fn a_slip_on_the_command_line_names_the_nearest() {
    let env = env();
    for (args, texts) in [
        (&["check"][..], &["check needs the files"][..]),
        (&["check", "--sorce-engine", "mysql", "mappings.json"], &["--source-engine"]),
        (&["check", "--source-engine", "mysq", "mappings.json"], &["\"mysq\"", "\"mysql\""]),
        (&["check", "--migration-type", "full", "mappings.json"], &["full-load-and-cdc"]),
        (&["check", "--engine-version", "new", "mappings.json"], &["3.5.4"]),
        (&["check", "--catalogue", "none.csv", "mappings.json"], &["there is no file none.csv"]),
        (&["check", "--explain", "M1044"], &["M104"]),
        (&["mappings", "explan", "mappings.json"], &["explain"]),
        (&["mappings", "explain", "settings.json", "--catalogue", "demo"], &["no list \"rules\""]),
        (
            &["mappings", "explain", "mappings.json", "--catalogue", "demo", "production.order"],
            &["production.orders"],
        ),
    ] {
        let mut out = env.run(args).code(64);
        for text in texts {
            out = out.has(text);
        }
        let _ = out;
    }
    env.run(&["check", "--help"]).code(0).has("--deny-warnings").has("Examples:");
}

#[test]
fn codes_are_explained_and_listed() {
    let env = Env::new();
    let one = env.run(&["check", "--explain", "s014"]).code(0);
    one.has("S014 · warning · LOBs will be cut");
    let all = env.run(&["check", "--explain"]).code(0);
    all.has("F001").has("L101").has("M104").has("S052").has("T101");
    let json = env.run(&["check", "--explain", "M104", "--json"]).code(0);
    let json: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(json["code"], "M104");
}

#[test]
fn the_page_of_codes_is_current() {
    let env = Env::new();
    let made = env.run(&["check", "--explain", "--markdown"]).code(0).stdout;
    let file = root().join("stdlib/CODES.md");
    let kept = std::fs::read_to_string(file).unwrap_or_default();
    assert!(made == kept, "run: dmsrun check --explain --markdown > stdlib/CODES.md");
}

#[test]
fn mappings_are_explained_table_by_table_and_one_by_one() {
    let env = Env::new();
    env.write(
        "shop.json",
        r#"{ "rules": [
  { "rule-type": "selection", "rule-id": "1", "rule-name": "shop", "rule-action": "include",
    "object-locator": { "schema-name": "production", "table-name": "%" } },
  { "rule-type": "selection", "rule-id": "2", "rule-name": "temp", "rule-action": "exclude",
    "object-locator": { "schema-name": "production", "table-name": "temp_%" } },
  { "rule-type": "transformation", "rule-id": "3", "rule-name": "prefix", "rule-action": "add-prefix",
    "rule-target": "schema", "object-locator": { "schema-name": "production" }, "value": "migrated_" },
  { "rule-type": "selection", "rule-id": "4", "rule-name": "gone", "rule-action": "include",
    "object-locator": { "schema-name": "archive", "table-name": "%" } } ] }"#,
    );
    let args = ["mappings", "explain", "shop.json", "--catalogue", "demo"];
    snapshot("mappings_of_the_demo", &env.run(&args).code(0));
    let story = [&args[..], &["production.orders"]].concat();
    snapshot("the_story_of_a_table", &env.run(&story).code(0));
    let json = env.run(&[&args[..], &["production.orders", "--json"]].concat()).code(0);
    let json: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(json["line"]["target"], "migrated_production.orders");
    let script = env.run(&["mappings", "to-lua", "shop.json"]).code(0);
    env.write("shop.lua", &script.stdout);
    // The script builds the same: what is said of a table is the same.
    let again =
        env.run(&["mappings", "explain", "shop.lua", "--catalogue", "demo", "production.orders"]);
    assert_eq!(again.code(0).stdout, env.run(&story).stdout);
}

#[test]
fn modules_that_a_script_requires_are_read_too() {
    let env = Env::new();
    env.write("main.lua", "local rows = require \"lib.rows\"\nprint(rows)\n");
    env.write(
        "lib/rows.lua",
        "local aws = require \"aws\"\nlocal deep = require \"lib.deep\"\nlocal rows = {}\n\
         function rows.all()\n\treturn aws.dms.describe_endpoints { fliters = {} }, deep\nend\nreturn rows\n",
    );
    env.write("lib/deep.lua", "return { f = function() return pritn end }\n");
    let out = env.run(&["check", "main.lua"]).code(1);
    let out = out.has("lib/rows.lua:5").has("\"filters\"").has("lib/deep.lua:1").has("\"print\"");
    out.has("3 files checked: 1 error, 1 warning");
    // A fault is told once, where it is, whichever of the files are named.
    env.write("lib/deep.lua", "return nosuch.y\n");
    for files in [&["main.lua"][..], &["main.lua", "lib/deep.lua"], &["lib/deep.lua", "main.lua"]] {
        let out = env.run(&[&["check", "--json"], files].concat()).code(1);
        assert_eq!(codes(&out).iter().filter(|code| *code != "L201").count(), 1, "{out}");
    }
    env.write("lib/deep.lua", "local x = \"open\n");
    env.run(&["check", "main.lua"]).code(1).has("lib/deep.lua:1").has("unfinished string");
}
