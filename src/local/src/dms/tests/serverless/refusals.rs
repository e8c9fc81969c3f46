//! What is refused of a serverless replication, which starts fail, and what is kept because it is in use.

use super::*;

const VALUE: &str = "InvalidParameterValueException";

#[test]
fn what_each_state_refuses() {
    let (mut rig, arn) = running("full-load-and-cdc");
    let change = json!({"ReplicationConfigArn": arn, "TableMappings": mappings()});
    let fault = rig.fault("ModifyReplicationConfig", change.clone());
    assert_eq!(fault.code, STATE);
    assert!(fault.message.contains("is in RUNNING state and cannot be modified"));
    assert_eq!(rig.code("DeleteReplicationConfig", only(&arn)), STATE);
    let resume = json!({"ReplicationConfigArn": arn, "StartReplicationType": "resume-processing"});
    assert_eq!(rig.code("StartReplication", resume), STATE);
    rig.ok("StopReplication", only(&arn));
    assert_eq!(rig.code("StopReplication", only(&arn)), STATE);
    until(&mut rig, "stopped");
    assert_eq!(rig.code("StopReplication", only(&arn)), STATE);
    let reload = json!({
        "ReplicationConfigArn": arn,
        "TablesToReload": [{"SchemaName": "production", "TableName": "orders"}],
    });
    assert_eq!(rig.code("ReloadReplicationTables", reload), STATE);
    let again = json!({"ReplicationConfigArn": arn, "StartReplicationType": "start-replication"});
    assert_eq!(rig.code("StartReplication", again), COMBINATION);
    rig.ok("ModifyReplicationConfig", change);
}

#[test]
fn some_members_change_only_before_the_first_start() {
    let mut rig = Rig::new();
    let arn = config(&mut rig, "full-load-and-cdc");
    let other = rig.endpoint("other", "source", "source-db.example.com");
    let late = [
        json!({"SourceEndpointArn": other}),
        json!({"ReplicationType": "cdc"}),
        json!({"ComputeConfig": {"DnsNameServers": "10.0.0.2"}}),
        json!({"ComputeConfig": {"KmsKeyId": "alias/mine"}}),
    ];
    let with = |change: &Json| {
        let mut input = change.clone();
        input["ReplicationConfigArn"] = json!(arn);
        input
    };
    for change in &late {
        rig.ok("ModifyReplicationConfig", with(change));
        rig.wait(45);
    }
    rig.ok("ModifyReplicationConfig", with(&json!({"ReplicationType": "full-load-and-cdc"})));
    rig.wait(45);
    start(&mut rig, &arn, "start-replication");
    until(&mut rig, "running");
    rig.ok("StopReplication", only(&arn));
    until(&mut rig, "stopped");
    let third = rig.endpoint("third", "source", "source-db.example.com");
    for change in [
        json!({"SourceEndpointArn": third}),
        json!({"ReplicationType": "cdc"}),
        json!({"ComputeConfig": {"DnsNameServers": "10.0.0.3"}}),
        json!({"ComputeConfig": {"KmsKeyId": "alias/none"}}),
    ] {
        assert_eq!(rig.code("ModifyReplicationConfig", with(&change)), STATE, "{change}");
    }
    // What stays as it is may be named.
    rig.ok("ModifyReplicationConfig", with(&json!({"SourceEndpointArn": other})));
}

