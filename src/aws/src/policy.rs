//! What may be called: read-only, dry-run, and the account and region that are expected.

use std::sync::{PoisonError, RwLock};

/// What the door refuses.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Policy {
    /// Refuse everything that may change something.
    pub read_only: bool,
    /// Check calls that may change something, and do not send them.
    pub dry_run: bool,
    /// Refuse every other account.
    pub expect_account: Option<String>,
    /// Refuse every other region.
    pub expect_region: Option<String>,
}

/// The policy in force; a script may tighten it.
#[derive(Debug)]
pub(crate) struct Rules(RwLock<Policy>);

impl Rules {
    pub fn new(policy: Policy) -> Self {
        Self(RwLock::new(policy))
    }

    pub fn now(&self) -> Policy {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn change(&self, change: impl FnOnce(&mut Policy)) {
        change(&mut self.0.write().unwrap_or_else(PoisonError::into_inner));
    }
}

/// Reads by the beginning of their names. Whatever is not here counts as a change.
const READS: &[&str] = &[
    "batch_get_",
    "check_if_",
    "describe_",
    "filter_log_events",
    "get_",
    "head_",
    "list_",
    "simulate_",
    "test_metric_filter",
    "validate_",
];

/// Reads in effect: a query of logs costs, and leaves nothing behind.
const HARMLESS: &[&str] = &["assume_role", "start_query", "stop_query"];

/// Whether an operation may change something.
pub(crate) fn mutates(operation: &str) -> bool {
    let reads = READS.iter().any(|prefix| operation.starts_with(prefix));
    !reads && !HARMLESS.contains(&operation)
}

/// Whether repeating a change that may have been done already does no more than doing it once.
pub(crate) fn repeatable(operation: &str) -> bool {
    const AGAIN: &[&str] = &[
        "add_tags_",
        "attach_role_policy",
        "create_tags",
        "delete_",
        "detach_",
        "disable_",
        "disassociate_",
        "enable_",
        "modify_",
        "put_bucket_",
        "put_metric_alarm",
        "put_metric_filter",
        "put_object",
        "put_public_access_block",
        "put_retention_policy",
        "put_role_policy",
        "release_address",
        "remove_tags_",
        "replace_",
        "revoke_",
        "set_",
        "tag_",
        "untag_",
        "update_",
        "upload_part",
    ];
    !mutates(operation) || AGAIN.iter().any(|prefix| operation.starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::services;

    #[test]
    fn reads_are_an_allow_list() {
        for name in ["describe_endpoints", "list_tags_for_resource", "head_bucket", "get_object"] {
            assert!(!mutates(name), "{name}");
        }
        for name in ["test_connection", "create_vpc", "export_metadata_model_assessment", "publish"]
        {
            assert!(mutates(name), "{name}");
        }
    }

    /// A new read of an SDK must be looked at before it passes `--read-only`.
    #[test]
    fn no_operation_with_a_changing_word_passes_as_a_read() {
        let words =
            ["create", "delete", "modify", "put", "start", "stop", "update", "reset", "run"];
        for operation in services().iter().flat_map(|s| s.operations()) {
            let first = operation.name.split('_').next().unwrap_or_default();
            let known = HARMLESS.contains(&operation.name);
            assert!(operation.mutates() || known || !words.contains(&first), "{}", operation.name);
        }
    }
}
