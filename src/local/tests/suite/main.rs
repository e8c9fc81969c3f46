//! The embedded AWS through the SDK's own clients, as the engine sees it.
#![allow(clippy::unwrap_used)]

mod dms;
mod ec2;
mod faults;
mod more;
mod network;
mod s3;
mod services;
mod store;
mod watching;

use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use aws_sdk_ec2::config::{BehaviorVersion, retry::RetryConfig};
use aws_types::{SdkConfig, region::Region};
use dmsrun_local::{Local, Options};
use std::{path::Path, time::Duration};

/// The account in memory.
fn local() -> Local {
    Local::open(options(None)).unwrap()
}

fn options(dir: Option<&Path>) -> Options {
    Options {
        dir: dir.map(Path::to_path_buf),
        account: "123456789012".into(),
        seed: 7,
        speed: None,
        start: "2027-03-01T08:00:00Z".parse().unwrap(),
    }
}

fn sdk(local: &Local) -> SdkConfig {
    sdk_in(local, "eu-west-1")
}

fn sdk_in(local: &Local, region: &'static str) -> SdkConfig {
    let (key, secret) = local.credentials();
    let credentials = Credentials::new(key, secret, None, None, "local");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static(region))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .http_client(local.http_client())
        .retry_config(RetryConfig::disabled())
        .build()
}

/// Lets virtual time pass.
async fn pass(local: &Local, seconds: u64) {
    use dmsrun_base::{Clock as _, drive};
    let clock = local.clock();
    drive(&clock, clock.sleep(Duration::from_secs(seconds))).await;
}

/// The code of a failed call.
fn code<T, E>(result: Result<T, aws_sdk_ec2::error::SdkError<E>>) -> String
where
    E: aws_sdk_ec2::error::ProvideErrorMetadata + std::fmt::Debug,
{
    match result {
        Ok(_) => "succeeded".into(),
        Err(error) => match error.as_service_error() {
            Some(error) => error.meta().code().unwrap_or("no code").to_owned(),
            None => format!("{error:?}"),
        },
    }
}
