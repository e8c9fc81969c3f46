//! Premigration assessments: which checks apply to a task, and their runs.

mod checks;

use super::{
    Answer, events,
    faults::Fault,
    input::{Input, identifier},
    paging,
    region::Shard,
    tasks::Task,
    time::{MINUTE, Millis, SECOND, epoch},
    world::World,
};
use checks::applicable;
use dmsrun_dms::engine;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

/// What an assessment run does next by itself.
const TRANSITIONS: &[(&str, &str)] = &[("starting", "provisioning"), ("provisioning", "running")];

/// A run of assessments.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct AssessmentRun {
    serial: u64,
    pub(crate) arn: String,
    pub(crate) task_arn: String,
    name: String,
    status: String,
    created: Millis,
    pub(crate) due: Option<Millis>,
    role: String,
    bucket: String,
    folder: Option<String>,
    encryption: Option<String>,
    kms_key: Option<String>,
    failure: Option<String>,
    checks: Vec<Check>,
}

/// One assessment of a run.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Check {
    serial: u64,
    arn: String,
    name: String,
    status: String,
    started: Option<Millis>,
    /// What it will say.
    verdict: String,
}

impl AssessmentRun {
    fn is_active(&self) -> bool {
        matches!(self.status.as_str(), "starting" | "provisioning" | "running")
    }

    fn count(&self, status: &str) -> usize {
        self.checks.iter().filter(|c| c.status == status).count()
    }

    fn answer(&self, latest: bool) -> Json {
        let waiting = self.count("pending") + self.count("running");
        let mut answer = json!({
            "ReplicationTaskAssessmentRunArn": self.arn,
            "ReplicationTaskArn": self.task_arn,
            "Status": self.status,
            "ReplicationTaskAssessmentRunCreationDate": epoch(self.created),
            "AssessmentProgress": {
                "IndividualAssessmentCount": self.checks.len(),
                "IndividualAssessmentCompletedCount": self.checks.len() - waiting,
            },
            "ServiceAccessRoleArn": self.role,
            "ResultLocationBucket": self.bucket,
            "AssessmentRunName": self.name,
            "IsLatestTaskAssessmentRun": latest,
        });
        let texts = [
            ("ResultLocationFolder", &self.folder),
            ("ResultEncryptionMode", &self.encryption),
            ("ResultKmsKeyArn", &self.kms_key),
            ("LastFailureMessage", &self.failure),
        ];
        for (member, text) in texts {
            if let Some(text) = text {
                answer[member] = json!(text);
            }
        }
        if waiting == 0 {
            let names = ["passed", "failed", "error", "warning", "cancelled", "skipped"];
            let members = ["Passed", "Failed", "Error", "Warning", "Cancelled", "Skipped"];
            let mut statistic = json!({});
            for (member, name) in members.into_iter().zip(names) {
                statistic[member] = json!(self.count(name));
            }
            answer["ResultStatistic"] = statistic;
        }
        answer
    }
}

