//! The main job on the local AWS, end to end: build, migrate, run again, change, destroy.

use crate::common::Env;

const OUTPUTS: [&str; 8] = [
    "VpcId",
    "ReplicationInstanceId",
    "SourceEndpointId",
    "TargetEndpointId",
    "MigrationTaskId",
    "CdcTaskId",
    "LogsBucketName",
    "SnsTopicArn",
];

#[test]
fn the_whole_job_runs_once_and_a_second_run_changes_nothing() {
    let env = Env::new();
    let first = env.run(&["--local", "scripts/migrate.lua"]).ok();
    for output in OUTPUTS {
        assert!(first.stdout.contains(output), "no output {output} in {first}");
    }
    let first = first.has("production.orders").has("50,000,000").has("Table completed");
    let first = first.has("10 excluded by \"production.temp_%\"");
    let loaded = |line: &str| line.trim_start().starts_with("production.temp_");
    assert!(!first.stdout.lines().any(loaded), "an excluded table was loaded: {first}");

    let second = env.run(&["--local", "--trace", "scripts/migrate.lua"]).ok();
    for line in second.stderr.lines() {
        assert!(!line.contains("mutates"), "a second run made a mutating call: {line}");
    }
    // The trace was there: otherwise the loop above proves nothing.
    let second = second.has("describe_replication_tasks");
    second.has("0 to create");

    let plan = env.run(&["--local", "scripts/migrate.lua", "plan", "--detailed-exitcode"]);
    plan.code(0);
    let outputs = env.run(&["--local", "scripts/migrate.lua", "outputs", "--json"]).ok();
    let json: serde_json::Value = serde_json::from_str(&outputs.stdout).unwrap();
    for output in OUTPUTS {
        assert!(json[output].is_string(), "no {output} in {json}");
    }
    let one = env
        .run(&[
            "-e",
            "for _, t in ipairs(require('aws').dms.describe_replication_tasks{}.replication_tasks) do print(t.status) end",
            "--local",
        ])
        .ok();
    let mut states: Vec<&str> = one.stdout.lines().collect();
    states.sort_unstable();
    assert_eq!(states, ["ready", "running"]);

    env.run(&["--local", "scripts/migrate.lua", "destroy", "--yes"]).code(5);
    let gone = env.run(&["--local", "scripts/migrate.lua", "destroy", "--allow", "destroy"]).ok();
    gone.has("dms-vpc-role");
    let plan = env.run(&["--local", "scripts/migrate.lua", "plan", "--detailed-exitcode"]);
    plan.code(2);
}

#[test]
fn changes_update_in_place_or_replace_and_say_why() {
    let env = Env::new();
    env.run(&["--local", "scripts/migrate.lua", "deploy"]).ok();
    let grown = ["--local", "scripts/migrate.lua", "plan", "-c", "allocated_storage=200"];
    env.run(&grown).ok().has("allocated_storage").has("100 → 200").lacks("replace");
    env.run(&["--local", "scripts/migrate.lua", "deploy", "-c", "allocated_storage=200"]).ok();
    env.run(&[
        "--local",
        "scripts/migrate.lua",
        "plan",
        "-c",
        "allocated_storage=200",
        "--detailed-exitcode",
    ])
    .code(0);
}

#[test]
fn a_resource_removed_from_the_script_is_deleted() {
    let env = Env::new();
    let stack = |body: &str| {
        format!(
            "local stack = require(\"stack\")\nlocal s = stack.new(\"small\")\n\
             local vpc = s:add(\"ec2.vpc\", \"main\", {{ cidr_block = \"10.0.0.0/16\" }})\n{body}\n\
             local plan = s:plan()\nprint(plan:text())\ns:apply(plan)\n"
        )
    };
    let subnet = |cidr: &str| {
        format!(
            "s:add(\"ec2.subnet\", \"a\", {{ vpc_id = vpc.vpc_id, cidr_block = \"{cidr}\", availability_zone = \"us-east-1a\" }})"
        )
    };
    env.write("small.lua", &stack(&subnet("10.0.1.0/24")));
    env.run(&["--local", "small.lua"]).ok();
    env.write("small.lua", &stack(&subnet("10.0.2.0/24")));
    env.run(&["--local", "small.lua"]).ok().has("replace").has("cidr_block");
    env.write("small.lua", &stack(""));
    env.run(&["--local", "small.lua"]).ok().has("delete");
    let left = env.run(&[
        "--local",
        "-e",
        "print(#require('aws').ec2.describe_subnets{filters={{name='tag:dmsrun:stack',values={'small'}}}}.subnets)",
    ]);
    assert_eq!(left.ok().stdout, "0\n");
}

#[test]
fn a_stack_of_another_region_is_not_touched() {
    let env = Env::new();
    env.run(&["--local", "scripts/migrate.lua", "deploy"]).ok();
    let there = ["--local", "--region", "eu-west-1", "scripts/migrate.lua"];
    for verb in [&["deploy"][..], &["destroy", "--allow", "destroy"]] {
        let line: Vec<&str> = there.iter().chain(verb).copied().collect();
        env.run(&line).code(1).has("us-east-1").has("nothing was changed");
    }
    env.run(&["--local", "scripts/migrate.lua", "plan", "--detailed-exitcode"]).code(0);
}

#[test]
fn a_network_in_use_is_not_replaced_and_a_dry_run_changes_nothing() {
    let env = Env::new();
    env.run(&["--local", "scripts/migrate.lua", "deploy"]).ok();
    let moved = ["--local", "scripts/migrate.lua", "deploy", "-c", "vpc_cidr=10.1.0.0/16"];
    env.run(&moved).code(1).has("can't be replaced").has("nothing was changed");
    env.run(&["--local", "--dry-run", "scripts/migrate.lua", "destroy", "--allow", "destroy"]).ok();
    env.run(&["--local", "scripts/migrate.lua", "plan", "--detailed-exitcode"]).code(0);
}
