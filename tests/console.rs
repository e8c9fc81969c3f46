//! The console blocks of the documentation run, and what they print is what is printed.

use crate::common::root;

/// Work notes that are pasted by accident show: a comment's end without its beginning, a link to nothing.
#[test]
fn the_readme_has_no_leftovers_and_its_links_lead_somewhere() {
    let text = std::fs::read_to_string(root().join("README.md")).unwrap();
    assert_eq!(text.matches("<!--").count(), text.matches("-->").count());
    let headings: Vec<&str> = text.lines().filter(|line| line.starts_with("## ")).collect();
    let plain = |c: char| c.is_alphanumeric() || " ,'-".contains(c);
    for heading in &headings {
        assert!(heading[3..].chars().all(plain), "{heading}");
        assert_eq!(headings.iter().filter(|other| *other == heading).count(), 1, "{heading}");
    }
    for (at, _) in text.match_indices("](") {
        let link = text[at + 2..].split(')').next().unwrap_or_default();
        assert!(link.starts_with("http") || root().join(link).exists(), "{link}");
    }
}

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
