//! Metrics: data points by series, and the statistics over them.

use super::{Answer, CloudWatch, Region, Turn, required};
use crate::{cbor, logs::MetricPoint, wire::Refusal};
use dmsrun_base::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

/// Points of a series that are kept: at one a minute, fifteen days, as long as AWS keeps minutes.
const MOST_POINTS: usize = 21_600;

/// Points of one second that were put together.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Point(i64, f64, f64, f64, f64);

impl Point {
    /// Of a time: count, sum, least, greatest.
    fn new(second: i64, count: f64, sum: f64, min: f64, max: f64) -> Self {
        Self(second, count, sum, min, max)
    }
}

/// The points of one metric with its dimensions.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Series {
    pub namespace: String,
    pub name: String,
    pub dimensions: Vec<(String, String)>,
    pub unit: String,
    /// By time.
    points: Vec<Point>,
}

/// What is asked of a series.
pub(super) struct Asked<'a> {
    pub stat: &'a str,
    pub period: i64,
    pub from: i64,
    pub to: i64,
}

impl Series {
    fn add(&mut self, point: Point) {
        let at = self.points.partition_point(|p| p.0 <= point.0);
        self.points.insert(at, point);
        let surplus = self.points.len().saturating_sub(MOST_POINTS);
        self.points.drain(..surplus);
    }

    /// The statistic for each period in which there is data, by the period's beginning.
    pub fn statistics(&self, asked: &Asked<'_>) -> Vec<(i64, f64)> {
        let period = asked.period.max(1);
        let first = asked.from.div_euclid(period) * period;
        let mut buckets: BTreeMap<i64, Vec<Point>> = BTreeMap::new();
        let from = self.points.partition_point(|p| p.0 < first);
        for point in self.points[from..].iter().take_while(|p| p.0 < asked.to) {
            buckets.entry(point.0.div_euclid(period) * period).or_default().push(*point);
        }
        buckets
            .into_iter()
            .filter_map(|(at, points)| Some((at, of(asked.stat, &points)?)))
            .collect()
    }
}

fn of(stat: &str, points: &[Point]) -> Option<f64> {
    let (count, sum) = points.iter().fold((0.0, 0.0), |(c, s), p| (c + p.1, s + p.2));
    match stat {
        "SampleCount" => Some(count),
        "Sum" => Some(sum),
        "Average" => (count > 0.0).then(|| sum / count),
        "Minimum" => points.iter().map(|p| p.3).reduce(f64::min),
        "Maximum" => points.iter().map(|p| p.4).reduce(f64::max),
        percentile => {
            let share = percentile.strip_prefix('p')?.parse::<f64>().ok()?;
            let mut values: Vec<f64> =
                points.iter().map(|p| if p.1 > 0.0 { p.2 / p.1 } else { p.2 }).collect();
            values.sort_by(f64::total_cmp);
            let rank = (share / 100.0 * values.len() as f64).ceil() as usize;
            values.get(rank.clamp(1, values.len()) - 1).copied()
        }
    }
}

fn key(namespace: &str, name: &str, dimensions: &[(String, String)]) -> String {
    let mut key = format!("{namespace}\n{name}");
    for (name, value) in dimensions {
        key.push_str(&format!("\n{name}={value}"));
    }
    key
}

/// The dimensions of a request, in the order of their names.
pub(super) fn dimensions(value: &Json) -> Vec<(String, String)> {
    let text = |value: &Json| value.as_str().unwrap_or_default().to_owned();
    let mut all: Vec<_> = value
        .as_array()
        .into_iter()
        .flatten()
        .map(|dimension| (text(&dimension["Name"]), text(&dimension["Value"])))
        .collect();
    all.sort();
    all
}

fn shown(dimensions: &[(String, String)]) -> Json {
    dimensions.iter().map(|(name, value)| json!({ "Name": name, "Value": value })).collect()
}

impl CloudWatch {
    /// Puts what a metric filter has made of a log event. A default counts only in a minute in which
    /// nothing else is.
    pub fn put_of_log(&mut self, point: MetricPoint) {
        let MetricPoint { region, namespace, name, mut dimensions, unit, time, value, is_default } =
            point;
        dimensions.sort();
        if is_default {
            let minute = time.as_second().div_euclid(60) * 60;
            let series = self
                .regions
                .get(&region)
                .and_then(|region| region.series.get(&key(&namespace, &name, &dimensions)));
            let asked = Asked { stat: "SampleCount", period: 60, from: minute, to: minute + 60 };
            if series.is_some_and(|series| !series.statistics(&asked).is_empty()) {
                return;
            }
        }
        self.put(&region, &namespace, &name, dimensions, &unit, time, value);
    }

