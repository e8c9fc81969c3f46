//! Adoption and drift, as a person at a terminal meets them: the whole command, its files and codes.

use crate::common::{Env, root};

/// What the fixture plants where nothing that dmsrun writes may have it.
const PLANTED: &str = "planted";

/// A folder with a set-up in its local AWS that nobody's stack made.
fn by_hand(name: &str) -> Env {
    let env = Env::new();
    let fixture = std::fs::read_to_string(root().join("tests/fixtures/legacy.lua")).unwrap();
    env.write("legacy.lua", &fixture);
    env.run(&["--local", "legacy.lua", name]).ok();
    env
}

fn text(env: &Env, name: &str) -> String {
    std::fs::read_to_string(env.path(name)).unwrap()
}

#[test]
fn raw_calls_are_adopted_to_a_script_whose_plan_is_empty() {
    let env = by_hand("orders");
    let adopt = ["--local", "adopt", "--stack", "orders"];
    env.run(&adopt)
        .ok()
        .has("1 subnet group, 1 replication instance, 2 endpoints, 1 task")
        .has("CloudWatchLogGroup and CloudWatchLogStream of the task settings")
        .has("8 resources of orders, protected")
        .has("plan: no changes; 8 resources of orders as orders.lua declares them")
        .lacks(PLANTED);
    // The very script, in a process of its own.
    let plan = ["--local", "orders.lua", "plan", "--detailed-exitcode"];
    env.run(&plan).code(0).has("0 to create, 0 to change, 8 unchanged");
    env.run(&["check", "orders.lua"]).ok().has("nothing found");
    env.run(&["--local", "orders.lua", "drift", "--detailed-exitcode"]).code(0).has("none");

    let script = text(&env, "orders.lua");
    let again = env.run(&adopt).ok().has("orders.lua unchanged").has("already").has("no changes");
    again.lacks(PLANTED);
    assert_eq!(script, text(&env, "orders.lua"), "a second adoption wrote something else");

    // The planted words are where AWS keeps them, and nowhere else.
    for (path, bytes) in env.files("") {
        let ours =
            path.ends_with("legacy.lua") || path.components().any(|c| c.as_os_str() == "local");
        let found = String::from_utf8_lossy(&bytes).contains(PLANTED);
        assert!(ours || !found, "{} holds a secret", path.display());
    }
}

#[test]
fn a_file_that_is_there_is_not_written_over() {
    let env = by_hand("orders");
    env.write("orders.lua", "-- mine\n");
    let adopt = ["--local", "adopt", "--stack", "orders"];
    env.run(&adopt).code(64).has("orders.lua is there already").has("--force");
    assert_eq!(text(&env, "orders.lua"), "-- mine\n");
    let tags = "for _, t in ipairs(require('aws').pages(require('aws').dms.describe_replication_instances, {})) do \
                for _, x in ipairs(require('aws').dms.list_tags_for_resource{resource_arn=t.replication_instance_arn}.tag_list) do print(x.key) end end";
    env.run(&["--local", "-e", tags]).ok().lacks("dmsrun:");
    env.run(&["--local", "adopt", "--stack", "orders", "--force"]).ok().has("no changes");
}

#[test]
fn what_is_another_stack_s_is_refused_by_its_name() {
    let env = by_hand("orders");
    env.run(&["--local", "adopt", "--stack", "orders"]).ok();
    env.run(&["--local", "adopt", "--stack", "thief", "--instance", "orders"])
        .code(1)
        .has("belongs to the stack \"orders\"")
        .has("nothing was changed");
    env.run(&["--local", "adopt", "--stack", "thief"]).code(1).has("orders already");
    assert!(!env.path("thief.lua").exists());
    env.run(&["--local", "orders.lua", "plan", "--detailed-exitcode"]).code(0);
}

#[test]
fn without_tags_only_the_script_is_written() {
    let env = by_hand("orders");
    for line in [
        ["--local", "adopt", "--stack", "orders", "--dry-run"],
        ["--local", "adopt", "--stack", "orders", "--no-tag"],
    ] {
        env.run(&line).ok().has("none were written").has("8 resources compared, no differences");
    }
    // The engine owns nothing: for the script all of this is somebody else's.
    env.run(&["--local", "orders.lua", "plan"])
        .code(64)
        .has("there is an alarm DMS lag of orders already");
    env.run(&["--local", "adopt", "--stack", "orders", "--yes"]).ok();
    env.run(&["--local", "adopt", "--undo", "--stack", "orders"])
        .ok()
        .has("taken from 8 resources; nothing else was changed");
    env.run(&["--local", "orders.lua", "plan"])
        .code(64)
        .has("there is an alarm DMS lag of orders already");
}

#[test]
fn a_run_that_dies_in_the_middle_goes_on_with_the_same_command() {
    let env = by_hand("orders");
    let fault = ["--local", "--fault", "dms:AddTagsToResource#3=kill-after", "adopt", "--stack"];
    let line: Vec<&str> = fault.iter().copied().chain(["orders"]).collect();
    let died = env.run(&line);
    assert_ne!(died.code, 0, "{died}");
    env.run(&["--local", "adopt", "--stack", "orders"]).ok().has("no changes");
    env.run(&["--local", "orders.lua", "plan", "--detailed-exitcode"]).code(0);
}

