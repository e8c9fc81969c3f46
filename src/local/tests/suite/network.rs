//! A network with gateways, routes, endpoints and flow logs, built up and torn down.

use super::{code, local, pass, sdk};
use aws_sdk_ec2::{
    Client,
    types::{DomainType, Filter, FlowLogsResourceType, TrafficType, VpcEndpointType},
};

struct Net {
    vpc: String,
    subnet: String,
    igw: String,
    table: String,
    association: String,
}

async fn net(ec2: &Client) -> Net {
    let vpc = ec2.create_vpc().cidr_block("10.0.0.0/16").send().await.unwrap().vpc.unwrap();
    let vpc = vpc.vpc_id.unwrap();
    let subnet = ec2.create_subnet().vpc_id(&vpc).cidr_block("10.0.0.0/24").send().await.unwrap();
    let subnet = subnet.subnet.unwrap().subnet_id.unwrap();
    let igw = ec2.create_internet_gateway().send().await.unwrap().internet_gateway.unwrap();
    let igw = igw.internet_gateway_id.unwrap();
    ec2.attach_internet_gateway().internet_gateway_id(&igw).vpc_id(&vpc).send().await.unwrap();
    let table = ec2.create_route_table().vpc_id(&vpc).send().await.unwrap().route_table.unwrap();
    let table = table.route_table_id.unwrap();
    let route = ec2.create_route().route_table_id(&table).destination_cidr_block("0.0.0.0/0");
    route.gateway_id(&igw).send().await.unwrap();
    let association = ec2.associate_route_table().route_table_id(&table).subnet_id(&subnet);
    let association = association.send().await.unwrap().association_id.unwrap();
    Net { vpc, subnet, igw, table, association }
}

async fn nat_state(ec2: &Client, id: &str) -> String {
    let shown = ec2.describe_nat_gateways().nat_gateway_ids(id).send().await.unwrap();
    shown.nat_gateways()[0].state().unwrap().as_str().to_owned()
}

#[tokio::test]
async fn a_nat_gateway_takes_its_time() {
    let local = local();
    let ec2 = Client::new(&sdk(&local));
    let net = net(&ec2).await;
    let address = ec2.allocate_address().domain(DomainType::Vpc).send().await.unwrap();
    let address = address.allocation_id.unwrap();
    let make = || {
        let make = ec2.create_nat_gateway().subnet_id(&net.subnet).allocation_id(&address);
        make.client_token("nat-1").send()
    };
    let nat = make().await.unwrap().nat_gateway.unwrap().nat_gateway_id.unwrap();
    assert_eq!(make().await.unwrap().nat_gateway.unwrap().nat_gateway_id.unwrap(), nat);
    assert_eq!(nat_state(&ec2, &nat).await, "pending");
    pass(&local, 89).await;
    assert_eq!(nat_state(&ec2, &nat).await, "pending");
    pass(&local, 1).await;
    assert_eq!(nat_state(&ec2, &nat).await, "available");

    let shown = ec2.describe_addresses().allocation_ids(&address).send().await.unwrap();
    assert!(shown.addresses()[0].association_id().is_some());
    let release = || ec2.release_address().allocation_id(&address).send();
    assert_eq!(code(release().await), "InvalidIPAddress.InUse");
    let subnet = || ec2.delete_subnet().subnet_id(&net.subnet).send();
    assert_eq!(code(subnet().await), "DependencyViolation");
    let detach =
        || ec2.detach_internet_gateway().internet_gateway_id(&net.igw).vpc_id(&net.vpc).send();
    assert_eq!(code(detach().await), "DependencyViolation");

    ec2.delete_nat_gateway().nat_gateway_id(&nat).send().await.unwrap();
    assert_eq!(nat_state(&ec2, &nat).await, "deleting");
    assert_eq!(code(subnet().await), "DependencyViolation");
    pass(&local, 60).await;
    assert_eq!(nat_state(&ec2, &nat).await, "deleted");
    release().await.unwrap();
    detach().await.unwrap();
    subnet().await.unwrap();
    pass(&local, 3600).await;
    assert!(ec2.describe_nat_gateways().send().await.unwrap().nat_gateways().is_empty());
}

#[tokio::test]
async fn a_network_goes_only_from_the_leaves() {
    let local = local();
    let ec2 = Client::new(&sdk(&local));
    let net = net(&ec2).await;
    let shown = ec2.describe_route_tables().route_table_ids(&net.table).send().await.unwrap();
    let table = &shown.route_tables()[0];
    assert_eq!(table.routes().len(), 2);
    assert_eq!(table.routes()[1].gateway_id(), Some(net.igw.as_str()));
    assert_eq!(table.associations()[0].subnet_id(), Some(net.subnet.as_str()));
    let again = ec2.create_route().route_table_id(&net.table).destination_cidr_block("0.0.0.0/0");
    let other = ec2.create_egress_only_internet_gateway().vpc_id(&net.vpc).send().await.unwrap();
    let other = other.egress_only_internet_gateway.unwrap().egress_only_internet_gateway_id;
    let again = again.egress_only_internet_gateway_id(other.clone().unwrap()).send();
    assert_eq!(code(again.await), "RouteAlreadyExists");
    let delete_table = || ec2.delete_route_table().route_table_id(&net.table).send();
    assert_eq!(code(delete_table().await), "DependencyViolation");
    let delete_igw = || ec2.delete_internet_gateway().internet_gateway_id(&net.igw).send();
    assert_eq!(code(delete_igw().await), "DependencyViolation");

    let apart = ec2.disassociate_route_table().association_id(&net.association);
    apart.send().await.unwrap();
    delete_table().await.unwrap();
    let detach = ec2.detach_internet_gateway().internet_gateway_id(&net.igw).vpc_id(&net.vpc);
    detach.send().await.unwrap();
    delete_igw().await.unwrap();
    let gone = ec2.delete_egress_only_internet_gateway();
    gone.egress_only_internet_gateway_id(other.unwrap()).send().await.unwrap();
    ec2.delete_subnet().subnet_id(&net.subnet).send().await.unwrap();
    ec2.delete_vpc().vpc_id(&net.vpc).send().await.unwrap();
    let zones = ec2.describe_availability_zones().send().await.unwrap();
    assert_eq!(zones.availability_zones().len(), 3);
    assert_eq!(zones.availability_zones()[0].state().unwrap().as_str(), "available");
}

