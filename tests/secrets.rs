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
