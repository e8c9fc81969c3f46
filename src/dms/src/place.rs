//! Finds the line and column of a finding's path in the text of a JSON document.

/// The place of `path` (`rules[3].rule-action`) in a text, from 1; that of the innermost part that
/// is there where the rest is not. `None` where the text is no JSON or the path names nothing.
pub fn find(text: &str, path: &str) -> Option<(usize, usize)> {
    let mut scan = Scan { text: text.as_bytes(), at: 0 };
    let steps = steps(path);
    let at = scan.descend(&steps, 0)?;
    let before = &text[..at.min(text.len())];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    Some((line, column))
}

enum Step {
    Key(String),
    Item(usize),
}

fn steps(path: &str) -> Vec<Step> {
    let mut out = Vec::new();
    for part in path.split('.').filter(|p| !p.is_empty()) {
        let mut pieces = part.split('[');
        out.extend(pieces.next().filter(|k| !k.is_empty()).map(|k| Step::Key(k.to_owned())));
        out.extend(pieces.filter_map(|p| p.trim_end_matches(']').parse().ok().map(Step::Item)));
    }
    out
}

/// As deep as a document may nest.
const DEEPEST: usize = 128;

struct Scan<'t> {
    text: &'t [u8],
    at: usize,
}

impl Scan<'_> {
    fn peek(&mut self) -> Option<u8> {
        while self.text.get(self.at).is_some_and(u8::is_ascii_whitespace) {
            self.at += 1;
        }
        self.text.get(self.at).copied()
    }

    fn eat(&mut self, byte: u8) -> bool {
        let hit = self.peek() == Some(byte);
        self.at += usize::from(hit);
        hit
    }

    /// The place of what the steps lead to, or of the last thing on the way.
    fn descend(&mut self, steps: &[Step], depth: usize) -> Option<usize> {
        let start = {
            self.peek()?;
            self.at
        };
        let Some(step) = steps.first() else { return Some(start) };
        if depth > DEEPEST {
            return None;
        }
        let open = self.peek()?;
        if !matches!((open, step), (b'{', Step::Key(_)) | (b'[', Step::Item(_))) {
            return Some(start);
        }
        self.at += 1;
        let mut index = 0;
        while !matches!(self.peek()?, b'}' | b']') {
            let place = self.at;
            let hit = match step {
                Step::Key(wanted) => {
                    let key = self.string()?;
                    if !self.eat(b':') {
                        return None;
                    }
                    key == *wanted
                }
                Step::Item(wanted) => index == *wanted,
            };
            if hit {
                // A key is the better place than its value, unless there is more to go.
                let deeper = self.descend(&steps[1..], depth + 1)?;
                let key = matches!(step, Step::Key(_)) && steps.len() == 1;
                return Some(if key { place } else { deeper });
            }
            self.skip(depth + 1)?;
            self.eat(b',');
            index += 1;
        }
        Some(start)
    }

    fn string(&mut self) -> Option<String> {
        let start = {
            self.peek()?;
            self.at
        };
        if self.text.get(start) != Some(&b'"') {
            return None;
        }
        self.at += 1;
        while *self.text.get(self.at)? != b'"' {
            self.at += if self.text[self.at] == b'\\' { 2 } else { 1 };
        }
        self.at += 1;
        serde_json::from_slice(self.text.get(start..self.at)?).ok()
    }

    fn skip(&mut self, depth: usize) -> Option<()> {
        match self.peek()? {
            b'"' => self.string().map(drop),
            b'{' | b'[' => {
                if depth > DEEPEST {
                    return None;
                }
                self.at += 1;
                while !matches!(self.peek()?, b'}' | b']') {
                    self.skip(depth + 1)?;
                    if !self.eat(b':') {
                        self.eat(b',');
                    }
                }
                self.at += 1;
                Some(())
            }
            _ => {
                let start = self.at;
                let inside =
                    |b: &u8| !matches!(b, b',' | b'}' | b']' | b':') && !b.is_ascii_whitespace();
                while self.text.get(self.at).is_some_and(inside) {
                    self.at += 1;
                }
                (self.at > start).then_some(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_leads_to_its_line() {
        let text = "{\n  \"rules\": [\n    {\"rule-id\": \"1\"},\n    {\"a\": [1, {\"b\": 2}],\n     \"rule-action\": \"x\"}\n  ]\n}";
        assert_eq!(find(text, "rules[1].rule-action"), Some((5, 6)));
        assert_eq!(find(text, "rules[1].object-locator"), Some((4, 5)));
        assert_eq!(find(text, "rules[1].a[1].b"), Some((4, 16)));
        assert_eq!(find(text, ""), Some((1, 1)));
        assert_eq!(find("{\"a\"", "a"), None);
        assert_eq!(find("{,}", "a"), None);
    }
}
