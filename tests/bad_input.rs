//! Bad input: a message that a person can act on, a non-zero exit code, nothing created.

use crate::common::{Env, Output, root};

/// Every script below `tests/errors` becomes a snapshot of what the user sees.
#[test]
fn the_corpus_of_errors() {
    let mut files: Vec<_> = std::fs::read_dir(root().join("tests/errors"))
        .unwrap()
        .map(|e| e.unwrap().path())
        .filter(|p| p.extension().is_some_and(|e| e == "lua"))
        .collect();
    files.sort();
    assert!(!files.is_empty());
    for file in files {
        let env = Env::new();
        let name = file.file_name().unwrap().to_str().unwrap();
        std::fs::copy(&file, env.path(name)).unwrap();
        let out = env.run(&["--local", name]);
        assert_ne!(out.code, 0, "{name} was accepted: {out}");
        assert!(!out.stderr.contains(".rs:"), "a Rust frame in {out}");
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path(root().join("tests/errors/snapshots"));
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!(name.trim_end_matches(".lua"), out.to_string()));
    }
}

#[test]
fn a_migration_refuses_bad_configuration_before_anything_is_created() {
    for (args, texts) in [
        (&["-c", "alocated_storage=1"][..], &["alocated_storage", "allocated_storage"][..]),
        (&["-c", "vpc_cidr=10.0.0.0/27"], &["10.0.0.0/27"]),
        (&["-c", "source_db_config.engine_name=oracel"], &["oracel", "oracle"]),
        (&["-c", "allocated_storage=much"], &["allocated_storage", "much"]),
        (&["-c", "allocated_storage=-5"], &["allocated_storage", "-5"]),
        (&["-c", "zones=1"], &["zones", "from 2 to 6"]),
        (&["-c", "nonsense"], &["nonsense", "key=value"]),
        (&["-c", "replication_instance_class=dms.t9.huge"], &["dms.t9.huge", "dms.t3.medium"]),
        (&["-c", "engine_version=3.5.2"], &["3.5.2", "3.5.4"]),
        (&["-c", "kms_key_id=alias/nope"], &["alias/nope"]),
        (&["-c", "vpc_endpoints=s3,secretmanager"], &["secretmanager", "secretsmanager"]),
        (&["-c", "bucket_role_arn=arn:aws:iam::123456789012:role/no"], &["no role no"]),
        (&["-c", "subnet_group=nix"], &["no subnet group nix"]),
        (&["-c", "log_retention_days=31"], &["30 or 60"]),
        (&["-c", "notifications=ops@x"], &["ops@x"]),
        (&["-c", "preferred_maintenance_window=sun:03:00-sun:03:10"], &["10 minutes", "30"]),
        (&["-c", "preferred_maintenance_window=son:03:00-sun:03:40"], &["son"]),
        (
            &["-c", "source_db_config.settings.my_sql_settings=x"],
            &["my_sql_settings wants an object, got \"x\""],
        ),
        (&["-c", "source_db_config.settings={\"my_sql_settings\":3}"], &["wants an object, got 3"]),
        (
            &["-c", "source_db_config.settings.my_sql_settings.events_poll_interval=abc"],
            &["events_poll_interval can't be so: expected", "integer, got string"],
        ),
        (
            &["-c", "source_db_config.settings={\"my_sql_settings\":{\"event_poll_interval\":5}}"],
            &["unknown parameter", "\"events_poll_interval\"", "comes from -c"],
        ),
        (
            &["-c", "source_db_config.settings.oracle_settings={}"],
            &["oracle_settings", "my_sql_settings"],
        ),
        (
            &["-c", "source_db_config.password.env=DB_PASSWORD"],
            &["source_db_config.password={\"env\":\"DB_PASSWORD\"}"],
        ),
        (&["-c", "source_db_config.server_name.x=3"], &["no keys below it"]),
        (
            &["-c", "source_db_config.server_name="],
            &["it is empty", "comes from -c source_db_config.server_name="],
        ),
        (&["-c", "source_db_config.password={\"env\":\"NOPE\"}"], &["NOPE"]),
        (&["-c", "account=999999999999"], &["999999999999", "123456789012"]),
        (&["-c", "region=eu-west-1"], &["eu-west-1", "us-east-1"]),
        (&["-c", "source_db_config.server_name=nowhere.example.com"], &["nowhere.example.com"]),
    ] {
        let env = Env::new();
        let mut line = vec!["--local", "scripts/migrate.lua"];
        line.extend(args);
        let out = env.run(&line);
        assert_ne!(out.code, 0, "{args:?} was accepted: {out}");
        for text in texts {
            assert!(out.stderr.contains(text), "no {text:?} for {args:?} in {out}");
        }
        assert!(out.stderr.contains("hint"), "no hint for {args:?} in {out}");
        assert!(!out.stderr.contains("[stdlib]"), "internals for {args:?} in {out}");
        if args[1] == "source_db_config.server_name=nowhere.example.com" {
            continue; // found by the connection test, after the deploy
        }
        let count = env.run(&[
            "--local",
            "-e",
            "print(#require('aws').dms.describe_endpoints{}.endpoints, #require('aws').ec2.describe_vpcs{filters={{name='tag:dmsrun:stack',values={'orders'}}}}.vpcs)",
        ]);
        assert_eq!(count.ok().stdout, "0\t0\n", "{args:?} left something behind");
    }
}

