//! Secrets remember the key that encrypts them and how they rotate, which winterbaume forgets in part,
//! and rotation is refused where Secrets Manager would.

use crate::{
    account::Call,
    request::Request,
    services::Service,
    wire::{Answer, Refusal},
};
use serde_json::{Map, Value as Json, json};

/// Where the keys stand in what we keep beside winterbaume's state: by the secret's ARN.
const KEYS: &str = "kms_keys";

/// The secret that a request names, by name or ARN.
fn secret_of<'a>(state: &'a Json, input: &Json) -> Option<&'a Json> {
    let named = input["SecretId"].as_str()?;
    let mut secrets = state["secrets"].as_object()?.values();
    secrets.find(|secret| secret["name"] == named || secret["arn"] == named)
}

pub(super) fn before(
    service: &Service,
    request: &Request,
    call: &Call<'_>,
) -> Result<Option<Answer>, Refusal> {
    if call.operation != "RotateSecret" {
        return Ok(None);
    }
    let input: Json = serde_json::from_slice(&request.body).unwrap_or_default();
    let has_function = service.read(call.region, |state| {
        secret_of(state, &input).is_none_or(|secret| secret["rotation_lambda_arn"].is_string())
    });
    if !has_function && input["RotationLambdaARN"].is_null() {
        let message = "No Lambda rotation function ARN is associated with this secret.";
        return Err(Refusal::new("InvalidRequestException", message));
    }
    let rules = &input["RotationRules"];
    let (days, schedule) = (&rules["AutomaticallyAfterDays"], &rules["ScheduleExpression"]);
    let wrong = if !days.is_null() && !schedule.is_null() {
        Some("You can't specify both AutomaticallyAfterDays and ScheduleExpression.")
    } else if days.as_i64().is_some_and(|days| !(1..=1000).contains(&days)) {
        Some("RotationRules.AutomaticallyAfterDays must be between 1 and 1000.")
    } else if schedule.as_str().is_some_and(|s| !s.starts_with("rate(") && !s.starts_with("cron("))
    {
        Some("Invalid schedule expression.")
    } else {
        None
    };
    match wrong {
        Some(message) => Err(Refusal::new("InvalidParameterException", message)),
        None => Ok(None),
    }
}

/// Shows how a secret rotates where winterbaume leaves it out.
fn show_rotation(state: &Json, secret: &mut Json) {
    let Some(kept) = secret_of(state, &json!({ "SecretId": secret["ARN"] })) else { return };
    for (ours, theirs) in
        [("rotation_enabled", "RotationEnabled"), ("rotation_lambda_arn", "RotationLambdaARN")]
    {
        if !kept[ours].is_null() {
            secret[theirs] = kept[ours].clone();
        }
    }
    let rules = &kept["rotation_rules"];
    for (ours, theirs) in [
        ("automatically_after_days", "AutomaticallyAfterDays"),
        ("duration", "Duration"),
        ("schedule_expression", "ScheduleExpression"),
    ] {
        if !rules[ours].is_null() {
            secret["RotationRules"][theirs] = rules[ours].clone();
        }
    }
}

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
        "CancelRotateSecret" => service.edit(call.region, |state| {
            let arn = body["ARN"].clone();
            let secrets = state["secrets"].as_object_mut().into_iter().flatten();
            for (_, secret) in secrets.filter(|(_, secret)| secret["arn"] == arn) {
                secret["rotation_enabled"] = json!(false);
            }
        }),
        "ListSecrets" => {
            service.ours(|ours| {
                let list = body["SecretList"].as_array_mut().into_iter().flatten();
                list.for_each(|secret| show(ours, secret));
            });
            service.read(call.region, |state| {
                let list = body["SecretList"].as_array_mut().into_iter().flatten();
                list.for_each(|secret| show_rotation(state, secret));
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
