//! The account's memory on disk: one file a service, replaced as a whole, and a lock.
//!
//! Every file opens with a line of its own that carries the time and how many ids were given out, so
//! that a call which changes one service writes one file.

use dmsrun_base::Timestamp;
use dmsrun_diag::Diagnostic;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::{
    collections::BTreeMap,
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Read as _, Seek as _, Write as _},
    path::{Path, PathBuf},
    sync::Mutex,
};

/// The form of the files.
const VERSION: u32 = 1;
const LOCK: &str = "lock";
const OBJECTS: &str = "objects";

/// The files of the account, without their `.json`.
pub(crate) const FILES: &[&str] = &[
    "clock",
    "cloudwatch",
    "dms",
    "ec2",
    "iam",
    "kms",
    "logs",
    "s3",
    "secretsmanager",
    "service_quotas",
    "sns",
    "sts",
];

/// The first line of every file.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Header {
    version: u32,
    /// The virtual time when it was written.
    pub now: Timestamp,
    /// The seed of the account.
    pub seed: u64,
    /// How many ids were given out.
    pub ids: u64,
    /// How many ids of requests.
    pub requests: u64,
}

impl Header {
    pub fn new(now: Timestamp, seed: u64, ids: u64, requests: u64) -> Self {
        Self { version: VERSION, now, seed, ids, requests }
    }
}

/// Where the files are.
#[derive(Debug)]
pub(crate) struct Store {
    dir: Option<PathBuf>,
    /// Held as long as the account is open.
    _lock: Option<File>,
    /// What was found on opening and nobody has read yet.
    found: Mutex<BTreeMap<&'static str, String>>,
}

impl Store {
    /// Opens the directory and locks it; gives the latest header where there is an account in it.
    pub fn open(dir: Option<PathBuf>) -> Result<(Self, Option<Header>), Diagnostic> {
        let Some(dir) = dir else {
            return Ok((Self { dir: None, _lock: None, found: Mutex::default() }, None));
        };
        make_dir(&dir).map_err(|error| unusable(&dir, &error))?;
        let lock = take_lock(&dir)?;
        let mut found = BTreeMap::new();
        let mut latest: Option<Header> = None;
        for name in FILES {
            let path = dir.join(format!("{name}.json"));
            let text = match fs::read_to_string(&path) {
                Ok(text) => text,
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                    return Err(corrupt(&path, "it is not text in UTF-8"));
                }
                Err(error) => return Err(unusable(&path, &error)),
            };
            let (header, body) = check(&path, &text)?;
            latest = Some(match latest {
                None => header,
                Some(other) => Header {
                    now: other.now.max(header.now),
                    ids: other.ids.max(header.ids),
                    requests: other.requests.max(header.requests),
                    ..header
                },
            });
            found.insert(*name, body);
        }
        Ok((Self { dir: Some(dir), _lock: Some(lock), found: Mutex::new(found) }, latest))
    }

    /// A store without a directory that begins with these bodies.
    pub fn holding(bodies: impl IntoIterator<Item = (&'static str, Json)>) -> Self {
        let found = bodies.into_iter().map(|(name, body)| (name, body.to_string())).collect();
        Self { dir: None, _lock: None, found: Mutex::new(found) }
    }

    /// Whether anything is kept at all.
    pub fn is_on_disk(&self) -> bool {
        self.dir.is_some()
    }

    /// Where the bodies of objects go.
    pub fn objects(&self) -> Option<PathBuf> {
        self.dir.as_ref().map(|dir| dir.join(OBJECTS))
    }

    /// What a file held on opening; once.
    pub fn take(&self, name: &str) -> Option<Json> {
        let mut found = self.found.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        // It was checked on opening.
        serde_json::from_str(&found.remove(name)?).ok()
    }

    /// The file of that name is not as it must be, though it is JSON.
    pub fn corrupt(&self, name: &str, why: &str) -> Diagnostic {
        let dir = self.dir.clone().unwrap_or_default();
        corrupt(&dir.join(format!("{name}.json")), why)
    }

    /// Replaces a file. With `durable`, it is on disk before this returns.
    pub fn write(
        &self,
        name: &str,
        header: &Header,
        body: &Json,
        durable: bool,
    ) -> Result<(), Diagnostic> {
        let Some(dir) = &self.dir else { return Ok(()) };
        let path = dir.join(format!("{name}.json"));
        let write = || {
            let mut text = serde_json::to_string(header)?;
            text.push('\n');
            text.push_str(&serde_json::to_string(body)?);
            text.push('\n');
            replace(&path, text.as_bytes(), durable)
        };
        write().map_err(|error| unusable(&path, &error))
    }
}

