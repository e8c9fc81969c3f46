//! What EC2 refuses, and what it remembers.

use super::{code, local, pass, sdk, sdk_in};
use aws_sdk_ec2::{
    Client,
    types::{
        AttributeBooleanValue, Filter, IpPermission, IpRange, ResourceType, Tag, TagSpecification,
        UserIdGroupPair, VpcAttributeName,
    },
};

fn tags(kind: ResourceType, name: &str) -> TagSpecification {
    let tag = |key: &str, value: &str| Tag::builder().key(key).value(value).build();
    TagSpecification::builder()
        .resource_type(kind)
        .tags(tag("Name", name))
        .tags(tag("dmsrun:stack", "shop"))
        .build()
}

fn filter(name: &str, value: &str) -> Filter {
    Filter::builder().name(name).values(value).build()
}

async fn vpc(ec2: &Client) -> String {
    let made = ec2
        .create_vpc()
        .cidr_block("10.0.0.0/16")
        .tag_specifications(tags(ResourceType::Vpc, "net"))
        .send()
        .await
        .unwrap();
    made.vpc.unwrap().vpc_id.unwrap()
}

async fn subnet(ec2: &Client, vpc: &str, cidr: &str, zone: &str) -> String {
    let made = ec2
        .create_subnet()
        .vpc_id(vpc)
        .cidr_block(cidr)
        .availability_zone(zone)
        .tag_specifications(tags(ResourceType::Subnet, cidr))
        .send()
        .await
        .unwrap();
    made.subnet.unwrap().subnet_id.unwrap()
}

#[tokio::test]
async fn vpcs_and_subnets_keep_to_their_ranges() {
    let local = local();
    let ec2 = Client::new(&sdk(&local));
    let vpc = vpc(&ec2).await;
    assert!(vpc.starts_with("vpc-0") && vpc.len() == 21, "{vpc}");
    assert_eq!(code(ec2.create_vpc().cidr_block("10.0.0.0/8").send().await), "InvalidVpc.Range");
    assert_eq!(code(ec2.create_vpc().cidr_block("nonsense").send().await), "InvalidParameterValue");
    let id = subnet(&ec2, &vpc, "10.0.1.0/24", "eu-west-1b").await;
    let ask = |cidr: &str, zone: &str| {
        ec2.create_subnet().vpc_id(&vpc).cidr_block(cidr).availability_zone(zone).send()
    };
    assert_eq!(code(ask("10.0.1.128/25", "eu-west-1a").await), "InvalidSubnet.Conflict");
    assert_eq!(code(ask("10.0.0.0/16", "eu-west-1a").await), "InvalidSubnet.Conflict");
    assert_eq!(code(ask("10.1.0.0/24", "eu-west-1a").await), "InvalidSubnet.Range");
    assert_eq!(code(ask("10.0.2.0/29", "eu-west-1a").await), "InvalidSubnet.Range");
    assert_eq!(code(ask("10.0.2.0/24", "us-east-1a").await), "InvalidParameterValue");
    let shown = ec2.describe_subnets().subnet_ids(&id).send().await.unwrap();
    let shown = &shown.subnets()[0];
    assert_eq!(shown.available_ip_address_count(), Some(251));
    assert_eq!(shown.availability_zone_id(), Some("euw1-az2"));
    assert_eq!(shown.tags().len(), 2);
    assert_eq!(code(ec2.delete_vpc().vpc_id(&vpc).send().await), "DependencyViolation");
    assert_eq!(
        code(ec2.describe_vpcs().vpc_ids("vpc-00000000000000000").send().await),
        "InvalidVpcID.NotFound"
    );
    ec2.delete_subnet().subnet_id(&id).send().await.unwrap();
    ec2.delete_vpc().vpc_id(&vpc).send().await.unwrap();
    assert!(ec2.describe_vpcs().send().await.unwrap().vpcs().is_empty());
    assert!(ec2.describe_security_groups().send().await.unwrap().security_groups().is_empty());
}

