//! Whether Lua can read a script. Lua itself decides; the parser of the analysis only adds the column.

use super::{Finding, Script, Spot, Vocabulary, codes};
use full_moon::ast::Ast;

/// The text as the chunk that Lua compiles: without a byte order mark and a first line for the shell, its
/// line number kept.
fn body(text: &str) -> &str {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    match text.starts_with('#') {
        true => text.find('\n').map_or("", |at| &text[at..]),
        false => text,
    }
}

/// The syntax tree; `None` where the parser does not follow Lua.
pub(super) fn parse(text: &str) -> Option<Ast> {
    full_moon::parse_fallible(body(text), full_moon::LuaVersion::lua54()).into_result().ok()
}

/// The syntax error that Lua reports.
pub(super) fn check(vocabulary: &Vocabulary, script: Script<'_>) -> Option<Finding> {
    let body = body(script.text);
    let chunk = vocabulary.lua().load(body).set_name("=script").into_function();
    let Err(error) = chunk else { return None };
    let message = match error {
        mlua::Error::SyntaxError { message, .. } => message,
        other => other.to_string(),
    };
    let (line, what) = split(&message);
    let told = explain(what, line, body);
    let mut finding = Finding::new(&codes::L001, script.file, told.at, what);
    finding.hint = told.hint;
    Some(finding)
}

/// What a syntax error of Lua's means: where it is, and how it is mended.
pub(crate) struct Told {
    /// The place: for a string without end where it begins.
    pub at: Spot,
    /// How to mend it.
    pub hint: Option<String>,
}

/// Explains a message of Lua's about a line of the source.
pub(crate) fn explain(what: &str, line: u32, source: &str) -> Told {
    // `unfinished long string (starting at line 3)`: that is where something is to be done.
    let begins = what.split_once("(starting at line ").and_then(|(_, rest)| {
        let digits = rest.split(')').next()?;
        digits.parse().ok()
    });
    let line = begins.unwrap_or(line);
    let text = source.lines().nth(line.saturating_sub(1) as usize).unwrap_or_default();
    let stranger = stranger(what, text);
    let mark = match (stranger, near(what)) {
        (Some(c), _) => Some(c.to_string()),
        (None, Some(near)) => near.lines().next().map(str::to_owned),
        // The quote that was never closed.
        (None, None) if what.contains("unfinished string") => {
            text.rfind(['"', '\'']).map(|at| text[at..].to_owned())
        }
        (None, None) if begins.is_some() => ["--[", "[[", "[="]
            .iter()
            .find_map(|open| text.rfind(open))
            .map(|at| text[at..].to_owned()),
        (None, None) => None,
    };
    let hint = stranger.map(of_stranger);
    let hint = hint.or_else(|| of_habit(what, text).map(str::to_owned)).or_else(|| hint_of(what));
    Told { at: column(text, line, mark.as_deref()), hint }
}

/// The character outside of ASCII at which Lua stopped: it names only its first byte, as `<\226>`.
fn stranger(what: &str, text: &str) -> Option<char> {
    let byte: u8 = near(what)?.strip_prefix("<\\")?.strip_suffix('>')?.parse().ok()?;
    let first = |c: &char| c.encode_utf8(&mut [0; 4]).as_bytes()[0] == byte;
    text.chars().filter(|c| !c.is_ascii()).find(first)
}

fn of_stranger(c: char) -> String {
    match c {
        '\u{201c}' | '\u{201d}' | '\u{201e}' | '\u{2018}' | '\u{2019}' | '\u{ab}' | '\u{bb}' => {
            format!("{c} is a typographic quote; strings of Lua stand between \" or '")
        }
        '\u{2013}' | '\u{2014}' | '\u{2212}' => {
            format!("{c} is a dash; minus is -, a comment begins with --")
        }
        c if c.is_whitespace()
            || c.is_control()
            || ('\u{200b}'..='\u{200f}').contains(&c)
            || c == '\u{feff}' =>
        {
            format!(
                "an invisible character (U+{:04X}) stands here: write a blank in its place",
                u32::from(c)
            )
        }
        c => format!(
            "{c} can't stand in a name: letters a to z, digits and _ can; texts stand in quotes"
        ),
    }
}

/// `script:12: unexpected symbol near 'x'` as line and text.
fn split(message: &str) -> (u32, &str) {
    let rest = message.strip_prefix("script:").unwrap_or(message);
    match rest.split_once(": ") {
        Some((line, what)) => match line.parse() {
            Ok(line) => (line, what),
            Err(_) => (1, message),
        },
        None => (1, message),
    }
}

/// The text that Lua names at the end of its message.
fn near(what: &str) -> Option<&str> {
    let (_, near) = what.rsplit_once(" near ")?;
    near.strip_prefix('\'')?.strip_suffix('\'')
}

