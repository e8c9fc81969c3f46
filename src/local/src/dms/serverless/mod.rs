//! Serverless replications: what one is, what it shows of itself, and the stages that it goes through by
//! itself. What it replicates, and how far, is a job like that of a task: the engine is the same.

mod assess;
mod compute;
mod config;
mod start;

pub(crate) use compute::Compute;

use super::{
    Answer,
    faults::Fault,
    input::Input,
    instances::Interface,
    offers, paging,
    region::{At, Region, Shard},
    tasks::{Task, checkpoint},
    time::{Millis, epoch, timestamp},
    world::Effect,
};
use assess::Assessment;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

/// The stages of a start, in their order.
pub(crate) const STAGES: [&str; 7] = [
    "initializing",
    "preparing_metadata_resources",
    "testing_connection",
    "fetching_metadata",
    "calculating_capacity",
    "provisioning_capacity",
    "replication_starting",
];

/// What the orchestrator says when a stage begins.
const SAYS: &[(&str, &str)] = &[
    ("initializing", "Initializing the replication workflow."),
    (
        "preparing_metadata_resources",
        "Preparing the resources for metadata collection. This can take some time.",
    ),
    ("testing_connection", "Testing connection to source and target endpoints."),
    ("fetching_metadata", "Connections are in order. Fetching metadata from the source."),
    ("calculating_capacity", "Calculating the capacity that the replication needs."),
    ("provisioning_capacity", "Provisioning capacity. This can take some time."),
    ("replication_starting", "Capacity is in place. Starting the replication."),
    ("stopping", "Stopping the replication."),
];

/// In which states an operation is legal.
const LEGAL: &[(&str, &[&str])] = &[
    ("start", &["created", "ready", "stopped", "failed"]),
    ("stop", &["running"]),
    ("modify", &["created", "ready", "stopped", "failed"]),
    ("delete", &["created", "ready", "stopped", "failed"]),
];

/// A replication config with its replication: both have the same ARN.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Replication {
    pub(crate) job: Task,
    pub(crate) compute: Compute,
    config_updated: Millis,
    updated: Millis,
    /// How it was last started.
    start_kind: Option<String>,
    /// What the connection test of the start under way will say; nothing for success.
    refusal: Option<String>,
    provision: Option<Provision>,
    /// When its machine is taken away because it does not run.
    idle_until: Option<Millis>,
    /// When the machine that is being taken away is gone.
    leaving: Option<Millis>,
    /// The network interfaces of its machine.
    pub(crate) interfaces: Vec<Interface>,
    assessment: Option<Assessment>,
    /// The tail of the stream with the lines of its machine.
    server: String,
}

/// The machine of a replication.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Provision {
    /// `provisioning`, `provisioned`, `deprovisioning`, `deprovisioned`.
    state: String,
    units: i64,
    since: Option<Millis>,
    reason: Option<String>,
    /// Whether the config asks for another machine since.
    stale: bool,
}

impl Replication {
    /// One that has never run.
    fn new(job: Task, compute: Compute, server: String) -> Self {
        Self {
            config_updated: job.created,
            updated: job.created,
            job,
            compute,
            start_kind: None,
            refusal: None,
            provision: None,
            idle_until: None,
            leaving: None,
            interfaces: Vec::new(),
            assessment: None,
            server,
        }
    }

    pub(crate) fn next_due(&self) -> Option<Millis> {
        [self.job.next_due(), self.idle_until, self.leaving].into_iter().flatten().min()
    }

    /// The machine as the engine counts it: 8 capacity units are 16 GiB and two vCPUs.
    pub(crate) fn class(&self) -> Option<offers::Class> {
        let units = self.provision.as_ref()?.units;
        Some(offers::Class {
            name: format!("{units} DCU"),
            vcpus: u32::try_from((units / 4).max(2)).unwrap_or(2),
            memory_gib: units as f64 * 2.0,
            speed: 1.4,
        })
    }

    /// Group and stream of the lines that its machine writes.
    pub(crate) fn log(&self) -> (String, String) {
        (self.group(), format!("dms-serverless-serv-res-id-{}", self.server))
    }

    fn group(&self) -> String {
        format!("dms-serverless-replication-{}", self.job.resource_id)
    }

