//! The part of EC2 that a VPC is made of. Ours and not winterbaume's: theirs accepts overlapping
//! subnets, deletes a VPC with everything in it, forgets tags, rules and times, and lists at random.
//!
//! Items are kept as JSON in the form in which they are described, so that a description is a filter
//! over what is there. Members that begin with an underscore are ours and never shown.

mod acls;
mod describe;
mod endpoints;
mod gateways;
mod groups;
mod interfaces;
pub(crate) mod kinds;
mod nat;
mod places;
mod region;
mod routes;
mod subnets;
mod tags;
mod vpcs;

use crate::{account::Call, form::Form, tagged::Sweep, wire::Refusal};
use dmsrun_base::Timestamp;
use jiff::SignedDuration;
use region::{Region, Token};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

/// How long AWS remembers a client token.
const TOKEN_LIFE: SignedDuration = SignedDuration::from_hours(24);

/// EC2, with all regions of the account.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Ec2 {
    regions: BTreeMap<String, Region>,
}

/// A call, what it asks for, and the region it is about.
pub(crate) struct Turn<'a> {
    call: &'a Call<'a>,
    form: &'a Form,
    region: &'a mut Region,
}

type Answer = Result<Json, Refusal>;

impl Ec2 {
    /// Answers a call with the members of the answer.
    pub fn handle(&mut self, call: &Call<'_>, body: &[u8]) -> Answer {
        let form = Form::parse(body);
        let region = self.regions.entry(call.region.to_owned()).or_default();
        let turn = Turn { call, form: &form, region };
        turn.run()
    }

    /// Does what is due; whether anything changed.
    pub fn tick(&mut self, now: Timestamp) -> bool {
        self.regions.values_mut().fold(false, |any, region| region.tick(now) | any)
    }

    /// An item.
    pub fn item(&self, region: &str, kind: &str, id: &str) -> Option<&Json> {
        self.regions.get(region)?.get(kind, id)
    }

    /// Shows a sweep all items. The answers that client tokens are kept with are no items.
    pub fn sweep(&self, sweep: &mut Sweep<'_>) {
        for (id, item) in self.regions.values().flat_map(Region::items) {
            sweep.state(id, item);
        }
    }

    /// The default security group of a VPC.
    pub fn default_group(&self, region: &str, vpc: &str) -> Option<String> {
        let groups = self.regions.get(region)?.all("security-group");
        let group =
            groups.into_iter().find(|g| g["vpcId"] == vpc && g["groupName"] == "default")?;
        group["groupId"].as_str().map(str::to_owned)
    }
}

