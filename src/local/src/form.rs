//! The form of a query request: `Filter.1.Value.2=…` read as lists and structures.

use crate::wire::Refusal;
use std::collections::BTreeMap;

/// The parameters of a request, or of a structure in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Form(BTreeMap<String, String>);

/// A bound on the elements of a list: AWS takes far fewer.
const MAX_ELEMENTS: usize = 2000;

impl Form {
    /// Reads a request's body.
    pub fn parse(body: &[u8]) -> Self {
        let text = String::from_utf8_lossy(body);
        Self(
            text.split('&')
                .filter(|pair| !pair.is_empty())
                .map(|pair| {
                    let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                    (decode(name), decode(value))
                })
                .collect(),
        )
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// A parameter that must be there.
    pub fn required(&self, name: &str) -> Result<&str, Refusal> {
        self.get(name).filter(|v| !v.is_empty()).ok_or_else(|| {
            let message = format!("The request must contain the parameter {name}");
            Refusal::new("MissingParameter", message)
        })
    }

    pub fn flag(&self, name: &str) -> Option<bool> {
        self.get(name).map(|v| v == "true")
    }

    pub fn integer(&self, name: &str) -> Result<Option<i64>, Refusal> {
        let Some(text) = self.get(name) else { return Ok(None) };
        text.parse().map(Some).map_err(|_| {
            let message = format!("Value ({text}) for parameter {name} is invalid.");
            Refusal::new("InvalidParameterValue", message)
        })
    }

    /// The values of `Name.1`, `Name.2` …
    pub fn list(&self, name: &str) -> Vec<String> {
        (1..=MAX_ELEMENTS).map_while(|n| self.0.get(&format!("{name}.{n}")).cloned()).collect()
    }

    /// The structures `Name.1.…`, `Name.2.…`
    pub fn structures(&self, name: &str) -> Vec<Form> {
        (1..=MAX_ELEMENTS)
            .map(|n| self.under(&format!("{name}.{n}")))
            .take_while(|form| !form.0.is_empty())
            .collect()
    }

    /// The structure below `Name.`
    pub fn under(&self, name: &str) -> Form {
        let prefix = format!("{name}.");
        Self(
            self.0
                .range(prefix.clone()..)
                .take_while(|(key, _)| key.starts_with(&prefix))
                .map(|(key, value)| (key[prefix.len()..].to_owned(), value.clone()))
                .collect(),
        )
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A text that is the same for the same request, however often it is sent.
    pub fn fingerprint(&self) -> String {
        let mut text = String::new();
        for (name, value) in self.0.iter().filter(|(name, _)| *name != "ClientToken") {
            text.push_str(&format!("{}={};", name, value));
        }
        text
    }
}

/// Percent-decodes, with `+` as a space.
pub(crate) fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = bytes.get(at + 1..at + 3).and_then(|h| std::str::from_utf8(h).ok());
        match (bytes[at], hex.and_then(|h| u8::from_str_radix(h, 16).ok())) {
            (b'%', Some(byte)) => {
                out.push(byte);
                at += 2;
            }
            (b'+', _) => out.push(b' '),
            (byte, _) => out.push(byte),
        }
        at += 1;
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_and_structures_are_read() {
        let body =
            b"Action=X&Filter.1.Name=tag%3Aa+b&Filter.1.Value.1=1&Filter.1.Value.2=2&Id.1=%C3%A9";
        let form = Form::parse(body);
        let filters = form.structures("Filter");
        assert_eq!(filters.len(), 1);
        assert_eq!(filters[0].get("Name"), Some("tag:a b"));
        assert_eq!(filters[0].list("Value"), ["1", "2"]);
        assert_eq!(form.list("Id"), ["é"]);
        assert!(form.required("Nothing").is_err());
    }
}
