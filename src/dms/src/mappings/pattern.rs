//! DMS's wildcards: `%` any characters, `_` one, `[ab]` and `[a-d]` one of a set.

/// A compiled name or pattern of a locator.
#[derive(Clone, Debug, PartialEq)]
pub enum Pattern {
    /// `%` alone.
    Any,
    /// No wildcard in it.
    Exact(String),
    /// Anything else.
    Glob(Glob),
}

/// The parts of a pattern with wildcards.
#[derive(Clone, Debug, PartialEq)]
pub struct Glob {
    /// What every match starts with: the cheap first look.
    prefix: String,
    /// How many parts the prefix stands for.
    skip: usize,
    /// What every match ends with, behind a `%`.
    suffix: String,
    /// Characters every match has at least.
    least: usize,
    parts: Vec<Part>,
    /// Whether `%` occurs, so that a match may be longer than `least`.
    open: bool,
}

#[derive(Clone, Debug, PartialEq)]
enum Part {
    Char(char),
    One,
    Many,
    Set(Vec<(char, char)>),
}

impl Part {
    fn takes(&self, c: char) -> bool {
        match self {
            Self::Char(own) => *own == c,
            Self::One => true,
            Self::Set(ranges) => ranges.iter().any(|(from, to)| (*from..=*to).contains(&c)),
            Self::Many => false,
        }
    }

    /// Whether it takes every character that the other, a single one, stands for.
    fn includes(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Many, _) | (_, Self::Many) => false,
            (own, Self::Char(c)) => own.takes(*c),
            (own, other) => *own == Self::One || own == other,
        }
    }
}

/// How names of a source compare.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Naming {
    /// Case does not count.
    pub ignore_case: bool,
    /// The escape character, for table names only.
    pub escape: Option<char>,
}

impl Naming {
    /// The name as it is compared.
    pub fn fold<'a>(&self, name: &'a str) -> std::borrow::Cow<'a, str> {
        if self.ignore_case && name.chars().any(char::is_uppercase) {
            name.to_lowercase().into()
        } else {
            name.into()
        }
    }
}

impl Pattern {
    /// A name that is taken literally, as `explicit` and `table-settings` do.
    pub fn literal(text: &str, naming: Naming) -> Self {
        Self::Exact(naming.fold(text).into_owned())
    }

    /// A schema or column pattern; an escape character has no meaning there.
    pub fn new(text: &str, naming: Naming) -> Self {
        Self::compile(text, naming, None)
    }

    /// A table pattern, with the source's escape character.
    pub fn table(text: &str, naming: Naming) -> Self {
        Self::compile(text, naming, naming.escape)
    }

    fn compile(text: &str, naming: Naming, escape: Option<char>) -> Self {
        if text == "%" {
            return Self::Any;
        }
        let folded = naming.fold(text);
        let wild = |c: char| matches!(c, '%' | '_' | '[') || Some(c) == escape;
        if !folded.contains(wild) {
            return Self::Exact(folded.into_owned());
        }
        let chars: Vec<char> = folded.chars().collect();
        let mut parts = Vec::with_capacity(chars.len());
        let mut at = 0;
        while at < chars.len() {
            let c = chars[at];
            at += 1;
            parts.push(match c {
                c if Some(c) == escape && at < chars.len() => {
                    at += 1;
                    Part::Char(chars[at - 1])
                }
                '%' => {
                    if parts.last() == Some(&Part::Many) {
                        continue;
                    }
                    Part::Many
                }
                '_' => Part::One,
                '[' => match set(&chars[at..]) {
                    Some((ranges, used)) => {
                        at += used;
                        Part::Set(ranges)
                    }
                    None => Part::Char('['),
                },
                c => Part::Char(c),
            });
        }
        Self::of(parts)
    }

    fn of(parts: Vec<Part>) -> Self {
        let literal = |p: &Part| if let Part::Char(c) = p { Some(*c) } else { None };
        let prefix: String = parts.iter().map_while(literal).collect();
        let skip = prefix.chars().count();
        if skip == parts.len() {
            return Self::Exact(prefix);
        }
        let mut tail: Vec<char> = parts.iter().rev().map_while(literal).collect();
        tail.reverse();
        let suffix = tail.into_iter().collect();
        let least = parts.iter().filter(|p| **p != Part::Many).count();
        let open = parts.contains(&Part::Many);
        Self::Glob(Glob { prefix, skip, suffix, least, parts, open })
    }

