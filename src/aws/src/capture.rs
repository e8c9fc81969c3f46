//! The body of an answer as it came, kept aside before the SDK reads it.
//!
//! Making typed structures of a page of hundreds of small records, and dynamic values of these, takes most
//! of the time that the page takes. So for some operations (`records.rs`) the body is taken out of the
//! answer, and the SDK reads an empty one: the production path stays the same for everything else, such as
//! signatures, errors, request ids and retries.

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
use std::{cell::RefCell, future::Future};

tokio::task_local! {
    static WANTED: Wanted;
}

/// What is waited for, and what came.
struct Wanted {
    /// The operation's name on the wire: other calls may be made on the way, for credentials.
    operation: &'static str,
    body: RefCell<Option<Vec<u8>>>,
}

/// Runs a call of the operation with this name on the wire, and gives the body of its last good answer as
/// well.
pub(crate) async fn body_of<T>(
    operation: &'static str,
    call: impl Future<Output = T>,
) -> (T, Option<Vec<u8>>) {
    let wanted = Wanted { operation, body: RefCell::default() };
    WANTED
        .scope(wanted, async move {
            let result = call.await;
            (result, WANTED.with(|wanted| wanted.body.take()))
        })
        .await
}

/// Wraps a client so that [`body_of`] gets the body.
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
        let wanted = WANTED.try_with(|wanted| wanted.operation).is_ok_and(|operation| {
            let target = request.headers().get("x-amz-target").unwrap_or_default();
            target.rsplit_once('.').is_some_and(|(_, name)| name == operation)
        });
        let answer = self.inner.call(request);
        if !wanted {
            return answer;
        }
        HttpConnectorFuture::new(async move { aside(answer.await?).await })
    }
}

/// Puts the body of a good answer aside.
async fn aside(mut response: HttpResponse) -> Result<HttpResponse, ConnectorError> {
    if !response.status().is_success() {
        return Ok(response);
    }
    let body = std::mem::replace(response.body_mut(), SdkBody::from("{}"));
    // Its own `to_vec` goes byte by byte.
    let bytes = ByteStream::new(body)
        .collect()
        .await
        .map_err(|error| ConnectorError::io(BoxError::from(error)))?
        .into_bytes()
        .to_vec();
    response.headers_mut().remove("content-length");
    // Outside of its scope nobody waits for it any more.
    let _ = WANTED.try_with(|wanted| wanted.body.replace(Some(bytes)));
    Ok(response)
}
