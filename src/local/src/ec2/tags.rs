//! Tags: on creation, later, and listed.

use super::{
    Answer, Turn, describe, done,
    kinds::{self, KINDS},
    region::missing,
};
use crate::{form::Form, wire::Refusal};
use serde_json::{Value as Json, json};

/// What AWS allows on one item.
const MOST_TAGS: usize = 50;

impl Turn<'_> {
    /// The tags that a request gives to a new item of a kind.
    pub fn tags(&self, kind: &str) -> Result<Json, Refusal> {
        let mut tags = Vec::new();
        for specification in self.form.structures("TagSpecification") {
            let named = specification.get("ResourceType").unwrap_or_default();
            if named != kind {
                let message =
                    format!("'{named}' is not a valid taggable resource type for this operation.");
                return Err(Refusal::new("InvalidParameterValue", message));
            }
            tags.extend(read(&specification)?);
        }
        let mut item = json!({});
        put(&mut item, tags)?;
        Ok(item["tagSet"].take())
    }

    pub fn create_tags(&mut self) -> Answer {
        let tags = read(self.form)?;
        let ids = self.resources()?;
        for (kind, id) in ids {
            let item = self.region.find_mut(kind, &id)?;
            put(item, tags.clone())?;
        }
        done()
    }

    pub fn delete_tags(&mut self) -> Answer {
        let doomed = self.form.structures("Tag");
        for (kind, id) in self.resources()? {
            let item = self.region.find_mut(kind, &id)?;
            let Some(tags) = item["tagSet"].as_array_mut() else { continue };
            tags.retain(|tag| {
                let hit = |doomed: &Form| {
                    // With a value, only that value goes; without one, whatever it is.
                    tag["key"] == doomed.get("Key").unwrap_or_default()
                        && doomed.get("Value").is_none_or(|value| tag["value"] == value)
                };
                !doomed.is_empty() && !doomed.iter().any(hit)
            });
        }
        done()
    }

    /// The items that a request names, each of which must be there.
    fn resources(&self) -> Result<Vec<(&'static str, String)>, Refusal> {
        let ids = self.form.list("ResourceId");
        if ids.is_empty() {
            self.form.required("ResourceId")?;
        }
        ids.into_iter()
            .map(|id| {
                let kind = kinds::of_id(&id).ok_or_else(|| {
                    Refusal::new("InvalidID", format!("The ID '{id}' is not valid"))
                })?;
                match self.region.get(kind.name, &id) {
                    Some(_) => Ok((kind.name, id)),
                    None => Err(missing(kind, &id)),
                }
            })
            .collect()
    }

    pub fn describe_tags(&self) -> Answer {
        let filters = describe::filters(self.form, |name| {
            Some(match name {
                "key" => "key",
                "value" => "value",
                "resource-id" => "resourceId",
                "resource-type" => "resourceType",
                _ => return None,
            })
        })?;
        let mut all = Vec::new();
        for kind in KINDS {
            for item in self.region.all(kind.name) {
                for tag in item["tagSet"].as_array().into_iter().flatten() {
                    let row = json!({
                        "resourceId": item[kind.id], "resourceType": kind.name,
                        "key": tag["key"], "value": tag["value"],
                    });
                    if filters.iter().all(|filter| filter.fits(&row)) {
                        all.push(row);
                    }
                }
            }
        }
        self.page("tagSet", all)
    }
}

fn read(form: &Form) -> Result<Vec<(String, String)>, Refusal> {
    let mut tags = Vec::new();
    for tag in form.structures("Tag") {
        let key = tag.get("Key").unwrap_or_default().to_owned();
        let value = tag.get("Value").unwrap_or_default().to_owned();
        if key.is_empty() || key.chars().count() > 128 || key.starts_with("aws:") {
            let message = format!(
                "Tag keys starting with 'aws:' are reserved, and a key has 1 to 128 characters: '{key}'"
            );
            return Err(Refusal::new("InvalidParameterValue", message));
        }
        if value.chars().count() > 256 {
            let message =
                format!("Tag value exceeds the maximum length of 256 characters: '{key}'");
            return Err(Refusal::new("InvalidParameterValue", message));
        }
        if tags.iter().any(|(other, _)| *other == key) {
            let message = format!("Duplicate tag key '{key}' specified.");
            return Err(Refusal::new("InvalidParameterValue", message));
        }
        tags.push((key, value));
    }
    Ok(tags)
}

/// Sets tags of an item; they are kept in the order of their keys.
fn put(item: &mut Json, tags: Vec<(String, String)>) -> Result<(), Refusal> {
    let mut all: Vec<Json> = item["tagSet"].as_array().cloned().unwrap_or_default();
    for (key, value) in tags {
        all.retain(|tag| tag["key"] != key);
        all.push(json!({ "key": key, "value": value }));
    }
    if all.len() > MOST_TAGS {
        let message =
            format!("The maximum number of {MOST_TAGS} tags per resource has been reached.");
        return Err(Refusal::new("TagLimitExceeded", message));
    }
    all.sort_by(|a, b| a["key"].as_str().cmp(&b["key"].as_str()));
    item["tagSet"] = Json::Array(all);
    Ok(())
}
