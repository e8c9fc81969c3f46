//! Everything in the account that carries certain tags, found in what the services keep: for checks
//! that must neither make a call nor let time pass.

use crate::{account::Account, store::FILES};
use serde_json::{Map, Value as Json, json};

impl Account {
    /// What carries a tag whose name starts with `prefix`, in the order of services and names.
    pub fn tagged_with(&self, prefix: &str) -> Vec<Json> {
        let mut found = Vec::new();
        for service in FILES {
            if let Some(body) = self.body(service) {
                walk(&body, "", &mut |name, tags| {
                    if tags.keys().any(|tag| tag.starts_with(prefix)) {
                        found.push(json!({ "service": service, "name": name, "tags": tags }));
                    }
                });
            }
        }
        found
    }
}

/// Calls `see` for every set of tags with the name of what carries it: the last key above that is
/// neither a number nor a word for tags.
fn walk(value: &Json, name: &str, see: &mut dyn FnMut(&str, &Map<String, Json>)) {
    match value {
        Json::Object(map) if is_gone(map) => {}
        Json::Object(map) => {
            if map.keys().any(|key| key.starts_with("dmsrun:")) {
                see(name, map);
                return;
            }
            for (key, inner) in map {
                // Answers to repeated requests are kept beside what they made.
                if key == "tokens" || key == "ours" {
                    continue;
                }
                let is_word = matches!(key.as_str(), "tags" | "tagSet" | "Tags" | "tag_list");
                walk(inner, if is_word { name } else { key }, see);
            }
        }
        Json::Array(list) => {
            let pairs: Option<Map<String, Json>> = list.iter().map(pair).collect();
            match pairs {
                Some(tags) if tags.keys().any(|key| key.starts_with("dmsrun:")) => see(name, &tags),
                _ => list.iter().for_each(|inner| walk(inner, name, see)),
            }
        }
        _ => {}
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
            "regions": { "us-east-1": {
                "tags": { "arn:1": { "dmsrun:resource": "a/1" }, "arn:2": { "other": "x" } },
                "items": {
                    "i-1": { "tagSet": [{ "key": "dmsrun:resource", "value": "a/2" }] },
                    "i-2": {
                        "state": "deleted",
                        "tagSet": [{ "key": "dmsrun:resource", "value": "a/3" }],
                    },
                },
                "keys": [{ "tags": [{ "tag_key": "dmsrun:resource", "tag_value": "a/4" }] }],
                "tokens": { "t": { "tags": { "dmsrun:resource": "a/5" } } },
            } },
        });
        let mut found = Vec::new();
        walk(&world, "", &mut |name, tags| {
            found.push(format!("{name} {}", tags["dmsrun:resource"]));
        });
        found.sort();
        assert_eq!(found, ["arn:1 \"a/1\"", "i-1 \"a/2\"", "keys \"a/4\""]);
    }
}
