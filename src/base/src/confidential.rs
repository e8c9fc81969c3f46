//! What is confidential by its name or by its place in a text: the one list that redaction, plans and
//! adoption share.

use crate::{Redactor, Value, redact::SHORTEST};

/// Endings of names whose values are secrets, in lower case and without signs.
const ENDINGS: &[&str] = &[
    "password",
    "passwd",
    "pwd",
    "passphrase",
    "secretkey",
    "secretaccesskey",
    "accesskey",
    "privatekey",
    "accountkey",
    "sharedkey",
    "sslkey",
    "apikey",
    "token",
    "credentials",
    "secret",
    // The key of Oracle's transparent data encryption.
    "securitydbencryption",
];

/// Names that are too common as an ending.
const WHOLE: &[&str] = &["pass"];

/// What an engine is handed unread, as a JSON text: nobody knows what stands in it.
const DOCUMENTS: &[&str] = &["taskdata", "supplementalsettings"];

/// Scripts and URLs are short. What is longer is a document, such as the rules of a thousand tables, and to
/// look through all of those takes time.
const LONGEST: usize = 16 * 1024;

/// In a URL nothing shorter than this is taken for a token, where no colon parts it from a user.
const TOKEN: usize = 16;

/// Words that stand where a secret may stand, and are none: to mask them would tear holes everywhere.
const WORDS: &[&str] = &["true", "false", "none", "null"];

fn bare(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Whether a value of this name is a secret: `asmPassword`, `auth_token`, `securityDbEncryption`.
pub fn is_secret_name(name: &str) -> bool {
    let name = bare(name);
    WHOLE.contains(&name.as_str()) || ENDINGS.iter().any(|word| name.ends_with(word))
}

/// Whether a value of this name is a list of attributes, `a=b;c=d`, of which some may be secrets.
pub fn is_attributes_name(name: &str) -> bool {
    bare(name).ends_with("connectionattributes")
}

/// The secrets among attributes such as `a=b;c=d`: each part that is one, and its value.
pub fn attribute_secrets(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.split(';').filter_map(|part| {
        let (name, value) = part.split_once('=')?;
        let value = value.trim();
        (is_secret_name(name) && !value.is_empty()).then_some((part, value))
    })
}

/// What stands in the URLs of a text before their hosts and must not be shown: the password of
/// `https://user:password@host`, or the token of `https://token@host`.
pub fn url_secrets(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        rest = &rest[at + 3..];
        let end = rest.find(['/', '?', '#', '"', '\'', '<', '>', ' ', '\n']).unwrap_or(rest.len());
        let Some((user, _)) = rest[..end].rsplit_once('@') else { continue };
        match user.split_once(':') {
            Some((_, "")) => {}
            Some((_, password)) => found.push(password),
            None if user.len() >= TOKEN => found.push(user),
            None => {}
        }
    }
    found
}

/// The passwords that SQL names: `IDENTIFIED BY 'x'`, `PASSWORD = 'x'`.
fn script_secrets(text: &str) -> Vec<&str> {
    let (lower, mut found) = (text.to_ascii_lowercase(), Vec::new());
    for (word, bare) in [("identified by", true), ("password", false)] {
        for (at, _) in lower.match_indices(word) {
            let rest = text[at + word.len()..].trim_start_matches([' ', '\t', '\n', '=']);
            let quote = rest.chars().next().filter(|c| matches!(c, '\'' | '"'));
            let secret = match quote {
                Some(quote) => rest[1..].split(quote).next(),
                None if bare => rest.split([' ', ';', '\n', '\t']).next(),
                None => None,
            };
            found.extend(secret.filter(|secret| !secret.is_empty()));
        }
    }
    found
}

/// The secrets in a text that is none itself: in its URLs, and in what SQL it has.
pub fn inner_secrets(text: &str) -> Vec<&str> {
    if text.len() > LONGEST {
        return Vec::new();
    }
    let mut found = url_secrets(text);
    found.extend(script_secrets(text));
    found
}

