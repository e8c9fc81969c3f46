//! The only writer to the terminal: data on standard output, talk on standard error.

mod asking;
mod output;
mod progress;
mod specs;
mod table;
mod trace;

use crate::cli::{Options, options::Color};
use asking::Shown;
use dmsrun_base::{Redactor, Value};
use dmsrun_diag::{Diagnostic, Sources, Style, render, render::Disk};
use dmsrun_lua::ui::{Level, Progress, ProgressStart, TableView, Ui};
use output::{Next, Output};
pub use specs::{Form, SpecReporter, show_coverage};
use std::{
    io::{IsTerminal as _, Write as _},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};
pub use trace::Tracer;

/// How wide a line is where no terminal says so.
const DEFAULT_WIDTH: usize = 100;

/// The terminal, or what stands in its place. Every text is scrubbed of secrets on its way out.
#[derive(Clone, Debug)]
pub struct Terminal(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    redactor: Redactor,
    output: Output,
    /// Progress bars draw on standard error, and lines written meanwhile go through them.
    bars: indicatif::MultiProgress,
    out_color: bool,
    err_color: bool,
    err_terminal: bool,
    interactive: bool,
    /// Whether AWS calls are shown; a session may switch it.
    tracing: AtomicBool,
    /// Says nothing: it belongs to something in the background.
    muted: bool,
}

impl Terminal {
    /// Looks at the terminal and the options.
    pub fn new(options: &Options) -> Self {
        let no_color = std::env::var_os("NO_COLOR").is_some_and(|v| !v.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|t| t == "dumb");
        let color = |terminal: bool| match options.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => terminal && !no_color && !dumb,
        };
        let (out, err) = (std::io::stdout().is_terminal(), std::io::stderr().is_terminal());
        Self(Arc::new(Inner {
            redactor: Redactor::new(),
            output: Output::default(),
            bars: indicatif::MultiProgress::new(),
            out_color: color(out),
            err_color: color(err),
            err_terminal: err && !dumb,
            interactive: std::io::stdin().is_terminal() && err,
            tracing: AtomicBool::new(options.trace),
            muted: false,
        }))
    }

    /// The same for something in the background: it never says anything.
    pub fn quiet(&self) -> Self {
        let Inner { out_color, err_color, .. } = *self.0;
        Self(Arc::new(Inner {
            redactor: self.0.redactor.clone(),
            output: Output::default(),
            bars: indicatif::MultiProgress::with_draw_target(
                indicatif::ProgressDrawTarget::hidden(),
            ),
            out_color,
            err_color,
            err_terminal: false,
            interactive: false,
            tracing: AtomicBool::new(false),
            muted: true,
        }))
    }

    /// Whether AWS calls are shown.
    pub fn is_tracing(&self) -> bool {
        self.0.tracing.load(Ordering::Relaxed)
    }

    /// Shows AWS calls from now on, or no longer.
    pub fn set_tracing(&self, on: bool) {
        self.0.tracing.store(on, Ordering::Relaxed);
    }

    /// What knows the secrets.
    pub fn redactor(&self) -> Redactor {
        self.0.redactor.clone()
    }

    /// A line of data.
    pub fn print_line(&self, text: &str) {
        self.write(self.0.redactor.scrub(text).as_bytes());
    }

    /// A line on standard output. That it can't be written stops no work: see [`Output`].
    fn write(&self, line: &[u8]) {
        if self.0.muted {
            return;
        }
        match self.0.bars.suspend(|| self.0.output.line(line)) {
            Next::Go => {}
            Next::Tell(error) => self.show(
                &Diagnostic::error("The output is lost")
                    .what(format!("standard output can't be written: {error}"))
                    .hint("the work goes on without it, and dmsrun will not end with 0"),
            ),
            Next::End(exit) => self.end(exit.code()),
        }
    }

    /// From here on the work is to print what comes: it ends when nobody reads any more.
    pub fn only_prints(&self) {
        self.0.output.only_prints();
    }

    /// What the process ends with where the work ended with this: not with 0 when output is lost.
    pub fn code(&self, code: u8) -> u8 {
        self.0.output.code(code)
    }

    /// Ends the process.
    pub fn end(&self, code: u8) -> ! {
        self.leave();
        std::process::exit(i32::from(self.code(code)));
    }

    /// Leaves the terminal as it was, before the process ends.
    fn leave(&self) {
        // What can't be cleared is not worth a word at the end.
        let _ = self.0.bars.clear();
    }

    /// A line of talk.
    pub fn talk(&self, text: &str) {
        if self.0.muted {
            return;
        }
        let text = self.0.redactor.scrub(text);
        self.0.bars.suspend(|| {
            // Nothing can be said where standard error is closed.
            let _ = writeln!(std::io::stderr().lock(), "{text}");
        });
    }

    /// A diagnostic, on standard error.
    pub fn show(&self, diagnostic: &Diagnostic) {
        self.show_from(diagnostic, &Disk);
    }

    /// A diagnostic whose marked line is not in a file: statements, standard input.
    pub fn show_from(&self, diagnostic: &Diagnostic, sources: &dyn Sources) {
        let style = Style { color: self.0.err_color, width: width() };
        self.talk(render(diagnostic, sources, style).trim_end());
    }

    /// Whether standard output is coloured.
    pub fn paints(&self) -> bool {
        self.0.out_color
    }

    fn ask(&self, question: &str, shown: Shown) -> Option<String> {
        let question = self.0.redactor.scrub(question);
        self.0.bars.suspend(|| asking::line(&question, shown))
    }
}

