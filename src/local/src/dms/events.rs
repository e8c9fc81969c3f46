//! Events of instances and tasks: their categories, their record, and the messages to subscribers.

use super::{
    Answer,
    faults::Fault,
    input::Input,
    paging,
    region::Shard,
    time::{HOUR, MINUTE, Millis, epoch, timestamp},
    world::Effect,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

/// An event that happened.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Event {
    serial: u64,
    source_type: String,
    source_id: String,
    message: String,
    category: String,
    pub(crate) time: Millis,
}

/// A sort of event: its number in `DMS-EVENT-…`, its source and its category.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sort(pub(crate) u16, pub(crate) &'static str, pub(crate) &'static str);

pub(crate) const INSTANCE: &str = "replication-instance";
pub(crate) const TASK: &str = "replication-task";

/// The categories of each source, spelled as DescribeEventCategories gives them.
const CATEGORIES: &[(&str, &[&str])] = &[
    (
        INSTANCE,
        &[
            "configuration change",
            "creation",
            "deletion",
            "failover",
            "failure",
            "low storage",
            "maintenance",
        ],
    ),
    (TASK, &["configuration change", "creation", "deletion", "failure", "state change"]),
];

pub(crate) const INSTANCE_CREATING: Sort = Sort(67, INSTANCE, "creation");
pub(crate) const INSTANCE_CREATED: Sort = Sort(5, INSTANCE, "creation");
pub(crate) const INSTANCE_DELETING: Sort = Sort(66, INSTANCE, "deletion");
pub(crate) const INSTANCE_DELETED: Sort = Sort(3, INSTANCE, "deletion");
pub(crate) const CLASS_CHANGING: Sort = Sort(12, INSTANCE, "configuration change");
pub(crate) const CLASS_CHANGED: Sort = Sort(14, INSTANCE, "configuration change");
pub(crate) const STORAGE_CHANGING: Sort = Sort(17, INSTANCE, "configuration change");
pub(crate) const STORAGE_CHANGED: Sort = Sort(18, INSTANCE, "configuration change");
pub(crate) const TO_MULTI_AZ: Sort = Sort(24, INSTANCE, "configuration change");
pub(crate) const IS_MULTI_AZ: Sort = Sort(25, INSTANCE, "configuration change");
pub(crate) const TO_SINGLE_AZ: Sort = Sort(30, INSTANCE, "configuration change");
pub(crate) const IS_SINGLE_AZ: Sort = Sort(29, INSTANCE, "configuration change");
pub(crate) const MAINTENANCE_BEGINS: Sort = Sort(26, INSTANCE, "maintenance");
pub(crate) const MAINTENANCE_ENDS: Sort = Sort(27, INSTANCE, "maintenance");
pub(crate) const FAILOVER_BEGINS: Sort = Sort(13, INSTANCE, "failover");
pub(crate) const FAILOVER_ENDS: Sort = Sort(49, INSTANCE, "failover");
pub(crate) const TASK_CREATED: Sort = Sort(74, TASK, "creation");
pub(crate) const TASK_DELETED: Sort = Sort(73, TASK, "deletion");
pub(crate) const TASK_MODIFIED: Sort = Sort(80, TASK, "configuration change");
pub(crate) const TASK_STARTED: Sort = Sort(69, TASK, "state change");
pub(crate) const TASK_STOPPED: Sort = Sort(79, TASK, "state change");
pub(crate) const TASK_RELOAD: Sort = Sort(81, TASK, "state change");
pub(crate) const TASK_FAILED: Sort = Sort(78, TASK, "failure");
pub(crate) const ASSESSMENT_STARTED: Sort = Sort(83, TASK, "state change");
pub(crate) const ASSESSMENT_PASSED: Sort = Sort(84, TASK, "state change");
pub(crate) const ASSESSMENT_FAILED: Sort = Sort(85, TASK, "state change");
pub(crate) const ASSESSMENT_WARNED: Sort = Sort(86, TASK, "state change");
pub(crate) const ASSESSMENT_CANCELLED: Sort = Sort(88, TASK, "state change");
pub(crate) const ASSESSMENT_DELETED: Sort = Sort(89, TASK, "state change");

