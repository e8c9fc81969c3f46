//! Which builders make object mappings, tags and validation functions.

use super::{
    builders::{call, chain, column_name, full, table_name},
    lua::{Chain, Lua},
};
use crate::mappings::model::*;
use serde_json::{Map, Value};

pub(super) fn object_mapping(rule: &Rule, o: &ObjectMapping) -> Option<Chain> {
    let function = match o.action {
        ObjectAction::Record => "map.record",
        ObjectAction::Document => "map.document",
    };
    let everything = rule.locator == Locator::default();
    let object = if everything { Lua::Table(Vec::new()) } else { table_name(rule)? };
    let mut fields: Vec<(&str, Lua)> = Vec::new();
    for (key, text) in [("table", &o.target_table), ("topic", &o.topic)] {
        if text.is_some() {
            fields.push((key, Lua::text_of(full(text)?)));
        }
    }
    if let Some(parameters) = &o.parameters {
        let made = parameter_fields(parameters)?;
        if made.is_empty() {
            return None;
        }
        fields.extend(made);
    }
    let mut args = vec![object];
    if !fields.is_empty() {
        args.push(Lua::fields(fields));
    }
    Some(Chain { function, args, calls: Vec::new() })
}

fn parameter_fields(parameters: &Map<String, Value>) -> Option<Vec<(&'static str, Lua)>> {
    const KEY_TYPES: &[&str] =
        &["schema-table", "transaction-id", "primary-key", "constant", "attribute-name"];
    let text = |value: &Value| value.as_str().filter(|t| !t.is_empty()).map(Lua::text_of);
    let mut out = Vec::new();
    for (key, value) in parameters.iter().filter(|(_, v)| !v.is_null()) {
        out.push(match key.as_str() {
            "partition-key-type" => {
                let known = value.as_str().is_some_and(|t| KEY_TYPES.contains(&t));
                ("partition_key_type", text(value).filter(|_| known)?)
            }
            "partition-key-name" => ("partition_key_name", text(value)?),
            "sort-key-name" => ("sort_key_name", text(value)?),
            "partition-key" => {
                let map = value.as_object().filter(|m| m.len() == 1)?;
                ("partition_key", Lua::text_of(map.get("value")?.as_str()?))
            }
            "exclude-columns" => {
                let list = value.as_array().filter(|l| !l.is_empty())?;
                let texts: Option<Vec<String>> = list
                    .iter()
                    .map(|v| v.as_str().filter(|t| !t.is_empty()).map(str::to_owned))
                    .collect();
                ("exclude_columns", Lua::texts(&texts?))
            }
            "attribute-mappings" => {
                let list = value.as_array().filter(|l| !l.is_empty())?;
                let items: Option<Vec<Lua>> = list.iter().map(attribute).collect();
                ("attributes", Lua::list(items?.into_iter()))
            }
            _ => return None,
        });
    }
    Some(out)
}

fn attribute(value: &Value) -> Option<Lua> {
    let map = value.as_object()?;
    let text = |key: &str| map.get(key).and_then(Value::as_str).filter(|t| !t.is_empty());
    let name = text("target-attribute-name")?;
    let (kind, sub) = (text("attribute-type")?, text("attribute-sub-type")?);
    let value = map.get("value")?;
    let shaped = value.is_string() || value.as_object().is_some_and(|m| !m.is_empty());
    if map.len() != 4 || !shaped || !["scalar", "document"].contains(&kind) {
        return None;
    }
    if kind == "scalar" && sub == "string" && value.as_str() == Some(&format!("${{{name}}}")) {
        return Some(Lua::text_of(name));
    }
    let mut fields = vec![("name", Lua::text_of(name))];
    if kind != "scalar" {
        fields.push(("type", Lua::text_of(kind)));
    }
    if sub != "string" {
        fields.push(("sub_type", Lua::text_of(sub)));
    }
    fields.push(("value", Lua::of(value)));
    Some(Lua::fields(fields))
}

pub(super) fn post_processing(rule: &Rule, p: &PostProcessing) -> Option<Chain> {
    // The builder writes tags in the order of their keys.
    let sorted = p.tags.windows(2).all(|w| w[0].0 < w[1].0);
    let good = (1..=10).contains(&p.tags.len()) && p.tags.iter().all(|(k, _)| !k.is_empty());
    if !sorted || !good {
        return None;
    }
    let tags = Lua::fields(p.tags.iter().map(|(k, v)| (k.as_str(), Lua::text_of(v))));
    let args = vec![table_name(rule)?, tags];
    Some(Chain { function: "map.tag", args, calls: Vec::new() })
}

pub(super) fn validation(rule: &Rule, v: &Validation) -> Option<Chain> {
    let functions = Lua::fields([
        ("source", Lua::text_of(full(&v.source_function)?)),
        ("target", Lua::text_of(full(&v.target_function)?)),
    ]);
    let object = column_name(rule).filter(|_| rule.locator.data_type.is_none())?;
    Some(chain("map.column", object, vec![call("validate_as", vec![functions])]))
}
