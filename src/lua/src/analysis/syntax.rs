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
    let near = near(what);
    let spot = column(body, line, near);
    let mut finding = Finding::new(&codes::L001, script.file, spot, what);
    finding.hint = hint(what);
    Some(finding)
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

/// The place of the named text on the line; for a string without end, where it begins.
fn column(text: &str, line: u32, near: Option<&str>) -> Spot {
    let source = text.lines().nth(line.saturating_sub(1) as usize).unwrap_or_default();
    let found = near.filter(|n| !n.is_empty()).and_then(|near| {
        let first = near.lines().next().unwrap_or(near);
        let at = source.rfind(first)?;
        Some((source[..at].chars().count() + 1, first.chars().count()))
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

fn hint(what: &str) -> Option<String> {
    let hint = if what.contains("unfinished string") {
        "a string ends on its line, with the quote it began with; [[…]] goes over several"
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
        let eof = found("if x then\n").unwrap_or_else(|| panic!("a slip"));
        assert!(eof.message.contains("'end' expected"), "{}", eof.message);
    }
}
