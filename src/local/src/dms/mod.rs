//! The embedded AWS Database Migration Service: tasks on instances and
//! serverless replications, in every region of an account.
//!
//! It is a simulation on injected time and chance. Nothing happens by itself: whoever asks says what time
//! it is, and everything that has become due by then is done first, in the order of time.

mod account;
mod assessments;
pub mod catalogue;
mod certificates;
mod connections;
mod dispatch;
mod endpoint_settings;
mod endpoints;
mod engines;
mod events;
mod faults;
mod ids;
mod input;
mod instances;
mod maintenance;
mod metrics;
mod offers;
mod paging;
mod region;
mod schemas;
mod selection;
mod serverless;
mod statistics;
mod subnet_groups;
mod subscriptions;
mod tags;
mod tasks;
mod time;
mod world;

#[cfg(test)]
mod tests;

pub use catalogue::Source;
pub use faults::Fault;
pub use time::Timing;
pub use world::{Effect, InterfaceChange, Role, Subnet, World};

use crate::tagged::Sweep;
use dmsrun_base::{Random, Timestamp};
use ids::Ids;
use region::{Region, Shard};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::{collections::BTreeMap, sync::Arc};
use time::{Millis, millis};

/// What an operation answers.
pub(crate) type Answer = Result<Json, Fault>;

/// More steps than any real tick takes: a bound on the loop, should a transition ever stand still.
const MOST_STEPS: usize = 2_000_000;

/// The form of the snapshot.
const VERSION: u32 = 1;

/// DMS, with all regions of one account.
pub struct Dms {
    account: String,
    state: State,
    effects: Vec<Effect>,
    timing: Timing,
    source: Arc<dyn Source>,
}

#[derive(Serialize, Deserialize)]
struct State {
    version: u32,
    ids: Ids,
    now: Millis,
    regions: BTreeMap<String, Region>,
}

impl Dms {
    /// DMS of an account without anything in it. `random` gives the seed of its ids.
    pub fn new(account: &str, random: Random) -> Self {
        Self {
            account: account.to_owned(),
            state: State {
                version: VERSION,
                ids: Ids::new(random.next_u64()),
                now: 0,
                regions: BTreeMap::new(),
            },
            effects: Vec::new(),
            timing: Timing::default(),
            source: Arc::new(catalogue::Demo),
        }
    }

    /// Sets how long things take.
    pub fn set_timing(&mut self, timing: Timing) {
        self.timing = timing;
    }

    /// Sets what the source databases hold.
    pub fn set_source(&mut self, source: Arc<dyn Source>) {
        self.source = source;
    }

    /// Does everything that is due by `now`, then the operation.
    pub async fn handle(
        &mut self,
        world: &dyn World,
        now: Timestamp,
        region: &str,
        operation: &str,
        input: Json,
    ) -> Result<Json, Fault> {
        self.tick(now);
        let input = input::Input::new(input)?;
        let now = millis(now).max(self.state.now);
        let mut shard = self.shard(region, now);
        dispatch::run(&mut shard, world, operation, &input).await
    }

    /// Does everything that is due by `now`, in the order of time.
    pub fn tick(&mut self, now: Timestamp) {
        let now = millis(now);
        for region in self.state.regions.values_mut() {
            region.forget(now);
        }
        for _ in 0..MOST_STEPS {
            let next = self
                .state
                .regions
                .iter()
                .filter_map(|(name, region)| region.next_due().map(|due| (due, name.clone())))
                .min();
            let Some((due, name)) = next.filter(|(due, _)| *due <= now) else { break };
            self.shard(&name, due).step();
        }
        self.state.now = self.state.now.max(now);
    }

    /// What other services must be told since the last call, in the order of time.
    pub fn take_effects(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.effects)
    }

    /// The whole state. Effects that were not taken are not in it.
    pub fn snapshot(&self) -> Json {
        serde_json::to_value(&self.state).unwrap_or_default()
    }

    /// Shows a sweep all tags.
    pub(crate) fn sweep(&self, sweep: &mut Sweep<'_>) {
        for (arn, tags) in self.state.regions.values().flat_map(|region| &region.tags) {
            sweep.tags(arn, tags);
        }
    }

    /// Goes back to a state that [`Dms::snapshot`] gave.
    pub fn restore(&mut self, json: Json) -> Result<(), String> {
        let state: State = serde_json::from_value(json).map_err(|e| e.to_string())?;
        if state.version != VERSION {
            return Err(format!("state of form {}, this is form {VERSION}", state.version));
        }
        self.state = state;
        self.effects.clear();
        Ok(())
    }

    fn shard<'a>(&'a mut self, name: &'a str, now: Millis) -> Shard<'a> {
        Shard {
            name,
            account: &self.account,
            now,
            region: self.state.regions.entry(name.to_owned()).or_default(),
            ids: &mut self.state.ids,
            effects: &mut self.effects,
            timing: &self.timing,
            source: self.source.as_ref(),
        }
    }
}

impl std::fmt::Debug for Dms {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Dms").field("account", &self.account).finish_non_exhaustive()
    }
}
