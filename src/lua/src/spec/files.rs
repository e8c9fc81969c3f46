//! Which files are specs, and which files a watch looks at.

use dmsrun_diag::{Diagnostic, Exit};
use std::path::{Path, PathBuf};

/// Whether a file is a spec by its name.
pub fn is_spec(path: &Path) -> bool {
    path.to_string_lossy().ends_with("_spec.lua")
}

/// Whether a change of a file may change what specs say.
pub fn watched(path: &Path) -> bool {
    let inside = |name: &str| path.components().any(|c| c.as_os_str() == name);
    let ends = |end: &str| path.extension().is_some_and(|e| e == end);
    (ends("lua") || ends("json")) && ![".dmsrun", ".git", "target"].iter().any(|n| inside(n))
}

/// The spec files at the paths, sorted.
pub(super) fn find(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Diagnostic> {
    let mut found = Vec::new();
    for path in paths {
        if path.is_dir() {
            walk(path, &mut found).map_err(|e| {
                Diagnostic::error("Specs could not be found")
                    .what(format!("{}: {e}", path.display()))
            })?;
        } else if path.is_file() {
            found.push(path.clone());
        } else {
            return Err(missing(path));
        }
    }
    found.sort();
    found.dedup();
    Ok(found)
}

fn walk(folder: &Path, out: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        let hidden = entry.file_name().to_string_lossy().starts_with('.');
        // A link to a folder may lead back up.
        if entry.file_type()?.is_dir() {
            if !hidden && entry.file_name() != "target" {
                walk(&path, out)?;
            }
        } else if is_spec(&path) {
            // `./spec` and `spec` are the same to people.
            out.push(path.strip_prefix("./").map(Path::to_path_buf).unwrap_or(path));
        }
    }
    Ok(())
}

fn missing(path: &Path) -> Diagnostic {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let there: Vec<String> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .collect();
    let diagnostic = Diagnostic::error("Specs could not be found")
        .what(format!("{} is not there", path.display()))
        .exit(Exit::Usage);
    match super::near_path(&name, &there) {
        Some(near) => diagnostic.hint(near),
        None => diagnostic.hint("the path is relative to the current folder"),
    }
}