/// Writes a file beside its place and moves it there.
pub(crate) fn replace(path: &Path, bytes: &[u8], durable: bool) -> io::Result<()> {
    let temporary = path.with_extension("tmp");
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&temporary)?;
    file.write_all(bytes)?;
    if durable {
        file.sync_data()?;
    }
    fs::rename(&temporary, path)
}

/// Makes a directory that only its owner can read.
pub(crate) fn make_dir(dir: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir)
}

fn check(path: &Path, text: &str) -> Result<(Header, String), Diagnostic> {
    let (first, body) = text.split_once('\n').unwrap_or((text, ""));
    let header: Header = serde_json::from_str(first)
        .map_err(|error| corrupt(path, &format!("line 1, column {}: {error}", error.column())))?;
    if header.version != VERSION {
        let why = format!("its version is {}, this dmsrun reads {VERSION}", header.version);
        return Err(corrupt(path, &why));
    }
    serde_json::from_str::<serde::de::IgnoredAny>(body).map_err(|error| {
        let (line, column) = (error.line() + 1, error.column());
        corrupt(path, &format!("line {line}, column {column}: {error}"))
    })?;
    Ok((header, body.to_owned()))
}

fn take_lock(dir: &Path) -> Result<File, Diagnostic> {
    let path = dir.join(LOCK);
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&path).map_err(|error| unusable(&path, &error))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut holder = String::new();
            // Who holds it, and since when, is a courtesy: the refusal stands without it.
            let _ = file.read_to_string(&mut holder);
            let since = file.metadata().and_then(|m| m.modified()).ok();
            if let Some(since) = since.and_then(|time| Timestamp::try_from(time).ok()) {
                let seconds = Timestamp::from_second(since.as_second()).unwrap_or(since);
                holder = format!("{} since {seconds}", holder.trim());
            }
            return Err(in_use(dir, holder.trim()));
        }
        Err(TryLockError::Error(error)) => return Err(unusable(&path, &error)),
    }
    let note = format!("process {}\n", std::process::id());
    let written =
        file.set_len(0).and_then(|()| file.rewind()).and_then(|()| file.write_all(note.as_bytes()));
    written.map_err(|error| unusable(&path, &error))?;
    Ok(file)
}

fn in_use(dir: &Path, holder: &str) -> Diagnostic {
    let holder = if holder.is_empty() { "another process" } else { holder };
    Diagnostic::error("The local AWS is in use by another process")
        .what(format!("{} is held by {holder}", dir.display()))
        .command("wait for it to end, or use another directory:", "dmsrun --local=DIR …")
}

fn corrupt(path: &Path, why: &str) -> Diagnostic {
    Diagnostic::error("The local AWS can't be read")
        .what(format!("{} is corrupt: {why}", path.display()))
        .command("start again with an empty local AWS:", reset_command(path))
}

/// The command that empties the local AWS that a file belongs to.
fn reset_command(path: &Path) -> String {
    match path.parent().filter(|dir| *dir != Path::new(".dmsrun/local")) {
        Some(dir) => format!("dmsrun --local={} local reset", dir.display()),
        None => "dmsrun local reset".to_owned(),
    }
}

fn unusable(path: &Path, error: &io::Error) -> Diagnostic {
    Diagnostic::error("The local AWS can't be kept")
        .what(format!("{}: {error}", path.display()))
        .command("keep it elsewhere:", "dmsrun --local=DIR …")
}

