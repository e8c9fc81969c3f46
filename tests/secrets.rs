//! A planted password appears nowhere: not in output, trace, journal, error or report.

use crate::common::Env;

const PLANTED: &str = "pl4nted-Secret-9137";

#[test]
fn a_planted_password_surfaces_nowhere() {
    let env = Env::new();
    let pair = format!("source_db_config.password={PLANTED}");
    let runs: [&[&str]; 6] = [
        &["--local", "--trace", "scripts/migrate.lua", "-c", &pair],
        &["--local", "--trace", "scripts/migrate.lua", "plan", "--json", "-c", &pair],
        &["--local", "--trace", "scripts/migrate.lua", "status", "--json", "-c", &pair],
        &[
            "--local",
            "--trace",
            "scripts/migrate.lua",
            "deploy",
            "-c",
            &pair,
            "-c",
            "allocated_storage=120",
        ],
        &[
            "--local",
            "--trace",
            "scripts/migrate.lua",
            "-c",
            &pair,
            "-c",
            "source_db_config.engine_name=oracel",
        ],
        &[
            "--local",
            "--trace",
            "scripts/migrate.lua",
            "destroy",
            "--allow",
            "destroy",
            "-c",
            &pair,
        ],
    ];
    for args in runs {
        env.run(args).lacks(PLANTED);
    }
    // The local AWS plays AWS: its own store is the one exception.
    let mut looked = 0;
    for (path, bytes) in env.files(".dmsrun") {
        if path.starts_with(env.path(".dmsrun/local")) {
            continue;
        }
        looked += 1;
        assert!(!String::from_utf8_lossy(&bytes).contains(PLANTED), "in {}", path.display());
    }
    assert!(looked > 0, "no journal was written");
    // It was really used: otherwise all of the above proves nothing.
    let again = Env::new();
    again.run(&["--local", "scripts/migrate.lua", "deploy", "-c", &pair]).ok();
    let kept = again.files(".dmsrun/local");
    let holds = |bytes: &[u8]| String::from_utf8_lossy(bytes).contains(PLANTED);
    assert!(kept.iter().any(|(_, bytes)| holds(bytes)), "the secret never reached AWS");
}

/// Where people keep secrets that no schema marks: attributes, keys, scripts, URLs, documents.
const UNMARKED: &str = r#"
local stack = require "stack"
local v = os.getenv "V"
local s = stack.new("hush")
s:add("sns.topic", "alarms", {
	-- Long enough for its end to be cut off where it is shown.
	subscriptions = { { protocol = "https", endpoint = "https://user:pl4nted-url-" .. v .. "-and-so-on@host/x" } },
})
s:add("dms.endpoint", "source", {
	endpoint_type = "source", engine_name = "oracle", server_name = "db", port = 1521,
	username = "u", password = "pl4nted-pw-" .. v, database_name = "d",
	extra_connection_attributes = "asmPassword=pl4nted-asm-" .. v .. ";securityDbEncryption=pl4nted-eca-" .. v
		.. ";oraclePwd=p" .. v .. ";archivedLogsOnly=Y",
	oracle_settings = { security_db_encryption = "pl4nted-tde-" .. v, asm_password = "pl4nted-set-" .. v },
})
s:add("dms.endpoint", "target", {
	endpoint_type = "target", engine_name = "mysql", server_name = "db2", port = 3306,
	username = "u", password = "pl4nted-other-" .. v,
	my_sql_settings = { after_connect_script = "SET PASSWORD = 'pl4nted-sql-" .. v .. "'" },
})
s:add("secretsmanager.secret", "sm", { secret_string = '{"password":"pl4nted-sm-' .. v .. '"}' })
s:main(arg)
"#;

#[test]
fn secrets_that_no_schema_marks_surface_nowhere() {
    let env = Env::new();
    env.write("hush.lua", UNMARKED);
    let run = |value: &str, more: &[&str]| {
        let line: Vec<&str> =
            ["--local", "--trace", "hush.lua"].iter().chain(more).copied().collect();
        let mut command = env.command(&line);
        let out = command.env("V", value).output().unwrap();
        let text = format!(
            "{}\n{}",
            String::from_utf8_lossy(&out.stdout),
            String::from_utf8_lossy(&out.stderr)
        );
        assert!(!text.contains("pl4nted"), "{more:?}: {text}");
        // Two characters are no secret by themselves; with their name they are.
        assert!(!text.contains("oraclePwd=p"), "{more:?}: {text}");
        (out.status.code().unwrap_or(-1), text)
    };
    // Before anything is deployed: nothing was learned from AWS yet.
    run("1", &["plan"]);
    run("1", &["plan", "--json"]);
    run("1", &["plan", "--out", "first.json"]);
    let (code, text) = run("1", &["deploy"]);
    assert_eq!(code, 0, "{text}");
    let (_, text) = run("1", &["plan", "--detailed-exitcode"]);
    assert!(text.contains("0 to create, 0 to change") || text.contains("no changes"), "{text}");
    // Another value of each: what is there and what is wanted stand in the plan.
    for more in [
        &["plan"][..],
        &["plan", "--json"],
        &["plan", "--out", "second.json"],
        &["drift"],
        &["drift", "--json"],
        &["deploy"],
        &["status", "--json"],
        &["history"],
    ] {
        let (_, text) = run("2", more);
        if more[0] == "plan" && more.len() == 1 {
            assert!(text.contains("dms.endpoint \"source\""), "{text}");
        }
    }
    let (code, text) = run("2", &["deploy", "--plan", "second.json", "--yes"]);
    assert_ne!(code, 0, "what was saved is done already: {text}");
    // A set-up that nobody's stack made, with the same words in it.
    let forget = ["hush.lua", "forget", "dms.endpoint/source", "dms.endpoint/target"];
    let line: Vec<&str> = ["--local"].into_iter().chain(forget).collect();
    let out = env.command(&line).env("V", "2").output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    env.run(&["--local", "--trace", "adopt", "--stack", "taken", "--yes"]).ok().lacks("pl4nted");
    assert!(env.path("taken.lua").exists());
    for (path, bytes) in env.files("") {
        // The local AWS plays AWS.
        if path.starts_with(env.path(".dmsrun/local")) {
            continue;
        }
        let text = String::from_utf8_lossy(&bytes);
        let mine = path == env.path("hush.lua");
        assert!(mine || !text.contains("pl4nted-"), "in {}: {text}", path.display());
    }
    #[cfg(unix)]
    for name in ["first.json", "second.json"] {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(env.path(name)).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode & 0o077, 0, "{name} has mode {mode:o}");
    }
    // They were really used: otherwise all of the above proves nothing.
    let kept = env.files(".dmsrun/local");
    for word in ["asm", "eca", "url", "sql"] {
        let planted = format!("pl4nted-{word}-2");
        let there = kept.iter().any(|(_, b)| String::from_utf8_lossy(b).contains(&planted));
        assert!(there, "{planted} never reached AWS");
    }
}

#[cfg(unix)]
#[test]
fn the_store_is_readable_by_its_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let env = Env::new();
    env.run(&["--local", "-e", "require('aws').sns.create_topic{name='t'}"]).ok();
    for (path, _) in env.files(".dmsrun/local") {
        let mode = std::fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode & 0o077, 0, "{} has mode {mode:o}", path.display());
    }
}
