//! The whole command line as clap knows it, commands included: for completions and the man page.

use super::{
    COMMANDS, CommandLine, adopt::AdoptLine, check::CheckLine, completions::CompletionsLine,
    doc::DocLine, init::InitLine, man::ManLine, mappings::MappingsLine, repl::ReplLine,
    test::TestLine, types::TypesLine,
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
        program = program.subcommand(one(name).name(*name).about(first(about)));
    }
    program
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
        "local" => Command::new("local")
            .subcommand(Command::new("reset").about("forget everything that the local AWS holds")),
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
