//! Writes the Lua script that builds a document, with the builders of `require "mappings"`.
//!
//! Rules stand in the order of their ids: of two rules for one object the one written first wins, so
//! the script needs no ids. Names are kept where an author gave them (`:named`). What has no builder,
//! or says more than its builder can, stands as a table in DMS's own form.

mod builders;
mod lua;
mod records;
mod tables;

use super::{
    model::{Body, Rule},
    parse,
};
use lua::{Call, Chain, Lua};
use serde_json::{Map, Value};

/// The text of a Lua script that builds a document that means the same to DMS:
/// [`super::equal`] holds between the two. What can't be read of the document is kept as it stands.
///
/// ```
/// # use serde_json::json;
/// let document = json!({ "rules": [{ "rule-type": "selection", "rule-id": "1", "rule-name": "all",
///     "rule-action": "include",
///     "object-locator": { "schema-name": "production", "table-name": "%" } }] });
/// assert_eq!(
///     dmsrun_dms::mappings::to_lua(&document),
///     "local map = require \"mappings\"\n\nreturn map.rules {\n\tmap.include \"production.%\":named \"all\",\n}\n"
/// );
/// ```
pub fn to_lua(document: &Value) -> String {
    let rules = document.get("rules").and_then(Value::as_array);
    let mut items: Vec<Item> = Vec::new();
    let mut rest = Map::new();
    if let Value::Object(map) = document {
        rest.extend(
            map.iter()
                .filter(|(k, v)| *k != "rules" && !v.is_null())
                .map(|(k, v)| (k.clone(), v.clone())),
        );
    }
    if !rest.is_empty() {
        // A document among the rules brings its other keys along.
        let mut fields = vec![(Some("rules".to_owned()), Lua::Table(Vec::new()))];
        fields.extend(rest.iter().map(|(k, v)| (Some(k.clone()), Lua::of(v))));
        items.push(Item::Plain(Lua::Table(fields)));
    }
    for (value, rule) in ordered(rules.map_or(&[], Vec::as_slice)) {
        add(&mut items, value, rule.as_ref());
    }
    let mut out = String::new();
    let plain: String = items.iter().map(|i| i.text()).collect();
    if plain.contains("json.array") {
        out.push_str("local json = require \"json\"\n");
    }
    out.push_str("local map = require \"mappings\"\n\nreturn map.rules {\n");
    out.push_str(&plain);
    out.push_str("}\n");
    out
}

/// What stands between the braces.
enum Item {
    Built(Chain),
    Plain(Lua),
}

impl Item {
    fn text(&self) -> String {
        let text = match self {
            Self::Built(chain) => chain.text(1),
            Self::Plain(table) => table.text(1, 1),
        };
        format!("\t{text},\n")
    }
}

/// The rules in order of precedence: by id, those without one where they stood. Of tags the first
/// in the document wins, so they keep their order among themselves.
fn ordered(rules: &[Value]) -> Vec<(&Value, Option<Rule>)> {
    let read: Vec<(&Value, Option<Rule>)> = rules.iter().map(|v| (v, parse::one(v))).collect();
    let mut order: Vec<usize> = (0..read.len()).collect();
    let mut last = 0;
    let ids: Vec<u64> = read
        .iter()
        .map(|(_, rule)| {
            last = rule.as_ref().map_or(last, |r| r.id);
            last
        })
        .collect();
    order.sort_by_key(|n| (ids[*n], *n));
    let tag =
        |n: &usize| read[*n].1.as_ref().is_some_and(|r| matches!(r.body, Body::PostProcessing(_)));
    let mut tags: Vec<usize> = order.iter().copied().filter(|n| tag(n)).collect();
    tags.sort_unstable();
    let mut tags = tags.into_iter();
    for place in &mut order {
        if tag(place) {
            *place = tags.next().unwrap_or(*place);
        }
    }
    let mut read: Vec<Option<(&Value, Option<Rule>)>> = read.into_iter().map(Some).collect();
    order.into_iter().filter_map(|n| read[n].take()).collect()
}

fn add(items: &mut Vec<Item>, value: &Value, rule: Option<&Rule>) {
    let Some(mut built) = rule.and_then(builders::build) else {
        items.push(Item::Plain(plain(value, rule.is_some())));
        return;
    };
    if let Some(rule) = rule.filter(|r| worth_keeping(r)) {
        built.calls.push(Call { method: "named", args: vec![Lua::text_of(&rule.name)] });
    }
    // Rules on one object that follow each other are one chain.
    if let Some(Item::Built(last)) = items.last_mut()
        && last.takes(&built)
    {
        last.calls.append(&mut built.calls);
        return;
    }
    items.push(Item::Built(built));
}

/// Whether a name was given by an author: numbers are the console's, and the library makes names of
/// its own.
fn worth_keeping(rule: &Rule) -> bool {
    let name = &rule.name;
    !name.is_empty()
        && !name.bytes().all(|b| b.is_ascii_digit())
        && *name != builders::own_name(rule)
}

/// A rule in DMS's form. Ids of those that can be read are left to the library, which gives them in
/// the order of the script; nulls count as absent.
fn plain(value: &Value, readable: bool) -> Lua {
    let Value::Object(map) = value else { return Lua::of(value) };
    let kept = |key: &str, value: &Value| {
        let empty = value.as_array().is_some_and(Vec::is_empty) && key == "filters";
        !(value.is_null() || empty || (readable && key == "rule-id"))
    };
    let fields = map
        .iter()
        .filter(|(k, v)| kept(k, v))
        .map(|(k, v)| (Some(k.clone()), Lua::of(v)))
        .collect();
    Lua::Table(fields)
}
