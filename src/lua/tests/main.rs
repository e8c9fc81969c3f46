//! The Lua host as scripts see it.
#![allow(clippy::unwrap_used)]

mod lua {
    mod conversions;
    mod errors;
    mod library;
    mod meta;
    mod modules;
    mod outside;
    mod sandbox;
    mod secrets;
    mod specs;
    pub mod support;
    mod tasks;
}
