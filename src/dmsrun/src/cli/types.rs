//! `dmsrun types [DIR]`: writes LuaCATS stubs for editors and checkers.

use super::{
    CommandLine,
    arguments::{Given, read},
};
use crate::ui::Terminal;
use clap::Parser;
use dmsrun_diag::{Diagnostic, Exit};
use dmsrun_lua::{reference::Reference, types};
use std::{
    collections::BTreeMap,
    io,
    path::{Path, PathBuf},
};

/// Where the stubs go where no folder is named.
pub const FOLDER: &str = "types";

const AFTER_HELP: &str = "\
Examples:
  dmsrun types                 write the stubs to types/
  dmsrun types --check         end with 1 where they are not those of this dmsrun

An editor with lua-language-server or EmmyLua reads them when .luarc.json says
  { \"workspace.library\": [\"types\"] }";

/// Writes LuaCATS stubs for editors: AWS operations with their parameters and results, the host's modules,
/// the standard library, task settings, kinds.
#[derive(Debug, Parser)]
#[command(name = "dmsrun types", no_binary_name = true, after_help = AFTER_HELP)]
pub struct TypesLine {
    /// The folder.
    #[arg(value_name = "DIR", default_value = FOLDER)]
    pub dir: PathBuf,

    /// Write nothing; end with 1 where the stubs in DIR are not those of this dmsrun.
    #[arg(long)]
    pub check: bool,
}

/// Writes the stubs, or checks them.
pub fn run(line: CommandLine, ui: &Terminal) -> Result<u8, Diagnostic> {
    let Given::Line(given) = read::<TypesLine>(&line.rest, ui)? else {
        return Ok(Exit::Success.code());
    };
    let files = files(line.options.stdlib)?;
    let drift = drift(&given.dir, &files);
    if given.check {
        return check(&given.dir, &drift, ui);
    }
    write(&given.dir, &files)?;
    for stale in drift.stale {
        let path = given.dir.join(&stale);
        std::fs::remove_file(&path).map_err(|error| failed(&path, &error))?;
    }
    ui.print_line(&format!("{} stubs in {}", files.len(), given.dir.display()));
    Ok(Exit::Success.code())
}

/// The stubs: path inside the folder, and text.
pub fn files(stdlib: Option<PathBuf>) -> Result<BTreeMap<String, String>, Diagnostic> {
    types::files(&Reference::new(stdlib))
}

/// Writes the stubs; a file that is right already is left alone, so that editors need not read it again.
/// Where a folder holds code under the name of a stub, nothing is written.
pub fn write(dir: &Path, files: &BTreeMap<String, String>) -> Result<(), Diagnostic> {
    if dir.exists() && !dir.is_dir() {
        return Err(Diagnostic::error("The stubs could not be written")
            .what(format!("{} is not a folder", dir.display()))
            .exit(Exit::Usage));
    }
    let code: Vec<&str> =
        files.keys().map(String::as_str).filter(|f| is_code(&dir.join(f))).collect();
    if let Some((first, rest)) = code.split_first() {
        let more =
            if rest.is_empty() { String::new() } else { format!(" and {} more", rest.len()) };
        return Err(Diagnostic::error("Files would be overwritten")
            .what(format!(
                "{} is code and no stub{more}; nothing was written",
                dir.join(first).display()
            ))
            .exit(Exit::Usage)
            .command("stubs have a folder of their own", format!("dmsrun types {FOLDER}")));
    }
    for (name, text) in files {
        let path = dir.join(name);
        if std::fs::read(&path).is_ok_and(|there| there == text.as_bytes()) {
            continue;
        }
        let folder = path.parent().unwrap_or(dir);
        std::fs::create_dir_all(folder)
            .and_then(|()| std::fs::write(&path, text))
            .map_err(|error| failed(&path, &error))?;
    }
    Ok(())
}

fn failed(path: &Path, error: &io::Error) -> Diagnostic {
    Diagnostic::error("The stubs could not be written").what(format!("{}: {error}", path.display()))
}

/// How a folder differs from what it should hold.
struct Drift {
    missing: Vec<String>,
    other: Vec<String>,
    /// Generated once, and no more.
    stale: Vec<String>,
}

fn drift(dir: &Path, files: &BTreeMap<String, String>) -> Drift {
    let mut drift = Drift { missing: Vec::new(), other: Vec::new(), stale: Vec::new() };
    for (name, text) in files {
        match std::fs::read(dir.join(name)) {
            Ok(there) if there == text.as_bytes() => {}
            Ok(_) => drift.other.push(name.clone()),
            Err(_) => drift.missing.push(name.clone()),
        }
    }
    let mut open = vec![(dir.to_path_buf(), String::new())];
    while let Some((folder, prefix)) = open.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            if entry.file_type().is_ok_and(|sort| sort.is_dir()) {
                open.push((entry.path(), format!("{name}/")));
            } else if !files.contains_key(&name) && is_ours(&entry.path()) {
                drift.stale.push(name);
            }
        }
    }
    drift.stale.sort();
    drift
}

/// Whether a file was generated by us: nothing else is ever removed.
fn is_ours(path: &Path) -> bool {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    text.starts_with("---@meta") && text.lines().nth(1) == Some(MARK)
}

/// Whether a file holds what somebody may run: a stub begins with `---@meta`, whoever wrote it.
fn is_code(path: &Path) -> bool {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    !text.trim().is_empty() && !text.starts_with("---@meta")
}

/// The second line of every stub.
const MARK: &str = "-- Generated by `dmsrun types`; do not edit.";

fn check(dir: &Path, drift: &Drift, ui: &Terminal) -> Result<u8, Diagnostic> {
    let words = [("missing", &drift.missing), ("other", &drift.other), ("no more", &drift.stale)];
    if words.iter().all(|(_, list)| list.is_empty()) {
        ui.print_line(&format!("The stubs in {} are current.", dir.display()));
        return Ok(Exit::Success.code());
    }
    let list = |(word, names): &(&str, &Vec<String>)| match names.len() {
        0 => None,
        count => {
            let shown: Vec<&str> = names.iter().take(5).map(String::as_str).collect();
            let more = if count > 5 { format!(" and {} more", count - 5) } else { String::new() };
            Some(format!("{word}: {}{more}", shown.join(", ")))
        }
    };
    Err(Diagnostic::error("The stubs are not current")
        .what(words.iter().filter_map(list).collect::<Vec<_>>().join("; "))
        .command("they are written anew by", format!("dmsrun types {}", dir.display())))
}
