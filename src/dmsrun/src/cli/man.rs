//! `dmsrun man [DIR]`: prints the man page, or writes the pages of all commands.

use super::{
    CommandLine,
    arguments::{Given, read},
    program,
};
use crate::ui::Terminal;
use clap::{Arg, Command, Parser};
use clap_mangen::{Man, roff::Roff};
use dmsrun_diag::{Diagnostic, Exit};
use std::{
    io,
    path::{Path, PathBuf},
};

const AFTER_HELP: &str = "\
Examples:
  dmsrun man | man -l -                      read it
  dmsrun man ~/.local/share/man/man1         install the pages of dmsrun and of its commands";

/// Prints the man page.
#[derive(Debug, Parser)]
#[command(name = "dmsrun man", no_binary_name = true, after_help = AFTER_HELP)]
pub struct ManLine {
    /// Write dmsrun.1 and a page for each command to this folder instead.
    #[arg(value_name = "DIR")]
    pub dir: Option<PathBuf>,
}

/// Prints or writes.
pub fn run(line: CommandLine, ui: &Terminal) -> Result<u8, Diagnostic> {
    let Given::Line(given) = read::<ManLine>(&line.rest, ui)? else {
        return Ok(Exit::Success.code());
    };
    let mut program = program::command();
    program.build();
    match given.dir {
        None => {
            let page = page(&program)
                .map_err(|error| Diagnostic::bug(format!("the man page can't be made: {error}")))?;
            ui.print_line(String::from_utf8_lossy(&page).trim_end());
        }
        Some(dir) => {
            let count = write(&program, &dir).map_err(|error| {
                Diagnostic::error("The man pages could not be written")
                    .what(format!("{}: {error}", dir.display()))
            })?;
            ui.print_line(&format!("{count} pages in {}", dir.display()));
        }
    }
    Ok(Exit::Success.code())
}

/// The page of dmsrun or of one of its commands. Exit codes and files belong to the whole program.
fn page(command: &Command) -> io::Result<Vec<u8>> {
    let mut out = Vec::new();
    let man = Man::new(command.clone()).manual("dmsrun");
    man.render_title(&mut out)?;
    man.render_name_section(&mut out)?;
    man.render_synopsis_section(&mut out)?;
    man.render_description_section(&mut out)?;
    man.render_options_section(&mut out)?;
    if command.has_subcommands() {
        man.render_subcommands_section(&mut out)?;
        if command.get_name() == "dmsrun" {
            of_commands(command, &mut out)?;
        }
    }
    if command.get_after_help().is_some() {
        examples(command, &mut out)?;
    }
    if command.has_subcommands() && command.get_name() == "dmsrun" {
        more(&mut out)?;
    }
    // clap_mangen takes it for granted that there is one.
    if command.get_version().is_some() {
        man.render_version_section(&mut out)?;
    }
    Ok(out)
}

/// The options that only one command has: who reads the page from a pipe has no other page.
fn of_commands(program: &Command, out: &mut Vec<u8>) -> io::Result<()> {
    use clap_mangen::roff::{bold, roman};
    let mut roff = Roff::new();
    roff.control("SH", ["OPTIONS OF COMMANDS"]);
    let mut open: Vec<(String, &Command)> = program
        .get_subcommands()
        .map(|command| (format!("dmsrun {}", command.get_name()), command))
        .collect();
    open.reverse();
    while let Some((name, command)) = open.pop() {
        let inner = command.get_subcommands().filter(|inner| inner.get_name() != "help");
        let inner = inner.map(|inner| (format!("{name} {}", inner.get_name()), inner));
        open.extend(inner.collect::<Vec<_>>().into_iter().rev());
        let help = |arg: &Arg| matches!(arg.get_id().as_str(), "help" | "version");
        let host = |arg: &Arg| program.get_arguments().any(|a| a.get_id() == arg.get_id());
        let shared = |arg: &Arg| !help(arg) && host(arg);
        let own = |arg: &&Arg| !host(arg) && !help(arg) && !arg.is_hide_set();
        let all: Vec<&Arg> = command.get_arguments().collect();
        if !all.iter().copied().any(|arg| own(&arg)) && !all.iter().any(|arg| shared(arg)) {
            continue;
        }
        roff.control("SS", [name.as_str()]);
        for arg in all.iter().copied().filter(own) {
            roff.control("TP", []);
            roff.text([bold(label(arg))]);
            roff.text([roman(arg.get_help().map(ToString::to_string).unwrap_or_default())]);
        }
        let names: Vec<String> =
            all.iter().filter(|arg| shared(arg)).map(|arg| super::options::written(arg)).collect();
        if !names.is_empty() {
            let text = format!("Of the options of dmsrun: {}.", names.join(", "));
            roff.control("PP", []);
            roff.text([roman(text)]);
        }
    }
    roff.to_writer(out)
}

