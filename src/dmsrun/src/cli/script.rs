//! Runs Lua as lua(1) does: LUA_INIT, what `-e` and `-l` say in their order, the script or the standard
//! input, and the REPL where `-i` asks for it.

use super::{Action, CommandLine, Options, verb_line::VerbLine};
use crate::{repl, session, ui::Terminal};
use dmsrun_diag::{Diagnostic, Exit};
use dmsrun_lua::Host;
use std::{
    cell::RefCell,
    io::{IsTerminal as _, Read as _},
    path::Path,
    rc::Rc,
};

/// Runs what the line names and gives the exit code.
pub fn run(line: CommandLine, ui: &Terminal) -> Result<u8, Diagnostic> {
    let (host, options) = start(&line, ui)?;
    let (code, goes_on) = work(&line, &host).unwrap_or_else(|diagnostic| {
        // The host knows the texts that are in no file.
        ui.show_from(&as_lua_tells(diagnostic.clone()), &**host.state());
        (diagnostic.exit.code(), false)
    });
    let code = if goes_on { talk(&line, &host, &options, ui)? } else { code };
    end(&host, code, ui)
}

/// Ends the VM and the process: finalizers run, as at the end of lua(1).
pub fn end(host: &Host, code: u8, ui: &Terminal) -> Result<u8, Diagnostic> {
    host.close(|| ui.end(code));
    Ok(code)
}

/// An error of Lua's with the line that lua(1) prints in it, which editors and people know:
/// `file:line: message`.
fn as_lua_tells(mut diagnostic: Diagnostic) -> Diagnostic {
    let place = diagnostic.span.as_ref().map(|at| format!("{}:{}: ", at.file, at.line));
    let error = diagnostic.summary == "Script failed" || diagnostic.summary == "Syntax error";
    if let (true, Some(place), Some((_, what))) = (error, place, diagnostic.details.first_mut())
        && !what.starts_with("(error object")
    {
        what.insert_str(0, &place);
    }
    diagnostic
}

/// A session after what was run, in the same VM.
fn talk(
    line: &CommandLine,
    host: &Host,
    options: &Rc<RefCell<Options>>,
    ui: &Terminal,
) -> Result<u8, Diagnostic> {
    let forced = repl::locked(&mut options.borrow_mut()) || line.sandbox;
    if options.borrow().read_only
        && let Ok(session) = host.state().session()
    {
        session.aws.set_read_only(true);
    }
    repl::interact(host, ui, options, forced)
}

/// A host for the line's script, statements or session, with Ctrl-C caught. Nothing has run in it.
pub fn start(
    line: &CommandLine,
    ui: &Terminal,
) -> Result<(Host, Rc<RefCell<Options>>), Diagnostic> {
    let options = Rc::new(RefCell::new(line.options.clone()));
    let mut config = session::host_config(&options, ui);
    let script = line.script_at.filter(|_| !line.is_command());
    let (before, after) = match script {
        // As lua(1) has it: without a script everything stands behind the program's name.
        None => line.argv.split_at(line.argv.len().min(1)),
        Some(at) => (&line.argv[..at], &line.argv[at + 1..]),
    };
    config.program = before.to_vec();
    config.args = after.to_vec();
    match script.and_then(|_| line.rest.first()) {
        Some(name) if name == "-" => config.program.push(name.into()),
        Some(name) => config.script = Some(name.clone()),
        None => {}
    }
    config.sandbox = line.sandbox();
    config.ignore_environment = line.ignore_environment;
    config.command_line = Some(Rc::new(VerbLine::new(Rc::clone(&options)).on(ui)));
    let at_end = ui.clone();
    config.exit = Some(Rc::new(move |code| at_end.end(code)));
    let host = Host::new(config)?;
    session::on_interrupt(&host, ui)?;
    session::limit(&host, ui);
    if !line.sandbox {
        repl::install_breakpoint(&host, ui, &options)?;
    }
    Ok((host, options))
}

/// Does what stands before the script: LUA_INIT, `-e`, `-l` and `-W`. The code is another than 0 where
/// something ended the program.
pub fn prepare(line: &CommandLine, host: &Host) -> Result<u8, Diagnostic> {
    if !line.ignore_environment && !line.sandbox().is_untrusted() {
        let code = init(host)?;
        if code != 0 {
            return Ok(code);
        }
    }
    for action in &line.actions {
        let code = match action {
            Action::Statement(text) => host.run_string("(command line)", text)?,
            Action::Require(module) => {
                // `g=mod` names the global; else it is the module's name up to a hyphen.
                let own = || (module.split('-').next().unwrap_or(module), module.as_str());
                let (global, name) = module.split_once('=').unwrap_or_else(own);
                host.require(global, name)?
            }
            Action::Warn => {
                host.warn();
                0
            }
        };
        if code != 0 {
            return Ok(code);
        }
    }
    Ok(0)
}

/// What the environment says to run first: a statement, or with an `@` a file.
fn init(host: &Host) -> Result<u8, Diagnostic> {
    let set = |name: &'static str| Some((name, std::env::var_os(name)?));
    let Some((name, text)) = set("LUA_INIT_5_4").or_else(|| set("LUA_INIT")) else {
        return Ok(0);
    };
    let text = text.to_string_lossy();
    match text.strip_prefix('@') {
        Some(file) => host.run_init_file(file),
        None => host.run_string(name, &text),
    }
}

/// Does the work; whether a session follows.
fn work(line: &CommandLine, host: &Host) -> Result<(u8, bool), Diagnostic> {
    let code = prepare(line, host)?;
    if code != 0 {
        return Ok((code, false));
    }
    let script = line.rest.first().filter(|_| !line.is_command());
    let code = match script.map(String::as_str) {
        // As lua(1) has it: behind `--` it is a file's name.
        Some("-") if !line.is_behind_hyphens() => host.run_stdin(&stdin()?, true)?,
        Some(path) if !Path::new(path).exists() => return Err(missing(path)),
        Some(path) => host.run_file(path)?,
        None if line.interactive || line.is_done() => 0,
        None if std::io::stdin().is_terminal() => return Ok((0, true)),
        None => host.run_stdin(&stdin()?, false)?,
    };
    Ok((code, code == 0 && line.interactive))
}

fn stdin() -> Result<Vec<u8>, Diagnostic> {
    let mut text = Vec::new();
    std::io::stdin().read_to_end(&mut text).map_err(|error| {
        Diagnostic::error("The standard input can't be read").what(error.to_string())
    })?;
    Ok(text)
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
        // As it has to be written, not only what it is called in its folder.
        .map(|name| match path.rfind('/') {
            Some(at) => format!("{}{name}", &path[..=at]),
            None => name,
        })
        .collect();
    let near = dmsrun_diag::did_you_mean(path, names.iter().map(String::as_str));
    Diagnostic::error("Script not found")
        .what(format!("cannot open {path}: there is no such file"))
        .hint(near.unwrap_or_else(|| "the path is relative to the current folder".to_owned()))
        .exit(Exit::Failure)
}