    /// Puts a data point of another service.
    #[allow(clippy::too_many_arguments)] // What a data point is.
    pub fn put(
        &mut self,
        region: &str,
        namespace: &str,
        name: &str,
        mut dimensions: Vec<(String, String)>,
        unit: &str,
        time: Timestamp,
        value: f64,
    ) {
        dimensions.sort();
        let region = self.regions.entry(region.to_owned()).or_default();
        let series =
            region.series.entry(key(namespace, name, &dimensions)).or_insert_with(|| Series {
                namespace: namespace.into(),
                name: name.into(),
                dimensions,
                unit: unit.into(),
                points: Vec::new(),
            });
        series.add(Point::new(time.as_second(), 1.0, value, value, value));
    }
}

impl Region {
    /// The series that a metric of a request or of an alarm names.
    pub(super) fn series_of(&self, metric: &Json) -> Option<&Series> {
        let name = metric["MetricName"].as_str()?;
        let key = key(metric["Namespace"].as_str()?, name, &dimensions(&metric["Dimensions"]));
        self.series.get(&key)
    }
}

impl Turn<'_> {
    pub(super) fn put_metric_data(&mut self) -> Answer {
        let namespace = self.required("Namespace")?.to_owned();
        if namespace.starts_with("AWS/") {
            let message = "The value AWS/ for parameter Namespace is invalid.";
            return Err(Refusal::new("InvalidParameterValue", message));
        }
        let now = self.call.now.as_second();
        for datum in self.input["MetricData"].as_array().into_iter().flatten() {
            let name = required(datum, "MetricName")?.to_owned();
            let dimensions = dimensions(&datum["Dimensions"]);
            let second = cbor::seconds(&datum["Timestamp"]).map_or(now, |s| s as i64);
            let number = |value: &Json| value.as_f64();
            let set = &datum["StatisticValues"];
            let mut points = Vec::new();
            if let Some(values) = datum["Values"].as_array() {
                let counts = datum["Counts"].as_array();
                for (n, value) in values.iter().filter_map(number).enumerate() {
                    let count = counts.and_then(|c| c.get(n)?.as_f64()).unwrap_or(1.0);
                    points.push(Point::new(second, count, value * count, value, value));
                }
            } else if let Some(value) = number(&datum["Value"]) {
                points.push(Point::new(second, 1.0, value, value, value));
            } else if let Some(sum) = number(&set["Sum"]) {
                let count = number(&set["SampleCount"]).unwrap_or(1.0);
                let (min, max) = (number(&set["Minimum"]), number(&set["Maximum"]));
                points.push(Point::new(second, count, sum, min.unwrap_or(sum), max.unwrap_or(sum)));
            }
            if points.is_empty() {
                let message = format!("The metric datum of {name} has no value.");
                return Err(Refusal::new("MissingParameter", message));
            }
            let unit = datum["Unit"].as_str().unwrap_or("None").to_owned();
            let key = key(&namespace, &name, &dimensions);
            let series = self.region.series.entry(key).or_insert_with(|| Series {
                namespace: namespace.clone(),
                name,
                dimensions,
                unit,
                points: Vec::new(),
            });
            points.into_iter().for_each(|point| series.add(point));
        }
        Ok(json!({}))
    }

    pub(super) fn list_metrics(&self) -> Answer {
        let wanted: Vec<_> = self.input["Dimensions"].as_array().cloned().unwrap_or_default();
        let is = |member: &str, value: &str| {
            self.input[member].as_str().is_none_or(|wanted| wanted == value)
        };
        let all: Vec<Json> = self
            .region
            .series
            .values()
            .filter(|s| is("Namespace", &s.namespace) && is("MetricName", &s.name))
            .filter(|s| {
                wanted.iter().all(|w| {
                    s.dimensions.iter().any(|(name, value)| {
                        w["Name"] == name.as_str()
                            && w["Value"].as_str().is_none_or(|wanted| wanted == value)
                    })
                })
            })
            .map(|s| {
                json!({
                    "Namespace": s.namespace, "MetricName": s.name, "Dimensions": shown(&s.dimensions),
                })
            })
            .collect();
        self.page("Metrics", all, "MaxRecords", 500)
    }

    fn span(&self) -> Result<(i64, i64), Refusal> {
        let time = |member: &str| {
            cbor::seconds(&self.input[member]).map(|s| s as i64).ok_or_else(|| {
                let message = format!("The parameter {member} is required.");
                Refusal::new("MissingParameter", message)
            })
        };
        let (from, to) = (time("StartTime")?, time("EndTime")?);
        if from >= to {
            let message = "The parameter StartTime must be less than the parameter EndTime.";
            return Err(Refusal::new("InvalidParameterCombination", message));
        }
        Ok((from, to))
    }

    pub(super) fn get_metric_statistics(&self) -> Answer {
        let (from, to) = self.span()?;
        self.required("Namespace")?;
        let name = self.required("MetricName")?;
        let period = self.input["Period"].as_i64().unwrap_or(60);
        let stats = super::strings(&self.input["Statistics"]);
        let extended = super::strings(&self.input["ExtendedStatistics"]);
        let mut points: BTreeMap<i64, Json> = BTreeMap::new();
        let series = self.region.series_of(self.input);
        for stat in stats.iter().chain(&extended) {
            let asked = Asked { stat, period, from, to };
            for (at, value) in series.map(|s| s.statistics(&asked)).unwrap_or_default() {
                let unit = series.map_or("None", |s| s.unit.as_str());
                let point = points
                    .entry(at)
                    .or_insert_with(|| json!({ "Timestamp": cbor::time(at as f64), "Unit": unit }));
                match extended.contains(stat) {
                    true => point["ExtendedStatistics"][*stat] = json!(value),
                    false => point[*stat] = json!(value),
                }
            }
        }
        let points: Vec<Json> = points.into_values().collect();
        Ok(json!({ "Label": name, "Datapoints": points }))
    }

    pub(super) fn get_metric_data(&self) -> Answer {
        let (from, to) = self.span()?;
        let ascending = self.input["ScanBy"] == "TimestampAscending";
        let mut results = Vec::new();
        for query in self.input["MetricDataQueries"].as_array().into_iter().flatten() {
            let id = required(query, "Id")?;
            if query["ReturnData"] == false {
                continue;
            }
            let stat = &query["MetricStat"];
            if stat.is_null() {
                let message = "Metric expressions are not in the local AWS";
                return Err(Refusal::new("NotInLocalAws", message));
            }
            let metric = &stat["Metric"];
            let asked = Asked {
                stat: required(stat, "Stat")?,
                period: stat["Period"].as_i64().unwrap_or(60),
                from,
                to,
            };
            let mut points =
                self.region.series_of(metric).map(|s| s.statistics(&asked)).unwrap_or_default();
            if !ascending {
                points.reverse();
            }
            let label = query["Label"].as_str().or(metric["MetricName"].as_str()).unwrap_or(id);
            let times: Vec<Json> = points.iter().map(|(at, _)| cbor::time(*at as f64)).collect();
            let values: Vec<f64> = points.iter().map(|(_, value)| *value).collect();
            results.push(json!({
                "Id": id, "Label": label, "Timestamps": times, "Values": values,
                "StatusCode": "Complete",
            }));
        }
        Ok(json!({ "MetricDataResults": results, "Messages": [] }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statistics_are_of_periods() {
        let mut series = Series {
            namespace: "N".into(),
            name: "M".into(),
            dimensions: Vec::new(),
            unit: "None".into(),
            points: Vec::new(),
        };
        for (second, value) in [(130, 3.0), (60, 1.0), (61, 2.0), (119, 6.0)] {
            series.add(Point::new(second, 1.0, value, value, value));
        }
        let ask = |stat| series.statistics(&Asked { stat, period: 60, from: 60, to: 180 });
        assert_eq!(ask("Sum"), [(60, 9.0), (120, 3.0)]);
        assert_eq!(ask("Average")[0], (60, 3.0));
        assert_eq!(ask("Maximum")[0], (60, 6.0));
        assert_eq!(ask("p50")[0], (60, 2.0));
        assert_eq!(ask("SampleCount")[1], (120, 1.0));
    }
}
