//! Reads what is to be checked, and says in words what is no text.

use super::{
    codes,
    found::{Checked, Found, Sort},
};
use dmsrun_diag::did_you_mean;
use std::{io::Read as _, path::Path};

/// The largest file that is checked: far beyond any document of DMS, and any script.
const LARGEST: u64 = 32 << 20;

/// The largest catalogue: 100,000 tables of 20 columns as CSV are some 150 MB.
pub const LARGEST_CATALOGUE: u64 = 1 << 30;

/// Why there are no bytes.
#[derive(Debug)]
pub struct Problem {
    /// The code.
    pub code: &'static dmsrun_dms::Code,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
}

fn problem(code: &'static dmsrun_dms::Code, message: String, hint: Option<String>) -> Problem {
    Problem { code, message, hint }
}

fn megabytes(bytes: u64) -> String {
    format!("{} MB", bytes.div_ceil(1 << 20))
}

/// The ending that most files of a folder have, of those that can be checked.
fn sort_of_most(folder: &Path) -> &'static str {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let (mut scripts, mut documents) = (0, 0);
    for entry in entries.take(1000) {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        scripts += usize::from(name.ends_with(".lua"));
        documents += usize::from(name.ends_with(".json"));
    }
    // A script's configuration, which lies beside it, is no document to check.
    if scripts > 0 && scripts >= documents { ".lua" } else { ".json" }
}

/// The bytes of a file, or of the standard input.
pub fn bytes(name: &str, largest: u64) -> Result<Vec<u8>, Problem> {
    let too_large = |size: String| {
        let message = format!("{name} has {size}; up to {} are read", megabytes(largest));
        problem(&codes::F004, message, Some("is it the right file?".to_owned()))
    };
    let unreadable = |error: std::io::Error| {
        problem(&codes::F001, format!("{name} can't be read: {error}"), None)
    };
    let mut out = Vec::new();
    if name == "-" {
        std::io::stdin().lock().take(largest + 1).read_to_end(&mut out).map_err(unreadable)?;
    } else {
        let path = Path::new(name);
        if path.is_dir() {
            let sort = sort_of_most(path);
            let hint = format!(
                "name the files in it: dmsrun check {}/*{sort}",
                name.trim_end_matches('/')
            );
            return Err(problem(&codes::F001, format!("{name} is a folder"), Some(hint)));
        }
        let file = match std::fs::File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(problem(&codes::F001, format!("there is no file {name}"), near(path)));
            }
            Err(error) => return Err(unreadable(error)),
        };
        let size = file.metadata().map_err(unreadable)?.len();
        if size > largest {
            return Err(too_large(megabytes(size)));
        }
        // A pipe has no size; it is read up to the limit.
        file.take(largest + 1).read_to_end(&mut out).map_err(unreadable)?;
    }
    if out.len() as u64 > largest {
        return Err(too_large("more".to_owned()));
    }
    Ok(out)
}

/// The nearest name in the folder.
fn near(path: &Path) -> Option<String> {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let names: Vec<String> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .take(10_000)
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.ends_with(".lua") || name.ends_with(".json"))
        .collect();
    let wanted = path.file_name()?.to_str()?;
    did_you_mean(wanted, names.iter().map(String::as_str))
}

/// Reads a file and says what it is.
pub fn read(name: &str) -> Checked {
    let mut checked =
        Checked { name: name.to_owned(), sort: Sort::Nothing, text: None, found: Vec::new() };
    let bytes = match bytes(name, LARGEST) {
        Ok(bytes) => bytes,
        Err(problem) => {
            let mut found = Found::of(problem.code, name, problem.message);
            found.hint = problem.hint;
            // The message names the file already.
            found.message = found.message.trim_start_matches(&format!("{name} ")).to_owned();
            checked.found.push(found);
            return checked;
        }
    };
    match text(name, bytes) {
        Ok(text) => decide(&mut checked, text),
        Err(found) => checked.found.push(*found),
    }
    checked
}

fn text(name: &str, bytes: Vec<u8>) -> Result<String, Box<Found>> {
    let wrong = |message: &str| Found::of(&codes::F003, name, message);
    let save = "save it as UTF-8, for example: iconv -f UTF-16 -t UTF-8";
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        return Err(Box::new(wrong("the text is UTF-16").hint(save)));
    }
    if bytes.starts_with(b"\x1bLua") {
        return Err(Box::new(wrong("this is compiled Lua; the script itself is wanted")));
    }
    let zeros = bytes.iter().take(64).filter(|b| **b == 0).count();
    if zeros > 0 {
        let half = bytes.len() >= 4 && zeros * 2 >= bytes.len().min(64) - 1;
        return Err(Box::new(if half {
            wrong("the text is UTF-16 without a byte order mark").hint(save)
        } else {
            wrong("this is no text: it has zero bytes")
        }));
    }
    String::from_utf8(bytes).map_err(|error| {
        let good = error.utf8_error().valid_up_to();
        let before = String::from_utf8_lossy(&error.as_bytes()[..good]).into_owned();
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        let byte = error.as_bytes().get(good).copied().unwrap_or_default();
        let message = format!("line {line}, column {column}: the byte {byte:02X} is not UTF-8");
        Box::new(wrong(&message).hint("save it as UTF-8"))
    })
}

/// JSON by its ending or by what it begins with, Lua otherwise.
fn decide(checked: &mut Checked, text: String) {
    let plain = text.strip_prefix('\u{feff}');
    let body = plain.unwrap_or(&text);
    let first = body.trim_start().chars().next();
    let json = match Path::new(&checked.name).extension().and_then(|e| e.to_str()) {
        Some("lua") => false,
        Some("json") => true,
        _ => matches!(first, Some('{' | '[')),
    };
    if first.is_none() {
        let mut found = Found::of(&codes::F002, &checked.name, "the file is empty");
        if !json && checked.name.ends_with(".lua") {
            found.severity = dmsrun_diag::Severity::Note;
        }
        checked.found.push(found);
        checked.sort = if json { Sort::Json } else { Sort::Script };
        return;
    }
    if plain.is_some() && json {
        let message = "the text begins with a byte order mark";
        checked.found.push(
            Found::of(&codes::F007, &checked.name, message).hint("save it as UTF-8 without one"),
        );
    }
    checked.sort = if json { Sort::Json } else { Sort::Script };
    checked.text = Some(body.to_owned());
}
