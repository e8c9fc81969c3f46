//! What one region holds, and what becomes of it as time passes.

use super::kinds::{Kind, kind};
use crate::wire::Refusal;
use dmsrun_base::Timestamp;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

/// Where an item keeps its place in the order of creation.
const ORDER: &str = "_n";
/// Where an item keeps what will become of it: a list of `{at, set}` or `{at, gone}`.
const DUE: &str = "_due";

/// A client token that was used.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Token {
    pub asked: String,
    pub answer: Json,
    pub at: Timestamp,
}

/// The items of a region.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Region {
    items: BTreeMap<String, BTreeMap<String, Json>>,
    pub tokens: BTreeMap<String, Token>,
    /// How many items were made.
    count: u64,
}

impl Region {
    pub fn get(&self, name: &str, id: &str) -> Option<&Json> {
        self.items.get(name)?.get(id)
    }

    pub fn get_mut(&mut self, name: &str, id: &str) -> Option<&mut Json> {
        self.items.get_mut(name)?.get_mut(id)
    }

    /// An item that must be there.
    pub fn find(&self, name: &str, id: &str) -> Result<&Json, Refusal> {
        self.get(name, id).ok_or_else(|| missing(kind(name), id))
    }

    pub fn find_mut(&mut self, name: &str, id: &str) -> Result<&mut Json, Refusal> {
        self.get_mut(name, id).ok_or_else(|| missing(kind(name), id))
    }

    /// All items by their ids, kind by kind.
    pub fn items(&self) -> impl Iterator<Item = (&String, &Json)> {
        self.items.values().flatten()
    }

    /// All items of a kind in the order in which they were made.
    pub fn all(&self, name: &str) -> Vec<&Json> {
        let mut all: Vec<&Json> =
            self.items.get(name).into_iter().flat_map(|m| m.values()).collect();
        all.sort_by_key(|item| item[ORDER].as_u64());
        all
    }

    /// The ids of the items of a kind for which `test` holds.
    pub fn ids(&self, name: &str, test: impl Fn(&Json) -> bool) -> Vec<String> {
        let id = kind(name).id;
        let all = self.all(name).into_iter().filter(|item| test(item));
        all.filter_map(|item| item[id].as_str().map(str::to_owned)).collect()
    }

    pub fn any(&self, name: &str, test: impl Fn(&Json) -> bool) -> bool {
        self.items.get(name).is_some_and(|items| items.values().any(test))
    }

    pub fn insert(&mut self, name: &str, mut item: Json) {
        self.count += 1;
        item[ORDER] = json!(self.count);
        let id = item[kind(name).id].as_str().unwrap_or_default().to_owned();
        self.items.entry(name.to_owned()).or_default().insert(id, item);
    }

    pub fn remove(&mut self, name: &str, id: &str) -> Option<Json> {
        self.items.get_mut(name)?.remove(id)
    }

    pub fn remove_all(&mut self, name: &str, test: impl Fn(&Json) -> bool) {
        if let Some(items) = self.items.get_mut(name) {
            items.retain(|_, item| !test(item));
        }
    }

    /// Does what is due, in the order of time; whether anything changed.
    pub fn tick(&mut self, now: Timestamp) -> bool {
        let mut due: Vec<(Timestamp, &'static str, String)> = Vec::new();
        for name in ["natgateway", "vpc-endpoint"] {
            for (id, item) in self.items.get(name).into_iter().flatten() {
                due.extend(
                    item[DUE]
                        .as_array()
                        .into_iter()
                        .flatten()
                        .filter_map(|step| step["at"].as_str()?.parse().ok())
                        .filter(|at| *at <= now)
                        .map(|at| (at, name, id.clone())),
                );
            }
        }
        due.sort();
        for (at, name, id) in &due {
            self.pass(*at, name, id);
        }
        !due.is_empty()
    }

    fn pass(&mut self, at: Timestamp, name: &'static str, id: &str) {
        let Some(item) = self.get_mut(name, id) else { return };
        let Some(steps) = item[DUE].as_array_mut() else { return };
        let Some(found) = steps.iter().position(|s| s["at"].as_str() == Some(&at.to_string()))
        else {
            return;
        };
        let step = steps.remove(found);
        if let Json::Object(set) = &step["set"] {
            for (member, value) in set {
                item[member.as_str()] = value.clone();
            }
        }
        let deleted = step["set"]["state"] == "deleted";
        if step["gone"] == true {
            self.remove(name, id);
        }
        if deleted || step["gone"] == true {
            self.release_interfaces_of(name, id);
        }
    }

    /// What a gateway or an endpoint that is gone no longer holds: interfaces, and their addresses.
    pub fn release_interfaces_of(&mut self, name: &str, id: &str) {
        let interfaces = self.ids("network-interface", |eni| eni["_owner"] == id);
        for eni in &interfaces {
            self.remove("network-interface", eni);
        }
        if name == "natgateway" {
            for address in self.ids("elastic-ip", |a| {
                a["networkInterfaceId"].as_str().is_some_and(|e| interfaces.iter().any(|i| i == e))
            }) {
                self.detach_address(&address);
            }
        }
    }

    /// An address belongs to nobody any more.
    pub fn detach_address(&mut self, allocation: &str) {
        let Some(Json::Object(address)) = self.get_mut("elastic-ip", allocation) else { return };
        for member in [
            "associationId",
            "networkInterfaceId",
            "networkInterfaceOwnerId",
            "privateIpAddress",
            "instanceId",
            "serviceManaged",
        ] {
            address.remove(member);
        }
    }
}

/// A step of an item's future.
pub(crate) fn later(now: Timestamp, seconds: i64, set: Json) -> Json {
    let at = now.checked_add(SignedDuration::from_secs(seconds)).unwrap_or(now);
    if set.is_null() {
        json!({ "at": at.to_string(), "gone": true })
    } else {
        json!({ "at": at.to_string(), "set": set })
    }
}

pub(crate) fn missing(kind: &Kind, id: &str) -> Refusal {
    Refusal::new(kind.missing.0, kind.missing.1.replace("{}", id))
}
