//! Filter patterns, and metric filters that carry one.

use super::{Answer, Turn, not_found};
use crate::wire::Refusal;
use dmsrun_base::Timestamp;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

/// Filters that a group can have, and dimensions that a metric of one can have.
const MOST_FILTERS: usize = 100;
const MOST_DIMENSIONS: usize = 3;

/// What a metric filter has made of an event.
#[derive(Debug, PartialEq)]
pub(crate) struct MetricPoint {
    pub region: String,
    pub namespace: String,
    pub name: String,
    pub dimensions: Vec<(String, String)>,
    pub unit: String,
    pub time: Timestamp,
    pub value: f64,
    /// Whether it stands for a minute in which nothing fits.
    pub is_default: bool,
}

/// What a field selector such as `$.size` or a number means for an event.
fn selected(selector: &str, message: &str) -> Option<Json> {
    let Some(path) = selector.strip_prefix('$') else {
        return selector.parse::<f64>().ok().map(|number| json!(number));
    };
    let parsed: Json = serde_json::from_str(message).ok()?;
    let mut at = &parsed;
    for member in path.split('.').filter(|member| !member.is_empty()) {
        at = at.get(member)?;
    }
    Some(at.clone())
}

/// Lets the filters of a group make metrics of an event.
pub(super) fn measure(
    filters: &BTreeMap<String, Json>,
    region: &str,
    at: i64,
    message: &str,
    points: &mut Vec<MetricPoint>,
) {
    let Ok(time) = Timestamp::from_millisecond(at) else { return };
    for filter in filters.values() {
        let fits =
            Pattern::parse(filter["filterPattern"].as_str().unwrap_or_default()).fits(message);
        for metric in filter["metricTransformations"].as_array().into_iter().flatten() {
            let text = |member: &str| metric[member].as_str().unwrap_or_default();
            let value = match fits {
                true => selected(text("metricValue"), message).and_then(|v| v.as_f64()),
                false => metric["defaultValue"].as_f64(),
            };
            let Some(value) = value else { continue };
            let dimensions = metric["dimensions"].as_object().into_iter().flatten();
            let dimensions: Option<Vec<_>> = dimensions
                .map(|(name, selector)| {
                    let value = selected(selector.as_str()?, message)?;
                    let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                    Some((name.clone(), value))
                })
                .collect();
            let Some(dimensions) = dimensions else { continue };
            points.push(MetricPoint {
                region: region.to_owned(),
                namespace: text("metricNamespace").to_owned(),
                name: text("metricName").to_owned(),
                dimensions,
                unit: metric["unit"].as_str().unwrap_or("None").to_owned(),
                time,
                value,
                is_default: !fits,
            });
        }
    }
}

/// A filter pattern for text: terms that must all be there, `?` terms of which one must, `-` terms that
/// must not. Patterns over JSON or fields let everything through.
#[derive(Debug, Default)]
pub(super) struct Pattern {
    all: Vec<String>,
    any: Vec<String>,
    none: Vec<String>,
}

impl Pattern {
    pub fn parse(text: &str) -> Self {
        let mut pattern = Self::default();
        let text = text.trim();
        if text.starts_with(['{', '[']) {
            return pattern;
        }
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let (list, term) = match first {
                '?' => (&mut pattern.any, &rest[1..]),
                '-' => (&mut pattern.none, &rest[1..]),
                _ => (&mut pattern.all, rest),
            };
            let (term, after) = match term.strip_prefix('"') {
                Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
                None => term.split_once(char::is_whitespace).unwrap_or((term, "")),
            };
            if !term.is_empty() {
                list.push(term.to_owned());
            }
            rest = after.trim_start();
        }
        pattern
    }

    pub fn fits(&self, message: &str) -> bool {
        self.all.iter().all(|term| message.contains(term.as_str()))
            && !self.none.iter().any(|term| message.contains(term.as_str()))
            && (self.any.is_empty() || self.any.iter().any(|term| message.contains(term.as_str())))
    }
}

