//! Finds the line and column of findings' paths in the text of a JSON document, and the keys that
//! an object has twice: both in one walk over the text, however many there are.

use crate::finding::Finding;
use serde_json::Value;
use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap},
};

/// A line and a column, both from 1; the column in characters.
pub type Place = (usize, usize);

/// The place of `path` (`rules[3].rule-action`) in a text; that of the innermost part that is there
/// where the rest is not. `None` where the text is no JSON on the way there.
pub fn find(text: &str, path: &str) -> Option<Place> {
    find_all(text, &[path]).pop().flatten()
}

/// The same for many paths, in one walk. Where a key is there twice, the last one counts, as it
/// does for the parser.
pub fn find_all(text: &str, paths: &[&str]) -> Vec<Option<Place>> {
    let mut tree = Tree { nodes: vec![Node::default()] };
    let ends: Vec<Vec<usize>> = paths.iter().map(|path| tree.add(path)).collect();
    let mut walk = Walk { scan: Scan::of(text), tree: &mut tree };
    let whole = walk.value(0, 0).is_some();
    let offsets: Vec<Option<usize>> =
        paths.iter().zip(&ends).map(|(path, way)| tree.place(path, way, whole)).collect();
    places(text, &offsets)
}

/// Gives each finding the line and column that its path has in the text; what is about a table of a
/// catalogue, and not about the text, has none.
pub fn locate(text: &str, findings: &mut [Finding]) {
    let wanted: Vec<usize> = (0..findings.len())
        .filter(|n| findings[*n].line.is_none() && !findings[*n].path.starts_with("tables."))
        .collect();
    if wanted.is_empty() {
        return;
    }
    let paths: Vec<&str> = wanted.iter().map(|n| findings[*n].path.as_str()).collect();
    let found = find_all(text, &paths);
    for (n, place) in wanted.into_iter().zip(found) {
        if let Some((line, column)) = place {
            findings[n].line = Some(line);
            findings[n].column = Some(column);
        }
    }
}

/// A key that an object has more than once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repeated {
    /// Its path.
    pub path: String,
    /// Where it stands again.
    pub place: Place,
    /// Where it stood before.
    pub first: Place,
    /// Whether both say the same.
    pub same: bool,
}

/// Every key that stands in one object again, in the order of the text. The parser keeps the last.
pub fn repeated(text: &str) -> Vec<Repeated> {
    let scan = Scan::of(text);
    let mut twice = Twice { scan, path: Vec::new(), seen: Vec::new(), found: Vec::new() };
    // What was found before the text stopped to be JSON still holds.
    let _ = twice.value(0);
    let offsets: Vec<Option<usize>> =
        twice.found.iter().flat_map(|f| [Some(f.again), Some(f.first)]).collect();
    let found = places(text, &offsets);
    let pairs = found.chunks(2).zip(twice.found);
    pairs
        .filter_map(|(place, f)| {
            let (place, first) = (place[0]?, place[1]?);
            Some(Repeated { path: f.path, place, first, same: f.same })
        })
        .collect()
}

/// Lines and columns of byte offsets, in one walk over the text.
fn places(text: &str, offsets: &[Option<usize>]) -> Vec<Option<Place>> {
    let mut order: Vec<(usize, usize)> =
        offsets.iter().enumerate().filter_map(|(n, at)| Some(((*at)?, n))).collect();
    order.sort_unstable();
    let mut out = vec![None; offsets.len()];
    let (mut from, mut line, mut column) = (0, 1, 1);
    for (at, n) in order {
        let at = at.min(text.len());
        let between = text.get(from..at).unwrap_or_default();
        let mut rest = between;
        if let Some((before, after)) = between.rsplit_once('\n') {
            line += before.bytes().filter(|b| *b == b'\n').count() + 1;
            (column, rest) = (1, after);
        }
        column += rest.chars().count();
        from = at;
        out[n] = Some((line, column));
    }
    out
}

enum Step<'p> {
    Key(&'p str),
    Item(usize),
}

fn steps(path: &str) -> impl Iterator<Item = Step<'_>> {
    path.split('.').filter(|p| !p.is_empty()).flat_map(|part| {
        let mut pieces = part.split('[');
        let key = pieces.next().filter(|k| !k.is_empty()).map(Step::Key);
        let items = pieces.filter_map(|p| p.trim_end_matches(']').parse().ok().map(Step::Item));
        key.into_iter().chain(items)
    })
}

