//! Which lines of Lua were run: noted by a line hook, and set against the lines that can run.

use super::lines;
use crate::{Host, place::STDLIB};
use dmsrun_diag::Diagnostic;
use mlua::{HookTriggers, VmState};
use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet, HashMap},
    fmt::Write as _,
    path::{Path, PathBuf},
    rc::Rc,
};

/// How often each line of each file was run, by the file's name as Lua knows it.
pub type Hits = BTreeMap<String, BTreeMap<u32, u64>>;

/// The same while it is being noted; the order comes when it is read.
type Seen = HashMap<Vec<u8>, HashMap<u32, u64>>;

/// Notes the lines that hosts run.
#[derive(Clone, Debug, Default)]
pub struct Collector(Rc<RefCell<Seen>>);

impl Collector {
    /// Notes the lines of this host, in all its coroutines, from now on.
    pub fn watch(&self, host: &Host) -> Result<(), Diagnostic> {
        let seen = Rc::clone(&self.0);
        host.lua()
            .set_global_hook(HookTriggers::EVERY_LINE, move |_, debug| {
                let line = debug.current_line().and_then(|line| u32::try_from(line).ok());
                if let (Some(line), Some(source)) = (line, debug.source().source)
                    && let Some(file) = source.strip_prefix('@')
                {
                    let mut seen = seen.borrow_mut();
                    // Looked up first, since almost every line is of a known file.
                    match seen.get_mut(file.as_bytes()) {
                        Some(lines) => *lines.entry(line).or_default() += 1,
                        None => {
                            seen.insert(file.as_bytes().to_vec(), HashMap::from([(line, 1)]));
                        }
                    }
                }
                Ok(VmState::Continue)
            })
            .map_err(|e| Diagnostic::bug(format!("the line hook can't be set: {e}")))
    }

    /// What was noted.
    pub fn take(&self) -> Hits {
        let seen = std::mem::take(&mut *self.0.borrow_mut());
        seen.into_iter()
            .map(|(file, lines)| {
                (String::from_utf8_lossy(&file).into_owned(), lines.into_iter().collect())
            })
            .collect()
    }
}

/// The lines of all files together.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    hits: Hits,
}

/// The lines of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileCoverage {
    /// The file.
    pub file: String,
    /// Every line that can run, with how often it did.
    pub lines: BTreeMap<u32, u64>,
}

impl FileCoverage {
    /// How many lines were run.
    pub fn run(&self) -> usize {
        self.lines.values().filter(|count| **count > 0).count()
    }

    /// The lines that were not run, as ranges over those that can: `12-14, 20`.
    pub fn missing(&self) -> String {
        let mut ranges: Vec<(u32, u32)> = Vec::new();
        let mut open = false;
        for (line, count) in &self.lines {
            match ranges.last_mut() {
                _ if *count > 0 => open = false,
                Some(range) if open => range.1 = *line,
                _ => {
                    ranges.push((*line, *line));
                    open = true;
                }
            }
        }
        let text = |(from, to): &(u32, u32)| {
            if from == to { from.to_string() } else { format!("{from}-{to}") }
        };
        ranges.iter().map(text).collect::<Vec<_>>().join(", ")
    }
}

impl Coverage {
    pub(super) fn add(&mut self, hits: Hits) {
        for (file, lines) in hits {
            let into = self.hits.entry(file).or_default();
            for (line, count) in lines {
                *into.entry(line).or_default() += count;
            }
        }
    }