#[test]
fn compute_configs_and_requests_that_are_refused() {
    let mut rig = Rig::new();
    let base = request(&mut rig, "full-load-and-cdc");
    for (change, code) in [
        (json!({"MaxCapacityUnits": 3}), VALUE),
        (json!({"MaxCapacityUnits": null}), VALUE),
        (json!({"MaxCapacityUnits": "16"}), "SerializationException"),
        (json!({"MinCapacityUnits": 0}), VALUE),
        (json!({"MinCapacityUnits": 32}), COMBINATION),
        (json!({"AvailabilityZone": "eu-west-1a"}), COMBINATION),
        (json!({"MultiAZ": false, "AvailabilityZone": "eu-west-1c"}), VALUE),
        (json!({"ReplicationSubnetGroupId": "none"}), "ResourceNotFoundFault"),
        (json!({"ReplicationSubnetGroupId": null}), "InvalidSubnet"),
        (json!({"VpcSecurityGroupIds": ["sg-no"]}), VALUE),
        (json!({"VpcSecurityGroupIds": ["sg-x"]}), COMBINATION),
        (json!({"KmsKeyId": "alias/other"}), "KMSKeyNotAccessibleFault"),
        (json!({"DnsNameServers": "1.1.1.1,2.2.2.2,3.3.3.3,4.4.4.4,5.5.5.5"}), VALUE),
        (json!({"PreferredMaintenanceWindow": "sun:03:00-sun:03:10"}), VALUE),
    ] {
        let mut input = base.clone();
        for (key, value) in change.as_object().unwrap() {
            input["ComputeConfig"][key.as_str()] = value.clone();
        }
        assert_eq!(rig.code("CreateReplicationConfig", input), code, "{change}");
    }
    let fault = {
        let mut input = base.clone();
        input["ComputeConfig"]["MaxCapacityUnits"] = json!(3);
        rig.fault("CreateReplicationConfig", input)
    };
    assert!(fault.message.contains("1, 2, 4, 8, 16, 32, 64, 128, 192, 256, 384"));
    let sybase = {
        let mut end = endpoint_input("ase", "target", "target-db.example.com");
        end["EngineName"] = json!("sybase");
        end["DatabaseName"] = json!("orders");
        text(&rig.ok("CreateEndpoint", end)["Endpoint"]["EndpointArn"])
    };
    for (change, code) in [
        (json!({"ComputeConfig": null}), "ValidationException"),
        (json!({"ReplicationConfigIdentifier": "1st"}), VALUE),
        (json!({"ReplicationType": "everything"}), VALUE),
        (json!({"TableMappings": "{}"}), VALUE),
        (json!({"ReplicationSettings": "{"}), VALUE),
        (json!({"TargetEndpointArn": base["SourceEndpointArn"]}), VALUE),
        (json!({"TargetEndpointArn": sybase}), VALUE),
    ] {
        let mut input = base.clone();
        for (key, value) in change.as_object().unwrap() {
            input[key.as_str()] = value.clone();
        }
        assert_eq!(rig.code("CreateReplicationConfig", input), code, "{change}");
    }
    rig.ok("CreateReplicationConfig", base.clone());
    let fault = rig.fault("CreateReplicationConfig", base);
    assert_eq!(fault.code, "ResourceAlreadyExistsFault");
    let arn = text(&shown(&mut rig)["ReplicationConfigArn"]);
    assert_eq!(rig.code("ModifyReplicationConfig", only(&arn)), COMBINATION);
    assert_eq!(rig.code("StopReplication", only("arn:aws:dms:none")), "ResourceNotFoundFault");
    let filter = json!({"Filters": [{"Name": "replication-config-id", "Values": ["none"]}]});
    assert_eq!(rig.code("DescribeReplicationConfigs", filter), "ResourceNotFoundFault");
}

#[test]
fn ends_and_subnets_in_use_are_kept() {
    let (mut rig, arn) = running("full-load-and-cdc");
    let source = text(&shown(&mut rig)["SourceEndpointArn"]);
    assert_eq!(rig.code("DeleteEndpoint", json!({"EndpointArn": source})), STATE);
    let change = json!({"EndpointArn": source, "Port": 3307});
    assert_eq!(rig.code("ModifyEndpoint", change.clone()), STATE);
    let group = json!({"ReplicationSubnetGroupIdentifier": "private"});
    assert_eq!(rig.code("DeleteReplicationSubnetGroup", group.clone()), STATE);
    let interfaces = |rig: &mut Rig, gone: bool| {
        rig.effects()
            .into_iter()
            .filter(|e| match e {
                Effect::NetworkInterface { change, .. } => {
                    gone == (*change == crate::dms::InterfaceChange::Delete)
                }
                _ => false,
            })
            .count()
    };
    assert_eq!(interfaces(&mut rig, false), 2, "one in each zone");
    rig.ok("StopReplication", only(&arn));
    until(&mut rig, "stopped");
    rig.ok("ModifyEndpoint", change);
    rig.ok("DeleteReplicationConfig", only(&arn));
    assert_eq!(status(&mut rig), "deleting");
    assert_eq!(shown(&mut rig)["ProvisionData"]["ProvisionState"], "deprovisioning");
    assert_eq!(rig.code("DeleteReplicationConfig", only(&arn)), STATE);
    rig.wait(400);
    assert_eq!(interfaces(&mut rig, true), 2);
    assert_eq!(rig.ok("DescribeReplicationConfigs", json!({}))["ReplicationConfigs"], json!([]));
    rig.ok("DeleteEndpoint", json!({"EndpointArn": source}));
    rig.ok("DeleteReplicationSubnetGroup", group);
}

