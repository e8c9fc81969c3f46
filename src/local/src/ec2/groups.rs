//! Security groups and their rules. Each rule is an item of its own; a group's permissions are its rules
//! put together.

use super::{Answer, Turn, dependency, done, invalid, text};
use crate::{form::Form, wire::Refusal};
use serde_json::{Value as Json, json};

/// The quota of rules in one direction.
const MOST_RULES: usize = 60;

/// A rule as it is asked for.
#[derive(Clone, Debug, PartialEq)]
struct Wanted {
    protocol: String,
    from: i64,
    to: i64,
    source: Source,
    description: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Source {
    Ipv4(String),
    Ipv6(String),
    PrefixList(String),
    Group(String),
}

impl Source {
    fn member(&self) -> (&'static str, &str) {
        match self {
            Self::Ipv4(cidr) => ("cidrIpv4", cidr),
            Self::Ipv6(cidr) => ("cidrIpv6", cidr),
            Self::PrefixList(id) => ("prefixListId", id),
            Self::Group(id) => ("referencedGroupInfo", id),
        }
    }
}

impl Wanted {
    /// Whether a rule allows just this.
    fn is(&self, rule: &Json) -> bool {
        let (member, value) = self.source.member();
        let there = match &self.source {
            Source::Group(_) => rule[member]["groupId"] == value,
            _ => rule[member] == value,
        };
        there
            && rule["ipProtocol"] == self.protocol.as_str()
            && rule["fromPort"] == self.from
            && rule["toPort"] == self.to
    }

    fn show(&self) -> String {
        let (_, source) = self.source.member();
        format!(
            "peer: {source}, {}, from port: {}, to port: {}, ALLOW",
            self.protocol, self.from, self.to
        )
    }
}

impl Turn<'_> {
    /// The group that everything in a VPC is in unless it says otherwise.
    pub fn default_group(&mut self, vpc: &str) {
        let group = self.group("default", "default VPC security group", vpc, json!([]));
        let id = text(&group, "groupId").to_owned();
        self.region.insert("security-group", group);
        let within = Wanted {
            protocol: "-1".into(),
            from: -1,
            to: -1,
            source: Source::Group(id.clone()),
            description: None,
        };
        self.add_rule(&id, false, &within, json!([]));
        self.add_rule(&id, true, &everything(), json!([]));
    }

    fn group(&self, name: &str, description: &str, vpc: &str, tags: Json) -> Json {
        let id = self.call.ids.resource("sg");
        let (account, region) = (self.call.account, self.call.region);
        json!({
            "groupId": id, "groupName": name, "groupDescription": description, "vpcId": vpc,
            "ownerId": account, "tagSet": tags,
            "securityGroupArn": format!("arn:aws:ec2:{region}:{account}:security-group/{id}"),
        })
    }

    pub fn create_security_group(&mut self) -> Answer {
        let tags = self.tags("security-group")?;
        let name = self.form.required("GroupName")?;
        let description = self.form.required("GroupDescription")?;
        let vpc = self.form.required("VpcId")?;
        self.region.find("vpc", vpc)?;
        if name.starts_with("sg-") || name == "default" || name.len() > 255 {
            return Err(invalid(name, "groupName", "The name is reserved or too long."));
        }
        let fits = |c: char| c.is_ascii_alphanumeric() || " ._-:/()#,@[]+=&;{}!$*".contains(c);
        if description.len() > 255 || !description.chars().all(fits) {
            let why = "Character sets beyond ASCII are not supported.";
            return Err(invalid(description, "GroupDescription", why));
        }
        if self.region.any("security-group", |g| g["vpcId"] == vpc && g["groupName"] == name) {
            let message = format!("The security group '{name}' already exists for VPC '{vpc}'");
            return Err(Refusal::new("InvalidGroup.Duplicate", message));
        }
        let group = self.group(name, description, vpc, tags);
        let id = text(&group, "groupId").to_owned();
        let answer = json!({
            "return": true, "groupId": id, "tagSet": group["tagSet"],
            "securityGroupArn": group["securityGroupArn"],
        });
        self.region.insert("security-group", group);
        self.add_rule(&id, true, &everything(), json!([]));
        Ok(answer)
    }

    pub fn delete_security_group(&mut self) -> Answer {
        let id = self.form.required("GroupId")?;
        let group = self.region.find("security-group", id)?;
        if group["groupName"] == "default" {
            let message = format!(
                "the specified group: \"{id}\" name: \"default\" cannot be deleted by a user"
            );
            return Err(Refusal::new("CannotDelete", message));
        }
        let member = |item: &Json| {
            item["_groups"].as_array().is_some_and(|groups| groups.iter().any(|g| g == id))
        };
        let named =
            |rule: &Json| rule["groupId"] != id && rule["referencedGroupInfo"]["groupId"] == id;
        if self.region.any("network-interface", member)
            || self.region.any("vpc-endpoint", member)
            || self.region.any("security-group-rule", named)
        {
            return Err(dependency(format!("resource {id} has a dependent object")));
        }
        self.region.remove("security-group", id);
        self.region.remove_all("security-group-rule", |rule| rule["groupId"] == id);
        Ok(json!({ "return": true, "groupId": id }))
    }

