//! The state of one region, and the order in which what is due there happens.

use super::{
    assessments::AssessmentRun,
    catalogue::Source,
    certificates::Certificate,
    connections::Connection,
    endpoints::Endpoint,
    events::Event,
    faults::Fault,
    ids::Ids,
    instances::Instance,
    metrics,
    schemas::Refresh,
    serverless::Replication,
    subnet_groups::SubnetGroup,
    subscriptions::Subscription,
    tasks::Task,
    time::{DAY, Millis, Timing},
    world::{Effect, World},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Events are kept for two weeks.
const EVENTS_KEPT: Millis = 14 * DAY;

/// A job of the engine by its place: that of a task, or that of a serverless replication.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum At {
    Task(usize),
    Replication(usize),
}

impl At {
    const TASK: &'static str = "Replication Task";
    const REPLICATION: &'static str = "Replication Config";

    /// What faults call it.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Task(_) => Self::TASK,
            Self::Replication(_) => Self::REPLICATION,
        }
    }

    /// What events and logs call it.
    pub(crate) fn noun(self) -> &'static str {
        match self {
            Self::Task(_) => "Replication task",
            Self::Replication(_) => "The replication",
        }
    }
}

/// Everything that exists in a region, in the order of creation.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct Region {
    pub(crate) subnet_groups: Vec<SubnetGroup>,
    pub(crate) instances: Vec<Instance>,
    pub(crate) endpoints: Vec<Endpoint>,
    pub(crate) connections: Vec<Connection>,
    pub(crate) refreshes: Vec<Refresh>,
    pub(crate) tasks: Vec<Task>,
    #[serde(default)]
    pub(crate) replications: Vec<Replication>,
    pub(crate) certificates: Vec<Certificate>,
    pub(crate) subscriptions: Vec<Subscription>,
    pub(crate) assessments: Vec<AssessmentRun>,
    pub(crate) events: Vec<Event>,
    pub(crate) tags: BTreeMap<String, BTreeMap<String, String>>,
    /// The key `aws/dms`, made when it is first needed.
    pub(crate) default_key: Option<String>,
    /// The next full minute that metrics are measured at.
    pub(crate) metrics_due: Option<Millis>,
}

impl Region {
    /// When the next thing happens here.
    pub(crate) fn next_due(&self) -> Option<Millis> {
        let nouns = [
            self.instances.iter().filter_map(Instance::next_due).min(),
            self.endpoints.iter().filter_map(|e| e.due).min(),
            self.connections.iter().filter_map(|c| c.due).min(),
            self.refreshes.iter().filter_map(|r| r.due).min(),
            self.tasks.iter().filter_map(Task::next_due).min(),
            self.replications.iter().filter_map(Replication::next_due).min(),
            self.subscriptions.iter().filter_map(|s| s.due).min(),
            self.assessments.iter().filter_map(|a| a.due).min(),
            self.metrics_due.filter(|_| metrics::wanted(self)),
        ];
        nouns.into_iter().flatten().min()
    }

    /// Drops what is too old to be shown at `now`, so that a long pause costs nothing.
    pub(crate) fn forget(&mut self, now: Millis) {
        self.events.retain(|e| e.time > now - EVENTS_KEPT);
        if let Some(due) = &mut self.metrics_due {
            *due = (*due).max(metrics::oldest(now));
        }
    }

    pub(crate) fn instance(&self, arn: &str) -> Result<&Instance, Fault> {
        self.instances
            .iter()
            .find(|i| i.arn == arn)
            .ok_or_else(|| Fault::not_found(format!("Replication Instance {arn} not found.")))
    }

    pub(crate) fn instance_mut(&mut self, arn: &str) -> Result<&mut Instance, Fault> {
        self.instances
            .iter_mut()
            .find(|i| i.arn == arn)
            .ok_or_else(|| Fault::not_found(format!("Replication Instance {arn} not found.")))
    }

    pub(crate) fn endpoint(&self, arn: &str) -> Result<&Endpoint, Fault> {
        self.endpoints
            .iter()
            .find(|e| e.arn == arn)
            .ok_or_else(|| Fault::not_found(format!("Endpoint {arn} not found.")))
    }

    pub(crate) fn endpoint_mut(&mut self, arn: &str) -> Result<&mut Endpoint, Fault> {
        self.endpoints
            .iter_mut()
            .find(|e| e.arn == arn)
            .ok_or_else(|| Fault::not_found(format!("Endpoint {arn} not found.")))
    }

