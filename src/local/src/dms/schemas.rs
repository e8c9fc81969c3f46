//! The schemas of an endpoint: they are read by a refresh, and shown only after one.

use super::{
    Answer,
    faults::Fault,
    input::Input,
    paging,
    region::Shard,
    time::{Millis, epoch},
    world::World,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;

/// The last refresh of an endpoint: `refreshing` → `successful` or `failed`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Refresh {
    pub(crate) endpoint_arn: String,
    pub(crate) instance_arn: String,
    status: String,
    pub(crate) due: Option<Millis>,
    last: Option<Millis>,
    outcome: Result<Vec<String>, String>,
    schemas: Vec<String>,
    failure: Option<String>,
}

impl Refresh {
    fn answer(&self) -> Json {
        let mut answer = json!({
            "EndpointArn": self.endpoint_arn,
            "ReplicationInstanceArn": self.instance_arn,
            "Status": self.status,
        });
        if let Some(last) = self.last {
            answer["LastRefreshDate"] = epoch(last);
        }
        if let Some(text) = &self.failure {
            answer["LastFailureMessage"] = json!(text);
        }
        answer
    }
}

impl Shard<'_> {
    pub(crate) async fn refresh_schemas(&mut self, world: &dyn World, input: &Input) -> Answer {
        let endpoint_arn = input.required("EndpointArn")?;
        let instance_arn = input.required("ReplicationInstanceArn")?;
        let endpoint = self.region.endpoint(endpoint_arn)?.clone();
        let instance = self.region.instance(instance_arn)?;
        if instance.status != "available" {
            return Err(Fault::state(format!(
                "Replication Instance {instance_arn} must be available, it is {}.",
                instance.status
            )));
        }
        let known = self.region.refreshes.iter().position(|r| r.endpoint_arn == endpoint_arn);
        if known.is_some_and(|at| self.region.refreshes[at].status == "refreshing") {
            return Err(Fault::state(format!(
                "The schemas of Endpoint {endpoint_arn} are being refreshed."
            )));
        }
        let (address, outcome) = self.attempt(world, &endpoint).await;
        let outcome = outcome.map(|()| {
            let tables = address.map(|a| self.source.tables(&a)).unwrap_or_default();
            let names: BTreeSet<String> = tables.into_iter().map(|t| t.schema).collect();
            names.into_iter().collect()
        });
        let old = known.map(|at| self.region.refreshes.remove(at));
        let refresh = Refresh {
            endpoint_arn: endpoint_arn.to_owned(),
            instance_arn: instance_arn.to_owned(),
            status: "refreshing".to_owned(),
            due: Some(self.now + self.timing.refresh_schemas),
            last: old.as_ref().and_then(|r| r.last),
            outcome,
            schemas: old.map(|r| r.schemas).unwrap_or_default(),
            failure: None,
        };
        let answer = json!({"RefreshSchemasStatus": refresh.answer()});
        self.region.refreshes.push(refresh);
        Ok(answer)
    }

    pub(crate) fn describe_refresh(&self, input: &Input) -> Answer {
        let refresh = self.refresh_of(input.required("EndpointArn")?)?;
        let refresh = refresh.ok_or_else(|| {
            Fault::not_found("The schemas of this endpoint have never been refreshed.")
        })?;
        Ok(json!({"RefreshSchemasStatus": refresh.answer()}))
    }

    pub(crate) fn describe_schemas(&self, input: &Input) -> Answer {
        let arn = input.required("EndpointArn")?;
        let refresh = self.refresh_of(arn)?;
        let read = refresh.filter(|r| r.last.is_some()).ok_or_else(|| {
            Fault::state(format!(
                "The schemas of Endpoint {arn} have not been read yet; refresh them first."
            ))
        })?;
        let items = read.schemas.iter().map(|s| json!(s));
        paging::page_fixed(input, &paging::USUAL, "Schemas", items)
    }

    fn refresh_of(&self, endpoint_arn: &str) -> Result<Option<&Refresh>, Fault> {
        self.region.endpoint(endpoint_arn)?;
        Ok(self.region.refreshes.iter().find(|r| r.endpoint_arn == endpoint_arn))
    }

    pub(crate) fn step_refreshes(&mut self) {
        let now = self.now;
        for refresh in &mut self.region.refreshes {
            if refresh.due.is_none_or(|due| due > now) {
                continue;
            }
            refresh.due = None;
            match &refresh.outcome {
                Ok(schemas) => {
                    refresh.schemas.clone_from(schemas);
                    refresh.last = Some(now);
                    refresh.status = "successful".to_owned();
                }
                Err(text) => {
                    refresh.failure = Some(text.clone());
                    refresh.status = "failed".to_owned();
                }
            }
        }
    }
}
