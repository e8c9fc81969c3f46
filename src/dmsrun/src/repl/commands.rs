//! What the commands of the prompt do.

use super::{After, Repl, doc, meta, place, script};
use crate::session as host_session;
use dmsrun_diag::Diagnostic;
use dmsrun_lua::{from_lua, ui::Ui as _};
use mlua::Value;
use std::{fs, io::IsTerminal as _, io::Write as _, path::Path, process::Command};

type Done = Result<After, Diagnostic>;

impl Repl<'_> {
    /// Runs a command.
    pub(super) fn command(&self, word: &str, rest: &str) -> After {
        // As in other debuggers.
        let word = if word == "c" && self.at.is_some() { "continue" } else { word };
        match meta::find(word).and_then(|name| self.do_command(name, rest)) {
            Ok(after) => after,
            Err(diagnostic) => {
                self.show(&self.explained(diagnostic));
                After::Next
            }
        }
    }

    fn do_command(&self, name: &str, rest: &str) -> Done {
        match name {
            "help" if rest.is_empty() => {
                self.explain(&meta::overview());
                Ok(After::Next)
            }
            "help" => {
                self.explain(&meta::about(rest)?);
                Ok(After::Next)
            }
            "doc" => {
                self.explain(&doc::about(&self.session, rest, self.ui.width())?);
                Ok(After::Next)
            }
            "json" | "raw" | "table" => self.again(name, rest),
            "time" if matches!(rest, "" | "on" | "off") => {
                self.timing.set(if rest.is_empty() { !self.timing.get() } else { rest == "on" });
                let state = if self.timing.get() { "on" } else { "off" };
                self.say(format!("Timing is {state}."))
            }
            "time" => Ok(self.evaluate(rest, false, true)),
            "trace" => self.trace(rest),
            "locals" | "where" => self.locals(),
            "stack" => self.stack(rest),
            "region" | "profile" if self.at.is_some() && !rest.is_empty() => {
                Err(Diagnostic::error("A breakpoint stays where its script is")
                    .what("the script goes on behind it, in the same account and region")
                    .hint(":continue or :quit leaves it"))
            }
            "region" => self.region(rest),
            "profile" => self.profile(rest),
            "unlock" => self.lock.unlock(rest, &self.ui).map(|()| After::Next),
            "lock" if self.options.borrow().local.is_some() => {
                self.say("The local AWS is not locked.".to_owned())
            }
            "lock" => {
                self.lock.lock()?;
                self.say("Locked: changes are refused.".to_owned())
            }
            "load" => self.load(rest),
            "save" => self.save(rest, false),
            "save!" => self.save(rest, true),
            "edit" => self.edit(rest),
            "history" => self.history(rest),
            "clear" => {
                if self.input.borrow().is_terminal() {
                    self.ui.print_line("\x1b[2J\x1b[H");
                }
                Ok(After::Next)
            }
            "continue" if self.at.is_none() => Err(Diagnostic::error("Nothing to continue")
                .what("this is no breakpoint")
                .hint(":quit leaves the session")),
            "continue" => Ok(After::Leave(0)),
            _ if self.at.is_some() => Ok(After::Quit),
            _ => Ok(After::Leave(0)),
        }
    }

    fn say(&self, text: String) -> Done {
        self.ui.print_line(&text);
        Ok(After::Next)
    }

    /// Shows the last value, or that of an expression, in another form.
    fn again(&self, form: &str, expression: &str) -> Done {
        let values = if expression.is_empty() {
            self.last.borrow().clone()
        } else {
            match self.values(expression, true, false) {
                Ok(values) => values,
                Err(after) => return Ok(after),
            }
        };
        let Some(value) = values.front() else {
            return Err(Diagnostic::error("Nothing to show").what("no entry had a value so far"));
        };
        let text = match form {
            "json" => {
                let value = from_lua(self.host.lua(), value).map_err(|error| {
                    Diagnostic::error("The value has no JSON form").what(error.to_string())
                })?;
                serde_json::to_string_pretty(&value.to_json()).unwrap_or_default()
            }
            "raw" => self.inspected(value)?,
            _ => match self.shower().table(value) {
                Some(text) => text,
                None => {
                    return Err(Diagnostic::error("This is no table of records")
                        .what("a list of tables with named fields can be shown so")
                        .hint(":raw or :json show any value"));
                }
            },
        };
        self.say(text)
    }

    fn inspected(&self, value: &Value) -> Result<String, Diagnostic> {
        let inspect = super::required(self.host, "inspect");
        let inspect = inspect.and_then(|i| i.as_table()?.raw_get::<mlua::Function>("text").ok());
        let inspect = inspect.ok_or_else(|| Diagnostic::bug("the library has no inspect.text"))?;
        let limits = self.host.lua().create_table().map_err(super::session::fault)?;
        for (key, limit) in [("depth", 100), ("items", 10_000_000)] {
            limits.raw_set(key, limit).map_err(super::session::fault)?;
        }
        let values = self.host.protected(&inspect, (value.clone(), limits))?.unwrap_or_default();
        let text = values.front().and_then(Value::as_string).map(mlua::LuaString::to_string_lossy);
        Ok(super::show::harmless(&text.unwrap_or_default()))
    }

    fn trace(&self, rest: &str) -> Done {
        let on = match rest {
            "" => !self.ui.is_tracing(),
            "on" => true,
            "off" => false,
            other => {
                return Err(Diagnostic::error("Unknown word")
                    .what(format!(":trace takes on or off, got \"{other}\"")));
            }
        };
        self.ui.set_tracing(on);
        self.say(format!("Tracing of AWS calls is {}.", if on { "on" } else { "off" }))
    }

    fn locals(&self) -> Done {
        let names = self.session.locals();
        if names.is_empty() {
            return self.say("No locals.".to_owned());
        }
        let lua = self.host.lua();
        let table = lua.create_table().map_err(super::session::fault)?;
        for name in names {
            let value = self.session.variable(&name).unwrap_or(Value::Nil);
            let shown = if value.is_nil() { Value::Boolean(false) } else { value.clone() };
            if value.is_nil() {
                self.ui.print_line(&format!("{name}  nil"));
            } else {
                table.raw_set(name, shown).map_err(super::session::fault)?;
            }
        }
        if table.is_empty() {
            return Ok(After::Next);
        }
        self.say(self.shower().value(&Value::Table(table)))
    }

    fn stack(&self, name: &str) -> Done {
        let name = name.trim_matches(['"', '\'']);
        let values = match name {
            "" => self.shortcut("stacks", None)?,
            name => self.shortcut("resources", Some(name))?,
        };
        if let Some(text) = self.shower().values(&values) {
            self.ui.print_line(&text);
        }
        Ok(After::Next)
    }

    fn region(&self, rest: &str) -> Done {
        if rest.is_empty() {
            let region = place::region(&self.options.borrow());
            let known = self.live.account().region.or(region);
            return self.say(known.unwrap_or_else(|| "No region is set.".to_owned()));
        }
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if !rest.chars().all(fits) || rest.split('-').count() < 3 {
            let diagnostic = Diagnostic::error("This is no region")
                .what(format!("\"{rest}\" does not look like eu-west-1"));
            return Err(match dmsrun_diag::did_you_mean(rest, place::REGIONS) {
                Some(near) => diagnostic.hint(near),
                None => diagnostic,
            });
        }
        if !place::REGIONS.contains(&rest) {
            let warning = Diagnostic::warning("This region is not known")
                .what(format!("\"{rest}\" is taken as it is"));
            self.ui.show(&match dmsrun_diag::did_you_mean(rest, place::REGIONS) {
                Some(near) => warning.hint(near),
                None => warning,
            });
        }
        self.options.borrow_mut().region = Some(rest.to_owned());
        self.elsewhere()?;
        self.say(format!("Now in {rest}."))
    }

    fn profile(&self, rest: &str) -> Done {
        if rest.is_empty() {
            let profile = place::profile(&self.options.borrow());
            return self.say(profile.unwrap_or_else(|| "No profile is set.".to_owned()));
        }
        if self.options.borrow().local.is_some() {
            return Err(Diagnostic::error("The local AWS has no profiles")
                .hint("leave, and start dmsrun without --local"));
        }
        let known = place::profiles();
        if !known.iter().any(|name| name == rest) {
            let diagnostic = Diagnostic::error("Unknown profile")
                .what(format!("the AWS configuration has no profile \"{rest}\""));
            return Err(match dmsrun_diag::did_you_mean(rest, known.iter().map(String::as_str)) {
                Some(near) => diagnostic.hint(near),
                None => diagnostic,
            });
        }
        {
            let mut options = self.options.borrow_mut();
            options.profile = Some(rest.to_owned());
            options.region = None;
        }
        self.elsewhere()?;
        self.say(format!("Now with profile {rest}."))
    }

    /// Another account or region: everything that is asked anew, and locked again.
    fn elsewhere(&self) -> Result<(), Diagnostic> {
        if self.options.borrow().local.is_none() {
            self.options.borrow_mut().read_only = true;
        }
        self.host.state().replace_session(host_session::factory(
            &self.options,
            &self.ui,
            self.host,
        ));
        self.lock.lock()?;
        self.live.reset();
        if self.input.borrow().is_terminal() {
            self.live.greet();
        }
        Ok(())
    }

    fn load(&self, file: &str) -> Done {
        let file = named(file, "load")?;
        let text = fs::read_to_string(file).map_err(|error| {
            Diagnostic::error("File could not be read").what(format!("{file}: {error}"))
        })?;
        self.run_text(file, &text)
    }

    fn run_text(&self, name: &str, text: &str) -> Done {
        self.lock.note_entry(text)?;
        let outcome = self.session.run_named(name, text);
        self.live.outdate_names();
        match self.settle(outcome, || entry_of(text)) {
            Ok(values) => {
                if let Some(text) = self.shower().values(&values) {
                    self.ui.print_line(&text);
                }
                Ok(After::Next)
            }
            Err(after) => Ok(after),
        }
    }

    fn save(&self, file: &str, replace: bool) -> Done {
        let file = named(file, "save")?;
        let record = self.record.borrow();
        if record.is_empty() {
            return Err(Diagnostic::error("Nothing to save").what("no entry succeeded so far"));
        }
        let modules: Vec<String> = super::modules().map(str::to_owned).collect();
        let shortcuts: Vec<String> = super::SHORTCUTS.iter().map(|s| (*s).to_owned()).collect();
        let redactor = &self.host.state().redactor;
        let text = script::script(self.host.lua(), &record, redactor, &modules, &shortcuts);
        let mut options = fs::OpenOptions::new();
        options.write(true).truncate(replace).create(replace).create_new(!replace);
        let written = options.open(file).and_then(|mut f| f.write_all(text.as_bytes()));
        written.map_err(|error| {
            let diagnostic =
                Diagnostic::error("File could not be written").what(format!("{file}: {error}"));
            match error.kind() {
                std::io::ErrorKind::AlreadyExists => {
                    diagnostic.command("to replace it:", format!(":save! {file}"))
                }
                _ => diagnostic,
            }
        })?;
        let plural = if record.len() == 1 { "entry" } else { "entries" };
        let chunk = super::session::strip_shebang(&text);
        if let Err(error) = self.host.lua().load(chunk).set_name(format!("={file}")).into_function()
        {
            let complaint = error.to_string();
            let complaint = complaint.lines().next().unwrap_or_default();
            self.ui.show(
                &Diagnostic::warning("The script does not run as it stands")
                    .what(complaint.trim_start_matches("syntax error: ").to_owned())
                    .hint("it was saved all the same"),
            );
        }
        self.say(format!("Saved {} {plural}. Run it with: dmsrun {file}", record.len()))
    }

    fn edit(&self, file: &str) -> Done {
        if !std::io::stdin().is_terminal() {
            return Err(Diagnostic::error("There is no terminal to edit at"));
        }
        let editor = ["VISUAL", "EDITOR"]
            .iter()
            .find_map(|name| std::env::var(name).ok().filter(|value| !value.trim().is_empty()));
        let editor = editor.unwrap_or_else(|| "vi".to_owned());
        let mut words = editor.split_whitespace();
        let program = words.next().unwrap_or("vi");
        let own = file.is_empty();
        let path = match own {
            true => std::env::temp_dir().join(format!("dmsrun-{}.lua", std::process::id())),
            false => Path::new(file).to_owned(),
        };
        let failed = |error: std::io::Error| {
            Diagnostic::error("The editor failed").what(format!("{program}: {error}"))
        };
        if own {
            let last = self.record.borrow().last().cloned().unwrap_or_default();
            let mut options = fs::OpenOptions::new();
            options.write(true).create(true).truncate(true);
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            options.open(&path).and_then(|mut f| writeln!(f, "{last}")).map_err(failed)?;
        }
        let status = Command::new(program).args(words).arg(&path).status().map_err(failed)?;
        let text = fs::read_to_string(&path).map_err(failed);
        if own {
            // It held what the history would not: nothing of it stays behind.
            let _ = fs::remove_file(&path);
        }
        if !status.success() {
            return Err(Diagnostic::error("The editor failed")
                .what(format!("{program} ended with {status}; nothing was run")));
        }
        let text = text?;
        if text.trim().is_empty() {
            return self.say("Nothing to run.".to_owned());
        }
        if own {
            self.ui.print_line(text.trim_end());
            return Ok(self.evaluate(text.trim(), false, self.timing.get()));
        }
        self.run_text(file, &text)
    }

    fn history(&self, wanted: &str) -> Done {
        let entries = self.input.borrow().history();
        let width = entries.len().to_string().len();
        let mut lines = Vec::new();
        for (index, entry) in entries.iter().enumerate() {
            if wanted.is_empty() || entry.contains(wanted) {
                let indent = format!("\n{}", " ".repeat(width + 2));
                lines.push(format!("{:>width$}  {}", index + 1, entry.replace('\n', &indent)));
            }
        }
        if wanted.is_empty() && lines.len() > 50 {
            lines.drain(..lines.len() - 50);
        }
        match lines.is_empty() {
            true => self.say("No entries.".to_owned()),
            false => self.say(lines.join("\n")),
        }
    }
}

/// A file as an entry, which other entries stand before: its first line may be for the shell.
fn entry_of(text: &str) -> String {
    super::session::strip_shebang(text).trim().to_owned()
}

fn named<'a>(file: &'a str, command: &str) -> Result<&'a str, Diagnostic> {
    let file = file.trim().trim_matches(['"', '\'']);
    match file.is_empty() {
        true => Err(Diagnostic::error("A file is needed")
            .command("for example:", format!(":{command} session.lua"))),
        false => Ok(file),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_was_loaded_is_saved_without_its_first_line_for_the_shell() {
        assert_eq!(entry_of("#!/usr/bin/env dmsrun\n\nx = 1\n"), "x = 1");
        assert_eq!(entry_of("x = #t\n"), "x = #t");
        assert_eq!(entry_of("#"), "");
    }
}
