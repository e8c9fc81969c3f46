//! Serverless replications: their states on the clock, what each allows, and that the engine is the tasks'.

use super::*;

mod refusals;

const STATE: &str = "InvalidResourceStateFault";
const COMBINATION: &str = "InvalidParameterCombinationException";

fn compute() -> Json {
    json!({
        "MaxCapacityUnits": 16,
        "MinCapacityUnits": 2,
        "MultiAZ": true,
        "ReplicationSubnetGroupId": "private",
        "VpcSecurityGroupIds": ["sg-1"],
    })
}

/// The request for a config, with its ends made.
fn request(rig: &mut Rig, kind: &str) -> Json {
    rig.group();
    let source = rig.endpoint("source", "source", "source-db.example.com");
    let target = rig.endpoint("target", "target", "target-db.example.com");
    json!({
        "ReplicationConfigIdentifier": "orders",
        "SourceEndpointArn": source,
        "TargetEndpointArn": target,
        "ReplicationType": kind,
        "ComputeConfig": compute(),
        "TableMappings": mappings(),
        "ReplicationSettings": settings().to_string(),
    })
}

fn config(rig: &mut Rig, kind: &str) -> String {
    let input = request(rig, kind);
    let made = rig.ok("CreateReplicationConfig", input);
    text(&made["ReplicationConfig"]["ReplicationConfigArn"])
}

fn shown(rig: &mut Rig) -> Json {
    rig.ok("DescribeReplications", json!({}))["Replications"][0].clone()
}

fn status(rig: &mut Rig) -> String {
    text(&shown(rig)["Status"])
}

fn start(rig: &mut Rig, arn: &str, kind: &str) {
    let input = json!({"ReplicationConfigArn": arn, "StartReplicationType": kind});
    rig.ok("StartReplication", input);
}

/// Waits for a status; the seconds that it took.
fn until(rig: &mut Rig, wanted: &str) -> u64 {
    for seconds in 0..40_000 {
        if status(rig) == wanted {
            return seconds;
        }
        rig.wait(1);
    }
    panic!("still {} and not {wanted}: {}", status(rig), shown(rig));
}

fn only(arn: &str) -> Json {
    json!({"ReplicationConfigArn": arn})
}

fn running(kind: &str) -> (Rig, String) {
    let mut rig = Rig::new();
    let arn = config(&mut rig, kind);
    start(&mut rig, &arn, "start-replication");
    until(&mut rig, "running");
    (rig, arn)
}

fn stopped(kind: &str) -> (Rig, String) {
    let (mut rig, arn) = running(kind);
    rig.ok("StopReplication", only(&arn));
    until(&mut rig, "stopped");
    (rig, arn)
}

#[test]
fn a_first_start_goes_through_every_stage_in_under_forty_minutes() {
    let mut rig = Rig::new();
    let arn = config(&mut rig, "full-load-and-cdc");
    assert!(arn.contains(":replication-config:"), "{arn}");
    let new = shown(&mut rig);
    assert_eq!((&new["Status"], &new["ProvisionData"]), (&json!("created"), &Json::Null));
    start(&mut rig, &arn, "start-replication");
    let mut seen = Vec::new();
    let mut seconds = 0;
    while status(&mut rig) != "running" {
        let now = status(&mut rig);
        if seen.last() != Some(&now) {
            seen.push(now);
        }
        rig.wait(10);
        seconds += 10;
    }
    assert_eq!(seen, crate::dms::serverless::STAGES);
    assert!((20 * 60..40 * 60).contains(&seconds), "{seconds}");
    let provision = &shown(&mut rig)["ProvisionData"];
    assert_eq!(provision["ProvisionState"], "provisioned");
    let units = provision["ProvisionedCapacityUnits"].as_i64().unwrap();
    assert!((2..=16).contains(&units), "{units}");
    assert!(provision["DateProvisioned"].is_number());
}

