//! Everything in the account that carries certain tags, found in what the services keep: for checks
//! that must neither make a call nor let time pass.

use crate::{account::Account, store::FILES};
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;

/// Collects what carries a tag of a sort, service by service. It reads what the services hold where it
/// stands: it is asked for after each step of each apply of a spec, and a copy of everything is dear.
pub(crate) struct Sweep<'a> {
    prefix: &'a str,
    service: &'static str,
    found: Vec<Json>,
}

impl Account {
    /// What carries a tag whose name starts with `prefix`, in the order of services and names.
    pub fn tagged_with(&self, prefix: &str) -> Vec<Json> {
        let mut sweep = Sweep { prefix, service: "", found: Vec::new() };
        for service in FILES {
            sweep.service = service;
            self.sweep(service, &mut sweep);
        }
        sweep.found
    }
}

impl Sweep<'_> {
    /// A set of tags, and what carries it.
    pub fn tags(&mut self, name: &str, tags: &BTreeMap<String, String>) {
        if tags.keys().any(|tag| tag.starts_with(self.prefix)) {
            self.found.push(json!({ "service": self.service, "name": name, "tags": tags }));
        }
    }

    /// Every set of tags in a state, whatever its form. The name of what carries it is the last key above
    /// that is neither a number nor a word for tags, and at the top `name`.
    pub fn state(&mut self, name: &str, value: &Json) {
        match value {
            Json::Object(map) if is_gone(map) => {}
            Json::Object(map) => {
                if map.keys().any(|key| key.starts_with(self.prefix)) {
                    self.found.push(json!({ "service": self.service, "name": name, "tags": map }));
                    return;
                }
                for (key, inner) in map {
                    let is_word = matches!(key.as_str(), "tags" | "tagSet" | "Tags" | "tag_list");
                    self.state(if is_word { name } else { key }, inner);
                }
            }
            Json::Array(list) => match self.pairs(list) {
                Some(tags) => {
                    self.found.push(json!({ "service": self.service, "name": name, "tags": tags }));
                }
                None => list.iter().for_each(|inner| self.state(name, inner)),
            },
            _ => {}
        }
    }

    /// A list that is one of tags, with one of those that are looked for.
    fn pairs(&self, list: &[Json]) -> Option<Map<String, Json>> {
        let tags: Map<String, Json> = list.iter().map(pair).collect::<Option<_>>()?;
        tags.keys().any(|key| key.starts_with(self.prefix)).then_some(tags)
    }
}

/// A tag in a list of tags, whichever words the service has for its parts.
fn pair(value: &Json) -> Option<(String, Json)> {
    let map = value.as_object()?;
    let part = |words: [&str; 4]| words.iter().find_map(|word| map.get(*word)).cloned();
    let key = part(["key", "Key", "tag_key", "TagKey"])?;
    let value = part(["value", "Value", "tag_value", "TagValue"])?;
    Some((key.as_str()?.to_owned(), value))
}

/// What AWS still shows for a while although it is deleted.
fn is_gone(map: &Map<String, Json>) -> bool {
    let is = |key: &str, states: &[&str]| {
        map.get(key).and_then(Json::as_str).is_some_and(|state| states.contains(&state))
    };
    is("state", &["deleted", "terminated"])
        || is("key_state", &["PendingDeletion"])
        || map.get("deleted_date").is_some_and(|date| !date.is_null())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_found_whichever_way_a_service_keeps_them() {
        let world = json!({
            "tags": { "arn:1": { "dmsrun:resource": "a/1" }, "arn:2": { "other": "x" } },
            "items": {
                "i-1": { "tagSet": [{ "key": "dmsrun:resource", "value": "a/2" }] },
                "i-2": {
                    "state": "deleted",
                    "tagSet": [{ "key": "dmsrun:resource", "value": "a/3" }],
                },
            },
            "keys": [{ "tags": [{ "tag_key": "dmsrun:resource", "tag_value": "a/4" }] }],
        });
        let mut sweep = Sweep { prefix: "dmsrun:", service: "any", found: Vec::new() };
        sweep.state("us-east-1", &world);
        sweep.tags("arn:5", &BTreeMap::from([("dmsrun:resource".to_owned(), "a/5".to_owned())]));
        sweep.tags("arn:6", &BTreeMap::from([("other".to_owned(), "a/6".to_owned())]));
        let mut found: Vec<String> = sweep
            .found
            .iter()
            .map(|one| {
                format!("{} {}", one["name"], one["tags"]["dmsrun:resource"]).replace('"', "")
            })
            .collect();
        found.sort();
        assert_eq!(found, ["arn:1 a/1", "arn:5 a/5", "i-1 a/2", "keys a/4"]);
    }
}
