//! Secrets in a text that is quoted in a message: what stands behind a name like `password` is masked
//! before the line is shown. The redactor scrubs what it has seen; a script or document that can't be
//! read was never that far.

mod lexer;

use crate::nearest_word;
use lexer::{Kind, Lexer, Token};
use std::{cell::RefCell, ops::Range};

/// What stands in place of a secret.
pub const MASK: &str = "***";

/// Shorter secrets are masked where they stand, but not searched for in messages.
const SHORTEST: usize = 4;

/// Whoever is quoted in part only is known by this many characters.
const BEGINNING: usize = 12;

/// A text that is larger is not read from its beginning: a message must not take long.
const LARGE: usize = 1 << 20;
/// How much of a large text is read before the place that is quoted, and behind it.
const BEFORE: usize = 64 << 10;
const BEHIND: usize = 4 << 10;

/// Whether what has this name may be a secret. A misspelt name may hold one all the same.
pub fn names_secret(name: &str) -> bool {
    let words = words(name);
    let Some(last) = words.last() else { return false };
    // What stands beside a secret and names or limits it: `secret_id`, `token_ttl`.
    const BESIDE: [&str; 29] = [
        "id",
        "ids",
        "arn",
        "arns",
        "role",
        "name",
        "names",
        "path",
        "file",
        "env",
        "length",
        "days",
        "policy",
        "ttl",
        "seconds",
        "count",
        "version",
        "prefix",
        "suffix",
        "arnlist",
        "manager",
        "rotation",
        "type",
        "mode",
        "mechanism",
        "method",
        "user",
        "username",
        "format",
    ];
    if words.len() > 1 && BESIDE.contains(&last.as_str()) {
        return false;
    }
    let joined = words.concat();
    const INSIDE: [&str; 14] = [
        "passw",
        "pasw",
        "passphrase",
        "passcode",
        "secret",
        "token",
        "credential",
        "privatekey",
        "apikey",
        "accesskey",
        "accountkey",
        "sharedkey",
        "sslkey",
        "securitydbencryption",
    ];
    const WORDS: [&str; 5] = ["pwd", "pass", "pw", "psw", "auth"];
    INSIDE.iter().any(|inside| joined.contains(inside))
        || joined.ends_with("pwd")
        || words.iter().any(|word| WORDS.contains(&word.as_str()))
        // A slip is looked for in what is as long as a name.
        || words.iter().chain([&joined]).filter(|word| (5..=24).contains(&word.len())).any(|word| {
            nearest_word(word, &["password", "passwort", "passphrase", "secret", "credentials"])
        })
}

