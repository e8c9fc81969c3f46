//! What DMS sees of the other services of the account.

use crate::{
    account::Account,
    dms::{Role, Subnet, World},
    services::GLOBAL,
};
use dmsrun_base::Timestamp;
use futures_util::future::{BoxFuture, ready};
use serde_json::Value as Json;

/// The account as DMS sees it.
pub(crate) struct View<'a> {
    account: &'a Account,
}

impl<'a> View<'a> {
    pub fn new(account: &'a Account) -> Self {
        Self { account }
    }

    fn read<T: Default>(&self, service: &str, region: &str, read: impl FnOnce(&Json) -> T) -> T {
        self.account.service(service).map(|s| s.read(region, read)).unwrap_or_default()
    }
}

fn now_or<T: Send + 'static>(value: T) -> BoxFuture<'static, T> {
    Box::pin(ready(value))
}

fn text(value: &Json) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// The service principals of a trust policy.
fn trusted_services(document: &str) -> Vec<String> {
    let document: Json = serde_json::from_str(document).unwrap_or_default();
    let list = |value: &Json| match value {
        Json::Array(items) => items.clone(),
        Json::Null => Vec::new(),
        one => vec![one.clone()],
    };
    list(&document["Statement"])
        .iter()
        .filter(|statement| statement["Effect"] == "Allow")
        .filter(|statement| {
            list(&statement["Action"])
                .iter()
                .any(|a| matches!(a.as_str(), Some("sts:AssumeRole" | "sts:*" | "*")))
        })
        .flat_map(|statement| list(&statement["Principal"]["Service"]))
        .filter_map(|service| service.as_str().map(str::to_owned))
        .collect()
}

impl World for View<'_> {
    fn subnet<'a>(&'a self, region: &'a str, id: &'a str) -> BoxFuture<'a, Option<Subnet>> {
        let subnet = self.account.ec2().item(region, "subnet", id).map(|item| Subnet {
            vpc_id: text(&item["vpcId"]),
            availability_zone: text(&item["availabilityZone"]),
            cidr_block: text(&item["cidrBlock"]),
        });
        now_or(subnet)
    }

    fn security_group<'a>(&'a self, region: &'a str, id: &'a str) -> BoxFuture<'a, Option<String>> {
        let ec2 = self.account.ec2();
        now_or(ec2.item(region, "security-group", id).map(|group| text(&group["vpcId"])))
    }

    fn default_security_group<'a>(
        &'a self,
        region: &'a str,
        vpc_id: &'a str,
    ) -> BoxFuture<'a, Option<String>> {
        now_or(self.account.ec2().default_group(region, vpc_id))
    }

    fn role<'a>(&'a self, arn_or_name: &'a str) -> BoxFuture<'a, Option<Role>> {
        let name = arn_or_name.rsplit('/').next().unwrap_or_default();
        let role = self.read("iam", GLOBAL, |state| {
            let role = state["roles"].get(name)?;
            if arn_or_name.starts_with("arn:") && role["arn"] != arn_or_name {
                return None;
            }
            let policies = role["attached_policies"].as_array();
            Some(Role {
                arn: text(&role["arn"]),
                trusted_services: trusted_services(
                    role["assume_role_policy_document"].as_str().unwrap_or_default(),
                ),
                attached_policies: policies
                    .into_iter()
                    .flatten()
                    .map(|policy| text(&policy["policy_arn"]))
                    .collect(),
                created: role["create_date"]
                    .as_str()
                    .and_then(|t| t.parse::<Timestamp>().ok())
                    .unwrap_or(Timestamp::UNIX_EPOCH),
            })
        });
        now_or(role)
    }

    fn kms_key<'a>(&'a self, region: &'a str, id: &'a str) -> BoxFuture<'a, Option<String>> {
        let key = self.read("kms", region, |state| {
            let id = match id.find(":alias/").map(|at| &id[at + 1..]).unwrap_or(id) {
                alias if alias.starts_with("alias/aws/") => {
                    let account = self.account.number();
                    return Some(format!("arn:aws:kms:{region}:{account}:{alias}"));
                }
                alias if alias.starts_with("alias/") => {
                    state["aliases"].get(alias)?["target_key_id"].as_str()?
                }
                id => id.rsplit('/').next()?,
            };
            let key = state["keys"].get(id)?;
            (key["key_state"] == "Enabled").then(|| text(&key["arn"]))
        });
        now_or(key)
    }

    fn topic<'a>(&'a self, region: &'a str, arn: &'a str) -> BoxFuture<'a, bool> {
        now_or(self.read("sns", region, |state| state["topics"].get(arn).is_some()))
    }

    fn secret<'a>(&'a self, region: &'a str, id: &'a str) -> BoxFuture<'a, Option<String>> {
        let value = self.read("secretsmanager", region, |state| {
            let secrets = state["secrets"].as_object()?;
            let secret = secrets.values().find(|secret| {
                let arn = secret["arn"].as_str().unwrap_or_default();
                // An ARN without its last six characters is accepted, as AWS does.
                secret["name"] == id || arn == id || arn.rsplit_once('-').is_some_and(|a| a.0 == id)
            })?;
            if !secret["deleted_date"].is_null() {
                return None;
            }
            let current = secret["current_version_id"].as_str()?;
            secret["versions"].get(current)?["secret_string"].as_str().map(str::to_owned)
        });
        now_or(value)
    }

    fn bucket<'a>(&'a self, name: &'a str) -> BoxFuture<'a, bool> {
        now_or(self.read("s3", GLOBAL, |state| state["buckets"].get(name).is_some()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trust_policies_name_services_alone_or_in_lists() {
        let one = r#"{"Statement":{"Effect":"Allow","Principal":{"Service":"dms.amazonaws.com"},"Action":"sts:AssumeRole"}}"#;
        assert_eq!(trusted_services(one), ["dms.amazonaws.com"]);
        let deny = one.replace("Allow", "Deny");
        assert!(trusted_services(&deny).is_empty());
        let list = one.replace("\"dms.amazonaws.com\"", "[\"a\",\"b\"]");
        assert_eq!(trusted_services(&list), ["a", "b"]);
    }
}
