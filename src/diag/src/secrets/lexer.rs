//! The few tokens that matter, of Lua and of JSON alike. It never fails: what it reads is often broken.

use std::ops::Range;

/// The sorts of tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A name or a word.
    Name,
    /// A text in quotes or long brackets.
    Text,
    /// A number.
    Number,
    /// Anything else.
    Symbol,
}

/// A piece of the source.
#[derive(Clone, Debug)]
pub(super) struct Token {
    pub(super) kind: Kind,
    all: Range<usize>,
    inner: Range<usize>,
}

impl Token {
    pub(super) fn start(&self) -> usize {
        self.all.start
    }
    pub(super) fn end(&self) -> usize {
        self.all.end
    }
    /// What is inside the quotes; all of what has none.
    pub(super) fn inner(&self) -> Range<usize> {
        self.inner.clone()
    }
    pub(super) fn text<'a>(&self, source: &'a str) -> &'a str {
        if self.kind == Kind::Text { "" } else { &source[self.all.clone()] }
    }
    pub(super) fn inside<'a>(&self, source: &'a str) -> &'a str {
        &source[self.inner.clone()]
    }
}

/// Goes through a part of a source.
#[derive(Clone, Debug)]
pub(super) struct Lexer<'a> {
    source: &'a str,
    at: usize,
    end: usize,
    json: bool,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(source: &'a str, part: Range<usize>, json: bool) -> Self {
        Self { source, at: part.start, end: part.end, json }
    }

    fn rest(&self) -> &'a str {
        &self.source[self.at..self.end]
    }

    fn blanks(&mut self) {
        loop {
            let rest = self.rest();
            let trimmed = rest.trim_start();
            self.at += rest.len() - trimmed.len();
            let Some(comment) = trimmed.strip_prefix("--").filter(|_| !self.json) else { return };
            // What is commented out may be a password all the same, and is shown like any line: only
            // the two hyphens are passed over, and the bracket of a long comment with them.
            self.at += 2 + bracket(comment).unwrap_or(0);
        }
    }

    pub(super) fn next(&mut self) -> Option<Token> {
        self.blanks();
        let rest = self.rest();
        let first = rest.chars().next()?;
        let while_ = |fits: &dyn Fn(char) -> bool| rest.find(|c| !fits(c)).unwrap_or(rest.len());
        let (kind, length, inner) = if let Some(open) = bracket(rest).filter(|_| !self.json) {
            let close = format!("]{}]", "=".repeat(open - 2));
            match rest[open..].find(&close) {
                Some(at) => (Kind::Text, open + at + close.len(), open..open + at),
                None => (Kind::Text, rest.len(), open..rest.len()),
            }
        } else if matches!(first, '"' | '\'') {
            let (inner, length) = quoted(rest, first);
            (Kind::Text, length, inner)
        } else if first.is_alphabetic() || first == '_' {
            let length = while_(&|c| c.is_alphanumeric() || c == '_');
            (Kind::Name, length, 0..length)
        } else if first.is_ascii_digit() {
            let length = while_(&|c| c.is_alphanumeric() || c == '.');
            (Kind::Number, length, 0..length)
        } else {
            let two = ["==", "~=", "..", "<=", ">="].iter().any(|two| rest.starts_with(two));
            let length = if two { 2 } else { first.len_utf8() };
            (Kind::Symbol, length, 0..length)
        };
        let at = self.at;
        self.at += length;
        Some(Token { kind, all: at..at + length, inner: at + inner.start..at + inner.end })
    }
}

/// The length of `[==[`.
fn bracket(rest: &str) -> Option<usize> {
    let inner = rest.strip_prefix('[')?;
    let level = inner.len() - inner.trim_start_matches('=').len();
    inner[level..].starts_with('[').then_some(level + 2)
}

/// A text in quotes: its inside and its length. Without its end it goes to the end of the line.
fn quoted(rest: &str, quote: char) -> (Range<usize>, usize) {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            '\n' if !escaped => return (1..at, at),
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return (1..at, at + 1),
            _ => {}
        }
    }
    (1..rest.len(), rest.len())
}
