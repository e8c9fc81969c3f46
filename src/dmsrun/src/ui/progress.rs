//! Progress of long work: a bar on a terminal, plain lines everywhere else.

use super::Terminal;
use dmsrun_lua::ui::{Progress, ProgressStart};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::{cell::RefCell, time::Duration};

/// Starts a display of the sort that fits where standard error goes.
pub fn start(terminal: &Terminal, start: &ProgressStart) -> Box<dyn Progress> {
    if terminal.0.err_terminal {
        Box::new(Bar::new(terminal, start))
    } else {
        Box::new(Lines {
            terminal: terminal.clone(),
            label: start.label.clone(),
            last: RefCell::default(),
        })
    }
}

struct Bar {
    terminal: Terminal,
    label: String,
    bar: ProgressBar,
}

impl Bar {
    fn new(terminal: &Terminal, start: &ProgressStart) -> Self {
        let bar = ProgressBar::with_draw_target(start.total, ProgressDrawTarget::stderr());
        let bar = terminal.0.bars.add(bar);
        let template = if start.total.is_some() {
            "{prefix:<8} {bar:28} {pos}/{len} {msg}"
        } else {
            "{prefix:<8} {spinner} {msg}"
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.progress_chars("█▌ "));
        }
        bar.set_prefix(start.label.clone());
        bar.enable_steady_tick(Duration::from_millis(120));
        Self { terminal: terminal.clone(), label: start.label.clone(), bar }
    }
}

impl Progress for Bar {
    fn set(&self, done: u64, text: Option<&str>) {
        self.bar.set_position(done);
        if let Some(text) = text {
            self.bar.set_message(self.terminal.0.redactor.scrub(text));
        }
    }
    fn total(&self, total: u64) {
        self.bar.set_length(total);
    }
    fn event(&self, text: &str) {
        self.bar.set_message(self.terminal.0.redactor.scrub(text));
    }
    fn finish(&self, text: Option<&str>) {
        self.bar.finish_and_clear();
        if let Some(text) = text {
            self.terminal.talk(&format!("{:<8} {text}", self.label));
        }
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        if !self.bar.is_finished() {
            self.bar.finish_and_clear();
        }
    }
}

/// Plain lines: each event once, no line for mere movement.
struct Lines {
    terminal: Terminal,
    label: String,
    last: RefCell<String>,
}

impl Lines {
    fn line(&self, text: &str) {
        if *self.last.borrow() != text {
            text.clone_into(&mut self.last.borrow_mut());
            self.terminal.talk(&format!("{:<8} {text}", self.label));
        }
    }
}

impl Progress for Lines {
    fn set(&self, _: u64, _: Option<&str>) {}
    fn total(&self, _: u64) {}
    fn event(&self, text: &str) {
        self.line(text);
    }
    fn finish(&self, text: Option<&str>) {
        if let Some(text) = text {
            self.line(text);
        }
    }
}
