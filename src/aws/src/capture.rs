//! The body of an answer as it came, kept aside before the SDK reads it.
//!
//! Making typed structures of a page of hundreds of small records, and dynamic values of these, takes most
//! of the time that the page takes. So for some operations (`records.rs`) the body is taken out of the
//! answer, and the SDK reads an empty one: the production path stays the same for everything else, such as
//! signatures, errors, request ids and retries.

use crate::answers::{self, Change};
use aws_smithy_runtime_api::client::{http::SharedHttpClient, orchestrator::HttpRequest};
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
    answers::wrap(inner, Change { of: is_wanted, body: aside })
}

fn is_wanted(request: &HttpRequest) -> bool {
    WANTED.try_with(|wanted| wanted.operation).is_ok_and(|operation| {
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        target.rsplit_once('.').is_some_and(|(_, name)| name == operation)
    })
}

/// Puts a body aside, and gives an empty one.
fn aside(body: Vec<u8>) -> Vec<u8> {
    // Outside of its scope nobody waits for it any more.
    let _ = WANTED.try_with(|wanted| wanted.body.replace(Some(body)));
    b"{}".to_vec()
}
