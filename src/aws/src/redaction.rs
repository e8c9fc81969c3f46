//! Secrets by field and by value: learned from inputs and outputs, masked in what is shown.

use crate::shape::{Field, Type};
use dmsrun_base::{Map, Redactor, Secret, Value};

/// Keys inside JSON and connection strings whose values are secrets.
fn is_secret_key(key: &str) -> bool {
    let key: String =
        key.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    [
        "password",
        "passwd",
        "pwd",
        "passphrase",
        "secretkey",
        "secretaccesskey",
        "privatekey",
        "token",
    ]
    .iter()
    .any(|word| key.ends_with(word))
}

/// Teaches the redactor every secret in an input or output.
pub(crate) fn learn(value: &Value, fields: &[Field], redactor: &Redactor) {
    visit(value, &Shape::Members(fields), &mut |text| redactor.learn(text));
}

/// The same value with every secret masked: for the trace.
pub(crate) fn masked(value: &Value, fields: &[Field], redactor: &Redactor) -> String {
    let shown = mask(value, &Shape::Members(fields));
    redactor.scrub(&shown.to_json().to_string())
}

/// What is known of the value at hand.
enum Shape<'a> {
    Members(&'a [Field]),
    Of(&'a Type),
    Secret,
    Connection,
    Free,
}

impl Shape<'_> {
    fn member(&self, key: &str) -> Shape<'_> {
        let field = match self {
            Shape::Secret => return Shape::Secret,
            Shape::Members(fields) => fields.iter().find(|field| field.name == key),
            Shape::Of(Type::Map(item)) => return Shape::Of(item),
            Shape::Of(ty) => ty.fields().iter().find(|field| field.name == key),
            Shape::Connection | Shape::Free => None,
        };
        match field {
            Some(field) if field.secret => Shape::Secret,
            Some(field) if field.name == "extra_connection_attributes" => Shape::Connection,
            Some(field) => Shape::Of(field.ty),
            // A misspelt key may hold a secret all the same.
            None if is_secret_key(key) => Shape::Secret,
            None => Shape::Free,
        }
    }

    fn item(&self) -> Shape<'_> {
        match self {
            Shape::Secret => Shape::Secret,
            Shape::Of(Type::List(item)) => Shape::Of(item),
            _ => Shape::Free,
        }
    }
}

fn visit(value: &Value, shape: &Shape<'_>, learn: &mut dyn FnMut(&str)) {
    match (value, shape) {
        (Value::Secret(secret), _) => visit_secret(secret.reveal(), learn),
        (Value::String(text), Shape::Secret) => visit_secret(text, learn),
        (Value::Bytes(bytes), Shape::Secret) => {
            if let Ok(text) = std::str::from_utf8(bytes) {
                visit_secret(text, learn);
            }
        }
        (Value::String(text), Shape::Connection) => {
            connection_secrets(text).for_each(learn);
        }
        (Value::List(list), _) => list.iter().for_each(|v| visit(v, &shape.item(), learn)),
        (Value::Map(map), _) => map.iter().for_each(|(k, v)| visit(v, &shape.member(k), learn)),
        _ => {}
    }
}

/// A secret is learned whole; of one that is JSON, what looks like a secret inside as well.
fn visit_secret(text: &str, learn: &mut dyn FnMut(&str)) {
    learn(text);
    if text.trim_start().starts_with('{')
        && let Ok(json) = text.parse::<serde_json::Value>()
    {
        visit(&Value::from_json(json), &Shape::Free, learn);
    }
}

/// The values of `password=…` and its like in `a=b;c=d`.
fn connection_secrets(text: &str) -> impl Iterator<Item = &str> {
    text.split(';')
        .filter_map(|part| part.split_once('='))
        .filter(|(key, value)| is_secret_key(key) && !value.trim().is_empty())
        .map(|(_, value)| value.trim())
}

fn mask(value: &Value, shape: &Shape<'_>) -> Value {
    match (value, shape) {
        (Value::Null, _) => Value::Null,
        (Value::List(list), _) => {
            Value::List(list.iter().map(|v| mask(v, &shape.item())).collect())
        }
        (Value::Map(map), _) => Value::Map(mask_members(map, shape)),
        (_, Shape::Secret) => Value::Secret(Secret::new("")),
        (Value::String(text), Shape::Connection) => Value::String(mask_connection(text)),
        // A body may be long, and no trace is the place for it.
        (Value::String(text), Shape::Of(Type::Bytes)) => {
            Value::String(format!("<{} bytes>", text.len()))
        }
        (Value::Bytes(bytes), _) => Value::String(format!("<{} bytes>", bytes.len())),
        (other, _) => other.clone(),
    }
}

fn mask_members(map: &Map, shape: &Shape<'_>) -> Map {
    map.iter().map(|(k, v)| (k.clone(), mask(v, &shape.member(k)))).collect()
}

fn mask_connection(text: &str) -> String {
    let parts = text.split(';').map(|part| match part.split_once('=') {
        Some((key, _)) if is_secret_key(key) => format!("{key}=***"),
        _ => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join(";")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::registry::find;
    use serde_json::json;

    fn trace(service: &str, operation: &str, input: serde_json::Value) -> (String, Redactor) {
        let (_, operation) = find(service, operation).unwrap();
        let redactor = Redactor::new();
        let input = Value::from_json(input);
        learn(&input, operation.fields, &redactor);
        (masked(&input, operation.fields, &redactor), redactor)
    }

    #[test]
    fn a_password_is_masked_by_field_and_by_value() {
        let (text, redactor) = trace(
            "dms",
            "create_endpoint",
            json!({
                "endpoint_identifier": "a", "password": "hunter2!",
                "extra_connection_attributes": "x=1;sourcePassword=s3cr3t;y=2",
                "kafka_settings": {"sasl_password": "kafkaesque", "topic": "t"},
                "passwrd": "misspelt", "my_password": "misspelt too",
            }),
        );
        for secret in ["hunter2!", "s3cr3t", "kafkaesque", "misspelt too"] {
            assert!(!text.contains(secret), "{secret} in {text}");
            assert_eq!(redactor.scrub(secret), "***");
        }
        assert!(text.contains("x=1;sourcePassword=***;y=2"), "{text}");
        assert!(text.contains(r#""topic":"t""#));
    }

    #[test]
    fn a_body_is_told_by_its_size() {
        let (text, _) =
            trace("s3", "put_object", json!({"bucket": "b", "key": "k", "body": "hello"}));
        assert_eq!(text, r#"{"body":"<5 bytes>","bucket":"b","key":"k"}"#);
    }

    #[test]
    fn a_secret_that_is_json_teaches_what_is_inside() {
        let (text, redactor) = trace(
            "secretsmanager",
            "create_secret",
            json!({"name": "n", "secret_string": r#"{"username":"admin1","password":"inside-it"}"#}),
        );
        assert_eq!(text, r#"{"name":"n","secret_string":"***"}"#);
        assert_eq!(redactor.scrub("say inside-it to admin1"), "say *** to admin1");
    }
}
