//! What is refused, by which code and with which words.

use super::*;

const STATE: &str = "InvalidResourceStateFault";
const VALUE: &str = "InvalidParameterValueException";
const COMBINATION: &str = "InvalidParameterCombinationException";
const NOT_FOUND: &str = "ResourceNotFoundFault";
const EXISTS: &str = "ResourceAlreadyExistsFault";

/// `base` with members changed; null takes one away.
fn with(base: &Json, changes: Json) -> Json {
    let mut out = base.clone();
    for (key, value) in changes.as_object().unwrap() {
        out[key.as_str()] = value.clone();
    }
    out
}

fn group_input() -> Json {
    json!({
        "ReplicationSubnetGroupIdentifier": "private",
        "ReplicationSubnetGroupDescription": "d",
        "SubnetIds": ["subnet-a", "subnet-b"],
    })
}

#[test]
fn the_vpc_role_must_be_in_order_and_old_enough() {
    let wreck: [fn(&mut Rig); 4] = [
        |rig| {
            rig.world.roles.remove("dms-vpc-role");
        },
        |rig| rig.world.roles.get_mut("dms-vpc-role").unwrap().attached_policies.clear(),
        |rig| rig.world.roles.get_mut("dms-vpc-role").unwrap().trusted_services.clear(),
        |rig| rig.world.roles.get_mut("dms-vpc-role").unwrap().created = rig.now,
    ];
    for wreck in wreck {
        let mut rig = Rig::new();
        wreck(&mut rig);
        let fault = rig.fault("CreateReplicationSubnetGroup", group_input());
        assert_eq!(fault.code, "AccessDeniedFault");
        assert_eq!(
            fault.message,
            "The IAM Role arn:aws:iam::123456789012:role/dms-vpc-role is not configured properly."
        );
    }
    let mut rig = Rig::new();
    rig.world.roles.get_mut("dms-vpc-role").unwrap().created = rig.now;
    rig.wait(15);
    rig.ok("CreateReplicationSubnetGroup", group_input());
}

#[test]
fn subnet_groups() {
    let mut rig = Rig::new();
    let cases = [
        (
            json!({"SubnetIds": ["subnet-a", "subnet-a2"]}),
            "ReplicationSubnetGroupDoesNotCoverEnoughAZs",
        ),
        (json!({"SubnetIds": ["subnet-a", "subnet-x"]}), "InvalidSubnet"),
        (json!({"SubnetIds": ["subnet-a", "subnet-no"]}), "InvalidSubnet"),
        (json!({"ReplicationSubnetGroupIdentifier": "default"}), VALUE),
        (json!({"ReplicationSubnetGroupIdentifier": "a b"}), VALUE),
        (json!({"ReplicationSubnetGroupDescription": ""}), VALUE),
        (json!({"SubnetIds": null}), "ValidationException"),
        (json!({"SubnetIds": "subnet-a"}), "SerializationException"),
    ];
    for (change, code) in cases {
        let input = with(&group_input(), change.clone());
        assert_eq!(rig.code("CreateReplicationSubnetGroup", input), code, "{change}");
    }
    rig.group();
    let fault = rig.fault("CreateReplicationSubnetGroup", group_input());
    assert_eq!(fault.code, EXISTS);
    assert_eq!(
        fault.extra["resourceArn"],
        json!("arn:aws:dms:eu-west-1:123456789012:subgrp:private")
    );
    let missing = json!({"ReplicationSubnetGroupIdentifier": "none"});
    assert_eq!(rig.code("DeleteReplicationSubnetGroup", missing), NOT_FOUND);
    for n in 1..60 {
        let name = json!({"ReplicationSubnetGroupIdentifier": format!("g{n}")});
        rig.ok("CreateReplicationSubnetGroup", with(&group_input(), name));
    }
    let one_more = with(&group_input(), json!({"ReplicationSubnetGroupIdentifier": "g60"}));
    assert_eq!(rig.code("CreateReplicationSubnetGroup", one_more), "ResourceQuotaExceededFault");
}