/// The paths that are looked for, as a tree; node 0 is the document.
struct Tree<'p> {
    nodes: Vec<Node<'p>>,
}

#[derive(Default)]
struct Node<'p> {
    keys: BTreeMap<&'p str, usize>,
    items: BTreeMap<usize, usize>,
    /// Where its key stands, for a member of an object.
    key_at: Option<usize>,
    /// Where its value begins.
    value_at: Option<usize>,
}

impl<'p> Tree<'p> {
    /// The nodes on the way of a path, its own last.
    fn add(&mut self, path: &'p str) -> Vec<usize> {
        let mut way = vec![0];
        let mut at = 0;
        for step in steps(path) {
            let next = self.nodes.len();
            let node = &mut self.nodes[at];
            at = match step {
                Step::Key(key) => *node.keys.entry(key).or_insert(next),
                Step::Item(index) => *node.items.entry(index).or_insert(next),
            };
            if at == next {
                self.nodes.push(Node::default());
            }
            way.push(at);
        }
        way
    }

    /// The offset of the innermost node that was met. Where the text ended early, only a path that
    /// was met to its end counts.
    fn place(&self, path: &str, way: &[usize], whole: bool) -> Option<usize> {
        let met = way.iter().rposition(|n| self.nodes[*n].value_at.is_some())?;
        let last = met + 1 == way.len();
        if !last && !whole {
            return None;
        }
        let node = &self.nodes[way[met]];
        // A key is the better place than its value, unless there is more to go.
        let key = node.key_at.filter(|_| last && !path.is_empty());
        key.or(node.value_at)
    }

    /// Forgets what was met below a node: its key is there again.
    fn forget(&mut self, at: usize) {
        let mut todo = vec![at];
        while let Some(n) = todo.pop() {
            let node = &mut self.nodes[n];
            (node.key_at, node.value_at) = (None, None);
            todo.extend(node.keys.values().chain(node.items.values()));
        }
    }
}

/// As deep as a document may nest; the parser refuses what lies deeper.
const DEEPEST: usize = 128;

struct Walk<'t, 'w, 'p> {
    scan: Scan<'t>,
    tree: &'w mut Tree<'p>,
}

impl Walk<'_, '_, '_> {
    /// Walks over a value that paths lead to.
    fn value(&mut self, node: usize, depth: usize) -> Option<()> {
        if depth > DEEPEST {
            return None;
        }
        let open = self.scan.peek()?;
        self.tree.nodes[node].value_at = Some(self.scan.at);
        let wanted = &self.tree.nodes[node];
        match open {
            b'{' if !wanted.keys.is_empty() => self.object(node, depth),
            b'[' if !wanted.items.is_empty() => self.list(node, depth),
            _ => self.scan.skip(depth),
        }
    }

    fn object(&mut self, node: usize, depth: usize) -> Option<()> {
        self.scan.at += 1;
        while self.scan.peek()? != b'}' {
            let place = self.scan.at;
            let key = self.scan.string()?;
            if !self.scan.eat(b':') {
                return None;
            }
            let next = match plain(key) {
                Some(key) => self.tree.nodes[node].keys.get(key).copied(),
                None => {
                    decoded(key).and_then(|k| self.tree.nodes[node].keys.get(k.as_str()).copied())
                }
            };
            match next {
                Some(next) => {
                    if self.tree.nodes[next].value_at.is_some() {
                        self.tree.forget(next);
                    }
                    self.tree.nodes[next].key_at = Some(place);
                    self.value(next, depth + 1)?;
                }
                None => self.scan.skip(depth + 1)?,
            }
            self.scan.eat(b',');
        }
        self.scan.at += 1;
        Some(())
    }

    fn list(&mut self, node: usize, depth: usize) -> Option<()> {
        self.scan.at += 1;
        let mut index = 0;
        while self.scan.peek()? != b']' {
            match self.tree.nodes[node].items.get(&index).copied() {
                Some(next) => self.value(next, depth + 1)?,
                None => self.scan.skip(depth + 1)?,
            }
            self.scan.eat(b',');
            index += 1;
        }
        self.scan.at += 1;
        Some(())
    }
}

