//! What a mask makes of a value: DMS masks texts before they leave it, so that a rehearsal can show
//! what arrives.

use super::model::{Action, Transformation};
use sha2::{Digest, Sha256};

/// A value as it arrives on the target. `digit` gives the digits of `digits-randomize`, 0 to 9: the
/// caller owns chance. Values of other actions are as they were.
pub fn masked(t: &Transformation, value: &str, mut digit: impl FnMut() -> u8) -> String {
    match t.action {
        Action::MaskDigits => {
            let mask = t.value.as_deref().and_then(|v| v.chars().next()).unwrap_or('#');
            value.chars().map(|c| if c.is_ascii_digit() { mask } else { c }).collect()
        }
        Action::MaskRandom => value
            .chars()
            .map(|c| if c.is_ascii_digit() { char::from(b'0' + digit() % 10) } else { c })
            .collect(),
        Action::MaskHash => {
            Sha256::digest(value.as_bytes()).iter().map(|byte| format!("{byte:02X}")).collect()
        }
        _ => value.to_owned(),
    }
}
