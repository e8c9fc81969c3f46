//! Redaction by value: a secret once seen is scrubbed wherever it surfaces.

use std::{
    collections::BTreeSet,
    sync::{Arc, PoisonError, RwLock},
};

/// What stands in place of a secret.
pub const MASK: &str = "***";

/// Shorter texts are not scrubbed by value: they would tear holes into every message. Redaction by field
/// still hides them.
pub const SHORTEST: usize = 4;

/// What stands where a text was shortened.
const CUT: char = '…';

/// Remembers secrets and scrubs them from text; clones share what they know.
#[derive(Clone, Default)]
pub struct Redactor(Arc<RwLock<Known>>);

#[derive(Default)]
struct Known {
    /// The longest first, so that a secret that contains another leaves no tail behind.
    secrets: Vec<String>,
    /// What everybody may read, though a secret is spelled like it or like a part of it.
    public: BTreeSet<String>,
}

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
            if !known.secrets.contains(&form) {
                known.secrets.push(form);
            }
        }
        known.secrets.sort_by_key(|s| std::cmp::Reverse(s.len()));
    }

    /// Remembers a name that is no secret, whatever secret is spelled like it. To mask a name that
    /// everybody knows damages what it stands in, and tells the secret besides.
    pub fn spare(&self, name: &str) {
        if name.chars().count() < SHORTEST {
            return;
        }
        if !self.0.read().unwrap_or_else(PoisonError::into_inner).public.contains(name) {
            let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
            known.public.insert(name.to_owned());
        }
    }

    /// The text without any secret known so far.
    pub fn scrub(&self, text: &str) -> String {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let mut out = text.to_owned();
        for secret in &known.secrets {
            if !out.contains(secret.as_str()) {
                continue;
            }
            let names: Vec<&str> =
                known.public.iter().map(String::as_str).filter(|n| n.contains(secret)).collect();
            out = if names.is_empty() {
                out.replace(secret.as_str(), MASK)
            } else {
                mask_around(&out, secret, &names)
            };
        }
        if out.contains(CUT) { mask_cut(&out, &known.secrets) } else { out }
    }
}

/// Masks the beginnings of secrets whose ends were cut off: `asmPassword=hunt…`.
fn mask_cut(text: &str, secrets: &[String]) -> String {
    let (mut out, mut pieces) = (String::new(), text.split(CUT).peekable());
    while let Some(piece) = pieces.next() {
        let cut = pieces.peek().is_some();
        let begun = secrets.iter().filter(|_| cut).filter_map(|secret| begun(piece, secret)).max();
        match begun {
            Some(length) => {
                out.push_str(&piece[..piece.len() - length]);
                out.push_str(MASK);
            }
            None => out.push_str(piece),
        }
        if cut {
            out.push(CUT);
        }
    }
    out
}

/// How much of a secret a text ends with, where that is enough to be told from chance.
fn begun(text: &str, secret: &str) -> Option<usize> {
    let lengths = secret.char_indices().map(|(at, _)| at).rev();
    lengths
        .filter(|at| secret[..*at].chars().count() >= SHORTEST)
        .find(|at| text.ends_with(&secret[..*at]))
}

/// Masks a secret wherever it is no part of one of the names.
fn mask_around(text: &str, secret: &str, names: &[&str]) -> String {
    let spared: Vec<(usize, usize)> = names
        .iter()
        .flat_map(|name| text.match_indices(name).map(|(at, name)| (at, at + name.len())))
        .collect();
    let (mut out, mut from) = (String::new(), 0);
    for (at, found) in text.match_indices(secret) {
        let end = at + found.len();
        if !spared.iter().any(|(first, last)| *first <= at && end <= *last) {
            out.push_str(&text[from..at]);
            out.push_str(MASK);
            from = end;
        }
    }
    out.push_str(&text[from..]);
    out
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
    fn a_name_is_no_secret_though_a_secret_is_spelled_like_a_part_of_it() {
        let redactor = Redactor::new();
        redactor.learn("orders");
        redactor.learn("orders-db");
        redactor.spare("orders");
        redactor.spare("vpc");
        assert_eq!(
            redactor.scrub("arn:orders-vpc, orders-db, orders"),
            "arn:orders-vpc, ***, orders"
        );
        redactor.learn("rder");
        assert_eq!(redactor.scrub("orders rder bo-rder"), "orders *** bo-***");
    }

    #[test]
    fn a_secret_whose_end_was_cut_off_is_scrubbed_too() {
        let redactor = Redactor::new();
        redactor.learn("hunter2-of-old");
        let text = "x=1;asmPassword=hunter2-o… and hunt…, hun…, hunter2-of-old";
        assert_eq!(redactor.scrub(text), "x=1;asmPassword=***… and ***…, hun…, ***");
    }

    #[test]
    fn a_short_text_tears_no_holes() {
        let redactor = Redactor::new();
        redactor.learn("a");
        assert_eq!(redactor.scrub("banana"), "banana");
    }
}
