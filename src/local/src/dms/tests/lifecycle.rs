//! The lives of things other than running tasks: states on the clock, and what is told of them.

use super::*;

fn instance(rig: &mut Rig) -> Json {
    rig.ok("DescribeReplicationInstances", json!({}))["ReplicationInstances"][0].clone()
}

#[test]
fn an_instance_is_created_used_and_gone() {
    let mut rig = Rig::new();
    rig.group();
    let made = rig.ok("CreateReplicationInstance", instance_input("Orders"));
    let made = &made["ReplicationInstance"];
    assert_eq!(made["ReplicationInstanceIdentifier"], "orders");
    assert_eq!(made["ReplicationInstanceStatus"], "creating");
    assert!(made["InstanceCreateTime"].is_null());
    let arn = text(&made["ReplicationInstanceArn"]);
    assert_eq!(arn.rsplit(':').next().unwrap().len(), 26);
    let interfaces = rig.effects();
    assert_eq!(interfaces.len(), 2, "one for each zone: {interfaces:?}");
    rig.wait(510);
    assert_eq!(instance(&mut rig)["ReplicationInstanceStatus"], "creating");
    rig.wait(20);
    let shown = instance(&mut rig);
    assert_eq!(shown["ReplicationInstanceStatus"], "available");
    assert_eq!(shown["EngineVersion"], "3.5.4");
    assert!(shown["InstanceCreateTime"].is_number());
    assert!(text(&shown["ReplicationInstancePrivateIpAddress"]).starts_with("10.0."));
    assert!(shown["ReplicationInstancePublicIpAddress"].is_null());
    assert_eq!(shown["ReplicationSubnetGroup"]["VpcId"], "vpc-1");
    assert_ne!(shown["AvailabilityZone"], shown["SecondaryAvailabilityZone"]);
    rig.ok("DeleteReplicationInstance", json!({"ReplicationInstanceArn": arn}));
    assert_eq!(instance(&mut rig)["ReplicationInstanceStatus"], "deleting");
    assert_eq!(
        rig.code(
            "DeleteReplicationSubnetGroup",
            json!({"ReplicationSubnetGroupIdentifier": "private"})
        ),
        "InvalidResourceStateFault"
    );
    rig.effects();
    rig.wait(250);
    let gone = |e: &Effect| {
        matches!(e, Effect::NetworkInterface { change: super::super::InterfaceChange::Delete, .. })
    };
    assert_eq!(rig.effects().iter().filter(|e| gone(e)).count(), 2);
    let filter = json!({"Filters": [{"Name": "replication-instance-arn", "Values": [arn]}]});
    assert_eq!(rig.code("DescribeReplicationInstances", filter), "ResourceNotFoundFault");
    rig.ok("DeleteReplicationSubnetGroup", json!({"ReplicationSubnetGroupIdentifier": "private"}));
}

#[test]
fn a_change_waits_for_the_window_unless_it_is_to_be_immediate() {
    let mut rig = Rig::new();
    let arn = rig.instance("orders");
    let modify = |now: bool, storage: u32| {
        json!({
            "ReplicationInstanceArn": arn, "AllocatedStorage": storage, "ApplyImmediately": now,
            "PreferredMaintenanceWindow": "mon:03:00-mon:03:30",
        })
    };
    rig.ok("ModifyReplicationInstance", modify(true, 150));
    assert_eq!(instance(&mut rig)["ReplicationInstanceStatus"], "modifying");
    assert_eq!(instance(&mut rig)["AllocatedStorage"], 100);
    rig.wait(260);
    assert_eq!(instance(&mut rig)["AllocatedStorage"], 150);
    rig.ok("ModifyReplicationInstance", modify(false, 200));
    let shown = instance(&mut rig);
    assert_eq!(shown["ReplicationInstanceStatus"], "available");
    assert_eq!(shown["PendingModifiedValues"]["AllocatedStorage"], 200);
    rig.wait(6 * 3_600);
    assert_eq!(instance(&mut rig)["AllocatedStorage"], 150);
    rig.wait(2 * 3_600);
    let shown = instance(&mut rig);
    assert_eq!(
        (&shown["AllocatedStorage"], &shown["PendingModifiedValues"]),
        (&json!(200), &json!({}))
    );
}

