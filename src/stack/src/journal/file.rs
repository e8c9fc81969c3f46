//! The file of a journal: read after whatever happened to the machine, and made so that a power cut
//! leaves either none or a whole one.

use super::Intent;
use dmsrun_diag::Diagnostic;
use serde_json::{Value as Json, json};
use std::{
    collections::BTreeMap,
    fs::{self, File, OpenOptions},
    io::{self, ErrorKind, Read as _, Seek as _, SeekFrom, Write as _},
    path::Path,
};

/// The version of the format that is written, and the newest that is read.
const VERSION: u64 = 1;

/// What a journal holds.
#[derive(Debug, Default)]
pub(super) struct Content {
    /// The intents without an outcome.
    pub(super) open: BTreeMap<String, Intent>,
    /// Their lines.
    pub(super) lines: BTreeMap<String, Json>,
    /// The highest number that an id of it has.
    pub(super) last: usize,
}

/// Reads a journal; `None` where there is none, or nothing of it reached the disk.
pub(super) fn load(path: &Path) -> Result<Option<Content>, Diagnostic> {
    match fs::read(path) {
        Ok(bytes) => whole(&bytes).map(|text| read(path, &text)).transpose(),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed("read", path, &error)),
    }
}

/// The text from its first line on; `None` where there is not one whole line, as a power cut leaves a
/// file whose beginning was never on disk: cut short, or filled up with zeros.
fn whole(bytes: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(bytes);
    let text = text.trim_start_matches(['\0', '\n', '\r']);
    text.contains('\n').then(|| text.to_owned())
}

/// Reads the lines; one that is not whole JSON is what a crash cut off, and is passed over: its
/// mutation was never made, because an intent is on disk before.
fn read(path: &Path, text: &str) -> Result<Content, Diagnostic> {
    let mut content = Content::default();
    let mut intents = 0;
    for (index, line) in text.lines().enumerate() {
        let json: Option<Json> = serde_json::from_str(line.trim_start_matches('\0')).ok();
        if index == 0 && is_header(path, json.as_ref())? {
            continue;
        }
        let Some(json) = json else { continue };
        match json["type"].as_str() {
            Some("intent") => {
                intents += 1;
                if let Some(intent) = Intent::from_json(&json) {
                    content.last = content.last.max(intent.number());
                    content.lines.insert(intent.id.clone(), json);
                    content.open.insert(intent.id.clone(), intent);
                }
            }
            Some("result") => {
                let id = json["intent"].as_str().unwrap_or_default();
                content.open.remove(id);
                content.lines.remove(id);
            }
            _ => {}
        }
    }
    content.last = content.last.max(intents);
    Ok(content)
}

/// Whether the first line is the version's. Where that did not reach the disk, and what came after it
/// did, the first line is one of ours.
fn is_header(path: &Path, json: Option<&Json>) -> Result<bool, Diagnostic> {
    let version = json.and_then(|j| j["version"].as_u64());
    match version {
        Some(version) if version <= VERSION => Ok(true),
        Some(version) => Err(Diagnostic::error("The journal was written by a newer dmsrun")
            .what(format!("{} has version {version}", path.display()))
            .hint("Use the newer dmsrun, or move the file away")),
        None if json.is_some_and(|j| j["type"] == "intent" || j["type"] == "result") => Ok(false),
        None => Err(Diagnostic::error("The journal can't be read")
            .what(format!("{} does not begin with its version", path.display()))
            .hint("Move the file away: it is a record, AWS is the state")),
    }
}

/// Opens the file for appending, and ends a line that a crash cut off. Where there is none it is made
/// with `lines` in it: `fresh` says that there was none when it was read.
pub(super) fn prepare(path: &Path, fresh: bool, lines: &[Json]) -> io::Result<File> {
    let dir = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(dir)?;
    if fresh {
        make(path, dir, lines)?;
    }
    let mut file = options().append(true).read(true).open(path)?;
    if file.metadata()?.len() > 0 {
        let mut last = [0];
        file.seek(SeekFrom::End(-1))?;
        file.read_exact(&mut last)?;
        if last != *b"\n" {
            file.write_all(b"\n")?;
        }
    }
    Ok(file)
}

fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Makes the file beside its place and puts it there whole. One that another run made meanwhile stays.
fn make(path: &Path, dir: &Path, lines: &[Json]) -> io::Result<()> {
    let there = match fs::read(path) {
        Ok(bytes) if whole(&bytes).is_some() => return Ok(()),
        Ok(_) => true,
        Err(error) if error.kind() == ErrorKind::NotFound => false,
        Err(error) => return Err(error),
    };
    let beside = path.with_extension(format!("ndjson.new-{}", std::process::id()));
    let mut file = options().write(true).truncate(true).open(&beside)?;
    let mut text = format!("{}\n", json!({"dmsrun": "journal", "version": VERSION}));
    for line in lines {
        text.push_str(&format!("{line}\n"));
    }
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    // A link takes nobody's place, a rename does; some folders know no links.
    let linked =
        if there { Err(io::Error::other("it is there")) } else { fs::hard_link(&beside, path) };
    match linked {
        Ok(()) => fs::remove_file(&beside)?,
        Err(error) if error.kind() == ErrorKind::AlreadyExists => fs::remove_file(&beside)?,
        Err(_) => fs::rename(&beside, path)?,
    }
    // The name of a new file survives a power cut only when its folder is on disk too.
    File::open(dir)?.sync_all()
}

/// What is said where the file can't be used.
pub(super) fn failed(how: &str, path: &Path, error: &io::Error) -> Diagnostic {
    Diagnostic::error("The journal failed")
        .what(format!("{} could not be {how}: {error}", path.display()))
        .why("nothing is changed without a record of it on disk")
}
