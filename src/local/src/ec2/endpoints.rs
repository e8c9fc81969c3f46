//! VPC endpoints and the services they lead to, prefix lists, flow logs.

use super::{
    Answer, Turn, describe, done, invalid,
    kinds::kind,
    places::zones,
    region::{later, missing},
    text,
};
use crate::wire::Refusal;
use serde_json::{Value as Json, json};

/// Seconds until an interface endpoint is available, and until a deleted one is gone.
const COMING: i64 = 90;
const GOING: i64 = 60;

/// The services with an endpoint; those of `GATEWAYS` have one in route tables too.
const SERVICES: &[&str] = &[
    "dms",
    "ec2",
    "ecr.api",
    "ecr.dkr",
    "kms",
    "lambda",
    "logs",
    "monitoring",
    "rds",
    "redshift",
    "s3",
    "secretsmanager",
    "servicequotas",
    "sns",
    "sqs",
    "ssm",
    "sts",
    "tagging",
];
const GATEWAYS: &[&str] = &["dynamodb", "s3"];

/// Rejects whatever is not there.
const FULL_ACCESS: &str = r#"{"Version":"2008-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}"#;

fn prefix_list(service: &str) -> &'static str {
    if service == "s3" { "pl-6da54004" } else { "pl-6fa54006" }
}