/// `sourceDb_passWord` as its words, in small letters.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut small = false;
    for c in name.chars() {
        let begins = !c.is_alphanumeric() || (c.is_uppercase() && small);
        if begins && words.last().is_some_and(|word| !word.is_empty()) {
            words.push(String::new());
        }
        small = c.is_lowercase();
        if let (true, Some(word)) = (c.is_alphanumeric(), words.last_mut()) {
            word.extend(c.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// A line as it may be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its text, without secrets.
    pub text: String,
    /// The column of the mark in it, from 1.
    pub column: Option<u32>,
    /// How many characters are marked.
    pub width: u32,
}

/// Where secrets stand in a text, as ranges of bytes: what is inside the quotes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Secrets {
    ranges: Vec<Range<usize>>,
    texts: Vec<String>,
}

impl Secrets {
    /// The secrets of a script or of a JSON document.
    pub fn of(source: &str) -> Self {
        Self::within(source, 0..source.len())
    }

    /// The secrets around a line; of a text that is not huge, all of them.
    pub fn around(source: &str, line: u32, column: Option<u32>) -> Self {
        if source.len() <= LARGE {
            return Self::of_last(source);
        }
        let start = line_start(source, line).unwrap_or(source.len());
        let before = (column.unwrap_or(1) as usize).saturating_sub(1);
        let at = source[start..].char_indices().nth(before).map_or(start, |(at, _)| start + at);
        let boundary = |mut at: usize| {
            at = at.min(source.len());
            while !source.is_char_boundary(at) {
                at -= 1;
            }
            at
        };
        Self::within(source, boundary(at.saturating_sub(BEFORE))..boundary(at + BEHIND))
    }

    /// The same as [`Secrets::of`]. The text that was asked for last is not read again: whoever shows what
    /// failed of a spec quotes one file hundreds of times.
    fn of_last(source: &str) -> Self {
        thread_local! {
            static LAST: RefCell<(String, Secrets)> = RefCell::default();
        }
        LAST.with_borrow_mut(|(text, secrets)| {
            if text != source {
                (*text, *secrets) = (source.to_owned(), Self::of(source));
            }
            secrets.clone()
        })
    }

    fn within(source: &str, part: Range<usize>) -> Self {
        let ranges = find(source, part);
        let mut texts: Vec<String> = ranges
            .iter()
            .map(|range| source[range.clone()].trim())
            .filter(|text| text.chars().count() >= SHORTEST)
            .map(str::to_owned)
            .collect();
        // The longest first, so that one that contains another leaves no tail behind.
        texts.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        texts.dedup();
        Self { ranges, texts }
    }

    /// A message without them, also where it quotes only the beginning of one.
    pub fn scrub(&self, text: &str) -> String {
        let mut out = text.to_owned();
        for secret in &self.texts {
            if out.contains(secret) {
                out = out.replace(secret, MASK);
            }
            let escaped = secret.escape_default().to_string();
            if escaped != *secret && out.contains(&escaped) {
                out = out.replace(&escaped, MASK);
            }
            let Some((length, _)) = secret.char_indices().nth(BEGINNING) else { continue };
            while let Some(at) = out.find(&secret[..length]) {
                let alike = |(a, b): &(char, char)| a == b;
                let pairs = out[at..].chars().zip(secret.chars());
                let end = at + pairs.take_while(alike).map(|(c, _)| c.len_utf8()).sum::<usize>();
                out.replace_range(at..end, MASK);
            }
        }
        out
    }

    /// A line of the source without them, with the mark where it belongs then.
    pub fn line(&self, source: &str, line: u32, column: Option<u32>, width: u32) -> Option<Line> {
        let start = line_start(source, line)?;
        let text = source[start..].lines().next()?;
        let end = start + text.len();
        let mut out = String::new();
        // Where each character of the line went, for both ends of the mark.
        let from = column.map(|column| (column as usize).saturating_sub(1));
        let to = from.map(|from| from + width.max(1) as usize);
        let (mut new_from, mut new_to) = (from, to);
        let (mut read, mut written, mut at) = (0, 0, start);
        let mut place = |read: usize, count: usize, written: usize, shown: usize| {
            let inside = |index: usize| index >= read && index < read + count;
            if let Some(from) = from.filter(|from| inside(*from)) {
                new_from =
                    Some(written + (from - read).min(if count == shown { count } else { 0 }));
            }
            if let Some(to) = to.filter(|to| inside(to - 1)) {
                new_to = Some(written + if count == shown { to - read } else { shown });
            }
        };
        for range in self.ranges.iter().filter(|r| r.start < end && r.end > start) {
            let (first, last) = (range.start.max(start), range.end.min(end));
            if first < at {
                continue;
            }
            let plain = source[at..first].chars().count();
            place(read, plain, written, plain);
            out.push_str(&source[at..first]);
            (read, written) = (read + plain, written + plain);
            let hidden = source[first..last].chars().count();
            // Never of the length of what it hides.
            place(read, hidden, written, if hidden == MASK.len() { 0 } else { MASK.len() });
            out.push_str(MASK);
            (read, written) = (read + hidden, written + MASK.len());
            at = last;
        }
        let rest = source[at..end].chars().count();
        place(read, rest, written, rest);
        out.push_str(&source[at..end]);
        if from.is_some_and(|from| from >= read + rest) {
            new_from = from.map(|from| from + written - read);
            new_to = to.map(|to| to + written - read);
        }
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Some(Line {
            text: out,
            column: new_from.map(|from| number(from + 1)),
            width: new_to
                .zip(new_from)
                .map_or(width, |(to, from)| number(to.saturating_sub(from)).max(1)),
        })
    }
}

/// The byte where a line begins, its number from 1.
fn line_start(source: &str, line: u32) -> Option<usize> {
    match line.checked_sub(1)? {
        0 => Some(0),
        breaks => source.match_indices('\n').nth(breaks as usize - 1).map(|(at, _)| at + 1),
    }
}

/// The values behind names of secrets, and the texts that hold one inside.
fn find(source: &str, part: Range<usize>) -> Vec<Range<usize>> {
    // A script never begins with a bracket; long brackets and comments are none in JSON.
    let json = source.trim_start_matches('\u{feff}').trim_start().starts_with(['{', '[']);
    let mut finder = Finder { source, json, found: Vec::new() };
    let part_end = part.end;
    let mut lexer = Lexer::new(source, part, json);
    while let Some(token) = lexer.next() {
        if let Some(bare) = finder.bare(&token, &lexer) {
            lexer = Lexer::new(source, bare.end..part_end, json);
            finder.found.push(bare);
        } else if let Some(rest) = finder.value(&token, &lexer) {
            lexer = finder.region(rest);
        } else if token.kind == Kind::Text && holds_secret(token.inside(source)) {
            finder.mask(&token);
        }
    }
    finder.found
}

/// `user:password@host`, `password=…;`, JSON in a text.
fn holds_secret(text: &str) -> bool {
    let userinfo = text.split("://").skip(1).any(|rest| {
        let authority = rest.split('/').next().unwrap_or_default();
        authority.rsplit_once('@').is_some_and(|(user, _)| user.contains(':'))
    });
    userinfo
        || text.match_indices(['=', ':']).any(|(at, _)| {
            let before =
                text[..at].trim_end_matches(|c: char| c.is_whitespace() || "\"'\\]".contains(c));
            let from = before.rfind(|c: char| !c.is_alphanumeric() && !"_-".contains(c));
            let name = &before
                [from.map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8))..];
            let value = text[at + 1..].trim_start();
            !value.is_empty() && !value.starts_with(['{', '=']) && names_secret(name)
        })
}

