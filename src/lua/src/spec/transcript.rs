//! What a spec, or a script that it runs, shows: kept instead of printed.

use crate::ui::{Level, Progress, ProgressStart, TableView, Ui};
use dmsrun_base::Value;
use dmsrun_diag::{Diagnostic, Style, render, render::Disk};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How wide texts are made.
const WIDTH: usize = 100;

/// The lines in the order in which they came; clones share them.
#[derive(Clone, Debug, Default)]
pub struct Transcript(Arc<Mutex<Vec<Line>>>);

#[derive(Clone, Debug)]
struct Line {
    /// Whether it is data, for standard output.
    out: bool,
    text: String,
}

impl Transcript {
    fn lines(&self) -> MutexGuard<'_, Vec<Line>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, out: bool, text: &str) {
        let mut lines = self.lines();
        lines.extend(text.lines().map(|line| Line { out, text: line.to_owned() }));
        if text.is_empty() {
            lines.push(Line { out, text: String::new() });
        }
    }

    /// All lines, and forgets them.
    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.lines()).into_iter().map(|line| line.text).collect()
    }

    /// All lines as one text.
    pub fn text(&self) -> String {
        join(self.lines().iter())
    }

    /// What went to standard output, as one text.
    pub fn output(&self) -> String {
        join(self.lines().iter().filter(|line| line.out))
    }
}

fn join<'a>(lines: impl Iterator<Item = &'a Line>) -> String {
    lines.map(|line| line.text.as_str()).collect::<Vec<_>>().join("\n")
}

impl Progress for Transcript {
    fn set(&self, _: u64, _: Option<&str>) {}
    fn total(&self, _: u64) {}
    fn event(&self, text: &str) {
        self.push(false, text);
    }
    fn finish(&self, text: Option<&str>) {
        if let Some(text) = text {
            self.push(false, text);
        }
    }
}

impl Ui for Transcript {
    fn out(&self, text: &str) {
        self.push(true, text);
    }
    fn err(&self, text: &str) {
        self.push(false, text);
    }
    fn log(&self, level: Level, text: &str) {
        self.push(false, &format!("{}: {text}", level.word()));
    }
    fn diagnostic(&self, diagnostic: &Diagnostic) {
        self.push(
            false,
            render(diagnostic, &Disk, Style { color: false, width: WIDTH }).trim_end(),
        );
    }
    fn label(&self, label: &str, text: &str) {
        self.push(true, format!("{label:<8} {text}").trim_end());
    }
    fn table(&self, table: &TableView) {
        let titles: Vec<&str> = table.columns.iter().map(|c| c.title.as_str()).collect();
        self.push(true, &titles.join("  "));
        for row in &table.rows {
            self.push(true, &row.join("  "));
        }
    }
    fn json(&self, value: &Value) {
        let json = value.to_json();
        self.push(true, &serde_json::to_string_pretty(&json).unwrap_or_else(|_| json.to_string()));
    }
    fn progress(&self, start: &ProgressStart) -> Box<dyn Progress> {
        let _ = start;
        Box::new(self.clone())
    }
    fn confirm(&self, _: &str) -> bool {
        false
    }
    fn type_name(&self, _: &str, _: &str) -> bool {
        false
    }
    fn interactive(&self) -> bool {
        false
    }
    fn width(&self) -> usize {
        WIDTH
    }
}