#[test]
fn connections_are_tested_in_their_time() {
    let mut rig = Rig::new();
    let instance = rig.instance("orders");
    let good = rig.endpoint("good", "source", "source-db.example.com");
    let bad = rig.endpoint("bad", "source", "db1.internal");
    rig.test(&instance, &good);
    rig.test(&instance, &bad);
    let pair = json!({"ReplicationInstanceArn": instance, "EndpointArn": good});
    assert_eq!(rig.code("TestConnection", pair.clone()), "InvalidResourceStateFault");
    let shown = |rig: &mut Rig, arn: &str| {
        let filter = json!({"Filters": [{"Name": "endpoint-arn", "Values": [arn]}]});
        rig.ok("DescribeConnections", filter)["Connections"][0].clone()
    };
    assert_eq!(shown(&mut rig, &good)["Status"], "testing");
    rig.wait(35);
    assert_eq!(shown(&mut rig, &good)["Status"], "successful");
    let failed = shown(&mut rig, &bad);
    assert_eq!(failed["Status"], "failed");
    assert!(
        text(&failed["LastFailureMessage"]).contains("Unknown MySQL server host 'db1.internal'")
    );
    let fix = json!({"EndpointArn": bad, "ServerName": "crm.demo.internal"});
    rig.ok("ModifyEndpoint", fix);
    assert_eq!(shown(&mut rig, &bad)["Status"], "testing", "a change is tested by itself");
    rig.wait(35);
    assert_eq!(shown(&mut rig, &bad)["Status"], "successful");
    rig.ok("DeleteConnection", pair);
    rig.wait(10);
    let filter = json!({"Filters": [{"Name": "endpoint-arn", "Values": [good]}]});
    assert_eq!(rig.code("DescribeConnections", filter), "ResourceNotFoundFault");
}

