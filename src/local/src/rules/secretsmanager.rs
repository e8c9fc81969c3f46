//! Secrets remember the key that encrypts them, which winterbaume forgets.

use crate::{account::Call, request::Request, services::Service, wire::Answer};
use serde_json::{Map, Value as Json, json};

/// Where the keys stand in what we keep beside winterbaume's state: by the secret's ARN.
const KEYS: &str = "kms_keys";

pub(super) fn after(service: &Service, request: &Request, call: &Call<'_>, answer: &mut Answer) {
    if answer.status != 200 {
        return;
    }
    let Ok(mut body) = serde_json::from_slice::<Json>(&answer.body) else { return };
    match call.operation {
        "CreateSecret" | "UpdateSecret" => {
            let wanted: Json = serde_json::from_slice(&request.body).unwrap_or_default();
            let (Some(arn), Some(key)) = (body["ARN"].as_str(), wanted["KmsKeyId"].as_str()) else {
                return;
            };
            service.ours(|ours| {
                let keys = ours.entry(KEYS).or_insert_with(|| json!({}));
                keys[arn] = json!(key);
            });
        }
        "DescribeSecret" => {
            service.ours(|ours| show(ours, &mut body));
            answer.body = body.to_string().into();
        }
        "ListSecrets" => {
            service.ours(|ours| {
                let list = body["SecretList"].as_array_mut().into_iter().flatten();
                list.for_each(|secret| show(ours, secret));
            });
            answer.body = body.to_string().into();
        }
        _ => {}
    }
}

fn show(ours: &Map<String, Json>, secret: &mut Json) {
    let key = secret["ARN"].as_str().and_then(|arn| ours.get(KEYS)?.get(arn)).cloned();
    if let Some(key) = key {
        secret["KmsKeyId"] = key;
    }
}
