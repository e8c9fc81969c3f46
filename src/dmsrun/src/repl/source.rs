//! What an entry is before it runs: finished or not, and where its top-level locals are, which live
//! on after it.

use super::lexer::{self, Kind};
use full_moon::{ast::Stmt, node::Node, tokenizer::TokenReference};

/// The name of the function that keeps a local; nobody types it.
pub const KEEP: &str = "__dmsrun_keep";

/// The entry with a call behind each of its top-level `local` statements that keeps what they
/// declare. Lines stay where they are.
///
/// `local x <close>` becomes a constant that the session closes when it ends: the entry is not the
/// end of its scope, the session is.
pub fn keeping_locals(entry: &str) -> String {
    // Where this parser fails, Lua's own finds the words for it.
    let Ok(tree) = full_moon::parse(entry) else { return entry.to_owned() };
    let mut edits: Vec<(usize, usize, String)> = Vec::new();
    for statement in tree.nodes().stmts() {
        let (names, attributes) = match statement {
            Stmt::LocalAssignment(local) => {
                let names: Vec<String> = local.names().iter().map(text).collect();
                let mut attributes = Vec::new();
                for (name, attribute) in names.iter().zip(local.attributes()) {
                    let Some(attribute) = attribute else { continue };
                    let word = text(attribute.name());
                    attributes.push(format!("{name}=\"{word}\""));
                    if word == "close" {
                        let start = attribute.name().token().start_position().bytes();
                        edits.push((start, start + "close".len(), "const".to_owned()));
                    }
                }
                (names, attributes)
            }
            Stmt::LocalFunction(function) => (vec![text(function.name())], Vec::new()),
            _ => continue,
        };
        let Some(end) = end_of(statement) else { continue };
        let quoted: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
        let call = format!(
            " ;{KEEP}(function() return {} end, {{{}}}, {{{}}});",
            names.join(", "),
            quoted.join(","),
            attributes.join(","),
        );
        edits.push((end, end, call));
    }
    edits.sort_by_key(|(start, ..)| *start);
    let mut text = entry.to_owned();
    for (start, end, new) in edits.into_iter().rev() {
        if text.is_char_boundary(start) && text.is_char_boundary(end) {
            text.replace_range(start..end, &new);
        }
    }
    text
}

fn text(token: &TokenReference) -> String {
    token.token().to_string()
}

/// The byte behind the last token of a statement, without what trails it.
fn end_of(statement: &Stmt) -> Option<usize> {
    // Brackets come before what they hold, so the last one in this order need not be the last one.
    statement.tokens().map(|token| token.token().end_position().bytes()).max()
}

/// The names in an entry, each once.
pub fn names(entry: &str) -> Vec<&str> {
    let mut names: Vec<&str> = lexer::tokens(entry)
        .iter()
        .filter(|t| t.kind == Kind::Name)
        .map(|t| t.text(entry))
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// What was typed, by its first characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry<'a> {
    /// Nothing, or a comment.
    Nothing,
    /// `:word rest`.
    Command(&'a str, &'a str),
    /// `?name`, or `name?`.
    Question(&'a str),
    /// `=expression`.
    Expression(&'a str),
    /// Lua.
    Lua(&'a str),
}

/// Sorts an entry.
pub fn sort(entry: &str) -> Entry<'_> {
    let trimmed = entry.trim();
    if lexer::tokens(trimmed).iter().all(|t| !t.counts() && t.closed) {
        return Entry::Nothing;
    }
    if let Some(command) = trimmed.strip_prefix(':')
        && !command.starts_with(':')
    {
        let end = command.find(char::is_whitespace).unwrap_or(command.len());
        return Entry::Command(&command[..end], command[end..].trim());
    }
    if let Some(name) = trimmed.strip_prefix('?') {
        return Entry::Question(name.trim());
    }
    if let Some(name) = trimmed.strip_suffix('?')
        && name.chars().all(|c| lexer::is_name_part(c) || ".:".contains(c))
    {
        return Entry::Question(name.trim());
    }
    match trimmed.strip_prefix('=') {
        Some(expression) => Entry::Expression(expression),
        None => Entry::Lua(trimmed),
    }
}

/// Whether Lua's complaint means that more is to come.
pub fn wants_more(complaint: &str) -> bool {
    complaint.trim_end().ends_with("<eof>") || complaint.trim_end().ends_with("near '<eof>'")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(entry: &str) -> String {
        let text = keeping_locals(entry);
        assert_eq!(text.lines().count(), entry.lines().count(), "lines moved");
        // Shown short: k(names, attributes).
        let mut out = String::new();
        let mut rest = text.as_str();
        while let Some(at) = rest.find(" ;__dmsrun_keep(") {
            out.push_str(&rest[..at]);
            let call = &rest[at..];
            let end = call.find(");").expect("the call ends") + 2;
            let names = &call[call.find(" end, ").expect("names") + 6..end - 2];
            out.push_str(&format!("«{names}»"));
            rest = &call[end..];
        }
        out.push_str(rest);
        out
    }

    #[test]
    fn a_local_is_kept_behind_its_statement_and_nowhere_else() {
        assert_eq!(kept("local x = 1"), "local x = 1«{\"x\"}, {}»");
        assert_eq!(kept("local x = 1; print(x) -- é"), "local x = 1«{\"x\"}, {}»; print(x) -- é");
        assert_eq!(kept("x = 'é' local y = x"), "x = 'é' local y = x«{\"y\"}, {}»");
        assert_eq!(kept("local a, b -- c"), "local a, b«{\"a\",\"b\"}, {}» -- c");
        assert_eq!(kept("local t = { 1, { f(2) } }"), "local t = { 1, { f(2) } }«{\"t\"}, {}»");
        assert_eq!(kept("local t = (f)(g[1])"), "local t = (f)(g[1])«{\"t\"}, {}»");
        assert_eq!(
            kept("local function f()\n  local inner = 1\nend"),
            "local function f()\n  local inner = 1\nend«{\"f\"}, {}»"
        );
    }

    #[test]
    fn the_word_local_in_texts_comments_and_blocks_is_left_alone() {
        for entry in [
            "print 'local x = 1'",
            "-- local x = 1\nprint(2)",
            "print [[\nlocal x = 1\n]]",
            "do local x = 1 end",
            "for i = 1, 2 do local y = i end",
            "x = function() local z = 1 return z end",
        ] {
            assert_eq!(kept(entry), entry);
        }
    }

    #[test]
    fn what_is_to_be_closed_becomes_constant_for_the_session() {
        assert_eq!(
            kept("local f <close>, g <const> = a(), 2"),
            "local f <const>, g <const> = a(), 2«{\"f\",\"g\"}, {f=\"close\",g=\"const\"}»"
        );
    }

    #[test]
    fn an_entry_is_sorted_by_how_it_begins() {
        assert_eq!(sort("  -- only words"), Entry::Nothing);
        assert_eq!(sort(":time x = 1"), Entry::Command("time", "x = 1"));
        assert_eq!(sort("::again:: x = 1"), Entry::Lua("::again:: x = 1"));
        assert_eq!(sort("?dms.create_endpoint"), Entry::Question("dms.create_endpoint"));
        assert_eq!(sort("map.include?"), Entry::Question("map.include"));
        assert_eq!(sort("= 1 + 1"), Entry::Expression(" 1 + 1"));
    }
}
