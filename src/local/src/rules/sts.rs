//! Who calls: a user of the account, or the role that it has assumed.

use crate::{
    account::{Account, Call},
    form::Form,
    request::Request,
    services::{GLOBAL, Service},
    wire::{Answer, Refusal, query_answer},
};
use serde_json::{Value as Json, json};

/// The user that everybody is who has assumed nothing.
const USER: &str = "local";

/// How many sessions are remembered.
const MOST_SESSIONS: usize = 100;

pub(super) fn before(
    account: &Account,
    service: &Service,
    request: &Request,
    call: &Call<'_>,
) -> Result<Option<Answer>, Refusal> {
    match call.operation {
        "GetCallerIdentity" => Ok(Some(identity(service, request, call))),
        "AssumeRole" => assume(account, service, request, call).map(Some),
        _ => Ok(None),
    }
}

fn identity(service: &Service, request: &Request, call: &Call<'_>) -> Answer {
    let session = request
        .access_key()
        .and_then(|key| service.ours(|ours| ours.get("sessions")?.get(&key).cloned()));
    let account = call.account;
    let me = session.unwrap_or_else(|| {
        json!({
            "Arn": format!("arn:aws:iam::{account}:user/{USER}"), "UserId": "AIDALOCALAWSUSER00000",
        })
    });
    let shown = json!({ "Arn": me["Arn"], "UserId": me["UserId"], "Account": account });
    query_answer("GetCallerIdentity", &shown)
}

fn assume(
    account: &Account,
    service: &Service,
    request: &Request,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    let form = Form::parse(&request.body);
    let arn = form.required("RoleArn")?;
    let session = form.required("RoleSessionName")?;
    let name = arn.rsplit('/').next().unwrap_or_default();
    let role = account.service("iam").and_then(|iam| {
        iam.read(GLOBAL, |state| {
            let role = state["roles"].get(name).filter(|role| role["arn"] == arn)?;
            role["role_id"].as_str().map(str::to_owned)
        })
    });
    let Some(role) = role else {
        let message = format!(
            "User: arn:aws:iam::{}:user/{USER} is not authorized to perform: sts:AssumeRole on \
             resource: {arn}",
            call.account
        );
        return Err(Refusal::new("AccessDenied", message).status(403));
    };
    let seconds = form.integer("DurationSeconds")?.unwrap_or(3600);
    let until = call.now.checked_add(jiff::SignedDuration::from_secs(seconds)).unwrap_or(call.now);
    let key = format!("ASIA{}", call.ids.upper(16));
    let me = json!({
        "Arn": format!("arn:aws:sts::{}:assumed-role/{name}/{session}", call.account),
        "UserId": format!("{role}:{session}"),
    });
    service.ours(|ours| {
        let sessions = ours.entry("sessions").or_insert_with(|| json!({}));
        if let Json::Object(sessions) = sessions {
            if sessions.len() >= MOST_SESSIONS {
                sessions.clear();
            }
            sessions.insert(key.clone(), me.clone());
        }
    });
    account.touch("sts");
    let seconds = dmsrun_base::Timestamp::from_second(until.as_second()).unwrap_or(until);
    Ok(query_answer(
        "AssumeRole",
        &json!({
            "AssumedRoleUser": { "AssumedRoleId": me["UserId"], "Arn": me["Arn"] },
            "Credentials": {
                "AccessKeyId": key, "SecretAccessKey": call.ids.alphanumeric(40),
                "SessionToken": call.ids.alphanumeric(120), "Expiration": seconds.to_string(),
            },
        }),
    ))
}
