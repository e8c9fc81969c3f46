//! Whether a session may change anything: a real account is read-only until it is unlocked with a
//! reason, and that is journalled before it counts.

use super::{live::Live, place, signals};
use crate::{cli::Options, ui::Terminal};
use dmsrun_diag::Diagnostic;
use dmsrun_lua::Host;
use mlua::{Function, Table};
use serde_json::{Value as Json, json};
use std::{
    cell::{Cell, RefCell},
    fs,
    io::Write as _,
    rc::Rc,
    sync::atomic::{AtomicBool, Ordering},
};

/// Whether the session of this process was started as one that can't be unlocked.
static FORCED: AtomicBool = AtomicBool::new(false);

/// The lock of a session.
#[derive(Debug)]
pub struct Lock<'h> {
    host: &'h Host,
    options: Rc<RefCell<Options>>,
    /// Whether `--read-only` was asked for: then there is no unlocking.
    forced: bool,
    unlocked: Cell<bool>,
}

impl<'h> Lock<'h> {
    /// Locks a real account. Called before anything is sent.
    pub fn new(host: &'h Host, options: &Rc<RefCell<Options>>, forced: bool) -> Self {
        FORCED.store(forced, Ordering::SeqCst);
        Self { host, options: Rc::clone(options), forced, unlocked: Cell::new(false) }
    }

    /// The lock of a session inside a script or an entry. What is typed there is not what the script
    /// was started for: it is read-only as well, unless the session around it was unlocked.
    pub fn at_breakpoint(host: &'h Host, options: &Rc<RefCell<Options>>) -> Self {
        let (read_only, around) = (options.borrow().read_only, signals::is_open());
        let forced = if around { FORCED.load(Ordering::SeqCst) } else { read_only };
        let unlocked = Cell::new(around && !read_only);
        Self { host, options: Rc::clone(options), forced, unlocked }
    }

    /// Gives what is to go on the rights that it had.
    pub fn give_back(&self, read_only: bool) -> Result<(), Diagnostic> {
        if !self.is_local() {
            self.options.borrow_mut().read_only = read_only;
            self.host.state().session()?.aws.set_read_only(read_only);
        }
        Ok(())
    }

    /// Whether changes to a real account are refused.
    pub fn is_locked(&self) -> bool {
        !self.is_local() && !self.unlocked.get()
    }

    /// Whether changes to a real account are allowed.
    pub fn is_unlocked(&self) -> bool {
        !self.is_local() && self.unlocked.get()
    }

    fn is_local(&self) -> bool {
        self.options.borrow().local.is_some()
    }

    /// Refuses changes again.
    pub fn lock(&self) -> Result<(), Diagnostic> {
        self.unlocked.set(false);
        if self.is_local() {
            return Ok(());
        }
        self.options.borrow_mut().read_only = true;
        self.host.state().session()?.aws.set_read_only(true);
        Ok(())
    }

    /// Allows changes, once the reason is in the journal.
    pub fn unlock(&self, reason: &str, ui: &Terminal) -> Result<(), Diagnostic> {
        let reason = reason.trim().trim_matches(['"', '\'']).trim();
        if self.forced {
            return Err(Diagnostic::error("This session is read-only")
                .what("it was started with --read-only or --sandbox, or read_only is set")
                .hint("leave, and start dmsrun without them"));
        }
        if self.is_local() {
            ui.print_line("The local AWS is not locked.");
            return Ok(());
        }
        if reason.chars().filter(|c| c.is_alphanumeric()).count() < 3 {
            return Err(Diagnostic::error("A reason is needed")
                .what("what is unlocked is journalled with why")
                .command("for example:", ":unlock \"OPS-1234 resume after the outage\""));
        }
        let who = self.whoami()?;
        let text = |key: &str| who.raw_get::<String>(key).unwrap_or_default();
        let (account, arn, region) = (text("account"), text("arn"), text("region"));
        self.write(json!({
            "type": "unlock", "reason": reason, "account": account, "arn": arn, "region": region,
            "profile": place::profile(&self.options.borrow()),
        }))?;
        self.options.borrow_mut().read_only = false;
        self.host.state().session()?.aws.set_read_only(false);
        self.unlocked.set(true);
        ui.print_line(&format!("Unlocked account {account} in {region} as {arn}. :lock ends it."));
        Ok(())
    }

    fn whoami(&self) -> Result<Table, Diagnostic> {
        let require = self.host.lua().globals().raw_get::<Function>("require");
        let require = require.map_err(super::session::fault)?;
        let aws = self.host.protected(&require, "aws")?;
        let whoami = aws.ok().and_then(|v| v.front()?.as_table()?.get::<Function>("whoami").ok());
        let whoami = whoami.ok_or_else(|| Diagnostic::bug("the module aws has no whoami"))?;
        let who = self.host.protected(&whoami, ())?;
        who.ok()
            .and_then(|values| values.front()?.as_table().cloned())
            .ok_or_else(|| Diagnostic::bug("whoami gives no table"))
    }