#[test]
fn instances() {
    let mut rig = Rig::new();
    rig.group();
    let base = instance_input("orders");
    let cases = [
        (json!({"ReplicationInstanceIdentifier": "1st"}), VALUE),
        (json!({"ReplicationInstanceIdentifier": null}), "ValidationException"),
        (json!({"ReplicationInstanceClass": "dms.t2.medium"}), VALUE),
        (json!({"EngineVersion": "3.5.2"}), VALUE),
        (json!({"AllocatedStorage": 4}), VALUE),
        (json!({"AllocatedStorage": "100"}), "SerializationException"),
        (json!({"AvailabilityZone": "eu-west-1a"}), COMBINATION),
        (json!({"MultiAZ": false, "AvailabilityZone": "eu-west-1c"}), VALUE),
        (json!({"ReplicationSubnetGroupIdentifier": "none"}), NOT_FOUND),
        (json!({"ReplicationSubnetGroupIdentifier": null}), "InvalidSubnet"),
        (json!({"VpcSecurityGroupIds": ["sg-no"]}), VALUE),
        (json!({"VpcSecurityGroupIds": ["sg-x"]}), COMBINATION),
        (json!({"KmsKeyId": "alias/other"}), "KMSKeyNotAccessibleFault"),
        (json!({"DnsNameServers": "1.1.1.1,nope"}), VALUE),
        (json!({"PreferredMaintenanceWindow": "sun:1-sun:2"}), VALUE),
        (json!({"ResourceIdentifier": "a_b"}), VALUE),
        (json!({"Tags": [{"Key": "aws:x"}]}), VALUE),
    ];
    for (change, code) in cases {
        let input = with(&base, change.clone());
        assert_eq!(rig.code("CreateReplicationInstance", input), code, "{change}");
    }
    let version =
        rig.fault("CreateReplicationInstance", with(&base, json!({"EngineVersion": "3.5.2"})));
    assert_eq!(version.message, "No replication engine found with version: 3.5.2");
    rig.ok("CreateReplicationInstance", with(&base, json!({"ResourceIdentifier": "MINE"})));
    assert_eq!(rig.code("CreateReplicationInstance", base.clone()), EXISTS);
    let arn = "arn:aws:dms:eu-west-1:123456789012:rep:MINE";
    let one = json!({"ReplicationInstanceArn": arn});
    for operation in ["DeleteReplicationInstance", "RebootReplicationInstance"] {
        assert_eq!(rig.code(operation, one.clone()), STATE, "while it is created");
    }
    rig.wait(600);
    let cases = [
        (json!({}), COMBINATION),
        (json!({"AllocatedStorage": 50}), COMBINATION),
        (json!({"EngineVersion": "3.6.1"}), COMBINATION),
        (json!({"ReplicationInstanceClass": "dms.t9.medium"}), VALUE),
    ];
    for (change, code) in cases {
        assert_eq!(
            rig.code("ModifyReplicationInstance", with(&one, change.clone())),
            code,
            "{change}"
        );
    }
    let fault = rig.fault("ModifyReplicationInstance", one.clone());
    assert_eq!(fault.message, "No modifications were requested");
    let same = with(&one, json!({"AllocatedStorage": 100, "ApplyImmediately": true}));
    rig.ok("ModifyReplicationInstance", same);
    let big = |n: u32| {
        with(
            &base,
            json!({"ReplicationInstanceIdentifier": format!("big{n}"), "AllocatedStorage": 6_144}),
        )
    };
    for n in 0..4 {
        rig.ok("CreateReplicationInstance", big(n));
    }
    assert_eq!(rig.code("CreateReplicationInstance", big(4)), "StorageQuotaExceededFault");
}

