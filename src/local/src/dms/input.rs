//! The members of a request, read with their types checked as the real service checks them.

use super::faults::Fault;
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;

/// A request's members.
pub(crate) struct Input(Map<String, Json>);

impl Input {
    pub(crate) fn new(json: Json) -> Result<Self, Fault> {
        match json {
            Json::Object(map) => Ok(Self(map)),
            Json::Null => Ok(Self(Map::new())),
            _ => Err(Fault::wrong_type("The request", "an object")),
        }
    }

    /// The member, where it is there and not null.
    pub(crate) fn get(&self, key: &str) -> Option<&Json> {
        self.0.get(key).filter(|v| !v.is_null())
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    pub(crate) fn text(&self, key: &str) -> Result<Option<&str>, Fault> {
        self.get(key)
            .map(|v| v.as_str().ok_or_else(|| Fault::wrong_type(key, "a string")))
            .transpose()
    }

    pub(crate) fn owned(&self, key: &str) -> Result<Option<String>, Fault> {
        Ok(self.text(key)?.map(str::to_owned))
    }

    pub(crate) fn required(&self, key: &str) -> Result<&str, Fault> {
        self.text(key)?.ok_or_else(|| Fault::missing(key))
    }

    pub(crate) fn int(&self, key: &str) -> Result<Option<i64>, Fault> {
        self.get(key)
            .map(|v| v.as_i64().ok_or_else(|| Fault::wrong_type(key, "an integer")))
            .transpose()
    }

    pub(crate) fn flag(&self, key: &str) -> Result<Option<bool>, Fault> {
        self.get(key)
            .map(|v| v.as_bool().ok_or_else(|| Fault::wrong_type(key, "a boolean")))
            .transpose()
    }

    /// A time: seconds since 1970, as AWS JSON sends it.
    pub(crate) fn time(&self, key: &str) -> Result<Option<i64>, Fault> {
        self.get(key)
            .map(|v| match v {
                Json::Number(n) => n.as_f64().map(|s| (s * 1_000.0).round() as i64),
                Json::String(s) => super::time::parse(s),
                _ => None,
            })
            .map(|t| t.ok_or_else(|| Fault::wrong_type(key, "a timestamp")))
            .transpose()
    }

    pub(crate) fn object(&self, key: &str) -> Result<Option<&Map<String, Json>>, Fault> {
        self.get(key)
            .map(|v| v.as_object().ok_or_else(|| Fault::wrong_type(key, "a structure")))
            .transpose()
    }

    pub(crate) fn list(&self, key: &str) -> Result<Option<&Vec<Json>>, Fault> {
        self.get(key)
            .map(|v| v.as_array().ok_or_else(|| Fault::wrong_type(key, "a list")))
            .transpose()
    }

    pub(crate) fn texts(&self, key: &str) -> Result<Option<Vec<String>>, Fault> {
        let Some(list) = self.list(key)? else { return Ok(None) };
        let text = |v: &Json| {
            v.as_str().map(str::to_owned).ok_or_else(|| Fault::wrong_type(key, "a list of strings"))
        };
        list.iter().map(text).collect::<Result<Vec<_>, _>>().map(Some)
    }

    /// `Tags`, checked: `Key` is there, no reserved prefix, at most 50.
    pub(crate) fn tags(&self) -> Result<BTreeMap<String, String>, Fault> {
        let mut tags = BTreeMap::new();
        for tag in self.list("Tags")?.into_iter().flatten() {
            let key = tag["Key"].as_str().ok_or_else(|| Fault::value("A tag needs a key."))?;
            let lower = key.to_ascii_lowercase();
            if key.is_empty()
                || key.len() > 128
                || lower.starts_with("aws:")
                || lower.starts_with("dms:")
            {
                return Err(Fault::value(format!(
                    "The tag key {key} must be 1 to 128 characters long and must not begin with \
                     \"aws:\" or \"dms:\"."
                )));
            }
            let value = tag["Value"].as_str().unwrap_or_default();
            if value.len() > 256 {
                return Err(Fault::value(format!("The value of tag {key} is too long.")));
            }
            tags.insert(key.to_owned(), value.to_owned());
        }
        if tags.len() > 50 {
            return Err(Fault::value("A resource can have at most 50 tags."));
        }
        Ok(tags)
    }
}

/// Checks an identifier: a letter first, then letters, digits and single hyphens, none at the end.
pub(crate) fn identifier(member: &str, text: &str, longest: usize) -> Result<String, Fault> {
    let good = text.len() <= longest
        && text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        && !text.ends_with('-')
        && !text.contains("--");
    if good {
        return Ok(text.to_ascii_lowercase());
    }
    Err(Fault::value(format!(
        "The parameter {member} must be provided and must not be blank: \"{text}\" is not a valid \
         identifier. Identifiers must begin with a letter; must contain only ASCII letters, digits, \
         and hyphens; must not end with a hyphen or contain two consecutive hyphens; and must be at \
         most {longest} characters long."
    )))
}

/// Checks `ResourceIdentifier`, which forms the tail of the ARN.
pub(crate) fn resource_identifier(input: &Input) -> Result<Option<String>, Fault> {
    let Some(text) = input.text("ResourceIdentifier")? else { return Ok(None) };
    identifier("ResourceIdentifier", text, 31)?;
    Ok(Some(text.to_owned()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    #[test]
    fn identifiers_follow_the_rules() {
        assert_eq!(identifier("I", "Orders-1", 63).unwrap(), "orders-1");
        for bad in ["", "1a", "a-", "a--b", "a_b", "ä"] {
            assert_eq!(
                identifier("I", bad, 63).unwrap_err().code,
                "InvalidParameterValueException",
                "{bad}"
            );
        }
        assert!(identifier("I", &"a".repeat(64), 63).is_err());
    }

    #[test]
    fn wrong_types_and_absent_members_are_told_apart() {
        let input = Input::new(json!({"A": 1, "B": null})).unwrap();
        assert_eq!(input.text("A").unwrap_err().code, "SerializationException");
        assert_eq!(input.required("B").unwrap_err().code, "ValidationException");
        assert!(input.required("Bxx").unwrap_err().message.contains("'bxx'"));
    }

    #[test]
    fn reserved_tags_are_refused() {
        let tags = |key: &str| Input::new(json!({"Tags": [{"Key": key}]})).unwrap().tags();
        assert!(tags("dms:x").is_err() && tags("aws:x").is_err() && tags("").is_err());
        assert!(tags("dmsrun:stack").is_ok());
    }
}
