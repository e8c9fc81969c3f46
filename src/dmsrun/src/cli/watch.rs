//! `dmsrun test --watch`: the specs again at every change.

use super::test::Work;
use dmsrun_diag::Diagnostic;
use dmsrun_lua::spec::{is_spec, watched};
use notify::{RecursiveMode, Watcher as _};
use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    sync::mpsc::{Receiver, RecvTimeoutError, channel},
    time::Duration,
};

/// Editors write a file in several steps, and some write several files: changes this close belong
/// together.
const TOGETHER: Duration = Duration::from_millis(80);

/// Runs the specs now and at every change, until Ctrl-C ends the process.
pub fn run(work: &Work) -> Result<u8, Diagnostic> {
    let failed = |error: notify::Error| {
        Diagnostic::error("Changes can't be watched").what(error.to_string())
    };
    work.ui.only_prints();
    let (sender, events) = channel();
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        // Reading a file is an event too, and our own runs read.
        if let Ok(event) = event
            && !event.kind.is_access()
        {
            for path in event.paths.into_iter().filter(|path| watched(path)) {
                // Nobody listens any more: the process ends.
                let _ = sender.send(path);
            }
        }
    })
    .map_err(failed)?;
    for folder in folders(work) {
        watcher.watch(&folder, RecursiveMode::Recursive).map_err(failed)?;
    }
    let mut only = Vec::new();
    loop {
        if let Err(diagnostic) = work.once(&only) {
            work.ui.show(&diagnostic);
        }
        work.ui.print_line("\nWaiting for a change; Ctrl-C ends.");
        let Some(changed) = changes(&events) else { return Ok(0) };
        let names: Vec<String> = changed.iter().map(|path| name(path)).collect();
        work.ui.print_line(&format!("\nChanged: {}", names.join(", ")));
        only = specs_of(&changed);
    }
}

/// The specs themselves, the project around them, and the standard library.
fn folders(work: &Work) -> BTreeSet<PathBuf> {
    let mut folders = BTreeSet::from([PathBuf::from(".")]);
    for path in work.line.paths.iter().map(PathBuf::as_path).chain(work.stdlib()) {
        let folder = if path.is_dir() { path } else { path.parent().unwrap_or(path) };
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        if !inside(folder) {
            folders.insert(folder.to_path_buf());
        }
    }
    folders
}

/// Whether a folder lies below the current one.
fn inside(folder: &Path) -> bool {
    let here = std::env::current_dir().and_then(|here| here.canonicalize());
    match (here, folder.canonicalize()) {
        (Ok(here), Ok(folder)) => folder.starts_with(here),
        _ => false,
    }
}

/// The files of the next change; `None` where none can come any more.
fn changes(events: &Receiver<PathBuf>) -> Option<BTreeSet<PathBuf>> {
    let mut changed = BTreeSet::from([events.recv().ok()?]);
    loop {
        match events.recv_timeout(TOGETHER) {
            Ok(path) => {
                changed.insert(path);
            }
            Err(RecvTimeoutError::Timeout) => return Some(changed),
            Err(RecvTimeoutError::Disconnected) => return None,
        }
    }
}

/// The specs to run: those that changed, where nothing else did; otherwise all.
fn specs_of(changed: &BTreeSet<PathBuf>) -> Vec<PathBuf> {
    if changed.iter().all(|path| is_spec(path) && path.is_file()) {
        changed.iter().map(|path| PathBuf::from(name(path))).collect()
    } else {
        Vec::new()
    }
}

/// A path as people write it here.
fn name(path: &Path) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    let path = path.strip_prefix(&here).unwrap_or(path);
    path.strip_prefix(".").unwrap_or(path).display().to_string()
}
