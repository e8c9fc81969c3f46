//! The states of alarms, worked out from their metrics minute by minute, and who is told of a change.

use super::{
    CloudWatch, Region,
    composite::{Rule, name_of},
    metrics::Asked,
    strings,
};
use crate::cbor;
use dmsrun_base::Timestamp;
use serde_json::{Value as Json, json};

/// Changes of state that are remembered.
const MOST_HISTORY: usize = 500;
/// Minutes that are evaluated one by one when time has jumped; a longer jump is taken in larger steps.
const MOST_STEPS: i64 = 240;

/// What an alarm tells a topic.
pub(crate) struct Notice {
    pub region: String,
    pub time: Timestamp,
    pub topic: String,
    pub subject: String,
    pub message: String,
}

impl CloudWatch {
    /// Evaluates the alarms of every minute that has passed.
    pub fn tick(&mut self, account: &str, now: Timestamp) -> Vec<Notice> {
        let minute = now.as_second().div_euclid(60) * 60;
        let mut notices = Vec::new();
        for (name, region) in &mut self.regions {
            let empty = region.alarms.is_empty() && region.composites.is_empty();
            if region.evaluated >= minute || empty {
                region.evaluated = minute;
                continue;
            }
            let since = if region.evaluated == 0 { minute - 60 } else { region.evaluated };
            let step = ((minute - since) / MOST_STEPS).div_euclid(60).max(1) * 60;
            let mut at = since;
            while at < minute {
                at = (at + step).min(minute);
                region.evaluate(name, account, at, &mut notices);
            }
            region.evaluated = minute;
        }
        notices
    }
}

impl Region {
    fn evaluate(&mut self, region: &str, account: &str, now: i64, notices: &mut Vec<Notice>) {
        let mut changes = Vec::new();
        for (name, alarm) in &self.alarms {
            if let Some((state, reason)) = self.state_of(alarm, now)
                && alarm["StateValue"] != state
            {
                changes.push((name.clone(), state, reason));
            }
        }
        for (name, state, reason) in changes {
            self.change(region, account, &name, state, &reason, now, notices);
        }
        self.evaluate_composites(region, account, now, notices);
    }

    /// Evaluates the composite alarms after those that they look at, which may be composite too.
    fn evaluate_composites(
        &mut self,
        region: &str,
        account: &str,
        now: i64,
        notices: &mut Vec<Notice>,
    ) {
        // Alarms that look at each other in a circle would never end.
        for _ in 0..=self.composites.len() {
            let mut changes = Vec::new();
            for (name, alarm) in &self.composites {
                let rule = alarm["AlarmRule"].as_str().unwrap_or_default();
                let Ok(rule) = Rule::parse(rule) else { continue };
                let state = if rule.holds(&|name| self.state(name)) { "ALARM" } else { "OK" };
                if alarm["StateValue"] != state {
                    changes.push((name.clone(), state, self.cause(&rule, now)));
                }
            }
            if changes.is_empty() {
                return;
            }
            for (name, state, reason) in changes {
                self.change(region, account, &name, state, &reason, now, notices);
            }
        }
    }

    /// The alarms of a rule with their states, as the reason of a change.
    fn cause(&self, rule: &Rule, now: i64) -> String {
        let time = Timestamp::from_second(now).unwrap_or_default();
        let states: Vec<String> = rule
            .alarms()
            .into_iter()
            .map(|name| format!("{name} is {}", self.state(&name)))
            .collect();
        format!("At {time}: {}", states.join(", "))
    }

    /// The state of an alarm; one that is gone has no data.
    fn state(&self, name: &str) -> &str {
        let alarm = self.alarms.get(name).or(self.composites.get(name));
        alarm.and_then(|alarm| alarm["StateValue"].as_str()).unwrap_or("INSUFFICIENT_DATA")
    }

    /// Whether nobody is told of a composite alarm at present. The wait before the first notice is not
    /// played: where the suppressor is quiet, somebody is told at once.
    fn is_suppressed(&self, alarm: &Json, now: i64) -> bool {
        let Some(name) = alarm["ActionsSuppressor"].as_str().map(name_of) else { return false };
        let Some(by) = self.alarms.get(name).or(self.composites.get(name)) else { return false };
        let extension = alarm["ActionsSuppressorExtensionPeriod"].as_i64().unwrap_or(0);
        let over = self.history.iter().rev().find(|item| {
            let summary = item["HistorySummary"].as_str().unwrap_or_default();
            item["AlarmName"] == name && summary.contains("from ALARM")
        });
        let over = over.and_then(|item| cbor::seconds(&item["Timestamp"])).unwrap_or(f64::MIN);
        by["StateValue"] == "ALARM" || over + extension as f64 > now as f64
    }