impl Turn<'_> {
    pub(super) fn put_filter(&mut self) -> Answer {
        let name = self.required("filterName")?.to_owned();
        let invalid = |message: String| Err(Refusal::new("InvalidParameterException", message));
        if name.contains([':', '*']) || name.len() > 512 {
            return invalid(format!(
                "1 validation error detected: Value '{name}' at 'filterName' failed to satisfy \
                 constraint: Member must satisfy regular expression pattern: [^:*]*"
            ));
        }
        let metrics = self.input["metricTransformations"].as_array();
        let Some([metric]) = metrics.map(Vec::as_slice) else {
            return invalid("A metric filter has exactly one metric transformation".into());
        };
        for member in ["metricName", "metricNamespace", "metricValue"] {
            let text = metric[member].as_str().unwrap_or_default();
            let forbidden = member != "metricValue" && text.contains([':', '*', '$']);
            if text.is_empty() || text.len() > 255 || forbidden {
                return invalid(format!(
                    "1 validation error detected: Value '{text}' at 'metricTransformations.1.\
                     member.{member}' failed to satisfy constraint: Member must satisfy regular \
                     expression pattern: [^:*$]*"
                ));
            }
        }
        let value = metric["metricValue"].as_str().unwrap_or_default();
        if value.parse::<f64>().is_err() && !value.starts_with('$') {
            return invalid(format!("Invalid metric transformation: value {value} is no number"));
        }
        let dimensions = metric["dimensions"].as_object().map_or(0, serde_json::Map::len);
        if dimensions > MOST_DIMENSIONS {
            return invalid(format!("A metric has at most {MOST_DIMENSIONS} dimensions"));
        } else if dimensions > 0 && !metric["defaultValue"].is_null() {
            return invalid(
                "Invalid metric transformation: dimensions and default value are mutually \
                 exclusive."
                    .into(),
            );
        }
        let there = &self.group()?.filters;
        if there.len() >= MOST_FILTERS && !there.contains_key(&name) {
            return Err(Refusal::new("LimitExceededException", "Resource limit exceeded."));
        }
        let group = self.group_name()?;
        let entry = json!({
            "filterName": name, "filterPattern": self.input["filterPattern"],
            "metricTransformations": self.input["metricTransformations"],
            "creationTime": self.now(), "logGroupName": group,
        });
        self.group()?.filters.insert(name, entry);
        Ok(json!({}))
    }

    pub(super) fn delete_filter(&mut self) -> Answer {
        let name = self.required("filterName")?.to_owned();
        self.group()?.filters.remove(&name).ok_or_else(|| not_found("metric filter"))?;
        Ok(json!({}))
    }

    pub(super) fn describe_filters(&self) -> Answer {
        let group = self.input["logGroupName"].as_str();
        if group.is_some_and(|name| !self.region.groups.contains_key(name)) {
            return Err(not_found("log group"));
        }
        let prefix = self.input["filterNamePrefix"].as_str().unwrap_or_default();
        let is = |filter: &Json, member: &str| {
            let wanted = self.input[member].as_str();
            let all = filter["metricTransformations"].as_array();
            wanted
                .is_none_or(|wanted| all.is_some_and(|all| all.iter().any(|t| t[member] == wanted)))
        };
        let all: Vec<Json> = self
            .region
            .groups
            .iter()
            .filter(|(name, _)| group.is_none_or(|group| group == *name))
            .flat_map(|(_, group)| group.filters.iter())
            .filter(|(name, filter)| {
                name.starts_with(prefix)
                    && is(filter, "metricName")
                    && is(filter, "metricNamespace")
            })
            .map(|(_, filter)| filter.clone())
            .collect();
        self.page("metricFilters", all, 50)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_make_metrics_of_what_fits_and_a_default_of_what_does_not() {
        let filter = |metric: Json| {
            BTreeMap::from([(
                "one".to_owned(),
                json!({ "filterPattern": "ERROR", "metricTransformations": [metric] }),
            )])
        };
        let measured = |metric: Json, message: &str| {
            let mut points = Vec::new();
            measure(&filter(metric), "eu-west-1", 60_000, message, &mut points);
            points.into_iter().map(|p| (p.value, p.is_default, p.dimensions)).collect::<Vec<_>>()
        };
        let plain = json!({ "metricName": "E", "metricNamespace": "N", "metricValue": "1" });
        assert_eq!(measured(plain.clone(), "an ERROR"), [(1.0, false, vec![])]);
        assert_eq!(measured(plain, "all is well"), []);
        let zero = json!({
            "metricName": "E", "metricNamespace": "N", "metricValue": "2", "defaultValue": 0.0,
        });
        assert_eq!(measured(zero, "all is well"), [(0.0, true, vec![])]);
        let field = json!({
            "metricName": "E", "metricNamespace": "N", "metricValue": "$.size",
            "dimensions": { "Table": "$.table" },
        });
        let message = r#"{"level":"ERROR","size":7,"table":"orders"}"#;
        let dimensions = vec![("Table".to_owned(), "orders".to_owned())];
        assert_eq!(measured(field.clone(), message), [(7.0, false, dimensions)]);
        assert_eq!(measured(field, "ERROR in plain words"), []);
    }

    #[test]
    fn patterns_of_terms() {
        for (pattern, message, fits) in [
            ("", "anything", true),
            ("ERROR", "an ERROR here", true),
            ("ERROR", "an error here", false),
            ("\"two words\" x", "x two words", true),
            ("?A ?B", "has B", true),
            ("?A ?B", "has C", false),
            ("ERROR -ignore", "ERROR ignore", false),
            ("{ $.a = 1 }", "anything", true),
        ] {
            assert_eq!(Pattern::parse(pattern).fits(message), fits, "{pattern}");
        }
    }
}
