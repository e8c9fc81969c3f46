//! Tags of alarms.

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

impl Turn<'_> {
    fn arn(&self) -> Result<String, Refusal> {
        let arn = self.required("ResourceARN")?;
        let name = arn.split(":alarm:").nth(1).unwrap_or_default();
        let known =
            self.region.alarms.contains_key(name) || self.region.composites.contains_key(name);
        if !known {
            let message = format!("{arn} does not exist");
            return Err(Refusal::new("ResourceNotFoundException", message).status(404));
        }
        Ok(arn.to_owned())
    }

    pub(super) fn tag_resource(&mut self) -> Answer {
        let arn = self.arn()?;
        let tags = read(&self.input["Tags"]);
        self.region.tags.entry(arn).or_default().extend(tags);
        Ok(json!({}))
    }

    pub(super) fn untag_resource(&mut self) -> Answer {
        let arn = self.arn()?;
        let keys = strings(&self.input["TagKeys"]);
        if let Some(tags) = self.region.tags.get_mut(&arn) {
            tags.retain(|key, _| !keys.contains(&key.as_str()));
        }
        Ok(json!({}))
    }

    pub(super) fn list_tags(&self) -> Answer {
        let arn = self.arn()?;
        let tags = self.region.tags.get(&arn).into_iter().flatten();
        let tags: Vec<Json> =
            tags.map(|(key, value)| json!({ "Key": key, "Value": value })).collect();
        Ok(json!({ "Tags": tags }))
    }
}
