//! Lua's tokens, for colours, completion and the names in an entry. It never fails: what is not
//! finished is a token that is not closed.

/// The sorts of tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A name.
    Name,
    /// A word of the language.
    Keyword,
    /// A text in quotes or long brackets.
    Text,
    /// A number.
    Number,
    /// A comment.
    Comment,
    /// An operator or a bracket.
    Symbol,
    /// Blanks and line ends.
    Blank,
    /// What Lua does not know.
    Other,
}

/// A piece of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: Kind,
    /// Its first byte.
    pub start: usize,
    /// The byte behind it.
    pub end: usize,
    /// Whether a text or comment has its end.
    pub closed: bool,
}

impl Token {
    /// Its text.
    pub fn text<'a>(&self, source: &'a str) -> &'a str {
        &source[self.start..self.end]
    }

    /// Whether it means something to Lua.
    pub fn counts(&self) -> bool {
        !matches!(self.kind, Kind::Blank | Kind::Comment)
    }
}

/// The words of the language.
pub const KEYWORDS: [&str; 22] = [
    "and", "break", "do", "else", "elseif", "end", "false", "for", "function", "goto", "if", "in",
    "local", "nil", "not", "or", "repeat", "return", "then", "true", "until", "while",
];

const SYMBOLS: [&str; 14] =
    ["...", "..", "==", "~=", "<=", ">=", "//", "::", "<<", ">>", "+", "-", "*", "/"];

/// The tokens of a text, one behind the other without gaps.
pub fn tokens(source: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < source.len() {
        let (kind, length, closed) = next(&source[at..]);
        tokens.push(Token { kind, start: at, end: at + length, closed });
        at += length;
    }
    tokens
}

fn is_name_start(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_'
}

/// Whether a character may stand inside a name.
pub fn is_name_part(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// The first token of a text that is not empty: its sort, its length, whether it is closed.
fn next(rest: &str) -> (Kind, usize, bool) {
    let first = rest.chars().next().unwrap_or(' ');
    let while_ = |fits: &dyn Fn(char) -> bool| rest.find(|c| !fits(c)).unwrap_or(rest.len());
    if first.is_ascii_whitespace() {
        return (Kind::Blank, while_(&|c| c.is_ascii_whitespace()), true);
    }
    if let Some(comment) = rest.strip_prefix("--") {
        if let Some((length, closed)) = long_bracket(comment) {
            return (Kind::Comment, length + 2, closed);
        }
        let length = rest.find('\n').unwrap_or(rest.len());
        return (Kind::Comment, length, true);
    }
    if let Some((length, closed)) = long_bracket(rest) {
        return (Kind::Text, length, closed);
    }
    if first == '"' || first == '\'' {
        let (length, closed) = quoted(rest, first);
        return (Kind::Text, length, closed);
    }
    if is_name_start(first) {
        let length = while_(&is_name_part);
        let kind = if KEYWORDS.contains(&&rest[..length]) { Kind::Keyword } else { Kind::Name };
        return (kind, length, true);
    }
    let digit_next = rest[first.len_utf8()..].starts_with(|c: char| c.is_ascii_digit());
    if first.is_ascii_digit() || (first == '.' && digit_next) {
        return (Kind::Number, number(rest), true);
    }
    if let Some(symbol) = SYMBOLS.iter().find(|s| rest.starts_with(**s)) {
        return (Kind::Symbol, symbol.len(), true);
    }
    let kind = if "%^#&~|<>=(){}[];:,.".contains(first) { Kind::Symbol } else { Kind::Other };
    (kind, first.len_utf8(), true)
}

/// The length of `[==[…]==]`, and whether its end is there.
fn long_bracket(rest: &str) -> Option<(usize, bool)> {
    let inner = rest.strip_prefix('[')?;
    let level = inner.len() - inner.trim_start_matches('=').len();
    let body = inner[level..].strip_prefix('[')?;
    let close = format!("]{}]", "=".repeat(level));
    Some(match body.find(&close) {
        Some(at) => (rest.len() - body.len() + at + close.len(), true),
        None => (rest.len(), false),
    })
}

/// The length of a text in quotes, and whether its end is there.
fn quoted(rest: &str, quote: char) -> (usize, bool) {
    let mut characters = rest.char_indices().skip(1);
    while let Some((at, c)) = characters.next() {
        match c {
            '\\' => {
                // A line end after a backslash belongs to the text; `\z` skips what is blank.
                if let Some((_, 'z')) = characters.next() {
                    let mut ahead = characters.clone();
                    while ahead.next().is_some_and(|(_, c)| c.is_ascii_whitespace()) {
                        characters.next();
                    }
                }
            }
            '\n' => return (at, false),
            c if c == quote => return (at + 1, true),
            _ => {}
        }
    }
    (rest.len(), false)
}

fn number(rest: &str) -> usize {
    let hex = rest.starts_with("0x") || rest.starts_with("0X");
    let mut before = ' ';
    for (at, c) in rest.char_indices() {
        let sign = (c == '+' || c == '-')
            && if hex { "pP".contains(before) } else { "eE".contains(before) };
        // `1..2` is two texts joined badly, but the dots are an operator all the same.
        let dots = c == '.' && rest[at..].starts_with("..");
        if !(c.is_ascii_alphanumeric() || c == '.' || sign) || dots {
            return at;
        }
        before = c;
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(source: &str) -> String {
        let all = tokens(source);
        assert_eq!(all.iter().map(|t| t.text(source)).collect::<String>(), source);
        let shown = all.iter().filter(|t| t.kind != Kind::Blank);
        shown
            .map(|t| {
                let open = if t.closed { "" } else { "…" };
                format!("{:?}:{}{open}", t.kind, t.text(source))
            })
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[test]
    fn every_sort_of_token_is_told_apart() {
        assert_eq!(
            told("local x<const> = 0x1p-4 .. 'a\\'b' -- é"),
            "Keyword:local Name:x Symbol:< Name:const Symbol:> Symbol:= Number:0x1p-4 Symbol:.. \
             Text:'a\\'b' Comment:-- é"
        );
        assert_eq!(told("a[[[x]]]"), "Name:a Text:[[[x]] Symbol:]");
        assert_eq!(told("--[==[ local\n]==]y"), "Comment:--[==[ local\n]==] Name:y");
    }

    #[test]
    fn what_is_not_finished_is_not_closed() {
        assert_eq!(told("f \"ab"), "Name:f Text:\"ab…");
        assert_eq!(told("x = [[ab"), "Name:x Symbol:= Text:[[ab…");
        assert_eq!(told("--[[ab"), "Comment:--[[ab…");
    }
}