/// Removes the files of a local AWS from a directory, and the directory where it is empty then.
pub(crate) fn reset(dir: &Path) -> Result<bool, Diagnostic> {
    if !dir.exists() {
        return Ok(false);
    }
    let lock_path = dir.join(LOCK);
    let lock = match lock_path.exists() {
        true => Some(take_lock(dir)?),
        false => None,
    };
    let mut any = false;
    let remove = |path: &Path| match fs::remove_file(path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(unusable(path, &error)),
    };
    for name in FILES {
        any |= remove(&dir.join(format!("{name}.json")))?;
        remove(&dir.join(format!("{name}.tmp")))?;
    }
    let objects = dir.join(OBJECTS);
    for entry in fs::read_dir(&objects).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let stem = name.trim_end_matches(".tmp").trim_end_matches(".bin");
        if !stem.is_empty() && stem.bytes().all(|b| b.is_ascii_hexdigit()) {
            remove(&entry.path())?;
        }
    }
    drop(lock);
    remove(&lock_path)?;
    // What is not ours keeps its directory.
    let _ = fs::remove_dir(&objects);
    let _ = fs::remove_dir(dir);
    Ok(any)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    fn now() -> Timestamp {
        "2026-11-22T20:00:00Z".parse().unwrap()
    }

    #[test]
    fn what_is_written_is_found_with_the_latest_header() {
        let dir = tempfile::tempdir().unwrap();
        let home = dir.path().join("a/local");
        let (store, header) = Store::open(Some(home.clone())).unwrap();
        assert!(header.is_none());
        store.write("iam", &Header::new(now(), 1, 7, 9), &json!({ "a": 1 }), true).unwrap();
        let later = now() + jiff::SignedDuration::from_secs(60);
        store.write("ec2", &Header::new(later, 1, 5, 3), &json!([]), false).unwrap();
        drop(store);
        let (store, header) = Store::open(Some(home.clone())).unwrap();
        let header = header.unwrap();
        assert_eq!((header.now, header.ids, header.requests), (later, 7, 9));
        assert_eq!(store.take("iam"), Some(json!({ "a": 1 })));
        assert_eq!(store.take("iam"), None);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = |p: &Path| fs::metadata(p).unwrap().permissions().mode() & 0o777;
            assert_eq!(mode(&home), 0o700);
            assert_eq!(mode(&home.join("iam.json")), 0o600);
        }
    }

    #[test]
    fn a_second_one_is_told_who_holds_the_directory() {
        let dir = tempfile::tempdir().unwrap();
        let (_store, _) = Store::open(Some(dir.path().into())).unwrap();
        let error = Store::open(Some(dir.path().into())).unwrap_err();
        assert_eq!(error.summary, "The local AWS is in use by another process");
        assert!(error.to_string().contains(&format!("process {}", std::process::id())));
        assert!(reset(dir.path()).is_err());
    }

    #[test]
    fn a_corrupt_file_is_named_with_its_place() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("dms.json");
        for (text, place) in [
            ("rubbish", "line 1, column 1"),
            (
                "{\"version\":9,\"now\":\"2026-11-22T20:00:00Z\",\"seed\":1,\"ids\":0,\"requests\":0}\n{}",
                "version is 9",
            ),
            (
                "{\"version\":1,\"now\":\"2026-11-22T20:00:00Z\",\"seed\":1,\"ids\":0,\"requests\":0}\n{\"a\":",
                "line 2, column 5",
            ),
        ] {
            fs::write(&path, text).unwrap();
            let error = Store::open(Some(dir.path().into())).unwrap_err();
            let what = error.to_string();
            assert!(what.contains("dms.json is corrupt") && what.contains(place), "{what}");
            let reset = format!("dmsrun --local={} local reset", dir.path().display());
            assert_eq!(error.hints[0].command.as_deref(), Some(reset.as_str()));
        }
    }

    #[test]
    fn reset_removes_what_is_ours_and_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        let home = dir.path().join("local");
        let (store, _) = Store::open(Some(home.clone())).unwrap();
        store.write("iam", &Header::new(now(), 1, 0, 0), &json!({}), true).unwrap();
        drop(store);
        fs::write(home.join("notes.txt"), "mine").unwrap();
        assert!(reset(&home).unwrap());
        assert!(home.join("notes.txt").exists() && !home.join("iam.json").exists());
        fs::remove_file(home.join("notes.txt")).unwrap();
        assert!(!reset(&home).unwrap());
        assert!(!home.exists());
    }
}
