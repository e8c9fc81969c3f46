//! The compute config of a serverless replication: read, checked, and laid over an earlier one.

use super::super::{
    faults::Fault,
    input::Input,
    instances::{changes::check_window, dns_servers},
    region::Shard,
    world::World,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};

/// The capacity units that DMS has; one is 2 GiB.
pub(crate) const UNITS: [i64; 11] = [1, 2, 4, 8, 16, 32, 64, 128, 192, 256, 384];

/// What can only be changed before the first start.
const FIRST_ONLY: [&str; 4] =
    ["AvailabilityZone", "DnsNameServers", "KmsKeyId", "ReplicationSubnetGroupId"];

/// Where a replication runs, and how much it may take.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Compute {
    /// As it was asked for, which is how it is shown.
    asked: Map<String, Json>,
    pub(super) least: i64,
    pub(super) most: i64,
    pub(super) zones: Vec<String>,
    pub(crate) subnet_group: String,
    pub(super) security_groups: Vec<String>,
}

impl Compute {
    pub(super) fn answer(&self) -> Json {
        Json::Object(self.asked.clone())
    }

    /// The smallest number of units that does for so many GiB, within the bounds.
    pub(super) fn units_for(&self, gib: f64) -> i64 {
        // A capacity unit loads about 20 GiB without being crowded.
        let enough = UNITS.into_iter().find(|u| *u as f64 * 20.0 >= gib).unwrap_or(384);
        enough.clamp(self.least, self.most)
    }

    /// Whether a machine of that size may stay.
    pub(super) fn allows(&self, units: i64) -> bool {
        (self.least..=self.most).contains(&units)
    }

    /// Whether another one needs another machine, or the same one elsewhere.
    pub(super) fn stands_elsewhere(&self, other: &Self) -> bool {
        self.zones != other.zones || self.subnet_group != other.subnet_group
    }

    /// The first member of a request that may not change any more.
    pub(super) fn frozen(&self, request: &Map<String, Json>) -> Option<&'static str> {
        FIRST_ONLY.into_iter().find(|member| {
            let wanted = request.get(*member).filter(|v| !v.is_null());
            wanted.is_some_and(|wanted| self.asked.get(*member) != Some(wanted))
        })
    }
}

fn units(input: &Input, member: &str) -> Result<Option<i64>, Fault> {
    let Some(given) = input.int(member)? else { return Ok(None) };
    if UNITS.contains(&given) {
        return Ok(Some(given));
    }
    let list: Vec<String> = UNITS.iter().map(ToString::to_string).collect();
    Err(Fault::value(format!(
        "Invalid value {given} for {member}. Valid values are: {}.",
        list.join(", ")
    )))
}

impl Shard<'_> {
    /// The compute config of a request; for a change, what it does not name stays as it is.
    pub(super) async fn compute(
        &mut self,
        world: &dyn World,
        request: &Map<String, Json>,
        old: Option<&Compute>,
    ) -> Result<Compute, Fault> {
        let mut asked = old.map(|o| o.asked.clone()).unwrap_or_default();
        for (member, value) in request.iter().filter(|(_, v)| !v.is_null()) {
            asked.insert(member.clone(), value.clone());
        }
        let input = Input::new(Json::Object(asked.clone()))?;
        let most = units(&input, "MaxCapacityUnits")?
            .ok_or_else(|| Fault::value("The parameter MaxCapacityUnits must be provided."))?;
        let least = units(&input, "MinCapacityUnits")?.unwrap_or(1);
        if least > most {
            return Err(Fault::combination(format!(
                "MinCapacityUnits ({least}) can't be greater than MaxCapacityUnits ({most})."
            )));
        }
        let Some(name) = input.text("ReplicationSubnetGroupId")? else {
            return Err(Fault::new(
                "InvalidSubnet",
                "No default subnet detected in the default VPC. Name a replication subnet group: \
                 the local AWS has no default VPC for DMS.",
            ));
        };
        let found = self.find_subnet_group(&name.to_ascii_lowercase())?;
        let group = self.region.subnet_groups[found].clone();
        let multi_az = input.flag("MultiAZ")?.unwrap_or(false);
        let zones = self.choose_zones(&input, &group, multi_az)?;
        let zones =
            old.map(|o| o.zones.clone()).filter(|z| z.len() == zones.len()).unwrap_or(zones);
        let security_groups = self.choose_security_groups(world, &input, &group).await?;
        dns_servers(&input)?;
        // A key that is in use already is not looked up again.
        let kept = old.and_then(|o| o.asked["KmsKeyId"].as_str());
        let kms_key = match input.text("KmsKeyId")? {
            Some(key) if Some(key) == kept => key.to_owned(),
            key => self.key(world, key).await?,
        };
        let window = match input.text("PreferredMaintenanceWindow")? {
            Some(text) => check_window(text)?,
            None => self.random_window(),
        };
        let shown = [
            ("MinCapacityUnits", json!(least)),
            ("MultiAZ", json!(multi_az)),
            ("KmsKeyId", json!(kms_key)),
            ("PreferredMaintenanceWindow", json!(window)),
            ("ReplicationSubnetGroupId", json!(group.identifier)),
            ("VpcSecurityGroupIds", json!(security_groups)),
        ];
        for (member, value) in shown {
            asked.insert(member.to_owned(), value);
        }
        Ok(Compute { asked, least, most, zones, subnet_group: group.identifier, security_groups })
    }
}
