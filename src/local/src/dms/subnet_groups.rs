//! Replication subnet groups: where instances may stand.

use super::{
    Answer, account::quotas, faults::Fault, input::Input, paging, region::Shard, world::World,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;

/// A subnet group. It is complete as soon as it exists.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct SubnetGroup {
    serial: u64,
    pub(crate) identifier: String,
    pub(crate) arn: String,
    description: String,
    pub(crate) vpc_id: String,
    pub(crate) subnets: Vec<GroupSubnet>,
}

/// A subnet of a group, as EC2 described it when it was put in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct GroupSubnet {
    pub(crate) id: String,
    pub(crate) zone: String,
    pub(crate) cidr: String,
}

impl SubnetGroup {
    /// The group as answers show it, alone or inside an instance.
    pub(crate) fn answer(&self) -> Json {
        let subnet = |s: &GroupSubnet| {
            json!({
                "SubnetIdentifier": s.id,
                "SubnetAvailabilityZone": {"Name": s.zone},
                "SubnetStatus": "Active",
            })
        };
        json!({
            "ReplicationSubnetGroupIdentifier": self.identifier,
            "ReplicationSubnetGroupDescription": self.description,
            "VpcId": self.vpc_id,
            "SubnetGroupStatus": "Complete",
            "Subnets": self.subnets.iter().map(subnet).collect::<Vec<_>>(),
            "SupportedNetworkTypes": ["IPV4"],
            "IsReadOnly": false,
        })
    }

    /// Its zones, sorted.
    pub(crate) fn zones(&self) -> Vec<&str> {
        let zones: BTreeSet<&str> = self.subnets.iter().map(|s| s.zone.as_str()).collect();
        zones.into_iter().collect()
    }
}

