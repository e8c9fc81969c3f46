//! Runs a script, statements (`-e`), or what comes by the standard input.

use super::{CommandLine, verb_line::VerbLine};
use crate::{session, ui::Terminal};
use dmsrun_diag::{Diagnostic, Exit};
use dmsrun_lua::Host;
use std::{cell::RefCell, io::Read as _, path::Path, rc::Rc};

/// Runs what the line names and gives the exit code.
pub fn run(line: CommandLine, ui: &Terminal) -> Result<u8, Diagnostic> {
    let CommandLine { options, execute, require, rest, .. } = line;
    let mut rest = rest.into_iter();
    let script = rest.next();
    let options = Rc::new(RefCell::new(options));
    let mut config = session::host_config(&options, ui);
    config.script = script.clone().filter(|s| s != "-");
    config.args = rest.collect();
    config.command_line = Some(Rc::new(VerbLine::new(Rc::clone(&options))));
    let host = Host::new(config)?;
    session::on_interrupt(&host, ui)?;
    let work = Work { require, execute, script };
    Ok(work.run(&host).unwrap_or_else(|diagnostic| {
        // The host knows the texts that are in no file.
        ui.show_from(&diagnostic, &**host.state());
        diagnostic.exit.code()
    }))
}

/// What a line asks for, in this order.
struct Work {
    require: Vec<String>,
    execute: Vec<String>,
    script: Option<String>,
}

impl Work {
    /// Does it until something ends with another code than 0.
    fn run(&self, host: &Host) -> Result<u8, Diagnostic> {
        for module in &self.require {
            let (global, name) = module.split_once('=').unwrap_or((module, module));
            match host.require(global, name)? {
                0 => {}
                code => return Ok(code),
            }
        }
        for statement in &self.execute {
            match host.run_string("(command line)", statement)? {
                0 => {}
                code => return Ok(code),
            }
        }
        match self.script.as_deref() {
            None if !self.execute.is_empty() || !self.require.is_empty() => {
                Ok(Exit::Success.code())
            }
            None | Some("-") => {
                let mut text = String::new();
                std::io::stdin().read_to_string(&mut text).map_err(|error| {
                    Diagnostic::error("The standard input can't be read").what(error.to_string())
                })?;
                host.run_string("stdin", &text)
            }
            Some(path) if !Path::new(path).exists() => Err(missing(path)),
            Some(path) => host.run_file(path),
        }
    }
}

/// A script that is not there, with the nearest one that is.
fn missing(path: &str) -> Diagnostic {
    let folder = Path::new(path).parent().filter(|p| !p.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    let names: Vec<String> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.ends_with(".lua"))
        .collect();
    let wanted = Path::new(path).file_name().and_then(|n| n.to_str()).unwrap_or(path);
    let near = dmsrun_diag::did_you_mean(wanted, names.iter().map(String::as_str));
    Diagnostic::error("Script not found")
        .what(format!("there is no file {path}"))
        .hint(near.unwrap_or_else(|| "the path is relative to the current folder".to_owned()))
}
