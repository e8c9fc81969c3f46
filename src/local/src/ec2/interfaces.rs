//! Network interfaces: those that a user makes, and those of services.

use super::{Answer, Ec2, Turn, done, invalid, region::Region, text};
use crate::wire::Refusal;
use ipnet::Ipv4Net;
use serde_json::{Value as Json, json};

impl Turn<'_> {
    pub fn create_interface(&mut self) -> Answer {
        let tags = self.tags("network-interface")?;
        let subnet = self.region.find("subnet", self.form.required("SubnetId")?)?.clone();
        let mut groups = self.form.list("SecurityGroupId");
        for group in &groups {
            self.region.find("security-group", group)?;
        }
        if groups.is_empty() {
            let default = |g: &Json| g["vpcId"] == subnet["vpcId"] && g["groupName"] == "default";
            groups = self.region.ids("security-group", default);
        }
        let private = match self.form.get("PrivateIpAddress") {
            Some(ip) => ip.to_owned(),
            None => self.region.free_address(&subnet)?,
        };
        let description = self.form.get("Description").unwrap_or_default();
        let item = self.interface(&subnet, description, &private, &groups);
        let mut item = item;
        item["tagSet"] = tags;
        let id = text(&item, "networkInterfaceId").to_owned();
        self.region.insert("network-interface", item);
        let shown =
            self.region.show("network-interface", self.region.find("network-interface", &id)?);
        Ok(json!({ "networkInterface": shown }))
    }

    fn interface(
        &self,
        subnet: &Json,
        description: &str,
        private: &str,
        groups: &[String],
    ) -> Json {
        let n = self.call.ids.number().to_be_bytes();
        json!({
            "networkInterfaceId": self.call.ids.resource("eni"), "subnetId": subnet["subnetId"],
            "vpcId": subnet["vpcId"], "availabilityZone": subnet["availabilityZone"],
            "description": description, "ownerId": self.call.account, "requesterManaged": false,
            "status": "available", "interfaceType": "interface", "sourceDestCheck": true,
            "macAddress": format!("0a:{:02x}:{:02x}:{:02x}:{:02x}:{:02x}", n[0], n[1], n[2], n[3], n[4]),
            "privateIpAddress": private, "tagSet": [], "_groups": groups,
            "privateIpAddressesSet": [{ "privateIpAddress": private, "primary": true }],
        })
    }

    /// An interface that a service makes for one of its own: it stays until the service lets go.
    pub fn service_interface(
        &mut self,
        subnet: &Json,
        owner: &str,
        kind: &str,
        description: &str,
        groups: &[String],
    ) -> Result<(String, String), Refusal> {
        let private = self.region.free_address(subnet)?;
        let mut item = self.interface(subnet, description, &private, groups);
        item["requesterManaged"] = json!(true);
        item["interfaceType"] = json!(kind);
        item["status"] = json!("in-use");
        item["_owner"] = json!(owner);
        item["attachment"] = json!({
            "attachmentId": self.call.ids.resource("eni-attach"), "instanceOwnerId": "amazon-aws",
            "deviceIndex": 1, "status": "attached", "attachTime": self.call.now.to_string(),
            "deleteOnTermination": false,
        });
        let id = text(&item, "networkInterfaceId").to_owned();
        self.region.insert("network-interface", item);
        Ok((id, private))
    }

    pub fn delete_interface(&mut self) -> Answer {
        let id = self.form.required("NetworkInterfaceId")?;
        let item = self.region.find("network-interface", id)?;
        if item["requesterManaged"] == true {
            let message = "You do not have permission to access the specified resource.";
            return Err(Refusal::new("AuthFailure", message).status(403));
        }
        if item["status"] == "in-use" {
            let message = format!("Network interface '{id}' is currently in use.");
            return Err(Refusal::new("InvalidParameterValue", message));
        }
        for address in self.region.ids("elastic-ip", |a| a["networkInterfaceId"] == id) {
            self.region.detach_address(&address);
        }
        self.region.remove("network-interface", id);
        done()
    }

    pub fn modify_interface(&mut self) -> Answer {
        let id = self.form.required("NetworkInterfaceId")?;
        let groups = self.form.list("SecurityGroupId");
        for group in &groups {
            self.region.find("security-group", group)?;
        }
        let item = self.region.find_mut("network-interface", id)?;
        if !groups.is_empty() {
            item["_groups"] = json!(groups);
        }
        if let Some(description) = self.form.get("Description.Value") {
            item["description"] = json!(description);
        }
        if let Some(check) = self.form.flag("SourceDestCheck.Value") {
            item["sourceDestCheck"] = json!(check);
        }
        done()
    }

    pub fn describe_interface_attribute(&self) -> Answer {
        let id = self.form.required("NetworkInterfaceId")?;
        let item =
            self.region.show("network-interface", self.region.find("network-interface", id)?);
        let attribute = self.form.required("Attribute")?;
        let value = match attribute {
            "description" | "sourceDestCheck" => json!({ "value": item[attribute] }),
            "groupSet" | "attachment" => item[attribute].clone(),
            other => return Err(invalid(other, "attribute", "")),
        };
        Ok(json!({ "networkInterfaceId": id, attribute: value }))
    }
}

impl Region {
    /// The first address of a subnet that nobody has.
    pub fn free_address(&self, subnet: &Json) -> Result<String, Refusal> {
        let net: Ipv4Net = text(subnet, "cidrBlock")
            .parse()
            .map_err(|_| Refusal::internal("a subnet without a range"))?;
        let used: Vec<&str> = self
            .all("network-interface")
            .into_iter()
            .filter(|eni| eni["subnetId"] == subnet["subnetId"])
            .map(|eni| text(eni, "privateIpAddress"))
            .collect();
        // The first four belong to AWS, and the last, which hosts() leaves out with the first.
        net.hosts()
            .skip(3)
            .map(|ip| ip.to_string())
            .find(|ip| !used.contains(&ip.as_str()))
            .ok_or_else(|| {
                let id = text(subnet, "subnetId");
                let message =
                    format!("The specified subnet {id} does not have enough free addresses.");
                Refusal::new("InsufficientFreeAddressesInSubnet", message)
            })
    }
}

impl Ec2 {
    /// An interface that another service has made, with the id that it chose.
    pub fn foreign_interface(&mut self, account: &str, region: &str, mut item: Json) {
        let defaults = json!({
            "ownerId": account, "requesterManaged": true, "status": "in-use", "tagSet": [],
            "interfaceType": "interface", "sourceDestCheck": true,
            "privateIpAddressesSet": [
                { "privateIpAddress": item["privateIpAddress"], "primary": true },
            ],
        });
        if let (Json::Object(item), Json::Object(defaults)) = (&mut item, defaults) {
            for (member, value) in defaults {
                item.entry(member).or_insert(value);
            }
        }
        self.regions.entry(region.to_owned()).or_default().insert("network-interface", item);
    }

    pub fn set_interface_groups(&mut self, region: &str, id: &str, groups: &[String]) {
        let region = self.regions.get_mut(region);
        if let Some(item) = region.and_then(|r| r.get_mut("network-interface", id)) {
            item["_groups"] = json!(groups);
        }
    }

    pub fn remove_interface(&mut self, region: &str, id: &str) {
        if let Some(region) = self.regions.get_mut(region) {
            region.remove("network-interface", id);
        }
    }
}
