//! Dashboards: of the whole account, whichever region they are asked for in.

use super::{Answer, Turn, strings};
use crate::{cbor, wire::Refusal};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

const WIDGETS: &[&str] = &["metric", "text", "log", "alarm", "explorer", "custom"];

/// The dashboards of the account.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Dashboards {
    /// By name, as they are described.
    pub bodies: BTreeMap<String, Json>,
    /// By ARN.
    pub tags: BTreeMap<String, BTreeMap<String, String>>,
}

/// What can't be drawn of a body: a path and a reason each.
fn problems(body: &Json) -> Vec<(String, &'static str)> {
    let Some(widgets) = body["widgets"].as_array() else {
        return vec![("/widgets".to_owned(), "Should be an array")];
    };
    let mut all = Vec::new();
    for (n, widget) in widgets.iter().enumerate() {
        let place = format!("/widgets/{n}");
        let kind = widget["type"].as_str().unwrap_or_default();
        let properties = &widget["properties"];
        if !WIDGETS.contains(&kind) {
            all.push((format!("{place}/type"), "Should be equal to one of the allowed values"));
        } else if !properties.is_object() {
            all.push((format!("{place}/properties"), "Should be an object"));
        } else if matches!(kind, "metric" | "log") && !properties["region"].is_string() {
            all.push((format!("{place}/properties"), "Should have required property 'region'"));
        } else if kind == "text" && !properties["markdown"].is_string() {
            all.push((format!("{place}/properties"), "Should have required property 'markdown'"));
        } else if kind == "alarm" && !properties["alarms"].is_array() {
            all.push((format!("{place}/properties"), "Should have required property 'alarms'"));
        }
    }
    all
}

impl Turn<'_> {
    fn dashboard_arn(&self, name: &str) -> String {
        format!("arn:aws:cloudwatch::{}:dashboard/{name}", self.call.account)
    }

    pub(super) fn put_dashboard(&mut self) -> Answer {
        let name = self.required("DashboardName")?.to_owned();
        let fits = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
        if name.len() > 255 || !name.chars().all(fits) {
            let message = "The field DashboardName must match the pattern [A-Za-z0-9-_]+";
            return Err(Refusal::new("InvalidParameterInput", message));
        }
        let body = self.required("DashboardBody")?;
        let Ok(Json::Object(parsed)) = serde_json::from_str::<Json>(body) else {
            let message = "The field DashboardBody must be a valid JSON object";
            return Err(Refusal::new("InvalidParameterInput", message));
        };
        let problems = problems(&Json::Object(parsed));
        if !problems.is_empty() {
            let list: Vec<Json> = problems
                .iter()
                .map(|(path, message)| json!({ "dataPath": path, "message": message }))
                .collect();
            let message = format!(
                "The dashboard body is invalid, there are {} validation errors: {}",
                list.len(),
                Json::Array(list)
            );
            return Err(Refusal::new("InvalidParameterInput", message));
        }
        let arn = self.dashboard_arn(&name);
        let entry = json!({
            "DashboardName": name, "DashboardBody": body, "Size": body.len(), "DashboardArn": arn,
            "LastModified": cbor::time(self.call.now.as_second() as f64),
        });
        // Tags count only when it is new, as in AWS.
        if self.dashboards.bodies.insert(name, entry).is_none() {
            self.dashboards.tags.insert(arn, super::tags::read(&self.input["Tags"]));
        }
        Ok(json!({ "DashboardValidationMessages": [] }))
    }

    pub(super) fn get_dashboard(&self) -> Answer {
        let name = self.required("DashboardName")?;
        let found = self.dashboards.bodies.get(name).ok_or_else(|| no_dashboard(name))?;
        Ok(json!({
            "DashboardName": found["DashboardName"], "DashboardArn": found["DashboardArn"],
            "DashboardBody": found["DashboardBody"],
        }))
    }

    pub(super) fn list_dashboards(&self) -> Answer {
        let prefix = self.input["DashboardNamePrefix"].as_str().unwrap_or_default();
        let all = self.dashboards.bodies.iter().filter(|(name, _)| name.starts_with(prefix));
        let all: Vec<Json> = all
            .map(|(_, entry)| {
                let mut entry = entry.clone();
                if let Json::Object(members) = &mut entry {
                    members.remove("DashboardBody");
                }
                entry
            })
            .collect();
        self.page("DashboardEntries", all, "MaxRecords", 1000)
    }

    pub(super) fn delete_dashboards(&mut self) -> Answer {
        let names = strings(&self.input["DashboardNames"]);
        if let Some(name) = names.iter().find(|name| !self.dashboards.bodies.contains_key(**name)) {
            return Err(no_dashboard(name));
        }
        for name in names {
            self.dashboards.bodies.remove(name);
            let arn = self.dashboard_arn(name);
            self.dashboards.tags.remove(&arn);
        }
        Ok(json!({}))
    }
}

fn no_dashboard(name: &str) -> Refusal {
    let message = format!("Dashboard {name} does not exist");
    Refusal::new("ResourceNotFound", message).status(404)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_not_be_drawn_is_told_with_its_place() {
        for (body, wrong) in [
            (json!({}), vec!["/widgets"]),
            (json!({ "widgets": [] }), vec![]),
            (json!({ "widgets": [{ "type": "text", "properties": { "markdown": "x" } }] }), vec![]),
            (json!({ "widgets": [{ "type": "txt", "properties": {} }] }), vec!["/widgets/0/type"]),
            (
                json!({ "widgets": [
                    { "type": "alarm", "properties": { "alarms": [] } },
                    { "type": "metric", "properties": { "metrics": [] } },
                ] }),
                vec!["/widgets/1/properties"],
            ),
        ] {
            let places: Vec<String> = problems(&body).into_iter().map(|(path, _)| path).collect();
            assert_eq!(places, wrong, "{body}");
        }
    }
}
