//! How the results of specs are shown: a line for each, failures with their reason, a sum at the end.

use super::Terminal;
use dmsrun_diag::{Style, render, render::Disk};
use dmsrun_lua::spec::{Reporter, Status, Summary, Test};

/// Prints each test as it ends.
#[derive(Clone, Debug)]
pub struct SpecReporter(Terminal);

impl SpecReporter {
    /// Prints on this terminal.
    pub fn new(terminal: Terminal) -> Self {
        Self(terminal)
    }

    /// Prints the sum.
    pub fn end(&self, summary: &Summary) {
        let Summary { passed, failed, pending } = summary;
        self.0.print_line(&format!("\n{passed} passed, {failed} failed, {pending} pending"));
    }
}

impl Reporter for SpecReporter {
    fn file(&self, file: &str) {
        self.0.print_line(file);
    }

    fn test(&self, test: &Test) {
        let mark = match test.status {
            Status::Passed => "ok",
            Status::Failed => "FAILED",
            Status::Pending => "pending",
        };
        self.0.print_line(&format!("  {mark:<7} {}", test.name));
        if let Some(failure) = &test.failure {
            let style = Style { color: self.0.paints(), width: 0 };
            for line in render(failure, &Disk, style).lines() {
                self.0.print_line(&format!("          {line}"));
            }
        }
    }
}
