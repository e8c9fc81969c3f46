//! The description of every module of the host in LuaCATS: for editors, for the reference, and for
//! the test that keeps it true.

/// A module of the host, described.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Meta {
    /// The name that `require` takes.
    pub name: &'static str,
    /// A `---@meta` file: what the module is for, an example with its results behind `-->`, and every
    /// function with its parameters.
    pub text: &'static str,
}

macro_rules! described {
    ($($name:literal),* $(,)?) => {
        &[$(Meta { name: $name, text: include_str!(concat!("meta/", $name, ".lua")) }),*]
    };
}

/// Every module of the host, sorted by name.
pub const MODULES: &[Meta] = described![
    "aws", "csv", "dms", "engine", "env", "errors", "fs", "hash", "host", "http", "json", "log",
    "parallel", "path", "process", "random", "secret", "suggest", "time", "ui",
];
