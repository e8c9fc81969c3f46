//! VPCs, their attributes, DHCP options and peering.

use super::{Answer, Turn, dependency, done, invalid, text};
use crate::wire::Refusal;
use ipnet::Ipv4Net;
use serde_json::{Value as Json, json};

/// The quota of VPCs in a region that a new account has.
const MOST_VPCS: usize = 5;
/// How long an offer to peer stands.
const OFFER_DAYS: i64 = 7;

/// A range in its canonical form, as AWS keeps it.
pub(crate) fn range(value: &str, parameter: &str) -> Result<Ipv4Net, Refusal> {
    let net: Ipv4Net =
        value.parse().map_err(|_| invalid(value, parameter, "This is not a valid CIDR block."))?;
    Ok(net.trunc())
}

impl Turn<'_> {
    pub fn create_vpc(&mut self) -> Answer {
        let cidr = self.form.required("CidrBlock")?;
        let net = range(cidr, "cidrBlock")?;
        if !(16..=28).contains(&net.prefix_len()) {
            let message = format!("The CIDR '{cidr}' is invalid.");
            return Err(Refusal::new("InvalidVpc.Range", message));
        }
        let tenancy = self.form.get("InstanceTenancy").unwrap_or("default");
        if !matches!(tenancy, "default" | "dedicated") {
            return Err(invalid(tenancy, "instanceTenancy", ""));
        }
        let tags = self.tags("vpc")?;
        if self.region.all("vpc").len() >= MOST_VPCS {
            let message = "The maximum number of VPCs has been reached.";
            return Err(Refusal::new("VpcLimitExceeded", message));
        }
        let (ids, account) = (self.call.ids, self.call.account);
        let vpc = ids.resource("vpc");
        let options = self.default_dhcp_options();
        let item = json!({
            "vpcId": vpc, "ownerId": account, "state": "available", "cidrBlock": net.to_string(),
            "cidrBlockAssociationSet": [association(&ids.resource("vpc-cidr-assoc"), net)],
            "ipv6CidrBlockAssociationSet": [], "dhcpOptionsId": options,
            "instanceTenancy": tenancy, "isDefault": false, "tagSet": tags,
            "_dnsHostnames": false, "_dnsSupport": true, "_usageMetrics": false,
        });
        self.region.insert("vpc", item);
        self.main_route_table(&vpc, net);
        self.default_acl(&vpc);
        self.default_group(&vpc);
        let shown = self.region.show("vpc", self.region.find("vpc", &vpc)?);
        // A new VPC is still coming when it is answered, and there when it is asked for.
        let mut answer = json!({ "vpc": shown });
        answer["vpc"]["state"] = json!("pending");
        Ok(answer)
    }

    pub fn delete_vpc(&mut self) -> Answer {
        let vpc = self.form.required("VpcId")?.to_owned();
        self.region.find("vpc", &vpc)?;
        let region = &*self.region;
        let inside = |item: &Json| item["vpcId"] == vpc.as_str();
        let attached = |item: &Json| {
            item["attachmentSet"].as_array().is_some_and(|all| all.iter().any(&inside))
        };
        let main = |table: &Json| {
            table["associationSet"]
                .as_array()
                .is_some_and(|all| all.iter().any(|a| a["main"] == true))
        };
        let held = region.any("subnet", inside)
            || region.any("internet-gateway", attached)
            || region.any("egress-only-internet-gateway", attached)
            || region.any("network-interface", inside)
            || region.any("vpc-endpoint", inside)
            || region.any("natgateway", |nat| inside(nat) && nat["state"] != "deleted")
            || region.any("security-group", |g| inside(g) && g["groupName"] != "default")
            || region.any("route-table", |t| inside(t) && !main(t))
            || region.any("network-acl", |acl| inside(acl) && acl["default"] != true)
            || region.any("vpc-peering-connection", |p| {
                p["status"]["code"] == "active"
                    && [&p["requesterVpcInfo"], &p["accepterVpcInfo"]].into_iter().any(inside)
            });
        if held {
            return Err(dependency(format!(
                "The vpc '{vpc}' has dependencies and cannot be deleted."
            )));
        }
        let groups = region.ids("security-group", inside);
        for name in ["route-table", "network-acl", "security-group", "natgateway"] {
            self.region.remove_all(name, |item| item["vpcId"] == vpc.as_str());
        }
        self.region.remove_all("security-group-rule", |rule| {
            groups.iter().any(|group| rule["groupId"] == group.as_str())
        });
        self.region.remove_all("vpc-flow-log", |log| log["resourceId"] == vpc.as_str());
        self.region.remove("vpc", &vpc);
        done()
    }

    pub fn describe_vpc_attribute(&self) -> Answer {
        let vpc = self.region.find("vpc", self.form.required("VpcId")?)?;
        let attribute = self.form.required("Attribute")?;
        let member = match attribute {
            "enableDnsHostnames" => "_dnsHostnames",
            "enableDnsSupport" => "_dnsSupport",
            "enableNetworkAddressUsageMetrics" => "_usageMetrics",
            other => return Err(invalid(other, "attribute", "")),
        };
        Ok(json!({ "vpcId": vpc["vpcId"], attribute: { "value": vpc[member] } }))
    }

    pub fn modify_vpc_attribute(&mut self) -> Answer {
        let vpc = self.region.find_mut("vpc", self.form.required("VpcId")?)?;
        let attributes = [
            ("EnableDnsHostnames", "_dnsHostnames"),
            ("EnableDnsSupport", "_dnsSupport"),
            ("EnableNetworkAddressUsageMetrics", "_usageMetrics"),
        ];
        let given: Vec<_> = attributes
            .iter()
            .filter_map(|(name, member)| Some((*member, self.form.flag(&format!("{name}.Value"))?)))
            .collect();
        let [(member, value)] = given.as_slice() else {
            let message = "Exactly one attribute can be modified with a call.";
            return Err(Refusal::new("InvalidParameterCombination", message));
        };
        vpc[*member] = json!(value);
        done()
    }

    pub fn associate_vpc_cidr_block(&mut self) -> Answer {
        let id = self.form.required("VpcId")?;
        let cidr = self.form.required("CidrBlock")?;
        let net = range(cidr, "cidrBlock")?;
        if !(16..=28).contains(&net.prefix_len()) {
            return Err(Refusal::new("InvalidVpc.Range", format!("The CIDR '{cidr}' is invalid.")));
        }
        let entry = association(&self.call.ids.resource("vpc-cidr-assoc"), net);
        let vpc = self.region.find_mut("vpc", id)?;
        if ranges(vpc).iter().any(|r| r.contains(&net) || net.contains(r)) {
            let message = format!("The CIDR '{cidr}' conflicts with a range of the VPC.");
            return Err(Refusal::new("InvalidVpc.Conflict", message));
        }
        if let Some(all) = vpc["cidrBlockAssociationSet"].as_array_mut() {
            all.push(entry.clone());
        }
        Ok(json!({ "vpcId": id, "cidrBlockAssociation": entry }))
    }

    pub fn disassociate_vpc_cidr_block(&mut self) -> Answer {
        let id = self.form.required("AssociationId")?;
        let owner = self.region.ids("vpc", |vpc| {
            let all = vpc["cidrBlockAssociationSet"].as_array();
            all.is_some_and(|all| all.iter().skip(1).any(|a| a["associationId"] == id))
        });
        let Some(owner) = owner.first() else {
            let message = format!("The vpc CIDR block with association ID {id} does not exist");
            return Err(Refusal::new("InvalidVpcCidrBlockAssociationID.NotFound", message));
        };
        let vpc = self.region.find_mut("vpc", owner)?;
        let mut gone = Json::Null;
        if let Some(all) = vpc["cidrBlockAssociationSet"].as_array_mut()
            && let Some(at) = all.iter().position(|a| a["associationId"] == id)
        {
            gone = all.remove(at);
        }
        Ok(json!({ "vpcId": owner, "cidrBlockAssociation": gone }))
    }

    /// The options that a VPC starts with; each region has its own.
    fn default_dhcp_options(&mut self) -> String {
        let region = self.call.region;
        if let Some(id) = self.region.ids("dhcp-options", |o| o["_default"] == true).first() {
            return id.clone();
        }
        let id = self.call.ids.resource("dopt");
        let domain = match region {
            "us-east-1" => "ec2.internal".to_owned(),
            region => format!("{region}.compute.internal"),
        };
        let item = json!({
            "dhcpOptionsId": id, "ownerId": self.call.account, "tagSet": [], "_default": true,
            "dhcpConfigurationSet": [
                { "key": "domain-name", "valueSet": [{ "value": domain }] },
                { "key": "domain-name-servers", "valueSet": [{ "value": "AmazonProvidedDNS" }] },
            ],
        });
        self.region.insert("dhcp-options", item);
        id
    }

    pub fn create_dhcp_options(&mut self) -> Answer {
        let tags = self.tags("dhcp-options")?;
        let configurations: Vec<Json> = self
            .form
            .structures("DhcpConfiguration")
            .iter()
            .map(|form| {
                let values: Vec<Json> =
                    form.list("Value").iter().map(|value| json!({ "value": value })).collect();
                json!({ "key": form.get("Key"), "valueSet": values })
            })
            .collect();
        if configurations.is_empty() {
            self.form.required("DhcpConfiguration")?;
        }
        let item = json!({
            "dhcpOptionsId": self.call.ids.resource("dopt"), "ownerId": self.call.account,
            "dhcpConfigurationSet": configurations, "tagSet": tags,
        });
        self.region.insert("dhcp-options", item.clone());
        Ok(json!({ "dhcpOptions": item }))
    }

    pub fn delete_dhcp_options(&mut self) -> Answer {
        let id = self.form.required("DhcpOptionsId")?;
        self.region.find("dhcp-options", id)?;
        if self.region.any("vpc", |vpc| vpc["dhcpOptionsId"] == id) {
            return Err(dependency(format!(
                "The dhcpOptions '{id}' has dependencies and cannot be deleted."
            )));
        }
        self.region.remove("dhcp-options", id);
        done()
    }

    pub fn associate_dhcp_options(&mut self) -> Answer {
        let id = match self.form.required("DhcpOptionsId")? {
            "default" => self.default_dhcp_options(),
            id => {
                self.region.find("dhcp-options", id)?;
                id.to_owned()
            }
        };
        let vpc = self.region.find_mut("vpc", self.form.required("VpcId")?)?;
        vpc["dhcpOptionsId"] = json!(id);
        done()
    }

    pub fn create_peering(&mut self) -> Answer {
        let tags = self.tags("vpc-peering-connection")?;
        let (account, region) = (self.call.account, self.call.region);
        let requester = self.region.find("vpc", self.form.required("VpcId")?)?.clone();
        let peer = self.form.required("PeerVpcId")?;
        let peer_region = self.form.get("PeerRegion").unwrap_or(region);
        let accepter = match self.region.get("vpc", peer) {
            Some(vpc) if peer_region == region => vpc.clone(),
            _ => {
                json!({ "vpcId": peer, "ownerId": self.form.get("PeerOwnerId").unwrap_or(account) })
            }
        };
        let info = |vpc: &Json, region: &str| {
            json!({
                "vpcId": vpc["vpcId"], "ownerId": vpc["ownerId"], "cidrBlock": vpc["cidrBlock"],
                "region": region,
            })
        };
        let expires = self.call.now.checked_add(jiff::SignedDuration::from_hours(24 * OFFER_DAYS));
        let item = json!({
            "vpcPeeringConnectionId": self.call.ids.resource("pcx"),
            "requesterVpcInfo": info(&requester, region),
            "accepterVpcInfo": info(&accepter, peer_region),
            "status": { "code": "pending-acceptance", "message": "Pending Acceptance by peer" },
            "expirationTime": expires.ok().map(|time| time.to_string()), "tagSet": tags,
        });
        self.region.insert("vpc-peering-connection", item.clone());
        Ok(json!({ "vpcPeeringConnection": item }))
    }

    pub fn answer_peering(&mut self, code: &str, message: &str) -> Answer {
        let id = self.form.required("VpcPeeringConnectionId")?;
        let item = self.region.find_mut("vpc-peering-connection", id)?;
        if item["status"]["code"] != "pending-acceptance" {
            let state = text(&item["status"], "code");
            let message = format!("The vpc peering connection '{id}' is in state {state}.");
            return Err(Refusal::new("InvalidStateTransition", message));
        }
        item["status"] = json!({ "code": code, "message": message });
        if let Json::Object(members) = item {
            members.remove("expirationTime");
        }
        Ok(json!({ "vpcPeeringConnection": item, "return": true }))
    }

    pub fn delete_peering(&mut self) -> Answer {
        let id = self.form.required("VpcPeeringConnectionId")?;
        self.region.find("vpc-peering-connection", id)?;
        self.region.remove("vpc-peering-connection", id);
        done()
    }

    pub fn modify_peering_options(&mut self) -> Answer {
        let id = self.form.required("VpcPeeringConnectionId")?;
        let mut answer = json!({});
        for (parameter, info, shown) in [
            (
                "RequesterPeeringConnectionOptions",
                "requesterVpcInfo",
                "requesterPeeringConnectionOptions",
            ),
            (
                "AccepterPeeringConnectionOptions",
                "accepterVpcInfo",
                "accepterPeeringConnectionOptions",
            ),
        ] {
            let options = self.form.under(parameter);
            if let Some(dns) = options.flag("AllowDnsResolutionFromRemoteVpc") {
                let item = self.region.find_mut("vpc-peering-connection", id)?;
                let options = json!({ "allowDnsResolutionFromRemoteVpc": dns });
                item[info]["peeringOptions"] = options.clone();
                answer[shown] = options;
            }
        }
        Ok(answer)
    }
}

fn association(id: &str, net: Ipv4Net) -> Json {
    json!({
        "associationId": id, "cidrBlock": net.to_string(),
        "cidrBlockState": { "state": "associated" },
    })
}

/// The ranges of a VPC.
pub(crate) fn ranges(vpc: &Json) -> Vec<Ipv4Net> {
    let all = vpc["cidrBlockAssociationSet"].as_array();
    all.into_iter().flatten().filter_map(|a| text(a, "cidrBlock").parse().ok()).collect()
}