#[test]
fn a_secret_gives_host_and_port() {
    let mut rig = Rig::new();
    let instance = rig.instance("orders");
    let secret = json!({
        "username": "dms", "password": "planted", "host": "source-db.example.com", "port": 3306,
    });
    rig.world.secrets.insert("mine".into(), secret.to_string());
    let input = json!({
        "EndpointIdentifier": "by-secret", "EndpointType": "source", "EngineName": "mysql",
        "MySQLSettings": {
            "SecretsManagerSecretId": "mine",
            "SecretsManagerAccessRoleArn": "arn:aws:iam::123456789012:role/access",
        },
    });
    let made = rig.ok("CreateEndpoint", input);
    let arn = text(&made["Endpoint"]["EndpointArn"]);
    assert_eq!(made["Endpoint"]["MySQLSettings"]["SecretsManagerSecretId"], "mine");
    rig.test(&instance, &arn);
    rig.wait(40);
    let shown = rig.ok("DescribeConnections", json!({}));
    assert_eq!(shown["Connections"][0]["Status"], "successful");
    rig.world.secrets.insert("mine".into(), r#"{"host":"x"}"#.into());
    rig.test(&instance, &arn);
    rig.wait(40);
    let shown = rig.ok("DescribeConnections", json!({}));
    assert!(text(&shown["Connections"][0]["LastFailureMessage"]).contains("Secrets Manager"));
}

#[test]
fn an_endpoint_echoes_everything_but_passwords() {
    let mut rig = Rig::new();
    let mut input = endpoint_input("Source", "source", "source-db.example.com");
    input["MySQLSettings"] = json!({"EventsPollInterval": 7, "Password": "planted-Password-1"});
    let made = rig.ok("CreateEndpoint", input)["Endpoint"].clone();
    assert_eq!(made["EndpointType"], "SOURCE");
    assert_eq!(made["EndpointIdentifier"], "source");
    assert_eq!(made["Status"], "active");
    assert_eq!(made["MySQLSettings"]["EventsPollInterval"], 7);
    assert_eq!(made["MySQLSettings"]["ServerName"], "source-db.example.com");
    assert_eq!(made["ExtraConnectionAttributes"], "initstmt=SET foreign_key_checks=0");
    assert!(!made.to_string().contains("planted"));
    let arn = text(&made["EndpointArn"]);
    let change = json!({"EndpointArn": arn, "MySQLSettings": {"ServerTimezone": "US/Pacific"}});
    let changed = rig.ok("ModifyEndpoint", change)["Endpoint"].clone();
    assert_eq!(changed["MySQLSettings"]["EventsPollInterval"], 7, "settings are merged");
    let exact = json!({
        "EndpointArn": arn, "ExactSettings": true, "MySQLSettings": {"MaxFileSize": 5},
    });
    let changed = rig.ok("ModifyEndpoint", exact)["Endpoint"].clone();
    assert!(changed["MySQLSettings"]["EventsPollInterval"].is_null(), "unless they are exact");
    rig.ok("DeleteEndpoint", json!({"EndpointArn": arn}));
    let shown = rig.ok("DescribeEndpoints", json!({}));
    assert_eq!(shown["Endpoints"][0]["Status"], "deleting");
    rig.wait(10);
    assert_eq!(rig.ok("DescribeEndpoints", json!({}))["Endpoints"], json!([]));
}

#[test]
fn schemas_are_shown_after_a_refresh() {
    let mut rig = Rig::new();
    let instance = rig.instance("orders");
    let endpoint = rig.endpoint("source", "source", "source-db.example.com");
    let one = json!({"EndpointArn": endpoint});
    assert_eq!(rig.code("DescribeSchemas", one.clone()), "InvalidResourceStateFault");
    let pair = json!({"EndpointArn": endpoint, "ReplicationInstanceArn": instance});
    rig.ok("RefreshSchemas", pair);
    let status = rig.ok("DescribeRefreshSchemasStatus", one.clone());
    assert_eq!(status["RefreshSchemasStatus"]["Status"], "refreshing");
    rig.wait(180);
    let status = rig.ok("DescribeRefreshSchemasStatus", one.clone());
    assert_eq!(status["RefreshSchemasStatus"]["Status"], "successful");
    let schemas = rig.ok("DescribeSchemas", one);
    assert_eq!(
        schemas["Schemas"],
        json!(["information_schema", "mysql", "performance_schema", "production", "sys"])
    );
}

#[test]
fn a_task_is_modified_moved_and_deleted() {
    let mut rig = Rig::new();
    let task = rig.task("full-load", settings());
    let there = rig.instance("second");
    let one = json!({"ReplicationTaskArn": task});
    let change = json!({
        "ReplicationTaskArn": task, "ReplicationTaskSettings": r#"{"FullLoadSettings":{"CommitRate":50000}}"#,
    });
    rig.ok("ModifyReplicationTask", change);
    assert_eq!(rig.status(), "modifying");
    rig.wait(20);
    let shown = rig.shown();
    assert_eq!(shown["Status"], "ready");
    let full: Json = serde_json::from_str(&text(&shown["ReplicationTaskSettings"])).unwrap();
    assert_eq!(full["FullLoadSettings"]["CommitRate"], 50_000);
    assert_eq!(full["FullLoadSettings"]["MaxFullLoadSubTasks"], 16);
    assert_eq!(full["Logging"]["CloudWatchLogGroup"], "dms-tasks-orders");
    let to = json!({"ReplicationTaskArn": task, "TargetReplicationInstanceArn": there});
    assert_eq!(rig.code("MoveReplicationTask", to.clone()), "InvalidResourceStateFault");
    rig.start(&task, "start-replication");
    rig.wait(900);
    rig.ok("MoveReplicationTask", to);
    assert_eq!(rig.shown()["TargetReplicationInstanceArn"], json!(there));
    rig.wait(100);
    let shown = rig.shown();
    assert_eq!(
        (&shown["Status"], &shown["ReplicationInstanceArn"]),
        (&json!("stopped"), &json!(there))
    );
    let resume =
        json!({"ReplicationTaskArn": task, "StartReplicationTaskType": "resume-processing"});
    let fault = rig.fault("StartReplicationTask", resume);
    assert!(fault.message.contains("should be successful for starting"), "{fault}");
    rig.ok("DeleteReplicationTask", one.clone());
    assert_eq!(rig.status(), "deleting");
    rig.wait(30);
    assert_eq!(rig.code("DescribeTableStatistics", one), "ResourceNotFoundFault");
}

#[test]
fn events_are_recorded_and_sent_to_subscribers() {
    let mut rig = Rig::new();
    let topic = format!("arn:aws:sns:{REGION}:{ACCOUNT}:alerts");
    let subscription = json!({
        "SubscriptionName": "failures", "SnsTopicArn": topic, "SourceType": "replication-task",
        "EventCategories": ["failure", "state change"],
    });
    rig.ok("CreateEventSubscription", subscription);
    rig.wait(20);
    let shown = rig.ok("DescribeEventSubscriptions", json!({}));
    assert_eq!(shown["EventSubscriptionsList"][0]["Status"], "active");
    let task = rig.task("full-load", settings());
    rig.effects();
    rig.start(&task, "start-replication");
    rig.wait(1_200);
    let told: Vec<String> = rig
        .effects()
        .into_iter()
        .filter_map(|e| match e {
            Effect::Notify { message, topic_arn, .. } if topic_arn == topic => Some(message),
            _ => None,
        })
        .collect();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].contains("DMS-EVENT-0069") && told[1].contains("DMS-EVENT-0079"));
    let ask = |rig: &mut Rig, extra: Json| {
        let mut input = json!({"Duration": 180});
        input.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        let answer = rig.ok("DescribeEvents", input);
        answer["Events"].as_array().unwrap().len()
    };
    assert_eq!(ask(&mut rig, json!({"SourceType": "replication-task"})), 3);
    assert_eq!(ask(&mut rig, json!({"SourceType": "replication-instance"})), 2);
    let one = json!({"SourceType": "replication-task", "EventCategories": ["creation"]});
    assert_eq!(ask(&mut rig, one), 1);
    let other = json!({"SourceType": "replication-task", "SourceIdentifier": "no-such"});
    assert_eq!(ask(&mut rig, other), 0);
    assert_eq!(ask(&mut rig, json!({"Duration": 1})), 0);
}

