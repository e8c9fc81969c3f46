//! The arguments of a command of dmsrun: what clap makes of them, with our messages.

use super::{help, options};
use crate::ui::Terminal;
use clap::{
    CommandFactory, Parser,
    error::{ContextKind, ContextValue, ErrorKind},
};
use dmsrun_diag::{Diagnostic, Exit, did_you_mean};

/// What a command's line is.
#[derive(Debug)]
pub enum Given<T> {
    /// Its arguments.
    Line(T),
    /// A wish for help, which is answered.
    Help,
}

/// Reads the arguments behind a command's name. `--help` is answered here, and an option of the host
/// that means nothing to the command is refused.
pub fn read<T: Parser>(rest: &[String], ui: &Terminal) -> Result<Given<T>, Diagnostic> {
    let name = rest.first().map_or("", String::as_str);
    let mut line = options::narrowed(T::command(), name);
    let read = line.try_get_matches_from_mut(rest.iter().skip(1)).and_then(|matches| {
        let unused = options::unused(&line, &matches, name);
        Ok((T::from_arg_matches(&matches)?, unused))
    });
    match read {
        Ok((line, None)) => Ok(Given::Line(line)),
        Ok((_, Some(option))) => Err(no_use(name, &option)),
        Err(error) if error.kind() == ErrorKind::DisplayHelp => {
            ui.print_line(&help::fitted(error.to_string().trim_end(), help::width()));
            Ok(Given::Help)
        }
        Err(error) => Err(misuse::<T>(&error, rest)),
    }
}

/// An option that a command would pass over.
pub fn no_use(command: &str, option: &str) -> Diagnostic {
    Diagnostic::error("The command line is not understood")
        .what(format!("dmsrun {command} has no use for {option}"))
        .command("all of its options are shown by", format!("dmsrun {command} --help"))
        .exit(Exit::Usage)
}

/// The message of a wrong line: what is wrong, the nearest option, where help is.
fn misuse<T: CommandFactory>(error: &clap::Error, rest: &[String]) -> Diagnostic {
    let command = rest.first().map_or("", String::as_str);
    let text = error.to_string();
    let what = text.split("\n\n").next().unwrap_or_default();
    let what = what.trim_start_matches("error: ").lines().map(str::trim).collect::<Vec<_>>();
    let mut diagnostic = Diagnostic::error("The command line is not understood")
        .what(what.join(" "))
        .exit(Exit::Usage);
    if let (Some(ContextValue::String(given)), Some(ContextValue::Strings(valid))) =
        (error.get(ContextKind::InvalidValue), error.get(ContextKind::ValidValue))
        && let Some(near) = did_you_mean(given, valid.iter().map(String::as_str))
    {
        diagnostic = diagnostic.hint(near);
    }
    if error.kind() == ErrorKind::UnknownArgument
        && let Some(wrong) = wrong_option(rest, &text)
        && let Some(near) = near::<T>(command, wrong)
    {
        diagnostic = diagnostic.hint(near);
    }
    diagnostic.command("all of its options are shown by", format!("dmsrun {command} --help"))
}

fn wrong_option<'a>(rest: &'a [String], message: &str) -> Option<&'a str> {
    let name = |word: &'a String| word.split('=').next().unwrap_or(word);
    rest.iter().map(name).find(|word| word.starts_with('-') && message.contains(*word))
}

fn near<T: CommandFactory>(command: &str, wrong: &str) -> Option<String> {
    let line = options::narrowed(T::command(), command);
    let names: Vec<String> = line
        .get_arguments()
        .filter(|argument| !argument.is_hide_set())
        .filter_map(|argument| Some(format!("--{}", argument.get_long()?)))
        .collect();
    did_you_mean(wrong, names.iter().map(String::as_str))
}