#[tokio::test]
async fn attributes_tags_and_filters() {
    let local = local();
    let ec2 = Client::new(&sdk(&local));
    let vpc = vpc(&ec2).await;
    let on = AttributeBooleanValue::builder().value(true).build();
    ec2.modify_vpc_attribute().vpc_id(&vpc).enable_dns_hostnames(on).send().await.unwrap();
    let shown = ec2
        .describe_vpc_attribute()
        .vpc_id(&vpc)
        .attribute(VpcAttributeName::EnableDnsHostnames)
        .send()
        .await
        .unwrap();
    assert_eq!(shown.enable_dns_hostnames().and_then(|v| v.value()), Some(true));
    let find = |name: &str, value: &str| ec2.describe_vpcs().filters(filter(name, value)).send();
    assert_eq!(find("tag:dmsrun:stack", "shop").await.unwrap().vpcs().len(), 1);
    assert_eq!(find("tag:dmsrun:stack", "s*").await.unwrap().vpcs().len(), 1);
    assert_eq!(find("tag:dmsrun:stack", "other").await.unwrap().vpcs().len(), 0);
    assert_eq!(find("tag-key", "Name").await.unwrap().vpcs().len(), 1);
    assert_eq!(code(find("colour", "red").await), "InvalidParameterValue");
    let tag = Tag::builder().key("Name").value("renamed").build();
    ec2.create_tags().resources(&vpc).tags(tag).send().await.unwrap();
    let gone = Tag::builder().key("dmsrun:stack").build();
    ec2.delete_tags().resources(&vpc).tags(gone).send().await.unwrap();
    let shown = ec2.describe_vpcs().send().await.unwrap();
    assert_eq!(shown.vpcs()[0].tags().len(), 1);
    assert_eq!(shown.vpcs()[0].tags()[0].value(), Some("renamed"));
    let listed = ec2.describe_tags().filters(filter("resource-id", &vpc)).send().await.unwrap();
    assert_eq!(listed.tags().len(), 1);
    let tag = Tag::builder().key("a").value("b").build();
    assert_eq!(
        code(ec2.create_tags().resources("vpc-0123").tags(tag).send().await),
        "InvalidVpcID.NotFound"
    );
    let other = Client::new(&sdk_in(&local, "us-east-1"));
    assert!(other.describe_vpcs().send().await.unwrap().vpcs().is_empty());
}

#[tokio::test]
async fn security_groups_and_their_rules() {
    let local = local();
    let ec2 = Client::new(&sdk(&local));
    let vpc = vpc(&ec2).await;
    let group = |name: &'static str| {
        ec2.create_security_group()
            .group_name(name)
            .description("for tests")
            .vpc_id(&vpc)
            .tag_specifications(tags(ResourceType::SecurityGroup, name))
            .send()
    };
    let (a, b) = (group("a").await.unwrap(), group("b").await.unwrap());
    let (a, b) = (a.group_id().unwrap(), b.group_id().unwrap());
    assert_eq!(code(group("a").await), "InvalidGroup.Duplicate");
    let port = |p: i32| IpPermission::builder().ip_protocol("tcp").from_port(p).to_port(p);
    let range = IpRange::builder().cidr_ip("10.0.0.0/16").description("the net").build();
    let mysql = port(3306).ip_ranges(range).build();
    let pair = UserIdGroupPair::builder().group_id(b).description("from b").build();
    let from_b = port(5432).user_id_group_pairs(pair).build();
    let allow = ec2
        .authorize_security_group_ingress()
        .group_id(a)
        .ip_permissions(mysql.clone())
        .ip_permissions(from_b)
        .tag_specifications(tags(ResourceType::SecurityGroupRule, "rule"))
        .send()
        .await
        .unwrap();
    assert_eq!(allow.security_group_rules().len(), 2);
    let again =
        ec2.authorize_security_group_ingress().group_id(a).ip_permissions(mysql.clone()).send();
    assert_eq!(code(again.await), "InvalidPermission.Duplicate");
    assert_eq!(code(ec2.delete_security_group().group_id(b).send().await), "DependencyViolation");
    let shown = ec2.describe_security_groups().group_ids(a).send().await.unwrap();
    let shown = &shown.security_groups()[0];
    assert_eq!(shown.ip_permissions().len(), 2);
    assert_eq!(shown.ip_permissions_egress()[0].ip_protocol(), Some("-1"));
    assert_eq!(shown.ip_permissions_egress()[0].from_port(), None);
    let rules = ec2.describe_security_group_rules().filters(filter("group-id", a)).send();
    let rules = rules.await.unwrap();
    assert_eq!(rules.security_group_rules().len(), 3);
    ec2.revoke_security_group_ingress().group_id(a).ip_permissions(mysql).send().await.unwrap();
    let second = allow.security_group_rules()[1].security_group_rule_id().unwrap();
    let revoke = ec2.revoke_security_group_ingress().group_id(a).security_group_rule_ids(second);
    revoke.send().await.unwrap();
    ec2.delete_security_group().group_id(b).send().await.unwrap();
    let default = ec2.describe_security_groups().filters(filter("group-name", "default")).send();
    let default = default.await.unwrap();
    let default = default.security_groups()[0].group_id().unwrap();
    assert_eq!(code(ec2.delete_security_group().group_id(default).send().await), "CannotDelete");
}

