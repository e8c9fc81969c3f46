//! Takes a command line apart as lua(1) does: the options of the interpreter in their order, then the
//! script, then what belongs to the script.

use super::{Action, CommandLine, Early};
use clap::{ArgMatches, Command, CommandFactory as _, FromArgMatches as _, parser::ValueSource};
use std::ffi::OsString;

/// Reads a whole command line, the program's name first.
pub fn read(argv: Vec<OsString>) -> Result<CommandLine, Early> {
    let mut command = CommandLine::command();
    command.build();
    let script = script_at(&command, &argv);
    // What stands behind belongs to the script: clap does not see it.
    let end = script.unwrap_or(argv.len());
    let matches = command.try_get_matches_from_mut(&argv[..end]).map_err(Early)?;
    let mut line = CommandLine::from_arg_matches(&matches).map_err(Early)?;
    line.actions = actions(&matches);
    line.given = given(&command, &matches);
    line.rest = argv[end..].iter().map(|a| a.to_string_lossy().into_owned()).collect();
    line.script_at = script;
    line.argv = argv;
    Ok(line)
}

/// The options that were typed, each with how it is written.
fn given(command: &Command, matches: &ArgMatches) -> Vec<(String, String)> {
    let typed = |arg: &&clap::Arg| {
        matches.value_source(arg.get_id().as_str()) == Some(ValueSource::CommandLine)
    };
    let named = |arg: &clap::Arg| (arg.get_id().to_string(), super::options::written(arg));
    command.get_arguments().filter(typed).map(named).collect()
}

/// Where the script or the command stands: behind `--`, or the first argument that is no option and
/// no option's value.
fn script_at(command: &Command, argv: &[OsString]) -> Option<usize> {
    let mut at = 1;
    while let Some(argument) = argv.get(at) {
        let text = argument.to_string_lossy();
        if text == "--" {
            return (at + 1 < argv.len()).then_some(at + 1);
        }
        if text == "-" || !text.starts_with('-') {
            return Some(at);
        }
        at += if takes_the_next(command, &text) { 2 } else { 1 };
    }
    None
}

/// Whether the value of an option is the argument behind it.
fn takes_the_next(command: &Command, option: &str) -> bool {
    let wants = |found: Option<&clap::Arg>| {
        found.is_some_and(|a| a.get_action().takes_values() && !a.is_require_equals_set())
    };
    if let Some(long) = option.strip_prefix("--") {
        return !long.contains('=')
            && wants(command.get_arguments().find(|a| a.get_long() == Some(long)));
    }
    // `-ve print(1)`, `-eprint(1)`: the first one that takes a value takes the rest, or the next.
    let letters: Vec<char> = option.chars().skip(1).collect();
    for (index, letter) in letters.iter().enumerate() {
        let found = command.get_arguments().find(|a| a.get_short() == Some(*letter));
        if wants(found) {
            return index + 1 == letters.len();
        }
    }
    false
}

/// What `-e`, `-l` and `-W` ask for, in the order in which they stand.
fn actions(matches: &ArgMatches) -> Vec<Action> {
    let mut found: Vec<(usize, Action)> = Vec::new();
    for (name, make) in [
        ("execute", Action::Statement as fn(String) -> Action),
        ("require", Action::Require as fn(String) -> Action),
    ] {
        let indices = matches.indices_of(name).into_iter().flatten();
        let values = matches.get_many::<String>(name).into_iter().flatten();
        found.extend(indices.zip(values).map(|(at, value)| (at, make(value.clone()))));
    }
    if matches.value_source("warn") == Some(ValueSource::CommandLine) {
        found.extend(matches.index_of("warn").map(|at| (at, Action::Warn)));
    }
    found.sort_by_key(|(at, _)| *at);
    found.into_iter().map(|(_, action)| action).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(args: &[&str]) -> CommandLine {
        let argv = std::iter::once("dmsrun").chain(args.iter().copied()).map(OsString::from);
        match read(argv.collect()) {
            Ok(line) => line,
            Err(early) => panic!("{early:?}"),
        }
    }

    #[test]
    fn what_follows_the_script_belongs_to_the_script() {
        let found = line(&["--local", "a/b.lua", "deploy", "--yes", "-c", "x=1", "--", "-e"]);
        assert!(found.options.local.is_some() && !found.options.yes);
        assert_eq!(found.rest, ["a/b.lua", "deploy", "--yes", "-c", "x=1", "--", "-e"]);
        assert_eq!(found.script_at, Some(2));
    }

    #[test]
    fn values_may_stand_in_the_option_or_behind_it() {
        for args in [
            &["-e", "x=1", "s.lua"][..],
            &["-ex=1", "s.lua"],
            &["-ve", "x=1", "s.lua"],
            &["-e", "x=1", "--", "s.lua"],
        ] {
            let found = line(args);
            assert_eq!(found.rest, ["s.lua"], "{args:?}");
            assert_eq!(found.actions, [Action::Statement("x=1".into())], "{args:?}");
        }
        let found = line(&["--region", "eu-west-1", "-c", "a=b", "-y", "plan.lua"]);
        assert_eq!(found.rest, ["plan.lua"]);
    }

    #[test]
    fn statements_and_modules_keep_their_order() {
        let found = line(&["-e", "one()", "-l", "two", "-W", "-lthree", "-e", "four()"]);
        let wanted = [
            Action::Statement("one()".into()),
            Action::Require("two".into()),
            Action::Warn,
            Action::Require("three".into()),
            Action::Statement("four()".into()),
        ];
        assert_eq!(found.actions, wanted);
    }

    #[test]
    fn two_hyphens_end_the_options_and_one_is_the_standard_input() {
        assert_eq!(line(&["--", "-odd.lua"]).rest, ["-odd.lua"]);
        assert_eq!(line(&["-i", "-", "x"]).rest, ["-", "x"]);
        assert_eq!(line(&["-i", "--"]).script_at, None);
    }
}
