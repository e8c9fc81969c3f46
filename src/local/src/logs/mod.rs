//! CloudWatch Logs: groups, streams, events. Ours and not winterbaume's, which keeps no events.

mod events;
mod filters;
mod groups;

use crate::{account::Call, tagged::Sweep, tagging::Tagged, wire::Refusal};
use dmsrun_base::Timestamp;
pub(crate) use filters::MetricPoint;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

/// Events of a stream that are kept; the oldest go first.
const MOST_EVENTS: usize = 50_000;

/// Logs, with all regions of the account.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Logs {
    regions: BTreeMap<String, Region>,
    /// What metric filters have made of events, until CloudWatch gets it.
    #[serde(skip)]
    points: Vec<MetricPoint>,
}

impl Logs {
    /// Every group of a region with its tags.
    pub fn tagged(&self, region: &str) -> Vec<Tagged> {
        let groups = self.regions.get(region).into_iter().flat_map(|region| region.groups.values());
        groups
            .map(|group| Tagged {
                arn: group.arn.trim_end_matches(":*").to_owned(),
                kind: "logs:log-group",
                tags: group.tags.clone(),
            })
            .collect()
    }

    /// Shows a sweep the groups.
    pub fn sweep(&self, sweep: &mut Sweep<'_>) {
        for (name, group) in self.regions.values().flat_map(|region| &region.groups) {
            sweep.tags(name, &group.tags);
        }
    }
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Region {
    groups: BTreeMap<String, Group>,
    /// Orders events of one millisecond, and names them.
    events: u64,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Group {
    arn: String,
    /// Times are in milliseconds of the Unix epoch, as the service has them.
    created: i64,
    retention: Option<i64>,
    key: Option<String>,
    class: Option<String>,
    tags: BTreeMap<String, String>,
    streams: BTreeMap<String, Stream>,
    /// Metric filters by name, as they are described.
    filters: BTreeMap<String, Json>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Stream {
    arn: String,
    created: i64,
    events: Vec<Event>,
    /// When the last event came in.
    ingested: Option<i64>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Event {
    at: i64,
    n: u64,
    ingested: i64,
    message: String,
}

type Answer = Result<Json, Refusal>;

/// A call and the region it is about.
struct Turn<'a> {
    call: &'a Call<'a>,
    input: &'a Json,
    region: &'a mut Region,
    points: &'a mut Vec<MetricPoint>,
}

impl Logs {
    pub fn handle(&mut self, call: &Call<'_>, input: &Json) -> Answer {
        let region = self.regions.entry(call.region.to_owned()).or_default();
        Turn { call, input, region, points: &mut self.points }.run()
    }

    /// What metric filters have made of events since the last time.
    pub fn take_points(&mut self) -> Vec<MetricPoint> {
        std::mem::take(&mut self.points)
    }

    /// Writes a line of another service, which makes group and stream where they are missing.
    pub fn append(
        &mut self,
        account: &str,
        region: &str,
        group: &str,
        stream: &str,
        time: Timestamp,
        message: String,
    ) {
        let at = time.as_millisecond();
        let name = region;
        let region = self.regions.entry(name.to_owned()).or_default();
        let entry = region.groups.entry(group.to_owned()).or_insert_with(|| Group {
            arn: format!("arn:aws:logs:{name}:{account}:log-group:{group}"),
            created: at,
            ..Group::default()
        });
        let arn = format!("{}:log-stream:{stream}", entry.arn);
        let stream = entry.streams.entry(stream.to_owned()).or_insert_with(|| Stream {
            arn,
            created: at,
            ..Stream::default()
        });
        region.events += 1;
        filters::measure(&entry.filters, name, at, &message, &mut self.points);
        stream.add(Event { at, n: region.events, ingested: at, message });
    }
}

impl Stream {
    fn add(&mut self, event: Event) {
        self.ingested = self.ingested.max(Some(event.ingested));
        let at = self.events.partition_point(|e| (e.at, e.n) <= (event.at, event.n));
        self.events.insert(at, event);
        let surplus = self.events.len().saturating_sub(MOST_EVENTS);
        self.events.drain(..surplus);
    }
}

impl Turn<'_> {
    fn run(mut self) -> Answer {
        match self.call.operation {
            "CreateLogGroup" => self.create_group(),
            "DeleteLogGroup" => self.delete_group(),
            "DescribeLogGroups" => self.describe_groups(),
            "PutRetentionPolicy" => self.put_retention(),
            "DeleteRetentionPolicy" => self.delete_retention(),
            "AssociateKmsKey" => self.set_key(true),
            "DisassociateKmsKey" => self.set_key(false),
            "CreateLogStream" => self.create_stream(),
            "DeleteLogStream" => self.delete_stream(),
            "DescribeLogStreams" => self.describe_streams(),
            "TagResource" | "TagLogGroup" => self.tag(),
            "UntagResource" | "UntagLogGroup" => self.untag(),
            "ListTagsForResource" | "ListTagsLogGroup" => self.list_tags(),
            "PutLogEvents" => self.put_events(),
            "GetLogEvents" => self.get_events(),
            "FilterLogEvents" => self.filter_events(),
            "PutMetricFilter" => self.put_filter(),
            "DeleteMetricFilter" => self.delete_filter(),
            "DescribeMetricFilters" => self.describe_filters(),
            operation => Err(Refusal::not_local("logs", operation)),
        }
    }

    fn now(&self) -> i64 {
        self.call.now.as_millisecond()
    }

    fn required(&self, member: &str) -> Result<&str, Refusal> {
        self.input[member].as_str().filter(|text| !text.is_empty()).ok_or_else(|| {
            let message = format!(
                "1 validation error detected: Value null at '{member}' failed to satisfy \
                 constraint: Member must not be null"
            );
            Refusal::new("InvalidParameterException", message)
        })
    }

    /// The name of the group that a request is about: by name, or by ARN with or without its star.
    fn group_name(&self) -> Result<String, Refusal> {
        for member in ["logGroupName", "logGroupIdentifier", "resourceArn"] {
            if let Some(text) = self.input[member].as_str() {
                let name = text.split(":log-group:").last().unwrap_or(text);
                return Ok(name.trim_end_matches(":*").to_owned());
            }
        }
        self.required("logGroupName").map(str::to_owned)
    }

    fn group(&mut self) -> Result<&mut Group, Refusal> {
        let name = self.group_name()?;
        self.region.groups.get_mut(&name).ok_or_else(|| not_found("log group"))
    }

    /// A page of a list, bounded by `limit`.
    fn page(&self, list: &str, items: Vec<Json>, most: usize) -> Answer {
        let limit = self.input["limit"].as_u64().and_then(|n| usize::try_from(n).ok());
        let limit = limit.unwrap_or(most).clamp(1, 10_000);
        let from = match self.input["nextToken"].as_str().filter(|token| !token.is_empty()) {
            None => 0,
            Some(token) => {
                token.strip_prefix("after-").and_then(|n| n.parse().ok()).ok_or_else(|| {
                    let message = "The specified nextToken is invalid.";
                    Refusal::new("InvalidParameterException", message)
                })?
            }
        };
        let more = items.len() > from + limit;
        let page: Vec<Json> = items.into_iter().skip(from).take(limit).collect();
        let mut answer = json!({});
        if more {
            answer["nextToken"] = json!(format!("after-{}", from + page.len()));
        }
        answer[list] = Json::Array(page);
        Ok(answer)
    }
}

fn not_found(what: &str) -> Refusal {
    let message = format!("The specified {what} does not exist.");
    Refusal::new("ResourceNotFoundException", message)
}

fn exists(what: &str) -> Refusal {
    let message = format!("The specified {what} already exists");
    Refusal::new("ResourceAlreadyExistsException", message)
}