#[tokio::test]
async fn client_tokens_repeat_an_answer() {
    let local = local();
    let ec2 = Client::new(&sdk(&local));
    let vpc = vpc(&ec2).await;
    let make = || ec2.create_route_table().vpc_id(&vpc).client_token("t1").send();
    let one = make().await.unwrap().route_table.unwrap().route_table_id;
    let two = make().await.unwrap().route_table.unwrap().route_table_id;
    assert_eq!(one, two);
    assert_eq!(ec2.describe_route_tables().send().await.unwrap().route_tables().len(), 2);
    let other = ec2
        .create_route_table()
        .vpc_id(&vpc)
        .client_token("t1")
        .tag_specifications(tags(ResourceType::RouteTable, "x"))
        .send();
    assert_eq!(code(other.await), "IdempotentParameterMismatch");
}

#[tokio::test]
async fn lists_come_in_order_and_in_pages() {
    let local = local();
    let ec2 = Client::new(&sdk(&local));
    let vpc = vpc(&ec2).await;
    for n in 0..7 {
        subnet(&ec2, &vpc, &format!("10.0.{n}.0/24"), "eu-west-1a").await;
    }
    let mut pages = ec2.describe_subnets().into_paginator().page_size(3).send();
    let mut cidrs = Vec::new();
    let mut count = 0;
    while let Some(page) = pages.next().await {
        count += 1;
        cidrs.extend(page.unwrap().subnets().iter().map(|s| s.cidr_block().unwrap().to_owned()));
    }
    assert_eq!(count, 3);
    assert_eq!(cidrs[0], "10.0.0.0/24");
    assert_eq!(cidrs[6], "10.0.6.0/24");
}

#[tokio::test]
async fn a_seed_repeats_ids() {
    let ids = async || {
        let local = local();
        let ec2 = Client::new(&sdk(&local));
        pass(&local, 5).await;
        vpc(&ec2).await
    };
    assert_eq!(ids().await, ids().await);
}

#[tokio::test]
async fn what_is_not_here_says_so() {
    let local = local();
    let ec2 = Client::new(&sdk(&local));
    let error = ec2.describe_spot_price_history().send().await.unwrap_err();
    let error = error.into_service_error();
    assert_eq!(
        error.meta().message(),
        Some("ec2:DescribeSpotPriceHistory is not in the local AWS")
    );
    let rds = aws_sdk_rds::Client::new(&sdk(&local));
    let error = rds.describe_db_instances().send().await.unwrap_err().into_service_error();
    assert_eq!(error.meta().message(), Some("rds:DescribeDBInstances is not in the local AWS"));
    let tagging = aws_sdk_resourcegroupstagging::Client::new(&sdk(&local));
    let error = tagging.get_tag_keys().send().await.unwrap_err().into_service_error();
    assert_eq!(error.meta().message(), Some("tagging:GetTagKeys is not in the local AWS"));
}
