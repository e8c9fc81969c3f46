//! The account's quotas, and how much of them is used.

use super::{Answer, ids, region::Shard};
use serde_json::{Value as Json, json};

/// What an account may have, by default.
pub(crate) mod quotas {
    pub(crate) const INSTANCES: usize = 60;
    pub(crate) const STORAGE_GB: i64 = 30_000;
    pub(crate) const TASKS: usize = 600;
    pub(crate) const REPLICATIONS: usize = 100;
    pub(crate) const TASKS_PER_INSTANCE: usize = 200;
    pub(crate) const SUBNET_GROUPS: usize = 60;
    pub(crate) const SUBNETS_PER_GROUP: usize = 60;
    pub(crate) const SUBSCRIPTIONS: usize = 60;
    pub(crate) const ENDPOINTS: usize = 1_000;
    pub(crate) const ENDPOINTS_PER_INSTANCE: usize = 100;
    pub(crate) const CERTIFICATES: usize = 100;
}

impl Shard<'_> {
    pub(crate) fn describe_account(&self) -> Answer {
        let r = &self.region;
        let storage: i64 = r.instances.iter().map(|i| i.allocated_storage).sum();
        let most = |counts: Vec<usize>| counts.into_iter().max().unwrap_or(0);
        let per_instance = |count: &dyn Fn(&str) -> usize| {
            most(r.instances.iter().map(|i| count(&i.arn)).collect())
        };
        let tasks = per_instance(&|a| r.tasks.iter().filter(|t| t.instance_arn == a).count());
        let endpoints =
            per_instance(&|a| r.connections.iter().filter(|c| c.instance_arn == a).count());
        let subnets = most(r.subnet_groups.iter().map(|g| g.subnets.len()).collect());
        let rows: Vec<Json> = [
            ("ReplicationInstances", r.instances.len(), quotas::INSTANCES),
            ("AllocatedStorage", size(storage), size(quotas::STORAGE_GB)),
            ("ReplicationSubnetGroups", r.subnet_groups.len(), quotas::SUBNET_GROUPS),
            ("SubnetsPerReplicationSubnetGroup", subnets, quotas::SUBNETS_PER_GROUP),
            ("Endpoints", r.endpoints.len(), quotas::ENDPOINTS),
            ("EndpointsPerInstance", endpoints, quotas::ENDPOINTS_PER_INSTANCE),
            ("ReplicationTasks", r.tasks.len(), quotas::TASKS),
            ("TasksPerInstance", tasks, quotas::TASKS_PER_INSTANCE),
            ("Certificates", r.certificates.len(), quotas::CERTIFICATES),
            ("EventSubscriptions", r.subscriptions.len(), quotas::SUBSCRIPTIONS),
        ]
        .into_iter()
        .map(|(name, used, max)| json!({"AccountQuotaName": name, "Used": used, "Max": max}))
        .collect();
        let unique =
            format!("{:012x}", ids::hash(&format!("{}/{}", self.account, self.name)) >> 16);
        Ok(json!({"AccountQuotas": rows, "UniqueAccountIdentifier": unique}))
    }
}

fn size(n: i64) -> usize {
    usize::try_from(n).unwrap_or(0)
}
