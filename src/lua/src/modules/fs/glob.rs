//! Paths by pattern: `*` and `?` inside a name, `**` for any folders, `[abc]`, `{one,two}`.

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
};

/// Deeper folders are not looked into: a link may lead back up.
const DEEPEST: usize = 64;
/// A pattern with more alternatives than this is a mistake.
const MOST: usize = 1_000;

/// Why nothing was found.
pub(super) enum Fault {
    Pattern(String),
    Disk(PathBuf, io::Error),
}

/// The paths that match, sorted, as the pattern has them: relative to `base` where it is relative.
pub(super) fn find(pattern: &str, base: Option<&str>) -> Result<Vec<String>, Fault> {
    if pattern.is_empty() {
        return Err(Fault::Pattern("the pattern is empty".to_owned()));
    }
    let mut found = BTreeSet::new();
    for one in alternatives(pattern)? {
        let (root, rest) = match one.strip_prefix('/') {
            Some(rest) => (PathBuf::from("/"), rest),
            None => (PathBuf::new(), one.as_str()),
        };
        let steps: Vec<&str> = rest.split('/').filter(|s| !s.is_empty() && *s != ".").collect();
        for step in &steps {
            check(step, pattern)?;
        }
        let base = if root.as_os_str().is_empty() { base.unwrap_or(".") } else { "" };
        walk(Path::new(base), &root, &steps, 0, &mut found)?;
    }
    Ok(found.into_iter().collect())
}

fn check(step: &str, pattern: &str) -> Result<(), Fault> {
    let open = step.find('[');
    if open.is_some_and(|at| !step[at + 1..].contains(']')) {
        return Err(Fault::Pattern(format!("\"{pattern}\" has a [ without its ]")));
    }
    Ok(())
}

/// The pattern once for each alternative in braces.
fn alternatives(pattern: &str) -> Result<Vec<String>, Fault> {
    let (mut open, mut done) = (vec![pattern.to_owned()], Vec::new());
    while let Some(text) = open.pop() {
        if open.len() + done.len() > MOST {
            return Err(Fault::Pattern(format!("\"{pattern}\" has too many alternatives")));
        }
        let Some(start) = text.find('{') else {
            done.push(text);
            continue;
        };
        // The innermost brace behind the last opening one before the first closing one.
        let Some(end) = text[start..].find('}').map(|at| start + at) else {
            return Err(Fault::Pattern(format!("\"{pattern}\" has a {{ without its }}")));
        };
        let start = text[..end].rfind('{').unwrap_or(start);
        for choice in text[start + 1..end].split(',') {
            open.push(format!("{}{choice}{}", &text[..start], &text[end + 1..]));
        }
    }
    Ok(done)
}

fn walk(
    base: &Path,
    at: &Path,
    steps: &[&str],
    depth: usize,
    found: &mut BTreeSet<String>,
) -> Result<(), Fault> {
    let Some((step, rest)) = steps.split_first() else {
        if !at.as_os_str().is_empty() {
            found.insert(at.to_string_lossy().into_owned());
        }
        return Ok(());
    };
    if !step.contains(['*', '?', '[']) {
        let next = at.join(step);
        // Also a link that leads nowhere is there.
        if fs::symlink_metadata(base.join(&next)).is_ok() {
            walk(base, &next, rest, depth, found)?;
        }
        return Ok(());
    }
    if *step == "**" {
        walk(base, at, rest, depth, found)?;
    }
    if depth >= DEEPEST {
        return Ok(());
    }
    let folder = match base.join(at) {
        path if path.as_os_str().is_empty() => PathBuf::from("."),
        path => path,
    };
    let entries = match fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(e) if matches!(e.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(());
        }
        Err(e) => return Err(Fault::Disk(folder, e)),
    };
    for entry in entries {
        let entry = entry.map_err(|e| Fault::Disk(folder.clone(), e))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let next = at.join(&name);
        if *step == "**" {
            let inside = entry.file_type().is_ok_and(|t| t.is_dir()) && !name.starts_with('.');
            if inside {
                walk(base, &next, steps, depth + 1, found)?;
            }
        } else if matches(step, &name) && (rest.is_empty() || base.join(&next).is_dir()) {
            walk(base, &next, rest, depth + 1, found)?;
        }
    }
    Ok(())
}

/// Whether a name matches one step of a pattern. A name with a dot first wants one in the pattern.
fn matches(pattern: &str, name: &str) -> bool {
    if name.starts_with('.') && !pattern.starts_with('.') {
        return false;
    }
    let (pattern, name): (Vec<char>, Vec<char>) =
        (pattern.chars().collect(), name.chars().collect());
    let (mut p, mut n) = (0, 0);
    // Where the last star stands, and how much of the name it has taken.
    let mut star: Option<(usize, usize)> = None;
    while n < name.len() {
        let step = match pattern.get(p) {
            Some('*') => {
                star = Some((p, n));
                p += 1;
                continue;
            }
            Some('?') => Some(p + 1),
            Some('[') => set(&pattern, p, name[n]),
            Some(c) => (*c == name[n]).then_some(p + 1),
            None => None,
        };
        match (step, star) {
            (Some(next), _) => (p, n) = (next, n + 1),
            (None, Some((at, taken))) => {
                star = Some((at, taken + 1));
                (p, n) = (at + 1, taken + 1);
            }
            (None, None) => return false,
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}

/// Behind a set such as `[a-z]` or `[!0-9]`, where the character is in it.
fn set(pattern: &[char], at: usize, c: char) -> Option<usize> {
    let not = matches!(pattern.get(at + 1), Some('!' | '^'));
    let first = at + 1 + usize::from(not);
    let mut end = first;
    while end < pattern.len() && (pattern[end] != ']' || end == first) {
        end += 1;
    }
    let inner = pattern.get(first..end)?;
    let (mut i, mut inside) = (0, false);
    while i < inner.len() {
        if i + 2 < inner.len() && inner[i + 1] == '-' {
            inside |= (inner[i]..=inner[i + 2]).contains(&c);
            i += 3;
        } else {
            inside |= inner[i] == c;
            i += 1;
        }
    }
    (inside != not).then_some(end + 1)
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn names_match_as_in_a_shell() {
        for (pattern, name, expected) in [
            ("*.json", "a.json", true),
            ("*.json", "a.json5", false),
            ("a*b*c", "aXbYbZc", true),
            ("a*b*c", "aXbYbZ", false),
            ("?", "ü", true),
            ("[a-c]x", "bx", true),
            ("[!a-c]x", "bx", false),
            ("[]]", "]", true),
            ("*", ".hidden", false),
            (".*", ".hidden", true),
            ("", "", true),
        ] {
            assert_eq!(matches(pattern, name), expected, "{pattern} {name}");
        }
    }
}