/// How wide a line may be.
pub fn width() -> usize {
    let columns = std::env::var("COLUMNS").ok().and_then(|c| c.parse().ok());
    let terminal =
        || console::Term::stderr().size_checked().map(|(_, columns)| usize::from(columns));
    columns.filter(|c| *c > 0).or_else(terminal).unwrap_or(DEFAULT_WIDTH)
}

impl Ui for Terminal {
    fn out(&self, text: &str) {
        self.print_line(text);
    }

    fn out_bytes(&self, bytes: &[u8]) {
        self.write(bytes);
    }

    fn err(&self, text: &str) {
        self.talk(text);
    }

    fn log(&self, level: Level, text: &str) {
        if level > Level::Debug {
            self.talk(&format!("{}: {text}", level.word()));
        }
    }

    fn diagnostic(&self, diagnostic: &Diagnostic) {
        self.show(diagnostic);
    }

    fn label(&self, label: &str, text: &str) {
        let painted = if self.0.out_color && !label.is_empty() {
            format!("\x1b[1m{label:<8}\x1b[0m")
        } else {
            format!("{label:<8}")
        };
        self.print_line(format!("{painted} {text}").trim_end());
    }

    fn table(&self, view: &TableView) {
        self.print_line(&table::text(view, width()));
    }

    fn json(&self, value: &Value) {
        let json = value.to_json();
        // A value of ours always has a JSON form; the compact one is the fall-back.
        self.print_line(&serde_json::to_string_pretty(&json).unwrap_or_else(|_| json.to_string()));
    }

    fn progress(&self, start: &ProgressStart) -> Box<dyn Progress> {
        progress::start(self, start)
    }

    fn confirm(&self, question: &str) -> bool {
        self.ask(&format!("{question} [y/N]"), Shown::Answer)
            .is_some_and(|a| matches!(a.trim().to_lowercase().as_str(), "y" | "yes"))
    }

    fn type_name(&self, question: &str, expected: &str) -> bool {
        self.ask(question, Shown::Answer).is_some_and(|answer| answer.trim() == expected)
    }

    fn ask(&self, question: &str) -> Option<String> {
        self.ask(question, Shown::Answer).map(|answer| answer.trim().to_owned())
    }

    fn ask_secret(&self, question: &str) -> Option<String> {
        self.ask(question, Shown::Stars)
    }

    fn interactive(&self) -> bool {
        self.0.interactive
    }

    fn width(&self) -> usize {
        // Asked anew each time: a window changes its size.
        width()
    }
}
