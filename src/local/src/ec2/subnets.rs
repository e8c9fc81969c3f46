//! Subnets.

use super::{Answer, Turn, dependency, done, invalid, places::zones, text, vpcs};
use crate::wire::Refusal;
use ipnet::Ipv4Net;
use serde_json::{Value as Json, json};

impl Turn<'_> {
    pub fn create_subnet(&mut self) -> Answer {
        let vpc = self.region.find("vpc", self.form.required("VpcId")?)?.clone();
        let cidr = self.form.required("CidrBlock")?;
        let net = vpcs::range(cidr, "cidrBlock")?;
        let within = vpcs::ranges(&vpc).iter().any(|range| range.contains(&net));
        if !within || !(16..=28).contains(&net.prefix_len()) {
            let message = format!("The CIDR '{cidr}' is invalid.");
            return Err(Refusal::new("InvalidSubnet.Range", message));
        }
        let overlaps = |subnet: &Json| {
            text(subnet, "cidrBlock")
                .parse::<Ipv4Net>()
                .is_ok_and(|other| other.contains(&net) || net.contains(&other))
        };
        if self.region.any("subnet", |s| s["vpcId"] == vpc["vpcId"] && overlaps(s)) {
            let message = format!("The CIDR '{cidr}' conflicts with another subnet");
            return Err(Refusal::new("InvalidSubnet.Conflict", message));
        }
        let (zone, zone_id) = self.zone()?;
        let tags = self.tags("subnet")?;
        let (id, account, region) =
            (self.call.ids.resource("subnet"), self.call.account, self.call.region);
        let item = json!({
            "subnetId": id, "subnetArn": format!("arn:aws:ec2:{region}:{account}:subnet/{id}"),
            "state": "available", "vpcId": vpc["vpcId"], "cidrBlock": net.to_string(),
            "availabilityZone": zone, "availabilityZoneId": zone_id, "ownerId": account,
            "availableIpAddressCount": 0, "defaultForAz": false, "mapPublicIpOnLaunch": false,
            "mapCustomerOwnedIpOnLaunch": false, "assignIpv6AddressOnCreation": false,
            "ipv6CidrBlockAssociationSet": [], "enableDns64": false, "ipv6Native": false,
            "privateDnsNameOptionsOnLaunch": {
                "hostnameType": "ip-name", "enableResourceNameDnsARecord": false,
                "enableResourceNameDnsAAAARecord": false,
            },
            "tagSet": tags,
        });
        self.region.insert("subnet", item);
        self.join_default_acl(text(&vpc, "vpcId"), &id);
        Ok(json!({ "subnet": self.region.show("subnet", self.region.find("subnet", &id)?) }))
    }

    /// The zone that a request names, or the first.
    fn zone(&self) -> Result<(String, String), Refusal> {
        let zones = zones(self.call.region);
        let (name, id) = (self.form.get("AvailabilityZone"), self.form.get("AvailabilityZoneId"));
        let found = zones.iter().find(|(zone, zone_id)| match (name, id) {
            (Some(name), _) => zone == name,
            (None, Some(id)) => zone_id == id,
            (None, None) => true,
        });
        found.cloned().ok_or_else(|| {
            let all = zones.map(|(zone, _)| zone).join(", ");
            let why = format!(
                "Subnets can currently only be created in the following availability zones: {all}."
            );
            invalid(name.or(id).unwrap_or_default(), "availabilityZone", &why)
        })
    }

    pub fn delete_subnet(&mut self) -> Answer {
        let id = self.form.required("SubnetId")?.to_owned();
        self.region.find("subnet", &id)?;
        if self.region.any("network-interface", |eni| eni["subnetId"] == id.as_str()) {
            return Err(dependency(format!(
                "The subnet '{id}' has dependencies and cannot be deleted."
            )));
        }
        for kind in ["route-table", "network-acl"] {
            for table in self.region.ids(kind, |_| true) {
                let all = self.region.find_mut(kind, &table)?["associationSet"].as_array_mut();
                if let Some(all) = all {
                    all.retain(|association| association["subnetId"] != id.as_str());
                }
            }
        }
        self.region.remove_all("vpc-flow-log", |log| log["resourceId"] == id.as_str());
        self.region.remove("subnet", &id);
        done()
    }

    pub fn modify_subnet_attribute(&mut self) -> Answer {
        let subnet = self.region.find_mut("subnet", self.form.required("SubnetId")?)?;
        let flags = [
            ("MapPublicIpOnLaunch", "mapPublicIpOnLaunch"),
            ("AssignIpv6AddressOnCreation", "assignIpv6AddressOnCreation"),
            ("EnableDns64", "enableDns64"),
            ("MapCustomerOwnedIpOnLaunch", "mapCustomerOwnedIpOnLaunch"),
        ];
        for (parameter, member) in flags {
            if let Some(value) = self.form.flag(&format!("{parameter}.Value")) {
                subnet[member] = json!(value);
            }
        }
        let names = &mut subnet["privateDnsNameOptionsOnLaunch"];
        if let Some(value) = self.form.get("PrivateDnsHostnameTypeOnLaunch") {
            names["hostnameType"] = json!(value);
        }
        for (parameter, member) in [
            ("EnableResourceNameDnsARecordOnLaunch", "enableResourceNameDnsARecord"),
            ("EnableResourceNameDnsAAAARecordOnLaunch", "enableResourceNameDnsAAAARecord"),
        ] {
            if let Some(value) = self.form.flag(&format!("{parameter}.Value")) {
                names[member] = json!(value);
            }
        }
        done()
    }
}