/// `-c, --config KEY=VALUE`, `FILE`.
fn label(arg: &Arg) -> String {
    let values: Vec<String> =
        arg.get_value_names().unwrap_or_default().iter().map(ToString::to_string).collect();
    let value = if arg.get_action().takes_values() { values.join(" ") } else { String::new() };
    if arg.is_positional() {
        return if value.is_empty() { arg.get_id().to_string() } else { value };
    }
    let short = arg.get_short().map(|short| format!("-{short}"));
    let names: Vec<String> =
        short.into_iter().chain(arg.get_long().map(|long| format!("--{long}"))).collect();
    format!("{} {value}", names.join(", ")).trim_end().to_owned()
}

/// The text below the help, which keeps its lines.
fn examples(command: &Command, out: &mut Vec<u8>) -> io::Result<()> {
    let text = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    out.extend_from_slice(b".SH EXAMPLES\n.nf\n");
    let mut roff = Roff::new();
    for line in text.lines().filter(|line| *line != "Examples:") {
        roff.text([clap_mangen::roff::roman(line.trim_start_matches("  "))]);
    }
    roff.to_writer(out)?;
    out.extend_from_slice(b".fi\n");
    Ok(())
}

const EXITS: &[(u8, &str)] = &[
    (0, "done"),
    (1, "failed"),
    (2, "a plan has changes (--detailed-exitcode)"),
    (3, "a plan was applied in part; the same command goes on"),
    (4, "a wait reached its limit"),
    (5, "a question needs an answer beforehand (--yes, --allow), or the answer was no"),
    (6, "somebody else is at work on the stack (--force-unlock)"),
    (64, "the command line is wrong"),
    (130, "interrupted"),
];

const FILES: &[(&str, &str)] = &[
    (".dmsrun/", "journal of runs, the local AWS, history of the REPL"),
    ("migration.json, cdk.json", "configuration, beside the script"),
    ("types/", "stubs for editors, written by dmsrun types"),
];

const ENVIRONMENT: &[(&str, &str)] = &[
    ("AWS_PROFILE, AWS_REGION, AWS_*", "the standard chain of credentials and settings"),
    ("DMSRUN_<KEY>", "a key of the configuration, such as DMSRUN_SOURCE_DB_CONFIG_PASSWORD"),
    ("LUA_INIT, LUA_PATH, LUA_CPATH", "as for lua(1)"),
    ("NO_COLOR", "no colours"),
];

fn more(out: &mut Vec<u8>) -> io::Result<()> {
    use clap_mangen::roff::{bold, roman};
    let mut roff = Roff::new();
    let mut list = |title: &str, rows: Vec<(String, &str)>| {
        roff.control("SH", [title]);
        for (name, text) in rows {
            roff.control("TP", []);
            roff.text([bold(name)]);
            roff.text([roman(text)]);
        }
    };
    let named = |rows: &[(&str, &'static str)]| {
        rows.iter().map(|(name, text)| ((*name).to_owned(), *text)).collect::<Vec<_>>()
    };
    list("EXIT STATUS", EXITS.iter().map(|(code, text)| (code.to_string(), *text)).collect());
    list("ENVIRONMENT", named(ENVIRONMENT));
    list("FILES", named(FILES));
    roff.to_writer(out)
}

/// Writes all pages and says how many.
fn write(program: &Command, dir: &Path) -> io::Result<usize> {
    std::fs::create_dir_all(dir)?;
    let mut count = 0;
    let mut open = vec![("dmsrun".to_owned(), program.clone())];
    while let Some((name, command)) = open.pop() {
        // Of the commands in a command, `help` is clap's own.
        let ours = |inner: &&Command| name == "dmsrun" || inner.get_name() != "help";
        let inner = command.get_subcommands().filter(ours);
        open.extend(inner.map(|inner| (format!("{name}-{}", inner.get_name()), inner.clone())));
        let command = command.display_name(name.clone());
        std::fs::write(dir.join(format!("{name}.1")), page(&command)?)?;
        count += 1;
    }
    Ok(count)
}