#[test]
fn a_missing_file_is_named() {
    Env::new()
        .run(&["--local", "scripts/migrat.lua"])
        .code(1)
        .has("scripts/migrat.lua")
        .has("hint");
}

#[test]
fn no_credentials_says_what_was_looked_for_and_suggests_local() {
    let out = Env::new().run(&["--region", "us-east-1", "scripts/migrate.lua", "plan"]).code(1);
    out.has("AWS_ACCESS_KEY_ID").has("--local");
}

#[test]
fn an_endpoint_that_refuses_is_named() {
    let env =
        Env::new().with("AWS_ACCESS_KEY_ID", "test").with("AWS_SECRET_ACCESS_KEY", "testtest");
    let out = env.run(&[
        "--region",
        "us-east-1",
        "--endpoint-url",
        "http://127.0.0.1:9",
        "scripts/migrate.lua",
        "plan",
    ]);
    out.code(1).has("127.0.0.1:9").has("hint");
}

#[test]
fn a_corrupt_store_is_named_and_left_alone() {
    let env = Env::new();
    env.run(&["--local", "-e", "require('aws').sns.create_topic{name='t'}"]).ok();
    let files = env.files(".dmsrun/local");
    let (path, _) = files.iter().find(|(p, _)| p.ends_with("clock.json")).expect("a clock file");
    std::fs::write(path, "{ \"now\": ").unwrap();
    let out = env.run(&["--local", "-e", "print(require('aws').sns.list_topics{})"]).code(1);
    out.has("clock.json").has("dmsrun local reset");
    assert_eq!(std::fs::read_to_string(path).unwrap(), "{ \"now\": ");
    env.run(&["local", "reset"]).ok();
    env.run(&["--local", "-e", "require('aws').sns.list_topics{}"]).ok();
}

#[test]
fn an_unknown_command_and_an_unknown_verb_name_the_nearest() {
    Env::new().run(&["tset"]).code(64).has("\"test\"");
    Env::new().run(&["--local", "scripts/migrate.lua", "plna"]).code(64).has("\"plan\"");
}

#[test]
fn a_read_only_run_is_told_before_the_first_change() {
    let env = Env::new();
    let refused = |verb: &[&str]| {
        let line = [&["--local", "--read-only", "scripts/migrate.lua"][..], verb].concat();
        let out = env.run(&line).code(64);
        let out = out.has("This run is read-only").has("nothing was changed");
        let hint = out.stderr.trim_end().lines().last().unwrap_or_default();
        assert!(hint.contains(verb[0]) && !hint.contains("--read-only"), "{out}");
    };
    refused(&["deploy"]);
    env.run(&["--local", "scripts/migrate.lua", "deploy"]).ok();
    refused(&["destroy", "--allow", "destroy"]);
    env.run(&["--local", "--read-only", "scripts/migrate.lua", "status"]).ok();
}

#[test]
fn words_and_approvals_that_would_be_passed_over_are_refused() {
    let env = Env::new();
    let run = |args: &[&str]| env.run(&[&["--local", "scripts/migrate.lua"][..], args].concat());
    run(&["outputs", "VpcId"]).code(64).has("\"VpcId\" is one too many");
    run(&["stats", "migration", "cdc"]).code(64).has("stats takes one task");
    run(&["destroy", "--allow", "destory"]).code(64).has("Did you mean \"destroy\"?");
}

/// Runs with a standard output that nobody reads: the pipe's other end is closed.
fn unread(env: &Env, args: &[&str]) -> Output {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    ended(env.command(args).stdout(writer))
}

