//! Integration tests: they drive the real binary in a hermetic environment.
#![allow(clippy::unwrap_used, missing_docs)]

mod bad_input;
mod common;
mod console;
mod lua_command;
mod main_job;
mod moto;
mod secrets;
mod specs;
