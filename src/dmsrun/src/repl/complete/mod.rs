//! Completion: what may stand at the cursor. It looks and never runs what the user wrote, and waits
//! for live names only as long as nobody notices.

pub mod context;
mod members;
pub mod resolve;
mod scan;
#[cfg(test)]
mod tests;
pub mod types;

use super::{
    doc,
    lexer::{self, KEYWORDS, Kind},
    live::{Live, Names},
    meta,
    session::Session,
};
use context::{Call, Context, Place, Step};
pub use members::{Member, kind_members, kind_outputs, kinds};
use mlua::Value;
use std::{path::Path, rc::Rc};

/// Something that may stand at the cursor.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Candidate {
    /// What is put there.
    pub text: String,
    /// What the list shows.
    pub shown: String,
}

impl Candidate {
    fn plain(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { shown: text.clone(), text }
    }
}

impl rustyline::completion::Candidate for Candidate {
    fn display(&self) -> &str {
        &self.shown
    }
    fn replacement(&self) -> &str {
        &self.text
    }
}

/// Finds candidates.
#[derive(Debug)]
pub struct Completer<'h> {
    session: Rc<Session<'h>>,
    live: Rc<Live<'h>>,
}

impl<'h> Completer<'h> {
    /// Completes in a session.
    pub fn new(session: Rc<Session<'h>>, live: Rc<Live<'h>>) -> Self {
        Self { session, live }
    }

