//! The one dynamic door to AWS: an operation by name, with dynamic values, through the typed SDK.
//!
//! ```text
//! call("dms", "describe_endpoints", {…}) ─ policy ─ convert ─ client ─ attempts ─ convert ─▶ value
//! ```
//!
//! Each service is one printed table in `tables/` (see `generate.py`); the macros in `shape/` make
//! both directions from it. Names are those of the Rust SDK: snake_case. Nothing here knows of Lua or
//! of the local AWS, which is plugged in as the SDK's HTTP client.

mod answers;
mod capture;
mod clients;
mod config;
mod door;
mod error;
mod lenient;
mod limits;
mod observe;
mod pages;
mod policy;
pub mod records;
mod redaction;
pub mod registry;
mod retry;
mod service;
mod shape;
mod tables;

pub use aws_smithy_runtime_api::client::http::SharedHttpClient;
pub use config::{CallOptions, Config, Identity};
pub use door::{Aws, check_input};
pub use error::{Error, Fields};
pub use observe::{CallEvent, Observer, RetryEvent, Silent, WaitEvent};
pub use pages::Page;
pub use policy::Policy;
