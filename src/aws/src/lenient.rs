//! Answers of an endpoint that is not AWS, made readable: times written as text become numbers.
//!
//! The JSON protocols of AWS write a time as seconds since 1970. Emulators are seen to write RFC 3339 text
//! instead, which the SDK refuses with the whole answer. Used only where the user names an endpoint.

use crate::answers::{self, Change};
use aws_smithy_runtime_api::client::{http::SharedHttpClient, orchestrator::HttpRequest};
use dmsrun_base::Timestamp;
use serde_json::Value as Json;

/// Wraps a client so that it reads times as emulators write them.
pub(crate) fn wrap(inner: SharedHttpClient) -> SharedHttpClient {
    answers::wrap(inner, Change { of: is_json, body: readable })
}

/// The request tells the protocol; an emulator's answer may call itself anything.
fn is_json(request: &HttpRequest) -> bool {
    let kind = request.headers().get("content-type");
    kind.is_some_and(|kind| kind.starts_with("application/x-amz-json"))
}

fn readable(body: Vec<u8>) -> Vec<u8> {
    let mended = may_need_it(&body)
        .then(|| serde_json::from_slice::<Json>(&body).ok())
        .flatten()
        .and_then(|mut value| numbers(&mut value).then(|| value.to_string().into_bytes()));
    mended.unwrap_or(body)
}

/// How the names of members that are times end.
const ENDS: [&str; 3] = ["Time", "Date", "Timestamp"];

/// Whether some member that is named as a time may hold text: most answers need no second look.
fn may_need_it(json: &[u8]) -> bool {
    json.iter().enumerate().filter(|(_, byte)| **byte == b':').any(|(at, _)| {
        let (before, after) = (json[..at].trim_ascii_end(), json[at + 1..].trim_ascii_start());
        after.first() == Some(&b'"')
            && before
                .strip_suffix(b"\"")
                .is_some_and(|name| ENDS.iter().any(|end| name.ends_with(end.as_bytes())))
    })
}

/// Turns members that are named as times and written as text into seconds; whether there were any.
fn numbers(value: &mut Json) -> bool {
    let mut any = false;
    match value {
        Json::Array(list) => {
            for item in list {
                any |= numbers(item);
            }
        }
        Json::Object(map) => {
            for (name, member) in map {
                let named = ENDS.iter().any(|end| name.ends_with(end));
                match member.as_str().filter(|_| named).and_then(seconds) {
                    Some(seconds) => {
                        *member = Json::from(seconds);
                        any = true;
                    }
                    None => any |= numbers(member),
                }
            }
        }
        _ => {}
    }
    any
}

pub(crate) fn seconds(text: &str) -> Option<f64> {
    let zoned: Option<Timestamp> = text.parse().ok();
    // Without a zone, UTC is meant.
    let time = zoned.or_else(|| format!("{text}Z").parse().ok())?;
    Some(time.as_millisecond() as f64 / 1000.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_an_answer_with_a_time_in_text_is_looked_at_twice() {
        assert!(may_need_it(br#"{"Items": [{"CreateTime" : "2026-11-22T20:08:08"}]}"#));
        assert!(may_need_it(br#"{"lastTimestamp":"x"}"#));
        assert!(!may_need_it(br#"{"CreateTime": 1.5, "Name": "CreateTime", "Times": "x"}"#));
        assert!(!may_need_it(b""));
    }

    #[test]
    fn times_in_text_become_seconds_and_nothing_else_changes() {
        let mut answer = json!({"Items": [{"CreateTime": "2026-11-22T20:08:08", "Name": "2026-11-22T20:08:08Z"}]});
        assert!(numbers(&mut answer));
        let expected =
            json!({"Items": [{"CreateTime": 1_795_378_088.0, "Name": "2026-11-22T20:08:08Z"}]});
        assert_eq!(answer, expected);
        assert!(!numbers(&mut json!({"CreateTime": 1.5, "PreferredMaintenanceTime": "sun:06:00"})));
    }
}
