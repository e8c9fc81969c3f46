//! Log events: written, read, filtered.

use super::{Answer, Event, Turn, filters::Pattern, not_found};
use crate::wire::Refusal;
use serde_json::{Value as Json, json};

const DAY: i64 = 86_400_000;
const HOUR: i64 = 3_600_000;

impl Turn<'_> {
    pub(super) fn put_events(&mut self) -> Answer {
        let name = self.required("logStreamName")?.to_owned();
        let now = self.now();
        let mut last = i64::MIN;
        let (mut new, mut too_old, mut too_new) = (Vec::new(), None, None);
        let given = self.input["logEvents"].as_array();
        for (n, event) in given.into_iter().flatten().enumerate() {
            let at = event["timestamp"].as_i64().unwrap_or(now);
            if at < last {
                let message =
                    "Log events in a single PutLogEvents request must be in chronological order.";
                return Err(Refusal::new("InvalidParameterException", message));
            }
            last = at;
            if at < now - 14 * DAY {
                too_old = Some(n + 1);
            } else if at > now + 2 * HOUR {
                too_new = too_new.or(Some(n));
            } else {
                let message = event["message"].as_str().unwrap_or_default().to_owned();
                self.region.events += 1;
                new.push(Event { at, n: self.region.events, ingested: now, message });
            }
        }
        let group = self.group_name()?;
        let group = self.region.groups.get_mut(&group).ok_or_else(|| not_found("log group"))?;
        let stream = group.streams.get_mut(&name).ok_or_else(|| not_found("log stream"))?;
        for event in new {
            let (region, points) = (self.call.region, &mut *self.points);
            super::filters::measure(&group.filters, region, event.at, &event.message, points);
            stream.add(event);
        }
        let mut answer = json!({ "nextSequenceToken": stream.events.len().to_string() });
        if too_old.is_some() || too_new.is_some() {
            answer["rejectedLogEventsInfo"] = json!({
                "tooOldLogEventEndIndex": too_old, "tooNewLogEventStartIndex": too_new,
            });
        }
        Ok(answer)
    }

    /// The span of time of a request; the end is beyond it.
    fn span(&self) -> (i64, i64) {
        let time = |member: &str| self.input[member].as_i64();
        (time("startTime").unwrap_or(i64::MIN), time("endTime").unwrap_or(i64::MAX))
    }

    pub(super) fn get_events(&mut self) -> Answer {
        let name = self.required("logStreamName")?.to_owned();
        let (from, to) = self.span();
        let limit = self.input["limit"].as_u64().and_then(|n| usize::try_from(n).ok());
        let limit = limit.unwrap_or(10_000).clamp(1, 10_000);
        let head = self.input["startFromHead"] == true;
        let token = self.input["nextToken"].as_str().map(str::to_owned);
        let stream = self.group()?.streams.get(&name).ok_or_else(|| not_found("log stream"))?;
        let events: Vec<&Event> =
            stream.events.iter().filter(|e| e.at >= from && e.at < to).collect();
        // A token is a place between events: f/N goes on after N events, b/N goes back from there.
        let place = |text: &str| text.split_once('/').and_then(|(_, n)| n.parse::<usize>().ok());
        let (start, end) = match &token {
            Some(token) => {
                let Some(at) = place(token) else {
                    let message = "The specified nextToken is invalid.";
                    return Err(Refusal::new("InvalidParameterException", message));
                };
                let at = at.min(events.len());
                match token.starts_with("b/") {
                    true => (at.saturating_sub(limit), at),
                    false => (at, (at + limit).min(events.len())),
                }
            }
            None if head => (0, limit.min(events.len())),
            None => (events.len().saturating_sub(limit), events.len()),
        };
        let shown: Vec<Json> = events[start..end]
            .iter()
            .map(|event| {
                json!({
                    "timestamp": event.at, "message": event.message, "ingestionTime": event.ingested,
                })
            })
            .collect();
        Ok(json!({
            "events": shown, "nextForwardToken": format!("f/{end}"),
            "nextBackwardToken": format!("b/{start}"),
        }))
    }

    pub(super) fn filter_events(&mut self) -> Answer {
        let (from, to) = self.span();
        let pattern = Pattern::parse(self.input["filterPattern"].as_str().unwrap_or_default());
        let prefix = self.input["logStreamNamePrefix"].as_str().unwrap_or_default();
        let names: Vec<&str> = self.input["logStreamNames"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Json::as_str)
            .collect();
        let group = self.group_name()?;
        let group = self.region.groups.get(&group).ok_or_else(|| not_found("log group"))?;
        if let Some(name) = names.iter().find(|name| !group.streams.contains_key(**name)) {
            return Err(not_found(&format!("log stream {name}")));
        }
        let mut found: Vec<(&Event, &String)> = Vec::new();
        for (name, stream) in &group.streams {
            if (names.is_empty() || names.contains(&name.as_str())) && name.starts_with(prefix) {
                let events = stream.events.iter().filter(|e| e.at >= from && e.at < to);
                found.extend(events.filter(|e| pattern.fits(&e.message)).map(|e| (e, name)));
            }
        }
        found.sort_by_key(|(event, _)| (event.at, event.n));
        let shown = found
            .into_iter()
            .map(|(event, stream)| {
                json!({
                    "logStreamName": stream, "timestamp": event.at, "message": event.message,
                    "ingestionTime": event.ingested, "eventId": format!("{:056}", event.n),
                })
            })
            .collect();
        let mut answer = self.page("events", shown, 10_000)?;
        answer["searchedLogStreams"] = json!([]);
        Ok(answer)
    }
}
