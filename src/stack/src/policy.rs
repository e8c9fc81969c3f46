//! The canonical form of an IAM policy document, so that two spellings of one policy are equal.

use dmsrun_base::{Map, Value};

/// The document in its canonical form: statements in a fixed order, single members as lists, lists
/// that mean sets sorted, principals spelled one way. Text that is no JSON stays as it is.
pub fn canonical(value: &Value) -> Value {
    let Value::Map(document) = crate::compare::parse_json(value) else { return value.clone() };
    let mut out = Map::new();
    for (key, value) in document {
        if key == "Statement" {
            let mut statements: Vec<Value> = into_list(value).iter().map(statement).collect();
            statements.sort_by_key(|s| s.to_json().to_string());
            out.insert(key, Value::List(statements));
        } else {
            out.insert(key, value);
        }
    }
    Value::Map(out)
}

fn statement(value: &Value) -> Value {
    let Some(map) = value.as_map() else { return value.clone() };
    let member = |(key, value): (&String, &Value)| {
        let value = match key.as_str() {
            "Action" | "NotAction" => sorted(value.clone(), str::to_lowercase),
            "Resource" | "NotResource" => sorted(value.clone(), str::to_owned),
            "Principal" | "NotPrincipal" => principal(value),
            "Condition" => condition(value),
            _ => value.clone(),
        };
        (key.clone(), value)
    };
    Value::Map(map.iter().filter(|(_, v)| !v.is_null()).map(member).collect())
}

/// `"*"` and `{"AWS": "*"}` are the same, and so are an account's number and its root ARN.
fn principal(value: &Value) -> Value {
    let root = |text: &str| {
        let number = text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit());
        if number { format!("arn:aws:iam::{text}:root") } else { text.to_owned() }
    };
    match value {
        Value::Map(map) => {
            Value::Map(map.iter().map(|(k, v)| (k.clone(), sorted(v.clone(), root))).collect())
        }
        other => Value::Map(Map::from([("AWS".to_owned(), sorted(other.clone(), root))])),
    }
}

/// Operators hold keys, keys hold sets of texts; `true` and `"true"` are the same there.
fn condition(value: &Value) -> Value {
    let Some(operators) = value.as_map() else { return value.clone() };
    let keys = |keys: &Value| match keys.as_map() {
        Some(keys) => Value::Map(
            keys.iter()
                .map(|(k, v)| (k.to_lowercase(), sorted(v.clone(), str::to_owned)))
                .collect(),
        ),
        None => keys.clone(),
    };
    Value::Map(operators.iter().map(|(k, v)| (k.clone(), keys(v))).collect())
}

fn sorted(value: Value, spell: impl Fn(&str) -> String) -> Value {
    let text = |value: &Value| match value {
        Value::String(s) => spell(s),
        other => other.to_json().to_string(),
    };
    let mut texts: Vec<String> = into_list(value).iter().map(text).collect();
    texts.sort();
    texts.dedup();
    Value::List(texts.into_iter().map(Value::String).collect())
}

fn into_list(value: Value) -> Vec<Value> {
    match value {
        Value::List(list) => list,
        Value::Null => Vec::new(),
        one => vec![one],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_spellings_of_one_policy_are_equal() {
        let a = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"S3:GetObject",
            "Resource":["b","a"],"Principal":{"AWS":"123456789012"}}}"#;
        let b = serde_json::json!({"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Action": ["s3:GetObject"], "Resource": ["a", "b"],
            "Principal": {"AWS": ["arn:aws:iam::123456789012:root"]}}]});
        assert_eq!(canonical(&Value::from(a)), canonical(&Value::from_json(b)));
    }
}