#[test]
fn the_engine_loads_and_applies_as_for_a_task() {
    let (mut rig, arn) = running("full-load-and-cdc");
    rig.effects();
    rig.wait(3_600);
    let answer = rig.ok("DescribeReplicationTableStatistics", only(&arn));
    // 500 is told of tasks alone.
    let mut page = only(&arn);
    page["MaxRecords"] = json!(500);
    assert_eq!(
        rig.code("DescribeReplicationTableStatistics", page.clone()),
        "InvalidParameterValueException"
    );
    page["MaxRecords"] = json!(100);
    rig.ok("DescribeReplicationTableStatistics", page);
    assert_eq!(answer["ReplicationConfigArn"], json!(arn));
    let tables = answer["ReplicationTableStatistics"].as_array().unwrap();
    assert_eq!(tables.len(), 21);
    assert!(tables.iter().all(|t| t["TableState"] == "Table completed"));
    let orders = tables.iter().find(|t| t["TableName"] == "orders").unwrap();
    assert_eq!(orders["FullLoadRows"], 50_000_000);
    assert!(orders["AppliedInserts"].as_u64().unwrap() > 0);
    let stats = shown(&mut rig)["ReplicationStats"].clone();
    assert_eq!(stats["FullLoadProgressPercent"], 100);
    assert!(text(&shown(&mut rig)["RecoveryCheckpoint"]).starts_with("checkpoint:V1#"));
    let metrics: BTreeSet<String> = rig
        .effects()
        .into_iter()
        .filter_map(|e| match e {
            Effect::Metric { name, dimensions, .. } => {
                assert_eq!(dimensions.len(), 1, "{dimensions:?}");
                Some(name)
            }
            _ => None,
        })
        .collect();
    for name in ["CapacityUtilization", "CDCLatencyTarget", "FullLoadThroughputRowsTarget"] {
        assert!(metrics.contains(name), "{name} of {metrics:?}");
    }
    assert!(!metrics.contains("CPUUtilization"));
    rig.ok("DescribeReplicationInstances", json!({}));
}

#[test]
fn the_orchestrator_tells_each_state_and_the_machine_writes_the_log() {
    let mut rig = Rig::new();
    let arn = config(&mut rig, "full-load");
    assert!(rig.effects().is_empty(), "nothing is written before the first start");
    start(&mut rig, &arn, "start-replication");
    until(&mut rig, "stopped");
    let id = arn.rsplit(':').next().unwrap().to_owned();
    let mut states = Vec::new();
    let mut lines = 0;
    for effect in rig.effects() {
        let Effect::Log { group, stream, message, .. } = effect else { continue };
        assert_eq!(group, format!("dms-serverless-replication-{id}"));
        if stream == format!("dms-serverless-replication-orchestrator-{id}") {
            states.push(message);
        } else {
            assert!(stream.starts_with("dms-serverless-serv-res-id-"), "{stream}");
            lines += 1;
        }
    }
    let first = "{'replication_state':'initializing', \
                 'message': 'Initializing the replication workflow.'}";
    assert_eq!(states[0], first);
    assert_eq!(states.len(), 10, "{states:#?}");
    assert!(states[9].contains("Deprovisioning"));
    assert!(states[8].contains("'stopped'") && states[8].contains("FULL_LOAD_ONLY_FINISHED"));
    assert!(lines > 20, "{lines}");
}

#[test]
fn a_start_while_it_is_being_modified_is_refused() {
    let (mut rig, arn) = stopped("full-load-and-cdc");
    let change = json!({
        "ReplicationConfigArn": arn, "ComputeConfig": {"MaxCapacityUnits": 32},
    });
    let changed = rig.ok("ModifyReplicationConfig", change.clone());
    assert_eq!(changed["ReplicationConfig"]["ComputeConfig"]["MaxCapacityUnits"], 32);
    assert_eq!(changed["ReplicationConfig"]["ComputeConfig"]["MinCapacityUnits"], 2);
    assert_eq!(status(&mut rig), "modifying");
    let resume = json!({
        "ReplicationConfigArn": arn, "StartReplicationType": "resume-processing",
    });
    let fault = rig.fault("StartReplication", resume.clone());
    assert_eq!(fault.code, STATE);
    assert_eq!(
        fault.message,
        "Replication for Replication Config: orders is in MODIFYING state and cannot start"
    );
    assert_eq!(rig.code("ModifyReplicationConfig", change), STATE);
    assert_eq!(rig.code("DeleteReplicationConfig", only(&arn)), STATE);
    rig.wait(45);
    assert_eq!(status(&mut rig), "stopped");
    rig.ok("StartReplication", resume);
}

