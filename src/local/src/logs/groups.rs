//! Log groups and streams, retention and tags.

use super::{Answer, Group, Stream, Turn, exists, not_found};
use crate::wire::Refusal;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

/// The days that a retention can be.
const RETENTIONS: &[i64] = &[
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922,
    3288, 3653,
];

fn check_name(name: &str) -> Result<(), Refusal> {
    let fits = |c: char| c.is_ascii_alphanumeric() || "_-/.#".contains(c);
    if name.len() > 512 || !name.chars().all(fits) {
        let message = format!(
            "1 validation error detected: Value '{name}' at 'logGroupName' failed to satisfy \
             constraint: Member must satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+"
        );
        return Err(Refusal::new("InvalidParameterException", message));
    }
    Ok(())
}

impl Turn<'_> {
    pub(super) fn create_group(&mut self) -> Answer {
        let name = self.required("logGroupName")?.to_owned();
        check_name(&name)?;
        if self.region.groups.contains_key(&name) {
            return Err(exists("log group"));
        }
        let tags: BTreeMap<String, String> =
            serde_json::from_value(self.input["tags"].clone()).unwrap_or_default();
        let group = Group {
            arn: format!(
                "arn:aws:logs:{}:{}:log-group:{name}",
                self.call.region, self.call.account
            ),
            created: self.now(),
            key: self.input["kmsKeyId"].as_str().map(str::to_owned),
            class: self.input["logGroupClass"].as_str().map(str::to_owned),
            tags,
            ..Group::default()
        };
        self.region.groups.insert(name, group);
        Ok(json!({}))
    }

    pub(super) fn delete_group(&mut self) -> Answer {
        let name = self.group_name()?;
        self.region.groups.remove(&name).ok_or_else(|| not_found("log group"))?;
        Ok(json!({}))
    }

    pub(super) fn describe_groups(&self) -> Answer {
        let prefix = self.input["logGroupNamePrefix"].as_str().unwrap_or_default();
        let pattern = self.input["logGroupNamePattern"].as_str().unwrap_or_default();
        let all: Vec<Json> = self
            .region
            .groups
            .iter()
            .filter(|(name, _)| name.starts_with(prefix) && name.contains(pattern))
            .map(|(name, group)| {
                let stored: usize = group
                    .streams
                    .values()
                    .flat_map(|stream| &stream.events)
                    .map(|event| event.message.len() + 26)
                    .sum();
                let mut shown = json!({
                    "logGroupName": name, "arn": format!("{}:*", group.arn),
                    "logGroupArn": group.arn, "creationTime": group.created,
                    "metricFilterCount": group.filters.len(), "storedBytes": stored,
                    "logGroupClass": group.class.as_deref().unwrap_or("STANDARD"),
                });
                if let Some(days) = group.retention {
                    shown["retentionInDays"] = json!(days);
                }
                if let Some(key) = &group.key {
                    shown["kmsKeyId"] = json!(key);
                }
                shown
            })
            .collect();
        self.page("logGroups", all, 50)
    }

    pub(super) fn put_retention(&mut self) -> Answer {
        let days = self.input["retentionInDays"].as_i64().unwrap_or(0);
        if !RETENTIONS.contains(&days) {
            let message = format!(
                "1 validation error detected: Value '{days}' at 'retentionInDays' failed to \
                 satisfy constraint: Member must satisfy enum value set: {RETENTIONS:?}"
            );
            return Err(Refusal::new("InvalidParameterException", message));
        }
        self.group()?.retention = Some(days);
        Ok(json!({}))
    }

    pub(super) fn delete_retention(&mut self) -> Answer {
        self.group()?.retention = None;
        Ok(json!({}))
    }

    pub(super) fn set_key(&mut self, set: bool) -> Answer {
        let key = match set {
            true => Some(self.required("kmsKeyId")?.to_owned()),
            false => None,
        };
        self.group()?.key = key;
        Ok(json!({}))
    }

    pub(super) fn create_stream(&mut self) -> Answer {
        let name = self.required("logStreamName")?.to_owned();
        if name.contains([':', '*']) || name.len() > 512 {
            let message = format!(
                "1 validation error detected: Value '{name}' at 'logStreamName' failed to \
                 satisfy constraint: Member must satisfy regular expression pattern: [^:*]*"
            );
            return Err(Refusal::new("InvalidParameterException", message));
        }
        let now = self.now();
        let group = self.group()?;
        if group.streams.contains_key(&name) {
            return Err(exists("log stream"));
        }
        let arn = format!("{}:log-stream:{name}", group.arn);
        group.streams.insert(name, Stream { arn, created: now, ..Stream::default() });
        Ok(json!({}))
    }

    pub(super) fn delete_stream(&mut self) -> Answer {
        let name = self.required("logStreamName")?.to_owned();
        self.group()?.streams.remove(&name).ok_or_else(|| not_found("log stream"))?;
        Ok(json!({}))
    }

    pub(super) fn describe_streams(&mut self) -> Answer {
        let prefix = self.input["logStreamNamePrefix"].as_str().unwrap_or_default();
        let by_time = self.input["orderBy"] == "LastEventTime";
        let descending = self.input["descending"] == true;
        let name = self.group_name()?;
        let group = self.region.groups.get(&name).ok_or_else(|| not_found("log group"))?;
        let mut streams: Vec<(&String, &Stream)> =
            group.streams.iter().filter(|(name, _)| name.starts_with(prefix)).collect();
        if by_time {
            streams.sort_by_key(|(_, stream)| stream.events.last().map(|event| event.at));
        }
        if descending {
            streams.reverse();
        }
        let shown: Vec<Json> = streams
            .into_iter()
            .map(|(name, stream)| {
                let mut shown = json!({
                    "logStreamName": name, "arn": stream.arn, "creationTime": stream.created,
                    "storedBytes": 0, "uploadSequenceToken": stream.events.len().to_string(),
                });
                if let (Some(first), Some(last)) = (stream.events.first(), stream.events.last()) {
                    shown["firstEventTimestamp"] = json!(first.at);
                    shown["lastEventTimestamp"] = json!(last.at);
                    shown["lastIngestionTime"] = json!(stream.ingested);
                }
                shown
            })
            .collect();
        self.page("logStreams", shown, 50)
    }

    pub(super) fn tag(&mut self) -> Answer {
        let tags: BTreeMap<String, String> =
            serde_json::from_value(self.input["tags"].clone()).unwrap_or_default();
        self.group()?.tags.extend(tags);
        Ok(json!({}))
    }

    pub(super) fn untag(&mut self) -> Answer {
        let keys = self.input["tagKeys"].as_array().or(self.input["tags"].as_array());
        let keys: Vec<String> =
            keys.into_iter().flatten().filter_map(|k| k.as_str().map(str::to_owned)).collect();
        self.group()?.tags.retain(|key, _| !keys.contains(key));
        Ok(json!({}))
    }

    pub(super) fn list_tags(&mut self) -> Answer {
        Ok(json!({ "tags": self.group()?.tags }))
    }
}