    /// What the engine is at work on.
    pub(crate) fn job(&self, at: At) -> &Task {
        match at {
            At::Task(at) => &self.tasks[at],
            At::Replication(at) => &self.replications[at].job,
        }
    }

    pub(crate) fn job_mut(&mut self, at: At) -> &mut Task {
        match at {
            At::Task(at) => &mut self.tasks[at],
            At::Replication(at) => &mut self.replications[at].job,
        }
    }

    /// Everything that replicates, with what messages call it.
    pub(crate) fn jobs(&self) -> impl Iterator<Item = (&'static str, &Task)> {
        let tasks = self.tasks.iter().map(|t| (At::TASK, t));
        tasks.chain(self.replications.iter().map(|r| (At::REPLICATION, &r.job)))
    }

    pub(crate) fn task(&self, arn: &str) -> Result<&Task, Fault> {
        self.tasks
            .iter()
            .find(|t| t.arn == arn)
            .ok_or_else(|| Fault::not_found(format!("Replication Task {arn} not found.")))
    }

    pub(crate) fn task_mut(&mut self, arn: &str) -> Result<&mut Task, Fault> {
        self.tasks
            .iter_mut()
            .find(|t| t.arn == arn)
            .ok_or_else(|| Fault::not_found(format!("Replication Task {arn} not found.")))
    }
}

/// A region at an instant, with what its nouns need to act.
pub(crate) struct Shard<'a> {
    pub(crate) name: &'a str,
    pub(crate) account: &'a str,
    pub(crate) now: Millis,
    pub(crate) region: &'a mut Region,
    pub(crate) ids: &'a mut Ids,
    pub(crate) effects: &'a mut Vec<Effect>,
    pub(crate) timing: &'a Timing,
    pub(crate) source: &'a dyn Source,
}

impl Shard<'_> {
    /// The ARN of a resource of this region.
    pub(crate) fn arn(&self, kind: &str, id: &str) -> String {
        format!("arn:aws:dms:{}:{}:{kind}:{id}", self.name, self.account)
    }

    /// Does what is due now, noun by noun.
    pub(crate) fn step(&mut self) {
        self.step_instances();
        self.step_endpoints();
        self.step_connections();
        self.step_refreshes();
        self.step_tasks();
        self.step_replications();
        self.step_subscriptions();
        self.step_assessments();
        self.step_metrics();
    }

    /// The ARN of the key that was asked for, or of the account's default key.
    pub(crate) async fn key(
        &mut self,
        world: &dyn World,
        asked: Option<&str>,
    ) -> Result<String, Fault> {
        if let Some(id) = asked {
            return world.kms_key(self.name, id).await.ok_or_else(|| {
                Fault::new("KMSKeyNotAccessibleFault", format!("The key {id} is not accessible."))
            });
        }
        if let Some(key) = &self.region.default_key {
            return Ok(key.clone());
        }
        let key = format!("arn:aws:kms:{}:{}:key/{}", self.name, self.account, self.ids.uuid());
        self.region.default_key = Some(key.clone());
        Ok(key)
    }

    /// Refuses unless the role exists, trusts `service` and, where one is asked for, has the policy. A
    /// role that was made seconds ago is not seen yet.
    pub(crate) async fn need_role(
        &self,
        world: &dyn World,
        name: &str,
        service: &str,
        policy: Option<&str>,
    ) -> Result<(), Fault> {
        let arn = if name.starts_with("arn:") {
            name.to_owned()
        } else {
            format!("arn:aws:iam::{}:role/{name}", self.account)
        };
        let good = world.role(name).await.is_some_and(|role| {
            role.trusted_services.iter().any(|s| s == service)
                && policy.is_none_or(|p| role.attached_policies.iter().any(|a| a.ends_with(p)))
                && super::time::millis(role.created) + self.timing.role_visible <= self.now
        });
        if good { Ok(()) } else { Err(Fault::role(&arn)) }
    }

    /// The role without which DMS makes neither subnet groups nor instances.
    pub(crate) async fn need_vpc_role(&self, world: &dyn World) -> Result<(), Fault> {
        let policy = "/AmazonDMSVPCManagementRole";
        self.need_role(world, "dms-vpc-role", "dms.amazonaws.com", Some(policy)).await
    }
}