#[test]
fn a_resume_goes_on_from_the_checkpoint_and_needs_no_new_machine() {
    let (mut rig, arn) = running("full-load-and-cdc");
    rig.wait(3_600);
    rig.ok("StopReplication", only(&arn));
    until(&mut rig, "stopped");
    let before = shown(&mut rig);
    assert_eq!(before["StopReason"], "Stop Reason NORMAL");
    let kept = before["ReplicationDeprovisionTime"].as_f64().unwrap()
        - before["ReplicationLastStopTime"].as_f64().unwrap();
    assert!((kept - 48.0 * 3_600.0).abs() < 60.0, "{kept}");
    start(&mut rig, &arn, "resume-processing");
    let seconds = until(&mut rig, "running");
    assert!(seconds < 600, "{seconds}");
    let after = shown(&mut rig);
    assert_eq!(after["ReplicationStats"]["FullLoadProgressPercent"], 100);
    assert_eq!(
        before["ReplicationStats"]["FreshStartDate"],
        after["ReplicationStats"]["FreshStartDate"]
    );
    assert_eq!(before["ProvisionData"], after["ProvisionData"]);
}

#[test]
fn a_machine_of_another_size_is_provisioned_at_the_next_start() {
    let (mut rig, arn) = stopped("full-load-and-cdc");
    let change = json!({
        "ReplicationConfigArn": arn,
        "ComputeConfig": {"MinCapacityUnits": 64, "MaxCapacityUnits": 64},
    });
    rig.ok("ModifyReplicationConfig", change);
    until(&mut rig, "stopped");
    start(&mut rig, &arn, "resume-processing");
    until(&mut rig, "provisioning_capacity");
    until(&mut rig, "running");
    let provision = shown(&mut rig)["ProvisionData"].clone();
    assert_eq!(provision["ProvisionedCapacityUnits"], 64);
    assert_eq!(provision["ReasonForNewProvisioningData"], "the replication config was modified");
}

#[test]
fn after_48_hours_the_machine_goes_and_nothing_can_be_resumed() {
    let (mut rig, arn) = stopped("full-load-and-cdc");
    rig.wait(47 * 3_600);
    assert_eq!(shown(&mut rig)["ProvisionData"]["ProvisionState"], "provisioned");
    rig.wait(3_600 + 60);
    let going = shown(&mut rig);
    assert_eq!(going["Status"], "stopped");
    assert_eq!(going["ProvisionData"]["ProvisionState"], "deprovisioning");
    let fault = rig.fault("DeleteReplicationConfig", only(&arn));
    assert!(fault.message.contains("DEPROVISIONING"), "{}", fault.message);
    rig.wait(600);
    assert_eq!(shown(&mut rig)["ProvisionData"]["ProvisionState"], "deprovisioned");
    let resume = json!({"ReplicationConfigArn": arn, "StartReplicationType": "resume-processing"});
    let fault = rig.fault("StartReplication", resume);
    assert_eq!(fault.code, STATE);
    assert!(fault.message.contains("48 hours"), "{}", fault.message);
    start(&mut rig, &arn, "reload-target");
    until(&mut rig, "provisioning_capacity");
    until(&mut rig, "running");
}