/// Teaches the redactor a text that is a secret by its name or its place alone.
fn learn_secret(text: &str, redactor: &Redactor) {
    if !WORDS.contains(&text.to_lowercase().as_str()) {
        redactor.learn(text);
    }
}

/// Teaches the redactor the secrets in a text that is none itself, but is called so.
pub fn learn_text(name: &str, text: &str, redactor: &Redactor) {
    for secret in inner_secrets(text) {
        learn_secret(secret, redactor);
    }
    if DOCUMENTS.contains(&bare(name).as_str()) {
        learn_document(text, redactor);
    }
    if is_attributes_name(name) {
        for (part, value) in attribute_secrets(text) {
            learn_secret(value, redactor);
            if value.chars().count() < SHORTEST {
                // Too short to be known by itself.
                redactor.learn(part.trim());
            }
        }
    }
}

/// Teaches the redactor the secrets in a JSON text, by their names.
fn learn_document(text: &str, redactor: &Redactor) {
    if let Ok(json) = text.parse::<serde_json::Value>() {
        learn("", &Value::from_json(json), redactor);
    }
}

/// Teaches the redactor every secret in a value: those that are marked, those of such a name, and those
/// inside of texts.
pub fn learn(name: &str, value: &Value, redactor: &Redactor) {
    match value {
        Value::Secret(secret) => redactor.learn(secret.reveal()),
        Value::String(text) if is_secret_name(name) => learn_secret(text, redactor),
        Value::String(text) => learn_text(name, text, redactor),
        Value::List(list) | Value::Template(list) => {
            list.iter().for_each(|v| learn(name, v, redactor));
        }
        Value::Map(map) => map.iter().for_each(|(key, v)| learn(key, v, redactor)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_secrets_are_known_in_every_spelling() {
        for name in [
            "asmPassword",
            "oraclePwd",
            "auth_password",
            "securityDbEncryption",
            "security_db_encryption",
            "pass",
            "sslkey",
            "accessKey",
            "AWS_SECRET_ACCESS_KEY",
            "auth-token",
            "sharedSecret",
        ] {
            assert!(is_secret_name(name), "{name}");
        }
        for name in [
            "secrets_manager_secret_id",
            "secrets_manager_access_role_arn",
            "securityDbEncryptionName",
            "security_db_encryption_name",
            "bypass",
            "kms_key_id",
            "useBFile",
            "",
        ] {
            assert!(!is_secret_name(name), "{name}");
        }
    }

    #[test]
    fn passwords_of_urls_are_found_and_hosts_are_not() {
        let text = "see https://user:pw@host/x?y=a@b and jdbc:mysql://u:p%40w@db:3306/z, \
                    http://host:80/@me, https://name@host, https://0123456789abcdef@host";
        assert_eq!(url_secrets(text), ["pw", "p%40w", "0123456789abcdef"]);
    }

    #[test]
    fn passwords_in_sql_are_found() {
        let text = "alter user x identified by 'p1'; create role y PASSWORD = \"p2\"; \
                    GRANT a IDENTIFIED BY p3; -- the password of z";
        assert_eq!(inner_secrets(text), ["p1", "p3", "p2"]);
    }

    #[test]
    fn json_texts_teach_what_they_name() {
        let redactor = Redactor::new();
        learn(
            "task_data",
            &Value::from(r#"{"a":[{"api-token":"abcd-1"}],"b":"clear"}"#),
            &redactor,
        );
        assert_eq!(redactor.scrub("abcd-1 clear true"), "*** clear true");
    }

    #[test]
    fn attributes_teach_their_secrets_and_short_ones_with_their_name() {
        let redactor = Redactor::new();
        let text = "x=1;asmPassword=first123; pwd=abc;useBFile=Y";
        learn("extra_connection_attributes", &Value::from(text), &redactor);
        assert_eq!(redactor.scrub(text), "x=1;asmPassword=***; ***;useBFile=Y");
        assert_eq!(redactor.scrub("abc"), "abc");
    }
}
