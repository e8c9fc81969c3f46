//! Alarms, as they are declared and described.

use super::{Answer, Turn, composite, metrics::dimensions, strings};
use crate::{cbor, wire::Refusal};
use serde_json::{Map, Value as Json, json};

/// What an alarm on a metric is made of.
const MEMBERS: &[&str] = &[
    "AlarmDescription",
    "ActionsEnabled",
    "OKActions",
    "AlarmActions",
    "InsufficientDataActions",
    "MetricName",
    "Namespace",
    "Statistic",
    "ExtendedStatistic",
    "Dimensions",
    "Period",
    "Unit",
    "EvaluationPeriods",
    "DatapointsToAlarm",
    "Threshold",
    "ComparisonOperator",
    "TreatMissingData",
    "EvaluateLowSampleCountPercentile",
    "Metrics",
    "ThresholdMetricId",
];
const COMPOSITE: &[&str] = &[
    "AlarmDescription",
    "ActionsEnabled",
    "OKActions",
    "AlarmActions",
    "InsufficientDataActions",
    "AlarmRule",
    "ActionsSuppressor",
    "ActionsSuppressorWaitPeriod",
    "ActionsSuppressorExtensionPeriod",
];
const OPERATORS: &[&str] = &[
    "GreaterThanOrEqualToThreshold",
    "GreaterThanThreshold",
    "LessThanThreshold",
    "LessThanOrEqualToThreshold",
    "LessThanLowerOrGreaterThanUpperThreshold",
    "LessThanLowerThreshold",
    "GreaterThanUpperThreshold",
];

