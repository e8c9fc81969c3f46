//! What the protocols have in common: a refusal that each of them can say, and EC2's XML.

use crate::cbor;
use bytes::Bytes;
use http::HeaderMap;
use serde_json::{Value as Json, json};
pub(crate) use winterbaume_core::MockResponse as Answer;

/// How a service speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// `Action=…` forms in, XML out, in EC2's own dialect.
    Ec2,
    /// `Action=…` forms in, XML out.
    Query,
    /// JSON with the operation in `X-Amz-Target`.
    Json,
    /// CBOR with the operation in the path.
    Cbor,
    /// S3.
    RestXml,
}

/// What a call is refused with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub status: u16,
    pub code: String,
    pub message: String,
    /// Further members, where the protocol has a place for them.
    pub extra: serde_json::Map<String, Json>,
}

impl Refusal {
    pub fn new(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { status: 400, code: code.into(), message: message.into(), extra: Default::default() }
    }

    pub fn status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// The operation exists in AWS, or may exist, and not here.
    pub fn not_local(service: &str, operation: &str) -> Self {
        Self::new("NotInLocalAws", format!("{service}:{operation} is not in the local AWS"))
    }

    /// A fault of ours.
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new("InternalFailure", message).status(500)
    }
}

fn answer(status: u16, content_type: &'static str, body: impl Into<Bytes>) -> Answer {
    let mut headers = HeaderMap::new();
    headers.insert(http::header::CONTENT_TYPE, http::HeaderValue::from_static(content_type));
    Answer { status, headers, body: body.into() }
}

/// A refusal as the protocol says it.
pub(crate) fn refuse(protocol: Protocol, refusal: &Refusal, request_id: &str) -> Answer {
    let (code, message) = (escape(&refusal.code), escape(&refusal.message));
    match protocol {
        Protocol::Ec2 => answer(
            refusal.status,
            "text/xml",
            format!(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response><Errors><Error><Code>{code}</Code>\
                 <Message>{message}</Message></Error></Errors><RequestID>{request_id}</RequestID></Response>"
            ),
        ),
        Protocol::Query => answer(
            refusal.status,
            "text/xml",
            format!(
                "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message>\
                 </Error><RequestId>{request_id}</RequestId></ErrorResponse>"
            ),
        ),
        Protocol::RestXml => answer(
            refusal.status,
            "application/xml",
            format!(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>{message}\
                 </Message><RequestId>{request_id}</RequestId></Error>"
            ),
        ),
        Protocol::Json => {
            let mut body = refusal.extra.clone();
            body.insert("__type".into(), json!(refusal.code));
            body.insert("message".into(), json!(refusal.message));
            answer(refusal.status, "application/x-amz-json-1.1", Json::Object(body).to_string())
        }
        Protocol::Cbor => {
            let body = json!({ "__type": refusal.code, "message": refusal.message });
            let mut out = cbor_answer(refusal.status, &body);
            // CloudWatch spoke the query protocol once; clients take the code of that time from here.
            if let Ok(value) = format!("{};Sender", refusal.code).parse() {
                out.headers.insert("x-amzn-query-error", value);
            }
            out
        }
    }
}

pub(crate) fn json_answer(body: &Json) -> Answer {
    answer(200, "application/x-amz-json-1.1", body.to_string())
}

pub(crate) fn cbor_answer(status: u16, body: &Json) -> Answer {
    let mut out = answer(status, "application/cbor", cbor::encode(body));
    out.headers.insert("smithy-protocol", http::HeaderValue::from_static("rpc-v2-cbor"));
    out
}

/// An answer of EC2: members become elements, lists have their elements named `item`; what starts with
/// an underscore is our own and stays inside.
pub(crate) fn ec2_answer(operation: &str, request_id: &str, members: &Json) -> Answer {
    let mut body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{operation}Response \
         xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\"><requestId>{request_id}</requestId>"
    );
    write_members(&mut body, members, "item");
    body.push_str(&format!("</{operation}Response>"));
    answer(200, "text/xml", body)
}

/// An answer of the query protocol: as EC2's, with a result of its own and elements named `member`.
pub(crate) fn query_answer(operation: &str, result: &Json) -> Answer {
    let mut body = format!("<{operation}Response><{operation}Result>");
    write_members(&mut body, result, "member");
    body.push_str(&format!("</{operation}Result></{operation}Response>"));
    answer(200, "text/xml", body)
}

/// A body of S3's.
pub(crate) fn xml_answer(body: String) -> Answer {
    answer(200, "application/xml", body)
}

fn write_members(out: &mut String, value: &Json, item: &str) {
    match value {
        Json::Object(map) => {
            for (name, member) in map {
                if name.starts_with('_') || member.is_null() {
                    continue;
                }
                write_element(out, name, member, item);
            }
        }
        Json::Array(items) => items.iter().for_each(|one| write_element(out, item, one, item)),
        Json::String(text) => out.push_str(&escape(text)),
        Json::Null => {}
        other => out.push_str(&other.to_string()),
    }
}

fn write_element(out: &mut String, name: &str, value: &Json, item: &str) {
    out.push('<');
    out.push_str(name);
    out.push('>');
    write_members(out, value, item);
    out.push_str("</");
    out.push_str(name);
    out.push('>');
}

pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\r' => out.push_str("&#13;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ec2_names_list_elements_item_and_keeps_our_own_inside() {
        let members =
            json!({ "vpcSet": [{ "vpcId": "vpc-1", "_due": 3, "isDefault": false }], "x": null });
        let answer = ec2_answer("DescribeVpcs", "r", &members);
        let body = String::from_utf8_lossy(&answer.body).into_owned();
        assert!(body.contains(
            "<vpcSet><item><vpcId>vpc-1</vpcId><isDefault>false</isDefault></item></vpcSet></"
        ));
    }
}
