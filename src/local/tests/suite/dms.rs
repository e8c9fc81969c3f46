//! DMS among the other services: what it asks of them, and what it leaves in them.

use super::{code, local, options, pass, sdk, services::TRUST};
use aws_sdk_databasemigration::Client;
use aws_sdk_ec2::types::Filter;
use aws_types::SdkConfig;
use dmsrun_local::Local;

const VPC_ROLE: &str = "arn:aws:iam::aws:policy/service-role/AmazonDMSVPCManagementRole";

struct Net {
    vpc: String,
    subnets: Vec<String>,
    group: String,
}

async fn net(config: &SdkConfig) -> Net {
    let ec2 = aws_sdk_ec2::Client::new(config);
    let vpc = ec2.create_vpc().cidr_block("10.0.0.0/16").send().await.unwrap().vpc.unwrap();
    let vpc = vpc.vpc_id.unwrap();
    let mut subnets = Vec::new();
    for (n, zone) in ["eu-west-1a", "eu-west-1b"].iter().enumerate() {
        let cidr = format!("10.0.{n}.0/24");
        let make = ec2.create_subnet().vpc_id(&vpc).cidr_block(cidr).availability_zone(*zone);
        subnets.push(make.send().await.unwrap().subnet.unwrap().subnet_id.unwrap());
    }
    let group = ec2.create_security_group().group_name("dms").description("dms").vpc_id(&vpc);
    let group = group.send().await.unwrap().group_id.unwrap();
    Net { vpc, subnets, group }
}

async fn role(config: &SdkConfig) {
    let iam = aws_sdk_iam::Client::new(config);
    let make = iam.create_role().role_name("dms-vpc-role").assume_role_policy_document(TRUST);
    make.send().await.unwrap();
    let attach = iam.attach_role_policy().role_name("dms-vpc-role").policy_arn(VPC_ROLE);
    attach.send().await.unwrap();
}

async fn instance(local: &Local, config: &SdkConfig, net: &Net) -> String {
    let dms = Client::new(config);
    let make = || {
        dms.create_replication_subnet_group()
            .replication_subnet_group_identifier("g")
            .replication_subnet_group_description("for tests")
            .set_subnet_ids(Some(net.subnets.clone()))
            .send()
    };
    // A role is seen by DMS only after some seconds.
    assert_eq!(code(make().await), "AccessDeniedFault");
    pass(local, 30).await;
    make().await.unwrap();
    let made = dms
        .create_replication_instance()
        .replication_instance_identifier("i")
        .replication_instance_class("dms.t3.medium")
        .replication_subnet_group_identifier("g")
        .vpc_security_group_ids(&net.group)
        .publicly_accessible(false)
        .send()
        .await
        .unwrap();
    made.replication_instance.unwrap().replication_instance_arn.unwrap()
}

async fn status(dms: &Client) -> String {
    let shown = dms.describe_replication_instances().send().await;
    let shown = shown.map(|s| s.replication_instances.unwrap_or_default()).unwrap_or_default();
    shown.first().and_then(|i| i.replication_instance_status.clone()).unwrap_or_default()
}

#[tokio::test]
async fn an_instance_holds_its_subnet_and_its_groups() {
    let local = local();
    let config = sdk(&local);
    let (dms, ec2) = (Client::new(&config), aws_sdk_ec2::Client::new(&config));
    let net = net(&config).await;
    role(&config).await;
    let arn = instance(&local, &config, &net).await;
    assert_eq!(status(&dms).await, "creating");
    pass(&local, 3600).await;
    assert_eq!(status(&dms).await, "available");
    let mine = Filter::builder().name("vpc-id").values(&net.vpc).build();
    let found = ec2.describe_network_interfaces().filters(mine).send().await.unwrap();
    let eni = &found.network_interfaces()[0];
    assert_eq!(eni.description(), Some("DMSNetworkInterface"));
    assert_eq!(eni.groups()[0].group_id(), Some(net.group.as_str()));
    let held = eni.subnet_id().unwrap();
    assert_eq!(code(ec2.delete_subnet().subnet_id(held).send().await), "DependencyViolation");
    let group = || ec2.delete_security_group().group_id(&net.group).send();
    assert_eq!(code(group().await), "DependencyViolation");
    dms.delete_replication_instance().replication_instance_arn(&arn).send().await.unwrap();
    pass(&local, 3600).await;
    assert_eq!(status(&dms).await, "");
    group().await.unwrap();
    let gone = dms.delete_replication_subnet_group().replication_subnet_group_identifier("g");
    gone.send().await.unwrap();
    for subnet in &net.subnets {
        ec2.delete_subnet().subnet_id(subnet).send().await.unwrap();
    }
    ec2.delete_vpc().vpc_id(&net.vpc).send().await.unwrap();
}

#[tokio::test]
async fn metrics_and_state_outlive_the_process() {
    let dir = tempfile::tempdir().unwrap();
    let (ids, count) = {
        let local = Local::open(options(Some(dir.path()))).unwrap();
        let config = sdk(&local);
        let net = net(&config).await;
        role(&config).await;
        instance(&local, &config, &net).await;
        pass(&local, 3600).await;
        let watch = aws_sdk_cloudwatch::Client::new(&config);
        let metrics = watch.list_metrics().namespace("AWS/DMS").send().await.unwrap();
        assert!(!metrics.metrics().is_empty());
        (net.subnets, metrics.metrics().len())
    };
    let local = Local::open(options(Some(dir.path()))).unwrap();
    let config = sdk(&local);
    assert_eq!(status(&Client::new(&config)).await, "available");
    let ec2 = aws_sdk_ec2::Client::new(&config);
    assert_eq!(ec2.describe_subnets().send().await.unwrap().subnets().len(), ids.len());
    let watch = aws_sdk_cloudwatch::Client::new(&config);
    let metrics = watch.list_metrics().namespace("AWS/DMS").send().await.unwrap();
    assert_eq!(metrics.metrics().len(), count);
}
