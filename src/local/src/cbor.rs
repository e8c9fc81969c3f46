//! CBOR as CloudWatch speaks it, to and from JSON. A time is `{"$time": seconds}` on our side.

use base64::Engine as _;
use serde_json::{Map, Number, Value as Json, json};

/// The one member of an object that stands for a time.
const TIME: &str = "$time";

/// A time for an answer.
pub(crate) fn time(seconds: f64) -> Json {
    json!({ TIME: seconds })
}

/// The seconds of a value that is a time.
pub(crate) fn seconds(value: &Json) -> Option<f64> {
    value.get(TIME).and_then(Json::as_f64)
}

/// Encodes an answer.
pub(crate) fn encode(value: &Json) -> Vec<u8> {
    let mut out = Vec::new();
    write(&mut out, value);
    out
}

fn head(out: &mut Vec<u8>, major: u8, n: u64) {
    let major = major << 5;
    if n < 24 {
        out.push(major | u8::try_from(n).unwrap_or(0));
    } else if let Ok(n) = u8::try_from(n) {
        out.extend([major | 24, n]);
    } else if let Ok(n) = u16::try_from(n) {
        out.push(major | 25);
        out.extend(n.to_be_bytes());
    } else if let Ok(n) = u32::try_from(n) {
        out.push(major | 26);
        out.extend(n.to_be_bytes());
    } else {
        out.push(major | 27);
        out.extend(n.to_be_bytes());
    }
}

fn write(out: &mut Vec<u8>, value: &Json) {
    match value {
        Json::Null => out.push(0xf6),
        Json::Bool(false) => out.push(0xf4),
        Json::Bool(true) => out.push(0xf5),
        Json::Number(number) => write_number(out, number),
        Json::String(text) => {
            head(out, 3, text.len() as u64);
            out.extend(text.as_bytes());
        }
        Json::Array(items) => {
            head(out, 4, items.len() as u64);
            items.iter().for_each(|item| write(out, item));
        }
        Json::Object(map) => {
            if let (1, Some(seconds)) = (map.len(), map.get(TIME).and_then(Json::as_f64)) {
                head(out, 6, 1);
                out.push(0xfb);
                out.extend(seconds.to_be_bytes());
                return;
            }
            let members = map.iter().filter(|(_, v)| !v.is_null());
            head(out, 5, members.clone().count() as u64);
            for (name, member) in members {
                head(out, 3, name.len() as u64);
                out.extend(name.as_bytes());
                write(out, member);
            }
        }
    }
}

fn write_number(out: &mut Vec<u8>, number: &Number) {
    if let Some(n) = number.as_u64() {
        head(out, 0, n);
    } else if let Some(n) = number.as_i64() {
        head(out, 1, n.unsigned_abs() - 1);
    } else {
        out.push(0xfb);
        out.extend(number.as_f64().unwrap_or(0.0).to_be_bytes());
    }
}

/// Decodes a request; `None` where it is no CBOR.
pub(crate) fn decode(bytes: &[u8]) -> Option<Json> {
    if bytes.is_empty() {
        return Some(json!({}));
    }
    Reader { bytes, at: 0, depth: 0 }.value()
}

/// Bounds the depth of what a request may nest.
const MAX_DEPTH: u8 = 64;

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    depth: u8,
}

impl Reader<'_> {
    fn take(&mut self, n: usize) -> Option<&[u8]> {
        let end = self.at.checked_add(n)?;
        let slice = self.bytes.get(self.at..end)?;
        self.at = end;
        Some(slice)
    }

    fn number(&mut self, n: usize) -> Option<u64> {
        Some(self.take(n)?.iter().fold(0, |sum, byte| (sum << 8) | u64::from(*byte)))
    }

    /// The argument of an item's head; `None` for an indefinite length.
    fn argument(&mut self, info: u8) -> Option<Option<u64>> {
        Some(match info {
            0..=23 => Some(u64::from(info)),
            24 => Some(self.number(1)?),
            25 => Some(self.number(2)?),
            26 => Some(self.number(4)?),
            27 => Some(self.number(8)?),
            31 => None,
            _ => return None,
        })
    }

    /// Whether a list or map of that length has no further element after `done`.
    fn ends(&mut self, len: Option<u64>, done: u64) -> Option<bool> {
        match len {
            Some(len) => Some(done >= len),
            None if *self.bytes.get(self.at)? == 0xff => {
                self.at += 1;
                Some(true)
            }
            None => Some(false),
        }
    }

    fn value(&mut self) -> Option<Json> {
        if self.depth >= MAX_DEPTH {
            return None;
        }
        self.depth += 1;
        let value = self.item();
        self.depth -= 1;
        value
    }

    fn item(&mut self) -> Option<Json> {
        let byte = self.take(1)?[0];
        let (major, info) = (byte >> 5, byte & 31);
        if major == 7 {
            return self.simple(info);
        }
        let argument = self.argument(info)?;
        match major {
            0 => Some(json!(argument?)),
            1 => Some(json!(-1 - i64::try_from(argument?).ok()?)),
            2 => {
                let bytes = self.string(2, argument)?;
                Some(json!(base64::engine::general_purpose::STANDARD.encode(bytes)))
            }
            3 => Some(json!(String::from_utf8(self.string(3, argument)?).ok()?)),
            4 => {
                let mut items = Vec::new();
                while !self.ends(argument, items.len() as u64)? {
                    items.push(self.value()?);
                }
                Some(Json::Array(items))
            }
            5 => {
                let (mut map, mut done) = (Map::new(), 0);
                while !self.ends(argument, done)? {
                    let Json::String(name) = self.value()? else { return None };
                    let value = self.value()?;
                    map.insert(name, value);
                    done += 1;
                }
                Some(Json::Object(map))
            }
            _ => {
                let value = self.value()?;
                Some(if argument == Some(1) { time(value.as_f64()?) } else { value })
            }
        }
    }

    fn string(&mut self, major: u8, len: Option<u64>) -> Option<Vec<u8>> {
        if let Some(len) = len {
            return Some(self.take(usize::try_from(len).ok()?)?.to_vec());
        }
        let mut all = Vec::new();
        while !self.ends(None, 0)? {
            let byte = self.take(1)?[0];
            let chunk = self.argument(byte & 31)??;
            if byte >> 5 != major {
                return None;
            }
            all.extend(self.take(usize::try_from(chunk).ok()?)?);
        }
        Some(all)
    }

    fn simple(&mut self, info: u8) -> Option<Json> {
        Some(match info {
            20 => json!(false),
            21 => json!(true),
            22 | 23 => Json::Null,
            26 => json!(f32::from_bits(u32::try_from(self.number(4)?).ok()?)),
            27 => json!(f64::from_bits(self.number(8)?)),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_encoded_is_decoded_again() {
        let value = json!({
            "Text": "héllo", "Small": 3, "Big": 5_000_000_000_u64, "Minus": -300, "Float": 1.5,
            "List": [true, false, null], "Time": time(1_800_000_000.25), "Empty": {},
        });
        assert_eq!(decode(&encode(&value)), Some(value));
    }

    #[test]
    fn indefinite_lengths_are_understood_and_rubbish_is_not() {
        // {_ "a": [_ 1]}
        assert_eq!(decode(&[0xbf, 0x61, b'a', 0x9f, 0x01, 0xff, 0xff]), Some(json!({ "a": [1] })));
        assert_eq!(decode(&[0x1c]), None);
        assert_eq!(decode(&[0xa1, 0x61]), None);
        assert_eq!(decode(&[0x81; 500]), None);
    }
}