    /// Whether a folded name matches; see [`Naming::fold`].
    pub fn matches(&self, name: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Exact(own) => own == name,
            Self::Glob(glob) => glob.matches(name),
        }
    }

    /// Whether it is one name.
    pub fn exact(&self) -> Option<&str> {
        if let Self::Exact(name) = self { Some(name) } else { None }
    }

    /// What every name that it matches begins with.
    pub fn prefix(&self) -> &str {
        match self {
            Self::Any => "",
            Self::Exact(name) => name,
            Self::Glob(glob) => &glob.prefix,
        }
    }

    /// The last two characters of every name that it matches, where they are the same for all.
    pub fn tail(&self) -> Option<[char; 2]> {
        let text = match self {
            Self::Any => return None,
            Self::Exact(name) => name,
            Self::Glob(glob) => &glob.suffix,
        };
        last_two(text)
    }

    /// Whether every name that `other` matches is matched here too. Never wrongly true; false also
    /// where it can't be told.
    pub fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Any, _) => true,
            (own, Self::Exact(name)) => own.matches(name),
            (Self::Exact(_), _) => false,
            (Self::Glob(a), Self::Glob(b)) => a.covers(b),
            (Self::Glob(g), Self::Any) => g.parts == [Part::Many],
        }
    }

    /// Whether some name could match both.
    pub fn meets(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Any, _) | (_, Self::Any) => true,
            (Self::Exact(name), p) | (p, Self::Exact(name)) => p.matches(name),
            (Self::Glob(a), Self::Glob(b)) => a.meets(b),
        }
    }
}

/// The last two characters of a name, where it has them; see [`Pattern::tail`].
pub(super) fn last_two(name: &str) -> Option<[char; 2]> {
    let mut chars = name.chars().rev();
    let (last, before) = (chars.next()?, chars.next()?);
    Some([before, last])
}

/// A bracket set after its `[`: its ranges and how many characters it took, or `None` where it is
/// not closed.
fn set(chars: &[char]) -> Option<(Vec<(char, char)>, usize)> {
    let end = chars.iter().position(|c| *c == ']').filter(|end| *end > 0)?;
    let inner = &chars[..end];
    let mut ranges = Vec::new();
    let mut at = 0;
    while at < inner.len() {
        if at + 2 < inner.len() && inner[at + 1] == '-' {
            ranges.push((inner[at], inner[at + 2]));
            at += 3;
        } else {
            ranges.push((inner[at], inner[at]));
            at += 1;
        }
    }
    Some((ranges, end + 1))
}

impl Glob {
    fn matches(&self, name: &str) -> bool {
        // Most names differ in length or at an end. Empty affixes are not compared: to compare bytes
        // at an empty string's address costs some processors hundreds of cycles.
        let last = self.suffix.as_bytes().last();
        if name.len() < self.least || (last.is_some() && last != name.as_bytes().last()) {
            return false;
        }
        let begins = self.prefix.is_empty() || name.starts_with(&self.prefix);
        let ends = self.suffix.is_empty() || name.ends_with(&self.suffix);
        if !begins || !ends {
            return false;
        }
        let parts = &self.parts[self.skip..];
        let rest = &name[self.prefix.len()..];
        if parts == [Part::Many] {
            return true;
        }
        if !self.open && rest.chars().count() != parts.len() {
            return false;
        }
        glob(parts, rest)
    }

    /// Whether every name of the other matches: the other's parts are read as a text, of which a `%`
    /// takes any and a `_` one that stands for a single character. Of sets beside each other it may
    /// say no where the answer is yes.
    fn covers(&self, other: &Self) -> bool {
        if !other.prefix.starts_with(&self.prefix) {
            return false;
        }
        let (own, text) = (&self.parts[self.skip..], &other.parts[self.skip..]);
        let (mut at, mut n, mut back) = (0, 0, None);
        while n < text.len() {
            match own.get(at) {
                Some(Part::Many) => {
                    back = Some((at, n));
                    at += 1;
                    continue;
                }
                Some(part) if part.includes(&text[n]) => {
                    (at, n) = (at + 1, n + 1);
                    continue;
                }
                _ => {}
            }
            let Some((many, taken)) = back else { return false };
            back = Some((many, taken + 1));
            (at, n) = (many + 1, taken + 1);
        }
        own[at..].iter().all(|p| *p == Part::Many)
    }

    /// Whether two patterns have a name in common, by walking both at once over pairs of positions.
    fn meets(&self, other: &Self) -> bool {
        if !self.open && !other.open {
            // Names of one length each: the parts stand face to face.
            let mut pairs = self.parts.iter().rev().zip(other.parts.iter().rev());
            return self.least == other.least && pairs.all(|(a, b)| common(a, b));
        }
        // Most patterns differ at one of their ends: that is cheap to see.
        let apart = !self.prefix.is_empty() && !other.prefix.is_empty();
        let within = |a: &str, b: &str| a.starts_with(b) || b.starts_with(a);
        if apart && !within(&self.prefix, &other.prefix) {
            return false;
        }
        let (a, b) = (&self.parts, &other.parts);
        for (x, y) in a.iter().rev().zip(b.iter().rev()) {
            if *x == Part::Many || *y == Part::Many {
                break;
            }
            if !common(x, y) {
                return false;
            }
        }
        let width = b.len() + 1;
        let mut seen = vec![false; (a.len() + 1) * width];
        let mut todo = vec![(0, 0)];
        while let Some((i, j)) = todo.pop() {
            if std::mem::replace(&mut seen[i * width + j], true) {
                continue;
            }
            match (a.get(i), b.get(j)) {
                (None, None) => return true,
                (Some(Part::Many), other) => {
                    todo.push((i + 1, j));
                    if other.is_some() {
                        todo.push((i, j + 1));
                    }
                }
                (other, Some(Part::Many)) => {
                    todo.push((i, j + 1));
                    if other.is_some() {
                        todo.push((i + 1, j));
                    }
                }
                (Some(p), Some(q)) if common(p, q) => todo.push((i + 1, j + 1)),
                _ => {}
            }
        }
        false
    }
}

