//! Where entries come from: the line editor on a terminal, plain lines everywhere else.

use super::{
    complete::{Candidate, Completer},
    highlight, history, session, source,
};
use crate::ui::Terminal;
use dmsrun_base::Redactor;
use dmsrun_diag::Diagnostic;
use mlua::Lua;
use rustyline::{
    Behavior, ColorMode, CompletionType, Config, Context, Editor, Helper,
    completion::Completer as Completes,
    config::BellStyle,
    error::ReadlineError,
    highlight::{CmdKind, Highlighter},
    hint::{Hint, Hinter},
    history::{FileHistory, SearchDirection},
    validate::{ValidationContext, ValidationResult, Validator},
};
use std::{
    borrow::Cow,
    cell::Cell,
    io::{BufRead as _, IsTerminal as _},
    path::PathBuf,
};

/// What came.
#[derive(Debug)]
pub enum Read {
    /// A whole entry.
    Entry(String),
    /// Ctrl-C: what was typed is forgotten.
    Cleared,
    /// Ctrl-D, or the end of the input.
    End,
}

/// The source of entries.
pub enum Input<'h> {
    /// The editor.
    Editor(Box<Edited<'h>>),
    /// Lines from the standard input.
    Lines(Lua),
}

impl<'h> Input<'h> {
    /// What the next entry is; `colored` is the prompt in colour.
    pub fn read(&mut self, prompt: &str, colored: &str) -> Result<Read, Diagnostic> {
        match self {
            Self::Editor(editor) => editor.read(prompt, colored),
            Self::Lines(lua) => lines(lua),
        }
    }

    /// Adds to the history, unless it holds a secret.
    pub fn remember(&mut self, entry: &str, redactor: &Redactor) {
        if let Self::Editor(editor) = self {
            editor.remember(entry, redactor);
        }
    }

    /// The entries of the history, the oldest first.
    pub fn history(&self) -> Vec<String> {
        match self {
            Self::Editor(editor) => editor.editor.history().iter().cloned().collect(),
            Self::Lines(_) => Vec::new(),
        }
    }

    /// Whether a person types.
    pub fn is_terminal(&self) -> bool {
        matches!(self, Self::Editor(_))
    }
}

/// The longest line that is taken: what is longer is no entry of a person.
const LONGEST: usize = 16 << 20;

/// Reads lines until they are a whole entry.
fn lines(lua: &Lua) -> Result<Read, Diagnostic> {
    let mut entry = String::new();
    loop {
        let mut line = Vec::new();
        let mut input = std::io::Read::take(std::io::stdin().lock(), LONGEST as u64 + 1);
        let count = input.read_until(b'\n', &mut line).map_err(|error| {
            Diagnostic::error("The standard input can't be read").what(error.to_string())
        })?;
        if count > LONGEST {
            return Err(Diagnostic::error("The line is too long")
                .what("a line of more than 16 MB came by the standard input")
                .hint("run it as a script: dmsrun FILE.lua"));
        }
        if count == 0 {
            // What is not finished is run, so that Lua says what is missing.
            return Ok(if entry.trim().is_empty() { Read::End } else { Read::Entry(entry) });
        }
        let Ok(line) = String::from_utf8(line) else {
            return Err(Diagnostic::error("The input is not text")
                .what("a line that is not UTF-8 came by the standard input"));
        };
        entry.push_str(line.strip_suffix('\n').unwrap_or(&line));
        if !is_unfinished(lua, &entry) {
            return Ok(Read::Entry(entry));
        }
        entry.push('\n');
    }
}

fn is_unfinished(lua: &Lua, entry: &str) -> bool {
    match source::sort(entry) {
        source::Entry::Expression(rest) => {
            session::form(lua, &format!("return {rest}")) == session::Form::Unfinished
        }
        source::Entry::Lua(text) => session::form(lua, text) == session::Form::Unfinished,
        source::Entry::Command("time", rest) if !rest.is_empty() => {
            session::form(lua, rest) == session::Form::Unfinished
        }
        // An open comment in long brackets.
        source::Entry::Nothing => session::form(lua, entry) == session::Form::Unfinished,
        _ => false,
    }
}

/// The line editor with its history.
pub struct Edited<'h> {
    editor: Editor<Assistant<'h>, FileHistory>,
    file: Option<PathBuf>,
}

impl<'h> Edited<'h> {
    /// Takes the terminal.
    pub fn new(completer: Completer<'h>, ui: &Terminal) -> Result<Self, Diagnostic> {
        let failed = |error: ReadlineError| {
            Diagnostic::error("The terminal can't be used").what(error.to_string())
        };
        let color = if ui.paints() { ColorMode::Forced } else { ColorMode::Disabled };
        let behavior = match std::io::stdout().is_terminal() {
            true => Behavior::Stdio,
            false => Behavior::PreferTerm,
        };
        let config = Config::builder()
            .max_history_size(history::LENGTH)
            .and_then(|config| config.history_ignore_dups(true))
            .map_err(failed)?
            .completion_type(CompletionType::List)
            .completion_show_all_if_ambiguous(true)
            .completion_prompt_limit(200)
            .bell_style(BellStyle::None)
            .color_mode(color)
            .behavior(behavior)
            .tab_stop(4)
            .build();
        let mut editor = Editor::with_config(config).map_err(failed)?;
        let lua = completer.lua().clone();
        editor.set_helper(Some(Assistant {
            completer,
            lua,
            room: Cell::new(0),
            paints: ui.paints(),
        }));
        let file = history::file();
        if let Some(file) = &file {
            // The first session finds no file.
            let _ = editor.load_history(file);
        }
        Ok(Self { editor, file })
    }