struct Finder<'a> {
    source: &'a str,
    json: bool,
    found: Vec<Range<usize>>,
}

/// Functions that take the name of something, not the thing.
const NAMING: [&str; 9] =
    ["require", "env", "getenv", "file", "aws", "get", "read", "open", "load"];

/// Keys inside a secret's table that say where it is read.
const PLACES: [&str; 2] = ["env", "file"];

impl<'a> Finder<'a> {
    fn mask(&mut self, token: &Token) {
        let inner = token.inner();
        if !inner.is_empty() {
            self.found.push(inner);
        }
    }

    /// `password: text` in what is no JSON, up to the end of its line: Lua knows no such thing, and people
    /// write it.
    fn bare(&self, name: &Token, after: &Lexer<'a>) -> Option<Range<usize>> {
        if self.json || name.kind != Kind::Name || !names_secret(name.text(self.source)) {
            return None;
        }
        let mut lexer = after.clone();
        let colon = lexer.next()?;
        let word = lexer.next()?;
        let bare = matches!(word.kind, Kind::Name | Kind::Number);
        if colon.text(self.source) != ":" || !bare {
            return None;
        }
        let next = lexer.next();
        let called = next.is_some_and(|next| {
            next.kind == Kind::Text || matches!(next.text(self.source), "(" | "{")
        });
        let start = word.start();
        let length = self.source[start..].find('\n').unwrap_or(self.source.len() - start);
        (!called).then_some(start..start + length)
    }

