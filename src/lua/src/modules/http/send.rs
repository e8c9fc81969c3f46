//! Sends one request through the HTTP client that AWS calls use as well: the same TLS, the same proxy
//! settings.

use aws_smithy_http_client::{Connector, proxy::ProxyConfig, tls};
use aws_smithy_runtime_api::client::{
    http::{HttpConnector as _, SharedHttpConnector},
    orchestrator::HttpRequest,
};
use aws_smithy_types::{body::SdkBody, byte_stream::ByteStream};
use std::{cell::OnceCell, time::Duration};

/// A longer answer is not kept: 64 MB.
pub(super) const MOST: usize = 64 << 20;

/// A request that is complete.
pub(super) struct Request {
    pub(super) method: &'static str,
    pub(super) uri: http::Uri,
    /// What may be shown of the address: scheme, host and port.
    pub(super) origin: String,
    pub(super) host: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
    pub(super) timeout: Duration,
}

impl Request {
    /// Whether it goes to this machine.
    pub(super) fn is_near(&self) -> bool {
        let host = self.host.trim_matches(['[', ']']);
        host == "localhost"
            || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
    }
}

/// What came back.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

/// Why nothing came back.
pub(super) enum Failure {
    TooLong,
    TooMuch,
    /// The causes, the innermost last.
    Other(Vec<String>),
}

/// The client, made with the first request.
#[derive(Default)]
pub(super) struct Client(OnceCell<SharedHttpConnector>);

impl Client {
    fn connector(&self) -> SharedHttpConnector {
        let make = || {
            let crypto = tls::rustls_provider::CryptoMode::AwsLc;
            let builder = Connector::builder().proxy_config(ProxyConfig::from_env());
            SharedHttpConnector::new(builder.tls_provider(tls::Provider::Rustls(crypto)).build())
        };
        self.0.get_or_init(make).clone()
    }

    /// Sends a request, and reads the whole answer; the time is real time.
    pub(super) async fn send(&self, request: Request) -> Result<Answer, Failure> {
        let timeout = request.timeout;
        let answer = self.exchange(request);
        tokio::time::timeout(timeout, answer).await.unwrap_or(Err(Failure::TooLong))
    }

    async fn exchange(&self, request: Request) -> Result<Answer, Failure> {
        let mut builder = http::Request::builder().method(request.method).uri(request.uri);
        let has = |name: &str| request.headers.iter().any(|(key, _)| key == name);
        if !has("user-agent") {
            builder = builder.header("user-agent", concat!("dmsrun/", env!("CARGO_PKG_VERSION")));
        }
        if !has("content-length") && (!request.body.is_empty() || request.method == "POST") {
            builder = builder.header("content-length", request.body.len());
        }
        for (name, value) in &request.headers {
            builder = builder.header(name, value);
        }
        let whole = builder
            .body(SdkBody::from(request.body))
            .map_err(|e| Failure::Other(vec![e.to_string()]))?;
        let whole = HttpRequest::try_from(whole).map_err(|e| Failure::Other(causes(&e)))?;
        let response =
            self.connector().call(whole).await.map_err(|e| Failure::Other(causes(&e)))?;
        let status = response.status().as_u16();
        let headers = response.headers().iter();
        let headers = headers.map(|(n, v)| (n.to_ascii_lowercase(), v.to_owned())).collect();
        let mut stream = ByteStream::new(response.into_body());
        let mut body = Vec::new();
        while let Some(piece) = stream.next().await {
            body.extend_from_slice(&piece.map_err(|e| Failure::Other(causes(&e)))?);
            if body.len() > MOST {
                return Err(Failure::TooMuch);
            }
        }
        Ok(Answer { status, headers, body })
    }
}

/// What the layers say where they know nothing: the cause below says it.
const EMPTY: [&str; 3] = ["io error", "other", "streaming error"];

/// An error and what caused it, each said once.
fn causes(error: &dyn std::error::Error) -> Vec<String> {
    let mut texts = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next {
        let text = error.to_string();
        let known = texts.contains(&text);
        if !known && (error.source().is_none() || !EMPTY.contains(&text.as_str())) {
            texts.push(text);
        }
        next = error.source();
    }
    texts
}