#[test]
fn a_premigration_assessment_keeps_a_hopeless_start_back() {
    let mut rig = Rig::new();
    let mut input = request(&mut rig, "full-load-and-cdc");
    input["TableMappings"] = json!(mappings().replace("production", "nowhere"));
    input["ReplicationSettings"] =
        json!(json!({"ErrorBehavior": {"FailOnNoTablesCaptured": false}}).to_string());
    let made = rig.ok("CreateReplicationConfig", input);
    let arn = text(&made["ReplicationConfig"]["ReplicationConfigArn"]);
    let begin = |settings: Json| {
        json!({
            "ReplicationConfigArn": arn, "StartReplicationType": "start-replication",
            "PremigrationAssessmentSettings": settings.to_string(),
        })
    };
    for (bad, code) in [
        (json!({"Only": "x"}), VALUE),
        (json!([]), VALUE),
        (json!({"IncludeOnly": "no-such-check"}), VALUE),
        (json!({"IncludeOnly": "a", "Exclude": "b"}), COMBINATION),
        (json!({"ResultEncryptionMode": "SSE_KMS"}), COMBINATION),
        (json!({"FailOnAssessmentFailure": 3}), VALUE),
    ] {
        assert_eq!(rig.code("StartReplication", begin(bad.clone())), code, "{bad}");
    }
    rig.ok("StartReplication", begin(json!({})));
    assert_eq!(shown(&mut rig)["PremigrationAssessmentStatuses"][0]["Status"], "starting");
    until(&mut rig, "failed");
    let failed = shown(&mut rig);
    assert!(text(&failed["FailureMessages"][0]).contains("all-check-source-selection-rules"));
    let run = &failed["PremigrationAssessmentStatuses"][0];
    assert_eq!((&run["Status"], &run["ResultStatistic"]["Failed"]), (&json!("failed"), &json!(1)));
    rig.ok("StartReplication", begin(json!({"FailOnAssessmentFailure": false})));
    until(&mut rig, "running");
}

#[test]
fn no_table_at_all_fails_the_start() {
    let mut rig = Rig::new();
    let mut input = request(&mut rig, "full-load");
    input["TableMappings"] = json!(mappings().replace("production", "nowhere"));
    let made = rig.ok("CreateReplicationConfig", input);
    let arn = text(&made["ReplicationConfig"]["ReplicationConfigArn"]);
    start(&mut rig, &arn, "start-replication");
    until(&mut rig, "failed");
    assert!(text(&shown(&mut rig)["FailureMessages"][0]).contains("No tables were found"));
}

#[test]
fn an_end_that_is_not_reached_fails_the_start_and_leaves_no_machine() {
    let mut rig = Rig::new();
    let mut input = request(&mut rig, "full-load-and-cdc");
    let bad = rig.endpoint("bad", "source", "db1.internal");
    input["SourceEndpointArn"] = json!(bad);
    let made = rig.ok("CreateReplicationConfig", input);
    let arn = text(&made["ReplicationConfig"]["ReplicationConfigArn"]);
    start(&mut rig, &arn, "start-replication");
    until(&mut rig, "failed");
    let failed = shown(&mut rig);
    let why = text(&failed["FailureMessages"][0]);
    assert!(why.starts_with("Test connection failed for endpoint bad. "), "{why}");
    assert!(why.contains("db1.internal"), "{why}");
    assert!(failed["ProvisionData"].is_null());
    let told = rig.effects().into_iter().any(|e| {
        matches!(e, Effect::Log { message, .. }
            if message.starts_with("{'replication_state':'failed'")
                && message.contains("'failure_message'"))
    });
    assert!(told);
    // Without a machine everything may still change, and the first start is made once more.
    let good = rig.endpoint("good", "source", "source-db.example.com");
    rig.ok(
        "ModifyReplicationConfig",
        json!({"ReplicationConfigArn": arn, "SourceEndpointArn": good}),
    );
    until(&mut rig, "failed");
    start(&mut rig, &arn, "start-replication");
    until(&mut rig, "running");
}
