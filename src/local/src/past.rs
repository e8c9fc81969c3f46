//! Copies of the account: one to go on with, and one as it was some seconds ago, for reads that see late
//! what was changed.

use crate::{
    Options,
    account::Account,
    request::Request,
    store::{FILES, Store},
    wire::{Answer, Refusal},
};
use dmsrun_base::Timestamp;
use dmsrun_diag::Diagnostic;
use jiff::SignedDuration;
use serde_json::Value as Json;
use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

/// What the services held before each mutation, as far back as a read may look.
#[derive(Debug, Default)]
pub(crate) struct Past(BTreeMap<&'static str, VecDeque<(Timestamp, Json)>>);

impl Past {
    /// Notes what a service held until now.
    fn note(&mut self, name: &'static str, now: Timestamp, body: Json, reach: Duration) {
        let kept = self.0.entry(name).or_default();
        let from = earlier(now, reach);
        while kept.front().is_some_and(|(time, _)| *time < from) {
            kept.pop_front();
        }
        kept.push_back((now, body));
    }

    /// What a service held at a time; `None` where it has not changed since.
    fn at(&self, name: &str, time: Timestamp) -> Option<&Json> {
        self.0.get(name)?.iter().find(|(until, _)| *until > time).map(|(_, body)| body)
    }
}

fn earlier(time: Timestamp, by: Duration) -> Timestamp {
    let by = SignedDuration::try_from(by).unwrap_or(SignedDuration::MAX);
    time.checked_sub(by).unwrap_or(Timestamp::MIN)
}

impl Account {
    /// Another account in memory with everything that this one holds now.
    pub fn copy(&self) -> Result<Self, Diagnostic> {
        let busy =
            || Diagnostic::bug("the local AWS is copied while a call is changing something in it");
        let bodies: Option<Vec<(&'static str, Json)>> =
            FILES.iter().map(|name| Some((*name, self.body(name)?))).collect();
        self.with_bodies(bodies.ok_or_else(busy)?)
    }

    fn with_bodies(&self, bodies: Vec<(&'static str, Json)>) -> Result<Self, Diagnostic> {
        let header = self.header();
        let options = Options {
            dir: None,
            account: self.number().to_owned(),
            seed: header.seed,
            speed: None,
            start: header.now,
        };
        // A service that was never used has no body, and one that says so is not one.
        let bodies = bodies.into_iter().filter(|(_, body)| !body.is_null());
        Self::of(options, Store::holding(bodies), Some(header))
    }

    /// Notes what a mutation is about to replace, while reads may look back.
    pub(crate) fn remember(&self, request: &Request, now: Timestamp) {
        let Some(reach) = self.faults().stalest().filter(|_| request.mutates()) else { return };
        let Some(name) = FILES.iter().find(|name| **name == request.service) else { return };
        if let Some(body) = self.body(name) {
            self.past().note(name, now, body, reach);
        }
    }

    /// Answers a read by what was there some time ago.
    pub(crate) async fn perform_in_the_past(
        &self,
        request: &Request,
        lag: Duration,
        id: &str,
    ) -> Result<Answer, Refusal> {
        let now = self.header().now;
        let then = earlier(now, lag);
        let bodies = {
            let past = self.past();
            // Tags of everything are read by one service, which keeps none itself.
            let of_request = |name: &str| name == request.service || request.service == "tagging";
            let body = |name: &&'static str| {
                let old = past.at(name, then).filter(|_| of_request(name)).cloned();
                Some((*name, old.or_else(|| self.body(name))?))
            };
            FILES.iter().filter_map(body).collect()
        };
        let copy =
            self.with_bodies(bodies).map_err(|error| Refusal::internal(error.to_string()))?;
        copy.advance(then).await;
        Box::pin(copy.perform(request, now, id)).await
    }
}
