//! Descriptions: what is there, as it is shown, narrowed by ids and filters, in pages.

use super::{
    Answer, Turn, invalid,
    kinds::Kind,
    region::{Region, missing},
    text,
};
use crate::{form::Form, wire::Refusal};
use ipnet::Ipv4Net;
use serde_json::{Map, Value as Json, json};

impl Turn<'_> {
    pub fn describe(&self, kind: &'static Kind) -> Answer {
        let ids = self.form.list(kind.ids);
        for id in &ids {
            // Flow logs are the exception: an unknown one is just not in the list.
            if self.region.get(kind.name, id).is_none() && kind.name != "vpc-flow-log" {
                return Err(missing(kind, id));
            }
        }
        let filters = filters(self.form, |name| {
            kind.filters.iter().find(|(filter, _)| *filter == name).map(|(_, path)| *path)
        })?;
        let mut shown = Vec::new();
        for item in self.region.all(kind.name) {
            let id = text(item, kind.id);
            if (ids.is_empty() || ids.iter().any(|i| i == id)) && self.named(kind, item)? {
                let item = self.region.show(kind.name, item);
                if filters.iter().all(|filter| filter.fits(&item)) {
                    shown.push(item);
                }
            }
        }
        self.page(kind.set, shown)
    }

    /// The other parameters that name items.
    fn named(&self, kind: &Kind, item: &Json) -> Result<bool, Refusal> {
        let (parameter, member) = match kind.name {
            "security-group" => ("GroupName", "groupName"),
            "elastic-ip" => ("PublicIp", "publicIp"),
            _ => return Ok(true),
        };
        let names = self.form.list(parameter);
        Ok(names.is_empty() || names.iter().any(|name| item[member] == *name))
    }

    /// A page of a list, of `MaxResults` where it is asked for.
    pub fn page(&self, set: &str, items: Vec<Json>) -> Answer {
        let max = self.form.integer("MaxResults")?;
        let max = max.map_or(usize::MAX, |max| usize::try_from(max).unwrap_or(1).max(1));
        let from = match self.form.get("NextToken").filter(|token| !token.is_empty()) {
            None => 0,
            Some(token) => {
                token.strip_prefix("after-").and_then(|n| n.parse().ok()).ok_or_else(|| {
                    invalid(token, "nextToken", "The token is not one that was given.")
                })?
            }
        };
        let more = items.len() > max.saturating_add(from);
        let page: Vec<Json> = items.into_iter().skip(from).take(max).collect();
        let next = more.then(|| format!("after-{}", from + page.len()));
        Ok(json!({ set: page, "nextToken": next }))
    }
}

/// A filter: a path through an item, and the values that fit.
pub(crate) struct Filter {
    path: Path,
    values: Vec<String>,
}

enum Path {
    Member(String),
    Tag(String),
    TagKey,
}

/// The filters of a request; `member` tells which member a name looks at.
pub(crate) fn filters(
    form: &Form,
    member: impl Fn(&str) -> Option<&'static str>,
) -> Result<Vec<Filter>, Refusal> {
    let read = |filter: Form| {
        let name = filter.required("Name")?;
        let path = match (name.strip_prefix("tag:"), name) {
            (Some(key), _) => Path::Tag(key.to_owned()),
            (None, "tag-key") => Path::TagKey,
            (None, name) => match member(name) {
                Some(path) => Path::Member(path.to_owned()),
                None => {
                    let message = format!("The filter '{name}' is invalid");
                    return Err(Refusal::new("InvalidParameterValue", message));
                }
            },
        };
        Ok(Filter { path, values: filter.list("Value") })
    };
    form.structures("Filter").into_iter().map(read).collect()
}

impl Filter {
    pub fn fits(&self, item: &Json) -> bool {
        let mut found = Vec::new();
        match &self.path {
            Path::Member(path) => collect(item, path, &mut found),
            Path::Tag(key) => found.extend(tag(item, key).map(str::to_owned)),
            Path::TagKey => collect(item, "tagSet.key", &mut found),
        }
        found.iter().any(|value| self.values.iter().any(|pattern| like(pattern, value)))
    }
}

/// The value of a tag.
pub(crate) fn tag<'a>(item: &'a Json, key: &str) -> Option<&'a str> {
    let tags = item["tagSet"].as_array()?;
    tags.iter().find(|tag| tag["key"] == key)?["value"].as_str()
}

fn collect(value: &Json, path: &str, found: &mut Vec<String>) {
    match value {
        Json::Array(items) => items.iter().for_each(|item| collect(item, path, found)),
        Json::Object(map) => {
            let (first, rest) = path.split_once('.').unwrap_or((path, ""));
            if let Some(member) = map.get(first) {
                collect(member, rest, found);
            }
        }
        Json::Null => {}
        Json::String(text) if path.is_empty() => found.push(text.clone()),
        other if path.is_empty() => found.push(other.to_string()),
        _ => {}
    }
}

/// Whether a text fits a pattern with `*` and `?`.
fn like(pattern: &str, text: &str) -> bool {
    let (p, t): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut i, mut j, mut star) = (0, 0, None);
    while j < t.len() {
        if i < p.len() && p[i] == '*' {
            star = Some((i, j));
            i += 1;
        } else if i < p.len() && (p[i] == '?' || p[i] == t[j]) {
            i += 1;
            j += 1;
        } else if let Some((at, from)) = star {
            star = Some((at, from + 1));
            i = at + 1;
            j = from + 1;
        } else {
            return false;
        }
    }
    p[i..].iter().all(|c| *c == '*')
}

