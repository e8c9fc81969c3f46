//! The LuaCATS comment above a function, and the classes of a file: what the standard library says
//! about itself.

use dmsrun_lua::reference::source::Typed;

/// A parameter, or a member of a class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Param {
    /// Its name.
    pub name: String,
    /// Whether it may be left out.
    pub optional: bool,
    /// Its type.
    pub ty: String,
    /// What it is.
    pub doc: String,
}

impl From<Typed> for Param {
    fn from(typed: Typed) -> Self {
        Self { name: typed.name, optional: typed.optional, ty: typed.ty, doc: typed.doc }
    }
}

/// What stands above a function.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comment {
    /// What it does.
    pub text: Vec<String>,
    /// What it takes.
    pub params: Vec<Param>,
    /// What it gives: type and remark.
    pub returns: Vec<(String, String)>,
}

/// The comment above the function that begins on `line`, from 1.
pub fn above(source: &str, line: usize) -> Comment {
    let lines: Vec<&str> = source.lines().collect();
    let mut first = line.saturating_sub(1).min(lines.len());
    while first > 0 && lines[first - 1].trim_start().starts_with("---") {
        first -= 1;
    }
    let end = line.saturating_sub(1).min(lines.len());
    parse(lines[first..end].iter().copied())
}

/// The header of a file.
pub fn header(source: &str) -> Vec<String> {
    let lines = source.lines().take_while(|line| line.starts_with("---"));
    parse(lines).text
}

fn parse<'a>(lines: impl Iterator<Item = &'a str>) -> Comment {
    let mut comment = Comment::default();
    for line in lines {
        let body = line.trim_start().trim_start_matches('-');
        let body = body.strip_prefix(' ').unwrap_or(body);
        if let Some(rest) = body.strip_prefix("@param ") {
            comment.params.extend(param(rest));
        } else if let Some(rest) = body.strip_prefix("@return ") {
            let (ty, doc) = ty(rest.trim());
            comment.returns.push((ty.to_owned(), doc.trim().to_owned()));
        } else if !body.starts_with('@') {
            comment.text.push(body.to_owned());
        }
    }
    comment.text = paragraphs(&comment.text);
    while comment.text.last().is_some_and(|line| line.trim().is_empty()) {
        comment.text.pop();
    }
    comment
}

/// The lines with those of one paragraph joined; code, lists and blank lines stay as they are.
fn paragraphs(lines: &[String]) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut open = false;
    let mut fenced = false;
    for line in lines {
        let fence = line.starts_with("```");
        let plain = !fence
            && !fenced
            && !line.is_empty()
            && !line.starts_with([' ', '\t', '-', '*', '|', '>', '#']);
        fenced ^= fence;
        match out.last_mut() {
            Some(last) if open && plain => {
                last.push(' ');
                last.push_str(line);
            }
            _ => out.push(line.clone()),
        }
        open = plain;
    }
    out
}

/// The first sentence of a text.
pub fn sentence(text: &str) -> &str {
    let end = text.match_indices(". ").map(|(at, _)| at + 1).find(|at| *at > 8);
    &text[..end.unwrap_or(text.len())]
}

/// `name? type remark`
fn param(text: &str) -> Option<Param> {
    let (name, rest) = text.trim().split_once(char::is_whitespace)?;
    let (ty, doc) = ty(rest.trim());
    let (bare, mark) = match name.strip_suffix('?') {
        Some(bare) => (bare, true),
        None => (name, false),
    };
    let optional = mark || ty.ends_with('?') || ty.ends_with("|nil");
    Some(Param { name: bare.to_owned(), optional, ty: ty.to_owned(), doc: doc.trim().to_owned() })
}

/// Splits a type from what follows it: blanks inside brackets and around `|` and `:` belong to it.
fn ty(text: &str) -> (&str, &str) {
    let mut depth = 0;
    let mut quote = false;
    for (at, c) in text.char_indices() {
        match c {
            '"' => quote = !quote,
            '(' | '{' | '<' | '[' => depth += 1,
            ')' | '}' | '>' | ']' => depth -= 1,
            ' ' if depth == 0 && !quote => {
                let before = text[..at].chars().next_back();
                let after = text[at..].trim_start().chars().next();
                let goes_on = |c: Option<char>| matches!(c, Some('|' | ':' | ','));
                if !goes_on(before) && !matches!(after, Some('|')) {
                    return (&text[..at], &text[at..]);
                }
            }
            _ => {}
        }
    }
    (text, "")
}

/// The members of a class that a file declares.
pub fn class(source: &str, name: &str) -> Vec<Param> {
    let mut fields = Vec::new();
    let mut inside = false;
    for line in source.lines() {
        let Some(body) = line.trim_start().strip_prefix("---") else {
            inside = false;
            continue;
        };
        let body = body.trim_start();
        if let Some(rest) = body.strip_prefix("@class ") {
            let declared = rest.trim_start_matches("(exact) ").split([':', ' ']).next();
            inside = declared == Some(name);
        } else if let (true, Some(rest)) = (inside, body.strip_prefix("@field ")) {
            fields.extend(param(rest).filter(|f| !f.name.starts_with('[')));
        }
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "--- Waits.\n---\n---     wait(3)\n\nlocal wait = {}\n\n---@class wait.Options\n\
                        ---@field name string what for\n---@field mode? \"fast\"|\"slow\" how\n\n\
                        --- Waits until something holds.\n---@param check fun(): boolean, string? the check\n\
                        ---@param options? wait.Options how\n---@return boolean ok whether\n\
                        function wait.until_(check, options) end\n";

    #[test]
    fn the_comment_above_a_function_is_read() {
        let comment = above(FILE, 15);
        assert_eq!(comment.text, ["Waits until something holds."]);
        assert_eq!(comment.params.len(), 2);
        assert_eq!(comment.params[0].ty, "fun(): boolean, string?");
        assert_eq!(comment.params[0].doc, "the check");
        assert!(comment.params[1].optional);
        assert_eq!(comment.returns, [("boolean".to_owned(), "ok whether".to_owned())]);
    }

    #[test]
    fn a_class_gives_its_members_and_their_words() {
        let fields = class(FILE, "wait.Options");
        assert_eq!(fields.iter().map(|f| f.name.as_str()).collect::<Vec<_>>(), ["name", "mode"]);
        assert_eq!(fields[1].ty, "\"fast\"|\"slow\"");
        assert_eq!(header(FILE)[0], "Waits.");
    }
}