    /// Its interfaces, where it stands in that subnet group.
    pub(crate) fn interfaces_in(&self, subnet_group: &str) -> &[Interface] {
        if self.compute.subnet_group == subnet_group { &self.interfaces } else { &[] }
    }

    pub(crate) fn is_running(&self) -> bool {
        self.job.status == "running"
    }

    /// Capacity units of its machine, and how much of their memory it uses.
    pub(crate) fn capacity(&self) -> (i64, f64) {
        let units = self.provision.as_ref().map_or(1, |p| p.units);
        let run = self.job.run.as_ref();
        let tables = run.map_or(0, |r| r.load.tables.len());
        let loading = run.is_some_and(|r| r.load.is_busy());
        let used = 0.5 + 0.01 * tables as f64 + if loading { units as f64 * 0.9 } else { 0.0 };
        (units, (100.0 * used / (units as f64 * 2.0)).min(100.0))
    }

    fn is_provisioned(&self) -> bool {
        self.provision.as_ref().is_some_and(|p| p.state == "provisioned")
    }

    fn is_leaving(&self) -> bool {
        self.leaving.is_some()
    }

    /// Whether it has replicated before, be it not for long.
    fn has_run(&self) -> bool {
        self.job.run.is_some()
    }

    /// The state as refusals name it; while its machine is taken away, that.
    fn state(&self) -> String {
        if self.is_leaving() && self.job.status != "deleting" {
            return "DEPROVISIONING".to_owned();
        }
        self.job.status.to_ascii_uppercase()
    }

    fn need(&self, operation: &str, what: &str) -> Result<(), Fault> {
        let legal = LEGAL.iter().find(|(o, _)| *o == operation).map_or(&[][..], |(_, s)| s);
        if legal.contains(&self.job.status.as_str()) && !self.is_leaving() {
            return Ok(());
        }
        Err(Fault::state(format!(
            "Replication for Replication Config: {} is in {} state and cannot {what}",
            self.job.identifier,
            self.state()
        )))
    }

    fn config_answer(&self) -> Json {
        let job = &self.job;
        let mut answer = json!({
            "ReplicationConfigIdentifier": job.identifier,
            "ReplicationConfigArn": job.arn,
            "SourceEndpointArn": job.source_arn,
            "TargetEndpointArn": job.target_arn,
            "ReplicationType": job.migration_type,
            "ComputeConfig": self.compute.answer(),
            "ReplicationSettings": job.settings.text(),
            "TableMappings": job.mappings,
            "ReplicationConfigCreateTime": epoch(job.created),
            "ReplicationConfigUpdateTime": epoch(self.config_updated),
            "IsReadOnly": false,
        });
        if let Some(text) = &job.task_data {
            answer["SupplementalSettings"] = json!(text);
        }
        answer
    }

    fn answer(&self, now: Millis) -> Json {
        let job = &self.job;
        let mut answer = json!({
            "ReplicationConfigIdentifier": job.identifier,
            "ReplicationConfigArn": job.arn,
            "SourceEndpointArn": job.source_arn,
            "TargetEndpointArn": job.target_arn,
            "ReplicationType": job.migration_type,
            "Status": job.status,
            "ReplicationCreateTime": epoch(job.created),
            "ReplicationUpdateTime": epoch(self.updated),
            "IsReadOnly": false,
        });
        let mut put = |member: &str, value: Option<Json>| {
            if let Some(value) = value {
                answer[member] = value;
            }
        };
        let text = |t: &Option<String>| t.as_ref().map(|t| json!(t));
        put("ProvisionData", self.provision.as_ref().map(|p| p.answer()));
        put("StopReason", text(&job.stop_reason));
        put("FailureMessages", job.last_failure.as_ref().map(|t| json!([t])));
        put("StartReplicationType", text(&self.start_kind));
        put("CdcStartPosition", text(&job.start_position));
        put("CdcStopPosition", text(&job.stop_position));
        put("ReplicationDeprovisionTime", self.idle_until.map(epoch));
        put(
            "PremigrationAssessmentStatuses",
            self.assessment.as_ref().map(|a| json!([a.answer()])),
        );
        if let Some(run) = &job.run {
            put("ReplicationStats", Some(run.stats(now)));
            put("RecoveryCheckpoint", run.position(now).map(|p| json!(checkpoint(p))));
            put("ReplicationLastStopTime", run.stopped.map(epoch));
        }
        answer
    }
}

