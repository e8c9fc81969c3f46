//! Route tables, their routes, and the subnets that use them.

use super::{Answer, Turn, dependency, done, text, vpcs};
use crate::wire::Refusal;
use ipnet::Ipv4Net;
use serde_json::{Value as Json, json};

/// What a route can lead to: parameter, member, and the kind that must be there.
const TARGETS: &[(&str, &str, &str)] = &[
    ("GatewayId", "gatewayId", ""),
    ("NatGatewayId", "natGatewayId", "natgateway"),
    ("EgressOnlyInternetGatewayId", "egressOnlyInternetGatewayId", "egress-only-internet-gateway"),
    ("NetworkInterfaceId", "networkInterfaceId", "network-interface"),
    ("VpcPeeringConnectionId", "vpcPeeringConnectionId", "vpc-peering-connection"),
    ("TransitGatewayId", "transitGatewayId", "-"),
];

/// How a route's destination is given.
const DESTINATIONS: &[(&str, &str)] = &[
    ("DestinationCidrBlock", "destinationCidrBlock"),
    ("DestinationIpv6CidrBlock", "destinationIpv6CidrBlock"),
    ("DestinationPrefixListId", "destinationPrefixListId"),
];

impl Turn<'_> {
    /// The table that subnets without one of their own use.
    pub fn main_route_table(&mut self, vpc: &str, net: Ipv4Net) {
        let mut table = self.table(vpc, &[net], json!([]));
        table["associationSet"] = json!([{
            "main": true, "routeTableAssociationId": self.call.ids.resource("rtbassoc"),
            "routeTableId": table["routeTableId"], "associationState": { "state": "associated" },
        }]);
        self.region.insert("route-table", table);
    }

    fn table(&self, vpc: &str, nets: &[Ipv4Net], tags: Json) -> Json {
        let routes: Vec<Json> = nets
            .iter()
            .map(|net| {
                json!({
                    "destinationCidrBlock": net.to_string(), "gatewayId": "local",
                    "state": "active", "origin": "CreateRouteTable",
                })
            })
            .collect();
        json!({
            "routeTableId": self.call.ids.resource("rtb"), "vpcId": vpc,
            "ownerId": self.call.account, "routeSet": routes, "associationSet": [],
            "propagatingVgwSet": [], "tagSet": tags,
        })
    }

    pub fn create_route_table(&mut self) -> Answer {
        let tags = self.tags("route-table")?;
        let vpc = self.form.required("VpcId")?;
        let nets = vpcs::ranges(self.region.find("vpc", vpc)?);
        let table = self.table(vpc, &nets, tags);
        self.region.insert("route-table", table.clone());
        Ok(json!({ "routeTable": table }))
    }

    pub fn delete_route_table(&mut self) -> Answer {
        let id = self.form.required("RouteTableId")?;
        let table = self.region.find("route-table", id)?;
        if table["associationSet"].as_array().is_some_and(|all| !all.is_empty()) {
            return Err(dependency(format!(
                "The routeTable '{id}' has dependencies and cannot be deleted."
            )));
        }
        self.region.remove("route-table", id);
        // A gateway endpoint loses the table with it.
        for endpoint in self.region.ids("vpc-endpoint", |_| true) {
            let item = self.region.find_mut("vpc-endpoint", &endpoint)?;
            if let Some(tables) = item["routeTableIdSet"].as_array_mut() {
                tables.retain(|table| table != id);
            }
        }
        done()
    }

    pub fn associate_route_table(&mut self) -> Answer {
        let id = self.form.required("RouteTableId")?.to_owned();
        let table = self.region.find("route-table", &id)?;
        let mut association = json!({
            "main": false, "routeTableAssociationId": "", "routeTableId": id,
            "associationState": { "state": "associated" },
        });
        match self.form.get("GatewayId") {
            Some(gateway) => association["gatewayId"] = json!(gateway),
            None => {
                let subnet = self.form.required("SubnetId")?;
                let vpc = &self.region.find("subnet", subnet)?["vpcId"];
                if *vpc != table["vpcId"] {
                    let message = format!(
                        "route table {id} and subnet {subnet} belong to different networks"
                    );
                    return Err(Refusal::new("InvalidParameterValue", message));
                }
                if let Some(other) = self.association(|a| a["subnetId"] == subnet) {
                    let (table, association) = other;
                    if table == id {
                        return Ok(answer(&association));
                    }
                    let message = format!(
                        "the specified association for route table {id} conflicts with an existing association"
                    );
                    return Err(Refusal::new("Resource.AlreadyAssociated", message));
                }
                association["subnetId"] = json!(subnet);
            }
        }
        let name = self.call.ids.resource("rtbassoc");
        association["routeTableAssociationId"] = json!(name);
        if let Some(all) =
            self.region.find_mut("route-table", &id)?["associationSet"].as_array_mut()
        {
            all.push(association);
        }
        Ok(answer(&name))
    }

    /// The table and the id of the first association for which `test` holds.
    fn association(&self, test: impl Fn(&Json) -> bool) -> Option<(String, String)> {
        self.region.all("route-table").into_iter().find_map(|table| {
            let found = table["associationSet"].as_array()?.iter().find(|a| test(a))?;
            let id = text(found, "routeTableAssociationId").to_owned();
            Some((text(table, "routeTableId").to_owned(), id))
        })
    }

    fn named_association(&self) -> Result<(String, String), Refusal> {
        let id = self.form.required("AssociationId")?;
        self.association(|a| a["routeTableAssociationId"] == id).ok_or_else(|| {
            let message = format!("The association ID '{id}' does not exist");
            Refusal::new("InvalidAssociationID.NotFound", message)
        })
    }

    fn take_association(&mut self, table: &str, id: &str) -> Result<Json, Refusal> {
        let all = self.region.find_mut("route-table", table)?["associationSet"].as_array_mut();
        let taken = all.and_then(|all| {
            let at = all.iter().position(|a| a["routeTableAssociationId"] == id)?;
            Some(all.remove(at))
        });
        Ok(taken.unwrap_or_default())
    }

    pub fn disassociate_route_table(&mut self) -> Answer {
        let (table, id) = self.named_association()?;
        let main = self.association(|a| a["routeTableAssociationId"] == id && a["main"] == true);
        if main.is_some() {
            let message = format!("cannot disassociate the main route table association {id}");
            return Err(Refusal::new("InvalidParameterValue", message));
        }
        self.take_association(&table, &id)?;
        done()
    }

    pub fn replace_route_table_association(&mut self) -> Answer {
        let (table, id) = self.named_association()?;
        let to = self.form.required("RouteTableId")?.to_owned();
        self.region.find("route-table", &to)?;
        let mut association = self.take_association(&table, &id)?;
        let name = self.call.ids.resource("rtbassoc");
        association["routeTableAssociationId"] = json!(name);
        association["routeTableId"] = json!(to);
        if let Some(all) =
            self.region.find_mut("route-table", &to)?["associationSet"].as_array_mut()
        {
            all.push(association);
        }
        Ok(json!({
            "newAssociationId": name, "associationState": { "state": "associated" },
        }))
    }

    /// The destination of a request: the member and its value.
    fn destination(&self) -> Result<(&'static str, String), Refusal> {
        for (parameter, member) in DESTINATIONS {
            if let Some(value) = self.form.get(parameter) {
                let value = match *member {
                    "destinationCidrBlock" => {
                        vpcs::range(value, "destinationCidrBlock")?.to_string()
                    }
                    _ => value.to_owned(),
                };
                return Ok((member, value));
            }
        }
        Err(Refusal::new(
            "MissingParameter",
            "The request must contain exactly one of destinationCidrBlock, \
             destinationIpv6CidrBlock, destinationPrefixListId",
        ))
    }

    fn target(&self, table: &Json) -> Result<(&'static str, String), Refusal> {
        let given: Vec<_> = TARGETS
            .iter()
            .filter_map(|(parameter, member, kind)| {
                Some((*member, *kind, self.form.get(parameter)?))
            })
            .collect();
        let [(member, kind, id)] = given.as_slice() else {
            let message = "The request must contain exactly one of gatewayId, natGatewayId, \
                           networkInterfaceId, vpcPeeringConnectionId, \
                           egressOnlyInternetGatewayId, transitGatewayId";
            let code =
                if given.is_empty() { "MissingParameter" } else { "InvalidParameterCombination" };
            return Err(Refusal::new(code, message));
        };
        match *kind {
            "-" => {}
            "" if id.starts_with("igw-") => {
                let gateway = self.region.find("internet-gateway", id)?;
                let attached = gateway["attachmentSet"].as_array();
                if !attached.is_some_and(|all| all.iter().any(|a| a["vpcId"] == table["vpcId"])) {
                    let network = text(table, "vpcId");
                    let message = format!(
                        "route table {} and network gateway {id} belong to different networks ({network})",
                        text(table, "routeTableId")
                    );
                    return Err(Refusal::new("InvalidParameterValue", message));
                }
            }
            "" => {}
            "natgateway" => {
                let nat = self.region.get("natgateway", id);
                if nat.is_none_or(|nat| matches!(text(nat, "state"), "deleting" | "deleted")) {
                    let message = format!("The natGateway ID '{id}' does not exist");
                    return Err(Refusal::new("InvalidNatGatewayID.NotFound", message));
                }
            }
            kind => {
                self.region.find(kind, id)?;
            }
        }
        Ok((member, (*id).to_owned()))
    }

    pub fn create_route(&mut self) -> Answer {
        let id = self.form.required("RouteTableId")?.to_owned();
        let table = self.region.find("route-table", &id)?;
        let (member, destination) = self.destination()?;
        let (target_member, target) = self.target(table)?;
        if let Some(route) = route(table, member, &destination) {
            if route[target_member] == target.as_str() {
                return done();
            }
            let message = format!("The route identified by {destination} already exists.");
            return Err(Refusal::new("RouteAlreadyExists", message));
        }
        let route = json!({
            member: destination, target_member: target, "state": "active", "origin": "CreateRoute",
        });
        if let Some(all) = self.region.find_mut("route-table", &id)?["routeSet"].as_array_mut() {
            all.push(route);
        }
        done()
    }

    pub fn replace_route(&mut self) -> Answer {
        let id = self.form.required("RouteTableId")?.to_owned();
        let table = self.region.find("route-table", &id)?;
        let (member, destination) = self.destination()?;
        let (target_member, target) = self.target(table)?;
        if route(table, member, &destination).is_none() {
            let message = format!(
                "There is no route defined for '{destination}' in the route table. Use CreateRoute instead."
            );
            return Err(Refusal::new("InvalidParameterValue", message));
        }
        let new = json!({
            member: destination, target_member: target, "state": "active", "origin": "CreateRoute",
        });
        for route in self.region.find_mut("route-table", &id)?["routeSet"]
            .as_array_mut()
            .into_iter()
            .flatten()
        {
            if route[member] == destination.as_str() {
                *route = new.clone();
            }
        }
        done()
    }

    pub fn delete_route(&mut self) -> Answer {
        let id = self.form.required("RouteTableId")?.to_owned();
        let table = self.region.find("route-table", &id)?;
        let (member, destination) = self.destination()?;
        match route(table, member, &destination) {
            None => {
                let message = format!(
                    "no route with destination-cidr-block {destination} in route table {id}"
                );
                return Err(Refusal::new("InvalidRoute.NotFound", message));
            }
            Some(route) if route["gatewayId"] == "local" => {
                let message =
                    format!("cannot remove local route {destination} in route table {id}");
                return Err(Refusal::new("InvalidParameterValue", message));
            }
            Some(_) => {}
        }
        if let Some(all) = self.region.find_mut("route-table", &id)?["routeSet"].as_array_mut() {
            all.retain(|route| route[member] != destination.as_str());
        }
        done()
    }
}

fn route<'a>(table: &'a Json, member: &str, destination: &str) -> Option<&'a Json> {
    table["routeSet"].as_array()?.iter().find(|route| route[member] == destination)
}

fn answer(association: &str) -> Json {
    json!({ "associationId": association, "associationState": { "state": "associated" } })
}
