//! Salted fingerprints of secrets: what was sent and can't be read back is compared by them. They may
//! stand where others can read them, so they are slow to make and short.

use dmsrun_base::Value;
use sha2::{Digest as _, Sha256};

/// How often the digest is digested again: what makes guessing slow.
const ROUNDS: usize = 20_000;

/// The bytes that are kept. A third of a billion of guesses per match for whoever guesses, and one wrong
/// "unchanged" in as many rotations for us.
const BYTES: usize = 5;

/// The fingerprint of a value under a salt, in hexadecimal digits.
pub fn fingerprint(salt: &str, value: &Value) -> String {
    let text = match value {
        Value::Secret(secret) => secret.reveal().to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_json_revealed().to_string(),
    };
    let mut digest = Sha256::new_with_prefix(salt.as_bytes()).chain_update([0]).chain_update(text);
    for _ in 0..ROUNDS {
        let done = digest.finalize();
        digest = Sha256::new_with_prefix(done).chain_update(salt.as_bytes());
    }
    digest.finalize().iter().take(BYTES).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use dmsrun_base::Secret;

    #[test]
    fn a_secret_and_its_text_have_one_fingerprint_and_another_salt_gives_another() {
        let secret = Value::Secret(Secret::new("hunter2!"));
        let text = Value::from("hunter2!");
        assert_eq!(fingerprint("a", &secret), fingerprint("a", &text));
        assert_ne!(fingerprint("a", &secret), fingerprint("b", &secret));
        assert_ne!(fingerprint("a", &secret), fingerprint("a", &Value::from("hunter3!")));
        assert_eq!(fingerprint("a", &secret).len(), 2 * BYTES);
    }
}
