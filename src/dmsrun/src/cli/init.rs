//! `dmsrun init [DIR]`: makes a project that works at once.

use super::{
    CommandLine,
    arguments::{Given, read},
    types,
};
use crate::ui::Terminal;
use clap::Parser;
use dmsrun_diag::{Diagnostic, Exit};
use std::path::{Path, PathBuf};

const AFTER_HELP: &str = "\
Examples:
  dmsrun init orders                     a project in the folder orders
  cd orders
  dmsrun --local migrate.lua             rehearse the whole migration
  dmsrun test                            run its spec";

/// Makes a project that works at once: a script, its configuration, a spec, settings for editors.
#[derive(Debug, Parser)]
#[command(name = "dmsrun init", no_binary_name = true, after_help = AFTER_HELP)]
pub struct InitLine {
    /// The folder; it is made where it is missing.
    #[arg(value_name = "DIR", default_value = ".")]
    pub dir: PathBuf,

    /// The migration's name [default: the folder's].
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,

    /// Overwrite files that are there.
    #[arg(long)]
    pub force: bool,
}

/// What a project is: none of these is ever written over unless `--force` says so. Any other file that is
/// there is the folder's own (a repository begins with a README.md and a .gitignore) and is left as it is.
const OWN: [&str; 3] = ["migrate.lua", "migration.json", "spec/migrate_spec.lua"];

/// The files of a project: name and text, with the migration's name as `@NAME@`.
const FILES: [(&str, &str); 11] = [
    ("migrate.lua", include_str!("init/migrate.lua")),
    ("migration.json", include_str!("init/migration.json")),
    ("spec/migrate_spec.lua", include_str!("init/migrate_spec.lua")),
    (".luarc.json", include_str!("init/luarc.json")),
    (".emmyrc.json", include_str!("init/emmyrc.json")),
    ("stylua.toml", include_str!("init/stylua.toml")),
    ("selene.toml", include_str!("init/selene.toml")),
    ("dmsrun.yml", include_str!("init/dmsrun.yml")),
    ("lua54.yml", include_str!("init/lua54.yml")),
    (".gitignore", include_str!("init/gitignore")),
    ("README.md", include_str!("init/README.md")),
];

/// Makes the project.
pub fn run(line: CommandLine, ui: &Terminal) -> Result<u8, Diagnostic> {
    let Given::Line(given) = read::<InitLine>(&line.rest, ui)? else {
        return Ok(Exit::Success.code());
    };
    let name = name(&given)?;
    if !given.force {
        refuse_to_overwrite(&given.dir)?;
    }
    let stubs = types::files(line.options.stdlib)?;
    types::write(&given.dir.join(types::FOLDER), &stubs)?;
    let mut made = Vec::new();
    for (file, text) in FILES {
        made.push((file, put(&given, file, &text.replace("@NAME@", &name))?));
    }
    ui.print_line(&format!(
        "A project for the migration \"{name}\" is in {}:",
        given.dir.display()
    ));
    for (file, done) in made {
        ui.print_line(format!("  {file:<22} {done}").trim_end());
    }
    ui.print_line(&format!("  {}/ ({} stubs for editors)", types::FOLDER, stubs.len()));
    ui.print_line("\nNext:");
    if given.dir != Path::new(".") {
        ui.print_line(&format!("  cd {}", word(&given.dir)));
    }
    ui.print_line("  dmsrun --local migrate.lua     rehearse it on the AWS inside the binary");
    ui.print_line("  dmsrun test                    run its spec");
    ui.print_line("  dmsrun check migrate.lua       check script, mappings and settings");
    ui.print_line("Then say in migration.json where your databases are, and look at");
    ui.print_line("  dmsrun migrate.lua plan        what would be made in your account");
    Ok(Exit::Success.code())
}

/// The script of a project and its configuration alone.
pub fn script(dir: &Path, name: &str) -> Result<(), Diagnostic> {
    FILES
        .iter()
        .filter(|(file, _)| ["migrate.lua", "migration.json"].contains(file))
        .try_for_each(|(file, text)| write(&dir.join(file), &text.replace("@NAME@", name)))
}

