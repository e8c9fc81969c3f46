//! What AWS enforces and winterbaume does not, service by service: before a call reaches it, and on
//! its answer.

mod iam;
mod kms;
mod order;
mod quotas;
mod s3;
mod secretsmanager;
mod sns;
mod sts;

use crate::{
    account::{Account, Call},
    request::Request,
    services::Service,
    wire::{Answer, Refusal},
};

/// Refuses a call, answers it, or lets it through.
pub(crate) fn before(
    account: &Account,
    service: &Service,
    request: &mut Request,
    call: &Call<'_>,
) -> Result<Option<Answer>, Refusal> {
    match service.name {
        "iam" => iam::before(service, request, call),
        "kms" => kms::before(service, request, call),
        "s3" => s3::before(service, request),
        "secretsmanager" => secretsmanager::before(service, request, call),
        "sns" => sns::before(service, request, call),
        "service_quotas" => quotas::before(service, call).map(|()| None),
        "sts" => sts::before(account, service, request, call),
        _ => Ok(None),
    }
}

/// Mends an answer, and what it left in the service's state.
pub(crate) fn after(service: &Service, request: &Request, call: &Call<'_>, answer: &mut Answer) {
    match service.name {
        "iam" => iam::after(service, request, call, answer),
        "kms" => kms::after(service, request, call, answer),
        "s3" => s3::after(service, request, call, answer),
        "secretsmanager" => secretsmanager::after(service, request, call, answer),
        "sns" => sns::after(service, request, call, answer),
        _ => {}
    }
    // The results of a simulation, say, are in the order of the questions.
    if ["List", "Describe", "Get"].iter().any(|verb| call.operation.starts_with(verb)) {
        order::sort(request, answer);
    }
}
