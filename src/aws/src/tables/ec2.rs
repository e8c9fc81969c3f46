//! The table of `ec2` (Elastic Compute Cloud, what a VPC needs): printed by `generate.py` from
//! aws-sdk-ec2 1.274.0. Change `tables.toml` and print it again.

#![cfg_attr(rustfmt, rustfmt_skip)]

use aws_sdk_ec2 as sdk;

use crate::shape::macros::*;

operations! {
    accept_vpc_endpoint_connections AcceptVpcEndpointConnections(service_id, vpc_endpoint_ids;
        dry_run) -> (unsuccessful);
    accept_vpc_peering_connection AcceptVpcPeeringConnection(vpc_peering_connection_id; dry_run)
        -> (vpc_peering_connection);
    allocate_address AllocateAddress(; domain, address, public_ipv4_pool, network_border_group,
        customer_owned_ipv4_pool, tag_specifications, ipam_pool_id, dry_run) -> (
        allocation_id, public_ipv4_pool, network_border_group, domain, customer_owned_ip,
        customer_owned_ipv4_pool, carrier_ip, public_ip);
    assign_ipv6_addresses AssignIpv6Addresses(network_interface_id; ipv6_prefix_count,
        ipv6_prefixes, ipv6_addresses, ipv6_address_count) -> (
        assigned_ipv6_addresses, assigned_ipv6_prefixes, network_interface_id);
    assign_private_ip_addresses AssignPrivateIpAddresses(network_interface_id; ipv4_prefixes,
        ipv4_prefix_count, private_ip_addresses, secondary_private_ip_address_count,
        allow_reassignment) -> (
        network_interface_id, assigned_private_ip_addresses, assigned_ipv4_prefixes);
    assign_private_nat_gateway_address AssignPrivateNatGatewayAddress(nat_gateway_id;
        private_ip_addresses, private_ip_address_count, dry_run) -> (
        nat_gateway_id, nat_gateway_addresses);
    associate_address AssociateAddress(; allocation_id, instance_id, public_ip, dry_run,
        network_interface_id, private_ip_address, allow_reassociation) -> (association_id);
    associate_dhcp_options AssociateDhcpOptions(dhcp_options_id, vpc_id; dry_run) -> ();
    associate_nat_gateway_address AssociateNatGatewayAddress(nat_gateway_id, allocation_ids;
        private_ip_addresses, dry_run, availability_zone, availability_zone_id) -> (
        nat_gateway_id, nat_gateway_addresses);
    associate_route_table AssociateRouteTable(route_table_id; gateway_id, public_ipv4_pool,
        dry_run, subnet_id) -> (association_id, association_state);
    associate_security_group_vpc AssociateSecurityGroupVpc(group_id, vpc_id; dry_run) -> (state);
    associate_subnet_cidr_block AssociateSubnetCidrBlock(subnet_id; ipv6_ipam_pool_id,
        ipv6_netmask_length, ipv6_cidr_block) -> (ipv6_cidr_block_association, subnet_id);
    associate_vpc_cidr_block AssociateVpcCidrBlock(vpc_id; cidr_block,
        ipv6_cidr_block_network_border_group, ipv6_pool, ipv6_cidr_block, ipv4_ipam_pool_id,
        ipv4_netmask_length, ipv6_ipam_pool_id, ipv6_netmask_length,
        amazon_provided_ipv6_cidr_block) -> (
        ipv6_cidr_block_association, cidr_block_association, vpc_id);
    attach_internet_gateway AttachInternetGateway(internet_gateway_id, vpc_id; dry_run) -> ();
    attach_network_interface AttachNetworkInterface(network_interface_id, instance_id,
        device_index; network_card_index, ena_srd_specification, ena_queue_count, dry_run) -> (
        attachment_id, network_card_index);
    authorize_security_group_egress AuthorizeSecurityGroupEgress(group_id; tag_specifications,
        dry_run, source_security_group_name, source_security_group_owner_id, ip_protocol,
        from_port, to_port, cidr_ip, ip_permissions) -> (r#return, security_group_rules);
    authorize_security_group_ingress AuthorizeSecurityGroupIngress(; cidr_ip, from_port, group_id,
        group_name, ip_permissions, ip_protocol, source_security_group_name,
        source_security_group_owner_id, to_port, tag_specifications, dry_run) -> (
        r#return, security_group_rules);
    create_default_vpc CreateDefaultVpc(; dry_run) -> (vpc);
    create_dhcp_options CreateDhcpOptions(dhcp_configurations; tag_specifications, dry_run) -> (
        dhcp_options);
    create_egress_only_internet_gateway CreateEgressOnlyInternetGateway(vpc_id; client_token,
        dry_run, tag_specifications) -> (client_token, egress_only_internet_gateway);
    create_flow_logs CreateFlowLogs(resource_ids, resource_type; dry_run, client_token,
        deliver_logs_permission_arn, deliver_cross_account_role, log_group_name, traffic_type,
        log_destination_type, log_destination, log_format, tag_specifications,
        max_aggregation_interval, destination_options, tag_field_specifications) -> (
        client_token, flow_log_ids, unsuccessful);
    create_internet_gateway CreateInternetGateway(; tag_specifications, dry_run) -> (
        internet_gateway);
    create_managed_prefix_list CreateManagedPrefixList(prefix_list_name, max_entries,
        address_family; dry_run, entries, tag_specifications, client_token) -> (
        prefix_list) token(client_token);
    create_nat_gateway CreateNatGateway(; availability_mode, allocation_id, client_token, dry_run,
        subnet_id, vpc_id, availability_zone_addresses, tag_specifications, connectivity_type,
        private_ip_address, secondary_allocation_ids, secondary_private_ip_addresses,
        secondary_private_ip_address_count) -> (client_token, nat_gateway) token(client_token);
    create_network_acl CreateNetworkAcl(vpc_id; tag_specifications, client_token, dry_run) -> (
        network_acl, client_token) token(client_token);
    create_network_acl_entry CreateNetworkAclEntry(network_acl_id, rule_number, protocol,
        rule_action, egress; dry_run, cidr_block, ipv6_cidr_block, icmp_type_code, port_range) -> (
        );
    create_network_interface CreateNetworkInterface(subnet_id; ipv4_prefixes, ipv4_prefix_count,
        ipv6_prefixes, ipv6_prefix_count, interface_type, tag_specifications, client_token,
        enable_primary_ipv6, connection_tracking_specification, operator, description,
        private_ip_address, groups, private_ip_addresses, secondary_private_ip_address_count,
        ipv6_addresses, ipv6_address_count, dry_run) -> (
        network_interface, client_token) token(client_token);
    create_network_interface_permission CreateNetworkInterfacePermission(network_interface_id,
        permission; aws_account_id, aws_service, dry_run) -> (interface_permission);
    create_route CreateRoute(route_table_id; destination_prefix_list_id, vpc_endpoint_id,
        transit_gateway_id, local_gateway_id, carrier_gateway_id, core_network_arn,
        odb_network_arn, dry_run, destination_cidr_block, gateway_id, destination_ipv6_cidr_block,
        egress_only_internet_gateway_id, instance_id, network_interface_id,
        vpc_peering_connection_id, nat_gateway_id) -> (r#return);
    create_route_table CreateRouteTable(vpc_id; tag_specifications, client_token, dry_run) -> (
        route_table, client_token) token(client_token);
    create_security_group CreateSecurityGroup(description, group_name; vpc_id, tag_specifications,
        dry_run) -> (group_id, tags, security_group_arn);
    create_subnet CreateSubnet(vpc_id; tag_specifications, availability_zone, availability_zone_id,
        cidr_block, ipv6_cidr_block, outpost_arn, ipv6_native, ipv4_ipam_pool_id,
        ipv4_netmask_length, ipv6_ipam_pool_id, ipv6_netmask_length, dry_run) -> (subnet);
    create_subnet_cidr_reservation CreateSubnetCidrReservation(subnet_id, cidr, reservation_type;
        description, dry_run, tag_specifications) -> (subnet_cidr_reservation);
    create_tags CreateTags(resources, tags; dry_run) -> ();
    create_vpc CreateVpc(; cidr_block, ipv6_pool, ipv6_cidr_block, ipv4_ipam_pool_id,
        ipv4_netmask_length, ipv6_ipam_pool_id, ipv6_netmask_length,
        ipv6_cidr_block_network_border_group, vpc_encryption_control, tag_specifications, dry_run,
        instance_tenancy, amazon_provided_ipv6_cidr_block) -> (vpc);
    create_vpc_endpoint CreateVpcEndpoint(vpc_id; dry_run, vpc_endpoint_type, service_name,
        policy_document, route_table_ids, subnet_ids, security_group_ids, ip_address_type,
        dns_options, client_token, private_dns_enabled, tag_specifications, subnet_configurations,
        service_network_arn, resource_configuration_arn, service_region) -> (
        vpc_endpoint, client_token);
    create_vpc_endpoint_connection_notification CreateVpcEndpointConnectionNotification(
        connection_notification_arn, connection_events; dry_run, service_id, vpc_endpoint_id,
        client_token) -> (connection_notification, client_token);
    create_vpc_endpoint_service_configuration CreateVpcEndpointServiceConfiguration(; dry_run,
        acceptance_required, private_dns_name, network_load_balancer_arns,
        gateway_load_balancer_arns, supported_ip_address_types, supported_regions, client_token,
        tag_specifications) -> (service_configuration, client_token);
    create_vpc_peering_connection CreateVpcPeeringConnection(vpc_id; peer_region,
        tag_specifications, dry_run, peer_vpc_id, peer_owner_id) -> (vpc_peering_connection);
    delete_dhcp_options DeleteDhcpOptions(dhcp_options_id; dry_run) -> ();
    delete_egress_only_internet_gateway DeleteEgressOnlyInternetGateway(
        egress_only_internet_gateway_id; dry_run) -> (return_code);
    delete_flow_logs DeleteFlowLogs(flow_log_ids; dry_run) -> (unsuccessful);
    delete_internet_gateway DeleteInternetGateway(internet_gateway_id; dry_run) -> ();
    delete_managed_prefix_list DeleteManagedPrefixList(prefix_list_id; dry_run) -> (prefix_list);
    delete_nat_gateway DeleteNatGateway(nat_gateway_id; dry_run) -> (nat_gateway_id);
    delete_network_acl DeleteNetworkAcl(network_acl_id; dry_run) -> ();
    delete_network_acl_entry DeleteNetworkAclEntry(network_acl_id, rule_number, egress; dry_run)
        -> ();
    delete_network_interface DeleteNetworkInterface(network_interface_id; dry_run) -> ();
    delete_network_interface_permission DeleteNetworkInterfacePermission(
        network_interface_permission_id; force, dry_run) -> (r#return);
    delete_route DeleteRoute(route_table_id; destination_prefix_list_id, dry_run,
        destination_cidr_block, destination_ipv6_cidr_block) -> ();
    delete_route_table DeleteRouteTable(route_table_id; dry_run) -> ();
    delete_security_group DeleteSecurityGroup(; group_id, group_name, dry_run) -> (
        r#return, group_id);
    delete_subnet DeleteSubnet(subnet_id; dry_run) -> ();
    delete_subnet_cidr_reservation DeleteSubnetCidrReservation(subnet_cidr_reservation_id; dry_run)
        -> (deleted_subnet_cidr_reservation);
    delete_tags DeleteTags(resources; dry_run, tags) -> ();
    delete_vpc DeleteVpc(vpc_id; dry_run) -> ();
    delete_vpc_endpoint_connection_notifications DeleteVpcEndpointConnectionNotifications(
        connection_notification_ids; dry_run) -> (unsuccessful);
    delete_vpc_endpoint_service_configurations DeleteVpcEndpointServiceConfigurations(service_ids;
        dry_run) -> (unsuccessful);
    delete_vpc_endpoints DeleteVpcEndpoints(vpc_endpoint_ids; dry_run) -> (unsuccessful);
    delete_vpc_peering_connection DeleteVpcPeeringConnection(vpc_peering_connection_id; dry_run)
        -> (r#return);
    describe_account_attributes DescribeAccountAttributes(; dry_run, attribute_names) -> (
        account_attributes);
    describe_addresses DescribeAddresses(; public_ips, dry_run, filters, allocation_ids) -> (
        addresses);
    describe_addresses_attribute DescribeAddressesAttribute(; allocation_ids, attribute,
        next_token, max_results, dry_run) -> (
        addresses, next_token) pages(next_token, next_token: addresses);
    describe_availability_zones DescribeAvailabilityZones(; zone_names, zone_ids,
        all_availability_zones, dry_run, filters) -> (availability_zones);
    describe_dhcp_options DescribeDhcpOptions(; dhcp_options_ids, next_token, max_results, dry_run,
        filters) -> (next_token, dhcp_options) pages(next_token, next_token: dhcp_options);
    describe_egress_only_internet_gateways DescribeEgressOnlyInternetGateways(; dry_run,
        egress_only_internet_gateway_ids, max_results, next_token, filters) -> (
        egress_only_internet_gateways, next_token)
        pages(next_token, next_token: egress_only_internet_gateways);
    describe_flow_logs DescribeFlowLogs(; dry_run, filter, flow_log_ids, max_results, next_token)
        -> (flow_logs, next_token) pages(next_token, next_token: flow_logs);
    describe_internet_gateways DescribeInternetGateways(; next_token, max_results, dry_run,
        internet_gateway_ids, filters) -> (
        internet_gateways, next_token) pages(next_token, next_token: internet_gateways);
    describe_managed_prefix_lists DescribeManagedPrefixLists(; dry_run, filters, max_results,
        next_token, prefix_list_ids) -> (
        next_token, prefix_lists) pages(next_token, next_token: prefix_lists);
    describe_nat_gateways DescribeNatGateways(; dry_run, filter, max_results, nat_gateway_ids,
        next_token) -> (nat_gateways, next_token) pages(next_token, next_token: nat_gateways);
    describe_network_acls DescribeNetworkAcls(; next_token, max_results, dry_run, network_acl_ids,
        filters) -> (network_acls, next_token) pages(next_token, next_token: network_acls);
    describe_network_interface_attribute DescribeNetworkInterfaceAttribute(network_interface_id;
        dry_run, attribute) -> (
        attachment, description, groups, network_interface_id, source_dest_check,
        associate_public_ip_address);
    describe_network_interface_permissions DescribeNetworkInterfacePermissions(;
        network_interface_permission_ids, filters, next_token, max_results) -> (
        network_interface_permissions, next_token)
        pages(next_token, next_token: network_interface_permissions);
    describe_network_interfaces DescribeNetworkInterfaces(; next_token, max_results,
        include_managed_resources, dry_run, network_interface_ids, filters) -> (
        network_interfaces, next_token) pages(next_token, next_token: network_interfaces);
    describe_prefix_lists DescribePrefixLists(; dry_run, filters, max_results, next_token,
        prefix_list_ids) -> (
        next_token, prefix_lists) pages(next_token, next_token: prefix_lists);
    describe_regions DescribeRegions(; region_names, all_regions, dry_run, filters) -> (regions);
    describe_route_tables DescribeRouteTables(; next_token, max_results, dry_run, route_table_ids,
        filters) -> (route_tables, next_token) pages(next_token, next_token: route_tables);
    describe_security_group_references DescribeSecurityGroupReferences(group_id; dry_run) -> (
        security_group_reference_set);
    describe_security_group_rules DescribeSecurityGroupRules(; filters, security_group_rule_ids,
        dry_run, next_token, max_results) -> (
        security_group_rules, next_token) pages(next_token, next_token: security_group_rules);
    describe_security_group_vpc_associations DescribeSecurityGroupVpcAssociations(; filters,
        next_token, max_results, dry_run) -> (
        security_group_vpc_associations, next_token)
        pages(next_token, next_token: security_group_vpc_associations);
    describe_security_groups DescribeSecurityGroups(; group_ids, group_names, next_token,
        max_results, dry_run, filters) -> (
        next_token, security_groups) pages(next_token, next_token: security_groups);
    describe_stale_security_groups DescribeStaleSecurityGroups(vpc_id; dry_run, max_results,
        next_token) -> (
        next_token, stale_security_group_set)
        pages(next_token, next_token: stale_security_group_set);
    describe_subnets DescribeSubnets(; filters, subnet_ids, next_token, max_results, dry_run) -> (
        next_token, subnets) pages(next_token, next_token: subnets);
    describe_tags DescribeTags(; dry_run, filters, max_results, next_token) -> (
        next_token, tags) pages(next_token, next_token: tags);
    describe_vpc_attribute DescribeVpcAttribute(attribute, vpc_id; dry_run) -> (
        enable_dns_hostnames, enable_dns_support, enable_network_address_usage_metrics, vpc_id);
    describe_vpc_endpoint_associations DescribeVpcEndpointAssociations(; dry_run, vpc_endpoint_ids,
        filters, max_results, next_token) -> (
        vpc_endpoint_associations, next_token)
        pages(next_token, next_token: vpc_endpoint_associations);
    describe_vpc_endpoint_connection_notifications DescribeVpcEndpointConnectionNotifications(;
        dry_run, connection_notification_id, filters, max_results, next_token) -> (
        connection_notification_set, next_token)
        pages(next_token, next_token: connection_notification_set);
    describe_vpc_endpoint_connections DescribeVpcEndpointConnections(; dry_run, filters,
        max_results, next_token) -> (
        vpc_endpoint_connections, next_token)
        pages(next_token, next_token: vpc_endpoint_connections);
    describe_vpc_endpoint_service_configurations DescribeVpcEndpointServiceConfigurations(;
        dry_run, service_ids, filters, max_results, next_token) -> (
        service_configurations, next_token) pages(next_token, next_token: service_configurations);
    describe_vpc_endpoint_service_permissions DescribeVpcEndpointServicePermissions(service_id;
        dry_run, filters, max_results, next_token) -> (
        allowed_principals, next_token) pages(next_token, next_token: allowed_principals);
    describe_vpc_endpoint_services DescribeVpcEndpointServices(; dry_run, service_names, filters,
        max_results, next_token, service_regions) -> (
        service_names, service_details, next_token) pages(next_token, next_token: service_details);
    describe_vpc_endpoints DescribeVpcEndpoints(; dry_run, vpc_endpoint_ids, filters, max_results,
        next_token) -> (vpc_endpoints, next_token) pages(next_token, next_token: vpc_endpoints);
    describe_vpc_peering_connections DescribeVpcPeeringConnections(; next_token, max_results,
        dry_run, vpc_peering_connection_ids, filters) -> (
        vpc_peering_connections, next_token) pages(next_token, next_token: vpc_peering_connections);
    describe_vpcs DescribeVpcs(; filters, vpc_ids, next_token, max_results, dry_run) -> (
        next_token, vpcs) pages(next_token, next_token: vpcs);
    detach_internet_gateway DetachInternetGateway(internet_gateway_id, vpc_id; dry_run) -> ();
    detach_network_interface DetachNetworkInterface(attachment_id; dry_run, force) -> ();
    disassociate_address DisassociateAddress(; association_id, public_ip, dry_run) -> ();
    disassociate_nat_gateway_address DisassociateNatGatewayAddress(nat_gateway_id, association_ids;
        max_drain_duration_seconds, dry_run) -> (nat_gateway_id, nat_gateway_addresses);
    disassociate_route_table DisassociateRouteTable(association_id; dry_run) -> ();
    disassociate_security_group_vpc DisassociateSecurityGroupVpc(group_id, vpc_id; dry_run) -> (
        state);
    disassociate_subnet_cidr_block DisassociateSubnetCidrBlock(association_id;) -> (
        ipv6_cidr_block_association, subnet_id);
    disassociate_vpc_cidr_block DisassociateVpcCidrBlock(association_id;) -> (
        ipv6_cidr_block_association, cidr_block_association, vpc_id);
    get_managed_prefix_list_entries GetManagedPrefixListEntries(prefix_list_id; dry_run,
        target_version, max_results, next_token) -> (
        entries, next_token) pages(next_token, next_token: entries);
    get_security_groups_for_vpc GetSecurityGroupsForVpc(vpc_id; next_token, max_results, filters,
        dry_run) -> (
        next_token, security_group_for_vpcs) pages(next_token, next_token: security_group_for_vpcs);
    get_subnet_cidr_reservations GetSubnetCidrReservations(subnet_id; filters, dry_run, next_token,
        max_results) -> (
        subnet_ipv4_cidr_reservations, subnet_ipv6_cidr_reservations, next_token)
        pages(next_token, next_token: subnet_ipv4_cidr_reservations, subnet_ipv6_cidr_reservations);
    modify_managed_prefix_list ModifyManagedPrefixList(prefix_list_id; dry_run, current_version,
        prefix_list_name, add_entries, remove_entries, max_entries,
        ipam_prefix_list_resolver_sync_enabled) -> (prefix_list);
    modify_network_interface_attribute ModifyNetworkInterfaceAttribute(network_interface_id;
        ena_srd_specification, enable_primary_ipv6, connection_tracking_specification,
        associate_public_ip_address, associated_subnet_ids, dry_run, description,
        source_dest_check, groups, attachment) -> ();
    modify_security_group_rules ModifySecurityGroupRules(group_id, security_group_rules; dry_run)
        -> (r#return);
    modify_subnet_attribute ModifySubnetAttribute(subnet_id; assign_ipv6_address_on_creation,
        map_public_ip_on_launch, map_customer_owned_ip_on_launch, customer_owned_ipv4_pool,
        enable_dns64, private_dns_hostname_type_on_launch,
        enable_resource_name_dns_a_record_on_launch,
        enable_resource_name_dns_aaaa_record_on_launch, enable_lni_at_device_index,
        disable_lni_at_device_index) -> ();
    modify_vpc_attribute ModifyVpcAttribute(vpc_id; enable_dns_hostnames, enable_dns_support,
        enable_network_address_usage_metrics) -> ();
    modify_vpc_endpoint ModifyVpcEndpoint(vpc_endpoint_id; dry_run, reset_policy, policy_document,
        add_route_table_ids, remove_route_table_ids, add_subnet_ids, remove_subnet_ids,
        add_security_group_ids, remove_security_group_ids, ip_address_type, dns_options,
        private_dns_enabled, subnet_configurations) -> (r#return);
    modify_vpc_endpoint_connection_notification ModifyVpcEndpointConnectionNotification(
        connection_notification_id; dry_run, connection_notification_arn, connection_events) -> (
        return_value);
    modify_vpc_endpoint_service_configuration ModifyVpcEndpointServiceConfiguration(service_id;
        dry_run, private_dns_name, remove_private_dns_name, acceptance_required,
        add_network_load_balancer_arns, remove_network_load_balancer_arns,
        add_gateway_load_balancer_arns, remove_gateway_load_balancer_arns,
        add_supported_ip_address_types, remove_supported_ip_address_types, add_supported_regions,
        remove_supported_regions) -> (r#return);
    modify_vpc_endpoint_service_permissions ModifyVpcEndpointServicePermissions(service_id;
        dry_run, add_allowed_principals, remove_allowed_principals) -> (
        added_principals, return_value);
    modify_vpc_peering_connection_options ModifyVpcPeeringConnectionOptions(
        vpc_peering_connection_id; accepter_peering_connection_options, dry_run,
        requester_peering_connection_options) -> (
        accepter_peering_connection_options, requester_peering_connection_options);
    modify_vpc_tenancy ModifyVpcTenancy(vpc_id, instance_tenancy; dry_run) -> (return_value);
    reject_vpc_endpoint_connections RejectVpcEndpointConnections(service_id, vpc_endpoint_ids;
        dry_run) -> (unsuccessful);
    reject_vpc_peering_connection RejectVpcPeeringConnection(vpc_peering_connection_id; dry_run)
        -> (r#return);
    release_address ReleaseAddress(; allocation_id, public_ip, network_border_group, dry_run) -> ();
    replace_network_acl_association ReplaceNetworkAclAssociation(association_id, network_acl_id;
        dry_run) -> (new_association_id);
    replace_network_acl_entry ReplaceNetworkAclEntry(network_acl_id, rule_number, protocol,
        rule_action, egress; dry_run, cidr_block, ipv6_cidr_block, icmp_type_code, port_range) -> (
        );
    replace_route ReplaceRoute(route_table_id; destination_prefix_list_id, vpc_endpoint_id,
        local_target, transit_gateway_id, local_gateway_id, carrier_gateway_id, core_network_arn,
        odb_network_arn, dry_run, destination_cidr_block, gateway_id, destination_ipv6_cidr_block,
        egress_only_internet_gateway_id, instance_id, network_interface_id,
        vpc_peering_connection_id, nat_gateway_id) -> ();
    replace_route_table_association ReplaceRouteTableAssociation(association_id, route_table_id;
        dry_run) -> (new_association_id, association_state);
    reset_network_interface_attribute ResetNetworkInterfaceAttribute(network_interface_id; dry_run,
        source_dest_check) -> ();
    revoke_security_group_egress RevokeSecurityGroupEgress(group_id; security_group_rule_ids,
        dry_run, source_security_group_name, source_security_group_owner_id, ip_protocol,
        from_port, to_port, cidr_ip, ip_permissions) -> (
        r#return, unknown_ip_permissions, revoked_security_group_rules);
    revoke_security_group_ingress RevokeSecurityGroupIngress(; cidr_ip, from_port, group_id,
        group_name, ip_permissions, ip_protocol, source_security_group_name,
        source_security_group_owner_id, to_port, security_group_rule_ids, dry_run) -> (
        r#return, unknown_ip_permissions, revoked_security_group_rules);
    start_vpc_endpoint_service_private_dns_verification StartVpcEndpointServicePrivateDnsVerification(
        service_id; dry_run) -> (return_value);
    unassign_ipv6_addresses UnassignIpv6Addresses(network_interface_id; ipv6_prefixes,
        ipv6_addresses) -> (
        network_interface_id, unassigned_ipv6_addresses, unassigned_ipv6_prefixes);
    unassign_private_ip_addresses UnassignPrivateIpAddresses(network_interface_id; ipv4_prefixes,
        private_ip_addresses) -> ();
    unassign_private_nat_gateway_address UnassignPrivateNatGatewayAddress(nat_gateway_id,
        private_ip_addresses; max_drain_duration_seconds, dry_run) -> (
        nat_gateway_id, nat_gateway_addresses);
    update_security_group_rule_descriptions_egress UpdateSecurityGroupRuleDescriptionsEgress(;
        dry_run, group_id, group_name, ip_permissions, security_group_rule_descriptions) -> (
        r#return);
    update_security_group_rule_descriptions_ingress UpdateSecurityGroupRuleDescriptionsIngress(;
        dry_run, group_id, group_name, ip_permissions, security_group_rule_descriptions) -> (
        r#return);
}

structures_both! {
    AttributeBooleanValue(; value);
    AttributeValue(; value);
    IcmpTypeCode(; code, r#type);
    IpPermission(; ip_protocol, from_port, to_port, user_id_group_pairs, ip_ranges, ipv6_ranges,
        prefix_list_ids);
    IpRange(; description, cidr_ip);
    Ipv6Range(; description, cidr_ipv6);
    PortRange(; from, to);
    PrefixListId(; description, prefix_list_id);
    Tag(; key, value);
    UserIdGroupPair(; description, user_id, group_name, group_id, vpc_id,
        vpc_peering_connection_id, peering_status);
}

structures_in! {
    AddPrefixListEntry(cidr; description);
    AvailabilityZoneAddress(; availability_zone, availability_zone_id, allocation_ids);
    ConnectionTrackingSpecificationRequest(; tcp_established_timeout, udp_stream_timeout,
        udp_timeout);
    DestinationOptionsRequest(; file_format, hive_compatible_partitions, per_hour_partition);
    DnsOptionsSpecification(; dns_record_ip_type, private_dns_only_for_inbound_resolver_endpoint,
        private_dns_preference, private_dns_specified_domains);
    EnaSrdSpecification(; ena_srd_enabled, ena_srd_udp_specification);
    EnaSrdUdpSpecification(; ena_srd_udp_enabled);
    Filter(; name, values);
    InstanceIpv6Address(; ipv6_address, is_primary_ipv6);
    Ipv4PrefixSpecificationRequest(; ipv4_prefix);
    Ipv6PrefixSpecificationRequest(; ipv6_prefix);
    NetworkInterfaceAttachmentChanges(; default_ena_queue_count, ena_queue_count, attachment_id,
        delete_on_termination);
    NewDhcpConfiguration(; key, values);
    OperatorRequest(; principal);
    PeeringConnectionOptionsRequest(; allow_dns_resolution_from_remote_vpc,
        allow_egress_from_local_classic_link_to_remote_vpc,
        allow_egress_from_local_vpc_to_remote_classic_link);
    PrivateIpAddressSpecification(; primary, private_ip_address);
    RemovePrefixListEntry(cidr;);
    SecurityGroupRuleDescription(; security_group_rule_id, description);
    SecurityGroupRuleRequest(; ip_protocol, from_port, to_port, cidr_ipv4, cidr_ipv6,
        prefix_list_id, referenced_group_id, description);
    SecurityGroupRuleUpdate(security_group_rule_id; security_group_rule);
    SubnetConfiguration(; subnet_id, ipv4, ipv6);
    TagFieldSpecificationRequest(; resource_type, tag_keys);
    TagSpecification(; resource_type, tags);
    VpcEncryptionControlConfiguration(mode; internet_gateway_exclusion,
        egress_only_internet_gateway_exclusion, nat_gateway_exclusion,
        virtual_private_gateway_exclusion, vpc_peering_exclusion, lambda_exclusion,
        vpc_lattice_exclusion, elastic_file_system_exclusion);
}

structures_out! {
    AccountAttribute(; attribute_name, attribute_values);
    AccountAttributeValue(; attribute_value);
    AddedPrincipal(; principal_type, principal, service_permission_id, service_id);
    Address(; allocation_id, association_id, domain, network_interface_id,
        network_interface_owner_id, private_ip_address, tags, public_ipv4_pool,
        network_border_group, customer_owned_ip, customer_owned_ipv4_pool, carrier_ip, subnet_id,
        service_managed, instance_id, public_ip);
    AddressAttribute(; public_ip, allocation_id, ptr_record, ptr_record_update);
    AllowedPrincipal(; principal_type, principal, service_permission_id, tags, service_id);
    AssignedPrivateIpAddress(; private_ip_address);
    AttachmentEnaSrdSpecification(; ena_srd_enabled, ena_srd_udp_specification);
    AttachmentEnaSrdUdpSpecification(; ena_srd_udp_enabled);
    AvailabilityZone(; opt_in_status, messages, region_name, zone_name, zone_id, group_name,
        network_border_group, zone_type, parent_zone_name, parent_zone_id, group_long_name,
        geography, sub_geography, state);
    AvailabilityZoneGeography(; name);
    AvailabilityZoneMessage(; message);
    AvailabilityZoneSubGeography(; name);
    BlockPublicAccessStates(; internet_gateway_block_mode);
    CidrBlock(; cidr_block);
    ConnectionNotification(; connection_notification_id, service_id, vpc_endpoint_id,
        connection_notification_type, connection_notification_arn, connection_events,
        connection_notification_state, service_region);
    ConnectionTrackingConfiguration(; tcp_established_timeout, udp_stream_timeout, udp_timeout);
    DestinationOptionsResponse(; file_format, hive_compatible_partitions, per_hour_partition);
    DhcpConfiguration(; key, values);
    DhcpOptions(; owner_id, tags, dhcp_options_id, dhcp_configurations);
    DnsEntry(; dns_name, hosted_zone_id);
    DnsOptions(; dns_record_ip_type, private_dns_only_for_inbound_resolver_endpoint,
        private_dns_preference, private_dns_specified_domains);
    EgressOnlyInternetGateway(; attachments, egress_only_internet_gateway_id, tags);
    FlowLog(; creation_time, deliver_logs_error_message, deliver_logs_permission_arn,
        deliver_cross_account_role, deliver_logs_status, flow_log_id, flow_log_status,
        log_group_name, resource_id, traffic_type, log_destination_type, log_destination,
        log_format, tags, max_aggregation_interval, destination_options, tag_field_specifications);
    GroupIdentifier(; group_id, group_name);
    InternetGateway(; attachments, internet_gateway_id, owner_id, tags);
    InternetGatewayAttachment(; state, vpc_id);
    Ipv4PrefixSpecification(; ipv4_prefix);
    Ipv6CidrBlock(; ipv6_cidr_block);
    Ipv6PrefixSpecification(; ipv6_prefix);
    LastError(; message, code);
    ManagedPrefixList(; prefix_list_id, address_family, state, state_message, prefix_list_arn,
        prefix_list_name, max_entries, version, tags, owner_id,
        ipam_prefix_list_resolver_target_id, ipam_prefix_list_resolver_sync_enabled);
    NatGateway(; create_time, delete_time, failure_code, failure_message, nat_gateway_addresses,
        nat_gateway_id, provisioned_bandwidth, state, subnet_id, vpc_id, tags, connectivity_type,
        availability_mode, auto_scaling_ips, auto_provision_zones, attached_appliances,
        route_table_id);
    NatGatewayAddress(; allocation_id, network_interface_id, private_ip, public_ip, association_id,
        is_primary, failure_message, status, availability_zone, availability_zone_id);
    NatGatewayAttachedAppliance(; r#type, appliance_arn, vpc_endpoint_id, attachment_state,
        modification_state, failure_code, failure_message);
    NetworkAcl(; associations, entries, is_default, network_acl_id, tags, vpc_id, owner_id);
    NetworkAclAssociation(; network_acl_association_id, network_acl_id, subnet_id);
    NetworkAclEntry(; cidr_block, egress, icmp_type_code, ipv6_cidr_block, port_range, protocol,
        rule_action, rule_number);
    NetworkInterface(; association, attachment, availability_zone,
        connection_tracking_configuration, description, groups, interface_type, ipv6_addresses,
        mac_address, network_interface_id, outpost_arn, owner_id, private_dns_name,
        public_dns_name, public_ip_dns_name_options, private_ip_address, private_ip_addresses,
        ipv4_prefixes, ipv6_prefixes, requester_id, requester_managed, source_dest_check, status,
        subnet_id, tag_set, vpc_id, deny_all_igw_traffic, ipv6_native, ipv6_address, operator,
        associated_subnets, availability_zone_id);
    NetworkInterfaceAssociation(; allocation_id, association_id, ip_owner_id, public_dns_name,
        public_ip, customer_owned_ip, carrier_ip);
    NetworkInterfaceAttachment(; attach_time, attachment_id, delete_on_termination, device_index,
        network_card_index, instance_id, instance_owner_id, status, ena_srd_specification,
        ena_queue_count);
    NetworkInterfaceIpv6Address(; ipv6_address, public_ipv6_dns_name, is_primary_ipv6);
    NetworkInterfacePermission(; network_interface_permission_id, network_interface_id,
        aws_account_id, aws_service, permission, permission_state);
    NetworkInterfacePermissionState(; state, status_message);
    NetworkInterfacePrivateIpAddress(; association, primary, private_dns_name, private_ip_address);
    OperatorResponse(; managed, principal, hidden_by_default);
    PayerResponsibilityEntry(; scope, payer_responsibility_type);
    PeeringConnectionOptions(; allow_dns_resolution_from_remote_vpc,
        allow_egress_from_local_classic_link_to_remote_vpc,
        allow_egress_from_local_vpc_to_remote_classic_link);
    PrefixList(; cidrs, prefix_list_id, prefix_list_name);
    PrefixListEntry(; cidr, description);
    PrivateDnsDetails(; private_dns_name);
    PrivateDnsNameConfiguration(; state, r#type, value, name);
    PrivateDnsNameOptionsOnLaunch(; hostname_type, enable_resource_name_dns_a_record,
        enable_resource_name_dns_aaaa_record);
    PropagatingVgw(; gateway_id);
    ProvisionedBandwidth(; provision_time, provisioned, request_time, requested, status);
    PtrUpdateStatus(; value, status, reason);
    PublicIpDnsNameOptions(; dns_hostname_type, public_ipv4_dns_name, public_ipv6_dns_name,
        public_dual_stack_dns_name);
    ReferencedSecurityGroup(; group_id, peering_status, user_id, vpc_id, vpc_peering_connection_id);
    Region(; opt_in_status, geography, region_name, endpoint);
    RegionGeography(; name);
    RevokedSecurityGroupRule(; security_group_rule_id, group_id, is_egress, ip_protocol, from_port,
        to_port, cidr_ipv4, cidr_ipv6, prefix_list_id, referenced_group_id, description);
    Route(; destination_cidr_block, destination_ipv6_cidr_block, destination_prefix_list_id,
        egress_only_internet_gateway_id, gateway_id, instance_id, instance_owner_id,
        nat_gateway_id, transit_gateway_id, local_gateway_id, carrier_gateway_id,
        network_interface_id, origin, state, vpc_peering_connection_id, core_network_arn,
        odb_network_arn, ip_address);
    RouteTable(; associations, propagating_vgws, route_table_id, routes, tags, vpc_id, owner_id);
    RouteTableAssociation(; main, route_table_association_id, route_table_id, subnet_id,
        gateway_id, public_ipv4_pool, association_state);
    RouteTableAssociationState(; state, status_message);
    SecurityGroup(; group_id, ip_permissions_egress, tags, vpc_id, security_group_arn, owner_id,
        group_name, description, ip_permissions);
    SecurityGroupForVpc(; description, group_name, owner_id, group_id, tags, primary_vpc_id);
    SecurityGroupIdentifier(; group_id, group_name);
    SecurityGroupReference(; group_id, referencing_vpc_id, vpc_peering_connection_id,
        transit_gateway_id);
    SecurityGroupRule(; security_group_rule_id, group_id, group_owner_id, is_egress, ip_protocol,
        from_port, to_port, cidr_ipv4, cidr_ipv6, prefix_list_id, referenced_group_info,
        description, tags, security_group_rule_arn);
    SecurityGroupVpcAssociation(; group_id, vpc_id, vpc_owner_id, state, state_reason,
        group_owner_id);
    ServiceConfiguration(; service_type, service_id, service_name, service_state,
        availability_zone_ids, availability_zones, acceptance_required, manages_vpc_endpoints,
        network_load_balancer_arns, gateway_load_balancer_arns, supported_ip_address_types,
        base_endpoint_dns_names, private_dns_name, private_dns_name_configuration,
        payer_responsibility, tags, supported_regions, remote_access_enabled);
    ServiceDetail(; service_name, service_id, service_type, service_region, availability_zone_ids,
        availability_zones, owner, base_endpoint_dns_names, private_dns_name, private_dns_names,
        vpc_endpoint_policy_supported, acceptance_required, manages_vpc_endpoints,
        payer_responsibility, tags, private_dns_name_verification_state, supported_ip_address_types);
    ServiceTypeDetail(; service_type);
    StaleIpPermission(; from_port, ip_protocol, ip_ranges, prefix_list_ids, to_port,
        user_id_group_pairs);
    StaleSecurityGroup(; description, group_id, group_name, stale_ip_permissions,
        stale_ip_permissions_egress, vpc_id);
    Subnet(; availability_zone_id, enable_lni_at_device_index, map_customer_owned_ip_on_launch,
        customer_owned_ipv4_pool, owner_id, assign_ipv6_address_on_creation,
        ipv6_cidr_block_association_set, tags, subnet_arn, outpost_arn, enable_dns64, ipv6_native,
        private_dns_name_options_on_launch, block_public_access_states, r#type, subnet_id, state,
        vpc_id, cidr_block, available_ip_address_count, availability_zone, default_for_az,
        map_public_ip_on_launch);
    SubnetCidrBlockState(; state, status_message);
    SubnetCidrReservation(; subnet_cidr_reservation_id, subnet_id, cidr, reservation_type,
        owner_id, description, tags);
    SubnetIpPrefixes(; subnet_id, ip_prefixes);
    SubnetIpv6CidrBlockAssociation(; association_id, ipv6_cidr_block, ipv6_cidr_block_state,
        ipv6_address_attribute, ip_source);
    SupportedRegionDetail(; region, service_state);
    TagDescription(; key, resource_id, resource_type, value);
    TagFieldSpecificationResponse(; resource_type, tag_keys);
    UnsuccessfulItem(; error, resource_id);
    UnsuccessfulItemError(; code, message);
    Vpc(; owner_id, instance_tenancy, ipv6_cidr_block_association_set, cidr_block_association_set,
        is_default, encryption_control, tags, block_public_access_states, vpc_id, state,
        cidr_block, dhcp_options_id);
    VpcCidrBlockAssociation(; association_id, cidr_block, cidr_block_state);
    VpcCidrBlockState(; state, status_message);
    VpcEncryptionControl(; vpc_id, vpc_encryption_control_id, mode, state, state_message,
        resource_exclusions, tags);
    VpcEncryptionControlExclusion(; state, state_message);
    VpcEncryptionControlExclusions(; internet_gateway, egress_only_internet_gateway, nat_gateway,
        virtual_private_gateway, vpc_peering, lambda, vpc_lattice, elastic_file_system);
    VpcEndpoint(; vpc_endpoint_id, vpc_endpoint_type, vpc_id, service_name, state, policy_document,
        route_table_ids, subnet_ids, groups, ip_address_type, dns_options, private_dns_enabled,
        requester_managed, network_interface_ids, dns_entries, creation_timestamp, tags, owner_id,
        last_error, ipv4_prefixes, ipv6_prefixes, failure_reason, service_network_arn,
        resource_configuration_arn, service_region, payer_responsibilities);
    VpcEndpointAssociation(; id, vpc_endpoint_id, service_network_arn, service_network_name,
        associated_resource_accessibility, failure_reason, failure_code, dns_entry,
        private_dns_entry, associated_resource_arn, resource_configuration_group_arn, tags);
    VpcEndpointConnection(; service_id, vpc_endpoint_id, vpc_endpoint_owner, vpc_endpoint_state,
        creation_timestamp, dns_entries, network_load_balancer_arns, gateway_load_balancer_arns,
        ip_address_type, vpc_endpoint_connection_id, tags, vpc_endpoint_region,
        payer_responsibilities);
    VpcIpv6CidrBlockAssociation(; association_id, ipv6_cidr_block, ipv6_cidr_block_state,
        network_border_group, ipv6_pool, ipv6_address_attribute, ip_source);
    VpcPeeringConnection(; accepter_vpc_info, expiration_time, requester_vpc_info, status, tags,
        vpc_peering_connection_id);
    VpcPeeringConnectionOptionsDescription(; allow_dns_resolution_from_remote_vpc,
        allow_egress_from_local_classic_link_to_remote_vpc,
        allow_egress_from_local_vpc_to_remote_classic_link);
    VpcPeeringConnectionStateReason(; code, message);
    VpcPeeringConnectionVpcInfo(; cidr_block, ipv6_cidr_block_set, cidr_block_set, owner_id,
        peering_options, vpc_id, region);
}

enumerations! {
    AccountAttributeName, AddressAttributeName, AttachmentStatus, AutoProvisionZonesState,
    AutoScalingIpsState, AvailabilityMode, AvailabilityZoneOptInStatus, AvailabilityZoneState,
    BlockPublicAccessMode, ConnectionNotificationState, ConnectionNotificationType,
    ConnectivityType, DestinationFileFormat, DnsNameState, DnsRecordIpType, DomainType,
    FlowLogsResourceType, HostnameType, InterfacePermissionType, IpAddressType, IpSource,
    Ipv6AddressAttribute, LogDestinationType, NatGatewayAddressStatus,
    NatGatewayApplianceModifyState, NatGatewayApplianceState, NatGatewayApplianceType,
    NatGatewayState, NetworkInterfaceAttribute, NetworkInterfaceCreationType,
    NetworkInterfacePermissionStateCode, NetworkInterfaceStatus, NetworkInterfaceType,
    PayerResponsibility, PayerResponsibilityScope, PayerResponsibilityType, PrefixListState,
    PrincipalType, ResourceType, RouteOrigin, RouteState, RouteTableAssociationStateCode,
    RuleAction, SecurityGroupVpcAssociationState, ServiceConnectivityType, ServiceManaged,
    ServiceState, ServiceType, State, SubnetCidrBlockStateCode, SubnetCidrReservationType,
    SubnetState, TaggableResourceType, Tenancy, TrafficType, VpcAttributeName,
    VpcCidrBlockStateCode, VpcEncryptionControlExclusionState,
    VpcEncryptionControlExclusionStateInput, VpcEncryptionControlMode, VpcEncryptionControlState,
    VpcEndpointType, VpcPeeringConnectionStateReasonCode, VpcState, VpcTenancy
}

completeness! {
    AccountAttribute, AccountAttributeValue, AddPrefixListEntry, AddedPrincipal, Address,
    AddressAttribute, AllowedPrincipal, AssignedPrivateIpAddress, AttachmentEnaSrdSpecification,
    AttachmentEnaSrdUdpSpecification, AttributeBooleanValue, AttributeValue, AvailabilityZone,
    AvailabilityZoneAddress, AvailabilityZoneGeography, AvailabilityZoneMessage,
    AvailabilityZoneSubGeography, BlockPublicAccessStates, CidrBlock, ConnectionNotification,
    ConnectionTrackingConfiguration, ConnectionTrackingSpecificationRequest,
    DestinationOptionsRequest, DestinationOptionsResponse, DhcpConfiguration, DhcpOptions,
    DnsEntry, DnsOptions, DnsOptionsSpecification, EgressOnlyInternetGateway, EnaSrdSpecification,
    EnaSrdUdpSpecification, Filter, FlowLog, GroupIdentifier, IcmpTypeCode, InstanceIpv6Address,
    InternetGateway, InternetGatewayAttachment, IpPermission, IpRange, Ipv4PrefixSpecification,
    Ipv4PrefixSpecificationRequest, Ipv6CidrBlock, Ipv6PrefixSpecification,
    Ipv6PrefixSpecificationRequest, Ipv6Range, LastError, ManagedPrefixList, NatGateway,
    NatGatewayAddress, NatGatewayAttachedAppliance, NetworkAcl, NetworkAclAssociation,
    NetworkAclEntry, NetworkInterface, NetworkInterfaceAssociation, NetworkInterfaceAttachment,
    NetworkInterfaceAttachmentChanges, NetworkInterfaceIpv6Address, NetworkInterfacePermission,
    NetworkInterfacePermissionState, NetworkInterfacePrivateIpAddress, NewDhcpConfiguration,
    OperatorRequest, OperatorResponse, PayerResponsibilityEntry, PeeringConnectionOptions,
    PeeringConnectionOptionsRequest, PortRange, PrefixList, PrefixListEntry, PrefixListId,
    PrivateDnsDetails, PrivateDnsNameConfiguration, PrivateDnsNameOptionsOnLaunch,
    PrivateIpAddressSpecification, PropagatingVgw, ProvisionedBandwidth, PtrUpdateStatus,
    PublicIpDnsNameOptions, ReferencedSecurityGroup, Region, RegionGeography,
    RemovePrefixListEntry, RevokedSecurityGroupRule, Route, RouteTable, RouteTableAssociation,
    RouteTableAssociationState, SecurityGroup, SecurityGroupForVpc, SecurityGroupIdentifier,
    SecurityGroupReference, SecurityGroupRule, SecurityGroupRuleDescription,
    SecurityGroupRuleRequest, SecurityGroupRuleUpdate, SecurityGroupVpcAssociation,
    ServiceConfiguration, ServiceDetail, ServiceTypeDetail, StaleIpPermission, StaleSecurityGroup,
    Subnet, SubnetCidrBlockState, SubnetCidrReservation, SubnetConfiguration, SubnetIpPrefixes,
    SubnetIpv6CidrBlockAssociation, SupportedRegionDetail, Tag, TagDescription,
    TagFieldSpecificationRequest, TagFieldSpecificationResponse, TagSpecification,
    UnsuccessfulItem, UnsuccessfulItemError, UserIdGroupPair, Vpc, VpcCidrBlockAssociation,
    VpcCidrBlockState, VpcEncryptionControl, VpcEncryptionControlConfiguration,
    VpcEncryptionControlExclusion, VpcEncryptionControlExclusions, VpcEndpoint,
    VpcEndpointAssociation, VpcEndpointConnection, VpcIpv6CidrBlockAssociation,
    VpcPeeringConnection, VpcPeeringConnectionOptionsDescription, VpcPeeringConnectionStateReason,
    VpcPeeringConnectionVpcInfo
}