impl Turn<'_> {
    fn run(mut self) -> Answer {
        if self.form.flag("DryRun") == Some(true) {
            let message = "Request would have succeeded, but DryRun flag is set.";
            return Err(Refusal::new("DryRunOperation", message).status(412));
        }
        let operation = self.call.operation;
        if let Some(kind) = kinds::KINDS.iter().find(|kind| kind.describe == operation) {
            return self.describe(kind);
        }
        let Some(token) = self.form.get("ClientToken").filter(|token| !token.is_empty()) else {
            return self.perform();
        };
        let key = format!("{operation} {token}");
        let asked = self.form.fingerprint();
        let now = self.call.now;
        self.region.tokens.retain(|_, token| now.duration_since(token.at) < TOKEN_LIFE);
        if let Some(earlier) = self.region.tokens.get(&key) {
            if earlier.asked == asked {
                return Ok(earlier.answer.clone());
            }
            let message = "The client token has been used before with different parameters.";
            return Err(Refusal::new("IdempotentParameterMismatch", message));
        }
        let mut answer = self.perform()?;
        answer["clientToken"] = json!(token);
        let token = Token { asked, answer: answer.clone(), at: now };
        self.region.tokens.insert(key, token);
        Ok(answer)
    }

    fn perform(&mut self) -> Answer {
        match self.call.operation {
            "CreateVpc" => self.create_vpc(),
            "DeleteVpc" => self.delete_vpc(),
            "DescribeVpcAttribute" => self.describe_vpc_attribute(),
            "ModifyVpcAttribute" => self.modify_vpc_attribute(),
            "AssociateVpcCidrBlock" => self.associate_vpc_cidr_block(),
            "DisassociateVpcCidrBlock" => self.disassociate_vpc_cidr_block(),
            "CreateDhcpOptions" => self.create_dhcp_options(),
            "DeleteDhcpOptions" => self.delete_dhcp_options(),
            "AssociateDhcpOptions" => self.associate_dhcp_options(),
            "CreateVpcPeeringConnection" => self.create_peering(),
            "AcceptVpcPeeringConnection" => self.answer_peering("active", "Active"),
            "RejectVpcPeeringConnection" => self.answer_peering("rejected", "Inactive"),
            "DeleteVpcPeeringConnection" => self.delete_peering(),
            "ModifyVpcPeeringConnectionOptions" => self.modify_peering_options(),
            "CreateSubnet" => self.create_subnet(),
            "DeleteSubnet" => self.delete_subnet(),
            "ModifySubnetAttribute" => self.modify_subnet_attribute(),
            "CreateInternetGateway" => self.create_internet_gateway(),
            "DeleteInternetGateway" => self.delete_internet_gateway(),
            "AttachInternetGateway" => self.attach_internet_gateway(),
            "DetachInternetGateway" => self.detach_internet_gateway(),
            "CreateEgressOnlyInternetGateway" => self.create_egress_gateway(),
            "DeleteEgressOnlyInternetGateway" => self.delete_egress_gateway(),
            "AllocateAddress" => self.allocate_address(),
            "ReleaseAddress" => self.release_address(),
            "AssociateAddress" => self.associate_address(),
            "DisassociateAddress" => self.disassociate_address(),
            "CreateNatGateway" => self.create_nat_gateway(),
            "DeleteNatGateway" => self.delete_nat_gateway(),
            _ => self.perform_more(),
        }
    }

    fn perform_more(&mut self) -> Answer {
        match self.call.operation {
            "CreateRouteTable" => self.create_route_table(),
            "DeleteRouteTable" => self.delete_route_table(),
            "AssociateRouteTable" => self.associate_route_table(),
            "DisassociateRouteTable" => self.disassociate_route_table(),
            "ReplaceRouteTableAssociation" => self.replace_route_table_association(),
            "CreateRoute" => self.create_route(),
            "ReplaceRoute" => self.replace_route(),
            "DeleteRoute" => self.delete_route(),
            "CreateSecurityGroup" => self.create_security_group(),
            "DeleteSecurityGroup" => self.delete_security_group(),
            "AuthorizeSecurityGroupIngress" => self.authorize(false),
            "AuthorizeSecurityGroupEgress" => self.authorize(true),
            "RevokeSecurityGroupIngress" => self.revoke(false),
            "RevokeSecurityGroupEgress" => self.revoke(true),
            "ModifySecurityGroupRules" => self.modify_rules(),
            "UpdateSecurityGroupRuleDescriptionsIngress" => self.update_descriptions(false),
            "UpdateSecurityGroupRuleDescriptionsEgress" => self.update_descriptions(true),
            "CreateNetworkAcl" => self.create_network_acl(),
            "DeleteNetworkAcl" => self.delete_network_acl(),
            "CreateNetworkAclEntry" => self.put_acl_entry(false),
            "ReplaceNetworkAclEntry" => self.put_acl_entry(true),
            "DeleteNetworkAclEntry" => self.delete_acl_entry(),
            "ReplaceNetworkAclAssociation" => self.replace_acl_association(),
            "CreateNetworkInterface" => self.create_interface(),
            "DeleteNetworkInterface" => self.delete_interface(),
            "ModifyNetworkInterfaceAttribute" => self.modify_interface(),
            "DescribeNetworkInterfaceAttribute" => self.describe_interface_attribute(),
            "CreateVpcEndpoint" => self.create_vpc_endpoint(),
            "ModifyVpcEndpoint" => self.modify_vpc_endpoint(),
            "DeleteVpcEndpoints" => self.delete_vpc_endpoints(),
            "DescribeVpcEndpointServices" => self.describe_vpc_endpoint_services(),
            "DescribePrefixLists" => self.describe_prefix_lists(),
            "CreateFlowLogs" => self.create_flow_logs(),
            "DeleteFlowLogs" => self.delete_flow_logs(),
            "CreateTags" => self.create_tags(),
            "DeleteTags" => self.delete_tags(),
            "DescribeTags" => self.describe_tags(),
            "DescribeAvailabilityZones" => self.describe_availability_zones(),
            "DescribeRegions" => self.describe_regions(),
            "DescribeAccountAttributes" => self.describe_account_attributes(),
            operation => Err(Refusal::not_local("ec2", operation)),
        }
    }
}

/// The answer of an operation that has nothing to say.
fn done() -> Answer {
    Ok(json!({ "return": true }))
}

fn invalid(value: &str, parameter: &str, why: &str) -> Refusal {
    let message = format!("Value ({value}) for parameter {parameter} is invalid. {why}");
    Refusal::new("InvalidParameterValue", message.trim_end().to_owned())
}

fn dependency(message: impl Into<String>) -> Refusal {
    Refusal::new("DependencyViolation", message)
}

/// The text of a member, empty where there is none.
fn text<'a>(item: &'a Json, member: &str) -> &'a str {
    item[member].as_str().unwrap_or_default()
}