/// A key found again: where, where first, its path, whether the values are the same.
struct Again {
    again: usize,
    first: usize,
    path: String,
    same: bool,
}

struct Twice<'t> {
    scan: Scan<'t>,
    path: Vec<Way<'t>>,
    /// The keys of every object that is open, the innermost last.
    seen: Vec<Seen<'t>>,
    found: Vec<Again>,
}

/// A step on the way, as it stands in the text.
enum Way<'t> {
    Key(&'t str),
    Item(usize),
}

/// A key as it stands in the text, where it stands and where its value does.
struct Seen<'t> {
    key: Cow<'t, str>,
    at: usize,
    value: (usize, usize),
}

/// Objects with more keys than this are looked through by a table.
const FEW: usize = 24;

impl Twice<'_> {
    fn value(&mut self, depth: usize) -> Option<()> {
        if depth > DEEPEST {
            return None;
        }
        match self.scan.peek()? {
            b'{' => self.object(depth),
            b'[' => {
                self.scan.at += 1;
                let mut index = 0;
                while self.scan.peek()? != b']' {
                    self.path.push(Way::Item(index));
                    self.value(depth + 1)?;
                    self.path.pop();
                    self.scan.eat(b',');
                    index += 1;
                }
                self.scan.at += 1;
                Some(())
            }
            _ => self.scan.skip(depth),
        }
    }

    fn object(&mut self, depth: usize) -> Option<()> {
        self.scan.at += 1;
        let base = self.seen.len();
        let mut table: HashMap<Cow<'_, str>, usize> = HashMap::new();
        while self.scan.peek()? != b'}' {
            let at = self.scan.at;
            let key = self.scan.string()?;
            if !self.scan.eat(b':') {
                return None;
            }
            self.scan.peek()?;
            let start = self.scan.at;
            let name = plain(key).map(Cow::Borrowed).or_else(|| decoded(key).map(Cow::Owned))?;
            self.path.push(Way::Key(key));
            self.value(depth + 1)?;
            let value = (start, self.scan.at);
            let seen = &self.seen[base..];
            let before = match seen.len() {
                0..FEW => seen.iter().rposition(|s| s.key == name),
                _ => {
                    if table.is_empty() {
                        table.extend(seen.iter().enumerate().map(|(n, s)| (s.key.clone(), n)));
                    }
                    table.get(&name).copied()
                }
            };
            if let Some(before) = before {
                let first = &seen[before];
                let parsed = |(from, to): (usize, usize)| {
                    serde_json::from_slice::<Value>(self.scan.text.get(from..to)?).ok()
                };
                let same = parsed(first.value) == parsed(value);
                let path = rendered(&self.path);
                self.found.push(Again { again: at, first: first.at, path, same });
            }
            if !table.is_empty() {
                table.insert(name.clone(), self.seen.len() - base);
            }
            self.seen.push(Seen { key: name, at, value });
            self.path.pop();
            self.scan.eat(b',');
        }
        self.seen.truncate(base);
        self.scan.at += 1;
        Some(())
    }
}

fn rendered(path: &[Way<'_>]) -> String {
    let mut out = String::new();
    for step in path {
        match step {
            Way::Key(key) => {
                if !out.is_empty() {
                    out.push('.');
                }
                out.push_str(&decoded(key).unwrap_or_default());
            }
            Way::Item(index) => out.push_str(&format!("[{index}]")),
        }
    }
    out
}

/// A string in quotes without its quotes, where nothing in it is escaped.
fn plain(quoted: &str) -> Option<&str> {
    let inner = quoted.get(1..quoted.len().checked_sub(1)?)?;
    if inner.bytes().any(|b| b == b'\\') { None } else { Some(inner) }
}

fn decoded(quoted: &str) -> Option<String> {
    serde_json::from_str(quoted).ok()
}

struct Scan<'t> {
    whole: &'t str,
    /// The same, as bytes.
    text: &'t [u8],
    at: usize,
}

impl<'t> Scan<'t> {
    fn of(whole: &'t str) -> Self {
        Self { whole, text: whole.as_bytes(), at: 0 }
    }