    fn read(&mut self, prompt: &str, colored: &str) -> Result<Read, Diagnostic> {
        let width = self.editor.dimensions().map_or(80, |(columns, _)| usize::from(columns));
        if let Some(assistant) = self.editor.helper() {
            assistant.room.set(width.saturating_sub(console::measure_text_width(prompt) + 1));
        }
        match self.editor.readline(&(prompt, colored)) {
            Ok(entry) => Ok(Read::Entry(entry)),
            Err(ReadlineError::Interrupted) => Ok(Read::Cleared),
            Err(ReadlineError::Eof) => Ok(Read::End),
            Err(error) => {
                Err(Diagnostic::error("The terminal can't be read").what(error.to_string()))
            }
        }
    }

    fn remember(&mut self, entry: &str, redactor: &Redactor) {
        let entry = entry.trim();
        if entry.is_empty() || history::is_secret(entry, redactor) {
            return;
        }
        // A history that can't be kept is no reason to stop working.
        let added = self.editor.add_history_entry(entry).unwrap_or(false);
        if let (true, Some(file)) = (added, &self.file) {
            if let Some(folder) = file.parent()
                && !folder.exists()
            {
                let _ = private_folder(folder);
            }
            let _ = self.editor.append_history(file);
        }
    }
}

fn private_folder(folder: &std::path::Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// What the editor asks while somebody types.
struct Assistant<'h> {
    completer: Completer<'h>,
    lua: Lua,
    /// The columns behind the prompt.
    room: Cell<usize>,
    paints: bool,
}

impl Helper for Assistant<'_> {}

impl Completes for Assistant<'_> {
    type Candidate = Candidate;

    fn complete(
        &self,
        line: &str,
        pos: usize,
        _: &Context<'_>,
    ) -> rustyline::Result<(usize, Vec<Candidate>)> {
        Ok(self.completer.complete(&line[..pos]))
    }
}

/// What stands behind the cursor in grey; without colours in brackets, so that nobody takes it for
/// what was typed.
struct Remark {
    text: String,
    shown: String,
    taken: bool,
}

impl Remark {
    fn new(text: String, taken: bool) -> Self {
        Self { shown: text.clone(), text, taken }
    }

    fn bracketed(self) -> Self {
        let start = self.shown.len() - self.shown.trim_start().len();
        let (blank, text) = self.shown.split_at(start);
        Self { shown: format!("{blank}‹{text}›"), ..self }
    }
}

impl Hint for Remark {
    fn display(&self) -> &str {
        &self.shown
    }
    fn completion(&self) -> Option<&str> {
        self.taken.then_some(&self.text)
    }
}

impl Hinter for Assistant<'_> {
    type Hint = Remark;

    fn hint(&self, line: &str, pos: usize, ctx: &Context<'_>) -> Option<Remark> {
        let mut remark = self.remark(line, pos, ctx)?;
        // On one line: what is below it belongs to the lists of completion.
        let room = self.room.get().saturating_sub(console::measure_text_width(line));
        let room = if self.paints { room } else { room.saturating_sub(2) };
        if console::measure_text_width(&remark.text) > room {
            if remark.taken || room < 8 {
                return None;
            }
            remark.shown = console::truncate_str(&remark.text, room, "…").into_owned();
        }
        Some(if self.paints { remark } else { remark.bracketed() })
    }
}

impl Assistant<'_> {
    fn remark(&self, line: &str, pos: usize, ctx: &Context<'_>) -> Option<Remark> {
        if pos < line.len() || line.is_empty() || line.contains('\n') {
            return None;
        }
        let before = ctx.history().starts_with(
            line,
            ctx.history_index().min(ctx.history().len()).saturating_sub(1),
            SearchDirection::Reverse,
        );
        if let Ok(Some(found)) = before
            && found.entry.len() > line.len()
            && !found.entry.contains('\n')
        {
            return Some(Remark::new(found.entry[line.len()..].to_owned(), true));
        }
        let (text, taken) = self.completer.hint(line)?;
        Some(Remark::new(text, taken))
    }
}

impl Highlighter for Assistant<'_> {
    fn highlight<'l>(&self, line: &'l str, pos: usize) -> Cow<'l, str> {
        Cow::Owned(highlight::paint(line, pos))
    }
    fn highlight_hint<'t>(&self, hint: &'t str) -> Cow<'t, str> {
        Cow::Owned(format!("\x1b[2m{hint}\x1b[0m"))
    }
    fn highlight_char(&self, _: &str, _: usize, _: CmdKind) -> bool {
        true
    }
}

impl Validator for Assistant<'_> {
    fn validate(&self, ctx: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        Ok(match is_unfinished(&self.lua, ctx.input()) {
            true => ValidationResult::Incomplete,
            false => ValidationResult::Valid(None),
        })
    }
}
