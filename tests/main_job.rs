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
fn a_dry_run_changes_nothing_and_says_what_it_would_do() {
    let env = Env::new();
    env.run(&["--local", "scripts/migrate.lua"]).ok();
    for (verb, text) in [
        (&["destroy", "--allow", "destroy"][..], "dry run"),
        (&["stop"], "would stop orders-migration"),
        (&["start", "cdc", "--allow", "twice"], "would test the connections, and start orders-cdc"),
        (&["test"], "would test the connections"),
        (
            &["reload", "--allow", "reload"],
            "would stop orders-migration and load every table again",
        ),
        (&[], "would test the connections"),
    ] {
        let line: Vec<&str> =
            ["--local", "--dry-run", "scripts/migrate.lua"].iter().chain(verb).copied().collect();
        env.run(&line).ok().has(text);
    }
    env.run(&["--local", "scripts/migrate.lua", "plan", "--detailed-exitcode"]).code(0);
    env.run(&["--local", "scripts/migrate.lua", "status"]).ok().has("running");
}

/// By kind and page, never by resource.
#[test]
fn a_plan_without_changes_makes_at_most_fifty_calls() {
    let env = Env::new();
    env.run(&["--local", "scripts/migrate.lua"]).ok();
    let plan = env.run(&["--local", "--trace", "scripts/migrate.lua", "plan"]).ok();
    let calls = plan.stderr.lines().filter(|line| line.starts_with("trace")).count();
    assert!((20..=50).contains(&calls), "{calls} calls in {plan}");
}

#[test]
fn another_range_of_the_vpc_moves_the_running_migration_to_a_new_network() {
    let env = Env::new();
    env.run(&["--local", "scripts/migrate.lua"]).ok();
    let overlapping = ["--local", "scripts/migrate.lua", "plan", "-c", "subnet_prefix=25"];
    env.run(&overlapping).code(1).has("overlaps").has("nothing was");
    let moved = ["--local", "scripts/migrate.lua", "deploy", "-c", "vpc_cidr=10.1.0.0/16"];
    // The log of the old instance goes with it, and that is data.
    env.run(&[&moved[..], &["--yes"]].concat()).code(5).has("dms-tasks-orders-replication");
    env.run(&[&moved[..], &["--allow", "replace"]].concat()).ok().has("orders-replication-2");
    let plan = [
        "--local",
        "scripts/migrate.lua",
        "plan",
        "-c",
        "vpc_cidr=10.1.0.0/16",
        "--detailed-exitcode",
    ];
    env.run(&plan).code(0);
    env.run(&["--local", "scripts/migrate.lua", "status"]).ok().has("running");
}

#[test]
fn a_saved_plan_is_carried_out_as_it_is_or_not_at_all() {
    let env = Env::new();
    env.run(&["--local", "scripts/migrate.lua", "deploy"]).ok();
    let grown = ["-c", "allocated_storage=200"];
    let with = |args: &[&'static str]| -> Vec<&'static str> {
        [&["--local", "scripts/migrate.lua"][..], args, &grown].concat()
    };
    env.run(&with(&["plan", "--out", "plan.json"])).ok().has("deploy --plan plan.json");
    // Somebody changes the instance meanwhile.
    env.run(&[
        "--local",
        "-e",
        "local dms = require('aws').dms local i = dms.describe_replication_instances{}.replication_instances[1] \
         dms.modify_replication_instance { replication_instance_arn = i.replication_instance_arn, allocated_storage = 150, apply_immediately = true } \
         require('time').sleep(3600)",
    ])
    .ok();
    env.run(&with(&["deploy", "--plan", "plan.json"]))
        .code(1)
        .has("The world moved")
        .has("150")
        .has("nothing was changed");
    env.run(&with(&["plan", "--out", "plan.json"])).ok();
    env.run(&with(&["deploy", "--plan", "plan.json"])).ok();
    env.run(&with(&["plan", "--detailed-exitcode"])).code(0);
}

#[test]
fn a_plan_fits_sixty_columns() {
    let env = Env::new().with("COLUMNS", "60");
    env.run(&["--local", "scripts/migrate.lua", "deploy"]).ok();
    for args in
        [&["plan", "-c", "vpc_cidr=10.1.0.0/16"][..], &["plan", "-c", "allocated_storage=200"]]
    {
        let line: Vec<&str> =
            ["--local", "scripts/migrate.lua"].iter().chain(args).copied().collect();
        let plan = env.run(&line).ok();
        // The header names the stack and stays whole.
        for line in plan.stdout.lines().skip(1) {
            // A single word that is wider stays whole.
            let words = line.split_whitespace().count();
            assert!(line.chars().count() <= 60 || words == 1, "too wide: {line:?}");
        }
    }
}
