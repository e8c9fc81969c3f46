//! Filter patterns, and metric filters that carry one.

use super::{Answer, Turn, not_found};
use serde_json::{Value as Json, json};

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
