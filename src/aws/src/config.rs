//! What the door is made with, and what a single call may say.

use crate::{Observer, Policy};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use dmsrun_base::{Clock, Random, Redactor};
use std::{fmt, sync::Arc, time::Duration};

/// What the door is made with.
#[derive(Clone)]
pub struct Config {
    /// The profile; without one the SDK's standard chain decides.
    pub profile: Option<String>,
    /// The region; without one the SDK's standard chain decides.
    pub region: Option<String>,
    /// An endpoint that answers for all services.
    pub endpoint_url: Option<String>,
    /// What answers instead of the network: the local AWS. Then nothing is looked up anywhere.
    pub http_client: Option<SharedHttpClient>,
    /// Access key and secret key, used with `http_client` only.
    pub credentials: Option<(String, String)>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Chance, for jitter and tokens.
    pub random: Random,
    /// What learns secrets and scrubs them.
    pub redactor: Redactor,
    /// What is refused.
    pub policy: Policy,
    /// Who is told of calls.
    pub observer: Arc<dyn Observer>,
    /// Whether this is the local AWS.
    pub local: bool,
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("profile", &self.profile)
            .field("region", &self.region)
            .field("endpoint_url", &self.endpoint_url)
            .field("policy", &self.policy)
            .field("local", &self.local)
            .finish_non_exhaustive()
    }
}

/// What a single call may say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CallOptions {
    /// Another region.
    pub region: Option<String>,
    /// The ARN of a role to assume.
    pub role: Option<String>,
    /// How long it may last with all its repeats; five minutes without.
    pub timeout: Option<Duration>,
    /// Codes to outlast, such as `*.NotFound` right after a create; `*` stands for anything.
    pub retry_codes: Vec<String>,
}

/// Who the caller is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The account's number.
    pub account: String,
    /// The caller's ARN.
    pub arn: String,
    /// The caller's id.
    pub user_id: String,
}
