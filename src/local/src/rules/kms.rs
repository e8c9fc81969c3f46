//! What KMS enforces and winterbaume does not: how often a key rotates, what a key that is going to be
//! deleted refuses, when it is gone, and policies that lock everybody out.

use crate::{
    account::Call,
    request::Request,
    services::Service,
    wire::{Answer, Refusal},
};
use dmsrun_base::Timestamp;
use serde_json::{Value as Json, json};

/// Where the days of rotation stand in what we keep beside winterbaume's state: by the key's id.
const PERIODS: &str = "rotation_periods";

/// How often a key rotates where nobody said it.
const PERIOD: i64 = 365;

/// The seconds of a day.
const DAY: i64 = 86_400;

/// What is refused of a key that is going to be deleted.
const NEEDS_LIFE: &[&str] = &[
    "CreateAlias",
    "DisableKey",
    "DisableKeyRotation",
    "EnableKey",
    "EnableKeyRotation",
    "GetKeyRotationStatus",
    "PutKeyPolicy",
    "ScheduleKeyDeletion",
    "TagResource",
    "UntagResource",
    "UpdateAlias",
    "UpdateKeyDescription",
];

/// What is refused of a key that is disabled.
const NEEDS_ENABLED: &[&str] = &["EnableKeyRotation", "DisableKeyRotation"];

fn body(request: &Request) -> Json {
    serde_json::from_slice(&request.body).unwrap_or_default()
}

/// The id of the key that a request names, by id, ARN or alias.
fn key_of(state: &Json, input: &Json) -> Option<String> {
    let named = input["KeyId"].as_str().or(input["TargetKeyId"].as_str())?;
    let name = named.split_once(":key/").map_or(named, |(_, id)| id);
    let alias = name.find("alias/").map(|at| &name[at..]);
    match alias {
        Some(alias) => state["aliases"][alias]["target_key_id"].as_str().map(str::to_owned),
        None => Some(name.to_owned()),
    }
}

pub(super) fn before(
    service: &Service,
    request: &Request,
    call: &Call<'_>,
) -> Result<Option<Answer>, Refusal> {
    bury(service, call);
    let input = body(request);
    let operation = call.operation;
    let key = service.read(call.region, |state| {
        let id = key_of(state, &input)?;
        Some((id.clone(), state["keys"][&id].clone()))
    });
    if let Some((_, key)) = &key {
        let arn = key["arn"].as_str().unwrap_or_default();
        let is = |wanted: &str| key["key_state"].as_str() == Some(wanted);
        if is("PendingDeletion") && NEEDS_LIFE.contains(&operation) {
            let message = format!("{arn} is pending deletion.");
            return Err(Refusal::new("KMSInvalidStateException", message));
        } else if is("Disabled") && NEEDS_ENABLED.contains(&operation) {
            return Err(Refusal::new("DisabledException", format!("{arn} is disabled.")));
        }
    }
    match operation {
        "EnableKeyRotation" => {
            let days = &input["RotationPeriodInDays"];
            if days.as_i64().is_some_and(|days| !(90..=2560).contains(&days)) {
                let message = format!(
                    "1 validation error detected: Value '{days}' at 'rotationPeriodInDays' failed \
                     to satisfy constraint: Member must be between 90 and 2560"
                );
                return Err(Refusal::new("ValidationException", message));
            }
        }
        "CreateKey" | "PutKeyPolicy" if !input["Policy"].is_null() => {
            check_policy(input["Policy"].as_str().unwrap_or_default(), call)?;
        }
        _ => {}
    }
    Ok(None)
}