    /// Journals an entry that runs unlocked. Where that fails, the entry does not run.
    pub fn note_entry(&self, entry: &str) -> Result<(), Diagnostic> {
        if !self.is_unlocked() {
            return Ok(());
        }
        let redactor = &self.host.state().redactor;
        let entry = match super::history::is_secret(entry, redactor) {
            true => "(an entry with a secret)".to_owned(),
            false => entry.to_owned(),
        };
        self.write(json!({ "type": "entry", "entry": entry }))
    }

    /// One line more in `sessions.ndjson`, on disk before this returns.
    fn write(&self, mut line: Json) -> Result<(), Diagnostic> {
        let state = self.host.state();
        if let Json::Object(members) = &mut line {
            members.insert("time".to_owned(), Json::from(state.now().to_string()));
            members.insert("process".to_owned(), Json::from(std::process::id()));
            let user = std::env::var("USER").or_else(|_| std::env::var("LOGNAME"));
            members.insert("operator".to_owned(), user.map_or(Json::Null, Json::from));
        }
        let path = state.state_dir.join("sessions.ndjson");
        let failed = |error: std::io::Error| {
            Diagnostic::error("The journal can't be written")
                .what(format!("{}: {error}", path.display()))
                .hint("changes stay locked as long as they can't be journalled")
        };
        fs::create_dir_all(&state.state_dir).map_err(failed)?;
        let mut options = fs::OpenOptions::new();
        options.create(true).append(true);
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&path).map_err(failed)?;
        if file.metadata().map_err(failed)?.len() == 0 {
            writeln!(file, "{}", json!({ "type": "sessions", "version": 1 })).map_err(failed)?;
        }
        writeln!(file, "{}", state.scrub(&line.to_string())).map_err(failed)?;
        file.sync_all().map_err(failed)
    }

    /// The prompt, plain and in colour; `at` is the place of a breakpoint.
    pub fn prompt(
        &self,
        live: &Live<'_>,
        at: Option<&str>,
        width: usize,
        color: bool,
    ) -> (String, String) {
        let options = self.options.borrow();
        let account = live.account();
        let label = account.name.unwrap_or_else(|| place::label(&options));
        let region = account.region.or_else(|| place::region(&options)).unwrap_or_default();
        let state = if self.is_unlocked() { "UNLOCKED" } else { "" };
        let place = at.map(|at| format!("break {at}")).unwrap_or_default();
        let plain = fitting(&label, &region, state, &place, width);
        let code = if self.is_unlocked() {
            "1;31"
        } else if self.is_local() {
            "1;32"
        } else {
            "1;33"
        };
        let colored = if color { format!("\x1b[{code}m{plain}\x1b[0m") } else { plain.clone() };
        (plain, colored)
    }
}

/// The prompt, at most half as wide as the terminal. In a narrow one what must not be mistaken stays.
fn fitting(label: &str, region: &str, state: &str, place: &str, width: usize) -> String {
    let words = |parts: &[&str]| {
        let parts: Vec<&str> = parts.iter().copied().filter(|p| !p.is_empty()).collect();
        format!("{}> ", parts.join(" "))
    };
    let room = width.max(20) / 2;
    let prompts = [&[label, region, state, place][..], &[label, region, state], &[label, state]];
    let fits = |prompt: &String| console::measure_text_width(prompt) <= room;
    prompts.into_iter().map(words).find(fits).unwrap_or_else(|| {
        let left = room.saturating_sub(state.len() + 3);
        match left < 4 {
            true => words(&[state]),
            false => words(&[&console::truncate_str(label, left, "…"), state]),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_prompt_of_an_unlocked_account_says_so_however_narrow_the_terminal_is() {
        let at = |width| fitting("123456789012", "eu-west-1", "UNLOCKED", "break a.lua:1", width);
        assert_eq!(at(100), "123456789012 eu-west-1 UNLOCKED break a.lua:1> ");
        assert_eq!(at(80), "123456789012 eu-west-1 UNLOCKED> ");
        assert_eq!(at(60), "123456789012 UNLOCKED> ");
        assert_eq!(at(40), "12345678… UNLOCKED> ");
        assert_eq!(at(20), "UNLOCKED> ");
        assert_eq!(fitting("acme-production", "eu-west-1", "", "", 20), "acme-p…> ");
        assert_eq!(fitting("LOCAL", "us-east-1", "", "", 20), "LOCAL> ");
    }
}