    /// The VM.
    pub fn lua(&self) -> &'h mlua::Lua {
        self.session.host().lua()
    }

    /// Where the word begins, and what it may become.
    pub fn complete(&self, before: &str) -> (usize, Vec<Candidate>) {
        let Context { start, word, place } = context::context(before);
        let mut found = self.candidates(&word, &place, true);
        found.extend(self.asked(before, start));
        found.retain(|candidate| candidate.text.trim_matches('"').starts_with(&word));
        if found.is_empty() && word.len() >= 2 {
            // Nothing begins so; something may contain it.
            found = self.candidates(&word, &place, true);
            found.retain(|candidate| candidate.text.contains(&word));
        }
        found.sort();
        found.dedup();
        (start, found)
    }

    /// What `?` and `:doc` know beside the variables: operations without `aws.`, kinds, keys of the
    /// task settings. Of a longer name, as much as the next dot.
    fn asked(&self, before: &str, start: usize) -> Vec<Candidate> {
        let line = before.trim_start();
        let question = line.strip_prefix('?').or_else(|| line.strip_prefix(":doc "));
        let Some(path) = question.map(str::trim_start) else { return Vec::new() };
        if path.contains(char::is_whitespace) {
            return Vec::new();
        }
        let typed = before.len() - path.len();
        // What stands before the word that is completed.
        let Some(prefix) = path.get(..start.saturating_sub(typed)) else { return Vec::new() };
        doc::topics(&self.session)
            .iter()
            .filter_map(|name| name.strip_prefix(prefix))
            .filter_map(|rest| rest.split('.').next())
            .filter(|step| !step.is_empty())
            .map(Candidate::plain)
            .collect()
    }

    /// What stands behind the cursor in grey while typing: the only way to go on, or the members that
    /// a call wants. `true` where it may be taken over.
    pub fn hint(&self, before: &str) -> Option<(String, bool)> {
        let Context { word, place, .. } = context::context(before);
        if let Place::Name(Some(call)) = &place
            && word.is_empty()
            && call.braces
            && call.value_of.is_none()
            && before.trim_end().ends_with(['{', ','])
        {
            let wanted = self.wanted(call);
            if !wanted.is_empty() {
                return Some((format!(" {}", wanted.join(", ")), false));
            }
        }
        if let Place::Name(Some(call)) = &place
            && word.is_empty()
            && !call.braces
            && before.ends_with('(')
        {
            let value = resolve::resolve(&self.session, &call.callee)?;
            let signature = doc::signature(&self.session, &value)?;
            return Some((signature.trim_start_matches('(').to_owned(), false));
        }
        if word.len() < 2 || place == Place::Nowhere {
            return None;
        }
        let mut found = self.candidates(&word, &place, false);
        found.retain(|c| c.text.starts_with(&word) && c.text.len() > word.len());
        found.dedup();
        match found.as_slice() {
            [only] => Some((only.text[word.len()..].to_owned(), true)),
            _ => None,
        }
    }

    fn wanted(&self, call: &Call) -> Vec<String> {
        let members = members::of(&self.session, call);
        let missing = members.iter().filter(|m| m.required && !call.given.contains(&m.name));
        missing.map(|m| format!("{} = {}", m.name, m.ty)).collect()
    }

    fn candidates(&self, word: &str, place: &Place, patient: bool) -> Vec<Candidate> {
        match place {
            Place::Nowhere => Vec::new(),
            Place::Command => meta::NAMES.iter().map(|name| Candidate::plain(*name)).collect(),
            Place::Argument(command) => self.argument(command, word),
            Place::Member(path, method) => self.members(path, *method),
            Place::Name(call) => self.names(call.as_ref(), patient),
            Place::Text(call) => self.texts(word, call.as_ref(), patient),
        }
    }

    fn argument(&self, command: &str, word: &str) -> Vec<Candidate> {
        let plain = |list: &[&str]| list.iter().map(|w| Candidate::plain(*w)).collect();
        match command {
            "load" | "save" | "save!" | "edit" => files(word),
            "trace" => plain(&["on", "off"]),
            "time" => [plain(&["on", "off"]), self.variables()].concat(),
            "stack" => {
                let names = self.live.names(Names::Stacks, true);
                names.into_iter().map(Candidate::plain).collect()
            }
            "region" => plain(&super::place::REGIONS),
            "profile" => super::place::profiles().into_iter().map(Candidate::plain).collect(),
            "help" => meta::NAMES.iter().map(|name| Candidate::plain(*name)).collect(),
            _ => Vec::new(),
        }
    }

    fn members(&self, path: &[Step], method: bool) -> Vec<Candidate> {
        // `?dms.create_endpoint` leaves out `aws.`.
        let value = resolve::resolve(&self.session, path).or_else(|| {
            let aws = [Step::Name("aws".to_owned())];
            let [Step::Name(name), rest @ ..] = path else { return None };
            let full: Vec<Step> = aws
                .into_iter()
                .chain([Step::Field(name.clone())])
                .chain(rest.iter().cloned())
                .collect();
            resolve::resolve(&self.session, &full)
        });
        let Some(value) = value else { return Vec::new() };
        let members = resolve::names(&self.session, &value);
        members
            .into_iter()
            .filter(|(name, callable)| (!method || *callable) && !name.starts_with("__"))
            // What is no name can't stand behind a dot.
            .filter(|(name, _)| is_name(name))
            .map(|(name, _)| Candidate::plain(name))
            .collect()
    }

    fn names(&self, call: Option<&Call>, patient: bool) -> Vec<Candidate> {
        if let Some(call) = call {
            if let Some(key) = &call.value_of {
                let words = self.values(call, key, patient);
                if !words.is_empty() {
                    return words;
                }
            } else if call.braces {
                let members = members::of(&self.session, call);
                let members = members.into_iter().filter(|m| !call.given.contains(&m.name));
                let members: Vec<Candidate> = members
                    .map(|m| Candidate {
                        text: format!("{} = ", m.name),
                        shown: if m.required { format!("{} *", m.name) } else { m.name },
                    })
                    .collect();
                if !members.is_empty() {
                    return members;
                }
            }
        }
        self.variables()
    }

    fn variables(&self) -> Vec<Candidate> {
        let lua = self.session.host().lua();
        let mut names: Vec<String> = self.session.locals();
        let globals = lua.globals();
        let globals = globals.pairs::<Value, Value>().flatten();
        names.extend(globals.filter_map(|(key, _)| Some(key.as_string()?.to_string_lossy())));
        names.extend(super::modules().map(str::to_owned));
        names.extend(super::SHORTCUTS.map(str::to_owned));
        names.extend(KEYWORDS.iter().map(|word| (*word).to_owned()));
        names.retain(|name| !name.starts_with('_') || name == "_" || name == "_G");
        names.sort();
        names.dedup();
        names.into_iter().map(Candidate::plain).collect()
    }

    /// The values that a member may have, in quotes where they are texts.
    fn values(&self, call: &Call, key: &str, patient: bool) -> Vec<Candidate> {
        let members = members::of(&self.session, call);
        let member = members.into_iter().find(|m| m.name == key);
        if let Some(member) = &member {
            if !member.words.is_empty() {
                let quoted = member.words.iter().map(|w| Candidate::plain(format!("\"{w}\"")));
                return quoted.collect();
            }
            if member.ty == "boolean" {
                return vec![Candidate::plain("true"), Candidate::plain("false")];
            }
        }
        let names = self.live_names(key, patient);
        names.into_iter().map(|name| Candidate::plain(format!("\"{name}\""))).collect()
    }

    fn texts(&self, word: &str, call: Option<&Call>, patient: bool) -> Vec<Candidate> {
        let Some(call) = call else { return files(word) };
        let callee = context::written(&call.callee);
        if callee == "require" {
            let mut names: Vec<String> = dmsrun_lua::library::modules().collect();
            names.extend(dmsrun_lua::library::host_modules().map(str::to_owned));
            names.sort();
            names.dedup();
            return names.into_iter().map(Candidate::plain).collect();
        }
        if let Some(key) = &call.value_of {
            let members = members::of(&self.session, call);
            if let Some(member) = members.into_iter().find(|m| m.name == *key)
                && !member.words.is_empty()
            {
                return member.words.into_iter().map(Candidate::plain).collect();
            }
            return self.live_names(key, patient).into_iter().map(Candidate::plain).collect();
        }
        if callee.ends_with(":add") && call.argument == 1 {
            return members::kinds(&self.session).into_iter().map(Candidate::plain).collect();
        }
        let named = match callee.strip_prefix("repl.").unwrap_or(&callee) {
            "task" | "tail" | "tables" => Some(Names::Tasks),
            "instance" => Some(Names::Instances),
            "endpoint" => Some(Names::Endpoints),
            "resources" => Some(Names::Stacks),
            _ => None,
        };
        match named {
            Some(names) => {
                self.live.names(names, patient).into_iter().map(Candidate::plain).collect()
            }
            None => match call.keys.last() {
                Some(Some(key)) => {
                    self.live_names(key, patient).into_iter().map(Candidate::plain).collect()
                }
                _ if call.braces => files(word),
                _ => {
                    let found = resolve::resolve(&self.session, &call.callee);
                    let words = found.map(|f| doc::words_of(&self.session, &f, call.argument));
                    match words {
                        Some(words) if !words.is_empty() => {
                            words.into_iter().map(Candidate::plain).collect()
                        }
                        _ => files(word),
                    }
                }
            },
        }
    }

    fn live_names(&self, key: &str, patient: bool) -> Vec<String> {
        Names::of_member(key).map(|names| self.live.names(names, patient)).unwrap_or_default()
    }
}

fn is_name(text: &str) -> bool {
    let mut tokens = lexer::tokens(text).into_iter();
    tokens.next().is_some_and(|t| t.kind == Kind::Name) && tokens.next().is_none()
}

/// Files whose path begins with the word.
fn files(word: &str) -> Vec<Candidate> {
    let (folder, _) = word.rsplit_once('/').map_or(("", word), |(folder, name)| (folder, name));
    let path = if folder.is_empty() { Path::new(".") } else { Path::new(folder) };
    let path = if word.starts_with('/') && folder.is_empty() { Path::new("/") } else { path };
    let prefix = word.rfind('/').map_or("", |at| &word[..=at]);
    let Ok(entries) = std::fs::read_dir(path) else { return Vec::new() };
    entries
        .flatten()
        .take(1000)
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let slash = if entry.file_type().is_ok_and(|t| t.is_dir()) { "/" } else { "" };
            let hidden = name.starts_with('.') && !word.ends_with('.');
            (!hidden).then(|| Candidate::plain(format!("{prefix}{name}{slash}")))
        })
        .collect()
}