    pub fn authorize(&mut self, egress: bool) -> Answer {
        let group = self.form.required("GroupId")?.to_owned();
        self.region.find("security-group", &group)?;
        let tags = self.tags("security-group-rule")?;
        let wanted = self.wanted()?;
        let of_group =
            |rule: &Json| rule["groupId"] == group.as_str() && rule["isEgress"] == egress;
        let there = self.region.ids("security-group-rule", of_group);
        if there.len() + wanted.len() > MOST_RULES {
            let message = "The maximum number of rules per security group has been reached.";
            return Err(Refusal::new("RulesPerSecurityGroupLimitExceeded", message));
        }
        for (n, rule) in wanted.iter().enumerate() {
            let twice = self.region.any("security-group-rule", |r| of_group(r) && rule.is(r));
            if twice
                || wanted[..n].iter().any(|r| {
                    (&r.source, &r.protocol, r.from, r.to)
                        == (&rule.source, &rule.protocol, rule.from, rule.to)
                })
            {
                let message = format!("the specified rule \"{}\" already exists", rule.show());
                return Err(Refusal::new("InvalidPermission.Duplicate", message));
            }
            if let Source::Group(other) = &rule.source {
                self.region.find("security-group", other)?;
            }
        }
        let made: Vec<Json> =
            wanted.iter().map(|rule| self.add_rule(&group, egress, rule, tags.clone())).collect();
        Ok(json!({ "return": true, "securityGroupRuleSet": made }))
    }

    fn add_rule(&mut self, group: &str, egress: bool, rule: &Wanted, tags: Json) -> Json {
        let (account, region) = (self.call.account, self.call.region);
        let id = self.call.ids.resource("sgr");
        let mut item = json!({
            "securityGroupRuleId": id, "groupId": group, "groupOwnerId": account,
            "isEgress": egress, "ipProtocol": rule.protocol, "fromPort": rule.from,
            "toPort": rule.to, "description": rule.description, "tagSet": tags,
            "securityGroupRuleArn":
                format!("arn:aws:ec2:{region}:{account}:security-group-rule/{id}"),
        });
        self.set_source(&mut item, &rule.source);
        self.region.insert("security-group-rule", item.clone());
        item
    }

    fn set_source(&self, item: &mut Json, source: &Source) {
        for member in ["cidrIpv4", "cidrIpv6", "prefixListId", "referencedGroupInfo"] {
            item[member] = Json::Null;
        }
        let (member, value) = source.member();
        item[member] = match source {
            Source::Group(id) => {
                let vpc = self.region.get("security-group", id).map(|g| g["vpcId"].clone());
                json!({ "groupId": id, "userId": self.call.account, "vpcId": vpc })
            }
            _ => json!(value),
        };
    }

    pub fn revoke(&mut self, egress: bool) -> Answer {
        let group = self.form.required("GroupId")?.to_owned();
        self.region.find("security-group", &group)?;
        let mut doomed = self.form.list("SecurityGroupRuleId");
        for id in &doomed {
            let rule = self.region.find("security-group-rule", id)?;
            if rule["groupId"] != group.as_str() || rule["isEgress"] != egress {
                let message = format!("The security group rule ID '{id}' does not exist");
                return Err(Refusal::new("InvalidSecurityGroupRuleId.NotFound", message));
            }
        }
        if doomed.is_empty() {
            for rule in self.wanted()? {
                let found = self.region.ids("security-group-rule", |r| {
                    r["groupId"] == group.as_str() && r["isEgress"] == egress && rule.is(r)
                });
                if found.is_empty() {
                    let message = "The specified rule does not exist in this security group.";
                    return Err(Refusal::new("InvalidPermission.NotFound", message));
                }
                doomed.extend(found);
            }
        }
        let gone: Vec<Json> =
            doomed.iter().filter_map(|id| self.region.remove("security-group-rule", id)).collect();
        Ok(json!({ "return": true, "revokedSecurityGroupRuleSet": gone }))
    }

