//! Tags: on every ARN that exists.

use super::{Answer, faults::Fault, input::Input, region::Shard};
use serde_json::{Value as Json, json};

impl Shard<'_> {
    pub(crate) fn add_tags(&mut self, input: &Input) -> Answer {
        let arn = input.required("ResourceArn")?;
        self.need_resource(arn)?;
        if !input.has("Tags") {
            return Err(Fault::missing("Tags"));
        }
        let new = input.tags()?;
        let tags = self.region.tags.entry(arn.to_owned()).or_default();
        let mut all = tags.clone();
        all.extend(new);
        if all.len() > 50 {
            return Err(Fault::value("A resource can have at most 50 tags."));
        }
        *tags = all;
        Ok(json!({}))
    }

    pub(crate) fn remove_tags(&mut self, input: &Input) -> Answer {
        let arn = input.required("ResourceArn")?;
        self.need_resource(arn)?;
        let keys = input.texts("TagKeys")?.ok_or_else(|| Fault::missing("TagKeys"))?;
        if let Some(tags) = self.region.tags.get_mut(arn) {
            tags.retain(|key, _| !keys.contains(key));
        }
        Ok(json!({}))
    }

    /// The tags of one ARN, or of many; then each says whose it is.
    pub(crate) fn list_tags(&self, input: &Input) -> Answer {
        let one = input.text("ResourceArn")?;
        let many = input.texts("ResourceArnList")?;
        let arns = match (one, &many) {
            (Some(arn), None) => vec![arn.to_owned()],
            (None, Some(list)) => list.clone(),
            (Some(_), Some(_)) => {
                return Err(Fault::combination(
                    "Give either ResourceArn or ResourceArnList, not both.",
                ));
            }
            (None, None) => return Err(Fault::missing("ResourceArn")),
        };
        let mut list = Vec::new();
        for arn in &arns {
            self.need_resource(arn)?;
            for (key, value) in self.region.tags.get(arn).into_iter().flatten() {
                let mut tag = json!({"Key": key, "Value": value});
                if many.is_some() {
                    tag["ResourceArn"] = json!(arn);
                }
                list.push(tag);
            }
        }
        Ok(json!({"TagList": Json::from(list)}))
    }

    fn need_resource(&self, arn: &str) -> Result<(), Fault> {
        let prefix = format!("arn:aws:dms:{}:{}:", self.name, self.account);
        if !arn.starts_with(&prefix) {
            return Err(Fault::value(format!("Invalid ARN: {arn}")));
        }
        let r = &self.region;
        let exists = match arn[prefix.len()..].split(':').next() {
            Some("subgrp") => r.subnet_groups.iter().any(|x| x.arn == arn),
            Some("rep") => r.instances.iter().any(|x| x.arn == arn),
            Some("endpoint") => r.endpoints.iter().any(|x| x.arn == arn),
            Some("replication-config") => r.replications.iter().any(|x| x.job.arn == arn),
            Some("task") => r.tasks.iter().any(|x| x.arn == arn),
            Some("cert") => r.certificates.iter().any(|x| x.arn == arn),
            Some("es") => r.subscriptions.iter().any(|x| x.arn == arn),
            Some("assessment-run") => r.assessments.iter().any(|x| x.arn == arn),
            _ => false,
        };
        if exists { Ok(()) } else { Err(Fault::not_found(format!("Resource {arn} not found."))) }
    }
}
