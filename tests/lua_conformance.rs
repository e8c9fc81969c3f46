//! The language as the reference manual of Lua 5.4 describes it: every file of `tests/lua` runs under
//! dmsrun, and where lua5.4 is installed, those that need nothing of ours under it as well.

use crate::common::{Env, root};
use std::{path::PathBuf, process::Command};

fn files() -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(root().join("tests/lua"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "lua"))
        .collect();
    files.sort();
    assert!(files.len() >= 4, "{files:?}");
    files
}

#[test]
fn the_conformance_set_passes() {
    for file in files() {
        let env = Env::new();
        let name = file.file_name().unwrap().to_str().unwrap();
        std::fs::copy(&file, env.path(name)).unwrap();
        let out = env.run(&["--local", name]).ok();
        assert_eq!((out.stdout.as_str(), out.stderr.as_str()), ("", ""), "{name}");
    }
}

/// A set that the reference implementation does not pass would prove nothing.
#[test]
fn the_conformance_set_is_about_lua() {
    if Command::new("lua5.4").arg("-v").output().is_err() {
        return;
    }
    for file in files().iter().filter(|f| !f.ends_with("host_calls.lua")) {
        let out = Command::new("lua5.4").arg(file).output().unwrap();
        let told = String::from_utf8_lossy(&out.stderr);
        assert!(out.status.success(), "{}: {told}", file.display());
    }
}