/// Writes a file, unless it is the folder's own; says what became of it, where that is not plain.
fn put(given: &InitLine, file: &str, text: &str) -> Result<&'static str, Diagnostic> {
    let path = given.dir.join(file);
    if given.force || !path.exists() {
        write(&path, text)?;
        return Ok("");
    }
    if file != ".gitignore" {
        return Ok("is there and was left as it is");
    }
    let there = std::fs::read_to_string(&path).unwrap_or_default();
    if there.lines().any(|line| line.trim().trim_end_matches('/') == ".dmsrun") {
        return Ok("is there and was left as it is");
    }
    let end = if there.is_empty() || there.ends_with('\n') { "" } else { "\n" };
    write(&path, &format!("{there}{end}{text}"))?;
    Ok("is there; .dmsrun/ was added")
}

/// A path as a word for a shell.
fn word(path: &Path) -> String {
    let text = path.display().to_string();
    let text = if text.starts_with('-') { format!("./{text}") } else { text };
    let plain = |c: char| c.is_alphanumeric() || "/._-+@:,".contains(c);
    if text.chars().all(plain) { text } else { format!("'{}'", text.replace('\'', "'\\''")) }
}

/// The migration's name: as given, or made of the folder's.
fn name(given: &InitLine) -> Result<String, Diagnostic> {
    let wrong = |name: &str, from: &str| {
        Diagnostic::error("The name can't be part of AWS names")
            .what(format!("{from} \"{name}\": a letter first, then letters, digits and single hyphens, at most 40"))
            .exit(Exit::Usage)
            .command("name the migration", "dmsrun init --name orders")
    };
    if let Some(name) = &given.name {
        return if is_valid(name) { Ok(name.clone()) } else { Err(wrong(name, "the name")) };
    }
    let absolute = std::path::absolute(&given.dir).unwrap_or_else(|_| given.dir.clone());
    let folder = absolute.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let words: Vec<String> = folder
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    let made = words.join("-");
    // Of a name in other letters only a torso would be left.
    let whole = !folder.chars().any(|c| c.is_alphabetic() && !c.is_ascii());
    if whole && is_valid(&made) { Ok(made) } else { Err(wrong(&folder, "the folder's name")) }
}

/// What `migration.new` takes as a name.
fn is_valid(name: &str) -> bool {
    name.len() <= 40
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && !name.contains("--")
        && !name.ends_with('-')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
}

fn refuse_to_overwrite(dir: &Path) -> Result<(), Diagnostic> {
    if dir.exists() && !dir.is_dir() {
        return Err(Diagnostic::error("The project could not be made")
            .what(format!("{} is not a folder", dir.display()))
            .exit(Exit::Usage));
    }
    let there: Vec<&str> = OWN.into_iter().filter(|file| dir.join(file).exists()).collect();
    if there.is_empty() {
        return Ok(());
    }
    Err(Diagnostic::error("Files would be overwritten")
        .what(format!("{} has {} already; nothing was written", dir.display(), there.join(", ")))
        .exit(Exit::Usage)
        .command(
            "to overwrite them, and every other file of a project",
            format!("dmsrun init {} --force", word(dir)),
        )
        .command("to write the stubs for editors only", "dmsrun types"))
}

fn write(path: &Path, text: &str) -> Result<(), Diagnostic> {
    let folder = path.parent().unwrap_or(path);
    std::fs::create_dir_all(folder).and_then(|()| std::fs::write(path, text)).map_err(|error| {
        Diagnostic::error("The project could not be made")
            .what(format!("{}: {error}", path.display()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_is_made_of_the_folders() {
        let of = |dir: &str| name(&InitLine { dir: dir.into(), name: None, force: false });
        assert_eq!(of("/tmp/Orders_2 (new)").ok().as_deref(), Some("orders-2-new"));
        assert!(of("/tmp/2024").is_err());
        assert!(of("/tmp/Müller").is_err());
    }

    #[test]
    fn a_path_is_a_word_for_a_shell() {
        let words = [
            ("a/b-1", "a/b-1"),
            ("my orders", "'my orders'"),
            ("-x", "./-x"),
            ("a'b", r"'a'\''b'"),
        ];
        for (path, expected) in words {
            assert_eq!(word(Path::new(path)), expected);
        }
    }
}
