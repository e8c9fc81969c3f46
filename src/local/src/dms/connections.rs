//! Connection tests: one record for each pair of instance and endpoint.

use super::{
    Answer, account::quotas, catalogue::Address, endpoints::Endpoint, engines, faults::Fault,
    input::Input, paging, region::Shard, time::Millis, world::World,
};
use dmsrun_dms::Family;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

/// A connection: `testing` → `successful` or `failed`, and again; `deleting` → gone.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Connection {
    serial: u64,
    pub(crate) instance_arn: String,
    pub(crate) endpoint_arn: String,
    pub(crate) status: String,
    pub(crate) due: Option<Millis>,
    /// What the test under way will say; nothing for success.
    outcome: Option<String>,
    last_failure: Option<String>,
    /// Where the last test went.
    pub(crate) address: Option<Address>,
}

impl Connection {
    fn is(&self, instance_arn: &str, endpoint_arn: &str) -> bool {
        self.instance_arn == instance_arn && self.endpoint_arn == endpoint_arn
    }
}

impl Shard<'_> {
    pub(crate) async fn test_connection(&mut self, world: &dyn World, input: &Input) -> Answer {
        let instance_arn = input.required("ReplicationInstanceArn")?;
        let endpoint_arn = input.required("EndpointArn")?;
        let instance = self.region.instance(instance_arn)?;
        let endpoint = self.region.endpoint(endpoint_arn)?.clone();
        if instance.status != "available" {
            return Err(Fault::state(format!(
                "Replication Instance {instance_arn} must be available to test a connection, it is \
                 {}.",
                instance.status
            )));
        }
        if endpoint.status != "active" {
            return Err(Fault::state(format!("Endpoint {endpoint_arn} is {}.", endpoint.status)));
        }
        let known = self.region.connections.iter().position(|c| c.is(instance_arn, endpoint_arn));
        if let Some(at) = known {
            let status = &self.region.connections[at].status;
            if status == "testing" || status == "deleting" {
                return Err(Fault::state(format!(
                    "The connection of Replication Instance {instance_arn} and Endpoint \
                     {endpoint_arn} is already {status}."
                )));
            }
        } else {
            let used =
                self.region.connections.iter().filter(|c| c.instance_arn == instance_arn).count();
            if used >= quotas::ENDPOINTS_PER_INSTANCE {
                let most = quotas::ENDPOINTS_PER_INSTANCE;
                return Err(Fault::quota("endpoints per instance", most));
            }
        }
        let (address, outcome) = self.attempt(world, &endpoint).await;
        let connection = Connection {
            serial: self.ids.serial(),
            instance_arn: instance_arn.to_owned(),
            endpoint_arn: endpoint_arn.to_owned(),
            status: "testing".to_owned(),
            due: Some(self.now + self.timing.connection_test),
            outcome: outcome.err(),
            last_failure: None,
            address,
        };
        let answer = json!({"Connection": self.connection_answer(&connection)});
        match known {
            Some(at) => {
                let serial = self.region.connections[at].serial;
                self.region.connections[at] = Connection { serial, ..connection };
            }
            None => self.region.connections.push(connection),
        }
        Ok(answer)
    }

    /// After a change of the endpoint every connection of it is tested anew.
    pub(crate) async fn test_again(
        &mut self,
        world: &dyn World,
        endpoint_arn: &str,
    ) -> Result<(), Fault> {
        let endpoint = self.region.endpoint(endpoint_arn)?.clone();
        let (address, outcome) = self.attempt(world, &endpoint).await;
        let due = self.now + self.timing.connection_test;
        let outcome = outcome.err();
        for connection in &mut self.region.connections {
            if connection.endpoint_arn == endpoint_arn && connection.status != "deleting" {
                connection.status = "testing".to_owned();
                connection.due = Some(due);
                connection.outcome.clone_from(&outcome);
                connection.address.clone_from(&address);
            }
        }
        Ok(())
    }

    /// Where the endpoint is, with a secret's host and port, and whether it is reached.
    pub(crate) async fn attempt(
        &self,
        world: &dyn World,
        endpoint: &Endpoint,
    ) -> (Option<Address>, Result<(), String>) {
        let Some(engine) = endpoint.engine() else {
            return (None, Err(engines::failed("Unknown engine", &endpoint.engine)));
        };
        if !engines::has_server(engine) {
            let bucket = endpoint.text("BucketName").filter(|_| engine.family == Family::S3);
            if let Some(bucket) = bucket
                && !world.bucket(bucket).await
            {
                let detail = format!("The specified bucket does not exist: {bucket}");
                return (None, Err(engines::failed("Failed to list bucket", &detail)));
            }
            return (None, Ok(()));
        }
        let address = match endpoint.secret_id() {
            None => endpoint.address(),
            Some(id) => {
                let text = world.secret(self.name, id).await;
                match text.and_then(|t| address_of_secret(&endpoint.engine, &t)) {
                    Some(address) => Some(address),
                    None => {
                        let detail = format!(
                            "Secret {id} must hold the keys username, password, host and port"
                        );
                        let text = "Unable to retrieve credentials from Secrets Manager";
                        return (None, Err(engines::failed(text, &detail)));
                    }
                }
            }
        };
        let Some(address) = address else {
            return (
                None,
                Err(engines::failed("Invalid address", "ServerName and Port are needed")),
            );
        };
        let outcome = if endpoint.has_login() {
            self.source
                .connect(&address)
                .map_err(|refusal| engines::refusal(engine, &address, refusal))
        } else {
            Err(engines::failed("Access denied", "The password is empty"))
        };
        (Some(address), outcome)
    }

    pub(crate) fn delete_connection(&mut self, input: &Input) -> Answer {
        let instance_arn = input.required("ReplicationInstanceArn")?;
        let endpoint_arn = input.required("EndpointArn")?;
        let found = self.region.connections.iter().position(|c| c.is(instance_arn, endpoint_arn));
        let Some(at) = found else {
            return Err(Fault::not_found(format!(
                "No connection of Replication Instance {instance_arn} and Endpoint {endpoint_arn} \
                 found."
            )));
        };
        let busy = self
            .region
            .tasks
            .iter()
            .any(|t| t.instance_arn == instance_arn && t.uses(endpoint_arn) && t.is_active());
        let status = &self.region.connections[at].status;
        if busy || status == "testing" || status == "deleting" {
            let why = if busy { "in use by a running task" } else { status };
            return Err(Fault::state(format!("The connection is {why}.")));
        }
        let due = self.now + self.timing.connection_delete;
        let connection = &mut self.region.connections[at];
        connection.status = "deleting".to_owned();
        connection.due = Some(due);
        Ok(json!({"Connection": self.connection_answer(&self.region.connections[at])}))
    }

    pub(crate) fn describe_connections(&self, input: &Input) -> Answer {
        let filters = paging::filters(input, &["endpoint-arn", "replication-instance-arn"])?;
        let found =
            paging::select(&self.region.connections, &filters, "Connections", |c, name| {
                let arn = if name == "endpoint-arn" { &c.endpoint_arn } else { &c.instance_arn };
                vec![arn.clone()]
            })?;
        let items = found.into_iter().map(|c| (c.serial, self.connection_answer(c)));
        paging::page(input, &paging::USUAL, "Connections", items)
    }

    pub(crate) fn step_connections(&mut self) {
        let now = self.now;
        self.region.connections.retain_mut(|c| {
            if c.due.is_none_or(|due| due > now) {
                return true;
            }
            c.due = None;
            if c.status == "deleting" {
                return false;
            }
            c.last_failure = c.outcome.take();
            let status = if c.last_failure.is_none() { "successful" } else { "failed" };
            c.status = status.to_owned();
            true
        });
    }

    /// The connection of the pair, where its last test succeeded.
    pub(crate) fn tested(&self, instance_arn: &str, endpoint_arn: &str) -> Option<&Connection> {
        self.region
            .connections
            .iter()
            .find(|c| c.is(instance_arn, endpoint_arn) && c.status == "successful")
    }

    fn connection_answer(&self, connection: &Connection) -> Json {
        let instance = self.region.instances.iter().find(|i| i.arn == connection.instance_arn);
        let endpoint = self.region.endpoints.iter().find(|e| e.arn == connection.endpoint_arn);
        let mut answer = json!({
            "ReplicationInstanceArn": connection.instance_arn,
            "EndpointArn": connection.endpoint_arn,
            "Status": connection.status,
            "EndpointIdentifier": endpoint.map(|e| e.identifier.as_str()).unwrap_or_default(),
            "ReplicationInstanceIdentifier":
                instance.map(|i| i.identifier.as_str()).unwrap_or_default(),
        });
        if let Some(text) = &connection.last_failure {
            answer["LastFailureMessage"] = json!(text);
        }
        answer
    }
}

/// Host and port of a secret; the port may be a number or a text.
fn address_of_secret(engine: &str, text: &str) -> Option<Address> {
    let secret: Json = serde_json::from_str(text).ok()?;
    let filled = |key: &str| secret[key].as_str().is_some_and(|s| !s.is_empty());
    if !filled("username") || !filled("password") {
        return None;
    }
    let port = secret["port"].as_u64().or_else(|| secret["port"].as_str()?.trim().parse().ok())?;
    Some(Address {
        engine: engine.to_owned(),
        host: secret["host"].as_str().filter(|h| !h.is_empty())?.to_owned(),
        port: u16::try_from(port).ok()?,
    })
}
