//! Buckets: their names belong to one owner, their regions are where they were made, and only an empty
//! one can go.

use crate::{
    account::Call,
    request::Request,
    services::{GLOBAL, Service},
    wire::{Answer, Refusal, xml_answer},
};
use serde_json::{Value as Json, json};

pub(super) fn before(service: &Service, request: &mut Request) -> Result<Option<Answer>, Refusal> {
    let (bucket, _) = request.bucket_and_key();
    let bucket = bucket.unwrap_or_default();
    let there = service.read(GLOBAL, |state| !state["buckets"][&bucket].is_null());
    match request.operation.as_str() {
        "CreateBucket" => create(service, request, &bucket, there)?,
        "DeleteBucket" if there => {
            let empty = service.read(GLOBAL, |state| {
                let bucket = &state["buckets"][&bucket];
                let none = |member: &str| {
                    bucket[member].as_object().is_none_or(|all| {
                        all.values().all(|v| v.as_array().is_some_and(Vec::is_empty))
                    })
                };
                bucket["objects"].as_object().is_none_or(serde_json::Map::is_empty)
                    && none("object_history")
                    && none("delete_markers")
            });
            if !empty {
                let message = "The bucket you tried to delete is not empty";
                return Err(Refusal::new("BucketNotEmpty", message).status(409));
            }
        }
        "GetBucketLocation" if there => {
            let region = service.read(GLOBAL, |state| {
                state["buckets"][&bucket]["region"].as_str().unwrap_or(GLOBAL).to_owned()
            });
            // The oldest region has no name here.
            let region = if region == GLOBAL { String::new() } else { region };
            return Ok(Some(xml_answer(format!(
                "<LocationConstraint xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">{region}\
                 </LocationConstraint>"
            ))));
        }
        "DeleteObjects" => {
            let body = String::from_utf8_lossy(&request.body).into_owned();
            request.body = recode(&body, spoil).into();
        }
        _ => {}
    }
    Ok(None)
}

/// A key as winterbaume has it in mind when it comes in an address: each byte for a character.
fn spoil(text: &str) -> Option<String> {
    Some(text.bytes().map(char::from).collect())
}

/// The key that was meant.
fn unspoil(text: &str) -> Option<String> {
    let bytes: Option<Vec<u8>> = text.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect();
    String::from_utf8(bytes?).ok()
}

/// Recodes what is not ASCII: runs of such characters.
fn recode(text: &str, code: fn(&str) -> Option<String>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(from) = rest.find(|c: char| !c.is_ascii()) {
        out.push_str(&rest[..from]);
        let to = rest[from..].find(|c: char| c.is_ascii()).map_or(rest.len(), |n| from + n);
        let run = &rest[from..to];
        out.push_str(&code(run).unwrap_or_else(|| run.to_owned()));
        rest = &rest[to..];
    }
    out.push_str(rest);
    out
}

/// The region in the body of a request that creates a bucket.
fn constraint(request: &Request) -> Option<String> {
    let body = String::from_utf8_lossy(&request.body).into_owned();
    let (_, rest) = body.split_once("<LocationConstraint>")?;
    Some(rest.split_once("</")?.0.to_owned())
}

fn create(service: &Service, request: &Request, name: &str, there: bool) -> Result<(), Refusal> {
    let part = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '.';
    let edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    let good = (3..=63).contains(&name.len())
        && name.chars().all(part)
        && edge(name.chars().next())
        && edge(name.chars().next_back())
        && !name.contains("..");
    if !good {
        return Err(Refusal::new("InvalidBucketName", "The specified bucket is not valid."));
    }
    let wanted = constraint(request);
    let fits = match request.region.as_str() {
        "us-east-1" => true,
        region => wanted.as_deref() == Some(region),
    };
    if !fits {
        let message = match wanted {
            Some(wanted) => format!(
                "The {wanted} location constraint is incompatible for the region specific \
                 endpoint this request was sent to."
            ),
            None => "The unspecified location constraint is incompatible for the region specific \
                     endpoint this request was sent to."
                .into(),
        };
        return Err(Refusal::new("IllegalLocationConstraintException", message));
    }
    if there {
        let owned = service.read(GLOBAL, |state| state["buckets"][name]["region"].clone());
        if request.region == "us-east-1" && owned == "us-east-1" {
            // The oldest region answers a repetition as if it were the first.
            return Ok(());
        }
        let message =
            "Your previous request to create the named bucket succeeded and you already own it.";
        return Err(Refusal::new("BucketAlreadyOwnedByYou", message).status(409));
    }
    Ok(())
}

pub(super) fn after(service: &Service, request: &Request, call: &Call<'_>, answer: &mut Answer) {
    let keys = matches!(
        request.operation.as_str(),
        "ListObjects"
            | "ListObjectsV2"
            | "ListObjectVersions"
            | "DeleteObjects"
            | "ListParts"
            | "ListMultipartUploads"
            | "CreateMultipartUpload"
            | "CompleteMultipartUpload"
    );
    if keys
        && let Ok(text) = std::str::from_utf8(&answer.body)
        && !text.is_ascii()
    {
        answer.body = recode(text, unspoil).into();
    }
    if request.operation != "CreateBucket" || answer.status >= 300 {
        return;
    }
    let (Some(bucket), _) = request.bucket_and_key() else { return };
    let region = constraint(request).unwrap_or_else(|| call.region.to_owned());
    service.edit(GLOBAL, |state| {
        if let Json::Object(_) = &state["buckets"][&bucket] {
            state["buckets"][&bucket]["region"] = json!(region);
        }
    });
}
