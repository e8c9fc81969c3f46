//! Object mapping, post-processing and validation rules.

use super::One;
use crate::{
    codes,
    engines::Family,
    finding::Severity,
    mappings::{
        model::{ObjectMapping, PostProcessing, Validation},
        reader::{kind, scalar, unknown_word},
    },
};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

const KEY_TYPES: &[&str] =
    &["schema-table", "transaction-id", "primary-key", "constant", "attribute-name"];
const PARAMETERS: &[&str] = &[
    "partition-key-type",
    "partition-key-name",
    "sort-key-name",
    "partition-key",
    "exclude-columns",
    "attribute-mappings",
];
const ATTRIBUTE: &[&str] =
    &["target-attribute-name", "attribute-type", "attribute-sub-type", "value"];

pub(super) fn object_mapping(one: &mut One<'_, '_>, mapping: &ObjectMapping) {
    for_target(one, mapping);
    let Some(parameters) = &mapping.parameters else {
        if one.context.target_is(&[Family::Dynamodb]) {
            let message = "DynamoDB needs mapping-parameters with partition-key-name";
            one.report(&codes::M503, "mapping-parameters", message);
        }
        return;
    };
    for key in parameters.keys().filter(|k| !PARAMETERS.contains(&k.as_str())) {
        let message = format!("mapping-parameters does not know the key \"{key}\"");
        one.report(&codes::M118, &format!("mapping-parameters.{key}"), message).hint =
            dmsrun_diag::did_you_mean(key, PARAMETERS.iter().copied());
    }
    types(one, parameters);
    let text = |key: &str| parameters.get(key).and_then(Value::as_str);
    let named = parameters.get("partition-key").and_then(|k| k.get("value"));
    let named = named.and_then(scalar).is_some_and(|v| !v.is_empty());
    match text("partition-key-type") {
        Some(kind) if !KEY_TYPES.contains(&kind) => {
            let message = format!("partition-key-type \"{kind}\" does not exist");
            one.report(&codes::M501, "mapping-parameters.partition-key-type", message).hint =
                Some(unknown_word(kind, KEY_TYPES));
        }
        Some(kind @ ("constant" | "attribute-name")) if !named => {
            let message = format!("partition-key-type \"{kind}\" needs partition-key with a value");
            one.report(&codes::M503, "mapping-parameters", message);
        }
        _ => {}
    }
    if one.context.target_is(&[Family::Dynamodb]) && text("partition-key-name").is_none() {
        let message = "DynamoDB needs partition-key-name";
        one.report(&codes::M503, "mapping-parameters", message);
    }
    attributes(one, parameters.get("attribute-mappings"));
}

/// Whether every parameter is of its type.
fn types(one: &mut One<'_, '_>, parameters: &Map<String, Value>) {
    for key in PARAMETERS {
        let Some(value) = parameters.get(*key).filter(|v| !v.is_null()) else { continue };
        let (good, wanted) = match *key {
            "partition-key" => (value.is_object(), "an object"),
            "attribute-mappings" => {
                let objects = value.as_array().is_some_and(|l| l.iter().all(Value::is_object));
                (objects, "a list of objects")
            }
            "exclude-columns" => {
                let texts = value.as_array().is_some_and(|l| l.iter().all(Value::is_string));
                (texts, "a list of texts")
            }
            _ => (value.is_string(), "text"),
        };
        if !good {
            let message = format!("{key} is {}, not {wanted}", kind(value));
            one.report(&codes::M117, &format!("mapping-parameters.{key}"), message);
        }
    }
}

/// Keys that belong to another target.
fn for_target(one: &mut One<'_, '_>, mapping: &ObjectMapping) {
    let Some(target) = one.context.target() else { return };
    let has = |key: &str| mapping.parameters.as_ref().is_some_and(|p| p.contains_key(key));
    let (table, topic) = (mapping.target_table.is_some(), mapping.topic.is_some());
    for (there, key, family) in [
        (table, "target-table-name", Family::Dynamodb),
        (topic, "kafka-target-topic", Family::Kafka),
        (has("sort-key-name"), "mapping-parameters.sort-key-name", Family::Dynamodb),
    ] {
        if there && target.family != family {
            let word = key.rsplit('.').next().unwrap_or(key);
            let message = format!("{word} has no effect for a {} target", target.name);
            one.report(&codes::M126, key, message);
        }
    }
}

