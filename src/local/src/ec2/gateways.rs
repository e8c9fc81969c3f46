//! Internet gateways, egress-only gateways and public addresses.

use super::{Answer, Turn, dependency, done, text};
use crate::wire::Refusal;
use serde_json::{Value as Json, json};

/// Quotas of a new account.
const MOST_ADDRESSES: usize = 5;
const MOST_GATEWAYS: usize = 5;

impl Turn<'_> {
    pub fn create_internet_gateway(&mut self) -> Answer {
        let tags = self.tags("internet-gateway")?;
        if self.region.all("internet-gateway").len() >= MOST_GATEWAYS {
            let message = "The maximum number of internet gateways has been reached.";
            return Err(Refusal::new("InternetGatewayLimitExceeded", message));
        }
        let item = json!({
            "internetGatewayId": self.call.ids.resource("igw"), "ownerId": self.call.account,
            "attachmentSet": [], "tagSet": tags,
        });
        self.region.insert("internet-gateway", item.clone());
        Ok(json!({ "internetGateway": item }))
    }

    pub fn delete_internet_gateway(&mut self) -> Answer {
        let id = self.form.required("InternetGatewayId")?;
        if attachment(self.region.find("internet-gateway", id)?).is_some() {
            return Err(dependency(format!(
                "The internetGateway '{id}' has dependencies and cannot be deleted."
            )));
        }
        self.region.remove("internet-gateway", id);
        done()
    }

    pub fn attach_internet_gateway(&mut self) -> Answer {
        let id = self.form.required("InternetGatewayId")?;
        let vpc = self.form.required("VpcId")?;
        self.region.find("vpc", vpc)?;
        if let Some(other) = attachment(self.region.find("internet-gateway", id)?) {
            let message = format!("resource {id} is already attached to network {other}");
            return Err(Refusal::new("Resource.AlreadyAssociated", message));
        }
        if self.region.any("internet-gateway", |g| attachment(g) == Some(vpc)) {
            let message = format!("Network {vpc} already has an internet gateway attached");
            return Err(Refusal::new("InvalidParameterValue", message));
        }
        let gateway = self.region.find_mut("internet-gateway", id)?;
        gateway["attachmentSet"] = json!([{ "vpcId": vpc, "state": "available" }]);
        done()
    }

    pub fn detach_internet_gateway(&mut self) -> Answer {
        let id = self.form.required("InternetGatewayId")?;
        let vpc = self.form.required("VpcId")?;
        if attachment(self.region.find("internet-gateway", id)?) != Some(vpc) {
            let message = format!("resource {id} is not attached to network {vpc}");
            return Err(Refusal::new("Gateway.NotAttached", message));
        }
        let public = |eni: &Json| eni["vpcId"] == vpc && !eni["association"]["publicIp"].is_null();
        if self.region.any("network-interface", public) {
            return Err(dependency(format!(
                "Network {vpc} has some mapped public address(es). Please unmap those public \
                 address(es) before detaching the gateway."
            )));
        }
        self.region.find_mut("internet-gateway", id)?["attachmentSet"] = json!([]);
        done()
    }

    pub fn create_egress_gateway(&mut self) -> Answer {
        let tags = self.tags("egress-only-internet-gateway")?;
        let vpc = self.form.required("VpcId")?;
        self.region.find("vpc", vpc)?;
        let item = json!({
            "egressOnlyInternetGatewayId": self.call.ids.resource("eigw"),
            "attachmentSet": [{ "vpcId": vpc, "state": "attached" }], "tagSet": tags,
        });
        self.region.insert("egress-only-internet-gateway", item.clone());
        Ok(json!({ "egressOnlyInternetGateway": item }))
    }

    pub fn delete_egress_gateway(&mut self) -> Answer {
        let id = self.form.required("EgressOnlyInternetGatewayId")?;
        self.region.find("egress-only-internet-gateway", id)?;
        self.region.remove("egress-only-internet-gateway", id);
        Ok(json!({ "returnCode": true }))
    }

    pub fn allocate_address(&mut self) -> Answer {
        let tags = self.tags("elastic-ip")?;
        if self.region.all("elastic-ip").len() >= MOST_ADDRESSES {
            let message = "The maximum number of addresses has been reached.";
            return Err(Refusal::new("AddressLimitExceeded", message));
        }
        // Of a block that AWS hands out, told apart by a number of the account.
        let n = self.call.ids.number();
        let ip = format!("52.{}.{}.{}", 16 + n % 16, (n >> 8) % 256, 1 + (n >> 16) % 254);
        let item = json!({
            "publicIp": ip, "allocationId": self.call.ids.resource("eipalloc"), "domain": "vpc",
            "publicIpv4Pool": "amazon", "networkBorderGroup": self.call.region, "tagSet": tags,
        });
        self.region.insert("elastic-ip", item.clone());
        Ok(item)
    }

    pub fn release_address(&mut self) -> Answer {
        let id = self.form.required("AllocationId")?;
        let address = self.region.find("elastic-ip", id)?;
        if !address["associationId"].is_null() {
            let message = format!("Address {} is in use.", text(address, "publicIp"));
            return Err(Refusal::new("InvalidIPAddress.InUse", message));
        }
        self.region.remove("elastic-ip", id);
        done()
    }

    pub fn associate_address(&mut self) -> Answer {
        let id = self.form.required("AllocationId")?;
        let interface = self.form.required("NetworkInterfaceId")?;
        let private =
            text(self.region.find("network-interface", interface)?, "privateIpAddress").to_owned();
        let address = self.region.find("elastic-ip", id)?;
        let again = self.form.flag("AllowReassociation") == Some(true);
        if !address["associationId"].is_null() && !again {
            let message = format!("resource {id} is already associated");
            return Err(Refusal::new("Resource.AlreadyAssociated", message));
        }
        let association = self.map_address(id, interface, &private)?;
        Ok(json!({ "associationId": association, "return": true }))
    }

    /// Maps an address to a network interface.
    pub fn map_address(&mut self, id: &str, eni: &str, private: &str) -> Result<String, Refusal> {
        let (association, account) = (self.call.ids.resource("eipassoc"), self.call.account);
        let address = self.region.find_mut("elastic-ip", id)?;
        address["associationId"] = json!(association);
        address["networkInterfaceId"] = json!(eni);
        address["networkInterfaceOwnerId"] = json!(account);
        address["privateIpAddress"] = json!(private);
        let ip = address["publicIp"].clone();
        let interface = self.region.find_mut("network-interface", eni)?;
        interface["association"] = json!({
            "allocationId": id, "associationId": association, "publicIp": ip, "ipOwnerId": account,
        });
        Ok(association)
    }

    pub fn disassociate_address(&mut self) -> Answer {
        let id = self.form.required("AssociationId")?;
        let found = self.region.ids("elastic-ip", |address| address["associationId"] == id);
        let Some(allocation) = found.first() else {
            let message = format!("The association ID '{id}' does not exist");
            return Err(Refusal::new("InvalidAssociationID.NotFound", message));
        };
        let eni =
            text(self.region.find("elastic-ip", allocation)?, "networkInterfaceId").to_owned();
        let owner =
            self.region.get("network-interface", &eni).map(|e| text(e, "_owner").to_owned());
        if owner.is_some_and(|owner| owner.starts_with("nat-")) {
            let message =
                format!("You do not have permission to access the specified resource ({id}).");
            return Err(Refusal::new("AuthFailure", message));
        }
        if let Some(Json::Object(interface)) = self.region.get_mut("network-interface", &eni) {
            interface.remove("association");
        }
        self.region.detach_address(allocation);
        done()
    }
}

/// The VPC that a gateway is attached to.
fn attachment(gateway: &Json) -> Option<&str> {
    gateway["attachmentSet"].as_array()?.first()?["vpcId"].as_str()
}
