//! Resource Groups Tagging: which alarms and log groups carry a tag, in one answer. The services whose
//! state is winterbaume's are not among them; who asks for those asks their own service.

use crate::wire::Refusal;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

/// Something with tags: its ARN, its type as filters name it, its tags.
pub(crate) struct Tagged {
    pub arn: String,
    pub kind: &'static str,
    pub tags: BTreeMap<String, String>,
}

/// Answers a call from everything of a region that has tags.
pub(crate) fn handle(operation: &str, input: &Json, mut all: Vec<Tagged>) -> Result<Json, Refusal> {
    all.sort_by(|a, b| a.arn.cmp(&b.arn));
    match operation {
        "GetResources" => get_resources(input, &all),
        other => Err(Refusal::not_local("tagging", other)),
    }
}

fn strings(value: &Json) -> Vec<&str> {
    value.as_array().into_iter().flatten().filter_map(Json::as_str).collect()
}

fn get_resources(input: &Json, all: &[Tagged]) -> Result<Json, Refusal> {
    let types = strings(&input["ResourceTypeFilters"]);
    let arns = strings(&input["ResourceARNList"]);
    let filters: Vec<(&str, Vec<&str>)> = input["TagFilters"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|f| (f["Key"].as_str().unwrap_or_default(), strings(&f["Values"])))
        .collect();
    let matches = |one: &&Tagged| {
        // A type is a service, or a service and its resource.
        let typed = types.is_empty()
            || types.iter().any(|t| *t == one.kind || one.kind.split(':').next() == Some(*t));
        let named = arns.is_empty() || arns.contains(&one.arn.as_str());
        let tagged = filters.iter().all(|(key, values)| {
            one.tags
                .get(*key)
                .is_some_and(|value| values.is_empty() || values.contains(&value.as_str()))
        });
        typed && named && tagged && !one.tags.is_empty()
    };
    let found: Vec<&Tagged> = all.iter().filter(matches).collect();
    let most = input["ResourcesPerPage"].as_u64().and_then(|n| usize::try_from(n).ok());
    let most = most.unwrap_or(50).clamp(1, 100);
    let from = match input["PaginationToken"].as_str().filter(|token| !token.is_empty()) {
        None => 0,
        Some(token) => token.parse().map_err(|_| {
            Refusal::new("PaginationTokenExpiredException", "The pagination token is not valid.")
        })?,
    };
    let page = found.iter().skip(from).take(most).map(|one| {
        let tags: Vec<Json> =
            one.tags.iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect();
        json!({ "ResourceARN": one.arn, "Tags": tags })
    });
    let next = from + most;
    let token = if next < found.len() { next.to_string() } else { String::new() };
    Ok(json!({
        "ResourceTagMappingList": page.collect::<Vec<Json>>(),
        "PaginationToken": token,
    }))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn all() -> Vec<Tagged> {
        let one = |arn: &str, kind, stack: &str| Tagged {
            arn: arn.to_owned(),
            kind,
            tags: BTreeMap::from([("dmsrun:stack".to_owned(), stack.to_owned())]),
        };
        vec![
            one("arn:2", "cloudwatch:alarm", "orders"),
            one("arn:1", "cloudwatch:alarm", "orders"),
            one("arn:3", "logs:log-group", "orders"),
            one("arn:4", "cloudwatch:alarm", "other"),
        ]
    }

    fn arns(answer: &Json) -> Vec<&str> {
        let list = answer["ResourceTagMappingList"].as_array().unwrap();
        list.iter().map(|m| m["ResourceARN"].as_str().unwrap()).collect()
    }

    #[test]
    fn filters_by_tag_and_type_hold_together_and_pages_go_on() {
        let mut input = json!({
            "TagFilters": [{ "Key": "dmsrun:stack", "Values": ["orders"] }],
            "ResourceTypeFilters": ["cloudwatch:alarm"],
            "ResourcesPerPage": 1,
        });
        let first = handle("GetResources", &input, all()).unwrap();
        assert_eq!(arns(&first), ["arn:1"]);
        input["PaginationToken"] = first["PaginationToken"].clone();
        let second = handle("GetResources", &input, all()).unwrap();
        assert_eq!(arns(&second), ["arn:2"]);
        assert_eq!(second["PaginationToken"], "");
    }

    #[test]
    fn a_service_alone_is_a_type_and_an_unknown_operation_is_refused() {
        let input = json!({ "ResourceTypeFilters": ["logs"] });
        assert_eq!(arns(&handle("GetResources", &input, all()).unwrap()), ["arn:3"]);
        assert!(handle("TagResources", &json!({}), all()).is_err());
    }
}
