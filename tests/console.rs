//! The console blocks of the documentation run, and what they print is what is printed.

use crate::common::root;

#[test]
fn the_console_blocks_of_the_documentation() {
    let home = tempfile::TempDir::new().unwrap();
    trycmd::TestCases::new()
        .env("HOME", home.path().to_str().unwrap())
        .env("COLUMNS", "100")
        .env("NO_COLOR", "1")
        .register_bin("dmsrun", std::path::Path::new(env!("CARGO_BIN_EXE_dmsrun")))
        .case(root().join("README.md"))
        .run();
}