#[test]
fn a_full_load_that_is_done_gives_its_machine_back() {
    let mut rig = Rig::new();
    let arn = config(&mut rig, "full-load");
    start(&mut rig, &arn, "start-replication");
    until(&mut rig, "stopped");
    let done = shown(&mut rig);
    assert_eq!(done["StopReason"], "Stop Reason FULL_LOAD_ONLY_FINISHED");
    assert_eq!(done["ProvisionData"]["ProvisionState"], "deprovisioning");
    rig.wait(400);
    assert_eq!(shown(&mut rig)["ProvisionData"]["ProvisionState"], "deprovisioned");
    let resume = json!({"ReplicationConfigArn": arn, "StartReplicationType": "resume-processing"});
    assert_eq!(rig.code("StartReplication", resume), COMBINATION);
    rig.ok("DeleteReplicationConfig", only(&arn));
    rig.wait(40);
    let filter = json!({"Filters": [{"Name": "replication-config-arn", "Values": [arn]}]});
    assert_eq!(rig.code("DescribeReplications", filter), "ResourceNotFoundFault");
}

#[test]
fn tags_reloads_and_applicable_assessments_take_the_arn() {
    let (mut rig, arn) = running("full-load-and-cdc");
    rig.wait(3_600);
    rig.ok(
        "AddTagsToResource",
        json!({"ResourceArn": arn, "Tags": [{"Key": "Team", "Value": "data"}]}),
    );
    let tags = rig.ok("ListTagsForResource", json!({"ResourceArn": arn}));
    assert_eq!(tags["TagList"], json!([{"Key": "Team", "Value": "data"}]));
    let reload = |table: &str| {
        json!({
            "ReplicationConfigArn": arn,
            "TablesToReload": [{"SchemaName": "production", "TableName": table}],
        })
    };
    assert_eq!(rig.ok("ReloadReplicationTables", reload("orders")), only(&arn));
    let fault = rig.fault("ReloadReplicationTables", reload("none"));
    assert!(fault.message.contains("Replication Config"), "{}", fault.message);
    let answer = rig.ok(
        "DescribeReplicationTableStatistics",
        json!({
            "ReplicationConfigArn": arn,
            "Filters": [{"Name": "table-name", "Values": ["orders"]}],
        }),
    );
    let orders = &answer["ReplicationTableStatistics"][0];
    assert_eq!(orders["FullLoadReloaded"], true);
    assert_eq!(orders["TableState"], "Full load");
    let names = rig.ok("DescribeApplicableIndividualAssessments", only(&arn));
    assert!(!names["IndividualAssessmentNames"].as_array().unwrap().is_empty());
}

#[test]
fn a_snapshot_between_two_stages_has_the_same_future() {
    let run = |reload: bool| {
        let mut rig = Rig::seeded(3);
        let arn = config(&mut rig, "full-load-and-cdc");
        start(&mut rig, &arn, "start-replication");
        rig.wait(1_000);
        if reload {
            let text = rig.dms.snapshot().to_string();
            rig.dms = Dms::new(ACCOUNT, Random::seeded(99));
            rig.dms.restore(serde_json::from_str(&text).unwrap()).unwrap();
        }
        rig.wait(3_000);
        rig.dms.snapshot()
    };
    assert_eq!(run(false), run(true));
}

#[test]
fn how_often_one_asks_makes_no_difference_to_a_replication() {
    let run = |steps: &[u64]| {
        let mut rig = Rig::seeded(3);
        let arn = config(&mut rig, "full-load-and-cdc");
        start(&mut rig, &arn, "start-replication");
        for step in steps {
            rig.wait(*step);
        }
        (rig.dms.snapshot(), rig.effects())
    };
    let often: Vec<u64> = std::iter::repeat_n(13, 300).collect();
    assert_eq!(run(&[3_900]), run(&often));
}

#[test]
fn a_state_from_before_there_were_replications_is_read() {
    let mut rig = Rig::new();
    rig.group();
    let mut old = rig.dms.snapshot();
    old["regions"][REGION].as_object_mut().unwrap().remove("replications");
    rig.dms.restore(old).unwrap();
    assert_eq!(rig.ok("DescribeReplications", json!({}))["Replications"], json!([]));
}
