//! The one place where this crate names the AWS door's types.

pub use dmsrun_aws::{Aws, CallOptions, Error, check_input, registry};
