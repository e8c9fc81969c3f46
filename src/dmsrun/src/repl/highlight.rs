//! Colours while typing: words of the language, texts, numbers, comments, and the bracket that
//! belongs to the one at the cursor.

use super::{
    lexer::{self, Kind, Token},
    meta,
};

/// The line in colour. It is as wide as before.
pub fn paint(line: &str, cursor: usize) -> String {
    if let Some(rest) = line.trim_start().strip_prefix(':')
        && !rest.starts_with(':')
    {
        let lead = line.len() - rest.len() - 1;
        let word_end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        let (word, argument) = rest.split_at(word_end);
        let known = meta::NAMES.iter().any(|name| name.starts_with(word));
        let color = if known { "36" } else { "31" };
        let argument =
            if word == "time" { paint(argument, usize::MAX) } else { argument.to_owned() };
        return format!("{}\x1b[{color}m:{word}\x1b[0m{argument}", &line[..lead]);
    }
    // `?name` asks; its mark is no slip.
    if let Some(rest) = line.trim_start().strip_prefix('?') {
        let lead = line.len() - rest.len() - 1;
        return format!("{}\x1b[36m?\x1b[0m{rest}", &line[..lead]);
    }
    let tokens = lexer::tokens(line);
    let pair = pair(line, &tokens, cursor);
    let mut out = String::with_capacity(line.len() * 2);
    for (index, token) in tokens.iter().enumerate() {
        let text = token.text(line);
        let color = match token.kind {
            Kind::Keyword if matches!(text, "nil" | "true" | "false") => Some("36"),
            Kind::Keyword => Some("1;34"),
            Kind::Text if token.closed => Some("32"),
            Kind::Text => Some("33"),
            Kind::Number => Some("36"),
            Kind::Comment => Some("2"),
            Kind::Other => Some("31"),
            Kind::Symbol if pair.is_some_and(|(a, b)| index == a || index == b) => Some("1;4"),
            _ => None,
        };
        match color {
            // Each line by itself: a colour that runs over a line end confuses some terminals.
            Some(color) => {
                let lines: Vec<String> = text
                    .split('\n')
                    .map(|part| {
                        if part.is_empty() {
                            String::new()
                        } else {
                            format!("\x1b[{color}m{part}\x1b[0m")
                        }
                    })
                    .collect();
                out.push_str(&lines.join("\n"));
            }
            None => out.push_str(text),
        }
    }
    out
}

/// The bracket at or before the cursor, and its partner.
fn pair(line: &str, tokens: &[Token], cursor: usize) -> Option<(usize, usize)> {
    let bracket = |token: &Token| {
        token.kind == Kind::Symbol && matches!(token.text(line), "(" | ")" | "[" | "]" | "{" | "}")
    };
    let at = tokens
        .iter()
        .position(|t| bracket(t) && t.start == cursor)
        .or_else(|| tokens.iter().position(|t| bracket(t) && t.end == cursor))?;
    let opens = matches!(tokens[at].text(line), "(" | "[" | "{");
    let order: Box<dyn Iterator<Item = usize>> =
        if opens { Box::new(at..tokens.len()) } else { Box::new((0..=at).rev()) };
    let mut depth = 0;
    for index in order {
        let token = &tokens[index];
        if !bracket(token) {
            continue;
        }
        let is_open = matches!(token.text(line), "(" | "[" | "{");
        depth += if is_open == opens { 1 } else { -1 };
        if depth == 0 {
            return Some((at, index));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_but_colour_is_added() {
        for line in ["local x = f(\"é\", 1) -- ok", "x = [[a\nb]]", ":time f()", "?dms.x", "\"open"]
        {
            let plain = console::strip_ansi_codes(&paint(line, 3)).into_owned();
            assert_eq!(plain, line);
        }
    }

    #[test]
    fn the_mark_of_a_question_is_not_shown_as_a_slip() {
        assert_eq!(paint("?map.include", 3), "\x1b[36m?\x1b[0mmap.include");
    }

    #[test]
    fn the_partner_of_the_bracket_at_the_cursor_is_marked() {
        let painted = paint("f(a[1])", 7);
        assert_eq!(painted.matches("\x1b[1;4m").count(), 2, "{painted:?}");
    }
}
