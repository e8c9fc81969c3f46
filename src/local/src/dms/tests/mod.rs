//! Tests of the service as a whole, against a world that is made up.
#![allow(clippy::unwrap_used)]

mod faults;
mod lifecycle;
mod migration;
mod replay;
mod serverless;

use super::{Dms, Effect, Fault, Role, Subnet, World};
use dmsrun_base::{Random, Timestamp};
use futures_util::{FutureExt as _, future::BoxFuture};
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};

const REGION: &str = "eu-west-1";
const ACCOUNT: &str = "123456789012";

/// Other services as a test wants them.
#[derive(Clone, Debug)]
struct Fake {
    subnets: BTreeMap<String, Subnet>,
    roles: BTreeMap<String, Role>,
    secrets: BTreeMap<String, String>,
    topics: BTreeSet<String>,
    buckets: BTreeSet<String>,
}

impl Fake {
    fn new(now: Timestamp) -> Self {
        let subnet = |n: u8, zone: &str, vpc: &str| Subnet {
            vpc_id: vpc.into(),
            availability_zone: format!("{REGION}{zone}"),
            cidr_block: format!("10.0.{n}.0/24"),
        };
        let subnets = [
            ("subnet-a", subnet(1, "a", "vpc-1")),
            ("subnet-a2", subnet(2, "a", "vpc-1")),
            ("subnet-b", subnet(3, "b", "vpc-1")),
            ("subnet-x", subnet(4, "b", "vpc-2")),
        ];
        let mut fake = Self {
            subnets: subnets.map(|(id, s)| (id.to_owned(), s)).into(),
            roles: BTreeMap::new(),
            secrets: BTreeMap::new(),
            topics: [format!("arn:aws:sns:{REGION}:{ACCOUNT}:alerts")].into(),
            buckets: ["results".to_owned()].into(),
        };
        let old = now - jiff_hours(1);
        fake.add_role("dms-vpc-role", "AmazonDMSVPCManagementRole", old);
        fake.add_role("dms-cloudwatch-logs-role", "AmazonDMSCloudWatchLogsRole", old);
        fake.add_role("access", "Access", old);
        fake
    }

    fn add_role(&mut self, name: &str, policy: &str, created: Timestamp) {
        let role = Role {
            arn: format!("arn:aws:iam::{ACCOUNT}:role/{name}"),
            trusted_services: vec![
                "dms.amazonaws.com".into(),
                format!("dms.{REGION}.amazonaws.com"),
            ],
            attached_policies: vec![format!("arn:aws:iam::aws:policy/service-role/{policy}")],
            created,
        };
        self.roles.insert(name.to_owned(), role);
    }
}

fn jiff_hours(hours: u64) -> std::time::Duration {
    std::time::Duration::from_secs(hours * 3_600)
}

fn ready<'a, T: Send + 'a>(value: T) -> BoxFuture<'a, T> {
    Box::pin(async move { value })
}

impl World for Fake {
    fn subnet<'a>(&'a self, _region: &'a str, id: &'a str) -> BoxFuture<'a, Option<Subnet>> {
        ready(self.subnets.get(id).cloned())
    }
    fn security_group<'a>(
        &'a self,
        _region: &'a str,
        id: &'a str,
    ) -> BoxFuture<'a, Option<String>> {
        ready(match id {
            "sg-1" => Some("vpc-1".to_owned()),
            "sg-x" => Some("vpc-2".to_owned()),
            _ => None,
        })
    }
    fn role<'a>(&'a self, arn_or_name: &'a str) -> BoxFuture<'a, Option<Role>> {
        let name = arn_or_name.rsplit('/').next().unwrap_or_default();
        ready(self.roles.get(name).cloned())
    }
    fn kms_key<'a>(&'a self, _region: &'a str, id: &'a str) -> BoxFuture<'a, Option<String>> {
        ready((id == "alias/mine").then(|| "arn:aws:kms:eu-west-1:123456789012:key/1".to_owned()))
    }
    fn topic<'a>(&'a self, _region: &'a str, arn: &'a str) -> BoxFuture<'a, bool> {
        ready(self.topics.contains(arn))
    }
    fn secret<'a>(&'a self, _region: &'a str, id: &'a str) -> BoxFuture<'a, Option<String>> {
        ready(self.secrets.get(id).cloned())
    }
    fn bucket<'a>(&'a self, name: &'a str) -> BoxFuture<'a, bool> {
        ready(self.buckets.contains(name))
    }
}

/// A DMS with its world and a clock.
struct Rig {
    dms: Dms,
    world: Fake,
    now: Timestamp,
}

impl Rig {
    fn new() -> Self {
        Self::seeded(7)
    }

    fn seeded(seed: u64) -> Self {
        let now: Timestamp = "2026-11-22T20:08:08Z".parse().unwrap();
        Self { dms: Dms::new(ACCOUNT, Random::seeded(seed)), world: Fake::new(now), now }
    }

    fn call(&mut self, operation: &str, input: Json) -> Result<Json, Fault> {
        let answer = self.dms.handle(&self.world, self.now, REGION, operation, input);
        answer.now_or_never().expect("the made-up world never waits")
    }

    fn ok(&mut self, operation: &str, input: Json) -> Json {
        self.call(operation, input).unwrap_or_else(|e| panic!("{operation}: {e}"))
    }