fn ended(command: &mut std::process::Command) -> Output {
    let out = command.stderr(std::process::Stdio::piped()).output().unwrap();
    Output {
        stdout: String::new(),
        stderr: String::from_utf8_lossy(&out.stderr).into_owned(),
        code: out.status.code().unwrap_or(-1),
    }
}

#[test]
fn a_verb_whose_reader_goes_away_is_finished_all_the_same() {
    let env = Env::new();
    unread(&env, &["--local", "scripts/migrate.lua"]).ok().lacks("The output is lost");
    let plan = ["--local", "scripts/migrate.lua", "plan", "--detailed-exitcode"];
    env.run(&plan).ok().has("0 to create");
    let tasks = "for _, t in ipairs(require('aws').dms.describe_replication_tasks().replication_tasks) do \
                 print(t.replication_task_identifier, t.status) end";
    env.run(&["--local", "-e", tasks]).ok().has("orders-migration\trunning");
    // A look ends with its own code, not with that of the pipe.
    let changed = [&plan[..], &["-c", "allocated_storage=120"]].concat();
    unread(&env, &changed).code(2);
    // What would go on for ever ends.
    unread(&env, &["--local", "scripts/migrate.lua", "logs", "--follow"]).ok();
    unread(&env, &["-e", "while true do print('y') end"]).code(1);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_behind_the_output_stops_no_deploy_and_is_no_success() {
    let env = Env::new();
    let full = || std::fs::File::options().write(true).open("/dev/full").unwrap();
    let run = |args: &[&str]| ended(env.command(args).stdout(full()));
    run(&["--local", "scripts/migrate.lua", "deploy"])
        .code(1)
        .has("The output is lost")
        .has("No space left on device")
        .lacks("panicked");
    env.run(&["--local", "scripts/migrate.lua", "plan", "--detailed-exitcode"]).ok();
    run(&["--local", "scripts/migrate.lua", "outputs", "--json"]).code(1);
    for args in [&["--help"][..], &["check", "scripts/migrate.lua"], &["-e", "print(1)"], &["-v"]] {
        run(args).code(1);
    }
    // What the script itself ends with counts.
    run(&["-e", "print(1) os.exit(7)"]).code(7);
    run(&["-e", "print(1) os.exit(0)"]).code(1);
}

#[test]
fn a_password_that_nobody_has_read_yet_is_not_shown_with_its_line() {
    const PLANTED: &str = "pl4nted-Secret-9137";
    let database = |text: &str| {
        format!("{{\"source_db_config\": {{ \"server_name\": \"db\", {text} }} }}")
            .replace("PLANTED", PLANTED)
    };
    for (text, part) in [
        (r#""password":"PLANTED",,"#, "is not JSON"),
        (r#""password":"PLANTED" "x""#, "is not JSON"),
        (r#""password":"PLANTED"#, "is not JSON"),
        (r#""password":'PLANTED'"#, "is not JSON"),
        (r#""password: "PLANTED""#, "is not JSON"),
        (r#""pasword":"PLANTED""#, "there is no key"),
        (r#""passwort":"PLANTED""#, "there is no key"),
    ] {
        let env = Env::new();
        env.write("scripts/migration.json", &database(text));
        let out = env.run(&["--local", "scripts/migrate.lua", "plan"]).code(64);
        out.has(part).has("migration.json:1").lacks(PLANTED);
        env.run(&["check", "scripts/migrate.lua"]).lacks(PLANTED);
        env.run(&["check", "--json", "scripts/migrate.lua", "scripts/migration.json"])
            .lacks(PLANTED);
    }
    let env = Env::new();
    env.write("scripts/migration.json", &format!("{{ \"source_db_config\": \"{PLANTED}\" }}"));
    env.run(&["--local", "scripts/migrate.lua", "plan"]).code(64).has("got a text").lacks(PLANTED);
    let pair = format!("source_db_config={PLANTED}");
    let env = Env::new();
    let out = env.run(&["--local", "scripts/migrate.lua", "plan", "-c", &pair]).code(64);
    out.has("wants an object, got a text").lacks(PLANTED);
    for (number, line) in [
        "local e = { password=\"PLANTED\", port = 1 = 2 }",
        "local e = { password=\"PLANTED\" \"x\" }",
        "local e = { password = \"PLANTED }",
        "local e = { password = \"PLAN\"PLANTED }",
        "require('aws').dms.create_endpoint { pasword = \"PLANTED\" }",
        "require('aws').secretsmanager.create_secret { name = 'a', secret_strng = \"PLANTED\" }",
        "require('aws').dms.create_endpoint { port = 'x', password = nil + 1, passwrd = \"PLANTED\" }",
        "local url = 'mysql://root:PLANTED@db/x' + 1",
        "assert(false) local password = \"PLANTED\"",
    ]
    .iter()
    .enumerate()
    {
        let script = format!("s{number}.lua");
        env.write(&script, &line.replace("PLANTED", PLANTED));
        env.run(&["--local", &script]).code(1).has(&format!("{script}:1")).lacks(PLANTED);
        env.run(&["check", &script]).lacks(PLANTED);
        env.run(&["check", "--json", &script]).lacks(PLANTED);
        env.run(&["--local", "-e", &line.replace("PLANTED", PLANTED)]).code(1).lacks(PLANTED);
    }
}

#[test]
fn an_endpoint_without_a_scheme_is_told_and_no_request_is_printed() {
    let env =
        Env::new().with("AWS_ACCESS_KEY_ID", "test").with("AWS_SECRET_ACCESS_KEY", "testtest");
    let call = ["--region", "us-east-1", "-e", "require('aws').whoami()"];
    let option = [&["--endpoint-url", "127.0.0.1:1"][..], &call].concat();
    let out = env.run(&option).code(64);
    out.has("did you mean http://127.0.0.1:1?").lacks("SdkBody");
    let env = env.with("AWS_ENDPOINT_URL", "127.0.0.1:1");
    env.run(&call)
        .code(1)
        .has("from AWS_ENDPOINT_URL")
        .has("is no URL")
        .has("http://")
        .lacks("SdkBody");
}

#[test]
fn a_configuration_that_cannot_be_read_is_told_with_its_line_and_fault() {
    for (text, part, place) in [
        (
            &b"{\n  \"zones\": 2,\n  \"tags\": }"[..],
            "is not JSON: expected value",
            "migration.json:3",
        ),
        (b"", "is empty", ""),
        (b"{\n \"zones\": \"\xff\" }", "is not UTF-8: its byte 14 is FF", "migration.json:2"),
        (b"[1]", "holds a list, not an object", "migration.json:1"),
        (b"{ \"zones\": 2, \"zones\": 3 }", "\"zones\" is there twice", "migration.json:1"),
    ] {
        let env = Env::new();
        std::fs::write(env.path("scripts/migration.json"), text).unwrap();
        let out = env.run(&["--local", "scripts/migrate.lua", "plan"]).code(64);
        out.has(part).has(place).has("Configuration cannot be read").lacks("Script failed");
    }
}

#[test]
fn a_misspelt_variable_of_the_configuration_is_refused_with_the_nearest() {
    let plan = ["--local", "scripts/migrate.lua", "plan"];
    let env = Env::new().with("DMSRUN_ALLOCATED_STORGE", "5");
    env.run(&plan).code(64).has("DMSRUN_ALLOCATED_STORGE").has("\"DMSRUN_ALLOCATED_STORAGE\"");
    let env = Env::new().with("DMSRUN_SOURCE_DB_CONFIG_PASSWRD", "pl4nted-9137");
    env.run(&plan).code(64).has("\"DMSRUN_SOURCE_DB_CONFIG_PASSWORD\"").lacks("pl4nted-9137");
    // Near to nothing, it may be somebody else's: it is told, and the work goes on.
    let env = Env::new().with("DMSRUN_TICKET_URL", "x").with("DMSRUN_LOG", "info");
    env.run(&plan).ok().has("DMSRUN_TICKET_URL").has("no effect").lacks("DMSRUN_LOG");
    let env = Env::new().with("DMSRUN_ALLOCATED_STORAGE", "120");
    env.run(&plan).ok().lacks("warning: Unknown");
}

#[test]
fn an_option_without_its_value_lists_no_empty_choice() {
    let env = Env::new();
    for args in [&["start", "cdc", "--from"][..], &["plan", "--out"], &["logs", "--filter"]] {
        let out = env.run(&[&["--local", "scripts/migrate.lua"], args].concat()).code(64);
        out.has("a value is required").lacks("There are");
    }
}

#[test]
fn a_library_that_is_not_there_is_refused_where_it_is_named() {
    let env = Env::new();
    std::fs::create_dir_all(env.path("empty")).unwrap();
    let code = "require 'mappings'";
    env.run(&["--stdlib", "nosuch", "-e", code]).code(64).has("there is no such folder");
    let out = env.run(&["--stdlib", "empty", "-e", code]).code(1);
    out.has("the library is read from empty").lacks("Did you mean \"mappings\"");
}