impl Shard<'_> {
    pub(crate) async fn start_assessment_run(
        &mut self,
        world: &dyn World,
        input: &Input,
    ) -> Answer {
        let task_arn = input.required("ReplicationTaskArn")?;
        let role = input.required("ServiceAccessRoleArn")?;
        let bucket = input.required("ResultLocationBucket")?;
        let name = identifier("AssessmentRunName", input.required("AssessmentRunName")?, 255)?;
        let (only, except) = (input.texts("IncludeOnly")?, input.texts("Exclude")?);
        if only.is_some() && except.is_some() {
            return Err(Fault::combination("Give either IncludeOnly or Exclude, not both."));
        }
        let tags = input.tags()?;
        let task = self.region.task(task_arn)?.clone();
        let runs = self.region.assessments.iter().filter(|r| r.task_arn == task_arn);
        if let Some(twin) = runs.into_iter().find(|r| r.name == name) {
            let text = format!("Assessment run {name} already exists.");
            return Err(Fault::exists(text, &twin.arn));
        }
        self.need_role(world, role, "dms.amazonaws.com", None).await?;
        if !world.bucket(bucket).await {
            let text = format!("The bucket {bucket} does not exist.");
            return Err(Fault::new("S3ResourceNotFoundFault", text));
        }
        let (encryption, kms_key) = self.result_key(world, input).await?;
        let all = self.applicable(&task);
        let listed = only.iter().chain(&except).flatten();
        if let Some(bad) = listed.into_iter().find(|n| !all.contains(&n.as_str())) {
            return Err(Fault::value(format!("Assessment {bad} does not apply to this task.")));
        }
        let names = all.into_iter().filter(|n| {
            let named =
                |list: &Option<Vec<String>>| list.as_ref().map(|l| l.iter().any(|x| x == n));
            named(&only).unwrap_or(true) && !named(&except).unwrap_or(false)
        });
        let names: Vec<&str> = names.collect();
        let checks = names.into_iter().map(|n| self.new_check(n, &task)).collect();
        self.region.task_mut(task_arn)?.assess(None)?;
        let resource = self.ids.resource();
        let run = AssessmentRun {
            serial: self.ids.serial(),
            arn: self.arn("assessment-run", &resource),
            task_arn: task_arn.to_owned(),
            name,
            status: "starting".to_owned(),
            created: self.now,
            due: Some(self.now + 5 * SECOND),
            role: role.to_owned(),
            bucket: bucket.to_owned(),
            folder: input.owned("ResultLocationFolder")?,
            encryption,
            kms_key,
            failure: None,
            checks,
        };
        let answer = json!({"ReplicationTaskAssessmentRun": run.answer(true)});
        self.region.tags.insert(run.arn.clone(), tags);
        self.region.assessments.push(run);
        let text = "Premigration assessment has started.";
        self.event(events::ASSESSMENT_STARTED, &task.identifier, text);
        Ok(answer)
    }

    pub(crate) async fn result_key(
        &self,
        world: &dyn World,
        input: &Input,
    ) -> Result<(Option<String>, Option<String>), Fault> {
        let mode = input.owned("ResultEncryptionMode")?;
        let key = input.text("ResultKmsKeyArn")?;
        match (mode.as_deref(), key) {
            (None | Some("SSE_S3"), None) => Ok((mode, None)),
            (Some("SSE_KMS"), Some(key)) => {
                let found = world.kms_key(self.name, key).await;
                let arn = found.ok_or_else(|| {
                    Fault::new("KMSNotFoundFault", format!("The key {key} does not exist."))
                })?;
                Ok((mode, Some(arn)))
            }
            (None | Some("SSE_S3" | "SSE_KMS"), _) => Err(Fault::combination(
                "ResultKmsKeyArn must be given with SSE_KMS, and only with it.",
            )),
            (Some(other), _) => Err(Fault::value(format!("Invalid encryption mode: {other}"))),
        }
    }

    fn new_check(&mut self, name: &str, task: &Task) -> Check {
        let resource = self.ids.resource();
        let connection = self.tested(&task.instance_arn, &task.source_arn);
        let address = connection.and_then(|c| c.address.as_ref());
        let verdict = self.verdict(name, task, address).to_owned();
        Check {
            serial: self.ids.serial(),
            arn: self.arn("individual-assessment", &resource),
            name: name.to_owned(),
            status: "pending".to_owned(),
            started: None,
            verdict,
        }
    }

    pub(crate) fn applicable(&self, task: &Task) -> Vec<&'static str> {
        let engine = self.region.endpoint(&task.source_arn).ok().and_then(|e| e.engine());
        applicable(engine.map(|e| e.family), task.replicates())
    }

    pub(crate) fn describe_applicable(&self, input: &Input) -> Answer {
        let (task, config) =
            (input.text("ReplicationTaskArn")?, input.text("ReplicationConfigArn")?);
        let names = match (task, config) {
            (Some(arn), _) => self.applicable(self.region.task(arn)?),
            (None, Some(arn)) => self.applicable(&self.region.replication(arn)?.job),
            (None, None) => {
                let source = input.required("SourceEngineName")?;
                input.required("TargetEngineName")?;
                let kind = input.required("MigrationType")?;
                let family = engine(source).map(|e| e.family);
                if family.is_none() {
                    return Err(Fault::value(format!("engine name \"{source}\" is not valid")));
                }
                applicable(family, kind != "full-load")
            }
        };
        let items = names.into_iter().map(|n| json!(n));
        paging::page_fixed(input, &paging::USUAL, "IndividualAssessmentNames", items)
    }

    pub(crate) fn describe_assessment_runs(&self, input: &Input) -> Answer {
        let known = [
            "replication-task-assessment-run-arn",
            "replication-task-arn",
            "replication-instance-arn",
            "status",
        ];
        let filters = paging::filters(input, &known)?;
        let instance = |r: &AssessmentRun| {
            self.region.task(&r.task_arn).map(|t| t.instance_arn.clone()).unwrap_or_default()
        };
        let found =
            paging::select(&self.region.assessments, &filters, "assessment runs", |r, name| {
                vec![match name {
                    "replication-task-assessment-run-arn" => r.arn.clone(),
                    "replication-task-arn" => r.task_arn.clone(),
                    "status" => r.status.clone(),
                    _ => instance(r),
                }]
            })?;
        let items = found.into_iter().map(|r| (r.serial, r.answer(self.is_latest(r))));
        paging::page(input, &paging::USUAL, "ReplicationTaskAssessmentRuns", items)
    }

    fn is_latest(&self, run: &AssessmentRun) -> bool {
        let later = |r: &AssessmentRun| r.task_arn == run.task_arn && r.serial > run.serial;
        !self.region.assessments.iter().any(later)
    }

    pub(crate) fn describe_individual(&self, input: &Input) -> Answer {
        let known = ["replication-task-assessment-run-arn", "replication-task-arn", "status"];
        let filters = paging::filters(input, &known)?;
        let runs = self.region.assessments.iter();
        let rows: Vec<(&AssessmentRun, &Check)> =
            runs.flat_map(|r| r.checks.iter().map(move |c| (r, c))).collect();
        let found = paging::select(&rows, &filters, "individual assessments", |(r, c), name| {
            vec![match name {
                "replication-task-assessment-run-arn" => r.arn.clone(),
                "replication-task-arn" => r.task_arn.clone(),
                _ => c.status.clone(),
            }]
        })?;
        let items = found.into_iter().map(|(r, c)| {
            let mut answer = json!({
                "ReplicationTaskIndividualAssessmentArn": c.arn,
                "ReplicationTaskAssessmentRunArn": r.arn,
                "IndividualAssessmentName": c.name,
                "Status": c.status,
            });
            if let Some(started) = c.started {
                answer["ReplicationTaskIndividualAssessmentStartDate"] = epoch(started);
            }
            (c.serial, answer)
        });
        paging::page(input, &paging::USUAL, "ReplicationTaskIndividualAssessments", items)
    }

    pub(crate) fn cancel_assessment_run(&mut self, input: &Input) -> Answer {
        let at = self.find_assessment(input.required("ReplicationTaskAssessmentRunArn")?)?;
        let due = self.now + 10 * SECOND;
        let run = &mut self.region.assessments[at];
        if !run.is_active() {
            return Err(Fault::state(format!("Assessment run {} is {}.", run.arn, run.status)));
        }
        run.status = "cancelling".to_owned();
        run.due = Some(due);
        Ok(json!({"ReplicationTaskAssessmentRun": run.answer(true)}))
    }

    pub(crate) fn delete_assessment_run(&mut self, input: &Input) -> Answer {
        let at = self.find_assessment(input.required("ReplicationTaskAssessmentRunArn")?)?;
        let due = self.now + 10 * SECOND;
        let latest = self.is_latest(&self.region.assessments[at]);
        let run = &mut self.region.assessments[at];
        if run.is_active() || run.status == "cancelling" || run.status == "deleting" {
            return Err(Fault::state(format!("Assessment run {} is {}.", run.arn, run.status)));
        }
        run.status = "deleting".to_owned();
        run.due = Some(due);
        Ok(json!({"ReplicationTaskAssessmentRun": run.answer(latest)}))
    }

    fn find_assessment(&self, arn: &str) -> Result<usize, Fault> {
        let found = self.region.assessments.iter().position(|r| r.arn == arn);
        found.ok_or_else(|| Fault::not_found(format!("Assessment run {arn} not found.")))
    }

    pub(crate) fn step_assessments(&mut self) {
        for at in (0..self.region.assessments.len()).rev() {
            if self.region.assessments[at].due.is_some_and(|due| due <= self.now) {
                self.assessment_step(at);
            }
        }
    }

    fn assessment_step(&mut self, at: usize) {
        let (now, timing) = (self.now, self.timing);
        let run = &mut self.region.assessments[at];
        run.due = None;
        let next = TRANSITIONS.iter().find(|(from, _)| *from == run.status).map(|(_, to)| *to);
        if let Some(next) = next {
            run.status = next.to_owned();
            let span = match next {
                "provisioning" => timing.assessment_provision,
                _ => timing.assessment_each,
            };
            run.due = Some(now + span);
            if next == "running" {
                begin_next(run, now);
            }
            return;
        }
        match run.status.as_str() {
            "running" => {
                if let Some(check) = run.checks.iter_mut().find(|c| c.status == "running") {
                    check.status.clone_from(&check.verdict);
                }
                if begin_next(run, now) {
                    run.due = Some(now + timing.assessment_each);
                } else {
                    self.assessment_ends(at);
                }
            }
            "cancelling" => {
                for check in &mut run.checks {
                    if matches!(check.status.as_str(), "pending" | "running") {
                        check.status = "cancelled".to_owned();
                    }
                }
                run.failure = Some("The assessment run was cancelled.".to_owned());
                self.assessment_ends(at);
            }
            _ => {
                let gone = self.region.assessments.remove(at);
                self.region.tags.remove(&gone.arn);
                self.tell_assessment(&gone.task_arn, events::ASSESSMENT_DELETED, "was deleted");
            }
        }
    }

    fn assessment_ends(&mut self, at: usize) {
        let run = &mut self.region.assessments[at];
        let (status, sort, text) = if run.failure.is_some() {
            ("failed", events::ASSESSMENT_CANCELLED, "was cancelled")
        } else if run.count("failed") + run.count("error") > 0 {
            ("failed", events::ASSESSMENT_FAILED, "found failures")
        } else if run.count("warning") > 0 || run.count("passed") == 0 {
            ("warning", events::ASSESSMENT_WARNED, "found warnings")
        } else {
            ("passed", events::ASSESSMENT_PASSED, "has passed")
        };
        run.status = status.to_owned();
        let task_arn = run.task_arn.clone();
        if let Ok(task) = self.region.task_mut(&task_arn) {
            task.assessed();
        }
        self.tell_assessment(&task_arn, sort, text);
    }

    fn tell_assessment(&mut self, task_arn: &str, sort: events::Sort, what: &str) {
        let Ok(task) = self.region.task(task_arn) else { return };
        let name = task.identifier.clone();
        self.event(sort, &name, &format!("Premigration assessment {what}."));
    }

    /// The assessment of the old kind: it says that nothing is wrong.
    pub(crate) fn start_assessment(&mut self, input: &Input) -> Answer {
        let arn = input.required("ReplicationTaskArn")?;
        let (now, due) = (self.now, self.now + MINUTE);
        let task = self.region.task_mut(arn)?;
        task.assess(Some(due))?;
        task.assessed = Some(due);
        Ok(json!({"ReplicationTask": task.answer(now, true)}))
    }

    pub(crate) fn describe_assessment_results(&self, input: &Input) -> Answer {
        let only = input.text("ReplicationTaskArn")?;
        if let Some(arn) = only {
            self.region.task(arn)?;
        }
        let tasks = self.region.tasks.iter().filter(|t| only.is_none_or(|arn| arn == t.arn));
        let done = tasks.filter_map(|t| Some((t, t.assessed.filter(|at| *at <= self.now)?)));
        let items = done.map(|(t, at)| {
            json!({
                "ReplicationTaskIdentifier": t.identifier,
                "ReplicationTaskArn": t.arn,
                "ReplicationTaskLastAssessmentDate": epoch(at),
                "AssessmentStatus": "No issues found",
                "AssessmentResultsFile": format!("{}.json", t.resource_id),
                "AssessmentResults": "{\"version\":\"0.0.1\",\"overall-test-result\":\"No issues found\"}",
            })
        });
        let member = "ReplicationTaskAssessmentResults";
        paging::page_fixed(input, &paging::USUAL, member, items)
    }
}

/// Begins the next pending check, where there is one.
fn begin_next(run: &mut AssessmentRun, now: Millis) -> bool {
    let Some(check) = run.checks.iter_mut().find(|c| c.status == "pending") else { return false };
    check.status = "running".to_owned();
    check.started = Some(now);
    true
}