impl Region {
    /// An item as it is shown: with what follows from other items.
    pub fn show(&self, kind: &str, item: &Json) -> Json {
        let mut item = item.clone();
        match kind {
            "subnet" => {
                let used = self.ids("network-interface", |eni| eni["subnetId"] == item["subnetId"]);
                let size = text(&item, "cidrBlock")
                    .parse::<Ipv4Net>()
                    .map_or(0, |net| 1_u64 << (32 - net.prefix_len()));
                // Five addresses of every subnet belong to AWS.
                let free = size.saturating_sub(5 + used.len() as u64);
                item["availableIpAddressCount"] = json!(free);
            }
            "security-group" => {
                item["ipPermissions"] = self.permissions(&item["groupId"], false);
                item["ipPermissionsEgress"] = self.permissions(&item["groupId"], true);
            }
            "network-interface" | "vpc-endpoint" => {
                if let Some(groups) = item["_groups"].as_array() {
                    let shown = groups.iter().filter_map(|id| {
                        let group = self.get("security-group", id.as_str()?)?;
                        Some(json!({ "groupId": id, "groupName": group["groupName"] }))
                    });
                    item["groupSet"] = shown.collect();
                }
            }
            "route-table" => self.show_routes(&mut item),
            _ => {}
        }
        item
    }

    /// A route whose target is gone, or still coming, leads nowhere.
    fn show_routes(&self, table: &mut Json) {
        for route in table["routeSet"].as_array_mut().into_iter().flatten() {
            let target = |member: &str, kind: &str| {
                route[member].as_str().map(|id| self.get(kind, id).cloned())
            };
            let dead = match (
                target("natGatewayId", "natgateway"),
                target("gatewayId", "internet-gateway"),
                target("vpcPeeringConnectionId", "vpc-peering-connection"),
            ) {
                (Some(nat), _, _) => {
                    nat.is_none_or(|nat| !matches!(text(&nat, "state"), "available" | "pending"))
                }
                (_, Some(gateway), _) if text(route, "gatewayId").starts_with("igw-") => gateway
                    .is_none_or(|g| g["attachmentSet"].as_array().is_none_or(|a| a.is_empty())),
                (_, _, Some(peering)) => peering.is_none_or(|p| p["status"]["code"] != "active"),
                _ => false,
            };
            route["state"] = json!(if dead { "blackhole" } else { "active" });
        }
    }

    /// The rules of a group as permissions: those for the same protocol and ports together.
    fn permissions(&self, group: &Json, egress: bool) -> Json {
        let mut all: Vec<Map<String, Json>> = Vec::new();
        for rule in self.all("security-group-rule") {
            if rule["groupId"] != *group || rule["isEgress"] != egress {
                continue;
            }
            let any = rule["ipProtocol"] == "-1";
            let (from, to) = match any {
                true => (Json::Null, Json::Null),
                false => (rule["fromPort"].clone(), rule["toPort"].clone()),
            };
            let same = |p: &Map<String, Json>| {
                p["ipProtocol"] == rule["ipProtocol"] && p["fromPort"] == from && p["toPort"] == to
            };
            let at = match all.iter().position(same) {
                Some(at) => at,
                None => {
                    let mut permission = Map::new();
                    permission.insert("ipProtocol".into(), rule["ipProtocol"].clone());
                    permission.insert("fromPort".into(), from);
                    permission.insert("toPort".into(), to);
                    for list in ["groups", "ipRanges", "ipv6Ranges", "prefixListIds"] {
                        permission.insert(list.into(), json!([]));
                    }
                    all.push(permission);
                    all.len() - 1
                }
            };
            let description = rule["description"].clone();
            let referenced = &rule["referencedGroupInfo"];
            let (list, entry) = if !rule["cidrIpv4"].is_null() {
                ("ipRanges", json!({ "cidrIp": rule["cidrIpv4"], "description": description }))
            } else if !rule["cidrIpv6"].is_null() {
                ("ipv6Ranges", json!({ "cidrIpv6": rule["cidrIpv6"], "description": description }))
            } else if !rule["prefixListId"].is_null() {
                let id = rule["prefixListId"].clone();
                ("prefixListIds", json!({ "prefixListId": id, "description": description }))
            } else {
                let (group, user) = (referenced["groupId"].clone(), referenced["userId"].clone());
                ("groups", json!({ "groupId": group, "userId": user, "description": description }))
            };
            if let Some(Json::Array(entries)) = all[at].get_mut(list) {
                entries.push(entry);
            }
        }
        all.into_iter().map(Json::Object).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_have_stars_and_question_marks() {
        for (pattern, text, fits) in [
            ("*", "", true),
            ("a*c", "abbc", true),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("*.s3", "com.amazonaws.s3", true),
            ("*a*b*", "xxaxxbxx", true),
            ("abc", "abcd", false),
        ] {
            assert_eq!(like(pattern, text), fits, "{pattern} {text}");
        }
    }
}
