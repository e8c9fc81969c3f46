//! How the results of specs are shown.

use super::Terminal;

/// Prints each spec as it ends.
#[derive(Clone, Debug)]
pub struct SpecReporter(Terminal);

impl SpecReporter {
    /// Prints on this terminal.
    pub fn new(terminal: Terminal) -> Self {
        Self(terminal)
    }
}
