//! The console blocks of the documentation run, and what they print is what is printed.

use crate::common::root;

#[test]
fn the_console_blocks_of_the_documentation() {
    let home = tempfile::TempDir::new().unwrap();
    // Beside a copy of the document stands the folder that its blocks run in: their local AWS is
    // theirs alone.
    let document = home.path().join("README.md");
    let folder = home.path().join("README.in");
    std::fs::copy(root().join("README.md"), &document).unwrap();
    std::fs::create_dir_all(folder.join("tests/fixtures")).unwrap();
    let fixture = "tests/fixtures/legacy.lua";
    std::fs::copy(root().join(fixture), folder.join(fixture)).unwrap();
    trycmd::TestCases::new()
        .env("HOME", home.path().to_str().unwrap())
        .env("COLUMNS", "100")
        .env("NO_COLOR", "1")
        .register_bin("dmsrun", std::path::Path::new(env!("CARGO_BIN_EXE_dmsrun")))
        .case(document)
        .run();
}