#[test]
fn tags_live_as_long_as_what_they_are_on() {
    let mut rig = Rig::new();
    let mut input = endpoint_input("source", "source", "source-db.example.com");
    input["Tags"] = json!([{"Key": "dmsrun:stack", "Value": "orders"}]);
    let a = text(&rig.ok("CreateEndpoint", input)["Endpoint"]["EndpointArn"]);
    let b = rig.endpoint("target", "target", "target-db.example.com");
    let tag =
        json!({"ResourceArn": b, "Tags": [{"Key": "x", "Value": "1"}, {"Key": "y", "Value": ""}]});
    rig.ok("AddTagsToResource", tag);
    rig.ok("RemoveTagsFromResource", json!({"ResourceArn": b, "TagKeys": ["y"]}));
    let many = rig.ok("ListTagsForResource", json!({"ResourceArnList": [a, b]}));
    assert_eq!(
        many["TagList"],
        json!([
            {"Key": "dmsrun:stack", "Value": "orders", "ResourceArn": a},
            {"Key": "x", "Value": "1", "ResourceArn": b},
        ])
    );
    let one = rig.ok("ListTagsForResource", json!({"ResourceArn": a}));
    assert_eq!(one["TagList"], json!([{"Key": "dmsrun:stack", "Value": "orders"}]));
    rig.ok("DeleteEndpoint", json!({"EndpointArn": a}));
    rig.wait(10);
    assert_eq!(rig.code("ListTagsForResource", json!({"ResourceArn": a})), "ResourceNotFoundFault");
}

#[test]
fn an_assessment_runs_and_can_be_cancelled() {
    let mut rig = Rig::new();
    let task = rig.task("full-load-and-cdc", settings());
    let applicable =
        rig.ok("DescribeApplicableIndividualAssessments", json!({"ReplicationTaskArn": task}));
    let count = applicable["IndividualAssessmentNames"].as_array().unwrap().len();
    let input = |name: &str| {
        json!({
            "ReplicationTaskArn": task, "AssessmentRunName": name, "ResultLocationBucket": "results",
            "ServiceAccessRoleArn": "arn:aws:iam::123456789012:role/access",
        })
    };
    rig.ok("StartReplicationTaskAssessmentRun", input("first"));
    assert_eq!(rig.status(), "testing");
    assert_eq!(
        rig.code("StartReplicationTaskAssessmentRun", input("first")),
        "ResourceAlreadyExistsFault"
    );
    rig.wait(600);
    assert_eq!(rig.status(), "ready");
    let runs = rig.ok("DescribeReplicationTaskAssessmentRuns", json!({}));
    let run = &runs["ReplicationTaskAssessmentRuns"][0];
    assert_eq!(run["Status"], "warning", "audit_log has no key");
    assert_eq!(run["AssessmentProgress"]["IndividualAssessmentCompletedCount"], count);
    assert_eq!(run["ResultStatistic"]["Warning"], 1);
    let second = rig.ok("StartReplicationTaskAssessmentRun", input("second"));
    let arn = json!({
        "ReplicationTaskAssessmentRunArn":
            second["ReplicationTaskAssessmentRun"]["ReplicationTaskAssessmentRunArn"],
    });
    rig.wait(130);
    rig.ok("CancelReplicationTaskAssessmentRun", arn.clone());
    rig.wait(20);
    assert_eq!(rig.status(), "ready");
    rig.ok("DeleteReplicationTaskAssessmentRun", arn);
    rig.wait(20);
    let runs = rig.ok("DescribeReplicationTaskAssessmentRuns", json!({}));
    assert_eq!(runs["ReplicationTaskAssessmentRuns"].as_array().unwrap().len(), 1);
}

