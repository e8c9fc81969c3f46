//! Replication configs: made, changed and deleted, and what is refused of each.

use super::{
    super::{
        Answer,
        account::quotas,
        faults::Fault,
        input::{Input, identifier, resource_identifier},
        region::Shard,
        selection,
        tasks::{Task, migration_type, settings},
        time::timestamp,
        world::{Effect, InterfaceChange, World},
    },
    Replication,
};
use dmsrun_dms::Family;
use serde_json::json;

/// What a serverless replication can read from.
const SOURCES: &[Family] = &[
    Family::Mongodb,
    Family::Docdb,
    Family::SqlServer,
    Family::Postgres,
    Family::Mysql,
    Family::Oracle,
    Family::S3,
    Family::Db2,
];

/// What it can write to.
const TARGETS: &[Family] = &[
    Family::SqlServer,
    Family::Postgres,
    Family::Mysql,
    Family::Oracle,
    Family::S3,
    Family::Redshift,
    Family::Dynamodb,
    Family::Kinesis,
    Family::Kafka,
    Family::Opensearch,
    Family::Docdb,
    Family::Neptune,
];

/// What a change can name.
const CHANGES: &[&str] = &[
    "ReplicationConfigIdentifier",
    "ReplicationType",
    "TableMappings",
    "ReplicationSettings",
    "SupplementalSettings",
    "ComputeConfig",
    "SourceEndpointArn",
    "TargetEndpointArn",
];