impl Turn<'_> {
    fn alarm(&self, members: &[&str]) -> Result<Json, Refusal> {
        let name = self.required("AlarmName")?;
        let now = cbor::time(self.call.now.as_second() as f64);
        let mut alarm = Map::new();
        alarm.insert("AlarmName".into(), json!(name));
        alarm.insert("AlarmArn".into(), json!(self.alarm_arn(name)));
        alarm.insert("AlarmConfigurationUpdatedTimestamp".into(), now.clone());
        alarm.insert("ActionsEnabled".into(), json!(true));
        for list in ["OKActions", "AlarmActions", "InsufficientDataActions"] {
            alarm.insert(list.into(), json!([]));
        }
        for member in members {
            if !self.input[*member].is_null() {
                alarm.insert((*member).to_owned(), self.input[*member].clone());
            }
        }
        alarm.insert("StateValue".into(), json!("INSUFFICIENT_DATA"));
        alarm.insert("StateReason".into(), json!("Unchecked: Initial alarm creation"));
        alarm.insert("StateUpdatedTimestamp".into(), now.clone());
        alarm.insert("StateTransitionedTimestamp".into(), now);
        Ok(Json::Object(alarm))
    }

    /// Keeps an alarm under its name; its tags count only when it is new, as in AWS.
    fn keep(&mut self, mut alarm: Json, composite: bool) {
        let name = alarm["AlarmName"].as_str().unwrap_or_default().to_owned();
        let (old, other) = match composite {
            true => (self.region.composites.get(&name), self.region.alarms.get(&name)),
            false => (self.region.alarms.get(&name), self.region.composites.get(&name)),
        };
        if let Some(old) = old {
            for member in
                ["StateValue", "StateReason", "StateUpdatedTimestamp", "StateTransitionedTimestamp"]
            {
                alarm[member] = old[member].clone();
            }
        }
        if old.or(other).is_none() {
            let arn = self.alarm_arn(&name);
            let tags = super::tags::read(&self.input["Tags"]);
            if !tags.is_empty() {
                self.region.tags.insert(arn, tags);
            }
        }
        match composite {
            true => self.region.composites.insert(name, alarm),
            false => self.region.alarms.insert(name, alarm),
        };
    }

    pub(super) fn put_metric_alarm(&mut self) -> Answer {
        let operator = self.required("ComparisonOperator")?;
        if !OPERATORS.contains(&operator) {
            let message = format!(
                "Value '{operator}' at 'comparisonOperator' failed to satisfy constraint: Member must satisfy enum value set: [{}]",
                OPERATORS.join(", ")
            );
            return Err(Refusal::new("ValidationError", message));
        }
        let periods = self.input["EvaluationPeriods"].as_i64().unwrap_or(0);
        if periods < 1 {
            let message = "The value for parameter EvaluationPeriods must be at least 1.";
            return Err(Refusal::new("ValidationError", message));
        }
        if self.input["DatapointsToAlarm"].as_i64().is_some_and(|n| n < 1 || n > periods) {
            let message = "DatapointsToAlarm must be from 1 to EvaluationPeriods.";
            return Err(Refusal::new("ValidationError", message));
        }
        if self.input["Metrics"].is_null() {
            self.required("MetricName")?;
            self.required("Namespace")?;
            let period = self.input["Period"].as_i64().unwrap_or(0);
            if !matches!(period, 10 | 20 | 30) && (period < 60 || period % 60 != 0) {
                let message =
                    "The value for parameter Period must be 10, 20, 30 or a multiple of 60.";
                return Err(Refusal::new("ValidationError", message));
            }
            let (statistic, extended) =
                (&self.input["Statistic"], &self.input["ExtendedStatistic"]);
            if statistic.is_null() == extended.is_null() {
                let message = "Exactly one of Statistic and ExtendedStatistic must be given.";
                return Err(Refusal::new("ValidationError", message));
            }
        }
        let mut alarm = self.alarm(MEMBERS)?;
        if alarm["Dimensions"].is_null() && alarm["Metrics"].is_null() {
            alarm["Dimensions"] = json!([]);
        }
        self.keep(alarm, false);
        Ok(json!({}))
    }

    pub(super) fn put_composite_alarm(&mut self) -> Answer {
        let rule = composite::Rule::parse(self.required("AlarmRule")?).map_err(|reason| {
            Refusal::new("ValidationError", format!("Invalid syntax in AlarmRule: {reason}"))
        })?;
        let mut missing = rule.alarms();
        missing.retain(|name| !self.region.knows(name));
        if !missing.is_empty() {
            let message = format!(
                "Could not save the composite alarm as alarms [{}] in the alarm rule do not exist",
                missing.join(", ")
            );
            return Err(Refusal::new("ValidationError", message));
        }
        if let Some(suppressor) = self.input["ActionsSuppressor"].as_str() {
            if !self.region.knows(composite::name_of(suppressor)) {
                let message = format!(
                    "Could not save the composite alarm as the suppressor {suppressor} does not exist"
                );
                return Err(Refusal::new("ValidationError", message));
            }
            for member in ["ActionsSuppressorWaitPeriod", "ActionsSuppressorExtensionPeriod"] {
                if self.input[member].is_null() {
                    let message = format!("{member} is required where ActionsSuppressor is given");
                    return Err(Refusal::new("ValidationError", message));
                }
            }
        }
        let alarm = self.alarm(COMPOSITE)?;
        self.keep(alarm, true);
        Ok(json!({}))
    }

    pub(super) fn describe_alarms(&self) -> Answer {
        let names = strings(&self.input["AlarmNames"]);
        let types = strings(&self.input["AlarmTypes"]);
        let prefix = self.input["AlarmNamePrefix"].as_str().unwrap_or_default();
        let state = self.input["StateValue"].as_str();
        let action = self.input["ActionPrefix"].as_str();
        let fits = |alarm: &&Json| {
            let name = alarm["AlarmName"].as_str().unwrap_or_default();
            (names.is_empty() || names.contains(&name))
                && name.starts_with(prefix)
                && state.is_none_or(|state| alarm["StateValue"] == state)
                && action.is_none_or(|action| {
                    strings(&alarm["AlarmActions"]).iter().any(|a| a.starts_with(action))
                })
        };
        let wants = |kind: &str, default: bool| {
            if types.is_empty() { default } else { types.contains(&kind) }
        };
        let none = Default::default();
        let metric = if wants("MetricAlarm", true) { &self.region.alarms } else { &none };
        // Composite alarms are shown only when they are asked for.
        let composite =
            if wants("CompositeAlarm", false) { &self.region.composites } else { &none };
        let all: Vec<Json> =
            metric.values().chain(composite.values()).filter(fits).cloned().collect();
        let mut page = self.page("all", all, "MaxRecords", 50)?;
        let shown = page["all"].take();
        let (composite, metric): (Vec<Json>, Vec<Json>) = shown
            .as_array()
            .into_iter()
            .flatten()
            .cloned()
            .partition(|alarm| !alarm["AlarmRule"].is_null());
        Ok(json!({
            "MetricAlarms": metric, "CompositeAlarms": composite, "NextToken": page["NextToken"],
        }))
    }

    pub(super) fn describe_alarms_for_metric(&self) -> Answer {
        let wanted = dimensions(&self.input["Dimensions"]);
        let fits = |alarm: &&Json| {
            alarm["MetricName"] == self.input["MetricName"]
                && alarm["Namespace"] == self.input["Namespace"]
                && dimensions(&alarm["Dimensions"]) == wanted
        };
        let all: Vec<&Json> = self.region.alarms.values().filter(fits).collect();
        Ok(json!({ "MetricAlarms": all }))
    }

    pub(super) fn describe_alarm_history(&self) -> Answer {
        let name = self.input["AlarmName"].as_str();
        let all = self.region.history.iter().rev();
        let all = all.filter(|item| name.is_none_or(|name| item["AlarmName"] == name)).cloned();
        let all: Vec<Json> = all.collect();
        self.page("AlarmHistoryItems", all, "MaxRecords", 100)
    }

    pub(super) fn delete_alarms(&mut self) -> Answer {
        let names = strings(&self.input["AlarmNames"]);
        if names.iter().filter(|name| self.region.composites.contains_key(**name)).count() > 1 {
            let message = "You can delete only one composite alarm in an operation";
            return Err(Refusal::new("ValidationError", message));
        }
        let used: Vec<&str> =
            names.iter().copied().filter(|name| self.region.is_used(name, &names)).collect();
        if !used.is_empty() {
            let message = format!(
                "Cannot delete {} as there are composite alarm(s) depending on {}.",
                used.join(","),
                if used.len() == 1 { "it" } else { "them" }
            );
            return Err(Refusal::new("ValidationError", message));
        }
        for name in names {
            self.region.alarms.remove(name);
            self.region.composites.remove(name);
            let arn = self.alarm_arn(name);
            self.region.tags.remove(&arn);
        }
        Ok(json!({}))
    }

    pub(super) fn set_alarm_state(&mut self) -> Answer {
        let name = self.required("AlarmName")?.to_owned();
        let state = self.required("StateValue")?.to_owned();
        let reason = self.required("StateReason")?.to_owned();
        if self.region.set_state(&name, &state, &reason, self.call.now.as_second()).is_some() {
            return Ok(json!({}));
        }
        let message = format!("Alarm {name} does not exist.");
        Err(Refusal::new("ResourceNotFound", message).status(404))
    }

    pub(super) fn alarm_actions(&mut self, enabled: bool) -> Answer {
        for name in strings(&self.input["AlarmNames"]) {
            let found = self.region.alarms.get_mut(name).or(self.region.composites.get_mut(name));
            if let Some(alarm) = found {
                alarm["ActionsEnabled"] = json!(enabled);
            }
        }
        Ok(json!({}))
    }
}