    fn fault(&mut self, operation: &str, input: Json) -> Fault {
        let text = input.to_string();
        match self.call(operation, input) {
            Err(fault) => fault,
            Ok(answer) => panic!("{operation} {text} answered {answer}"),
        }
    }

    /// The code of the fault.
    fn code(&mut self, operation: &str, input: Json) -> String {
        self.fault(operation, input).code
    }

    fn wait(&mut self, seconds: u64) {
        self.now += std::time::Duration::from_secs(seconds);
        self.dms.tick(self.now);
    }

    fn group(&mut self) {
        self.ok(
            "CreateReplicationSubnetGroup",
            json!({
                "ReplicationSubnetGroupIdentifier": "Private",
                "ReplicationSubnetGroupDescription": "for tests",
                "SubnetIds": ["subnet-a", "subnet-b"],
            }),
        );
    }

    /// An instance that is available, by its ARN.
    fn instance(&mut self, name: &str) -> String {
        if self.ok("DescribeReplicationSubnetGroups", json!({}))["ReplicationSubnetGroups"]
            .as_array()
            .unwrap()
            .is_empty()
        {
            self.group();
        }
        let made = self.ok("CreateReplicationInstance", instance_input(name));
        self.wait(600);
        text(&made["ReplicationInstance"]["ReplicationInstanceArn"])
    }

    fn endpoint(&mut self, name: &str, side: &str, host: &str) -> String {
        let made = self.ok("CreateEndpoint", endpoint_input(name, side, host));
        text(&made["Endpoint"]["EndpointArn"])
    }

    fn test(&mut self, instance: &str, endpoint: &str) {
        let pair = json!({"ReplicationInstanceArn": instance, "EndpointArn": endpoint});
        self.ok("TestConnection", pair);
    }

    /// Instance, tested endpoints and a task that is ready; the task's ARN.
    fn task(&mut self, migration_type: &str, settings: Json) -> String {
        let instance = self.instance("orders");
        let source = self.endpoint("source", "source", "source-db.example.com");
        let target = self.endpoint("target", "target", "target-db.example.com");
        self.test(&instance, &source);
        self.test(&instance, &target);
        let input = json!({
            "ReplicationTaskIdentifier": "orders-migration",
            "SourceEndpointArn": source,
            "TargetEndpointArn": target,
            "ReplicationInstanceArn": instance,
            "MigrationType": migration_type,
            "TableMappings": mappings(),
            "ReplicationTaskSettings": settings.to_string(),
        });
        let made = self.ok("CreateReplicationTask", input);
        self.wait(60);
        text(&made["ReplicationTask"]["ReplicationTaskArn"])
    }

    fn start(&mut self, task: &str, kind: &str) {
        self.ok(
            "StartReplicationTask",
            json!({"ReplicationTaskArn": task, "StartReplicationTaskType": kind}),
        );
    }

    /// The only task.
    fn shown(&mut self) -> Json {
        self.ok("DescribeReplicationTasks", json!({}))["ReplicationTasks"][0].clone()
    }

    fn status(&mut self) -> String {
        text(&self.shown()["Status"])
    }

    /// Table statistics by table name.
    fn tables(&mut self, task: &str) -> BTreeMap<String, Json> {
        let input = json!({"ReplicationTaskArn": task, "MaxRecords": 500});
        let answer = self.ok("DescribeTableStatistics", input);
        let list = answer["TableStatistics"].as_array().unwrap().clone();
        list.into_iter().map(|t| (text(&t["TableName"]), t)).collect()
    }

    fn effects(&mut self) -> Vec<Effect> {
        self.dms.take_effects()
    }
}

fn text(json: &Json) -> String {
    json.as_str().unwrap_or_else(|| panic!("not a text: {json}")).to_owned()
}

fn instance_input(name: &str) -> Json {
    json!({
        "ReplicationInstanceIdentifier": name,
        "ReplicationInstanceClass": "dms.t3.medium",
        "AllocatedStorage": 100,
        "ReplicationSubnetGroupIdentifier": "private",
        "VpcSecurityGroupIds": ["sg-1"],
        "MultiAZ": true,
        "PubliclyAccessible": false,
    })
}

fn endpoint_input(name: &str, side: &str, host: &str) -> Json {
    json!({
        "EndpointIdentifier": name,
        "EndpointType": side,
        "EngineName": "mysql",
        "ServerName": host,
        "Port": 3306,
        "Username": "dms",
        "Password": "planted-Password-1",
        "ExtraConnectionAttributes": "initstmt=SET foreign_key_checks=0",
    })
}

fn mappings() -> String {
    let rule = |id: u8, action: &str, table: &str| {
        json!({
            "rule-type": "selection",
            "rule-id": id.to_string(),
            "rule-name": format!("rule-{id}"),
            "rule-action": action,
            "object-locator": {"schema-name": "production", "table-name": table},
        })
    };
    json!({"rules": [rule(1, "include", "%"), rule(2, "exclude", "temp_%")]}).to_string()
}

/// The settings of the demo.
fn settings() -> Json {
    json!({
        "FullLoadSettings": {"MaxFullLoadSubTasks": 16, "TargetTablePrepMode": "DROP_AND_CREATE"},
        "Logging": {"EnableLogging": true},
        "ValidationSettings": {"EnableValidation": true},
    })
}