#[tokio::test]
async fn endpoints_of_both_kinds() {
    let local = local();
    let ec2 = Client::new(&sdk(&local));
    let net = net(&ec2).await;
    let s3 = ec2.create_vpc_endpoint().vpc_id(&net.vpc).service_name("com.amazonaws.eu-west-1.s3");
    let s3 = s3.route_table_ids(&net.table).send().await.unwrap().vpc_endpoint.unwrap();
    assert_eq!(s3.state().unwrap().as_str().to_lowercase(), "available");
    let wrong =
        ec2.create_vpc_endpoint().vpc_id(&net.vpc).service_name("com.amazonaws.eu-west-1.x");
    assert_eq!(code(wrong.send().await), "InvalidServiceName");
    let make = || {
        ec2.create_vpc_endpoint()
            .vpc_id(&net.vpc)
            .vpc_endpoint_type(VpcEndpointType::Interface)
            .service_name("com.amazonaws.eu-west-1.secretsmanager")
            .subnet_ids(&net.subnet)
    };
    // Private names need a VPC with DNS host names.
    assert_eq!(code(make().send().await), "InvalidParameter");
    let secrets = make().private_dns_enabled(false).client_token("e").send().await.unwrap();
    let secrets = secrets.vpc_endpoint.unwrap();
    let id = secrets.vpc_endpoint_id().unwrap();
    assert_eq!(secrets.groups().len(), 1);
    assert_eq!(secrets.network_interface_ids().len(), 1);
    let state = async || {
        let shown = ec2.describe_vpc_endpoints().vpc_endpoint_ids(id).send().await.unwrap();
        shown.vpc_endpoints()[0].state().unwrap().as_str().to_lowercase()
    };
    assert_eq!(state().await, "pending");
    pass(&local, 90).await;
    assert_eq!(state().await, "available");
    let delete = ec2.delete_vpc_endpoints().vpc_endpoint_ids(id);
    delete.vpc_endpoint_ids(s3.vpc_endpoint_id().unwrap()).send().await.unwrap();
    let table = ec2.describe_route_tables().route_table_ids(&net.table).send().await.unwrap();
    assert_eq!(table.route_tables()[0].routes().len(), 2);
    assert_eq!(
        code(ec2.delete_subnet().subnet_id(&net.subnet).send().await),
        "DependencyViolation"
    );
    pass(&local, 60).await;
    ec2.delete_subnet().subnet_id(&net.subnet).send().await.unwrap();
    let services = ec2.describe_vpc_endpoint_services().send().await.unwrap();
    assert!(services.service_names().iter().any(|name| name == "com.amazonaws.eu-west-1.dms"));
}

#[tokio::test]
async fn flow_logs_interfaces_and_peering() {
    let local = local();
    let ec2 = Client::new(&sdk(&local));
    let net = net(&ec2).await;
    let logs = ec2
        .create_flow_logs()
        .resource_ids(&net.vpc)
        .resource_type(FlowLogsResourceType::Vpc)
        .traffic_type(TrafficType::All)
        .log_group_name("/flow")
        .deliver_logs_permission_arn("arn:aws:iam::123456789012:role/flow")
        .client_token("f")
        .send()
        .await
        .unwrap();
    let id = &logs.flow_log_ids()[0];
    let mine = Filter::builder().name("resource-id").values(&net.vpc).build();
    let shown = ec2.describe_flow_logs().filter(mine).send().await.unwrap();
    assert_eq!(shown.flow_logs()[0].flow_log_id(), Some(id.as_str()));
    ec2.delete_flow_logs().flow_log_ids(id).send().await.unwrap();

    let eni = ec2.create_network_interface().subnet_id(&net.subnet).description("mine").send();
    let eni = eni.await.unwrap().network_interface.unwrap();
    assert_eq!(eni.private_ip_address(), Some("10.0.0.4"));
    assert_eq!(eni.groups().len(), 1);
    let eni = eni.network_interface_id().unwrap();
    let shown = ec2.describe_subnets().subnet_ids(&net.subnet).send().await.unwrap();
    assert_eq!(shown.subnets()[0].available_ip_address_count(), Some(250));
    ec2.delete_network_interface().network_interface_id(eni).send().await.unwrap();

    let other = ec2.create_vpc().cidr_block("10.1.0.0/16").send().await.unwrap().vpc.unwrap();
    let peer = ec2.create_vpc_peering_connection().vpc_id(&net.vpc);
    let peer = peer.peer_vpc_id(other.vpc_id().unwrap()).send().await.unwrap();
    let peer = peer.vpc_peering_connection.unwrap().vpc_peering_connection_id.unwrap();
    let accept = ec2.accept_vpc_peering_connection().vpc_peering_connection_id(&peer);
    let accept = accept.send().await.unwrap().vpc_peering_connection.unwrap();
    assert_eq!(accept.status().unwrap().code().unwrap().as_str(), "active");
    ec2.delete_vpc_peering_connection().vpc_peering_connection_id(&peer).send().await.unwrap();
}
