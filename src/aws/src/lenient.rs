//! Answers of an endpoint that is not AWS, made readable: times written as text become numbers.
//!
//! The JSON protocols of AWS write a time as seconds since 1970. Emulators are seen to write RFC 3339 text
//! instead, which the SDK refuses with the whole answer. Used only where the user names an endpoint.

use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        http::{
            HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings,
            SharedHttpClient, SharedHttpConnector,
        },
        orchestrator::{HttpRequest, HttpResponse},
        result::ConnectorError,
        runtime_components::RuntimeComponents,
    },
};
use aws_smithy_types::{body::SdkBody, byte_stream::ByteStream};
use dmsrun_base::Timestamp;
use serde_json::Value as Json;

/// Wraps a client so that it reads times as emulators write them.
pub(crate) fn wrap(inner: SharedHttpClient) -> SharedHttpClient {
    SharedHttpClient::new(Client { inner })
}

#[derive(Debug)]
struct Client {
    inner: SharedHttpClient,
}

impl HttpClient for Client {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let inner = self.inner.http_connector(settings, components);
        SharedHttpConnector::new(Connector { inner })
    }
}

#[derive(Debug)]
struct Connector {
    inner: SharedHttpConnector,
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        // The request tells the protocol; an emulator's answer may call itself anything.
        let json = request
            .headers()
            .get("content-type")
            .is_some_and(|kind| kind.starts_with("application/x-amz-json"));
        let answer = self.inner.call(request);
        if !json {
            return answer;
        }
        HttpConnectorFuture::new(async move { readable(answer.await?).await })
    }
}

async fn readable(mut response: HttpResponse) -> Result<HttpResponse, ConnectorError> {
    let body = std::mem::replace(response.body_mut(), SdkBody::empty());
    let bytes = ByteStream::new(body)
        .collect()
        .await
        .map_err(|error| ConnectorError::io(BoxError::from(error)))?
        .into_bytes();
    let mended = may_need_it(&bytes)
        .then(|| serde_json::from_slice::<Json>(&bytes).ok())
        .flatten()
        .and_then(|mut value| numbers(&mut value).then(|| value.to_string().into_bytes()));
    let text = mended.unwrap_or_else(|| bytes.to_vec());
    response.headers_mut().remove("content-length");
    *response.body_mut() = SdkBody::from(text);
    Ok(response)
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