impl Provision {
    fn answer(&self) -> Json {
        let mut answer = json!({
            "ProvisionState": self.state,
            "ProvisionedCapacityUnits": self.units,
            "IsNewProvisioningAvailable": false,
        });
        if let Some(since) = self.since {
            answer["DateProvisioned"] = epoch(since);
        }
        if let Some(reason) = &self.reason {
            answer["ReasonForNewProvisioningData"] = json!(reason);
        }
        answer
    }
}

impl Region {
    pub(crate) fn replication(&self, arn: &str) -> Result<&Replication, Fault> {
        let found = self.replications.iter().find(|r| r.job.arn == arn);
        found.ok_or_else(|| Fault::not_found(format!("Replication Config {arn} not found.")))
    }

    fn replication_at(&self, arn: &str) -> Result<usize, Fault> {
        let found = self.replications.iter().position(|r| r.job.arn == arn);
        found.ok_or_else(|| Fault::not_found(format!("Replication Config {arn} not found.")))
    }
}

impl Shard<'_> {
    pub(crate) fn describe_configs(&self, input: &Input) -> Answer {
        let items = self.replications_of(input)?;
        let items = items.into_iter().map(|r| (r.job.serial, r.config_answer()));
        paging::page(input, &paging::USUAL, "ReplicationConfigs", items)
    }

    pub(crate) fn describe_replications(&self, input: &Input) -> Answer {
        let items = self.replications_of(input)?;
        let items = items.into_iter().map(|r| (r.job.serial, r.answer(self.now)));
        paging::page(input, &paging::USUAL, "Replications", items)
    }

    fn replications_of(&self, input: &Input) -> Result<Vec<&Replication>, Fault> {
        let known = ["replication-config-arn", "replication-config-id"];
        let filters = paging::filters(input, &known)?;
        paging::select(&self.region.replications, &filters, "Replication Configs", |r, name| {
            vec![match name {
                "replication-config-arn" => r.job.arn.clone(),
                _ => r.job.identifier.clone(),
            }]
        })
    }

    pub(crate) fn describe_replication_statistics(&self, input: &Input) -> Answer {
        let arn = input.required("ReplicationConfigArn")?;
        let replication = self.region.replication(arn)?;
        let member = "ReplicationTableStatistics";
        // 500 is told of the statistics of tasks alone.
        let limits = &paging::USUAL;
        let mut answer = self.statistics_of(&replication.job, member, limits, input)?;
        answer["ReplicationConfigArn"] = json!(arn);
        Ok(answer)
    }

    /// A line of the orchestrator: where the replication is, and why.
    pub(crate) fn orchestrate(&mut self, at: usize, text: &str, failure: Option<&str>) {
        let replication = &self.region.replications[at];
        let plain = |text: &str| text.replace('\'', "\"");
        let failure =
            failure.map_or_else(String::new, |f| format!(", 'failure_message': '{}'", plain(f)));
        let message = format!(
            "{{'replication_state':'{}', 'message': '{}'{failure}}}",
            replication.job.status,
            plain(text)
        );
        self.effects.push(Effect::Log {
            region: self.name.to_owned(),
            time: timestamp(self.now),
            group: replication.group(),
            stream: format!(
                "dms-serverless-replication-orchestrator-{}",
                replication.job.resource_id
            ),
            message,
        });
    }

    /// Moves every replication whose time has come: its state first, then its machine, then its run.
    pub(crate) fn step_replications(&mut self) {
        let due = |at: Option<Millis>, now: Millis| at.is_some_and(|due| due <= now);
        for at in (0..self.region.replications.len()).rev() {
            let replication = &self.region.replications[at];
            if due(replication.idle_until, self.now) {
                self.machine_leaves(at);
            }
            if due(self.region.replications[at].leaving, self.now) {
                self.machine_gone(at);
            }
            if due(self.region.replications[at].job.due, self.now) {
                self.replication_settles(at);
            }
        }
        for at in 0..self.region.replications.len() {
            let job = &self.region.replications[at].job;
            if job.status == "running" && due(job.next_due(), self.now) {
                self.run_step(At::Replication(at));
            }
        }
    }
}