impl Shard<'_> {
    /// Records an event now and tells the subscribers.
    pub(crate) fn event(&mut self, sort: Sort, source_id: &str, message: &str) {
        let Sort(number, source_type, category) = sort;
        for subscription in &self.region.subscriptions {
            if !subscription.wants(source_type, source_id, category) {
                continue;
            }
            let page = if source_type == TASK { "tasks" } else { "replicationInstances" };
            let console =
                format!("https://console.aws.amazon.com/dms/v2/home?region={}", self.name);
            let text = json!({
                "Event Source": source_type,
                "Event Time": timestamp(self.now - self.now.rem_euclid(1_000))
                    .to_string().replace('T', " ").replace('Z', ".000"),
                "Identifier Link": format!("{console}#{page}/{source_id}"),
                "SourceId": source_id,
                "Event ID": format!(
                    "http://docs.aws.amazon.com/dms/latest/userguide/CHAP_Events.html\
                     #DMS-EVENT-{number:04} "
                ),
                "Event Message": message,
            });
            self.effects.push(Effect::Notify {
                region: self.name.to_owned(),
                time: timestamp(self.now),
                topic_arn: subscription.topic_arn.clone(),
                subject: "DMS Notification Message".to_owned(),
                message: text.to_string(),
            });
        }
        let event = Event {
            serial: self.ids.serial(),
            source_type: source_type.to_owned(),
            source_id: source_id.to_owned(),
            message: message.to_owned(),
            category: category.to_owned(),
            time: self.now,
        };
        self.region.events.push(event);
    }

    pub(crate) fn describe_events(&self, input: &Input) -> Answer {
        let filters = paging::filters(input, &["replication-instance-id"])?;
        let source_type = source_type(input)?;
        let source_id = input.text("SourceIdentifier")?;
        if source_id.is_some() && source_type.is_none() {
            return Err(Fault::combination("SourceType must be given with SourceIdentifier."));
        }
        let (from, to) = window(input, self.now)?;
        let categories = input.texts("EventCategories")?.unwrap_or_default();
        if let Some(source_type) = source_type {
            check_categories(Some(source_type), &categories)?;
        }
        let chosen = self.region.events.iter().filter(|e| {
            (from..=to).contains(&e.time)
                && source_type.is_none_or(|s| s == e.source_type)
                && source_id.is_none_or(|s| s.eq_ignore_ascii_case(&e.source_id))
                && (categories.is_empty() || categories.contains(&e.category))
                && filters
                    .iter()
                    .all(|f| e.source_type == INSTANCE && f.values.contains(&e.source_id))
        });
        let items = chosen.map(|e| (e.serial, e.answer()));
        paging::page(input, &paging::USUAL, "Events", items)
    }
}

impl Event {
    fn answer(&self) -> Json {
        json!({
            "SourceIdentifier": self.source_id,
            "SourceType": self.source_type,
            "Message": self.message,
            "EventCategories": [self.category],
            "Date": epoch(self.time),
        })
    }
}

/// The part of time that DescribeEvents asks for: the last hour unless it says otherwise.
fn window(input: &Input, now: Millis) -> Result<(Millis, Millis), Fault> {
    let start = input.time("StartTime")?;
    let end = input.time("EndTime")?;
    let duration = input.int("Duration")?.map(|minutes| minutes.saturating_mul(MINUTE));
    if duration.is_some() && start.is_some() && end.is_some() {
        return Err(Fault::combination("Duration can't be combined with StartTime and EndTime."));
    }
    let to = end.or(start.zip(duration).map(|(s, d)| s + d)).unwrap_or(now);
    let from = start.unwrap_or(to - duration.unwrap_or(HOUR));
    if from > to {
        return Err(Fault::value("StartTime must be before EndTime."));
    }
    Ok((from, to))
}

/// `SourceType` of a request, checked.
pub(crate) fn source_type(input: &Input) -> Result<Option<&'static str>, Fault> {
    let Some(text) = input.text("SourceType")? else { return Ok(None) };
    let known = CATEGORIES.iter().map(|(s, _)| *s).find(|s| *s == text);
    known.map(Some).ok_or_else(|| Fault::value(format!("Invalid source type: {text}")))
}

/// Refuses a category that the source does not have.
pub(crate) fn check_categories(source: Option<&str>, categories: &[String]) -> Result<(), Fault> {
    let known = |c: &str| {
        CATEGORIES.iter().any(|(s, list)| source.is_none_or(|x| x == *s) && list.contains(&c))
    };
    match categories.iter().find(|c| !known(c)) {
        None => Ok(()),
        Some(bad) => Err(Fault::value(format!(
            "Invalid event category: {bad}. DescribeEventCategories lists the categories."
        ))),
    }
}

pub(crate) fn describe_event_categories(input: &Input) -> Answer {
    let only = source_type(input)?;
    let groups: Vec<Json> = CATEGORIES
        .iter()
        .filter(|(s, _)| only.is_none_or(|o| o == *s))
        .map(|(s, list)| json!({"SourceType": s, "EventCategories": list}))
        .collect();
    Ok(json!({"EventCategoryGroupList": groups}))
}
