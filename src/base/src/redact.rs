//! Redaction by value: a secret once seen is scrubbed wherever it surfaces.

use std::sync::{Arc, PoisonError, RwLock};

/// What stands in place of a secret.
pub const MASK: &str = "***";

/// Shorter texts are not scrubbed by value: they would tear holes into every message. Redaction by field
/// still hides them.
pub const SHORTEST: usize = 4;

/// Remembers secrets and scrubs them from text; clones share what they know.
#[derive(Clone, Default)]
pub struct Redactor(Arc<RwLock<Vec<String>>>);

impl Redactor {
    /// A redactor that knows no secret yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Remembers a secret, in clear and as it looks inside JSON, a URL and a form.
    pub fn learn(&self, secret: &str) {
        if secret.chars().count() < SHORTEST {
            return;
        }
        let json = serde_json::Value::from(secret).to_string();
        let percent = percent_encode(secret);
        let forms = [
            secret.to_owned(),
            json[1..json.len() - 1].to_owned(),
            percent.replace("%20", "+"),
            percent,
        ];
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        for form in forms {
            if !known.contains(&form) {
                known.push(form);
            }
        }
        // The longest first, so that a secret that contains another leaves no tail behind.
        known.sort_by_key(|s| std::cmp::Reverse(s.len()));
    }

    /// The text without any secret known so far.
    pub fn scrub(&self, text: &str) -> String {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let mut out = text.to_owned();
        for secret in known.iter() {
            if out.contains(secret.as_str()) {
                out = out.replace(secret.as_str(), MASK);
            }
        }
        out
    }
}

impl std::fmt::Debug for Redactor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Redactor")
    }
}

fn percent_encode(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_scrubbed_in_every_form() {
        let redactor = Redactor::new();
        redactor.learn("pa\"ss w/d");
        let text = r#"a pa"ss w/d b pa\"ss w/d c pa%22ss%20w%2Fd d pa%22ss+w%2Fd"#;
        assert_eq!(redactor.scrub(text), "a *** b *** c *** d ***");
    }

    #[test]
    fn a_short_text_tears_no_holes() {
        let redactor = Redactor::new();
        redactor.learn("a");
        assert_eq!(redactor.scrub("banana"), "banana");
    }
}
