//! The one renderer of diagnostics. It computes nothing: it prints what the diagnostic says.

use crate::{Diagnostic, Severity, Span, secrets::Secrets};
use std::fmt::Write as _;

/// How to print.
#[derive(Clone, Copy, Debug, Default)]
pub struct Style {
    /// ANSI colours. Meaning never depends on them.
    pub color: bool,
    /// The width to wrap at, in columns; 0 for none.
    pub width: usize,
}

/// Where the text of a script comes from, for the marked line.
pub trait Sources {
    /// The text of a file, or `None` where it can't be read.
    fn source(&self, file: &str) -> Option<String>;
}

/// Reads files as they are on disk.
#[derive(Clone, Copy, Debug, Default)]
pub struct Disk;

impl Sources for Disk {
    fn source(&self, file: &str) -> Option<String> {
        // What is no file may never end.
        std::fs::metadata(file).ok().filter(std::fs::Metadata::is_file)?;
        std::fs::read_to_string(file).ok()
    }
}

/// The source that a diagnostic quotes, and the secrets in it that it must not show.
struct Quoted {
    source: String,
    secrets: Secrets,
}

impl Quoted {
    fn of(span: &Span, sources: &dyn Sources) -> Option<Self> {
        let source = sources.source(&span.file)?;
        let secrets = Secrets::around(&source, span.line, span.column);
        Some(Self { source, secrets })
    }
}

