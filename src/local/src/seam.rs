//! The seam to the SDK: an HTTP connector that hands each request to the account in this process.

use crate::{
    account::Account,
    request::{Raw, Request},
    wire::{Answer, Protocol, Refusal, refuse},
};
use aws_smithy_runtime_api::{
    client::{
        http::{HttpConnector, HttpConnectorFuture},
        orchestrator::{HttpRequest, HttpResponse},
        result::ConnectorError,
    },
    http::StatusCode,
};
use aws_smithy_types::{body::SdkBody, byte_stream::ByteStream};
use bytes::Bytes;
use dmsrun_base::Clock as _;
use std::{io, sync::Arc};

/// The connector.
#[derive(Debug, Clone)]
pub(crate) struct Connector {
    account: Arc<Account>,
}

impl Connector {
    pub fn new(account: Arc<Account>) -> Self {
        Self { account }
    }
}

/// Why there is no answer.
#[derive(Debug)]
pub(crate) enum NoAnswer {
    /// It never arrived, though the call may have been performed.
    Dropped,
    /// The call reached nobody.
    Offline,
}

impl From<NoAnswer> for ConnectorError {
    fn from(why: NoAnswer) -> Self {
        let text = match why {
            NoAnswer::Dropped => "connection closed before message completed",
            NoAnswer::Offline => "the network is away",
        };
        let text = format!("{text} (a fault of the local AWS)");
        Self::io(match why {
            NoAnswer::Dropped => text.into(),
            NoAnswer::Offline => io::Error::new(io::ErrorKind::ConnectionRefused, text).into(),
        })
    }
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let account = self.account.clone();
        // From here on, before the future is polled: time must not pass a request that is on its way.
        let under_way = account.clock().in_flight();
        HttpConnectorFuture::new(async move {
            let raw = read(request).await?;
            let answer = match Request::read(raw) {
                Ok(request) => account.call(request, under_way).await,
                Err(message) => Ok(unknown(&account, &message)),
            };
            answer.map(respond).map_err(ConnectorError::from)
        })
    }
}

/// A service that is not here: every protocol finds its error in one of these forms.
fn unknown(account: &Account, message: &str) -> Answer {
    let id = account.request_id();
    let refusal = Refusal::new("NotInLocalAws", message);
    let mut answer = refuse(Protocol::Json, &refusal, &id);
    if let Ok(value) = "NotInLocalAws".parse() {
        answer.headers.insert("x-amzn-errortype", value);
    }
    stamp(&mut answer, &id);
    answer
}

/// Puts the request's id where the SDK looks for it.
pub(crate) fn stamp(answer: &mut Answer, id: &str) {
    if let Ok(value) = http::HeaderValue::from_str(id) {
        answer.headers.insert("x-amzn-requestid", value.clone());
        answer.headers.insert("x-amz-request-id", value);
    }
}

async fn read(request: HttpRequest) -> Result<Raw, ConnectorError> {
    let (method, uri) = (request.method().to_owned(), request.uri().to_owned());
    let request = request.into_parts();
    let mut headers = http::HeaderMap::new();
    for (name, value) in request.headers.iter() {
        let name = http::HeaderName::from_bytes(name.as_bytes());
        if let (Ok(name), Ok(value)) = (name, http::HeaderValue::from_str(value)) {
            headers.append(name, value);
        }
    }
    let body = match request.body.bytes() {
        Some(bytes) => Bytes::copy_from_slice(bytes),
        None => ByteStream::new(request.body)
            .collect()
            .await
            .map_err(|error| ConnectorError::io(error.into()))?
            .into_bytes(),
    };
    Ok(Raw { method, uri, headers, body })
}

fn respond(answer: Answer) -> HttpResponse {
    let status = StatusCode::try_from(answer.status)
        .unwrap_or(StatusCode::from(http::StatusCode::INTERNAL_SERVER_ERROR));
    let mut response = HttpResponse::new(status, SdkBody::from(answer.body));
    for (name, value) in &answer.headers {
        if let Ok(value) = value.to_str() {
            response.headers_mut().append(name.as_str().to_owned(), value.to_owned());
        }
    }
    response
}
