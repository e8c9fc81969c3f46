//! The journal: what is about to be done, on disk before it is done, and what came of it.
//!
//! It is evidence and a hint for the next run, never the truth: AWS is. One NDJSON file per stack,
//! a version line first, only ever appended to. Every line is scrubbed of secrets before it is
//! written.

use dmsrun_base::{Map, Redactor, ResourceId, Timestamp, Value};
use dmsrun_diag::Diagnostic;
use serde_json::{Value as Json, json};
use sha2::{Digest as _, Sha256};
use std::{
    collections::BTreeMap,
    fs::{self, File, OpenOptions},
    io::{Read as _, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
};

/// The version of the format that is written, and the newest that is read.
const VERSION: u64 = 1;

/// Something that is about to be done.
#[derive(Clone, Debug, PartialEq)]
pub struct Intent {
    /// Its own id in the journal; see [`Journal::next_id`].
    pub id: String,
    /// The resource.
    pub resource: ResourceId,
    /// `create`, `update` or `delete`.
    pub action: String,
    /// The generation that is made or changed.
    pub generation: u32,
    /// The physical id or name, where it is known before.
    pub physical: Option<String>,
    /// What makes a repeated request the same request for AWS.
    pub token: String,
    /// A fingerprint of the properties: a token is used again only with what it was made for.
    pub fingerprint: String,
    /// When.
    pub time: String,
}

impl Intent {
    /// An intent with its token and fingerprint worked out.
    pub fn new(
        stack: &str,
        id: String,
        resource: ResourceId,
        action: &str,
        generation: u32,
        properties: &Map,
        time: Timestamp,
    ) -> Self {
        // The time too: where the journal was thrown away ids begin anew, and a token must not come again.
        let token = digest(&[
            stack,
            &resource.to_string(),
            &generation.to_string(),
            &id,
            &time.to_string(),
        ]);
        let clear = Value::Map(properties.clone()).to_json_revealed().to_string();
        Self {
            token,
            fingerprint: digest(&[stack, &clear]),
            id,
            resource,
            action: action.to_owned(),
            generation,
            physical: None,
            time: time.to_string(),
        }
    }

    /// Takes the token of an earlier intent that never had an outcome and asked for the very same.
    pub fn continuing(mut self, earlier: &Intent) -> Self {
        let same = (&self.resource, &self.action, self.generation, &self.fingerprint)
            == (&earlier.resource, &earlier.action, earlier.generation, &earlier.fingerprint);
        if same {
            self.token.clone_from(&earlier.token);
        }
        self
    }

    fn to_json(&self, stack: &str, properties: &Map) -> Json {
        json!({
            "type": "intent",
            "id": self.id,
            "time": self.time,
            "stack": stack,
            "resource": self.resource.to_string(),
            "action": self.action,
            "generation": self.generation,
            "physical": self.physical,
            "token": self.token,
            "fingerprint": self.fingerprint,
            "properties": Value::Map(properties.clone()).to_json(),
        })
    }

    fn from_json(json: &Json) -> Option<Self> {
        let text = |key: &str| json[key].as_str().map(str::to_owned);
        Some(Self {
            id: text("id")?,
            resource: ResourceId::parse(json["resource"].as_str()?)?,
            action: text("action")?,
            generation: u32::try_from(json["generation"].as_u64()?).ok()?,
            physical: text("physical"),
            token: text("token")?,
            fingerprint: text("fingerprint").unwrap_or_default(),
            time: text("time").unwrap_or_default(),
        })
    }
}

/// 32 hexadecimal digits: short enough for every client token of AWS.
fn digest(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// The journal of one stack.
#[derive(Debug)]
pub struct Journal {
    stack: String,
    path: PathBuf,
    redactor: Redactor,
    file: Option<File>,
    open: BTreeMap<String, Intent>,
    /// How many intents were ever written to it.
    intents: usize,
}

impl Journal {
    /// The journal of `stack` in `dir`. Reads what is there; nothing is written before the first
    /// intent.
    pub fn open(dir: &Path, stack: &str, redactor: Redactor) -> Result<Self, Diagnostic> {
        let path = dir.join(format!("{stack}.ndjson"));
        let (mut open, mut intents) = (BTreeMap::new(), 0);
        match fs::read(&path) {
            Ok(bytes) => {
                intents = read(&path, &String::from_utf8_lossy(&bytes), &mut open)?;
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(failed("read", &path, &error)),
        }
        Ok(Self { stack: stack.to_owned(), path, redactor, file: None, open, intents })
    }

    /// The id of the next intent, which none before it has. Chance alone is not enough: a seed that is
    /// used again gives the same, and the outcome of one intent would be taken for that of another.
    pub fn next_id(&self, chance: &str) -> String {
        format!("{chance}-{}", self.intents + 1)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The intents without an outcome, the oldest first: what the last run did not see the end of.
    pub fn unresolved(&self) -> Vec<&Intent> {
        let mut out: Vec<&Intent> = self.open.values().collect();
        out.sort_by(|a, b| a.time.cmp(&b.time).then(a.id.cmp(&b.id)));
        out
    }

    /// The intent without an outcome that was about a resource and an action, the newest of them.
    pub fn unresolved_for(&self, resource: &ResourceId, action: &str) -> Option<&Intent> {
        self.unresolved().into_iter().rfind(|i| i.resource == *resource && i.action == action)
    }

    /// Writes an intent and waits until it is on disk. Nothing may be changed before this returns.
    pub fn intent(&mut self, intent: Intent, properties: &Map) -> Result<(), Diagnostic> {
        let line = intent.to_json(&self.stack, properties);
        self.append(&line)?;
        self.intents += 1;
        self.open.insert(intent.id.clone(), intent);
        Ok(())
    }

    /// Writes what came of an intent: the physical id and outputs, or the error.
    pub fn result(
        &mut self,
        id: &str,
        result: Result<(Option<&str>, &Map), &str>,
        time: Timestamp,
    ) -> Result<(), Diagnostic> {
        let line = match result {
            Ok((physical, outputs)) => json!({
                "type": "result", "intent": id, "time": time.to_string(), "ok": true,
                "physical": physical, "outputs": Value::Map(outputs.clone()).to_json(),
            }),
            Err(error) => json!({
                "type": "result", "intent": id, "time": time.to_string(), "ok": false, "error": error,
            }),
        };
        self.append(&line)?;
        self.open.remove(id);
        Ok(())
    }

    /// Closes intents of earlier runs that a complete apply has made pointless.
    pub fn settle(&mut self, note: &str, time: Timestamp) -> Result<(), Diagnostic> {
        let ids: Vec<String> = self.open.keys().cloned().collect();
        for id in ids {
            let line = json!({
                "type": "result", "intent": id, "time": time.to_string(), "ok": true, "note": note,
            });
            self.append(&line)?;
            self.open.remove(&id);
        }
        Ok(())
    }

    fn append(&mut self, line: &Json) -> Result<(), Diagnostic> {
        let text = self.redactor.scrub(&format!("{line}\n"));
        let result = self.file().and_then(|file| {
            file.write_all(text.as_bytes())?;
            file.sync_data()
        });
        result.map_err(|error| failed("written", &self.path, &error))
    }

    fn file(&mut self) -> std::io::Result<&mut File> {
        if self.file.is_none() {
            self.file = Some(prepare(&self.path)?);
        }
        Ok(self.file.as_mut().expect("it was just opened"))
    }
}

/// Opens the file for appending: the version line first, and a line that a crash cut off ended.
fn prepare(path: &Path) -> std::io::Result<File> {
    let dir = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(dir)?;
    let mut options = OpenOptions::new();
    options.create(true).append(true).read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    if file.metadata()?.len() == 0 {
        file.write_all(
            format!("{}\n", json!({"dmsrun": "journal", "version": VERSION})).as_bytes(),
        )?;
        file.sync_data()?;
        // The name of a new file survives a power cut only when its folder is on disk too.
        File::open(dir)?.sync_all()?;
    } else {
        let mut last = [0];
        file.seek(SeekFrom::End(-1))?;
        file.read_exact(&mut last)?;
        if last != *b"\n" {
            file.write_all(b"\n")?;
        }
    }
    Ok(file)
}

/// Reads the lines; one that is not whole JSON is what a crash cut off, and is passed over: its
/// mutation was never made, because an intent is on disk before. Gives how many intents there are.
fn read(path: &Path, text: &str, open: &mut BTreeMap<String, Intent>) -> Result<usize, Diagnostic> {
    let mut intents = 0;
    for (index, line) in text.lines().enumerate() {
        let json: Option<Json> = serde_json::from_str(line).ok();
        if index == 0 {
            let version = json.as_ref().and_then(|j| j["version"].as_u64());
            match version {
                Some(version) if version <= VERSION => continue,
                Some(version) => {
                    return Err(Diagnostic::error("The journal was written by a newer dmsrun")
                        .what(format!("{} has version {version}", path.display()))
                        .hint("Use the newer dmsrun, or move the file away"));
                }
                None => {
                    return Err(Diagnostic::error("The journal can't be read")
                        .what(format!("{} does not begin with its version", path.display()))
                        .hint("Move the file away: it is a record, AWS is the state"));
                }
            }
        }
        let Some(json) = json else { continue };
        match json["type"].as_str() {
            Some("intent") => {
                intents += 1;
                if let Some(intent) = Intent::from_json(&json) {
                    open.insert(intent.id.clone(), intent);
                }
            }
            Some("result") => {
                open.remove(json["intent"].as_str().unwrap_or_default());
            }
            _ => {}
        }
    }
    Ok(intents)
}

fn failed(how: &str, path: &Path, error: &std::io::Error) -> Diagnostic {
    Diagnostic::error("The journal failed")
        .what(format!("{} could not be {how}: {error}", path.display()))
        .why("nothing is changed without a record of it on disk")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use dmsrun_base::Secret;

    fn now() -> Timestamp {
        "2026-11-22T20:08:08Z".parse().unwrap()
    }

    fn intent(id: &str, properties: &Map) -> Intent {
        Intent::new(
            "orders",
            id.into(),
            ResourceId::new("t.x", "a"),
            "create",
            1,
            properties,
            now(),
        )
    }

    #[test]
    fn an_intent_without_a_result_is_there_at_the_next_run() {
        let dir = tempfile::tempdir().unwrap();
        let none = Map::new();
        let mut journal = Journal::open(dir.path(), "orders", Redactor::new()).unwrap();
        journal.intent(intent("i1", &none), &none).unwrap();
        journal.intent(intent("i2", &none), &none).unwrap();
        journal.result("i1", Ok((Some("x-1"), &none)), now()).unwrap();
        let again = Journal::open(dir.path(), "orders", Redactor::new()).unwrap();
        let ids: Vec<&str> = again.unresolved().iter().map(|i| i.id.as_str()).collect();
        assert_eq!(ids, ["i2"]);
        assert_eq!(again.unresolved()[0], &intent("i2", &none));
    }

    #[test]
    fn an_id_never_comes_again_though_the_seed_does() {
        let dir = tempfile::tempdir().unwrap();
        let none = Map::new();
        let mut ids = std::collections::BTreeSet::new();
        for _ in 0..2 {
            let mut journal = Journal::open(dir.path(), "orders", Redactor::new()).unwrap();
            for chance in ["1ca1", "1ca1", "6faf"] {
                let id = journal.next_id(chance);
                journal.intent(intent(&id, &none), &none).unwrap();
                assert!(ids.insert(id));
            }
        }
        let again = Journal::open(dir.path(), "orders", Redactor::new()).unwrap();
        assert_eq!(again.unresolved().len(), 6);
    }

    #[test]
    fn a_line_that_a_crash_cut_off_is_passed_over() {
        let dir = tempfile::tempdir().unwrap();
        let none = Map::new();
        let mut journal = Journal::open(dir.path(), "orders", Redactor::new()).unwrap();
        journal.intent(intent("i1", &none), &none).unwrap();
        let path = journal.path().to_owned();
        fs::write(&path, format!("{}{{\"type\":\"int", fs::read_to_string(&path).unwrap()))
            .unwrap();
        let mut again = Journal::open(dir.path(), "orders", Redactor::new()).unwrap();
        again.intent(intent("i3", &none), &none).unwrap();
        let third = Journal::open(dir.path(), "orders", Redactor::new()).unwrap();
        assert_eq!(third.unresolved().len(), 2);
    }

    #[test]
    fn no_secret_reaches_the_file() {
        let dir = tempfile::tempdir().unwrap();
        let redactor = Redactor::new();
        redactor.learn("hunter2!");
        let mut journal = Journal::open(dir.path(), "orders", redactor).unwrap();
        let properties = Map::from([
            ("password".to_owned(), Value::Secret(Secret::new("hunter2!"))),
            ("note".to_owned(), "with hunter2! inside".into()),
        ]);
        journal.intent(intent("i1", &properties), &properties).unwrap();
        journal.result("i1", Err("refused hunter2!"), now()).unwrap();
        let text = fs::read_to_string(journal.path()).unwrap();
        assert!(!text.contains("hunter2"), "{text}");
    }

    #[test]
    fn a_token_is_used_again_only_for_the_very_same_request() {
        let (a, b) = (Map::from([("p".to_owned(), Value::Int(1))]), Map::new());
        let earlier = intent("i1", &a);
        assert_eq!(intent("i2", &a).continuing(&earlier).token, earlier.token);
        assert_ne!(intent("i2", &b).continuing(&earlier).token, earlier.token);
    }
}
