//! Topics keep the attributes that they are made with; a subscription by e-mail waits for its owner.

use crate::{
    account::Call,
    form::Form,
    request::Request,
    services::Service,
    wire::{Answer, Refusal},
};
use serde_json::{Map, Value as Json, json};

/// Subscriptions of these protocols are confirmed by whoever gets the messages.
const CONFIRMED_BY_OWNER: &[&str] = &["email", "email-json", "http", "https"];

fn arn(call: &Call<'_>, form: &Form) -> String {
    let name = form.get("Name").unwrap_or_default();
    format!("arn:aws:sns:{}:{}:{name}", call.region, call.account)
}

/// The attributes of a request.
fn attributes(form: &Form) -> Map<String, Json> {
    let entries = form.structures("Attributes.entry");
    let pair = |entry: &Form| {
        Some((entry.get("key")?.to_owned(), json!(entry.get("value").unwrap_or_default())))
    };
    entries.iter().filter_map(pair).collect()
}

fn tags(form: &Form) -> Map<String, Json> {
    let members = form.structures("Tags.member");
    let pair = |tag: &Form| {
        Some((tag.get("Key")?.to_owned(), json!(tag.get("Value").unwrap_or_default())))
    };
    members.iter().filter_map(pair).collect()
}

pub(super) fn before(
    service: &Service,
    request: &mut Request,
    call: &Call<'_>,
) -> Result<Option<Answer>, Refusal> {
    let form = Form::parse(&request.body);
    match call.operation {
        "CreateTopic" => {
            let name = form.get("Name").unwrap_or_default();
            let stem = name.strip_suffix(".fifo").unwrap_or(name);
            let part = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
            if stem.is_empty() || name.len() > 256 || !stem.chars().all(part) {
                return Err(Refusal::new("InvalidParameter", "Invalid parameter: Topic Name"));
            }
            let arn = arn(call, &form);
            service.read(call.region, |state| {
                let topic = &state["topics"][&arn];
                if topic.is_null() {
                    return Ok(());
                }
                let differs = |reason: &str| {
                    let message = format!("Invalid parameter: {reason} Reason: Topic already exists with different {}", reason.to_lowercase());
                    Err(Refusal::new("InvalidParameter", message))
                };
                let wanted = tags(&form);
                if !wanted.is_empty() && topic["tags"] != Json::Object(wanted) {
                    return differs("Tags");
                }
                let same = |(name, value): (&String, &Json)| topic["attributes"][name] == *value;
                if !attributes(&form).iter().all(same) {
                    return differs("Attributes");
                }
                Ok(())
            })?;
        }
        "Subscribe" => {
            let wanted = |member: &str| form.get(member).unwrap_or_default().to_owned();
            let (topic, protocol, endpoint) =
                (wanted("TopicArn"), wanted("Protocol"), wanted("Endpoint"));
            if protocol.starts_with("email") && !endpoint.contains('@') {
                let message = "Invalid parameter: Email address";
                return Err(Refusal::new("InvalidParameter", message));
            }
            let again = service.read(call.region, |state| {
                let all = state["subscriptions"].as_object()?;
                let same = |s: &&Json| {
                    s["topic_arn"] == topic
                        && s["protocol"] == protocol
                        && s["endpoint"] == endpoint
                };
                all.values().find(same).cloned()
            });
            if let Some(again) = again {
                return Ok(Some(subscribed(&again, &form)));
            }
        }
        _ => {}
    }
    Ok(None)
}

/// The answer to a subscription: its ARN, or that it waits.
fn subscribed(subscription: &Json, form: &Form) -> Answer {
    let shown =
        form.flag("ReturnSubscriptionArn") == Some(true) || subscription["confirmed"] == true;
    let arn = match shown {
        true => subscription["arn"].as_str().unwrap_or_default(),
        false => "pending confirmation",
    };
    crate::wire::query_answer("Subscribe", &json!({ "SubscriptionArn": arn }))
}

pub(super) fn after(service: &Service, request: &Request, call: &Call<'_>, answer: &mut Answer) {
    if answer.status >= 300 {
        return;
    }
    let form = Form::parse(&request.body);
    match call.operation {
        "CreateTopic" => service.edit(call.region, |state| {
            let topic = &mut state["topics"][arn(call, &form)]["attributes"];
            let Json::Object(topic) = topic else { return };
            // An older topic is here only where nothing differs.
            let given = attributes(&form);
            let name = form.get("Name").unwrap_or_default();
            // winterbaume shows the name; AWS shows nothing until it is given.
            if !given.contains_key("DisplayName") && topic.get("DisplayName") == Some(&json!(name))
            {
                topic.insert("DisplayName".into(), json!(""));
            }
            topic.extend(given);
        }),
        "Subscribe" => {
            let text = String::from_utf8_lossy(&answer.body).into_owned();
            let arn = text.split("<SubscriptionArn>").nth(1).and_then(|t| t.split('<').next());
            let Some(arn) = arn.map(str::to_owned) else { return };
            let made = service.edit(call.region, |state| {
                let subscription = &mut state["subscriptions"][&arn];
                let protocol = subscription["protocol"].as_str().unwrap_or_default();
                if CONFIRMED_BY_OWNER.contains(&protocol) {
                    subscription["confirmed"] = json!(false);
                    subscription["attributes"]["PendingConfirmation"] = json!("true");
                    subscription["attributes"]["ConfirmationWasAuthenticated"] = json!("false");
                }
                for (name, value) in attributes(&form) {
                    subscription["attributes"][name] = value;
                }
                subscription.clone()
            });
            *answer = subscribed(&made, &form);
        }
        "ListSubscriptions" | "ListSubscriptionsByTopic" => {
            let waiting: Vec<String> = service.read(call.region, |state| {
                let all = state["subscriptions"].as_object();
                let waiting = all.into_iter().flatten().filter(|(_, s)| s["confirmed"] == false);
                waiting.map(|(arn, _)| arn.clone()).collect()
            });
            let mut text = String::from_utf8_lossy(&answer.body).into_owned();
            for arn in waiting {
                text = text.replace(
                    &format!("<SubscriptionArn>{arn}<"),
                    "<SubscriptionArn>PendingConfirmation<",
                );
            }
            answer.body = text.into();
        }
        _ => {}
    }
}