    /// Where the value begins, where this token is the name of a secret that is given one.
    fn value(&self, name: &Token, after: &Lexer<'a>) -> Option<Lexer<'a>> {
        let text = name.inside(self.source);
        let too_long = name.kind == Kind::Text && text.len() > 200;
        if !matches!(name.kind, Kind::Name | Kind::Text) || too_long || !names_secret(text.trim()) {
            return None;
        }
        let mut lexer = after.clone();
        let mut next = lexer.next()?;
        if next.text(self.source) == "]" {
            next = lexer.next()?;
        }
        match next.text(self.source) {
            "=" | ":" => {
                // `secret:method "…"`
                let mut ahead = lexer.clone();
                match (self.json, next.text(self.source), ahead.next()) {
                    (false, ":", Some(word)) if word.kind == Kind::Name => {
                        self.called(&word, ahead)
                    }
                    _ => Some(lexer),
                }
            }
            "==" | "~=" | ".." => Some(lexer),
            "." if !self.json => {
                let word = lexer.next()?;
                self.called(&word, lexer)
            }
            "(" if !self.json && name.kind == Kind::Name => Some(lexer),
            // `password "…"`; in JSON a quote or colon is missing.
            _ if name.kind == Kind::Name && next.kind == Kind::Text => Some(after.clone()),
            _ if self.json && matches!(next.kind, Kind::Name | Kind::Text | Kind::Number) => {
                Some(after.clone())
            }
            _ => None,
        }
    }

    /// `secret.new "…"`: what the function makes a secret of. A field's own name decides about the rest.
    fn called(&self, word: &Token, after: Lexer<'a>) -> Option<Lexer<'a>> {
        let argument = after.clone().next()?;
        let given = argument.kind == Kind::Text || argument.text(self.source) == "(";
        let naming = NAMING.contains(&word.text(self.source));
        (word.kind == Kind::Name && given && !naming).then_some(after)
    }

    /// Masks the values of an expression; gives what follows it.
    fn region(&mut self, mut lexer: Lexer<'a>) -> Lexer<'a> {
        let (mut depth, mut operand, mut last) = (0_usize, false, None::<Token>);
        let mut spared = false;
        loop {
            let before = lexer.clone();
            let Some(token) = lexer.next() else { return before };
            let text = token.text(self.source);
            let touches = operand && last.as_ref().is_some_and(|last| last.end() == token.start());
            match token.kind {
                Kind::Symbol => {
                    match text {
                        "{" | "(" | "[" => depth += 1,
                        "}" | ")" | "]" if depth == 0 => return before,
                        "}" | ")" | "]" => depth -= 1,
                        "," | ";" if depth == 0 => return before,
                        _ => {}
                    }
                    operand = matches!(text, "}" | ")" | "]");
                    spared = spared && matches!(text, "(" | ":" | "=");
                }
                Kind::Text | Kind::Number => {
                    let new = operand && depth == 0 && !touches && token.kind == Kind::Number;
                    if new {
                        return before;
                    }
                    if self.is_key(&token, &lexer) {
                        spared = PLACES.contains(&token.inside(self.source));
                    } else {
                        if !spared {
                            self.mask(&token);
                        }
                        spared = false;
                    }
                    operand = true;
                }
                Kind::Name => {
                    let word = matches!(
                        text,
                        "and"
                            | "or"
                            | "not"
                            | "function"
                            | "return"
                            | "true"
                            | "false"
                            | "nil"
                            | "null"
                    );
                    if touches && last.as_ref().is_some_and(|last| last.kind != Kind::Symbol) {
                        // What hangs behind a text is its rest: a quote stands in the middle of it.
                        self.found.push(token.start()..token.end());
                    } else if operand && depth == 0 && !matches!(text, "and" | "or") {
                        return before;
                    } else if self.json && !word && !self.is_key(&token, &lexer) {
                        self.found.push(token.start()..token.end());
                    }
                    spared = NAMING.contains(&text) && !self.json || PLACES.contains(&text);
                    operand = !matches!(text, "and" | "or" | "not" | "return" | "function");
                }
            }
            last = Some(token);
        }
    }

    /// Whether a text or word in a table is the key of what follows.
    fn is_key(&self, token: &Token, after: &Lexer<'a>) -> bool {
        let mut ahead = after.clone();
        let Some(mut next) = ahead.next() else { return false };
        if token.kind == Kind::Text && next.text(self.source) == "]" {
            let Some(then) = ahead.next() else { return false };
            next = then;
            return next.text(self.source) == "=";
        }
        token.kind != Kind::Number && self.json && next.text(self.source) == ":"
    }
}

#[cfg(test)]
mod tests;