    /// The coverage of a project's files, and of the standard library when it is read from a folder.
    /// A file of the project that no spec loads is there as well, with no line run.
    pub fn files(&self, project: &Path, stdlib: Option<&Path>) -> Vec<FileCoverage> {
        let mut by_path: BTreeMap<PathBuf, BTreeMap<u32, u64>> = BTreeMap::new();
        for (file, lines) in &self.hits {
            let inside = STDLIB.trim_start_matches('@');
            let path = match (file.strip_prefix(inside), stdlib) {
                (Some(rest), Some(folder)) => folder.join(rest),
                (Some(_), None) => continue,
                (None, _) => PathBuf::from(file),
            };
            let Ok(path) = path.canonicalize() else { continue };
            let into = by_path.entry(path).or_default();
            for (line, count) in lines {
                *into.entry(*line).or_default() += count;
            }
        }
        let here = project.canonicalize().unwrap_or_else(|_| project.to_path_buf());
        let library = stdlib.and_then(|s| s.canonicalize().ok());
        let mut paths = BTreeSet::new();
        lua_files(&here, &mut paths);
        library.iter().for_each(|folder| lua_files(folder, &mut paths));
        let mut out = Vec::new();
        for path in paths {
            let hits = by_path.get(&path);
            if let Some(lines) = read(&path, hits) {
                let shown = path.strip_prefix(&here).unwrap_or(&path);
                out.push(FileCoverage { file: shown.display().to_string(), lines });
            }
        }
        out.sort_by(|a, b| a.file.cmp(&b.file));
        out
    }
}

/// The coverage in the form of lcov, which editors and CI services read.
pub fn lcov(files: &[FileCoverage]) -> String {
    let mut out = String::new();
    for file in files {
        // Writing to a string does not fail.
        let _ = writeln!(out, "TN:\nSF:{}", file.file);
        for (line, count) in &file.lines {
            let _ = writeln!(out, "DA:{line},{count}");
        }
        let _ = writeln!(out, "LF:{}\nLH:{}\nend_of_record", file.lines.len(), file.run());
    }
    out
}

/// The lines of a file that can run, with how often they did; `None` for specs, stubs, and what does not
/// compile.
fn read(path: &Path, hits: Option<&BTreeMap<u32, u64>>) -> Option<BTreeMap<u32, u64>> {
    let text = std::fs::read(path).ok()?;
    if super::is_spec(path) || text.windows(8).take(400).any(|w| w == b"---@meta") {
        return None;
    }
    let lua = mlua::Lua::new();
    let body = match text.first() {
        Some(b'#') => &text[text.iter().position(|b| *b == b'\n').unwrap_or(text.len())..],
        _ => &text[..],
    };
    let chunk = lua.load(body).into_function().ok()?;
    let active = lines::of_dump(&chunk.dump(false))?;
    let source = String::from_utf8_lossy(&text);
    let rows: Vec<&str> = source.lines().collect();
    let closes = |line: &u32| {
        rows.get(*line as usize - 1).is_none_or(|row| {
            // The end of a function has an instruction that a `return` before it leaves out.
            row.trim().trim_matches(|c: char| ",;)}".contains(c)).trim() == "end"
        })
    };
    let count = |line: u32| hits.and_then(|h| h.get(&line)).copied().unwrap_or(0);
    Some(active.into_iter().filter(|l| *l > 0 && !closes(l)).map(|l| (l, count(l))).collect())
}

fn lua_files(folder: &Path, out: &mut BTreeSet<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let Ok(sort) = entry.file_type() else { continue };
        if sort.is_dir() && !name.starts_with('.') && name != "target" && name != "node_modules" {
            lua_files(&entry.path(), out);
        } else if sort.is_file() && name.ends_with(".lua") {
            out.extend(entry.path().canonicalize());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_go_over_lines_that_cannot_run() {
        let lines = BTreeMap::from([(1, 1), (4, 0), (6, 0), (7, 2), (9, 0)]);
        let file = FileCoverage { file: "a.lua".to_owned(), lines };
        assert_eq!((file.run(), file.missing().as_str()), (2, "4-6, 9"));
        let text = lcov(&[file]);
        assert!(text.starts_with("TN:\nSF:a.lua\nDA:1,1\nDA:4,0\n"), "{text}");
        assert!(text.ends_with("LF:5\nLH:2\nend_of_record\n"), "{text}");
    }
}