/// Refuses what is no policy, and one that lets nobody of the account change it again.
fn check_policy(text: &str, call: &Call<'_>) -> Result<(), Refusal> {
    let refuse = |message: &str| Err(Refusal::new("MalformedPolicyDocumentException", message));
    let Ok(policy) = serde_json::from_str::<Json>(text) else {
        return refuse("The policy is not valid JSON.");
    };
    let list = |value: &Json| match value {
        Json::Array(items) => items.clone(),
        Json::Null => Vec::new(),
        one => vec![one.clone()],
    };
    let root = format!(":{}:", call.account);
    let lets = list(&policy["Statement"]).iter().any(|statement| {
        let principal = &statement["Principal"];
        let ours = |one: &Json| {
            one.as_str().is_some_and(|p| p == "*" || p == call.account || p.contains(&root))
        };
        let principals =
            if principal.is_object() { list(&principal["AWS"]) } else { list(principal) };
        let may = |action: &Json| {
            action
                .as_str()
                .is_some_and(|a| matches!(a, "*" | "kms:*" | "kms:Put*" | "kms:PutKeyPolicy"))
        };
        statement["Effect"] == "Allow"
            && principals.iter().any(ours)
            && list(&statement["Action"]).iter().any(may)
    });
    match lets {
        true => Ok(()),
        false => {
            refuse("The new key policy will not allow you to update the key policy in the future.")
        }
    }
}

/// Takes away the keys whose days are over, with their aliases.
fn bury(service: &Service, call: &Call<'_>) {
    let over = |key: &Json| {
        let date = key["deletion_date"].as_str().and_then(|text| text.parse::<Timestamp>().ok());
        key["key_state"] == "PendingDeletion" && date.is_some_and(|date| date <= call.now)
    };
    let gone: Vec<String> = service.read(call.region, |state| {
        let keys = state["keys"].as_object().into_iter().flatten();
        keys.filter(|(_, key)| over(key)).map(|(id, _)| id.clone()).collect()
    });
    if gone.is_empty() {
        return;
    }
    service.edit(call.region, |state| {
        if let Some(keys) = state["keys"].as_object_mut() {
            keys.retain(|id, _| !gone.contains(id));
        }
        if let Some(aliases) = state["aliases"].as_object_mut() {
            let of = |alias: &Json| alias["target_key_id"].as_str().unwrap_or_default().to_owned();
            aliases.retain(|_, alias| !gone.contains(&of(alias)));
        }
    });
}

pub(super) fn after(service: &Service, request: &Request, call: &Call<'_>, answer: &mut Answer) {
    if answer.status != 200 {
        return;
    }
    let Some(id) = service.read(call.region, |state| key_of(state, &body(request))) else { return };
    match call.operation {
        "ScheduleKeyDeletion" => {
            // Winterbaume counts the days from the time of this machine.
            let days = body(request)["PendingWindowInDays"].as_i64().unwrap_or(30);
            let Ok(date) = Timestamp::from_second(call.now.as_second() + days * DAY) else {
                return;
            };
            service.edit(call.region, |state| {
                state["keys"][&id]["deletion_date"] = json!(date.to_string());
            });
            let Ok(mut shown) = serde_json::from_slice::<Json>(&answer.body) else { return };
            shown["DeletionDate"] = json!(date.as_second());
            shown["PendingWindowInDays"] = json!(days);
            answer.body = shown.to_string().into();
        }
        "EnableKeyRotation" => {
            let days = body(request)["RotationPeriodInDays"].as_i64();
            service.ours(|ours| {
                let periods = ours.entry(PERIODS).or_insert_with(|| json!({}));
                // Without a period the one of the last time stays.
                if let Some(days) = days {
                    periods[&id] = json!(days);
                }
            });
        }
        "GetKeyRotationStatus" => {
            let Ok(mut shown) = serde_json::from_slice::<Json>(&answer.body) else { return };
            if shown["KeyRotationEnabled"] == true {
                let days = service
                    .ours(|ours| ours.get(PERIODS).and_then(|p| p[&id].as_i64()).unwrap_or(PERIOD));
                shown["RotationPeriodInDays"] = json!(days);
                answer.body = shown.to_string().into();
            }
        }
        _ => {}
    }
}