/// The text of a diagnostic, with a newline at its end. What stands in the quoted source as a password
/// is masked, in the line and in the sentences, whether or not anybody has seen it as a secret.
pub fn render(diagnostic: &Diagnostic, sources: &dyn Sources, style: Style) -> String {
    let mut out = String::new();
    let paint = |code: &str, text: &str| {
        if style.color { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    };
    let head = match diagnostic.severity {
        Severity::Error => "1;31",
        Severity::Warning => "1;33",
        Severity::Note => "1;36",
    };
    let word = match &diagnostic.code {
        Some(code) => format!("{} {code}", diagnostic.severity.word()),
        None => diagnostic.severity.word().to_owned(),
    };
    let quoted = diagnostic.span.as_ref().and_then(|span| Quoted::of(span, sources));
    let plain = |text: &str| match &quoted {
        Some(quoted) => quoted.secrets.scrub(text),
        None => text.to_owned(),
    };
    let summary = plain(&diagnostic.summary);
    let _ = writeln!(out, "{}: {}", paint(head, &word), paint("1", &summary));
    if let Some(span) = &diagnostic.span {
        place(&mut out, span, quoted.as_ref(), style.width, &paint);
    }
    for (label, text) in &diagnostic.details {
        paragraph(&mut out, &format!("  {label:<5} "), &plain(text), style.width);
    }
    for cause in &diagnostic.causes {
        paragraph(&mut out, "  cause ", &plain(cause), style.width);
    }
    if !diagnostic.hints.is_empty() && (diagnostic.span.is_some() || !diagnostic.details.is_empty())
    {
        out.push('\n');
    }
    for hint in &diagnostic.hints {
        let colon = if hint.command.is_some() && !hint.text.ends_with(':') { ":" } else { "" };
        paragraph(&mut out, "hint: ", &format!("{}{colon}", plain(&hint.text)), style.width);
        if let Some(command) = &hint.command {
            let _ = writeln!(out, "    {}", plain(command));
        }
    }
    out
}

fn place(
    out: &mut String,
    span: &Span,
    quoted: Option<&Quoted>,
    width: usize,
    paint: &dyn Fn(&str, &str) -> String,
) {
    let gutter = span.line.to_string().len();
    let label = span.label.as_deref().map(|l| format!("  ({l})")).unwrap_or_default();
    let _ = writeln!(out, "{:gutter$}{} {}:{}{label}", "", paint("34", "┌─"), span.file, span.line);
    let line = quoted.and_then(|q| q.secrets.line(&q.source, span.line, span.column, span.width));
    let Some(line) = line else { return };
    let room = if width == 0 { LONGEST } else { width.saturating_sub(gutter + 2) };
    let (text, before) = excerpt(&line.text, line.column, room.clamp(NARROWEST, LONGEST));
    let _ = writeln!(out, "{}{} {text}", span.line, paint("34", "│"));
    if let Some(before) = before {
        let left = text.chars().count().saturating_sub(before).max(1);
        let marks = "^".repeat((line.width.max(1) as usize).min(left));
        let before: usize = text
            .chars()
            .take(before)
            .map(|c| unicode_width::UnicodeWidthChar::width(c).unwrap_or(0))
            .sum();
        let _ = writeln!(
            out,
            "{:gutter$}{} {:before$}{}",
            "",
            paint("34", "│"),
            "",
            paint("31", &marks)
        );
    }
}

/// What is shown of a line at most, in characters, and how much of it stands before the mark.
const LONGEST: usize = 400;
const BEFORE: usize = 60;
/// Less of a line says nothing, however narrow the terminal is.
const NARROWEST: usize = 16;

/// A line as it can be shown: a window of a long one, no control characters. With it, how many
/// characters stand before the column. A line with a mark has no more than `room`: where the terminal
/// breaks it, the mark stands under something else.
fn excerpt(line: &str, column: Option<u32>, room: usize) -> (String, Option<usize>) {
    let at = column.map(|column| (column as usize).saturating_sub(1));
    let most = if at.is_some() { room } else { LONGEST };
    // The line's length does not matter where the column is near its beginning.
    let is_short = line.chars().nth(most).is_none();
    let skip = match at {
        Some(at) if !is_short && at + BEFORE / 4 > most => at - BEFORE.min(most / 3),
        _ => 0,
    };
    let left_out = usize::from(skip > 0);
    let mut rest = line.chars().skip(skip);
    let mut text: String = if skip > 0 { "…".to_owned() } else { String::new() };
    let take = if is_short { most } else { most - 1 - left_out };
    text.extend(rest.by_ref().take(take).map(printable));
    if rest.next().is_some() {
        text.push('…');
    }
    (text, at.map(|at| at - skip + left_out))
}

/// A character that leaves the terminal as it is.
fn printable(c: char) -> char {
    match c {
        '\t' => ' ',
        c if c.is_control() => '·',
        c => c,
    }
}

/// Writes a text behind its label, wrapped at words, continued under the label's width.
fn paragraph(out: &mut String, label: &str, text: &str, width: usize) {
    let text: String = text.chars().map(|c| if c == '\n' { c } else { printable(c) }).collect();
    let indent = label.chars().count();
    let mut column = 0;
    let mut first = true;
    for line in text.lines() {
        out.push_str(if first { label } else { "" });
        if !first {
            out.push_str(&" ".repeat(indent));
        }
        column = indent;
        let mut fresh = true;
        for word in line.split(' ') {
            let wide = unicode_width::UnicodeWidthStr::width(word);
            if !fresh && width > 0 && column + 1 + wide > width {
                out.push('\n');
                out.push_str(&" ".repeat(indent));
                column = indent;
                fresh = true;
            }
            if !fresh {
                out.push(' ');
                column += 1;
            }
            out.push_str(word);
            column += wide;
            fresh = false;
        }
        out.push('\n');
        first = false;
    }
    let _ = column;
    if first {
        let _ = writeln!(out, "{}", label.trim_end());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct One(&'static str);
    impl Sources for One {
        fn source(&self, _: &str) -> Option<String> {
            Some(self.0.to_owned())
        }
    }

    #[test]
    fn a_message_shows_the_place_the_reason_and_the_way_on() {
        let source = "dms.endpoint {\n  engine = \"oracel\",\n}\n";
        let span = Span::line("migrate.lua", 1).marking(source, "oracel", 5);
        let diagnostic = Diagnostic::error("Endpoint could not be created")
            .at(Some(span))
            .what("engine name \"oracel\" is not valid")
            .hint("Did you mean \"oracle\"?")
            .command("After fixing the script, continue with", "dmsrun migrate.lua deploy");
        let text = render(&diagnostic, &One(source), Style { color: false, width: 60 });
        assert_eq!(
            text,
            "error: Endpoint could not be created\n ┌─ migrate.lua:2\n2│   engine = \"oracel\",\n │             ^^^^^^\n  \
             what  engine name \"oracel\" is not valid\n\nhint: Did you mean \"oracle\"?\nhint: After fixing the script, \
             continue with:\n    dmsrun migrate.lua deploy\n"
        );
    }

    #[test]
    fn a_very_long_line_is_shown_around_the_mark() {
        let line = format!("x = {}oops{}", "+".repeat(100_000), "-".repeat(100_000));
        let (text, before) = excerpt(&line, Some(100_005), LONGEST);
        assert!(
            text.chars().count() <= LONGEST + 2 && text.starts_with('…') && text.ends_with('…')
        );
        let before = before.expect("the mark is inside the window");
        assert!(text.chars().skip(before).collect::<String>().starts_with("oops"));
        let d = Diagnostic::error("X").at(Some(Span {
            column: Some(70_000),
            width: 90_000,
            ..Span::line("f", 1)
        }));
        struct Long(String);
        impl Sources for Long {
            fn source(&self, _: &str) -> Option<String> {
                Some(self.0.clone())
            }
        }
        let text = render(&d, &Long(line), Style { color: false, width: 80 });
        assert!(text.lines().all(|l| l.chars().count() < LONGEST + 20), "{text}");
    }

    #[test]
    fn the_mark_of_a_line_that_the_terminal_would_break_stands_under_what_it_marks() {
        let source =
            "aws.dms.describe_endpoints { filters = { { name = \"x\", vals = { \"y\" } } } }";
        let span = Span::line("n.lua", 1).marking(source, "vals", 0);
        let diagnostic = Diagnostic::error("X").at(Some(span));
        for width in [20, 30, 40, 60, 76] {
            let text = render(&diagnostic, &One(source), Style { color: false, width });
            let lines: Vec<&str> = text.lines().collect();
            assert!(lines.iter().all(|line| line.chars().count() <= width), "{text}");
            let at = lines[3].chars().position(|c| c == '^').expect("a mark");
            let marked: String = lines[2].chars().skip(at).take(4).collect();
            assert_eq!(marked, "vals", "{text}");
        }
        let whole = render(&diagnostic, &One(source), Style { color: false, width: 80 });
        assert!(whole.contains(source), "{whole}");
    }

    #[test]
    fn what_is_shown_of_a_source_leaves_the_terminal_alone() {
        assert_eq!(excerpt("a\x1b[31m\tb\x07", Some(1), 80), ("a·[31m b·".to_owned(), Some(0)));
        let d = Diagnostic::error("X").what("near '\x1b]0;title\x07'");
        let text = render(&d, &Disk, Style { color: false, width: 60 });
        assert!(!text.contains('\x1b') && !text.contains('\x07'), "{text:?}");
        // A place without a line or column is told and does not break.
        let odd = d.at(Some(Span { column: Some(0), ..Span::line("nothing", 0) }));
        assert!(render(&odd, &Disk, Style { color: false, width: 60 }).contains("nothing:0"));
    }

    #[test]
    fn a_secret_of_the_source_stands_neither_in_the_line_nor_in_the_sentences() {
        let source = r#"e { password="PLANTED-9137" "x" }"#;
        let d = Diagnostic::error("Syntax error")
            .at(Some(Span { column: Some(14), width: 14, ..Span::line("s.lua", 1) }))
            .what("'}' expected near '\"PLANTED-9137\"'")
            .command("again PLANTED-9137", "run PLANTED-9137");
        let text = render(&d, &One(source), Style { color: false, width: 80 });
        assert!(!text.contains("PLANTED"), "{text}");
        assert!(
            text.contains("1│ e { password=\"***\" \"***\" }") || text.contains("\"***\""),
            "{text}"
        );
    }

    #[test]
    fn long_sentences_wrap_under_their_label() {
        let d = Diagnostic::error("X").what("one two three four five six");
        let text = render(&d, &Disk, Style { color: false, width: 24 });
        assert_eq!(text, "error: X\n  what  one two three\n        four five six\n");
    }
}
