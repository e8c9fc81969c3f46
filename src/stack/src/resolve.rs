//! References replaced by what they stand for; what is not known yet is left as it is.

use dmsrun_base::{Map, Reference, Secret, Value};

/// The value with every reference replaced that `lookup` knows. A template becomes text once all of
/// its parts are known.
pub fn resolve(value: &Value, lookup: &dyn Fn(&Reference) -> Option<Value>) -> Value {
    match value {
        Value::Reference(r) => lookup(r).unwrap_or_else(|| value.clone()),
        Value::Template(parts) => {
            join(parts.iter().map(|part| resolve(part, lookup)).collect::<Vec<_>>())
        }
        Value::List(list) => Value::List(list.iter().map(|v| resolve(v, lookup)).collect()),
        Value::Map(map) => Value::Map(resolve_map(map, lookup)),
        other => other.clone(),
    }
}

/// The same for every value of a map.
pub fn resolve_map(map: &Map, lookup: &dyn Fn(&Reference) -> Option<Value>) -> Map {
    map.iter().map(|(key, value)| (key.clone(), resolve(value, lookup))).collect()
}

/// Whether anything in the value is still unknown.
pub fn is_unknown(value: &Value) -> bool {
    match value {
        Value::Reference(_) | Value::Template(_) => true,
        Value::List(list) => list.iter().any(is_unknown),
        Value::Map(map) => map.values().any(is_unknown),
        _ => false,
    }
}

/// What a path leads to inside a resource's outputs. A number counts the members of a list from 1.
pub fn output(outputs: &Map, path: &[String]) -> Option<Value> {
    let (first, rest) = path.split_first()?;
    let mut value = outputs.get(first)?;
    for key in rest {
        value = match value {
            Value::Map(map) => map.get(key)?,
            Value::List(list) => list.get(key.parse::<usize>().ok()?.checked_sub(1)?)?,
            _ => return None,
        };
    }
    (!value.is_null()).then(|| value.clone())
}

/// One text of the parts of a template; still a template while one of them is unknown. A secret
/// part makes the whole text a secret.
fn join(parts: Vec<Value>) -> Value {
    if parts.iter().any(is_unknown) {
        return Value::Template(parts);
    }
    let mut text = String::new();
    let mut secret = false;
    for part in &parts {
        match part {
            Value::String(s) => text.push_str(s),
            Value::Secret(s) => {
                secret = true;
                text.push_str(s.reveal());
            }
            Value::Int(n) => text.push_str(&n.to_string()),
            Value::Null => {}
            other => text.push_str(&other.to_json_revealed().to_string()),
        }
    }
    if secret { Value::Secret(Secret::new(text)) } else { Value::String(text) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dmsrun_base::ResourceId;

    fn reference(path: &[&str]) -> Value {
        Value::Reference(Reference {
            target: ResourceId::new("s3.bucket", "logs"),
            path: path.iter().map(|s| (*s).to_owned()).collect(),
        })
    }

    #[test]
    fn a_template_becomes_text_once_all_is_known() {
        let template = Value::Template(vec![reference(&["arn"]), "/*".into()]);
        assert_eq!(resolve(&template, &|_| None), template);
        assert_eq!(resolve(&template, &|_| Some("arn:x".into())), Value::from("arn:x/*"));
    }

    #[test]
    fn a_path_leads_into_maps_and_lists() {
        let outputs = Map::from([(
            "zones".to_owned(),
            Value::List(vec![Value::Map(Map::from([("name".to_owned(), "a".into())]))]),
        )]);
        let path = ["zones", "1", "name"].map(str::to_owned);
        assert_eq!(output(&outputs, &path), Some("a".into()));
        assert_eq!(output(&outputs, &["zones".to_owned(), "0".to_owned()]), None);
    }
}
