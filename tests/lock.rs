//! Two operators on one stack, each in a folder of their own, with real processes: whoever is cut off
//! locks out nobody for ever, and their own next run not at all.

use crate::common::{Env, Output};
use std::path::PathBuf;

/// An account that both use, and who uses it. The local AWS takes one process at a time, so what two of
/// them see of each other is what the first one left.
struct Account {
    env: Env,
}

impl Account {
    fn new() -> Self {
        let env = Env::new();
        for who in ["alice", "bob"] {
            std::fs::create_dir_all(env.path(who)).unwrap();
        }
        Self { env }
    }

    fn folder(&self, who: &str) -> PathBuf {
        self.env.path(who)
    }

    fn run(&self, who: &str, options: &[&str], rest: &[&str]) -> Output {
        let local = format!("--local={}", self.env.path("account").display());
        let line: Vec<&str> = [local.as_str()].iter().chain(options).chain(rest).copied().collect();
        self.env.run_in(&self.folder(who), &line)
    }

    fn deploy(&self, who: &str, more: &[&str]) -> Output {
        let line: Vec<&str> =
            ["../scripts/migrate.lua", "deploy"].iter().chain(more).copied().collect();
        self.run(who, &[], &line)
    }

    /// Cuts a deploy off in its middle.
    fn killed(&self, who: &str) {
        let fault = ["--fault=*:mutating#20=kill"];
        self.run(who, &fault, &["../scripts/migrate.lua", "deploy"]).code(-1);
    }

    /// How many locks stand.
    fn locks(&self) -> usize {
        let count = "print(#require('aws').logs.describe_log_groups\
                     {log_group_name_prefix='/dmsrun/lock/'}.log_groups)";
        self.run("alice", &[], &["-e", count]).ok().stdout.trim().parse().unwrap()
    }
}

#[test]
fn a_run_that_was_killed_locks_out_others_and_not_its_own_folder() {
    let account = Account::new();
    account.killed("alice");
    assert_eq!(account.locks(), 1);

    let refused = account.deploy("bob", &[]).code(6);
    let text = refused.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in [
        "Somebody else is at work on the stack",
        "orders is locked by",
        "for: deploy, since 20",
        "nothing was changed",
        "--force-unlock",
    ] {
        assert!(text.contains(part), "no {part:?} in {refused}");
    }
    // What only looks is not locked out.
    account.run("bob", &[], &["../scripts/migrate.lua", "plan", "--detailed-exitcode"]).code(2);
    account.run("bob", &[], &["../scripts/migrate.lua", "status"]);

    account.deploy("alice", &[]).ok().has("taken over from an earlier run in this folder");
    assert_eq!(account.locks(), 0);
    account.run("bob", &[], &["../scripts/migrate.lua", "plan", "--detailed-exitcode"]).code(0);
}

#[test]
fn a_lock_that_nobody_renews_ends_by_itself() {
    let account = Account::new();
    account.killed("alice");
    account.run("bob", &[], &["-e", "require('time').sleep(901)"]).ok();
    account.deploy("bob", &[]).ok().has("was not renewed and ended at");
    assert_eq!(account.locks(), 0);
    // Alice's folder still knows of a lock that is gone by now.
    account.deploy("alice", &[]).ok();
    assert_eq!(account.locks(), 0);
}

#[test]
fn a_lock_is_broken_by_its_id_and_no_other() {
    let account = Account::new();
    account.killed("alice");
    let refused = account.deploy("bob", &[]).code(6);
    let id = refused.stderr.split("--force-unlock ").nth(1).unwrap();
    let id = id.split_whitespace().next().unwrap().to_owned();
    account.deploy("bob", &["--force-unlock", "00000000"]).code(6).has("names another lock");
    account.deploy("bob", &["--force-unlock", &id]).ok().has("broken: that of");
    assert_eq!(account.locks(), 0);
}

#[test]
fn a_run_that_was_killed_at_a_call_of_its_lock_leaves_nothing_behind() {
    for (call, how) in [
        ("logs:CreateLogGroup#1", "kill-after"),
        ("logs:DeleteLogGroup#1", "kill"),
        ("logs:TagResource#1", "kill"),
    ] {
        let account = Account::new();
        let fault = format!("--fault={call}={how}");
        account.run("alice", &[&fault], &["../scripts/migrate.lua", "deploy"]).code(-1);
        account.deploy("alice", &[]).ok();
        assert_eq!(account.locks(), 0, "{call} {how}");
        let again = account.run("alice", &["--trace"], &["../scripts/migrate.lua", "deploy"]).ok();
        assert!(!again.stderr.contains("mutates"), "{call} {how}: {again}");
    }
}
