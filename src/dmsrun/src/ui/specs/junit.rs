//! JUnit's XML, as CI services read it.

use dmsrun_lua::spec::{Status, Test};
use std::{collections::BTreeMap, fmt::Write as _, time::Duration};

/// All tests, a suite for each file.
pub fn text(tests: &[Test], took: Duration) -> String {
    let mut suites: BTreeMap<&str, Vec<&Test>> = BTreeMap::new();
    for test in tests {
        suites.entry(&test.file).or_default().push(test);
    }
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    // Writing to a string does not fail.
    let all: Vec<&Test> = tests.iter().collect();
    let _ = writeln!(out, "<testsuites {} time=\"{:.3}\">", counts(&all), took.as_secs_f64());
    for (file, tests) in suites {
        let time: Duration = tests.iter().map(|test| test.took).sum();
        let _ = writeln!(
            out,
            "  <testsuite name=\"{}\" {} time=\"{:.3}\">",
            attribute(file),
            counts(&tests),
            time.as_secs_f64()
        );
        tests.iter().for_each(|test| case(&mut out, test));
        out.push_str("  </testsuite>\n");
    }
    out.push_str("</testsuites>\n");
    out
}

fn counts(tests: &[&Test]) -> String {
    let count = |status| tests.iter().filter(|test| test.status == status).count();
    format!(
        "tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\"",
        tests.len(),
        count(Status::Failed),
        count(Status::Pending)
    )
}

fn case(out: &mut String, test: &Test) {
    let line = test.place.as_ref().map_or(0, |place| place.line);
    let _ = write!(
        out,
        "    <testcase classname=\"{0}\" name=\"{1}\" file=\"{0}\" line=\"{line}\" time=\"{2:.3}\"",
        attribute(&test.file),
        attribute(&test.name),
        test.took.as_secs_f64()
    );
    let mut inner = String::new();
    if let Some(failure) = &test.failure {
        let _ = writeln!(
            inner,
            "      <failure message=\"{}\">{}</failure>",
            attribute(&failure.to_string()),
            escape(super::message(failure).trim_end())
        );
    }
    if test.status == Status::Pending {
        let reason = attribute(test.reason.as_deref().unwrap_or("pending"));
        let _ = writeln!(inner, "      <skipped message=\"{reason}\"/>");
    }
    if !test.output.is_empty() {
        let _ =
            writeln!(inner, "      <system-out>{}</system-out>", escape(&test.output.join("\n")));
    }
    if inner.is_empty() {
        out.push_str("/>\n");
    } else {
        let _ = writeln!(out, ">\n{inner}    </testcase>");
    }
}

/// The same between quotes, where a reader would make a space of the end of a line.
fn attribute(text: &str) -> String {
    escape(text).replace('\n', "&#10;").replace('\t', "&#9;")
}

/// Text for XML 1.0: markup escaped, characters that it can't hold shown as such.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => out.push(c),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_xml_cannot_hold_is_shown_as_such() {
        assert_eq!(super::attribute("a\nb\t<"), "a&#10;b&#9;&lt;");
        assert_eq!(super::escape("a<b & \"c\"\u{1b}[0m"), "a&lt;b &amp; &quot;c&quot;\u{fffd}[0m");
    }
}
