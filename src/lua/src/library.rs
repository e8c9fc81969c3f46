//! The standard library: embedded in the binary, or read from a folder while it is being written.

use std::path::Path;

include!(concat!(env!("OUT_DIR"), "/stdlib.rs"));

/// A file of the standard library.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LibraryFile {
    /// Its path inside the library, such as `kinds/ec2/vpc.lua`.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// The file of a module such as `kinds.ec2.vpc`.
pub fn find(folder: Option<&Path>, module: &str) -> Option<LibraryFile> {
    let valid = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
    let empty = module.split('.').any(str::is_empty);
    if empty || !module.chars().all(valid) {
        return None;
    }
    let stem = module.replace('.', "/");
    [format!("{stem}.lua"), format!("{stem}/init.lua")].into_iter().find_map(|path| {
        let text = match folder {
            Some(folder) => std::fs::read_to_string(folder.join(&path)).ok()?,
            None => {
                let at = FILES.binary_search_by(|(name, _)| (*name).cmp(&path)).ok()?;
                FILES[at].1.to_owned()
            }
        };
        Some(LibraryFile { path, text })
    })
}

/// The names of the embedded modules, sorted.
pub fn modules() -> impl Iterator<Item = String> {
    FILES.iter().map(|(path, _)| {
        let stem = path.strip_suffix(".lua").unwrap_or(path);
        stem.strip_suffix("/init").unwrap_or(stem).replace('/', ".")
    })
}

/// The names of the embedded modules that lie in no folder, sorted.
pub fn plain_modules() -> impl Iterator<Item = &'static str> {
    FILES
        .iter()
        .filter_map(|(path, _)| path.strip_suffix(".lua").filter(|name| !name.contains('/')))
}

/// The names of the modules that the host gives, sorted.
pub fn host_modules() -> impl Iterator<Item = &'static str> {
    crate::modules::names()
}

/// The text of an embedded file by its path, such as `stack.lua`.
pub fn source(path: &str) -> Option<&'static str> {
    let at = FILES.binary_search_by(|(name, _)| (*name).cmp(path)).ok()?;
    Some(FILES[at].1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_name_finds_its_file_and_never_leaves_the_library() {
        let check = find(None, "check").map(|f| f.path);
        assert_eq!(check.as_deref(), Some("check.lua"));
        for name in ["", "../etc/passwd", "a..b", ".etc.passwd", "/etc/passwd", "no.such.module"] {
            assert_eq!(find(None, name), None, "{name}");
        }
        assert!(modules().any(|m| m == "spec"));
    }
}
