//! The premigration assessment of a start: which checks it makes, and whether they let it go on.

use super::{
    super::{
        faults::Fault,
        input::Input,
        region::Shard,
        time::{Millis, epoch},
        world::World,
    },
    Replication,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

/// An assessment of a start.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Assessment {
    arn: String,
    created: Millis,
    /// Whether a failure keeps the replication from starting.
    strict: bool,
    status: String,
    names: Vec<String>,
    /// How many ended how.
    counts: [usize; 4],
    failure: Option<String>,
    folder: Option<String>,
    encryption: Option<String>,
    kms_key: Option<String>,
    bucket: String,
}

/// What a check can say; the order of `counts`.
const VERDICTS: [&str; 4] = ["passed", "warning", "failed", "error"];

/// What the settings can name.
const KNOWN: [&str; 6] = [
    "Exclude",
    "FailOnAssessmentFailure",
    "IncludeOnly",
    "ResultEncryptionMode",
    "ResultKmsKeyArn",
    "ResultLocationFolder",
];

impl Assessment {
    /// How many checks it makes.
    pub(super) fn checks(&self) -> i64 {
        i64::try_from(self.names.len()).unwrap_or(0)
    }

    pub(super) fn answer(&self) -> Json {
        let done: usize = self.counts.iter().sum();
        let mut answer = json!({
            "PremigrationAssessmentRunArn": self.arn,
            "FailOnAssessmentFailure": self.strict,
            "Status": self.status,
            "PremigrationAssessmentRunCreationDate": epoch(self.created),
            "AssessmentProgress": {
                "IndividualAssessmentCount": self.names.len(),
                "IndividualAssessmentCompletedCount": done,
            },
            "ResultLocationBucket": self.bucket,
        });
        let texts = [
            ("LastFailureMessage", &self.failure),
            ("ResultLocationFolder", &self.folder),
            ("ResultEncryptionMode", &self.encryption),
            ("ResultKmsKeyArn", &self.kms_key),
        ];
        for (member, text) in texts {
            if let Some(text) = text {
                answer[member] = json!(text);
            }
        }
        if done == self.names.len() {
            let [passed, warning, failed, error] = self.counts;
            answer["ResultStatistic"] = json!({
                "Passed": passed, "Warning": warning, "Failed": failed, "Error": error,
                "Cancelled": 0, "Skipped": 0,
            });
        }
        answer
    }
}

impl Shard<'_> {
    /// The assessment that a start asks for, checked; nothing where it asks for none.
    pub(super) async fn assessment(
        &mut self,
        world: &dyn World,
        input: &Input,
        replication: &Replication,
    ) -> Result<Option<Assessment>, Fault> {
        let Some(text) = input.text("PremigrationAssessmentSettings")? else { return Ok(None) };
        let invalid =
            |why: String| Fault::value(format!("Invalid PremigrationAssessmentSettings: {why}"));
        let json: Json = serde_json::from_str(text).map_err(|e| invalid(e.to_string()))?;
        let unknown = json.as_object().ok_or_else(|| invalid("it must be an object.".into()))?;
        if let Some(key) = unknown.keys().find(|k| !KNOWN.contains(&k.as_str())) {
            return Err(invalid(format!("unknown key {key}. The keys are: {}.", KNOWN.join(", "))));
        }
        let settings = Input::new(json)?;
        let (only, except) = (names(&settings, "IncludeOnly")?, names(&settings, "Exclude")?);
        if only.is_some() && except.is_some() {
            return Err(Fault::combination("Give either IncludeOnly or Exclude, not both."));
        }
        let all = self.applicable(&replication.job);
        let listed = only.iter().chain(&except).flatten();
        if let Some(bad) = listed.into_iter().find(|n| !all.contains(&n.as_str())) {
            return Err(Fault::value(format!(
                "Assessment {bad} does not apply to this replication."
            )));
        }
        let chosen = all.into_iter().map(str::to_owned).filter(|n| {
            only.as_ref().is_none_or(|l| l.contains(n))
                && !except.as_ref().is_some_and(|l| l.contains(n))
        });
        let chosen = chosen.collect();
        let (encryption, kms_key) = self.result_key(world, &settings).await?;
        let strict = match settings.get("FailOnAssessmentFailure") {
            None => true,
            Some(Json::Bool(flag)) => *flag,
            Some(Json::String(text)) => text == "true",
            Some(_) => {
                return Err(invalid("FailOnAssessmentFailure must be true or false.".into()));
            }
        };
        let resource = self.ids.resource();
        Ok(Some(Assessment {
            arn: self.arn("assessment-run", &resource),
            created: self.now,
            strict,
            status: "starting".to_owned(),
            names: chosen,
            counts: [0; 4],
            failure: None,
            folder: settings.owned("ResultLocationFolder")?,
            encryption,
            kms_key,
            bucket: format!("dms-serverless-premigration-results-{}", replication.job.resource_id)
                .to_ascii_lowercase(),
        }))
    }

    /// Makes the checks; the reason where they keep the replication from starting.
    pub(super) fn assess(&mut self, at: usize) -> Option<String> {
        let replication = self.region.replications[at].clone();
        let mut assessment = replication.assessment?;
        let address = replication.job.start.as_ref().and_then(|s| s.address.clone());
        for name in &assessment.names {
            let verdict = self.verdict(name, &replication.job, address.as_ref());
            if let Some(place) = VERDICTS.iter().position(|v| *v == verdict) {
                assessment.counts[place] += 1;
            }
            if matches!(verdict, "failed" | "error") {
                assessment.failure = Some(format!("The assessment {name} has {verdict}."));
            }
        }
        let [_, warnings, failed, errors] = assessment.counts;
        assessment.status = match (failed + errors, warnings) {
            (0, 0) => "passed",
            (0, _) => "warning",
            _ => "failed",
        }
        .to_owned();
        let stops = assessment.status == "failed" && assessment.strict;
        let text = assessment.failure.clone().unwrap_or_default();
        self.region.replications[at].assessment = Some(assessment);
        stops.then(|| format!("The premigration assessment failed. {text}"))
    }
}

/// A list of names that spaces part.
fn names(settings: &Input, key: &str) -> Result<Option<Vec<String>>, Fault> {
    let text = settings.text(key)?;
    Ok(text.map(|t| t.split_whitespace().map(str::to_owned).collect()))
}
