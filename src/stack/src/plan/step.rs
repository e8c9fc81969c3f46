//! What a plan consists of: its steps, and what stays as it is.

use crate::{
    diff::Difference,
    model::{Declared, Live, Schemas},
    order::Job,
};
use dmsrun_base::{Map, ResourceId};
use dmsrun_diag::Span;
use std::collections::BTreeMap;

/// What a step does. The list is closed: whatever else a kind needs is inside one of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// Makes what does not exist.
    Create,
    /// Changes it in place.
    Update,
    /// Makes another and deletes this one.
    Replace,
    /// Deletes it.
    Delete,
    /// Waits for what is in progress on it.
    Wait,
}

impl Action {
    /// The word for it in a plan as data.
    pub fn word(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Replace => "replace",
            Self::Delete => "delete",
            Self::Wait => "wait",
        }
    }
}

/// One action on one resource.
#[derive(Clone, Debug)]
pub struct Step {
    /// The resource.
    pub resource: ResourceId,
    /// What is done.
    pub action: Action,
    /// Why, as a person would say it; separate from the action.
    pub reason: String,
    /// What differs; for a creation, what is declared.
    pub differences: Vec<Difference>,
    /// What is declared, sealed and with the tags of the engine; `None` for a deletion.
    pub declared: Option<Declared>,
    /// What is there; `None` for a creation.
    pub live: Option<Live>,
    /// The generation that the step leaves behind.
    pub generation: u32,
    /// Whether a replacement deletes before it creates.
    pub delete_first: bool,
    /// Why an update may turn out to need a replacement, once all that it refers to is known; then the
    /// same apply makes it.
    pub may_replace: Option<String>,
    /// What it does to replication, in the words of the kind.
    pub effect: Option<String>,
    /// Which data it loses, in the words of the kind.
    pub loses_data: Option<String>,
}

impl Step {
    /// Where the resource is declared.
    pub fn span(&self) -> Option<&Span> {
        self.declared.as_ref()?.span.as_ref()
    }
}

/// What has to be done, in an order that the references allow.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// The stack.
    pub stack: String,
    /// The steps: creations and changes along the graph, then deletions.
    pub steps: Vec<Step>,
    /// What is as declared.
    pub unchanged: Vec<ResourceId>,
    /// What is no longer declared and stays, each with the reason.
    pub kept: Vec<(ResourceId, &'static str)>,
    /// The outputs of everything live that stays as it is.
    pub outputs: BTreeMap<ResourceId, Map>,
    /// The steps as jobs, with what each waits for.
    pub jobs: Vec<Job>,
    /// The schemas that the plan was made with.
    pub schemas: Schemas,
}

impl Plan {
    /// Whether there is anything to do.
    pub fn has_changes(&self) -> bool {
        !self.steps.is_empty()
    }

    /// How many steps have an action.
    pub fn count(&self, action: Action) -> usize {
        self.steps.iter().filter(|s| s.action == action).count()
    }

    /// How many of the updates may turn out to need a replacement.
    pub fn may_replace(&self) -> usize {
        self.steps.iter().filter(|s| s.may_replace.is_some()).count()
    }
}
