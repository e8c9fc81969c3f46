//! Secrets by field and by value: learned from inputs and outputs, masked in what is shown.

use crate::shape::{Field, Type};
use dmsrun_base::{
    Map, Redactor, Secret, Value,
    confidential::{inner_secrets, is_attributes_name, is_secret_name, learn_text},
};

/// Teaches the redactor every secret in an input or output.
pub(crate) fn learn(value: &Value, fields: &[Field], redactor: &Redactor) {
    visit("", value, &Shape::Members(fields), &mut |found| match found {
        Found::Secret(text) => redactor.learn(text),
        Found::Text { name, text } => learn_text(name, text, redactor),
    });
}

/// What may have to be learned.
enum Found<'a> {
    Secret(&'a str),
    /// A text with secrets in it, perhaps.
    Text {
        name: &'a str,
        text: &'a str,
    },
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
            _ if is_attributes_name(key) => Shape::Connection,
            Some(field) => Shape::Of(field.ty),
            // A misspelt key may hold a secret all the same.
            None if is_secret_name(key) => Shape::Secret,
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

fn visit(name: &str, value: &Value, shape: &Shape<'_>, learn: &mut dyn FnMut(Found<'_>)) {
    match (value, shape) {
        (Value::Secret(secret), _) => visit_secret(secret.reveal(), learn),
        (Value::String(text), Shape::Secret) => visit_secret(text, learn),
        (Value::Bytes(bytes), Shape::Secret) => {
            if let Ok(text) = std::str::from_utf8(bytes) {
                visit_secret(text, learn);
            }
        }
        (Value::String(text), _) => learn(Found::Text { name, text }),
        (Value::List(list), _) => list.iter().for_each(|v| visit(name, v, &shape.item(), learn)),
        (Value::Map(map), _) => map.iter().for_each(|(k, v)| visit(k, v, &shape.member(k), learn)),
        _ => {}
    }
}

/// A secret is learned whole; of one that is JSON, what looks like a secret inside as well.
fn visit_secret(text: &str, learn: &mut dyn FnMut(Found<'_>)) {
    learn(Found::Secret(text));
    if text.trim_start().starts_with('{')
        && let Ok(json) = text.parse::<serde_json::Value>()
    {
        visit("", &Value::from_json(json), &Shape::Free, learn);
    }
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
        (Value::String(text), _) => Value::String(mask_inside(text)),
        (other, _) => other.clone(),
    }
}

fn mask_members(map: &Map, shape: &Shape<'_>) -> Map {
    map.iter().map(|(k, v)| (k.clone(), mask(v, &shape.member(k)))).collect()
}

fn mask_connection(text: &str) -> String {
    let parts = text.split(';').map(|part| match part.split_once('=') {
        Some((key, _)) if is_secret_name(key) => format!("{key}=***"),
        _ => mask_inside(part),
    });
    parts.collect::<Vec<_>>().join(";")
}

/// A text that is no secret, without those in it.
fn mask_inside(text: &str) -> String {
    let mut out = text.to_owned();
    for secret in inner_secrets(text) {
        out = out.replace(secret, "***");
    }
    out
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
                "oracle_settings": {"security_db_encryption": "tde-key-1"},
                "my_sql_settings": {
                    "after_connect_script": "ALTER USER u IDENTIFIED BY 'in-script'",
                },
                "passwrd": "misspelt", "my_password": "misspelt too",
            }),
        );
        for secret in ["hunter2!", "s3cr3t", "kafkaesque", "misspelt too", "tde-key-1", "in-script"]
        {
            assert!(!text.contains(secret), "{secret} in {text}");
            assert_eq!(redactor.scrub(secret), "***");
        }
        assert!(text.contains("x=1;sourcePassword=***;y=2"), "{text}");
        assert!(text.contains(r#""topic":"t""#));
    }

    #[test]
    fn the_password_in_a_url_and_the_key_among_attributes_are_masked() {
        let input = json!({"protocol": "https", "endpoint": "https://user:pw-of-url@host/x"});
        let (text, redactor) = trace("sns", "subscribe", input);
        assert!(text.contains("https://user:***@host/x"), "{text}");
        assert_eq!(redactor.scrub("pw-of-url"), "***");
        let eca = "securityDbEncryption=TDEkey77;securityDbEncryptionName=n;asmPassword=abc";
        let input = json!({"endpoint_identifier": "a", "extra_connection_attributes": eca});
        let (text, _) = trace("dms", "create_endpoint", input);
        let shown = "securityDbEncryption=***;securityDbEncryptionName=n;asmPassword=***";
        assert!(text.contains(shown), "{text}");
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