    #[inline]
    fn peek(&mut self) -> Option<u8> {
        loop {
            let byte = *self.text.get(self.at)?;
            if !byte.is_ascii_whitespace() {
                return Some(byte);
            }
            self.at += 1;
        }
    }

    fn eat(&mut self, byte: u8) -> bool {
        let hit = self.peek() == Some(byte);
        self.at += usize::from(hit);
        hit
    }

    /// A string with its quotes, as it stands.
    fn string(&mut self) -> Option<&'t str> {
        if self.peek()? != b'"' {
            return None;
        }
        let start = self.at;
        let mut at = start + 1;
        loop {
            at += match *self.text.get(at)? {
                b'"' => break,
                b'\\' => 2,
                _ => 1,
            };
        }
        self.at = at + 1;
        self.whole.get(start..self.at)
    }

    /// Passes over a value. What is no JSON ends the walk; so does what is nested too deep.
    fn skip(&mut self, depth: usize) -> Option<()> {
        let mut open = 0;
        loop {
            match self.peek()? {
                b'"' => {
                    self.string()?;
                }
                b'{' | b'[' => {
                    open += 1;
                    if depth + open > DEEPEST + 1 {
                        return None;
                    }
                    self.at += 1;
                }
                b'}' | b']' => {
                    open = open.checked_sub(1)?;
                    self.at += 1;
                }
                b',' | b':' if open > 0 => self.at += 1,
                _ => {
                    let start = self.at;
                    let inside = |b: &u8| {
                        !matches!(b, b',' | b'{' | b'}' | b'[' | b']' | b':' | b'"')
                            && !b.is_ascii_whitespace()
                    };
                    while self.text.get(self.at).is_some_and(inside) {
                        self.at += 1;
                    }
                    if self.at == start {
                        return None;
                    }
                }
            }
            if open == 0 {
                return Some(());
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
        assert_eq!(find(text, "rules[7]"), Some((2, 12)));
        assert_eq!(find(text, ""), Some((1, 1)));
        assert_eq!(find("{\"a\"", "a"), None);
        assert_eq!(find("{,}", "a"), None);
        let paths = ["rules[0].rule-id", "", "rules[1].a[0]", "x.y"];
        let found = find_all(text, &paths);
        assert_eq!(found, [Some((3, 6)), Some((1, 1)), Some((4, 12)), Some((1, 1))]);
    }

    #[test]
    fn columns_count_characters_and_escaped_keys_are_found() {
        let text = "{\"é\": \"ü\", \"r\\u0075les\": [{}]}";
        assert_eq!(find(text, "rules[0]"), Some((1, 27)));
    }

    #[test]
    fn keys_that_are_there_again_are_told_with_both_places() {
        let text = "{\"a\": 1,\n \"r\": [{\"b\": 1, \"b\": 2}],\n \"a\": 1, \"b\": {}}";
        let found = repeated(text);
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].path.as_str(), found[0].place), ("r[0].b", (2, 17)));
        assert_eq!((found[0].first, found[0].same), ((2, 9), false));
        assert_eq!((found[1].path.as_str(), found[1].place, found[1].same), ("a", (3, 2), true));
        // The parser keeps the last one: that is the place of the path.
        assert_eq!(find(text, "a"), Some((3, 2)));
        let many: Vec<String> = (0..60).map(|n| format!("\"k{}\": {n}", n % 50)).collect();
        assert_eq!(repeated(&format!("{{{}}}", many.join(", "))).len(), 10);
        assert_eq!(repeated("{\"a\": 1, \"\\u0061\": 2}")[0].path, "a");
    }

    #[test]
    fn many_findings_in_a_long_text_take_one_walk() {
        let rule = "{\"rule-type\": \"selection\", \"x\": 1},";
        let text = format!("{{\"rules\": [{}{{}}]}}", rule.repeat(60_000));
        let paths: Vec<String> = (0..60_000).map(|n| format!("rules[{n}].x")).collect();
        let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
        let begun = std::time::Instant::now();
        let found = find_all(&text, &paths);
        assert!(found.iter().all(Option::is_some));
        // A walk for each of them would take minutes.
        assert!(begun.elapsed().as_secs() < 20, "{:?}", begun.elapsed());
    }
}
