//! Starting and stopping a serverless replication, and its machine: what follows each stage.

use super::{
    super::{
        Answer,
        catalogue::Address,
        faults::Fault,
        input::Input,
        region::{At, Shard},
        selection,
        tasks::{FRESH, NO_TABLES, RELOAD, RESUME, Start, positions, time_of},
        time::timestamp,
        world::{Effect, InterfaceChange, World},
    },
    Provision, Replication, SAYS,
};
use dmsrun_dms::Family;
use serde_json::json;

const GIB: f64 = 1_073_741_824.0;

impl Shard<'_> {
    pub(crate) async fn start_replication(&mut self, world: &dyn World, input: &Input) -> Answer {
        let arn = input.required("ReplicationConfigArn")?;
        let kind = input.required("StartReplicationType")?;
        let at = self.region.replication_at(arn)?;
        let old = self.region.replications[at].clone();
        if ![FRESH, RESUME, RELOAD].contains(&kind) {
            return Err(Fault::value(format!("Invalid start type: {kind}")));
        }
        old.need("start", "start")?;
        let (start, stop) = positions(input, &old.job.migration_type)?;
        check_kind(&old, kind, start.is_some())?;
        self.check_start_time(&old, input)?;
        let assessment = self.assessment(world, input, &old).await?;
        let (address, refusal) = self.reach(world, &old).await?;
        let logging = old.job.settings.flag("Logging", "EnableLogging");
        let logging = logging && self.logs_role(world).await;
        let (now, due) = (self.now, self.now + self.timing.serverless_initialize);
        let replication = &mut self.region.replications[at];
        replication.start_kind = Some(kind.to_owned());
        replication.refusal = refusal;
        replication.idle_until = None;
        replication.updated = now;
        replication.assessment = assessment;
        let job = &mut replication.job;
        let from = start.as_deref().and_then(time_of);
        job.start = Some(Start { kind: kind.to_owned(), address, from });
        job.start_position = start.or_else(|| job.start_position.take());
        job.stop_position = stop.or_else(|| job.stop_position.take());
        job.logging = logging;
        job.started = Some(now);
        (job.last_failure, job.stop_reason) = (None, None);
        job.status = "initializing".to_owned();
        job.due = Some(due);
        let answer = json!({"Replication": replication.answer(now)});
        self.say(at);
        Ok(answer)
    }

    fn check_start_time(&self, old: &Replication, input: &Input) -> Result<(), Fault> {
        let source = self.region.endpoint(&old.job.source_arn)?;
        let family = source.engine().map(|e| e.family);
        if input.has("CdcStartTime") && family == Some(Family::Postgres) {
            return Err(Fault::combination(
                "CdcStartTime is not supported for PostgreSQL sources; use CdcStartPosition with a \
                 slot.",
            ));
        }
        Ok(())
    }

    /// Where the source is, and what the connection test of this start is going to say.
    async fn reach(
        &self,
        world: &dyn World,
        old: &Replication,
    ) -> Result<(Option<Address>, Option<String>), Fault> {
        let (mut address, mut refusal) = (None, None);
        for arn in [&old.job.target_arn, &old.job.source_arn] {
            let endpoint = self.region.endpoint(arn)?.clone();
            let (found, outcome) = self.attempt(world, &endpoint).await;
            if let Err(text) = outcome {
                let name = &endpoint.identifier;
                refusal = Some(format!("Test connection failed for endpoint {name}. {text}"));
            }
            address = found;
        }
        Ok((address, refusal))
    }

    pub(crate) fn stop_replication(&mut self, input: &Input) -> Answer {
        let arn = input.required("ReplicationConfigArn")?;
        let at = self.region.replication_at(arn)?;
        self.region.replications[at].need("stop", "be stopped")?;
        let (now, due) = (self.now, self.now + self.timing.task_stop);
        let replication = &mut self.region.replications[at];
        replication.job.begin_stop(now, due);
        replication.updated = now;
        let answer = json!({"Replication": replication.answer(now)});
        self.say(at);
        Ok(answer)
    }

    pub(crate) fn reload_replication(&mut self, input: &Input) -> Answer {
        let arn = input.required("ReplicationConfigArn")?;
        let at = self.region.replication_at(arn)?;
        self.reload(At::Replication(at), input)?;
        Ok(json!({"ReplicationConfigArn": arn}))
    }

    /// The orchestrator tells where the replication is.
    fn say(&mut self, at: usize) {
        let status = &self.region.replications[at].job.status;
        if let Some((_, text)) = SAYS.iter().find(|(s, _)| s == status) {
            self.orchestrate(at, text, None);
        }
    }

    /// A state is over: the next one begins, or the start has failed.
    pub(super) fn replication_settles(&mut self, at: usize) {
        let now = self.now;
        let replication = &mut self.region.replications[at];
        replication.job.due = None;
        replication.updated = now;
        let ready = replication.is_provisioned() && replication.fits();
        match replication.job.status.as_str() {
            "initializing" if replication.is_provisioned() => self.enter(at, "testing_connection"),
            "initializing" => self.enter(at, "preparing_metadata_resources"),
            "preparing_metadata_resources" => self.enter(at, "testing_connection"),
            "testing_connection" => match replication.refusal.take() {
                Some(text) => self.run_fails(At::Replication(at), &text),
                None if ready => self.enter(at, "replication_starting"),
                None => self.enter(at, "fetching_metadata"),
            },
            "fetching_metadata" => self.metadata_fetched(at),
            "calculating_capacity" => self.capacity_calculated(at),
            "provisioning_capacity" => self.machine_stands(at),
            "replication_starting" => self.replication_runs(at),
            "stopping" => self.run_stops(At::Replication(at)),
            "modifying" => {
                let job = &mut replication.job;
                job.status = std::mem::take(&mut job.resting);
            }
            "deleting" => self.replication_gone(at),
            _ => {}
        }
    }

    fn enter(&mut self, at: usize, status: &str) {
        let t = self.timing;
        let checks = self.region.replications[at].assessment.as_ref().map_or(0, |a| a.checks());
        let span = match status {
            "preparing_metadata_resources" => t.serverless_prepare,
            "testing_connection" => t.serverless_test,
            "fetching_metadata" => t.serverless_fetch + checks * t.assessment_each,
            "calculating_capacity" => t.serverless_calculate,
            "provisioning_capacity" => t.serverless_provision,
            _ => t.task_start,
        };
        let due = self.now + span;
        let job = &mut self.region.replications[at].job;
        job.status = status.to_owned();
        job.due = Some(due);
        self.say(at);
    }

    /// The source is known: the premigration assessment has its say, and there must be something to do.
    fn metadata_fetched(&mut self, at: usize) {
        if let Some(text) = self.assess(at) {
            return self.run_fails(At::Replication(at), &text);
        }
        let (count, _) = self.size_of(at);
        let settings = &self.region.replications[at].job.settings;
        if count == 0 && settings.flag("ErrorBehavior", "FailOnNoTablesCaptured") {
            return self.run_fails(At::Replication(at), NO_TABLES);
        }
        self.enter(at, "calculating_capacity");
    }

    /// How many tables it takes from its source, and their bytes in GiB.
    fn size_of(&self, at: usize) -> (usize, f64) {
        let job = &self.region.replications[at].job;
        let address = job.start.as_ref().and_then(|s| s.address.as_ref());
        let tables = address.map(|a| self.source.tables(a)).unwrap_or_default();
        let chosen = selection::evaluate(&job.mappings, &tables);
        let bytes = chosen.iter().map(|c| {
            let table = &tables[c.at];
            table.rows as f64 * (table.row_bytes + table.lob_bytes) as f64
        });
        (chosen.len(), bytes.sum::<f64>() / GIB)
    }

    fn capacity_calculated(&mut self, at: usize) {
        let (_, gib) = self.size_of(at);
        // What is left of an earlier machine goes before the new one comes.
        self.interfaces_go(at);
        let replication = &mut self.region.replications[at];
        let units = replication.compute.units_for(gib);
        let reason = match replication.provision.as_ref().map(|p| p.state.as_str()) {
            None => "new replication",
            Some("provisioned") => "the replication config was modified",
            Some(_) => "the replication was deprovisioned",
        };
        replication.provision = Some(Provision {
            state: "provisioning".to_owned(),
            units,
            since: None,
            reason: Some(reason.to_owned()),
            stale: false,
        });
        self.interfaces_come(at);
        self.enter(at, "provisioning_capacity");
    }

    fn machine_stands(&mut self, at: usize) {
        let now = self.now;
        if let Some(provision) = &mut self.region.replications[at].provision {
            provision.state = "provisioned".to_owned();
            provision.since = Some(now);
        }
        self.enter(at, "replication_starting");
    }

    fn replication_runs(&mut self, at: usize) {
        self.region.replications[at].job.status = "running".to_owned();
        self.start_metrics();
        self.run_begins(At::Replication(at));
    }

    /// It has stopped or failed: a machine that is not needed any more goes at once, another one is kept
    /// for two days.
    pub(crate) fn replication_rests(&mut self, at: usize) {
        let (now, kept) = (self.now, self.timing.serverless_kept);
        let replication = &mut self.region.replications[at];
        replication.updated = now;
        if !replication.is_provisioned() {
            // A start that fails before there is a machine leaves none behind.
            if replication.provision.as_ref().is_some_and(|p| p.state == "provisioning") {
                replication.provision = None;
                self.interfaces_go(at);
            }
            return;
        }
        let reason = replication.job.stop_reason.as_deref().unwrap_or_default();
        let done = reason.contains("FULL_LOAD_ONLY_FINISHED");
        replication.idle_until = Some(if done { now } else { now + kept });
    }

    pub(super) fn machine_leaves(&mut self, at: usize) {
        let gone = self.now + self.timing.serverless_deprovision;
        let replication = &mut self.region.replications[at];
        replication.idle_until = None;
        if let Some(provision) = &mut replication.provision {
            provision.state = "deprovisioning".to_owned();
        }
        replication.leaving = Some(gone);
        self.orchestrate(at, "Deprovisioning the capacity of the replication.", None);
    }

    pub(super) fn machine_gone(&mut self, at: usize) {
        let replication = &mut self.region.replications[at];
        replication.leaving = None;
        if let Some(provision) = &mut replication.provision {
            provision.state = "deprovisioned".to_owned();
        }
        self.interfaces_go(at);
        self.orchestrate(at, "The capacity of the replication is deprovisioned.", None);
    }

    fn replication_gone(&mut self, at: usize) {
        self.interfaces_go(at);
        let gone = self.region.replications.remove(at);
        self.region.tags.remove(&gone.job.arn);
    }

    fn interfaces_come(&mut self, at: usize) {
        let compute = self.region.replications[at].compute.clone();
        let Some(group) = self.subnet_group(&compute.subnet_group).cloned() else { return };
        let mut interfaces = Vec::new();
        for zone in &compute.zones {
            let interface = self.new_interface(&group, zone, false);
            let appears = self.interface_appears(&interface, &compute.security_groups, &group);
            self.effects.push(appears);
            interfaces.push(interface);
        }
        self.region.replications[at].interfaces = interfaces;
    }

    fn interfaces_go(&mut self, at: usize) {
        for interface in std::mem::take(&mut self.region.replications[at].interfaces) {
            self.effects.push(Effect::NetworkInterface {
                region: self.name.to_owned(),
                time: timestamp(self.now),
                id: interface.id,
                change: InterfaceChange::Delete,
            });
        }
    }
}

