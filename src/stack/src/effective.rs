//! The declared resource as it is sent and compared: plain secrets sealed, the engine's marks among
//! its tags.

use crate::model::{Declared, Live, Property, Schema, tags};
use dmsrun_base::{Map, Secret, Value};
use std::collections::BTreeMap;

/// The declared resource as it is sent and compared: plain secrets sealed, its marks among its
/// tags.
pub(crate) fn effective(declared: &Declared, schema: &Schema, live: Option<&Live>) -> Declared {
    let mut out = declared.clone();
    out.properties = seal(&declared.properties, &schema.properties);
    if schema.shared || !schema.properties.contains_key("tags") {
        return out;
    }
    let mut marks = Vec::new();
    for (tag, wanted, there) in [
        (tags::PROTECT, declared.protect, live.is_some_and(Live::is_protected)),
        (tags::RETAIN, declared.retain, live.is_some_and(Live::is_retained)),
    ] {
        // An absent tag and `false` mean the same; `false` is written only over a `true`.
        if wanted || there {
            marks.push((tag.to_owned(), wanted.to_string()));
        }
    }
    let depends: Vec<String> = declared.depends_on.iter().map(ToString::to_string).collect();
    let depends = depends.join(" ");
    // A tag holds 256 characters; the parents that a kind reports cover what does not fit.
    if !depends.is_empty() && depends.len() <= 256 {
        marks.push((tags::DEPENDS.to_owned(), depends));
    }
    if !marks.is_empty() {
        let entry = out.properties.entry("tags".to_owned()).or_insert_with(|| Map::new().into());
        if entry.as_list().is_some_and(<[Value]>::is_empty) || entry.is_null() {
            *entry = Map::new().into();
        }
        if let Value::Map(map) = entry {
            map.extend(marks.into_iter().map(|(k, v)| (k, Value::from(v))));
        }
    }
    out
}

/// The properties with every plain text sealed that the schema calls a secret.
pub fn seal(map: &Map, schema: &BTreeMap<String, Property>) -> Map {
    map.iter()
        .map(|(name, value)| {
            let sealed = match schema.get(name) {
                Some(property) => seal_value(value, property),
                None => value.clone(),
            };
            (name.clone(), sealed)
        })
        .collect()
}

fn seal_value(value: &Value, property: &Property) -> Value {
    match (value, &property.fields, &property.items) {
        (Value::String(text), _, _) if property.secret => Value::Secret(Secret::new(text.as_str())),
        (Value::Map(map), Some(fields), _) => Value::Map(seal(map, fields)),
        (Value::Map(map), None, Some(item)) => {
            Value::Map(map.iter().map(|(k, v)| (k.clone(), seal_value(v, item))).collect())
        }
        (Value::List(list), _, Some(item)) => {
            Value::List(list.iter().map(|v| seal_value(v, item)).collect())
        }
        _ => value.clone(),
    }
}
