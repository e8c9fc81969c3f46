//! Object mapping, post-processing and validation rules.

use super::One;
use crate::{
    codes,
    engines::Family,
    mappings::{
        model::{ObjectMapping, PostProcessing, Validation},
        reader::unknown_word,
    },
};
use serde_json::Value;

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
    let text = |key: &str| parameters.get(key).and_then(Value::as_str);
    let named = parameters.get("partition-key").and_then(|k| k.get("value")).is_some();
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

fn attributes(one: &mut One<'_, '_>, list: Option<&Value>) {
    let list = list.and_then(Value::as_array).into_iter().flatten();
    for (index, attribute) in list.enumerate() {
        let at = format!("mapping-parameters.attribute-mappings[{index}]");
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
    for (index, (key, value)) in post.tags.iter().enumerate() {
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
        }
    }
}
