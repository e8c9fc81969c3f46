//! `dmsrun completions SHELL`: prints completions for a shell.

use super::{
    COMMANDS, CommandLine, Options,
    arguments::{Given, read},
    program, verb_line,
};
use crate::{session, ui::Terminal};
use clap::Parser;
use clap_complete::Shell;
use dmsrun_diag::{Diagnostic, Exit};
use dmsrun_lua::Host;
use mlua::Function;
use std::{cell::RefCell, rc::Rc};

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
    let verbs = verbs(&line.options, ui)?;
    let text = with_verbs(&String::from_utf8_lossy(&text), given.shell, &verbs);
    ui.print_line(text.trim_end());
    Ok(Exit::Success.code())
}

/// The verbs of a migration, as the library lists them.
fn verbs(options: &Options, ui: &Terminal) -> Result<Vec<String>, Diagnostic> {
    let config = session::host_config(&Rc::new(RefCell::new(options.clone())), ui);
    let host = Host::new(config)?;
    let require: Function = host.lua().globals().raw_get("require").map_err(bug)?;
    let found = host.protected(&require, "migration.verbs")?.unwrap_or_default();
    let names = found.front().and_then(|verbs| verbs.as_table()?.get("names").ok());
    names.ok_or_else(|| Diagnostic::bug("the library has no list of verbs"))
}

fn bug(error: mlua::Error) -> Diagnostic {
    Diagnostic::bug(error.to_string())
}

/// The completions with what may stand behind a script: clap knows nothing of it, since everything
/// there is the script's own.
fn with_verbs(text: &str, shell: Shell, verbs: &[String]) -> String {
    let commands: Vec<&str> = COMMANDS.iter().map(|(name, _)| *name).collect();
    let words = [verbs.to_vec(), verb_line::option_names()].concat();
    let (commands, all) = (commands.join("|"), words.join(" "));
    match shell {
        Shell::Bash => text.replacen(
            "_dmsrun() {\n",
            &format!(
                "_dmsrun() {{\n    \
                 local before\n    \
                 for before in \"${{COMP_WORDS[@]:1:COMP_CWORD-1}}\"; do\n        \
                 case \"$before\" in\n            \
                 {commands}) break ;;\n            \
                 *.lua)\n                \
                 COMPREPLY=($(compgen -W \"{all}\" -- \"${{COMP_WORDS[COMP_CWORD]}}\"))\n                \
                 return 0 ;;\n        \
                 esac\n    \
                 done\n"
            ),
            1,
        ),
        Shell::Zsh => text.replacen(
            "_dmsrun() {\n",
            &format!(
                "_dmsrun() {{\n    \
                 local before\n    \
                 for before in \"${{(@)words[2,CURRENT-1]}}\"; do\n        \
                 case \"$before\" in\n            \
                 ({commands}) break ;;\n            \
                 (*.lua) compadd -- {all}; return ;;\n        \
                 esac\n    \
                 done\n"
            ),
            1,
        ),
        Shell::Fish => format!(
            "{}\nfunction __fish_dmsrun_behind_script\n    \
             for before in (commandline -opc)[2..]\n        \
             string match -qr '^({commands})$' -- $before; and return 1\n        \
             string match -q '*.lua' -- $before; and return 0\n    \
             end\n    \
             return 1\nend\n\
             complete -c dmsrun -n __fish_dmsrun_behind_script -f -a \"{all}\"\n",
            text.trim_end()
        ),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verbs_go_where_each_shell_looks_for_them() {
        for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
            let mut text = Vec::new();
            clap_complete::generate(shell, &mut program::command(), "dmsrun", &mut text);
            let plain = String::from_utf8(text).expect("text");
            let with = with_verbs(&plain, shell, &["reload".to_owned()]);
            assert!(with.contains("reload --") && !plain.contains("reload --"), "{shell}");
            assert!(with.contains("--follow"), "{shell}");
        }
    }
}
