//! Against moto, an AWS emulator that nobody here wrote: plan, deploy, deploy again, destroy.
//!
//! moto is installed once below the build folder, by python3 from the package index. Where that is not
//! possible the test fails; `DMSRUN_SKIP_MOTO=1` skips it, and says so.

use crate::common::Env;
use std::{
    io::{BufRead as _, BufReader},
    path::PathBuf,
    process::{Child, Command, Stdio},
};

/// What moto lacks, switched off by options: event subscriptions, CloudWatch in the protocol of the SDK,
/// endpoints and tasks that become ready, subnet groups that keep their subnets.
const WITHOUT: [&str; 8] =
    ["-c", "events=false", "-c", "alarms=false", "-c", "wait=false", "-c", "subnet_group=shared"];

/// The release that this is tried with.
const MOTO: &str = "moto[server]==5.2.5";

struct Moto {
    child: Child,
    url: String,
}

impl Drop for Moto {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn install() -> PathBuf {
    let dir = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("moto");
    let done = dir.join("installed");
    if std::fs::read_to_string(&done).is_ok_and(|text| text == MOTO) {
        return dir;
    }
    let run = |program: &str, args: &[&str]| {
        let status = Command::new(program).args(args).stdout(Stdio::null()).status();
        assert!(
            status.is_ok_and(|s| s.success()),
            "{program} {args:?} failed; DMSRUN_SKIP_MOTO=1 skips"
        );
    };
    run("python3", &["-m", "venv", "--clear", dir.to_str().unwrap()]);
    run(dir.join("bin/pip").to_str().unwrap(), &["install", "--quiet", MOTO]);
    std::fs::write(done, MOTO).unwrap();
    dir
}

fn start() -> Moto {
    let dir = install();
    let mut child = Command::new(dir.join("bin/python"))
        .args(["-u", "-c", "from moto.server import main; main(['-H', '127.0.0.1', '-p', '0'])"])
        // The policies of DMS's roles are AWS's own: without this moto does not know them.
        .env("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let line = lines
        .by_ref()
        .map_while(Result::ok)
        .find(|line| line.contains("Running on http://"))
        .expect("moto starts");
    let url = line[line.find("http://").unwrap()..].trim().to_owned();
    // Somebody must go on reading, or moto would block on a full pipe.
    std::thread::spawn(move || for _ in lines.map_while(Result::ok) {});
    Moto { child, url }
}

#[test]
fn the_stack_comes_and_goes_on_moto() {
    if std::env::var_os("DMSRUN_SKIP_MOTO").is_some_and(|v| !v.is_empty()) {
        eprintln!("skipped: DMSRUN_SKIP_MOTO is set");
        return;
    }
    let moto = start();
    let env = Env::new()
        .with("AWS_ACCESS_KEY_ID", "test")
        .with("AWS_SECRET_ACCESS_KEY", "testtest")
        .with("AWS_REGION", "us-east-1");
    let run = |verb: &[&str]| {
        let mut args = vec!["--endpoint-url", &moto.url, "scripts/migrate.lua"];
        args.extend(verb);
        args.extend(WITHOUT);
        args.push("--yes");
        env.run(&args)
    };
    // An existing group, which the plan looks for: moto's own ones forget their subnets.
    env.run(&[
        "--endpoint-url",
        &moto.url,
        "-e",
        "local aws, ids = require('aws'), {} \
         for i, s in ipairs(aws.ec2.describe_subnets{}.subnets) do ids[i] = s.subnet_id end \
         aws.dms.create_replication_subnet_group { replication_subnet_group_identifier = 'shared', \
         replication_subnet_group_description = 'shared', subnet_ids = ids }",
    ])
    .ok();
    run(&["plan", "--detailed-exitcode"]).code(2);
    run(&["deploy"]).ok();
    run(&["plan", "--detailed-exitcode"]).code(0);
    let again = run(&["deploy", "--trace"]);
    let again = again.ok();
    assert!(!again.stderr.contains("mutates"), "a second deploy made a mutating call: {again}");
    let states = env.run(&[
        "--endpoint-url",
        &moto.url,
        "-e",
        "for _, t in ipairs(require('aws').dms.describe_replication_tasks{}.replication_tasks) do print(t.status) end",
    ]);
    assert_eq!(states.ok().stdout.lines().count(), 2);
    // Kinds that moto can't list were not looked at: a destroy says so, and does not end like one that saw
    // that nothing is left.
    run(&["destroy", "--allow", "destroy"])
        .code(3)
        .has("nothing is left of what could be listed")
        .has("not seen: ");
    run(&["plan", "--detailed-exitcode"]).code(2);
}
