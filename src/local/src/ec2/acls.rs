//! Network ACLs.

use super::{Answer, Turn, dependency, done, invalid, text};
use crate::wire::Refusal;
use serde_json::{Value as Json, json};

impl Turn<'_> {
    /// The list that the subnets of a VPC use unless they are given another: it lets all through.
    pub fn default_acl(&mut self, vpc: &str) {
        let mut acl = self.acl(vpc, true, json!([]));
        let all = |egress: bool| {
            json!({
                "ruleNumber": 100, "protocol": "-1", "ruleAction": "allow", "egress": egress,
                "cidrBlock": "0.0.0.0/0",
            })
        };
        if let Some(entries) = acl["entrySet"].as_array_mut() {
            entries.splice(0..0, [all(true), all(false)]);
        }
        self.region.insert("network-acl", acl);
    }

    fn acl(&self, vpc: &str, default: bool, tags: Json) -> Json {
        // The last rule denies all and can't be changed.
        let last = |egress: bool| {
            json!({
                "ruleNumber": 32767, "protocol": "-1", "ruleAction": "deny", "egress": egress,
                "cidrBlock": "0.0.0.0/0",
            })
        };
        json!({
            "networkAclId": self.call.ids.resource("acl"), "vpcId": vpc, "default": default,
            "ownerId": self.call.account, "entrySet": [last(true), last(false)],
            "associationSet": [], "tagSet": tags,
        })
    }

    /// A new subnet uses the default list.
    pub fn join_default_acl(&mut self, vpc: &str, subnet: &str) {
        let default = |acl: &Json| acl["vpcId"] == vpc && acl["default"] == true;
        let Some(id) = self.region.ids("network-acl", default).into_iter().next() else { return };
        let association = json!({
            "networkAclAssociationId": self.call.ids.resource("aclassoc"), "networkAclId": id,
            "subnetId": subnet,
        });
        if let Some(all) = self
            .region
            .get_mut("network-acl", &id)
            .and_then(|acl| acl["associationSet"].as_array_mut())
        {
            all.push(association);
        }
    }

    pub fn create_network_acl(&mut self) -> Answer {
        let tags = self.tags("network-acl")?;
        let vpc = self.form.required("VpcId")?;
        self.region.find("vpc", vpc)?;
        let acl = self.acl(vpc, false, tags);
        self.region.insert("network-acl", acl.clone());
        Ok(json!({ "networkAcl": acl }))
    }

    pub fn delete_network_acl(&mut self) -> Answer {
        let id = self.form.required("NetworkAclId")?;
        let acl = self.region.find("network-acl", id)?;
        if acl["default"] == true {
            let message =
                format!("The network ACL '{id}' is the default network ACL and cannot be deleted.");
            return Err(Refusal::new("InvalidParameterValue", message));
        }
        if acl["associationSet"].as_array().is_some_and(|all| !all.is_empty()) {
            return Err(dependency(format!(
                "The network ACL '{id}' has dependencies and cannot be deleted."
            )));
        }
        self.region.remove("network-acl", id);
        done()
    }

    pub fn put_acl_entry(&mut self, replace: bool) -> Answer {
        let id = self.form.required("NetworkAclId")?;
        let number = self.form.required("RuleNumber")?;
        let n: i64 = number.parse().map_err(|_| invalid(number, "ruleNumber", ""))?;
        if !(1..=32766).contains(&n) {
            return Err(invalid(number, "ruleNumber", "It must be from 1 to 32766."));
        }
        let egress = self.form.flag("Egress").unwrap_or(false);
        let mut entry = json!({
            "ruleNumber": n, "protocol": self.form.required("Protocol")?,
            "ruleAction": self.form.required("RuleAction")?, "egress": egress,
            "cidrBlock": self.form.get("CidrBlock"),
            "ipv6CidrBlock": self.form.get("Ipv6CidrBlock"),
        });
        let (ports, icmp) = (self.form.under("PortRange"), self.form.under("Icmp"));
        if !ports.is_empty() {
            entry["portRange"] =
                json!({ "from": ports.integer("From")?, "to": ports.integer("To")? });
        }
        if !icmp.is_empty() {
            entry["icmpTypeCode"] =
                json!({ "code": icmp.integer("Code")?, "type": icmp.integer("Type")? });
        }
        let acl = self.region.find_mut("network-acl", id)?;
        let Some(entries) = acl["entrySet"].as_array_mut() else { return done() };
        let at = entries.iter().position(|e| e["ruleNumber"] == n && e["egress"] == egress);
        match (at, replace) {
            (Some(at), true) => entries[at] = entry,
            (None, false) => entries.push(entry),
            (Some(_), false) => {
                let message =
                    format!("The network acl entry identified by {number} already exists.");
                return Err(Refusal::new("NetworkAclEntryAlreadyExists", message));
            }
            (None, true) => return Err(no_entry(number)),
        }
        entries.sort_by_key(|e| (e["egress"] != true, e["ruleNumber"].as_i64()));
        done()
    }

    pub fn delete_acl_entry(&mut self) -> Answer {
        let id = self.form.required("NetworkAclId")?;
        let number = self.form.required("RuleNumber")?;
        let egress = self.form.flag("Egress").unwrap_or(false);
        let acl = self.region.find_mut("network-acl", id)?;
        let Some(entries) = acl["entrySet"].as_array_mut() else { return done() };
        let before = entries.len();
        entries.retain(|e| {
            e["ruleNumber"] == 32767
                || e["ruleNumber"].as_i64() != number.parse().ok()
                || e["egress"] != egress
        });
        if entries.len() == before { Err(no_entry(number)) } else { done() }
    }

    pub fn replace_acl_association(&mut self) -> Answer {
        let id = self.form.required("AssociationId")?;
        let to = self.form.required("NetworkAclId")?.to_owned();
        self.region.find("network-acl", &to)?;
        let holder = self.region.ids("network-acl", |acl| {
            let all = acl["associationSet"].as_array();
            all.is_some_and(|all| all.iter().any(|a| a["networkAclAssociationId"] == id))
        });
        let Some(holder) = holder.first() else {
            let message = format!("The association ID '{id}' does not exist");
            return Err(Refusal::new("InvalidAssociationID.NotFound", message));
        };
        let mut subnet = String::new();
        if let Some(all) =
            self.region.find_mut("network-acl", holder)?["associationSet"].as_array_mut()
            && let Some(at) = all.iter().position(|a| a["networkAclAssociationId"] == id)
        {
            subnet = text(&all.remove(at), "subnetId").to_owned();
        }
        let name = self.call.ids.resource("aclassoc");
        let association =
            json!({ "networkAclAssociationId": name, "networkAclId": to, "subnetId": subnet });
        if let Some(all) =
            self.region.find_mut("network-acl", &to)?["associationSet"].as_array_mut()
        {
            all.push(association);
        }
        Ok(json!({ "newAssociationId": name }))
    }
}

fn no_entry(number: &str) -> Refusal {
    let message = format!("The network acl entry identified by {number} does not exist.");
    Refusal::new("InvalidNetworkAclEntry.NotFound", message)
}
