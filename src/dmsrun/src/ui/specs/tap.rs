//! The Test Anything Protocol, version 13.

use dmsrun_lua::spec::{Status, Test};
use std::fmt::Write as _;

/// All tests.
pub fn text(tests: &[Test]) -> String {
    // Writing to a string does not fail.
    let mut out = format!("TAP version 13\n1..{}\n", tests.len());
    for (index, test) in tests.iter().enumerate() {
        let ok = if test.status == Status::Failed { "not ok" } else { "ok" };
        // A `#` would begin a directive.
        let name = format!("{}: {}", test.file, test.name).replace('#', "\\#").replace('\n', " ");
        let _ = write!(out, "{ok} {} - {name}", index + 1);
        if test.status == Status::Pending {
            let reason = test.reason.as_deref().unwrap_or("pending").replace('\n', " ");
            let _ = write!(out, " # SKIP {reason}");
        }
        out.push('\n');
        if let Some(failure) = &test.failure {
            out.push_str("  ---\n  message: |\n");
            for line in super::message(failure).trim_end().lines() {
                let _ = writeln!(out, "{}", format!("    {line}").trim_end());
            }
            if let Some(place) = failure.span.as_ref().or(test.place.as_ref()) {
                let _ = writeln!(out, "  at: \"{}:{}\"", place.file.replace('"', "'"), place.line);
            }
            out.push_str("  ...\n");
        }
    }
    out
}
