//! CloudWatch: metrics, alarms, dashboards. Ours and not winterbaume's, whose alarms lose half of their
//! members when they are kept.

mod alarms;
mod composite;
mod dashboards;
mod evaluation;
mod metrics;
mod tags;

use crate::{account::Call, tagged::Sweep, tagging::Tagged, wire::Refusal};
use dashboards::Dashboards;
pub(crate) use evaluation::Notice;
use metrics::Series;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

/// CloudWatch, with all regions of the account.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct CloudWatch {
    regions: BTreeMap<String, Region>,
    /// Those of the account: a dashboard has no region.
    #[serde(default)]
    dashboards: Dashboards,
}

/// One region.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Region {
    /// By name, as they are described.
    alarms: BTreeMap<String, Json>,
    composites: BTreeMap<String, Json>,
    /// By ARN.
    tags: BTreeMap<String, BTreeMap<String, String>>,
    /// By namespace, name and dimensions in one text.
    series: BTreeMap<String, Series>,
    history: Vec<Json>,
    /// The minute up to which alarms were evaluated, in seconds.
    #[serde(default)]
    evaluated: i64,
}

type Answer = Result<Json, Refusal>;

/// A call and the region it is about.
struct Turn<'a> {
    call: &'a Call<'a>,
    input: &'a Json,
    region: &'a mut Region,
    dashboards: &'a mut Dashboards,
}

impl CloudWatch {
    /// Every alarm of a region with its tags.
    pub fn tagged(&self, region: &str) -> Vec<Tagged> {
        let tags = self.regions.get(region).into_iter().flat_map(|region| &region.tags);
        tags.map(|(arn, tags)| Tagged {
            arn: arn.clone(),
            kind: "cloudwatch:alarm",
            tags: tags.clone(),
        })
        .collect()
    }

    /// Shows a sweep all tags, of alarms and of dashboards.
    pub fn sweep(&self, sweep: &mut Sweep<'_>) {
        let alarms = self.regions.values().flat_map(|region| &region.tags);
        for (arn, tags) in self.dashboards.tags.iter().chain(alarms) {
            sweep.tags(arn, tags);
        }
    }

    pub fn handle(&mut self, call: &Call<'_>, input: &Json) -> Answer {
        let region = self.regions.entry(call.region.to_owned()).or_default();
        Turn { call, input, region, dashboards: &mut self.dashboards }.run()
    }
}

impl Turn<'_> {
    fn run(mut self) -> Answer {
        match self.call.operation {
            "PutMetricData" => self.put_metric_data(),
            "ListMetrics" => self.list_metrics(),
            "GetMetricStatistics" => self.get_metric_statistics(),
            "GetMetricData" => self.get_metric_data(),
            "PutMetricAlarm" => self.put_metric_alarm(),
            "PutCompositeAlarm" => self.put_composite_alarm(),
            "DescribeAlarms" => self.describe_alarms(),
            "DescribeAlarmsForMetric" => self.describe_alarms_for_metric(),
            "DescribeAlarmHistory" => self.describe_alarm_history(),
            "DeleteAlarms" => self.delete_alarms(),
            "SetAlarmState" => self.set_alarm_state(),
            "EnableAlarmActions" => self.alarm_actions(true),
            "DisableAlarmActions" => self.alarm_actions(false),
            "PutDashboard" => self.put_dashboard(),
            "GetDashboard" => self.get_dashboard(),
            "ListDashboards" => self.list_dashboards(),
            "DeleteDashboards" => self.delete_dashboards(),
            "TagResource" => self.tag_resource(),
            "UntagResource" => self.untag_resource(),
            "ListTagsForResource" => self.list_tags(),
            operation => Err(Refusal::not_local("cloudwatch", operation)),
        }
    }

    fn required(&self, member: &str) -> Result<&str, Refusal> {
        required(self.input, member)
    }

    /// The ARN of an alarm of that name.
    fn alarm_arn(&self, name: &str) -> String {
        format!("arn:aws:cloudwatch:{}:{}:alarm:{name}", self.call.region, self.call.account)
    }

    /// A page of a list. `max` is the member that bounds it, `most` its default.
    fn page(&self, list: &str, items: Vec<Json>, max: &str, most: usize) -> Answer {
        let max = self.input[max].as_u64().and_then(|n| usize::try_from(n).ok()).unwrap_or(most);
        let from = match self.input["NextToken"].as_str().filter(|token| !token.is_empty()) {
            None => 0,
            Some(token) => {
                token.strip_prefix("after-").and_then(|n| n.parse().ok()).ok_or_else(|| {
                    Refusal::new("InvalidNextToken", "The next token specified is invalid.")
                })?
            }
        };
        let more = items.len() > from + max;
        let page: Vec<Json> = items.into_iter().skip(from).take(max.max(1)).collect();
        let next = more.then(|| format!("after-{}", from + page.len()));
        Ok(json!({ list: page, "NextToken": next }))
    }
}

fn required<'a>(input: &'a Json, member: &str) -> Result<&'a str, Refusal> {
    input[member].as_str().filter(|text| !text.is_empty()).ok_or_else(|| {
        let message = format!("The parameter {member} is required.");
        Refusal::new("MissingParameter", message)
    })
}

fn strings(value: &Json) -> Vec<&str> {
    value.as_array().into_iter().flatten().filter_map(Json::as_str).collect()
}
