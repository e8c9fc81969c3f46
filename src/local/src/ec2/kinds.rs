//! What EC2 keeps: for each kind of item its names on the wire, its errors, and the filters it knows.

/// A kind of item. Items are kept in the form in which they are described.
#[derive(Debug)]
pub(crate) struct Kind {
    /// As tags name it, and as items are kept here.
    pub name: &'static str,
    /// How its ids begin.
    pub prefix: &'static str,
    /// The member that holds the id.
    pub id: &'static str,
    /// The operation that lists it, the list in its answer, the parameter that takes ids.
    pub describe: &'static str,
    pub set: &'static str,
    pub ids: &'static str,
    /// The error for an id that is not there; `{}` stands for the id.
    pub missing: (&'static str, &'static str),
    /// Filters and the members they look at, through lists and structures.
    pub filters: &'static [(&'static str, &'static str)],
}

/// All kinds.
pub(crate) const KINDS: &[Kind] = &[
    Kind {
        name: "vpc",
        prefix: "vpc",
        id: "vpcId",
        describe: "DescribeVpcs",
        set: "vpcSet",
        ids: "VpcId",
        missing: ("InvalidVpcID.NotFound", "The vpc ID '{}' does not exist"),
        filters: &[
            ("vpc-id", "vpcId"),
            ("state", "state"),
            ("cidr", "cidrBlock"),
            ("cidr-block-association.association-id", "cidrBlockAssociationSet.associationId"),
            ("cidr-block-association.cidr-block", "cidrBlockAssociationSet.cidrBlock"),
            ("cidr-block-association.state", "cidrBlockAssociationSet.cidrBlockState.state"),
            ("dhcp-options-id", "dhcpOptionsId"),
            ("is-default", "isDefault"),
            ("owner-id", "ownerId"),
        ],
    },
    Kind {
        name: "subnet",
        prefix: "subnet",
        id: "subnetId",
        describe: "DescribeSubnets",
        set: "subnetSet",
        ids: "SubnetId",
        missing: ("InvalidSubnetID.NotFound", "The subnet ID '{}' does not exist"),
        filters: &[
            ("subnet-id", "subnetId"),
            ("vpc-id", "vpcId"),
            ("state", "state"),
            ("cidr", "cidrBlock"),
            ("cidr-block", "cidrBlock"),
            ("cidrBlock", "cidrBlock"),
            ("availability-zone", "availabilityZone"),
            ("availabilityZone", "availabilityZone"),
            ("availability-zone-id", "availabilityZoneId"),
            ("available-ip-address-count", "availableIpAddressCount"),
            ("default-for-az", "defaultForAz"),
            ("map-public-ip-on-launch", "mapPublicIpOnLaunch"),
            ("subnet-arn", "subnetArn"),
            ("owner-id", "ownerId"),
        ],
    },
    Kind {
        name: "internet-gateway",
        prefix: "igw",
        id: "internetGatewayId",
        describe: "DescribeInternetGateways",
        set: "internetGatewaySet",
        ids: "InternetGatewayId",
        missing: (
            "InvalidInternetGatewayID.NotFound",
            "The internetGateway ID '{}' does not exist",
        ),
        filters: &[
            ("internet-gateway-id", "internetGatewayId"),
            ("attachment.vpc-id", "attachmentSet.vpcId"),
            ("attachment.state", "attachmentSet.state"),
            ("owner-id", "ownerId"),
        ],
    },
    Kind {
        name: "egress-only-internet-gateway",
        prefix: "eigw",
        id: "egressOnlyInternetGatewayId",
        describe: "DescribeEgressOnlyInternetGateways",
        set: "egressOnlyInternetGatewaySet",
        ids: "EgressOnlyInternetGatewayId",
        missing: (
            "InvalidGatewayID.NotFound",
            "The egress-only internet gateway ID '{}' does not exist",
        ),
        filters: &[],
    },
    Kind {
        name: "natgateway",
        prefix: "nat",
        id: "natGatewayId",
        describe: "DescribeNatGateways",
        set: "natGatewaySet",
        ids: "NatGatewayId",
        missing: ("NatGatewayNotFound", "NatGateway {} was not found"),
        filters: &[
            ("nat-gateway-id", "natGatewayId"),
            ("subnet-id", "subnetId"),
            ("vpc-id", "vpcId"),
            ("state", "state"),
        ],
    },
    Kind {
        name: "elastic-ip",
        prefix: "eipalloc",
        id: "allocationId",
        describe: "DescribeAddresses",
        set: "addressesSet",
        ids: "AllocationId",
        missing: ("InvalidAllocationID.NotFound", "The allocation ID '{}' does not exist"),
        filters: &[
            ("allocation-id", "allocationId"),
            ("association-id", "associationId"),
            ("public-ip", "publicIp"),
            ("domain", "domain"),
            ("instance-id", "instanceId"),
            ("network-border-group", "networkBorderGroup"),
            ("network-interface-id", "networkInterfaceId"),
            ("network-interface-owner-id", "networkInterfaceOwnerId"),
            ("private-ip-address", "privateIpAddress"),
        ],
    },
    Kind {
        name: "route-table",
        prefix: "rtb",
        id: "routeTableId",
        describe: "DescribeRouteTables",
        set: "routeTableSet",
        ids: "RouteTableId",
        missing: ("InvalidRouteTableID.NotFound", "The routeTable ID '{}' does not exist"),
        filters: &[
            ("route-table-id", "routeTableId"),
            ("vpc-id", "vpcId"),
            ("owner-id", "ownerId"),
            ("association.route-table-association-id", "associationSet.routeTableAssociationId"),
            ("association.route-table-id", "associationSet.routeTableId"),
            ("association.subnet-id", "associationSet.subnetId"),
            ("association.gateway-id", "associationSet.gatewayId"),
            ("association.main", "associationSet.main"),
            ("route.destination-cidr-block", "routeSet.destinationCidrBlock"),
            ("route.destination-ipv6-cidr-block", "routeSet.destinationIpv6CidrBlock"),
            ("route.destination-prefix-list-id", "routeSet.destinationPrefixListId"),
            ("route.gateway-id", "routeSet.gatewayId"),
            ("route.nat-gateway-id", "routeSet.natGatewayId"),
            ("route.vpc-peering-connection-id", "routeSet.vpcPeeringConnectionId"),
            ("route.egress-only-internet-gateway-id", "routeSet.egressOnlyInternetGatewayId"),
            ("route.origin", "routeSet.origin"),
            ("route.state", "routeSet.state"),
        ],
    },
    Kind {
        name: "security-group",
        prefix: "sg",
        id: "groupId",
        describe: "DescribeSecurityGroups",
        set: "securityGroupInfo",
        ids: "GroupId",
        missing: ("InvalidGroup.NotFound", "The security group '{}' does not exist"),
        filters: &[
            ("group-id", "groupId"),
            ("group-name", "groupName"),
            ("description", "groupDescription"),
            ("vpc-id", "vpcId"),
            ("owner-id", "ownerId"),
            ("ip-permission.cidr", "ipPermissions.ipRanges.cidrIp"),
            ("ip-permission.from-port", "ipPermissions.fromPort"),
            ("ip-permission.to-port", "ipPermissions.toPort"),
            ("ip-permission.protocol", "ipPermissions.ipProtocol"),
            ("ip-permission.group-id", "ipPermissions.groups.groupId"),
            ("egress.ip-permission.cidr", "ipPermissionsEgress.ipRanges.cidrIp"),
            ("egress.ip-permission.group-id", "ipPermissionsEgress.groups.groupId"),
        ],
    },
    Kind {
        name: "security-group-rule",
        prefix: "sgr",
        id: "securityGroupRuleId",
        describe: "DescribeSecurityGroupRules",
        set: "securityGroupRuleSet",
        ids: "SecurityGroupRuleId",
        missing: (
            "InvalidSecurityGroupRuleId.NotFound",
            "The security group rule ID '{}' does not exist",
        ),
        filters: &[("group-id", "groupId"), ("security-group-rule-id", "securityGroupRuleId")],
    },
    Kind {
        name: "network-acl",
        prefix: "acl",
        id: "networkAclId",
        describe: "DescribeNetworkAcls",
        set: "networkAclSet",
        ids: "NetworkAclId",
        missing: ("InvalidNetworkAclID.NotFound", "The networkAcl ID '{}' does not exist"),
        filters: &[
            ("network-acl-id", "networkAclId"),
            ("vpc-id", "vpcId"),
            ("default", "default"),
            ("owner-id", "ownerId"),
            ("association.association-id", "associationSet.networkAclAssociationId"),
            ("association.network-acl-id", "associationSet.networkAclId"),
            ("association.subnet-id", "associationSet.subnetId"),
            ("entry.cidr", "entrySet.cidrBlock"),
            ("entry.egress", "entrySet.egress"),
            ("entry.protocol", "entrySet.protocol"),
            ("entry.rule-action", "entrySet.ruleAction"),
            ("entry.rule-number", "entrySet.ruleNumber"),
        ],
    },
    Kind {
        name: "network-interface",
        prefix: "eni",
        id: "networkInterfaceId",
        describe: "DescribeNetworkInterfaces",
        set: "networkInterfaceSet",
        ids: "NetworkInterfaceId",
        missing: (
            "InvalidNetworkInterfaceID.NotFound",
            "The networkInterface ID '{}' does not exist",
        ),
        filters: &[
            ("network-interface-id", "networkInterfaceId"),
            ("subnet-id", "subnetId"),
            ("vpc-id", "vpcId"),
            ("availability-zone", "availabilityZone"),
            ("description", "description"),
            ("status", "status"),
            ("group-id", "groupSet.groupId"),
            ("group-name", "groupSet.groupName"),
            ("interface-type", "interfaceType"),
            ("owner-id", "ownerId"),
            ("requester-id", "requesterId"),
            ("requester-managed", "requesterManaged"),
            ("private-ip-address", "privateIpAddress"),
            ("addresses.private-ip-address", "privateIpAddressesSet.privateIpAddress"),
            ("association.public-ip", "association.publicIp"),
            ("association.allocation-id", "association.allocationId"),
            ("attachment.attachment-id", "attachment.attachmentId"),
            ("attachment.instance-id", "attachment.instanceId"),
            ("attachment.instance-owner-id", "attachment.instanceOwnerId"),
            ("attachment.status", "attachment.status"),
        ],
    },
    Kind {
        name: "vpc-endpoint",
        prefix: "vpce",
        id: "vpcEndpointId",
        describe: "DescribeVpcEndpoints",
        set: "vpcEndpointSet",
        ids: "VpcEndpointId",
        missing: ("InvalidVpcEndpointId.NotFound", "The Vpc Endpoint Id '{}' does not exist"),
        filters: &[
            ("vpc-endpoint-id", "vpcEndpointId"),
            ("vpc-id", "vpcId"),
            ("service-name", "serviceName"),
            ("vpc-endpoint-state", "state"),
            ("vpc-endpoint-type", "vpcEndpointType"),
            ("ip-address-type", "ipAddressType"),
        ],
    },
    Kind {
        name: "vpc-flow-log",
        prefix: "fl",
        id: "flowLogId",
        describe: "DescribeFlowLogs",
        set: "flowLogSet",
        ids: "FlowLogId",
        missing: ("InvalidFlowLogId.NotFound", "The flow log '{}' does not exist"),
        filters: &[
            ("flow-log-id", "flowLogId"),
            ("resource-id", "resourceId"),
            ("log-group-name", "logGroupName"),
            ("log-destination-type", "logDestinationType"),
            ("deliver-log-status", "deliverLogsStatus"),
            ("traffic-type", "trafficType"),
        ],
    },
    Kind {
        name: "vpc-peering-connection",
        prefix: "pcx",
        id: "vpcPeeringConnectionId",
        describe: "DescribeVpcPeeringConnections",
        set: "vpcPeeringConnectionSet",
        ids: "VpcPeeringConnectionId",
        missing: (
            "InvalidVpcPeeringConnectionID.NotFound",
            "The vpcPeeringConnection ID '{}' does not exist",
        ),
        filters: &[
            ("vpc-peering-connection-id", "vpcPeeringConnectionId"),
            ("requester-vpc-info.vpc-id", "requesterVpcInfo.vpcId"),
            ("requester-vpc-info.cidr-block", "requesterVpcInfo.cidrBlock"),
            ("requester-vpc-info.owner-id", "requesterVpcInfo.ownerId"),
            ("accepter-vpc-info.vpc-id", "accepterVpcInfo.vpcId"),
            ("accepter-vpc-info.cidr-block", "accepterVpcInfo.cidrBlock"),
            ("accepter-vpc-info.owner-id", "accepterVpcInfo.ownerId"),
            ("status-code", "status.code"),
            ("status-message", "status.message"),
        ],
    },
    Kind {
        name: "dhcp-options",
        prefix: "dopt",
        id: "dhcpOptionsId",
        describe: "DescribeDhcpOptions",
        set: "dhcpOptionsSet",
        ids: "DhcpOptionsId",
        missing: ("InvalidDhcpOptionID.NotFound", "The dhcpOption ID '{}' does not exist"),
        filters: &[
            ("dhcp-options-id", "dhcpOptionsId"),
            ("key", "dhcpConfigurationSet.key"),
            ("value", "dhcpConfigurationSet.valueSet.value"),
            ("owner-id", "ownerId"),
        ],
    },
];

/// The kind of that name; the names are ours, so there is one.
pub(crate) fn kind(name: &str) -> &'static Kind {
    KINDS.iter().find(|kind| kind.name == name).unwrap_or(&KINDS[0])
}

/// The kind that an id is of, by its beginning.
pub(crate) fn of_id(id: &str) -> Option<&'static Kind> {
    let (prefix, _) = id.rsplit_once('-')?;
    KINDS.iter().find(|kind| kind.prefix == prefix)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_prefixes_are_each_there_once() {
        for one in KINDS {
            assert_eq!(KINDS.iter().filter(|k| k.name == one.name).count(), 1, "{}", one.name);
            assert_eq!(
                KINDS.iter().filter(|k| k.prefix == one.prefix).count(),
                1,
                "{}",
                one.prefix
            );
        }
        assert_eq!(of_id("eipalloc-01").map(|k| k.name), Some("elastic-ip"));
    }
}
