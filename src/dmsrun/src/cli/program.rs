//! The whole command line as clap knows it, commands included: for completions and the man page.

use super::{
    COMMANDS, CommandLine, adopt::AdoptLine, check::CheckLine, completions::CompletionsLine,
    doc::DocLine, init::InitLine, local::LocalLine, man::ManLine, mappings::MappingsLine, options,
    repl::ReplLine, test::TestLine, types::TypesLine,
};
use clap::{Arg, Command, CommandFactory, ValueHint};

/// `dmsrun` with its options, the script, and the commands with theirs.
pub fn command() -> Command {
    // The script stands where commands do; `line.rs` takes it apart before clap sees it.
    let script = Arg::new("SCRIPT").num_args(0..).value_hint(ValueHint::FilePath);
    let mut program = CommandLine::command().arg(script.help("a script (*.lua) and its arguments"));
    // clap's own `help` would hide ours.
    program = program.disable_help_subcommand(true);
    for (name, about) in COMMANDS {
        let line = without(name, &options::narrowed(one(name), name));
        program = program.subcommand(line.about(first(about)));
    }
    program
}

/// The commands inside commands.
const INNER: [&str; 3] = ["to-lua", "explain", "reset"];

/// The command without what is hidden in it: completions would offer it all the same.
fn without(name: &'static str, line: &Command) -> Command {
    let mut kept = Command::new(name);
    if let Some(about) = line.get_about() {
        kept = kept.about(about.clone());
    }
    if let Some(after) = line.get_after_help() {
        kept = kept.after_help(after.clone());
    }
    kept = kept.args(line.get_arguments().filter(|arg| !arg.is_hide_set()).cloned());
    kept.subcommands(line.get_subcommands().filter_map(|inner| {
        let name = INNER.iter().find(|name| **name == inner.get_name())?;
        Some(without(name, inner))
    }))
}

fn one(name: &'static str) -> Command {
    match name {
        "adopt" => AdoptLine::command(),
        "check" => CheckLine::command(),
        "mappings" => MappingsLine::command(),
        "test" => TestLine::command(),
        "types" => TypesLine::command(),
        "init" => InitLine::command(),
        "doc" => DocLine::command(),
        "completions" => CompletionsLine::command(),
        "man" => ManLine::command(),
        "local" => LocalLine::command(),
        "repl" => ReplLine::command(),
        "help" | "version" => Command::new(name),
        // Their arguments are files.
        _ => Command::new(name).arg(
            Arg::new("FILE").num_args(0..).value_hint(ValueHint::FilePath).help("files to look at"),
        ),
    }
}

/// What stands before the usage in the list of commands.
fn first(about: &'static str) -> &'static str {
    about.split(": dmsrun").next().unwrap_or(about)
}