#[test]
fn a_wrong_line_says_what_is_meant() {
    let env = Env::new();
    env.run(&["--local", "adopt"]).code(64).has("--stack");
    env.run(&["--local", "adopt", "--stak", "x"]).code(64).has("--stack");
    env.run(&["--local", "adopt", "--stack", "x", "--tag", "team"]).code(64).has("KEY=VALUE");
    env.run(&["--local", "adopt", "--stack", "9x"]).code(1).has("can't be a stack's name");
    env.run(&["--local", "adopt", "--stack", "x"]).code(1).has("there is nothing of DMS here");
    env.run(&["adopt", "--help"]).ok().has("--undo");
}

#[test]
fn adopted_resources_are_protected_until_the_script_says_otherwise() {
    let env = by_hand("orders");
    env.run(&["--local", "adopt", "--stack", "orders"]).ok();
    let destroy = ["--local", "orders.lua", "destroy", "--allow", "destroy"];
    env.run(&destroy).code(1).has("is protected and would be deleted");
    let free = text(&env, "orders.lua").replace("local protect = true", "local protect = false");
    env.write("orders.lua", &free);
    env.run(&["--local", "orders.lua", "deploy"]).ok();
    env.run(&destroy).ok().has("nothing is left");
    let left = "print(#require('aws').pages(require('aws').dms.describe_endpoints, {}))";
    assert_eq!(env.run(&["--local", "-e", left]).ok().stdout, "0\n");
}

#[test]
fn drift_is_told_apart_from_the_plan_and_a_saved_plan_refuses_a_changed_world() {
    let env = Env::new();
    let script = ["--local", "scripts/migrate.lua"];
    let run = |more: &[&str]| {
        let line: Vec<&str> = script.iter().chain(more).copied().collect();
        env.run(&line)
    };
    run(&["deploy"]).ok();
    run(&["drift", "--detailed-exitcode"]).code(0).has("none since the deploy");
    // The script changes: a plan has it, drift has not.
    let grown = ["-c", "allocated_storage=200"];
    run(&["plan", "--detailed-exitcode", grown[0], grown[1], "--out", "saved.json"]).code(2);
    run(&["drift", "--detailed-exitcode", grown[0], grown[1]]).code(0);
    // The world changes: drift has it, and the plan that was saved is not carried out.
    let change = "local aws = require('aws') \
        local alarms = aws.cloudwatch.describe_alarms({}).metric_alarms \
        aws.cloudwatch.delete_alarms({ alarm_names = { alarms[1].alarm_name } })";
    env.run(&["--local", "-e", change]).ok();
    let drift = run(&["drift", "--detailed-exitcode"]).code(2);
    drift.has("1 deleted").has("cloudwatch.alarm").has("is gone; a deploy would");
    run(&["deploy", "--plan", "saved.json", "--yes", grown[0], grown[1]])
        .code(1)
        .has("The world moved since the plan was saved")
        .has("nothing was changed");
    let json = run(&["drift", "--json"]).ok();
    let data: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(data["drift"], true);
    assert_eq!(data["deleted"].as_array().unwrap().len(), 1);
    // Our own start is nobody else's doing.
    run(&["deploy"]).ok();
    run(&["start"]).ok();
    run(&["drift", "--detailed-exitcode"]).code(0).lacks("was left");
}

#[test]
fn a_script_of_a_plain_stack_has_verbs() {
    let env = Env::new();
    env.write(
        "alerts.lua",
        "local stack = require \"stack\"\nlocal s = stack.new \"alerts\"\n\
         local topic = s:add(\"sns.topic\", \"all\", {})\n\
         s:output(\"TopicArn\", topic.topic_arn)\ns:main(arg)\n",
    );
    let run = |more: &[&str]| {
        let line: Vec<&str> = ["--local", "alerts.lua"].iter().chain(more).copied().collect();
        env.run(&line)
    };
    run(&[]).ok().has("1 to create").has("forget, destroy, help");
    run(&["plan", "--detailed-exitcode"]).code(2);
    run(&["outputs"]).ok().has("is not deployed");
    run(&["deploy"]).ok().has("TopicArn");
    run(&["plan", "--detailed-exitcode"]).code(0);
    run(&["status"]).ok().has("sns.topic").has("alerts-all");
    run(&["status", "--json"]).ok().has("\"alerts\"");
    run(&["drift"]).ok().has("none since the deploy");
    run(&["forget", "sns.topic/all"]).ok().has("no longer belongs to alerts");
    run(&["drift", "--detailed-exitcode"]).code(0);
    run(&["help"]).ok().has("what changed behind our back");
    run(&["plna"]).code(64).has("\"plan\"");
    run(&["plan", "extra"]).code(64).has("one too many");
    env.run(&["check", "alerts.lua"]).ok();
    env.write("bad.lua", &text(&env, "alerts.lua").replace("{})", "{ displayname = 1 })"));
    env.run(&["check", "bad.lua"]).code(1).has("display_name");
}

#[test]
fn what_a_killed_deploy_did_is_no_drift() {
    let env = Env::new();
    env.run(&["--local", "scripts/migrate.lua", "deploy"]).ok();
    let fault = "logs:PutRetentionPolicy#1=kill-after";
    let days = ["-c", "log_retention_days=14"];
    let died =
        env.run(&["--local", "--fault", fault, "scripts/migrate.lua", "deploy", days[0], days[1]]);
    assert_ne!(died.code, 0, "{died}");
    let drift = ["--local", "scripts/migrate.lua", "drift", "--detailed-exitcode"];
    env.run(&drift).code(0).has("a deploy that did not end was at it");
    env.run(&["--local", "scripts/migrate.lua", "deploy", days[0], days[1]]).ok();
    env.run(&drift).code(0).lacks("did not end");
}