/// The place of the named text on its line.
fn column(source: &str, line: u32, near: Option<&str>) -> Spot {
    let found = near.filter(|n| !n.is_empty()).and_then(|near| {
        // The fault is where the parser stopped: of several equal texts, the last one.
        let at = source.rfind(near)?;
        Some((source[..at].chars().count() + 1, near.chars().count()))
    });
    match found {
        Some((column, width)) => Spot {
            line,
            column: u32::try_from(column).ok(),
            width: u32::try_from(width).unwrap_or(1),
        },
        None => Spot { line, column: None, width: 1 },
    }
}

/// What other languages write, and Lua in another way.
fn of_habit(what: &str, text: &str) -> Option<&'static str> {
    let near = near(what)?;
    let has = |part: &str| text.contains(part);
    Some(match near {
        "!" if has("!=") => "not equal is ~=",
        "!" => "the opposite is written `not x`",
        "&" if has("&&") => "it is written `a and b`",
        "|" if has("||") => "it is written `a or b`",
        "+" | "-" | "*" | ".." if has(&format!("{near}=")) || has(&format!("{near}{near}")) => {
            "it is written out: x = x + 1"
        }
        "//" if text.trim_start().starts_with("//") => "a comment begins with --",
        "{" if has(") {") || has("){") => "a block has no braces: it ends with `end`",
        _ => return None,
    })
}

fn hint_of(what: &str) -> Option<String> {
    let hint = if what.contains("unfinished long") {
        "it begins here and is never closed: a long string or comment ends with the bracket it began with"
    } else if what.contains("unfinished string") {
        "a string ends on its line, with the quote it began with; [[…]] goes over several"
    } else if what.starts_with("'}' expected (to close") && !what.contains("near <eof>") {
        "a comma is missing before it, or the { of that line is not closed"
    } else if what.starts_with("')' expected") && !what.contains("near <eof>") {
        "a comma is missing before it, or a ( is not closed"
    } else if what.contains("near <eof>") || what.contains("to close") {
        "something that was opened is not closed: an `end`, a bracket, a brace"
    } else if what.contains("near '='") {
        "`==` compares, `=` assigns; a field of a table is written `name = value`, any other `[key] = value`"
    } else {
        return None;
    };
    Some(hint.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_of_a_slip_is_its_line_and_the_text_that_lua_names() {
        let vocabulary = Vocabulary::new(None);
        let found = |text: &str| check(&vocabulary, Script::new("a.lua", text));
        assert_eq!(found("#!/usr/bin/env dmsrun\nprint 'x'\n"), None);
        let slip = found("#!x\nlocal a = 1\nlocal b == 2\n").unwrap_or_else(|| panic!("a slip"));
        assert_eq!((slip.line, slip.column, slip.width), (3, Some(9), 2));
        let open = found("local a = \"never\nend").unwrap_or_else(|| panic!("a slip"));
        assert_eq!((open.line, open.code), (1, "L001"));
        assert!(open.hint.is_some_and(|h| h.contains("quote")));
        // Also where the file ends in it: the place is the quote that was never closed.
        let end = found("local a = 1\nlocal b = \"abc").unwrap_or_else(|| panic!("a slip"));
        assert_eq!((end.line, end.column, end.width), (2, Some(11), 4));
        assert!(end.hint.is_some_and(|h| h.contains("quote")));
        let long = found("x = 1\ny = [[never\n\n").unwrap_or_else(|| panic!("a slip"));
        assert_eq!((long.line, long.column), (2, Some(5)));
        for (text, column, hint) in [
            ("x = \u{201c}abc\u{201d}", 5, "typographic"),
            ("x =\u{a0}1", 4, "U+00A0"),
            ("x = 5 \u{2013} 1", 7, "minus"),
            ("local gr\u{f6}\u{df}e = 1", 9, "can't stand in a name"),
        ] {
            let slip = found(text).unwrap_or_else(|| panic!("a slip"));
            assert_eq!(slip.column, Some(column), "{text}");
            assert!(slip.hint.is_some_and(|h| h.contains(hint)), "{text}");
        }
        for (text, hint) in [
            ("if x != 1 then end", "~="),
            ("x += 1", "x = x + 1"),
            ("if a && b then end", "a and b"),
            ("if a || b then end", "a or b"),
            ("if !a then end", "not x"),
            ("// remark\nx = 1", "begins with --"),
            ("local function f() { return 1 }", "`end`"),
        ] {
            let slip = found(text).unwrap_or_else(|| panic!("a slip"));
            assert!(slip.hint.as_ref().is_some_and(|h| h.contains(hint)), "{text} {slip:?}");
        }
        let eof = found("if x then\n").unwrap_or_else(|| panic!("a slip"));
        assert!(eof.message.contains("'end' expected"), "{}", eof.message);
    }
}
