//! Integration tests: they drive the real binary in a hermetic environment.
#![allow(clippy::unwrap_used, missing_docs)]

mod adopt;
mod approval;
mod asking;
mod bad_input;
mod check;
mod common;
mod console;
mod crash;
mod interrupt;
mod lock;
mod lua_command;
mod lua_conformance;
mod main_job;
mod moto;
mod paging;
mod repl;
mod repl_night;
mod sandbox;
mod scale;
mod secrets;
mod simulation;
mod specs;
mod tools;