impl Shard<'_> {
    pub(crate) async fn create_config(&mut self, world: &dyn World, input: &Input) -> Answer {
        let name = input.required("ReplicationConfigIdentifier")?;
        let name = identifier("ReplicationConfigIdentifier", name, 255)?;
        let resource = resource_identifier(input)?;
        let (source_arn, target_arn) =
            (input.required("SourceEndpointArn")?, input.required("TargetEndpointArn")?);
        let kind = migration_type(input.required("ReplicationType")?)?;
        let mappings = input.required("TableMappings")?;
        let compute =
            input.object("ComputeConfig")?.ok_or_else(|| Fault::missing("ComputeConfig"))?;
        let tags = input.tags()?;
        self.check_ends(source_arn, target_arn, &kind)?;
        selection::check(mappings)?;
        let text = settings_text(input)?.unwrap_or("{}");
        let mut settings = settings::Settings::defaults().with(text, &kind)?;
        settings::check_new(text)?;
        let resource_id = resource.unwrap_or_else(|| self.ids.resource());
        let arn = self.arn("replication-config", &resource_id);
        self.check_config_name(&name, Some(&arn), None)?;
        if self.region.replications.len() >= quotas::REPLICATIONS {
            return Err(Fault::quota("serverless replications", quotas::REPLICATIONS));
        }
        let compute = self.compute(world, compute, None).await?;
        let server = self.ids.uuid();
        settings.set_log(
            &format!("dms-serverless-replication-{resource_id}"),
            &format!("dms-serverless-serv-res-id-{server}"),
        );
        let job = Task {
            serial: self.ids.serial(),
            identifier: name,
            arn: arn.clone(),
            resource_id,
            source_arn: source_arn.to_owned(),
            target_arn: target_arn.to_owned(),
            instance_arn: String::new(),
            target_instance_arn: None,
            migration_type: kind,
            mappings: mappings.to_owned(),
            settings,
            status: "created".to_owned(),
            resting: String::new(),
            due: None,
            last_failure: None,
            stop_reason: None,
            created: self.now,
            started: None,
            start_position: None,
            stop_position: None,
            task_data: input.owned("SupplementalSettings")?,
            start: None,
            logging: false,
            log_bytes: 0,
            run: None,
            assessed: None,
        };
        let replication = Replication::new(job, compute, server);
        let answer = json!({"ReplicationConfig": replication.config_answer()});
        self.region.replications.push(replication);
        self.region.tags.insert(arn, tags);
        Ok(answer)
    }

    pub(crate) async fn modify_config(&mut self, world: &dyn World, input: &Input) -> Answer {
        let arn = input.required("ReplicationConfigArn")?;
        let at = self.region.replication_at(arn)?;
        let old = self.region.replications[at].clone();
        if !CHANGES.iter().any(|member| input.has(member)) {
            return Err(Fault::combination("No modifications were requested"));
        }
        old.need("modify", "be modified")?;
        let job = &old.job;
        let name = match input.text("ReplicationConfigIdentifier")? {
            Some(name) => identifier("ReplicationConfigIdentifier", name, 255)?,
            None => job.identifier.clone(),
        };
        self.check_config_name(&name, None, Some(arn))?;
        let request = input.object("ComputeConfig")?;
        self.check_frozen(&old, input)?;
        let kind = match input.text("ReplicationType")? {
            Some(text) => migration_type(text)?,
            None => job.migration_type.clone(),
        };
        let source_arn = input.owned("SourceEndpointArn")?.unwrap_or(job.source_arn.clone());
        let target_arn = input.owned("TargetEndpointArn")?.unwrap_or(job.target_arn.clone());
        self.check_ends(&source_arn, &target_arn, &kind)?;
        if let Some(mappings) = input.text("TableMappings")? {
            selection::check(mappings)?;
        }
        let mut settings = match settings_text(input)? {
            Some(text) => job.settings.with(text, &kind)?,
            None => job.settings.with("{}", &kind)?,
        };
        let (group, stream) = old.log();
        settings.set_log(&group, &stream);
        let compute = match request {
            Some(request) => self.compute(world, request, Some(&old.compute)).await?,
            None => old.compute.clone(),
        };
        if compute.security_groups != old.compute.security_groups {
            self.tell_security_groups(&old, &compute.security_groups);
        }
        let (now, due) = (self.now, self.now + self.timing.serverless_modify);
        let replication = &mut self.region.replications[at];
        if let Some(provision) = &mut replication.provision {
            provision.stale |= compute.stands_elsewhere(&old.compute);
        }
        replication.compute = compute;
        replication.config_updated = now;
        let job = &mut replication.job;
        job.identifier = name;
        job.migration_type = kind;
        (job.source_arn, job.target_arn) = (source_arn, target_arn);
        job.settings = settings;
        job.mappings = input.owned("TableMappings")?.unwrap_or_else(|| job.mappings.clone());
        job.task_data = input.owned("SupplementalSettings")?.or_else(|| job.task_data.take());
        job.resting = std::mem::replace(&mut job.status, "modifying".to_owned());
        job.due = Some(due);
        Ok(json!({"ReplicationConfig": replication.config_answer()}))
    }

    pub(crate) fn delete_config(&mut self, input: &Input) -> Answer {
        let arn = input.required("ReplicationConfigArn")?;
        let at = self.region.replication_at(arn)?;
        self.region.replications[at].need("delete", "be deleted")?;
        let standing = self.region.replications[at].is_provisioned();
        let span = if standing {
            self.timing.serverless_deprovision
        } else {
            self.timing.serverless_delete
        };
        let due = self.now + span;
        let replication = &mut self.region.replications[at];
        if let Some(provision) = replication.provision.as_mut().filter(|_| standing) {
            provision.state = "deprovisioning".to_owned();
        }
        replication.idle_until = None;
        replication.job.status = "deleting".to_owned();
        replication.job.due = Some(due);
        Ok(json!({"ReplicationConfig": replication.config_answer()}))
    }

    /// Refuses what can only be changed before the first start, or when that failed without a machine.
    fn check_frozen(&self, old: &Replication, input: &Input) -> Result<(), Fault> {
        let fresh = old.provision.is_none() && old.job.status != "stopped";
        if fresh {
            return Ok(());
        }
        let request = input.object("ComputeConfig")?;
        let members = [
            ("SourceEndpointArn", &old.job.source_arn),
            ("TargetEndpointArn", &old.job.target_arn),
            ("ReplicationType", &old.job.migration_type),
        ];
        let mut frozen = request.and_then(|r| old.compute.frozen(r));
        for (member, there) in members {
            if input.text(member)?.is_some_and(|wanted| wanted != there) {
                frozen = Some(member);
            }
        }
        match frozen {
            None => Ok(()),
            Some(member) => Err(Fault::state(format!(
                "{member} of Replication Config: {} can't be modified: the replication is in {} \
                 state and has been provisioned before.",
                old.job.identifier,
                old.state()
            ))),
        }
    }

    fn check_config_name(
        &self,
        name: &str,
        arn: Option<&str>,
        own: Option<&str>,
    ) -> Result<(), Fault> {
        let twin = self.region.replications.iter().find(|r| {
            Some(r.job.arn.as_str()) != own
                && (r.job.identifier == name || Some(r.job.arn.as_str()) == arn)
        });
        match twin {
            None => Ok(()),
            Some(twin) => Err(Fault::exists(
                format!("Replication Config {name} already exists."),
                &twin.job.arn,
            )),
        }
    }

    /// Refuses ends that are not of their side, or that serverless replications don't have.
    fn check_ends(&self, source_arn: &str, target_arn: &str, kind: &str) -> Result<(), Fault> {
        self.check_side(source_arn, "SOURCE")?;
        self.check_side(target_arn, "TARGET")?;
        for (arn, side, known) in [(source_arn, "source", SOURCES), (target_arn, "target", TARGETS)]
        {
            let engine = self.region.endpoint(arn)?.engine();
            if engine.is_some_and(|e| !known.contains(&e.family)) {
                return Err(Fault::value(format!(
                    "The {side} engine {} is not supported by DMS Serverless.",
                    engine.map(|e| e.name).unwrap_or_default()
                )));
            }
        }
        self.check_cdc(source_arn, kind)
    }

    fn tell_security_groups(&mut self, replication: &Replication, groups: &[String]) {
        for interface in &replication.interfaces {
            self.effects.push(Effect::NetworkInterface {
                region: self.name.to_owned(),
                time: timestamp(self.now),
                id: interface.id.clone(),
                change: InterfaceChange::SecurityGroups(groups.to_vec()),
            });
        }
    }
}

fn settings_text(input: &Input) -> Result<Option<&str>, Fault> {
    Ok(input.text("ReplicationSettings")?.filter(|t| !t.trim().is_empty()))
}
