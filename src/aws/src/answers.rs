//! Answers on their way to the SDK: a client between it and the network that changes the bodies of some.

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

/// Which answers are changed, and how.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Change {
    /// Whether the answer to this request is one of them; asked where the request is made.
    pub of: fn(&HttpRequest) -> bool,
    /// The body that the SDK reads instead of the one that came. Errors are left as they are.
    pub body: fn(Vec<u8>) -> Vec<u8>,
}

/// Wraps a client so that the bodies of its good answers are changed.
pub(crate) fn wrap(inner: SharedHttpClient, change: Change) -> SharedHttpClient {
    SharedHttpClient::new(Client { inner, change })
}

#[derive(Debug)]
struct Client {
    inner: SharedHttpClient,
    change: Change,
}

impl HttpClient for Client {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let inner = self.inner.http_connector(settings, components);
        SharedHttpConnector::new(Connector { inner, change: self.change })
    }
}

#[derive(Debug)]
struct Connector {
    inner: SharedHttpConnector,
    change: Change,
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let wanted = (self.change.of)(&request);
        let answer = self.inner.call(request);
        if !wanted {
            return answer;
        }
        let body = self.change.body;
        HttpConnectorFuture::new(async move { changed(answer.await?, body).await })
    }
}

/// The room that is made for a body by what it says of itself; what is longer grows as it comes.
const MOST_EXPECTED: usize = 16 << 20;

async fn changed(
    mut response: HttpResponse,
    change: fn(Vec<u8>) -> Vec<u8>,
) -> Result<HttpResponse, ConnectorError> {
    if !response.status().is_success() {
        return Ok(response);
    }
    let mut body = ByteStream::new(std::mem::replace(response.body_mut(), SdkBody::empty()));
    // Piece by piece: gathering them first would copy a large answer twice.
    let expected = usize::try_from(body.size_hint().0).unwrap_or_default().min(MOST_EXPECTED);
    let mut bytes = Vec::with_capacity(expected);
    let lost = |error| ConnectorError::io(BoxError::from(error));
    while let Some(piece) = body.try_next().await.map_err(lost)? {
        bytes.extend_from_slice(&piece);
    }
    *response.body_mut() = SdkBody::from(change(bytes));
    response.headers_mut().remove("content-length");
    Ok(response)
}