    pub fn modify_rules(&mut self) -> Answer {
        let group = self.form.required("GroupId")?.to_owned();
        self.region.find("security-group", &group)?;
        for update in self.form.structures("SecurityGroupRule") {
            let id = update.required("SecurityGroupRuleId")?.to_owned();
            let mut item = self.region.find("security-group-rule", &id)?.clone();
            let form = update.under("SecurityGroupRule");
            let (protocol, from, to) = ports(&form)?;
            let source = [
                ("CidrIpv4", Source::Ipv4 as fn(String) -> Source),
                ("CidrIpv6", Source::Ipv6),
                ("PrefixListId", Source::PrefixList),
                ("ReferencedGroupId", Source::Group),
            ]
            .iter()
            .find_map(|(name, make)| form.get(name).map(|value| make(value.to_owned())));
            let Some(source) = source else {
                return Err(invalid("", "SecurityGroupRule", "The rule has no source."));
            };
            self.set_source(&mut item, &source);
            item["ipProtocol"] = json!(protocol);
            item["fromPort"] = json!(from);
            item["toPort"] = json!(to);
            item["description"] = json!(form.get("Description"));
            *self.region.find_mut("security-group-rule", &id)? = item;
        }
        done()
    }

    pub fn update_descriptions(&mut self, egress: bool) -> Answer {
        let group = self.form.required("GroupId")?.to_owned();
        for update in self.form.structures("SecurityGroupRuleDescription") {
            let id = update.required("SecurityGroupRuleId")?;
            let text = json!(update.get("Description"));
            self.region.find_mut("security-group-rule", id)?["description"] = text;
        }
        for rule in self.wanted()? {
            let found = self.region.ids("security-group-rule", |r| {
                r["groupId"] == group.as_str() && r["isEgress"] == egress && rule.is(r)
            });
            let Some(id) = found.first() else {
                let message = "The specified rule does not exist in this security group.";
                return Err(Refusal::new("InvalidPermission.NotFound", message));
            };
            let id = id.clone();
            self.region.find_mut("security-group-rule", &id)?["description"] =
                json!(rule.description);
        }
        done()
    }

    /// The rules of a request, one for each source.
    fn wanted(&self) -> Result<Vec<Wanted>, Refusal> {
        let mut all = Vec::new();
        for permission in self.form.structures("IpPermissions") {
            let (protocol, from, to) = ports(&permission)?;
            let lists = [
                ("IpRanges", "CidrIp", Source::Ipv4 as fn(String) -> Source),
                ("Ipv6Ranges", "CidrIpv6", Source::Ipv6),
                ("PrefixListIds", "PrefixListId", Source::PrefixList),
                ("Groups", "GroupId", Source::Group),
            ];
            let before = all.len();
            for (list, member, make) in lists {
                for entry in permission.structures(list) {
                    let value = entry.required(member)?;
                    let source = make(match member {
                        "CidrIp" => address_range(value)?,
                        _ => value.to_owned(),
                    });
                    let description = entry.get("Description").map(str::to_owned);
                    let protocol = protocol.clone();
                    all.push(Wanted { protocol, from, to, source, description });
                }
            }
            if all.len() == before {
                let message = "The request must contain the source or destination of the rule: \
                               ipRanges, ipv6Ranges, prefixListIds or groups.";
                return Err(Refusal::new("MissingParameter", message));
            }
        }
        if let Some(cidr) = self.form.get("CidrIp") {
            let (protocol, from, to) = ports(self.form)?;
            let source = Source::Ipv4(address_range(cidr)?);
            all.push(Wanted { protocol, from, to, source, description: None });
        }
        Ok(all)
    }
}

/// A range of sources, which unlike a subnet's must be in canonical form.
fn address_range(value: &str) -> Result<String, Refusal> {
    let bad = |why: &str| invalid(value, "cidrIp", why);
    let net: ipnet::Ipv4Net = value.parse().map_err(|_| bad("CIDR block is malformed"))?;
    Ok(net.trunc().to_string())
}

fn everything() -> Wanted {
    Wanted {
        protocol: "-1".into(),
        from: -1,
        to: -1,
        source: Source::Ipv4("0.0.0.0/0".into()),
        description: None,
    }
}

/// Protocol and ports, as AWS writes them.
fn ports(form: &Form) -> Result<(String, i64, i64), Refusal> {
    let protocol = match form.required("IpProtocol")? {
        "6" | "TCP" => "tcp",
        "17" | "UDP" => "udp",
        "1" | "ICMP" => "icmp",
        "58" => "icmpv6",
        "all" => "-1",
        other => other,
    };
    if protocol == "-1" {
        return Ok((protocol.into(), -1, -1));
    }
    let (from, to) = (form.integer("FromPort")?, form.integer("ToPort")?);
    let (Some(from), Some(to)) = (from, to) else {
        if matches!(protocol, "tcp" | "udp" | "icmp" | "icmpv6") {
            let message = format!(
                "Invalid value 'Must specify both from and to ports with TCP/UDP/ICMP.' for portRange, protocol {protocol}."
            );
            return Err(Refusal::new("InvalidParameterValue", message));
        }
        return Ok((protocol.into(), -1, -1));
    };
    if matches!(protocol, "tcp" | "udp") && !(0 <= from && from <= to && to <= 65535) {
        let message = format!("Invalid TCP/UDP port range ({from}:{to})");
        return Err(Refusal::new("InvalidParameterValue", message));
    }
    Ok((protocol.into(), from, to))
}
