//! Bad input: a message that a person can act on, a non-zero exit code, nothing created.

use crate::common::{Env, root};

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
