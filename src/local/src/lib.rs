//! The embedded AWS: an account that lives in this process, on a clock that it moves itself.
//!
//! Requests of the AWS SDK arrive in process ([`Local::http_client`]), so that the production path is
//! the path under test. The networks, DMS, CloudWatch and its logs are ours; winterbaume serves the
//! rest, behind rules for what AWS enforces.

mod account;
mod cbor;
mod cloudwatch;
pub mod dms;
mod ec2;
mod effects;
mod faults;
mod form;
mod ids;
mod logs;
mod managed_policies;
mod normalise;
mod objects;
mod past;
mod request;
mod rules;
mod seam;
mod services;
mod store;
mod tagged;
mod tagging;
mod wire;
mod world;

pub use faults::{Fault, FaultKind, Faults, Unstruck, When};

use account::Account;
use aws_smithy_runtime_api::client::http::{SharedHttpClient, SharedHttpConnector};
use dmsrun_base::{Clock as _, Timestamp, VirtualClock};
use dmsrun_diag::Diagnostic;
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

/// How a local AWS is opened.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where its state is kept; `None` keeps it in memory only.
    pub dir: Option<PathBuf>,
    /// The account's number. winterbaume's services know one account for the whole process: the first
    /// one that is opened.
    pub account: String,
    /// Where ids and chance start: a seed repeats a run.
    pub seed: u64,
    /// Virtual seconds for a real one; without it, waiting takes no time.
    pub speed: Option<f64>,
    /// The time at which a new account starts.
    pub start: Timestamp,
}

/// An AWS account inside this process. Clones share it; the last one to go puts its state on disk.
#[derive(Clone, Debug)]
pub struct Local {
    account: Arc<Account>,
}

impl Local {
    /// Opens the account that `options.dir` holds, or a new one.
    ///
    /// # Errors
    /// Where another process has it open, a file is corrupt, or the directory can't be used.
    pub fn open(options: Options) -> Result<Self, Diagnostic> {
        Account::open(options).map(|account| Self { account: Arc::new(account) })
    }

    /// The HTTP client to give to the SDK's configuration.
    pub fn http_client(&self) -> SharedHttpClient {
        let connector = SharedHttpConnector::new(seam::Connector::new(self.account.clone()));
        aws_smithy_runtime_api::client::http::http_client_fn(move |_, _| connector.clone())
    }

    /// The account's clock.
    pub fn clock(&self) -> VirtualClock {
        self.account.clock().clone()
    }

    /// An access key and its secret that this account accepts: it accepts any.
    pub fn credentials(&self) -> (String, String) {
        ("LOCALAWSACCESSKEY000".into(), "local-aws-has-no-secrets".into())
    }

    /// Another account, in memory, in which everything is as it is here now, the time, the ids and the
    /// chance of later ones included: what happens to the one does not happen to the other. It has no
    /// faults.
    ///
    /// # Errors
    /// Where a call is in the middle of changing something.
    pub fn copy(&self) -> Result<Self, Diagnostic> {
        self.account.copy().map(|account| Self { account: Arc::new(account) })
    }

    /// How many calls have arrived since it was opened that only read, and how many others.
    pub fn calls(&self) -> (u64, u64) {
        self.account.calls()
    }

    /// Everything that carries a tag whose name starts with `prefix`, read without a call: an object of
    /// `service`, `name` and `tags` each.
    pub fn tagged(&self, prefix: &str) -> Vec<serde_json::Value> {
        self.account.tagged_with(prefix)
    }

    /// The handle by which calls are made to fail, to lose their answer, or to take long.
    pub fn faults(&self) -> Faults {
        self.account.faults().clone()
    }

    /// The messages that were sent to topics, oldest first: objects of `region`, `time`, `topic`,
    /// `subject` and `message`.
    pub fn messages(&self) -> Vec<serde_json::Value> {
        self.account.messages()
    }

    /// Puts everything on disk, the clock included. Dropping the last clone does the same, without a
    /// word when it fails.
    ///
    /// # Errors
    /// Where the directory can't be written.
    pub fn save(&self) -> Result<(), Diagnostic> {
        self.account.save()
    }

    /// Removes the account that `dir` holds: the files of a local AWS and nothing else. Says whether
    /// there was one.
    ///
    /// # Errors
    /// Where another process has it open, or a file can't be removed.
    pub fn reset(dir: &Path) -> Result<bool, Diagnostic> {
        store::reset(dir)
    }

    /// The time of the account.
    pub fn now(&self) -> Timestamp {
        self.account.clock().now()
    }
}
