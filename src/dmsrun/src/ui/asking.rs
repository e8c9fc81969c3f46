//! A question to the person at the terminal. It is read key by key, so that Ctrl-C ends it at once: a line
//! that the terminal collects by itself could not be given up.

use rustyline::{
    Behavior, ColorMode, Config, Editor, Helper,
    completion::Completer,
    error::ReadlineError,
    highlight::{CmdKind, Highlighter},
    hint::Hinter,
    history::MemHistory,
    validate::Validator,
};
use std::borrow::Cow;

/// What is shown of an answer while it is typed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// The answer itself.
    Answer,
    /// A star for each character.
    Stars,
}

impl Completer for Shown {
    type Candidate = String;
}

impl Hinter for Shown {
    type Hint = String;
}

impl Highlighter for Shown {
    fn highlight<'l>(&self, line: &'l str, _: usize) -> Cow<'l, str> {
        match self {
            Self::Answer => Cow::Borrowed(line),
            Self::Stars => Cow::Owned("*".repeat(console::measure_text_width(line))),
        }
    }

    fn highlight_char(&self, _: &str, _: usize, _: CmdKind) -> bool {
        *self == Self::Stars
    }
}

impl Validator for Shown {}

impl Helper for Shown {}

/// The answer; `None` where the input ended, or Ctrl-C was pressed. Ctrl-C then does what it does anywhere
/// else in a script: the next instruction of Lua raises it.
pub fn line(question: &str, shown: Shown) -> Option<String> {
    let config = Config::builder()
        .behavior(Behavior::PreferTerm)
        // Without it nothing is drawn anew for the stars.
        .color_mode(ColorMode::Forced)
        .auto_add_history(false)
        .build();
    let mut editor = Editor::<Shown, MemHistory>::with_history(config, MemHistory::new()).ok()?;
    editor.set_helper(Some(shown));
    match editor.readline(&format!("{question} ")) {
        Ok(answer) => Some(answer),
        Err(ReadlineError::Interrupted) => {
            // The process has a handler for it; where that is not so, the process ends.
            let _ = signal_hook::low_level::raise(signal_hook::consts::SIGINT);
            None
        }
        Err(_) => None,
    }
}