impl Turn<'_> {
    pub fn create_vpc_endpoint(&mut self) -> Answer {
        let tags = self.tags("vpc-endpoint")?;
        let vpc = self.form.required("VpcId")?.to_owned();
        let dns = self.region.find("vpc", &vpc)?;
        let dns = dns["_dnsHostnames"] == true && dns["_dnsSupport"] == true;
        let service = self.form.required("ServiceName")?.to_owned();
        let prefix = format!("com.amazonaws.{}.", self.call.region);
        let short = service.strip_prefix(&prefix).unwrap_or_default().to_owned();
        let kind = self.form.get("VpcEndpointType").unwrap_or("Gateway").to_owned();
        let known = match kind.as_str() {
            "Gateway" => GATEWAYS.contains(&short.as_str()),
            "Interface" => SERVICES.contains(&short.as_str()),
            other => return Err(invalid(other, "VpcEndpointType", "")),
        };
        if !known {
            let message = format!("The Vpc Endpoint Service '{service}' does not exist");
            return Err(Refusal::new("InvalidServiceName", message));
        }
        let (id, now) = (self.call.ids.resource("vpce"), self.call.now);
        let mut item = json!({
            "vpcEndpointId": id, "vpcEndpointType": kind, "vpcId": vpc, "serviceName": service,
            "state": "available", "policyDocument":
                self.form.get("PolicyDocument").unwrap_or(FULL_ACCESS),
            "routeTableIdSet": [], "subnetIdSet": [], "groupSet": [], "networkInterfaceIdSet": [],
            "dnsEntrySet": [], "privateDnsEnabled": false, "requesterManaged": false,
            "creationTimestamp": now.to_string(), "ownerId": self.call.account,
            "ipAddressType": "ipv4", "tagSet": tags,
        });
        if kind == "Gateway" {
            let tables = self.form.list("RouteTableId");
            self.add_tables(&mut item, &tables)?;
        } else {
            let private = self.form.flag("PrivateDnsEnabled").unwrap_or(true);
            if private && !dns {
                let message = format!(
                    "Enabling private DNS requires both enableDnsSupport and enableDnsHostnames \
                     VPC attributes set to true for {vpc}"
                );
                return Err(Refusal::new("InvalidParameter", message));
            }
            let twin = |e: &Json| {
                e["vpcId"] == vpc.as_str()
                    && e["serviceName"] == service.as_str()
                    && e["privateDnsEnabled"] == true
                    && e["state"] != "deleting"
            };
            if private && self.region.any("vpc-endpoint", twin) {
                let message = format!(
                    "private-dns-enabled cannot be set because there is already a conflicting DNS \
                     domain for {service} in the VPC {vpc}"
                );
                return Err(Refusal::new("InvalidParameter", message));
            }
            item["privateDnsEnabled"] = json!(private);
            item["state"] = json!("pending");
            item["_due"] = json!([later(now, COMING, json!({ "state": "available" }))]);
            self.groups_of_endpoint(&mut item, &vpc)?;
            let subnets = self.form.list("SubnetId");
            self.add_subnets(&mut item, &subnets)?;
            let zone = format!("{short}.{}.vpce.amazonaws.com", self.call.region);
            let name = format!("{id}-{}.{zone}", self.call.ids.hex(8));
            item["dnsEntrySet"] = json!([{ "dnsName": name, "hostedZoneId": "Z7HUB22UULQXV" }]);
        }
        self.region.insert("vpc-endpoint", item);
        let shown = self.region.show("vpc-endpoint", self.region.find("vpc-endpoint", &id)?);
        Ok(json!({ "vpcEndpoint": shown }))
    }

    fn groups_of_endpoint(&mut self, item: &mut Json, vpc: &str) -> Result<(), Refusal> {
        let mut groups = self.form.list("SecurityGroupId");
        for group in &groups {
            if self.region.find("security-group", group)?["vpcId"] != vpc {
                let message = format!("The security group {group} does not belong to {vpc}.");
                return Err(Refusal::new("InvalidParameter", message));
            }
        }
        if groups.is_empty() {
            let default = |g: &Json| g["vpcId"] == vpc && g["groupName"] == "default";
            groups = self.region.ids("security-group", default);
        }
        item["_groups"] = json!(groups);
        Ok(())
    }

    /// Puts an interface of an endpoint into each subnet.
    fn add_subnets(&mut self, item: &mut Json, subnets: &[String]) -> Result<(), Refusal> {
        let id = text(item, "vpcEndpointId").to_owned();
        let groups: Vec<String> =
            serde_json::from_value(item["_groups"].clone()).unwrap_or_default();
        let mut zones: Vec<String> = Vec::new();
        for subnet in subnets {
            let found = self.region.find("subnet", subnet)?;
            if found["vpcId"] != item["vpcId"] {
                let message = format!("The subnet ID '{subnet}' does not exist in the VPC");
                return Err(Refusal::new("InvalidSubnetID.NotFound", message));
            }
            let zone = text(found, "availabilityZone").to_owned();
            if zones.contains(&zone) {
                let message = format!(
                    "Found another VPC endpoint subnet in the availability zone of {subnet}"
                );
                return Err(Refusal::new("DuplicateSubnetsInSameZone", message));
            }
            zones.push(zone);
        }
        for subnet in subnets {
            let found = self.region.find("subnet", subnet)?.clone();
            let description = format!("VPC Endpoint Interface {id}");
            let (eni, _) =
                self.service_interface(&found, &id, "vpc_endpoint", &description, &groups)?;
            push(item, "subnetIdSet", json!(subnet));
            push(item, "networkInterfaceIdSet", json!(eni));
        }
        Ok(())
    }

    /// Puts the route to an endpoint into tables.
    fn add_tables(&mut self, item: &mut Json, tables: &[String]) -> Result<(), Refusal> {
        let id = text(item, "vpcEndpointId").to_owned();
        let list = prefix_list(text(item, "serviceName").rsplit('.').next().unwrap_or_default());
        for table in tables {
            let found = self.region.find("route-table", table)?;
            if found["vpcId"] != item["vpcId"] {
                let message = format!("The routeTable ID '{table}' does not exist in the VPC");
                return Err(Refusal::new("InvalidRouteTableId.NotFound", message));
            }
            let taken = found["routeSet"].as_array();
            if taken.is_some_and(|all| all.iter().any(|r| r["destinationPrefixListId"] == list)) {
                let message = format!(
                    "route table {table} already has a route with destination-prefix-list-id {list}"
                );
                return Err(Refusal::new("RouteAlreadyExists", message));
            }
        }
        for table in tables {
            let route = json!({
                "destinationPrefixListId": list, "gatewayId": id, "state": "active",
                "origin": "CreateRoute",
            });
            push(self.region.find_mut("route-table", table)?, "routeSet", route);
            push(item, "routeTableIdSet", json!(table));
        }
        Ok(())
    }

    fn remove_tables(&mut self, item: &mut Json, tables: &[String]) {
        let id = text(item, "vpcEndpointId").to_owned();
        for table in tables {
            let found = self.region.get_mut("route-table", table);
            if let Some(all) = found.and_then(|table| table["routeSet"].as_array_mut()) {
                all.retain(|route| route["gatewayId"] != id.as_str());
            }
        }
        if let Some(all) = item["routeTableIdSet"].as_array_mut() {
            all.retain(|table| !tables.iter().any(|t| table == t.as_str()));
        }
    }

    pub fn modify_vpc_endpoint(&mut self) -> Answer {
        let id = self.form.required("VpcEndpointId")?.to_owned();
        let mut item = self.region.find("vpc-endpoint", &id)?.clone();
        if let Some(policy) = self.form.get("PolicyDocument") {
            item["policyDocument"] = json!(policy);
        }
        if self.form.flag("ResetPolicy") == Some(true) {
            item["policyDocument"] = json!(FULL_ACCESS);
        }
        if let Some(private) = self.form.flag("PrivateDnsEnabled") {
            item["privateDnsEnabled"] = json!(private);
        }
        let remove = self.form.list("RemoveRouteTableId");
        self.remove_tables(&mut item, &remove);
        let add = self.form.list("AddRouteTableId");
        self.add_tables(&mut item, &add)?;
        let add = self.form.list("AddSecurityGroupId");
        for group in &add {
            self.region.find("security-group", group)?;
        }
        let remove = self.form.list("RemoveSecurityGroupId");
        if let Some(groups) = item["_groups"].as_array_mut() {
            groups.retain(|group| !remove.iter().any(|r| group == r.as_str()));
            let new =
                add.iter().filter(|g| !groups.iter().any(|o| o == g.as_str())).map(|g| json!(g));
            let new: Vec<Json> = new.collect();
            groups.extend(new);
        }
        let groups = item["_groups"].clone();
        for eni in self.region.ids("network-interface", |eni| eni["_owner"] == id.as_str()) {
            self.region.find_mut("network-interface", &eni)?["_groups"] = groups.clone();
        }
        let remove = self.form.list("RemoveSubnetId");
        self.remove_subnets(&mut item, &remove);
        let add = self.form.list("AddSubnetId");
        self.add_subnets(&mut item, &add)?;
        *self.region.find_mut("vpc-endpoint", &id)? = item;
        done()
    }

    fn remove_subnets(&mut self, item: &mut Json, subnets: &[String]) {
        let id = text(item, "vpcEndpointId").to_owned();
        let doomed = self.region.ids("network-interface", |eni| {
            eni["_owner"] == id.as_str() && subnets.iter().any(|s| eni["subnetId"] == s.as_str())
        });
        for eni in &doomed {
            self.region.remove("network-interface", eni);
        }
        for (set, gone) in [("subnetIdSet", subnets), ("networkInterfaceIdSet", doomed.as_slice())]
        {
            if let Some(all) = item[set].as_array_mut() {
                all.retain(|one| !gone.iter().any(|g| one == g.as_str()));
            }
        }
    }

    pub fn delete_vpc_endpoints(&mut self) -> Answer {
        let mut unsuccessful = Vec::new();
        for id in self.form.list("VpcEndpointId") {
            let Some(item) = self.region.get("vpc-endpoint", &id) else {
                let refusal = missing(kind("vpc-endpoint"), &id);
                unsuccessful.push(json!({
                    "resourceId": id,
                    "error": { "code": refusal.code, "message": refusal.message },
                }));
                continue;
            };
            let mut item = item.clone();
            if item["vpcEndpointType"] == "Gateway" {
                let tables: Vec<String> =
                    serde_json::from_value(item["routeTableIdSet"].clone()).unwrap_or_default();
                self.remove_tables(&mut item, &tables);
                self.region.remove("vpc-endpoint", &id);
            } else if item["state"] != "deleting" {
                item["state"] = json!("deleting");
                item["_due"] = json!([later(self.call.now, GOING, Json::Null)]);
                *self.region.find_mut("vpc-endpoint", &id)? = item;
            }
        }
        Ok(json!({ "unsuccessful": unsuccessful }))
    }

    pub fn describe_vpc_endpoint_services(&self) -> Answer {
        let region = self.call.region;
        let asked = self.form.list("ServiceName");
        let filters = describe::filters(self.form, |name| {
            Some(match name {
                "service-name" => "serviceName",
                "service-type" => "serviceType.serviceType",
                "owner" => "owner",
                _ => return None,
            })
        })?;
        let mut all: Vec<Json> = Vec::new();
        for (kind, services) in [("Gateway", GATEWAYS), ("Interface", SERVICES)] {
            for service in services {
                let name = format!("com.amazonaws.{region}.{service}");
                let host = format!("{service}.{region}.amazonaws.com");
                all.push(json!({
                    "serviceName": name, "serviceId": format!("vpce-svc-{service}"),
                    "serviceType": [{ "serviceType": kind }], "owner": "amazon",
                    "availabilityZoneSet": zones(region).map(|(zone, _)| zone),
                    "baseEndpointDnsNameSet": [format!("{service}.{region}.vpce.amazonaws.com")],
                    "privateDnsName": (kind == "Interface").then_some(host),
                    "vpcEndpointPolicySupported": true, "acceptanceRequired": false,
                    "managesVpcEndpoints": false, "tagSet": [],
                }));
            }
        }
        if let Some(name) =
            asked.iter().find(|name| !all.iter().any(|s| s["serviceName"] == name.as_str()))
        {
            let message = format!("The Vpc Endpoint Service '{name}' does not exist");
            return Err(Refusal::new("InvalidServiceName", message));
        }
        all.retain(|service| {
            (asked.is_empty() || asked.iter().any(|name| service["serviceName"] == name.as_str()))
                && filters.iter().all(|filter| filter.fits(service))
        });
        let mut names: Vec<Json> = all.iter().map(|s| s["serviceName"].clone()).collect();
        names.dedup();
        Ok(json!({ "serviceNameSet": names, "serviceDetailSet": all }))
    }

    pub fn describe_prefix_lists(&self) -> Answer {
        let region = self.call.region;
        let ids = self.form.list("PrefixListId");
        let filters = describe::filters(self.form, |name| {
            Some(match name {
                "prefix-list-id" => "prefixListId",
                "prefix-list-name" => "prefixListName",
                _ => return None,
            })
        })?;
        let shown: Vec<Json> = GATEWAYS
            .iter()
            .map(|service| {
                json!({
                    "prefixListId": prefix_list(service),
                    "prefixListName": format!("com.amazonaws.{region}.{service}"),
                    "cidrSet": ["52.218.0.0/17"],
                })
            })
            .filter(|list| {
                ids.is_empty() || ids.iter().any(|id| list["prefixListId"] == id.as_str())
            })
            .filter(|list| filters.iter().all(|filter| filter.fits(list)))
            .collect();
        self.page("prefixListSet", shown)
    }

    pub fn create_flow_logs(&mut self) -> Answer {
        let tags = self.tags("vpc-flow-log")?;
        let resources = self.form.list("ResourceId");
        if resources.is_empty() {
            self.form.required("ResourceId")?;
        }
        let destination = self.form.get("LogDestinationType").unwrap_or("cloud-watch-logs");
        let group = self.form.get("LogGroupName");
        let to = self.form.get("LogDestination");
        let role = self.form.get("DeliverLogsPermissionArn");
        if destination == "cloud-watch-logs"
            && (role.is_none() || (group.is_none() && to.is_none()))
        {
            let message = "DeliverLogsPermissionArn and LogGroupName can't be empty if \
                           LogDestinationType is cloud-watch-logs.";
            return Err(Refusal::new("InvalidParameter", message));
        }
        let interval = self.form.integer("MaxAggregationInterval")?.unwrap_or(600);
        if !matches!(interval, 60 | 600) {
            return Err(invalid(
                &interval.to_string(),
                "maxAggregationInterval",
                "It is 60 or 600.",
            ));
        }
        let traffic = self.form.get("TrafficType").unwrap_or("ALL");
        let mut made = Vec::new();
        for resource in &resources {
            let known = super::kinds::of_id(resource)
                .is_some_and(|kind| self.region.get(kind.name, resource).is_some());
            if !known {
                let kind = super::kinds::of_id(resource).unwrap_or(kind("vpc"));
                return Err(missing(kind, resource));
            }
            let same = |log: &Json| {
                log["resourceId"] == resource.as_str()
                    && log["trafficType"] == traffic
                    && log["logDestinationType"] == destination
                    && log["logGroupName"] == json!(group)
                    && log["logDestination"] == json!(to)
            };
            if self.region.any("vpc-flow-log", same) {
                let message = "There is an existing Flow Log with the same configuration and log destination.";
                return Err(Refusal::new("FlowLogAlreadyExists", message));
            }
            let id = self.call.ids.resource("fl");
            let item = json!({
                "flowLogId": id, "resourceId": resource, "trafficType": traffic,
                "logDestinationType": destination, "logDestination": to, "logGroupName": group,
                "deliverLogsPermissionArn": role, "deliverLogsStatus": "SUCCESS",
                "flowLogStatus": "ACTIVE", "creationTime": self.call.now.to_string(),
                "maxAggregationInterval": interval, "tagSet": tags,
                "logFormat": self.form.get("LogFormat").unwrap_or(
                    "${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} \
                     ${dstport} ${protocol} ${packets} ${bytes} ${start} ${end} ${action} \
                     ${log-status}"),
            });
            self.region.insert("vpc-flow-log", item);
            made.push(id);
        }
        Ok(json!({ "flowLogIdSet": made, "unsuccessful": [] }))
    }

    pub fn delete_flow_logs(&mut self) -> Answer {
        let mut unsuccessful = Vec::new();
        for id in self.form.list("FlowLogId") {
            if self.region.remove("vpc-flow-log", &id).is_none() {
                let refusal = missing(kind("vpc-flow-log"), &id);
                unsuccessful.push(json!({
                    "resourceId": id,
                    "error": { "code": refusal.code, "message": refusal.message },
                }));
            }
        }
        Ok(json!({ "unsuccessful": unsuccessful }))
    }
}

fn push(item: &mut Json, list: &str, value: Json) {
    if let Some(all) = item[list].as_array_mut() {
        all.push(value);
    }
}