#[test]
fn endpoints() {
    let mut rig = Rig::new();
    let base = endpoint_input("source", "source", "source-db.example.com");
    let role = "arn:aws:iam::123456789012:role/access";
    let cases = [
        (json!({"EndpointIdentifier": "a--b"}), VALUE),
        (json!({"EndpointType": "middle"}), VALUE),
        (json!({"EngineName": "oracel"}), VALUE),
        (json!({"EngineName": "redshift", "DatabaseName": "d"}), VALUE),
        (json!({"EngineName": "postgres"}), COMBINATION),
        (json!({"ServerName": null}), COMBINATION),
        (json!({"Password": null}), COMBINATION),
        (json!({"Port": "3306"}), "SerializationException"),
        (json!({"SslMode": "require"}), COMBINATION),
        (json!({"SslMode": "sometimes"}), VALUE),
        (json!({"SslMode": "verify-ca"}), COMBINATION),
        (json!({"SslMode": "verify-ca", "CertificateArn": "arn:x"}), NOT_FOUND),
        (json!({"PostgreSQLSettings": {}}), COMBINATION),
        (json!({"MySQLSettings": {"EventsPollInterval": 61}}), VALUE),
        (json!({"MySQLSettings": {"EventsPollInterval": "5"}}), "SerializationException"),
        (json!({"MySQLSettings": {"TargetDbType": "many"}}), VALUE),
        (json!({"MySQLSettings": {"SecretsManagerSecretId": "x"}}), COMBINATION),
        (
            json!({"MySQLSettings": {"SecretsManagerSecretId": "x", "SecretsManagerAccessRoleArn": role}}),
            COMBINATION,
        ),
        (json!({"KmsKeyId": "alias/other"}), "KMSKeyNotAccessibleFault"),
    ];
    for (change, code) in cases {
        let input = with(&base, change.clone());
        assert_eq!(rig.code("CreateEndpoint", input), code, "{change}");
    }
    let unknown = rig.fault("CreateEndpoint", with(&base, json!({"EngineName": "oracel"})));
    assert_eq!(unknown.message, r#"engine name "oracel" is not valid"#);
    let secret = json!({
        "EndpointIdentifier": "by-secret", "EndpointType": "source", "EngineName": "mysql",
        "MySQLSettings": {"SecretsManagerSecretId": "none", "SecretsManagerAccessRoleArn": role},
    });
    assert_eq!(rig.code("CreateEndpoint", secret.clone()), NOT_FOUND);
    rig.world.secrets.insert("none".into(), "{}".into());
    let trusts = &mut rig.world.roles.get_mut("access").unwrap().trusted_services;
    trusts.retain(|s| s == "dms.amazonaws.com");
    assert_eq!(rig.code("CreateEndpoint", secret), "AccessDeniedFault");
    rig.ok("CreateEndpoint", base.clone());
    assert_eq!(rig.code("CreateEndpoint", base), EXISTS);
    assert_eq!(rig.code("DeleteEndpoint", json!({"EndpointArn": "arn:no"})), NOT_FOUND);
}

#[test]
fn tasks_are_checked_before_they_exist() {
    let mut rig = Rig::new();
    let instance = rig.instance("orders");
    let source = rig.endpoint("source", "source", "source-db.example.com");
    let target = rig.endpoint("target", "target", "target-db.example.com");
    let base = json!({
        "ReplicationTaskIdentifier": "orders", "SourceEndpointArn": source,
        "TargetEndpointArn": target, "ReplicationInstanceArn": instance,
        "MigrationType": "full-load-and-cdc", "TableMappings": mappings(),
    });
    let log = r#"{"Logging":{"EnableLogging":true,"CloudWatchLogGroup":"mine"}}"#;
    let cases = [
        (json!({"SourceEndpointArn": target}), VALUE),
        (json!({"TargetEndpointArn": source}), VALUE),
        (json!({"SourceEndpointArn": "arn:no"}), NOT_FOUND),
        (json!({"ReplicationInstanceArn": "arn:no"}), NOT_FOUND),
        (json!({"MigrationType": "all"}), VALUE),
        (json!({"TableMappings": "{"}), VALUE),
        (json!({"ReplicationTaskSettings": "{"}), VALUE),
        (json!({"ReplicationTaskSettings": log}), VALUE),
        (
            json!({"CdcStartTime": 1_800_000_000, "CdcStartPosition": "2026-11-22T20:00:00"}),
            COMBINATION,
        ),
        (json!({"CdcStopPosition": "tomorrow"}), VALUE),
        (
            json!({"MigrationType": "full-load", "CdcStopPosition": "server_time:2026-12-01T00:00:00"}),
            COMBINATION,
        ),
    ];
    for (change, code) in cases {
        let input = with(&base, change.clone());
        assert_eq!(rig.code("CreateReplicationTask", input), code, "{change}");
    }
    let named =
        rig.fault("CreateReplicationTask", with(&base, json!({"ReplicationTaskSettings": log})));
    assert_eq!(
        named.message,
        "Task Settings CloudWatchLogGroup or CloudWatchLogStream cannot be set on create."
    );
    let swapped =
        rig.fault("CreateReplicationTask", with(&base, json!({"SourceEndpointArn": target})));
    assert!(swapped.message.contains("must be of type SOURCE"), "{swapped}");
    rig.ok("CreateReplicationTask", base.clone());
    assert_eq!(rig.code("CreateReplicationTask", base), EXISTS);
    assert_eq!(rig.code("DeleteEndpoint", json!({"EndpointArn": source})), STATE);
    let fault = rig.fault("DeleteReplicationInstance", json!({"ReplicationInstanceArn": instance}));
    assert!(fault.message.contains("has one or more replication tasks"), "{fault}");
}

#[test]
fn a_start_must_be_legal() {
    let mut rig = Rig::new();
    let task = rig.task("full-load-and-cdc", settings());
    let start = |kind: &str| json!({"ReplicationTaskArn": task, "StartReplicationTaskType": kind});
    assert_eq!(rig.code("StartReplicationTask", start("now")), VALUE);
    assert_eq!(rig.code("StartReplicationTask", start("resume-processing")), COMBINATION);
    assert_eq!(rig.code("StartReplicationTask", start("reload-target")), COMBINATION);
    let both = with(
        &start("start-replication"),
        json!({"CdcStartTime": 1_800_000_000, "CdcStartPosition": "2026-11-22T20:00:00"}),
    );
    assert_eq!(rig.code("StartReplicationTask", both), COMBINATION);
    rig.start(&task, "start-replication");
    let again = rig.fault("StartReplicationTask", start("start-replication"));
    assert_eq!(again.code, STATE);
    assert_eq!(again.message, "Replication Task cannot be started, invalid state");
    let one = json!({"ReplicationTaskArn": task});
    assert_eq!(rig.code("StopReplicationTask", one.clone()), STATE, "while it is starting");
    assert_eq!(rig.code("DeleteReplicationTask", one.clone()), STATE);
    rig.wait(1_500);
    assert_eq!(rig.code("DeleteReplicationTask", one.clone()), STATE);
    let fault = rig.fault(
        "ModifyReplicationTask",
        with(&one, json!({"ReplicationTaskSettings": r#"{"FullLoadSettings":{"CommitRate":9}}"#})),
    );
    assert_eq!(fault.code, STATE);
    assert!(fault.message.contains("excluding logging severity task settings"), "{fault}");
    let severity =
        r#"{"Logging":{"LogComponents":[{"Id":"SORTER","Severity":"LOGGER_SEVERITY_DEBUG"}]}}"#;
    rig.ok("ModifyReplicationTask", with(&one, json!({"ReplicationTaskSettings": severity})));
    assert_eq!(rig.status(), "running");
    let source = text(&rig.shown()["SourceEndpointArn"]);
    let change = json!({"EndpointArn": source, "Port": 3306});
    assert_eq!(rig.code("ModifyEndpoint", change), STATE);
    rig.ok("StopReplicationTask", one.clone());
    rig.wait(30);
    let fault = rig.fault("StartReplicationTask", start("start-replication"));
    assert_eq!(fault.code, COMBINATION);
    assert_eq!(
        fault.message,
        "Start Type : START_REPLICATION, valid only for tasks running for the first time"
    );
    assert_eq!(rig.fault("ModifyReplicationTask", one).message, "No modifications were requested");
}

#[test]
fn connections_must_have_been_tested() {
    let mut rig = Rig::new();
    let task = rig.task("full-load", settings());
    let shown = rig.shown();
    let bad = json!({"EndpointArn": shown["TargetEndpointArn"], "ServerName": "gone.internal"});
    rig.ok("ModifyEndpoint", bad);
    let start =
        json!({"ReplicationTaskArn": task, "StartReplicationTaskType": "start-replication"});
    for _ in ["testing", "failed"] {
        let fault = rig.fault("StartReplicationTask", start.clone());
        assert_eq!(fault.code, STATE);
        assert_eq!(
            fault.message,
            "Test connection for replication instance orders and endpoint target should be \
             successful for starting the replication task"
        );
        rig.wait(40);
    }
}

#[test]
fn reloads_are_checked() {
    let mut rig = Rig::new();
    let task = rig.task("full-load-and-cdc", json!({}));
    rig.start(&task, "start-replication");
    rig.wait(300);
    let table = |name: &str| json!({"SchemaName": "production", "TableName": name});
    let reload = |tables: Vec<Json>| json!({"ReplicationTaskArn": task, "TablesToReload": tables});
    assert_eq!(rig.code("ReloadTables", reload(vec![])), VALUE);
    assert_eq!(rig.code("ReloadTables", reload(vec![table("users"); 11])), VALUE);
    assert_eq!(rig.code("ReloadTables", reload(vec![table("none")])), VALUE);
    let validate = with(&reload(vec![table("users")]), json!({"ReloadOption": "validate-only"}));
    assert_eq!(rig.code("ReloadTables", validate), COMBINATION);
}

#[test]
fn subscriptions_events_and_tags() {
    let mut rig = Rig::new();
    let base = json!({
        "SubscriptionName": "s", "SnsTopicArn": format!("arn:aws:sns:{REGION}:{ACCOUNT}:alerts"),
    });
    let cases = [
        (json!({"SnsTopicArn": "arn:aws:sns:eu-west-1:123456789012:none"}), "SNSInvalidTopicFault"),
        (json!({"SourceType": "database"}), VALUE),
        (json!({"SourceType": "replication-task", "EventCategories": ["low storage"]}), VALUE),
        (json!({"SourceIds": ["x"]}), COMBINATION),
        (json!({"SourceType": "replication-task", "SourceIds": ["x"]}), NOT_FOUND),
    ];
    for (change, code) in cases {
        let input = with(&base, change.clone());
        assert_eq!(rig.code("CreateEventSubscription", input), code, "{change}");
    }
    rig.ok("CreateEventSubscription", base.clone());
    assert_eq!(rig.code("CreateEventSubscription", base), EXISTS);
    let missing = json!({"SubscriptionName": "none"});
    for operation in
        ["ModifyEventSubscription", "DeleteEventSubscription", "DescribeEventSubscriptions"]
    {
        assert_eq!(rig.code(operation, missing.clone()), NOT_FOUND, "{operation}");
    }
    assert_eq!(rig.code("DescribeEvents", json!({"SourceIdentifier": "x"})), COMBINATION);
    let times = json!({"StartTime": 10, "EndTime": 5});
    assert_eq!(rig.code("DescribeEvents", times), VALUE);
    assert_eq!(rig.code("ListTagsForResource", json!({"ResourceArn": "arn:x"})), VALUE);
    assert_eq!(rig.code("ListTagsForResource", json!({})), "ValidationException");
    let gone = "arn:aws:dms:eu-west-1:123456789012:task:GONE";
    assert_eq!(rig.code("AddTagsToResource", json!({"ResourceArn": gone, "Tags": []})), NOT_FOUND);
}

#[test]
fn filters_are_exact() {
    let mut rig = Rig::new();
    let calls = [
        ("DescribeReplicationInstances", "replication-instance-id"),
        ("DescribeEndpoints", "endpoint-arn"),
        ("DescribeConnections", "replication-instance-arn"),
        ("DescribeReplicationTasks", "replication-task-arn"),
        ("DescribeReplicationSubnetGroups", "replication-subnet-group-id"),
        ("DescribeReplicationTaskAssessmentRuns", "replication-task-arn"),
        ("DescribeCertificates", "certificate-id"),
    ];
    for (call, name) in calls {
        let filter = |name: &str| json!({"Filters": [{"Name": name, "Values": ["none"]}]});
        assert_eq!(rig.code(call, filter(name)), NOT_FOUND, "{call}");
        assert_eq!(rig.code(call, filter("colour")), VALUE, "{call}");
        assert_eq!(rig.code(call, json!({"MaxRecords": 500})), VALUE, "{call}");
        rig.ok(call, json!({}));
    }
    let empty = json!({"Filters": [{"Name": "engine-name", "Values": ["oracle"]}]});
    assert_eq!(rig.ok("DescribeEndpoints", empty)["Endpoints"], json!([]));
}

#[test]
fn every_operation_of_dms_is_answered_or_named_as_absent() {
    let mut rig = Rig::new();
    assert_eq!(super::super::dispatch::ABSENT.len(), 54, "119 operations, 65 of them here");
    for operation in super::super::dispatch::ABSENT {
        let fault = rig.fault(operation, json!({}));
        assert_eq!(fault.code, "NotInLocalAws");
        assert_eq!(fault.message, format!("dms:{operation} is not in the local AWS"));
    }
    assert_eq!(rig.code("DoSomething", json!({})), "UnknownOperationException");
    assert_eq!(rig.code("DescribeEvents", json!([])), "SerializationException");
}
