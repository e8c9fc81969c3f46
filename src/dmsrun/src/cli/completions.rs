//! `dmsrun completions SHELL`: prints completions for a shell.

use super::{
    CommandLine,
    arguments::{Given, read},
    program,
};
use crate::ui::Terminal;
use clap::Parser;
use clap_complete::Shell;
use dmsrun_diag::{Diagnostic, Exit};

const AFTER_HELP: &str = "\
Examples:
  dmsrun completions bash > ~/.local/share/bash-completion/completions/dmsrun
  dmsrun completions zsh  > ~/.zfunc/_dmsrun          (with fpath+=~/.zfunc before compinit)
  dmsrun completions fish > ~/.config/fish/completions/dmsrun.fish";

/// Prints completions for a shell.
#[derive(Debug, Parser)]
#[command(name = "dmsrun completions", no_binary_name = true, after_help = AFTER_HELP)]
pub struct CompletionsLine {
    /// The shell.
    #[arg(value_enum, value_name = "SHELL")]
    pub shell: Shell,
}

/// Prints them.
pub fn run(line: CommandLine, ui: &Terminal) -> Result<u8, Diagnostic> {
    let Given::Line(given) = read::<CompletionsLine>(&line.rest, ui)? else {
        return Ok(Exit::Success.code());
    };
    let mut text = Vec::new();
    clap_complete::generate(given.shell, &mut program::command(), "dmsrun", &mut text);
    ui.print_line(String::from_utf8_lossy(&text).trim_end());
    Ok(Exit::Success.code())
}