/// The columns that an object mapping names, with the key under which it does.
pub(super) fn columns_in(parameters: &Map<String, Value>) -> Vec<(&'static str, String)> {
    let mut out = Vec::new();
    let texts = |value: Option<&Value>| -> Vec<String> {
        let list = value.and_then(Value::as_array).into_iter().flatten();
        list.filter_map(Value::as_str).map(str::to_owned).collect()
    };
    out.extend(
        texts(parameters.get("exclude-columns")).into_iter().map(|c| ("exclude-columns", c)),
    );
    let attributes = parameters.get("attribute-mappings").and_then(Value::as_array);
    for value in attributes.into_iter().flatten().filter_map(|a| a.get("value")) {
        let mut found = Vec::new();
        texts_in(value, &mut found);
        out.extend(found.into_iter().map(|c| ("attribute-mappings", c)));
    }
    out
}

/// The names in `${…}` anywhere in a value.
fn texts_in(value: &Value, out: &mut Vec<String>) {
    match value {
        Value::String(text) => out.extend(placeholders(text).map(str::to_owned)),
        Value::Array(list) => list.iter().for_each(|v| texts_in(v, out)),
        Value::Object(map) => map.values().for_each(|v| texts_in(v, out)),
        _ => {}
    }
}

fn attributes(one: &mut One<'_, '_>, list: Option<&Value>) {
    let list = list.and_then(Value::as_array).into_iter().flatten();
    let mut names = BTreeSet::new();
    for (index, attribute) in list.enumerate() {
        let at = format!("mapping-parameters.attribute-mappings[{index}]");
        let name = attribute.get("target-attribute-name").and_then(Value::as_str);
        if let Some(name) = name.filter(|n| !names.insert(*n)) {
            let message =
                format!("two attributes are named \"{name}\": which of them counts is ambiguous");
            one.report(&codes::M502, &format!("{at}.target-attribute-name"), message).severity =
                Severity::Warning;
        }
        for key in ATTRIBUTE.iter().filter(|k| attribute.get(**k).is_none_or(Value::is_null)) {
            one.report(&codes::M502, &at, format!("the attribute mapping has no {key}"));
        }
        let kind = attribute.get("attribute-type").and_then(Value::as_str);
        if let Some(kind) = kind.filter(|k| !["scalar", "document"].contains(k)) {
            let message = format!("attribute-type \"{kind}\" does not exist");
            one.report(&codes::M502, &format!("{at}.attribute-type"), message).hint =
                Some("it is \"scalar\" or \"document\"".into());
        }
    }
}

pub(super) fn post_processing(one: &mut One<'_, '_>, post: &PostProcessing) {
    let count = post.tags.len();
    if !(1..=10).contains(&count) {
        one.report(&codes::M505, "tag-set", format!("tag-set has {count} tags; it takes 1 to 10"));
    }
    let mut keys = BTreeSet::new();
    for (index, (key, value)) in post.tags.iter().enumerate() {
        if !key.is_empty() && !keys.insert(key) {
            let message = format!("the key \"{key}\" is there twice: an object has one tag of it");
            one.report(&codes::M505, &format!("tag-set[{index}].key"), message);
        }
        if key.is_empty() {
            one.report(&codes::M505, &format!("tag-set[{index}].key"), "the tag has no key");
        }
        for name in placeholders(value) {
            if !["schema-name", "table-name"].contains(&name) {
                let message = format!("tags don't know ${{{name}}}");
                one.report(&codes::M506, &format!("tag-set[{index}].value"), message).hint =
                    Some("${schema-name} or ${table-name}".into());
            }
        }
    }
}

fn placeholders(text: &str) -> impl Iterator<Item = &str> {
    text.split("${").skip(1).filter_map(|rest| rest.split_once('}').map(|(name, _)| name))
}

pub(super) fn validation(one: &mut One<'_, '_>, validation: &Validation) {
    for (key, function) in [
        ("source-function", &validation.source_function),
        ("target-function", &validation.target_function),
    ] {
        if function.as_deref().is_none_or(|f| f.trim().is_empty()) {
            one.report(&codes::M507, key, format!("the rule has no {key}"));
            continue;
        }
        let text = function.as_deref().unwrap_or_default();
        let unknown = placeholders(text).find(|p| *p != "column-name");
        if let Some(name) = unknown {
            let message = format!("functions don't know ${{{name}}}");
            one.report(&codes::M506, key, message).hint = Some("${column-name}".into());
        } else if placeholders(text).next().is_none() {
            let message = format!("{key} does not use the column");
            one.report(&codes::M511, key, message).hint =
                Some("write ${column-name} where the column stands".into());
        }
    }
}
