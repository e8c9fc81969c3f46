//! The journal: what is about to be done, on disk before it is done, and what came of it.
//!
//! It is evidence and a hint for the next run, never the truth: AWS is. One NDJSON file for each stack
//! and place (account, region, rehearsal), a version line first, only ever appended to. What is sent and
//! what came of it is scrubbed of secrets; what identifies a line is not, so that a password which is
//! spelled like a name hides no intent.
//!
//! Before 2026-11-23 there was one file for each stack, whatever its place. Nobody can tell whose the
//! intents in it are, so each place begins with all that it left open: at worst it looks for something
//! that it never made. The old file stays as it is.

mod file;
mod intent;

pub use intent::{Begin, Intent};

use file::Content;

use dmsrun_base::{Map, Redactor, ResourceId, Timestamp, Value};
use dmsrun_diag::Diagnostic;
use serde_json::{Value as Json, json};
use std::{
    collections::BTreeMap,
    fs::File,
    io::Write as _,
    path::{Path, PathBuf},
};

/// The journal of one stack in one place.
#[derive(Debug)]
pub struct Journal {
    stack: String,
    path: PathBuf,
    redactor: Redactor,
    file: Option<File>,
    open: BTreeMap<String, Intent>,
    /// The highest number that an id in it has.
    last: usize,
    /// Whether there was no file.
    fresh: bool,
    /// What a new file begins with.
    carried: Vec<Json>,
    /// Whether its folder goes with the process.
    fleeting: bool,
}

impl Journal {
    /// The journal of `stack` in `dir`, under a name that tells its place apart. Reads what is there;
    /// nothing is written before the first intent.
    pub fn open(
        dir: &Path,
        stack: &str,
        name: &str,
        redactor: Redactor,
    ) -> Result<Self, Diagnostic> {
        let path = dir.join(format!("{name}.ndjson"));
        let content = file::load(&path)?;
        let fresh = content.is_none();
        let (mut content, mut carried) = (content.unwrap_or_default(), Vec::new());
        let old = dir.join(format!("{stack}.ndjson"));
        if fresh && old != path {
            content = file::load(&old)?.unwrap_or_default();
            for (id, line) in &mut content.lines {
                line["carried"] = true.into();
                // It was a plain digest, of passwords too.
                line["fingerprint"] = "".into();
                if let Some(intent) = content.open.get_mut(id) {
                    intent.fingerprint.clear();
                }
                carried.push(line.clone());
            }
        }
        let Content { open, last, .. } = content;
        let stack = stack.to_owned();
        Ok(Self { stack, path, redactor, file: None, open, last, fresh, carried, fleeting: false })
    }

    /// The same in a folder that goes with the process, as that of a spec: no line waits for the disk.
    #[must_use]
    pub fn fleeting(self) -> Self {
        Self { fleeting: true, ..self }
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
    ///
    /// It gets an id that none before it has. `chance` alone is not enough for that: a seed that is used
    /// again gives the same, and the outcome of one intent would be taken for that of another.
    pub fn begin(
        &mut self,
        begin: &Begin<'_>,
        chance: &str,
        time: Timestamp,
    ) -> Result<Intent, Diagnostic> {
        let id = format!("{chance}-{}", self.last + 1);
        let clear = Value::Map(begin.properties.clone());
        let shown = self.shown(clear.to_json());
        let hides = shown != clear.to_json_revealed();
        let mut intent = Intent::new(&self.stack, id, begin, hides, time);
        if let Some(earlier) = self.unresolved_for(&begin.resource, begin.action) {
            intent = intent.continuing(&self.stack, earlier, begin.properties);
        }
        self.append(&intent.to_json(&self.stack, shown))?;
        self.last += 1;
        self.open.insert(intent.id.clone(), intent.clone());
        Ok(intent)
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
                "physical": physical,
                "outputs": self.shown(Value::Map(outputs.clone()).to_json()),
            }),
            Err(error) => json!({
                "type": "result", "intent": id, "time": time.to_string(), "ok": false,
                "error": self.redactor.scrub(error),
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

    /// The same without a secret in any of its texts.
    fn shown(&self, json: Json) -> Json {
        match json {
            Json::String(text) => self.redactor.scrub(&text).into(),
            Json::Number(number) => {
                let text = number.to_string();
                let scrubbed = self.redactor.scrub(&text);
                if scrubbed == text { Json::Number(number) } else { scrubbed.into() }
            }
            Json::Array(list) => list.into_iter().map(|one| self.shown(one)).collect(),
            Json::Object(map) => {
                map.into_iter().map(|(name, one)| (name, self.shown(one))).collect()
            }
            other => other,
        }
    }

    fn append(&mut self, line: &Json) -> Result<(), Diagnostic> {
        let text = format!("{line}\n");
        let fleeting = self.fleeting;
        let result = self.file().and_then(|file| {
            file.write_all(text.as_bytes())?;
            if fleeting { Ok(()) } else { file.sync_data() }
        });
        result.map_err(|error| file::failed("written", &self.path, &error))
    }

    fn file(&mut self) -> std::io::Result<&mut File> {
        if self.file.is_none() {
            self.file = Some(file::prepare(&self.path, self.fresh, &self.carried)?);
        }
        Ok(self.file.as_mut().expect("it was just opened"))
    }
}

#[cfg(test)]
mod tests;