fn common(a: &Part, b: &Part) -> bool {
    match (a, b) {
        (Part::Char(c), other) | (other, Part::Char(c)) => other.takes(*c),
        (Part::Set(x), Part::Set(y)) => {
            x.iter().any(|(f, t)| y.iter().any(|(g, u)| f <= u && g <= t))
        }
        _ => true,
    }
}

/// Greedy matching with one point to fall back to: the last `%`. Linear in practice, never worse
/// than parts × name.
fn glob(parts: &[Part], name: &str) -> bool {
    let (mut at, mut rest) = (0, name);
    let mut back: Option<(usize, &str)> = None;
    loop {
        match (parts.get(at), rest.chars().next()) {
            (Some(Part::Many), _) => {
                at += 1;
                back = Some((at, rest));
            }
            (Some(part), Some(c)) if part.takes(c) => {
                at += 1;
                rest = &rest[c.len_utf8()..];
            }
            (None, None) => return true,
            _ => {
                let Some((start, from)) = back else { return false };
                let Some(c) = from.chars().next() else { return false };
                rest = &from[c.len_utf8()..];
                at = start;
                back = Some((start, rest));
            }
        }
    }
}

/// Whether a text has `%` in it that is not escaped: the wildcard that no one writes by accident.
pub fn has_percent(text: &str) -> bool {
    text.contains('%')
}

/// Whether a text has a bracket set in it.
pub fn has_brackets(text: &str) -> bool {
    text.find('[').is_some_and(|at| text[at..].contains(']'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn p(text: &str) -> Pattern {
        Pattern::new(text, Naming::default())
    }

    #[test]
    fn a_pattern_with_an_underscore_covers_what_it_spells() {
        for (a, b) in [("temp_%", "temp_1"), ("temp_%", "temp_x%"), ("a%z", "ab_z"), ("%_%", "x_y")]
        {
            assert!(p(a).covers(&p(b)), "{a} {b}");
        }
        for (a, b) in [("temp_%", "temp%"), ("temp_1", "temp__"), ("a%z", "a%"), ("_a", "%a")] {
            assert!(!p(a).covers(&p(b)), "{a} {b}");
        }
    }

    #[test]
    fn wildcards_mean_what_the_reference_says() {
        for (pattern, name, hit) in [
            ("%", "", true),
            ("A%", "A", true),
            ("DMS%", "DMS_log", true),
            ("DMS%", "dms_old", false),
            ("TEST_T%", "TESTXT1", true),
            ("a_c", "abc", true),
            ("a_c", "ac", false),
            ("%_tmp_%", "x_tmp_1", true),
            ("[ab]x", "bx", true),
            ("[a-d]x", "ex", false),
            ("a[_]b", "a_b", true),
            ("a[_]b", "axb", false),
            ("a[b", "a[b", true),
            ("%ab%ab", "xabxabab", true),
            ("_", "é", true),
        ] {
            assert_eq!(p(pattern).matches(name), hit, "{pattern} on {name}");
        }
    }

    #[test]
    fn escapes_work_for_table_names_only() {
        let naming = Naming { escape: Some('#'), ..Naming::default() };
        let table = Pattern::table("TEST#_T%", naming);
        assert!(table.matches("TEST_T1") && table.matches("TEST_T") && !table.matches("TESTXT1"));
        assert!(!Pattern::new("TEST#_T%", naming).matches("TEST_T1"));
    }

    #[test]
    fn patterns_know_what_they_share() {
        assert!(p("a%").covers(&p("ab%")) && !p("ab%").covers(&p("a%")));
        assert!(p("a%z").meets(&p("%b%")) && !p("a%").meets(&p("b%")));
        assert!(p("a_").meets(&p("_b")) && !p("a_").meets(&p("abc%")));
    }

    proptest! {
        #[test]
        fn meeting_and_covering_agree_with_matching(
            a in "[ab_%]{0,5}", b in "[ab_%]{0,5}", name in "[ab]{0,6}"
        ) {
            let (a, b) = (p(&a), p(&b));
            if a.matches(&name) && b.matches(&name) {
                prop_assert!(a.meets(&b));
            }
            if a.matches(&name) && b.matches(&name) {
                // What an index of rules relies on.
                let (x, y) = (a.prefix(), b.prefix());
                prop_assert!(x.starts_with(y) || y.starts_with(x));
                prop_assert!(a.tail().is_none() || b.tail().is_none() || a.tail() == b.tail());
            }
            if a.covers(&b) && b.matches(&name) {
                prop_assert!(a.matches(&name));
            }
        }
    }
}
