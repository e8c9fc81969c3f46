//! NAT gateways, which take their time to come and to go.

use super::{Answer, Turn, region::later, text};
use crate::wire::Refusal;
use serde_json::{Value as Json, json};

/// Seconds until a new one is available.
const COMING: i64 = 90;
/// Seconds until a deleted one is deleted, and until nothing is left of it.
const GOING: i64 = 60;
const GONE: i64 = 3660;

impl Turn<'_> {
    pub fn create_nat_gateway(&mut self) -> Answer {
        let tags = self.tags("natgateway")?;
        let subnet = self.region.find("subnet", self.form.required("SubnetId")?)?.clone();
        let kind = self.form.get("ConnectivityType").unwrap_or("public");
        let allocation = self.form.get("AllocationId");
        match (kind, allocation) {
            ("public", None) => {
                let message = "The request must include the AllocationId parameter. Add the \
                               required parameter and retry the request.";
                return Err(Refusal::new("MissingParameter", message));
            }
            ("private", Some(_)) => {
                let message = "A private NAT gateway takes no AllocationId.";
                return Err(Refusal::new("InvalidParameterCombination", message));
            }
            _ => {}
        }
        if let Some(allocation) = allocation {
            let address = self.region.find("elastic-ip", allocation)?;
            if !address["associationId"].is_null() {
                let message = format!("Elastic IP address [{allocation}] is already associated");
                return Err(Refusal::new("Resource.AlreadyAssociated", message));
            }
        }
        let (id, now) = (self.call.ids.resource("nat"), self.call.now);
        let description = format!("Interface for NAT Gateway {id}");
        let (eni, private) =
            self.service_interface(&subnet, &id, "nat_gateway", &description, &[])?;
        let mut address = json!({
            "networkInterfaceId": eni, "privateIp": private, "isPrimary": true, "status": "succeeded",
        });
        if let Some(allocation) = allocation {
            let association = self.map_address(allocation, &eni, &private)?;
            address["allocationId"] = json!(allocation);
            address["associationId"] = json!(association);
            address["publicIp"] = self.region.find("elastic-ip", allocation)?["publicIp"].clone();
        }
        let item = json!({
            "natGatewayId": id, "vpcId": subnet["vpcId"], "subnetId": subnet["subnetId"],
            "state": "pending", "connectivityType": kind, "createTime": now.to_string(),
            "natGatewayAddressSet": [address], "tagSet": tags,
            "_due": [later(now, COMING, json!({ "state": "available" }))],
        });
        self.region.insert("natgateway", item.clone());
        Ok(json!({ "natGateway": item }))
    }

    pub fn delete_nat_gateway(&mut self) -> Answer {
        let id = self.form.required("NatGatewayId")?;
        let now = self.call.now;
        let item = self.region.find_mut("natgateway", id)?;
        if !matches!(text(item, "state"), "deleting" | "deleted") {
            item["state"] = json!("deleting");
            let deleted = json!({
                "state": "deleted",
                "deleteTime": now.checked_add(jiff::SignedDuration::from_secs(GOING))
                    .unwrap_or(now).to_string(),
            });
            item["_due"] = json!([later(now, GOING, deleted), later(now, GONE, Json::Null)]);
        }
        Ok(json!({ "natGatewayId": id }))
    }
}