impl Replication {
    /// Whether the machine that stands is the one that the config asks for.
    fn fits(&self) -> bool {
        self.provision.as_ref().is_some_and(|p| !p.stale && self.compute.allows(p.units))
    }
}

/// Which start is legal depends on what happened before.
fn check_kind(old: &Replication, kind: &str, from: bool) -> Result<(), Fault> {
    let job = &old.job;
    let upper = kind.to_ascii_uppercase().replace('-', "_");
    let only = |when: &str| {
        Err(Fault::combination(format!("Start Type : {upper}, valid only for replications {when}")))
    };
    match (kind, old.has_run()) {
        (FRESH, true) if job.migration_type != "cdc" || !from => only("running for the first time"),
        (RESUME | RELOAD, false) => only("that have been executed before"),
        (RELOAD, true) if !job.loads() => {
            only("with the replication type full-load or full-load-and-cdc")
        }
        (RESUME, true) if !job.replicates() => {
            only("with the replication type cdc or full-load-and-cdc")
        }
        (RESUME, true) if !old.is_provisioned() => Err(Fault::state(format!(
            "Replication for Replication Config: {} cannot be resumed: it was stopped for more than \
             48 hours, and its resources are deprovisioned",
            job.identifier
        ))),
        _ => Ok(()),
    }
}
