//! The arguments of a command of dmsrun: what clap makes of them, with our messages.

use crate::ui::Terminal;
use clap::{CommandFactory, Parser, error::ErrorKind};
use dmsrun_diag::{Diagnostic, Exit, did_you_mean};

/// What a command's line is.
#[derive(Debug)]
pub enum Given<T> {
    /// Its arguments.
    Line(T),
    /// A wish for help, which is answered.
    Help,
}

/// Reads the arguments behind a command's name. `--help` is answered here.
pub fn read<T: Parser>(rest: &[String], ui: &Terminal) -> Result<Given<T>, Diagnostic> {
    let arguments = rest.iter().skip(1);
    match T::try_parse_from(arguments) {
        Ok(line) => Ok(Given::Line(line)),
        Err(error) if error.kind() == ErrorKind::DisplayHelp => {
            ui.print_line(error.to_string().trim_end());
            Ok(Given::Help)
        }
        Err(error) => Err(misuse::<T>(&error, rest)),
    }
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
    if error.kind() == ErrorKind::UnknownArgument
        && let Some(wrong) = wrong_option(rest, &text)
        && let Some(near) = near::<T>(wrong)
    {
        diagnostic = diagnostic.hint(near);
    }
    diagnostic.command("all of its options are shown by", format!("dmsrun {command} --help"))
}

fn wrong_option<'a>(rest: &'a [String], message: &str) -> Option<&'a str> {
    let name = |word: &'a String| word.split('=').next().unwrap_or(word);
    rest.iter().map(name).find(|word| word.starts_with('-') && message.contains(*word))
}

fn near<T: CommandFactory>(wrong: &str) -> Option<String> {
    let command = T::command();
    let names: Vec<String> = command
        .get_arguments()
        .filter_map(|argument| Some(format!("--{}", argument.get_long()?)))
        .collect();
    did_you_mean(wrong, names.iter().map(String::as_str))
}
