//! Tags of alarms and dashboards.

use super::{Answer, Turn, strings};
use crate::wire::Refusal;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

/// Tags as a request has them.
pub(super) fn read(value: &Json) -> BTreeMap<String, String> {
    let text = |value: &Json| value.as_str().unwrap_or_default().to_owned();
    let tags = value.as_array().into_iter().flatten();
    tags.map(|tag| (text(&tag["Key"]), text(&tag["Value"]))).collect()
}

type Tags = BTreeMap<String, BTreeMap<String, String>>;

impl Turn<'_> {
    /// The ARN of a request, of something that is there.
    fn arn(&self) -> Result<String, Refusal> {
        let arn = self.required("ResourceARN")?;
        let known = match arn.split_once(":dashboard/") {
            Some((_, name)) => self.dashboards.bodies.contains_key(name),
            None => self.region.knows(arn.split_once(":alarm:").map_or("", |(_, name)| name)),
        };
        if !known {
            let message = format!("{arn} does not exist");
            return Err(Refusal::new("ResourceNotFoundException", message).status(404));
        }
        Ok(arn.to_owned())
    }

    fn tags(&mut self, arn: &str) -> &mut Tags {
        match arn.contains(":dashboard/") {
            true => &mut self.dashboards.tags,
            false => &mut self.region.tags,
        }
    }

    pub(super) fn tag_resource(&mut self) -> Answer {
        let arn = self.arn()?;
        let tags = read(&self.input["Tags"]);
        self.tags(&arn).entry(arn).or_default().extend(tags);
        Ok(json!({}))
    }

    pub(super) fn untag_resource(&mut self) -> Answer {
        let arn = self.arn()?;
        let keys = strings(&self.input["TagKeys"]);
        if let Some(tags) = self.tags(&arn).get_mut(&arn) {
            tags.retain(|key, _| !keys.contains(&key.as_str()));
        }
        Ok(json!({}))
    }

    pub(super) fn list_tags(&mut self) -> Answer {
        let arn = self.arn()?;
        let tags = self.tags(&arn).get(&arn).into_iter().flatten();
        let tags: Vec<Json> =
            tags.map(|(key, value)| json!({ "Key": key, "Value": value })).collect();
        Ok(json!({ "Tags": tags }))
    }
}