    /// Gives an alarm another state, and tells who is to be told.
    #[allow(clippy::too_many_arguments)] // What a change is.
    fn change(
        &mut self,
        region: &str,
        account: &str,
        name: &str,
        state: &str,
        reason: &str,
        now: i64,
        notices: &mut Vec<Notice>,
    ) {
        let Some(old) = self.set_state(name, state, reason, now) else { return };
        let Some(alarm) = self.alarms.get(name).or(self.composites.get(name)) else { return };
        let actions = match state {
            "ALARM" => "AlarmActions",
            "OK" => "OKActions",
            _ => "InsufficientDataActions",
        };
        if alarm["ActionsEnabled"] == false || self.is_suppressed(alarm, now) {
            return;
        }
        let time = Timestamp::from_second(now).unwrap_or_default();
        let mut message = json!({
            "AlarmName": name, "AlarmDescription": alarm["AlarmDescription"],
            "AWSAccountId": account, "NewStateValue": state, "NewStateReason": reason,
            "StateChangeTime": time.to_string(), "Region": region,
            "AlarmArn": alarm["AlarmArn"], "OldStateValue": old,
        });
        if alarm["AlarmRule"].is_null() {
            message["Trigger"] = json!({
                "MetricName": alarm["MetricName"], "Namespace": alarm["Namespace"],
                "Threshold": alarm["Threshold"], "Period": alarm["Period"],
                "EvaluationPeriods": alarm["EvaluationPeriods"],
                "ComparisonOperator": alarm["ComparisonOperator"],
                "Dimensions": alarm["Dimensions"],
            });
        } else {
            message["AlarmRule"] = alarm["AlarmRule"].clone();
        }
        for topic in strings(&alarm[actions]).into_iter().filter(|a| a.contains(":sns:")) {
            notices.push(Notice {
                region: region.to_owned(),
                time,
                topic: topic.to_owned(),
                subject: format!("{state}: \"{name}\" in {region}"),
                message: message.to_string(),
            });
        }
    }

    fn state_of(&self, alarm: &Json, now: i64) -> Option<(&'static str, String)> {
        let period = alarm["Period"].as_i64()?;
        let periods = alarm["EvaluationPeriods"].as_i64()?;
        let needed = alarm["DatapointsToAlarm"].as_i64().unwrap_or(periods);
        let threshold = alarm["Threshold"].as_f64()?;
        let stat = alarm["Statistic"].as_str().or(alarm["ExtendedStatistic"].as_str())?;
        let end = now.div_euclid(period) * period;
        let asked = Asked { stat, period, from: end - period * periods, to: end };
        let points = self.series_of(alarm).map(|s| s.statistics(&asked)).unwrap_or_default();
        let breaches = |value: f64| match alarm["ComparisonOperator"].as_str() {
            Some("GreaterThanThreshold") => value > threshold,
            Some("GreaterThanOrEqualToThreshold") => value >= threshold,
            Some("LessThanThreshold") => value < threshold,
            Some("LessThanOrEqualToThreshold") => value <= threshold,
            _ => false,
        };
        let there = i64::try_from(points.len()).ok()?;
        let mut breaching =
            i64::try_from(points.iter().filter(|(_, v)| breaches(*v)).count()).ok()?;
        match alarm["TreatMissingData"].as_str() {
            Some("breaching") => breaching += periods - there,
            Some("notBreaching") => {}
            // What is missing keeps the state as it is, and without any data there is none.
            Some("ignore") if there == 0 => return None,
            _ if there == 0 => {
                let reason = format!("Insufficient Data: {periods} datapoints were unknown.");
                return Some(("INSUFFICIENT_DATA", reason));
            }
            _ => {}
        }
        let state = if breaching >= needed { "ALARM" } else { "OK" };
        let reason = format!(
            "Threshold Crossed: {breaching} of the last {periods} datapoints were breaching the \
             threshold ({threshold:.1})."
        );
        Some((state, reason))
    }

    /// Sets an alarm's state; gives the one before.
    pub(super) fn set_state(
        &mut self,
        name: &str,
        state: &str,
        reason: &str,
        now: i64,
    ) -> Option<String> {
        let now = cbor::time(now as f64);
        let alarm = self.alarms.get_mut(name).or(self.composites.get_mut(name))?;
        let old = alarm["StateValue"].as_str().unwrap_or_default().to_owned();
        alarm["StateValue"] = json!(state);
        alarm["StateReason"] = json!(reason);
        alarm["StateUpdatedTimestamp"] = now.clone();
        alarm["StateTransitionedTimestamp"] = now.clone();
        self.history.push(json!({
            "AlarmName": name, "Timestamp": now, "HistoryItemType": "StateUpdate",
            "HistorySummary": format!("Alarm updated from {old} to {state}"),
        }));
        let surplus = self.history.len().saturating_sub(MOST_HISTORY);
        self.history.drain(..surplus);
        Some(old)
    }
}