#[test]
fn certificates_come_and_go() {
    let mut rig = Rig::new();
    let pem = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
    let import = json!({"CertificateIdentifier": "rds-ca", "CertificatePem": pem});
    let made = rig.ok("ImportCertificate", import.clone());
    let arn = text(&made["Certificate"]["CertificateArn"]);
    assert_eq!(rig.code("ImportCertificate", import), "ResourceAlreadyExistsFault");
    let bad = json!({"CertificateIdentifier": "x", "CertificatePem": "hello"});
    assert_eq!(rig.code("ImportCertificate", bad), "InvalidCertificateFault");
    let mut input = endpoint_input("source", "source", "source-db.example.com");
    input["SslMode"] = json!("verify-full");
    input["CertificateArn"] = json!(arn);
    let endpoint = text(&rig.ok("CreateEndpoint", input)["Endpoint"]["EndpointArn"]);
    let one = json!({"CertificateArn": arn});
    assert_eq!(rig.code("DeleteCertificate", one.clone()), "InvalidResourceStateFault");
    rig.ok("DeleteEndpoint", json!({"EndpointArn": endpoint}));
    rig.wait(10);
    rig.ok("DeleteCertificate", one);
}

#[test]
fn quotas_versions_and_classes_are_described() {
    let mut rig = Rig::new();
    rig.instance("orders");
    let account = rig.ok("DescribeAccountAttributes", json!({}));
    let row = |name: &str| {
        let rows = account["AccountQuotas"].as_array().unwrap();
        rows.iter().find(|r| r["AccountQuotaName"] == name).unwrap().clone()
    };
    assert_eq!(
        (&row("ReplicationInstances")["Used"], &row("ReplicationInstances")["Max"]),
        (&json!(1), &json!(60))
    );
    assert_eq!(row("AllocatedStorage")["Used"], 100);
    let versions = rig.ok("DescribeEngineVersions", json!({}));
    let list = versions["EngineVersions"].as_array().unwrap();
    assert_eq!(list.len(), 2);
    assert_eq!(list[1]["Lifecycle"], "DEFAULT_VERSION");
    let orderable = rig.ok("DescribeOrderableReplicationInstances", json!({"MaxRecords": 100}));
    assert_eq!(orderable["OrderableReplicationInstances"].as_array().unwrap().len(), 100);
    assert!(orderable["Marker"].is_string());
    let settings = rig.ok("DescribeEndpointSettings", json!({"EngineName": "mysql"}));
    let list = settings["EndpointSettings"].as_array().unwrap();
    let poll = list.iter().find(|s| s["Name"] == "EventsPollInterval").unwrap();
    assert_eq!((&poll["IntValueMax"], &poll["DefaultValue"]), (&json!(60), &json!("5")));
    let types = json!({"Filters": [{"Name": "engine-name", "Values": ["redshift"]}]});
    let types = rig.ok("DescribeEndpointTypes", types);
    assert_eq!(types["SupportedEndpointTypes"].as_array().unwrap().len(), 1);
}

#[test]
fn an_old_version_is_to_be_upgraded() {
    let mut rig = Rig::new();
    let arn = rig.instance("orders");
    let pending = rig.ok("DescribePendingMaintenanceActions", json!({}));
    assert_eq!(pending["PendingMaintenanceActions"], json!([]));
    rig.wait(75 * 24 * 3_600);
    let pending = rig.ok("DescribePendingMaintenanceActions", json!({}));
    let action = &pending["PendingMaintenanceActions"][0];
    assert_eq!(action["PendingMaintenanceActionDetails"][0]["Action"], "db-upgrade");
    let apply = json!({
        "ReplicationInstanceArn": arn, "ApplyAction": "db-upgrade", "OptInType": "immediate",
    });
    rig.ok("ApplyPendingMaintenanceAction", apply);
    assert_eq!(instance(&mut rig)["ReplicationInstanceStatus"], "upgrading");
    rig.wait(500);
    assert_eq!(instance(&mut rig)["EngineVersion"], "3.6.1");
}

#[test]
fn regions_know_nothing_of_each_other() {
    let mut rig = Rig::new();
    rig.endpoint("source", "source", "source-db.example.com");
    let there = rig.dms.handle(&rig.world, rig.now, "us-east-1", "DescribeEndpoints", json!({}));
    let there = there.now_or_never().unwrap().unwrap();
    assert_eq!(there["Endpoints"], json!([]));
}
