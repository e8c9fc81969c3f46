//! One entry: sorted, run, shown, recorded.

use super::{After, Repl, doc, session::Outcome, signals, source};
use dmsrun_diag::{Diagnostic, Exit};
use dmsrun_lua::{place, ui::Ui as _};
use mlua::{MultiValue, Value};
use std::time::Instant;

/// What an error says of the instructions of a sandbox, where it tells that none is left.
pub fn limit(diagnostic: &Diagnostic) -> Option<String> {
    const SUMMARY: &str = "The sandbox's limit is reached";
    let texts = diagnostic.details.iter().map(|(_, text)| text.as_str());
    let own = diagnostic.summary == SUMMARY;
    let mut found = texts.filter_map(|text| {
        let inner = text.split_once(SUMMARY).map(|(_, rest)| rest.trim_start_matches(": "));
        inner.or(own.then_some(text)).filter(|text| text.ends_with("instructions"))
    });
    found.next().map(str::to_owned)
}

fn interrupted() -> Diagnostic {
    Diagnostic::error("Interrupted")
        .what("the session goes on; AWS goes on with what it was told before")
}

impl Repl<'_> {
    /// Does what an entry asks for.
    pub(super) fn entry(&self, entry: &str) -> After {
        match source::sort(entry) {
            source::Entry::Nothing => After::Next,
            source::Entry::Command(word, rest) => self.command(word, rest),
            source::Entry::Question(name) => {
                match doc::about(&self.session, name, self.ui.width()) {
                    Ok(text) => self.explain(&text),
                    Err(diagnostic) => self.show(&diagnostic),
                }
                After::Next
            }
            source::Entry::Expression(text) => self.evaluate(text, true, self.timing.get()),
            source::Entry::Lua(text) => self.evaluate(text, false, self.timing.get()),
        }
    }

    /// Runs an entry and shows its values; with `timed`, says how long it took.
    pub(super) fn evaluate(&self, text: &str, expression: bool, timed: bool) -> After {
        match self.values(text, expression, timed) {
            Ok(values) => {
                if let Some(text) = self.shower().values(&values) {
                    self.ui.print_line(&text);
                }
                After::Next
            }
            Err(after) => after,
        }
    }

    /// Runs an entry and gives its values, recorded and remembered.
    pub(super) fn values(
        &self,
        text: &str,
        expression: bool,
        timed: bool,
    ) -> Result<MultiValue, After> {
        if let Err(diagnostic) = self.lock.note_entry(text) {
            self.show(&diagnostic);
            return Err(After::Next);
        }
        let (began, clock) = (Instant::now(), self.host.state().clock());
        let virtual_began = clock.is_virtual().then(|| clock.now());
        let outcome = self.session.run(text, expression);
        if timed {
            let mut line = format!("took {:.1} ms", began.elapsed().as_secs_f64() * 1000.0);
            if let Some(before) = virtual_began {
                let passed = clock.now().duration_since(before).as_secs_f64();
                if passed > 0.0 {
                    line.push_str(&format!(", {passed:.1} s of virtual time"));
                }
            }
            self.ui.talk(&line);
        }
        self.live.outdate_names();
        self.settle(outcome, || text.trim().to_owned())
    }

    /// Takes what became of an entry: shows its error, or records it.
    pub(super) fn settle(
        &self,
        outcome: Outcome,
        entry: impl FnOnce() -> String,
    ) -> Result<MultiValue, After> {
        match outcome {
            Outcome::Values(values) => {
                self.record.borrow_mut().push(entry());
                if values.iter().any(|value| !matches!(value, Value::Nil)) {
                    *self.last.borrow_mut() = values.clone();
                    if let Err(diagnostic) = self.session.remember(&values) {
                        self.show(&diagnostic);
                    }
                }
                Ok(values)
            }
            Outcome::Exit(_) if self.at.is_none() && signals::was_given_up() => {
                self.show(&interrupted());
                Err(After::Next)
            }
            // At a breakpoint the script around it ends as well.
            Outcome::Exit(code) => Err(After::Leave(code)),
            Outcome::Failed(diagnostic) if limit(&diagnostic).is_some() => {
                let what = limit(&diagnostic).unwrap_or_default();
                self.show(
                    &Diagnostic::error("The sandbox's limit is reached")
                        .what(format!("{what}; nothing can run any more, so the session ends"))
                        .hint("--sandbox-instructions N allows more"),
                );
                Err(After::Leave(Exit::Failure.code()))
            }
            Outcome::Failed(diagnostic) => {
                self.show(&self.explained(*diagnostic));
                Err(After::Next)
            }
        }
    }

    /// What a session says differently from a script.
    pub(super) fn explained(&self, mut diagnostic: Diagnostic) -> Diagnostic {
        if diagnostic.exit == Exit::Interrupted {
            if self.input.borrow().is_terminal() {
                // Behind the ^C that the terminal shows.
                self.ui.talk("");
            }
            return interrupted();
        }
        let refused = diagnostic
            .details
            .iter()
            .any(|(_, text)| text.contains("read-only: it may change something"));
        if refused && self.lock.is_locked() {
            diagnostic.summary = "This session is read-only".to_owned();
            return diagnostic.command("unlock it with:", ":unlock \"ticket or reason\"");
        }
        // The library's own frames help nobody at a prompt.
        diagnostic.causes.retain(|cause| !cause.contains(place::STDLIB.trim_start_matches('@')));
        diagnostic
    }
}