impl Shard<'_> {
    pub(crate) async fn create_subnet_group(&mut self, world: &dyn World, input: &Input) -> Answer {
        let identifier = check_name(input.required("ReplicationSubnetGroupIdentifier")?)?;
        let description = input.required("ReplicationSubnetGroupDescription")?.to_owned();
        if description.is_empty() {
            return Err(Fault::value(
                "The parameter ReplicationSubnetGroupDescription must be provided and must not be \
                 blank.",
            ));
        }
        let ids = input.texts("SubnetIds")?.ok_or_else(|| Fault::missing("SubnetIds"))?;
        let tags = input.tags()?;
        self.need_vpc_role(world).await?;
        let arn = self.arn("subgrp", &identifier);
        if self.region.subnet_groups.iter().any(|g| g.identifier == identifier) {
            return Err(Fault::exists(
                format!("The replication subnet group {identifier} already exists."),
                &arn,
            ));
        }
        if self.region.subnet_groups.len() >= quotas::SUBNET_GROUPS {
            return Err(Fault::quota("replication subnet groups", quotas::SUBNET_GROUPS));
        }
        let (vpc_id, subnets) = self.look_up_subnets(world, &ids).await?;
        let serial = self.ids.serial();
        let group =
            SubnetGroup { serial, identifier, arn: arn.clone(), description, vpc_id, subnets };
        let answer = json!({"ReplicationSubnetGroup": group.answer()});
        self.region.subnet_groups.push(group);
        self.region.tags.insert(arn, tags);
        Ok(answer)
    }

    pub(crate) async fn modify_subnet_group(&mut self, world: &dyn World, input: &Input) -> Answer {
        let identifier = input.required("ReplicationSubnetGroupIdentifier")?.to_ascii_lowercase();
        let ids = input.texts("SubnetIds")?.ok_or_else(|| Fault::missing("SubnetIds"))?;
        let description = input.owned("ReplicationSubnetGroupDescription")?;
        let at = self.find_subnet_group(&identifier)?;
        self.need_vpc_role(world).await?;
        let (vpc_id, subnets) = self.look_up_subnets(world, &ids).await?;
        let users: Vec<&str> = self
            .region
            .instances
            .iter()
            .filter(|i| i.subnet_group == identifier)
            .flat_map(|i| i.interfaces.iter())
            .chain(self.region.replications.iter().flat_map(|r| r.interfaces_in(&identifier)))
            .map(|x| x.subnet_id.as_str())
            .collect();
        if let Some(used) = users.iter().find(|id| !subnets.iter().any(|s| s.id == **id)) {
            return Err(Fault::new(
                "SubnetAlreadyInUse",
                format!("The specified subnet is already in use: {used}"),
            ));
        }
        let group = &mut self.region.subnet_groups[at];
        group.vpc_id = vpc_id;
        group.subnets = subnets;
        if let Some(description) = description {
            group.description = description;
        }
        Ok(json!({"ReplicationSubnetGroup": group.answer()}))
    }

    pub(crate) fn delete_subnet_group(&mut self, input: &Input) -> Answer {
        let identifier = input.required("ReplicationSubnetGroupIdentifier")?.to_ascii_lowercase();
        let at = self.find_subnet_group(&identifier)?;
        if self.region.instances.iter().any(|i| i.subnet_group == identifier) {
            return Err(Fault::state(format!(
                "Cannot delete the replication subnet group {identifier} because at least one \
                 replication instance is still using it."
            )));
        }
        if self.region.replications.iter().any(|r| r.compute.subnet_group == identifier) {
            return Err(Fault::state(format!(
                "Cannot delete the replication subnet group {identifier} because at least one \
                 replication config is still using it."
            )));
        }
        let gone = self.region.subnet_groups.remove(at);
        self.region.tags.remove(&gone.arn);
        Ok(json!({}))
    }

    pub(crate) fn describe_subnet_groups(&self, input: &Input) -> Answer {
        let filters = paging::filters(input, &["replication-subnet-group-id"])?;
        let groups = &self.region.subnet_groups;
        let found = paging::select(groups, &filters, "Replication Subnet Groups", |g, _| {
            vec![g.identifier.clone()]
        })?;
        let items = found.into_iter().map(|g| (g.serial, g.answer()));
        paging::page(input, &paging::USUAL, "ReplicationSubnetGroups", items)
    }

    pub(crate) fn subnet_group(&self, identifier: &str) -> Option<&SubnetGroup> {
        self.region.subnet_groups.iter().find(|g| g.identifier == identifier)
    }

    pub(crate) fn find_subnet_group(&self, identifier: &str) -> Result<usize, Fault> {
        let found = self.region.subnet_groups.iter().position(|g| g.identifier == identifier);
        found.ok_or_else(|| {
            Fault::not_found(format!("Replication Subnet Group {identifier} not found."))
        })
    }

    /// The VPC of the subnets, with what EC2 says of each.
    async fn look_up_subnets(
        &self,
        world: &dyn World,
        ids: &[String],
    ) -> Result<(String, Vec<GroupSubnet>), Fault> {
        if ids.len() > quotas::SUBNETS_PER_GROUP {
            return Err(Fault::quota("subnets of a group", quotas::SUBNETS_PER_GROUP));
        }
        let mut vpc = None;
        let mut out: Vec<GroupSubnet> = Vec::new();
        for id in ids {
            let Some(subnet) = world.subnet(self.name, id).await else {
                return Err(Fault::new(
                    "InvalidSubnet",
                    format!("The subnet {id} does not exist."),
                ));
            };
            if vpc.get_or_insert_with(|| subnet.vpc_id.clone()) != &subnet.vpc_id {
                return Err(Fault::new("InvalidSubnet", "The subnets are not in the same VPC."));
            }
            if !out.iter().any(|s| s.id == *id) {
                let (zone, cidr) = (subnet.availability_zone, subnet.cidr_block);
                out.push(GroupSubnet { id: id.clone(), zone, cidr });
            }
        }
        let zones: BTreeSet<&str> = out.iter().map(|s| s.zone.as_str()).collect();
        if zones.len() < 2 {
            return Err(Fault::new(
                "ReplicationSubnetGroupDoesNotCoverEnoughAZs",
                format!(
                    "The replication subnet group does not cover enough Availability Zones (AZs). \
                     It needs at least 2, the subnets given cover {}.",
                    zones.len()
                ),
            ));
        }
        Ok((vpc.unwrap_or_default(), out))
    }
}

/// The name in lower case: at most 255 letters, digits, `.`, `_` and `-`, and not `default`.
fn check_name(text: &str) -> Result<String, Fault> {
    let name = text.to_ascii_lowercase();
    let good = !name.is_empty()
        && name.len() <= 255
        && name != "default"
        && name.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c));
    if good {
        return Ok(name);
    }
    Err(Fault::value(format!(
        "Invalid replication subnet group identifier \"{text}\": it must contain no more than 255 \
         alphanumeric characters, periods, underscores, or hyphens, and must not be \"default\"."
    )))
}
