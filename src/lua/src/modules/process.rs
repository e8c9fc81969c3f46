//! `process`: runs a command, its arguments as a list, without a shell.

mod child;

use super::options::{Clear, Options, failed, show, span};
use crate::{
    calls::{self, Raise, Waiting},
    state::State,
};
use child::{Ended, Job};
use dmsrun_diag::{Diagnostic, Exit, did_you_mean};
use mlua::{Lua, Table, Value};
use std::{
    ffi::OsString,
    path::{Path, PathBuf},
    rc::Rc,
    time::Duration,
};

pub(crate) fn module(lua: &Lua, _: &Rc<State>) -> mlua::Result<Table> {
    let module = lua.create_table()?;
    module.raw_set("run", calls::waiting(lua, "process.run", run)?)?;
    module.raw_set("find", calls::function(lua, "process.find", find)?)?;
    Ok(module)
}

const OPTIONS: [&str; 8] =
    ["stdin", "env", "cwd", "timeout", "check", "stream", "reads", "interactive"];

/// How long a command may take where nothing else is said.
const TIMEOUT: Duration = Duration::from_secs(3_600);
/// How many lines of a failed command's output its error shows.
const SHOWN: usize = 12;

/// The folders that commands are looked for in.
fn folders() -> Vec<PathBuf> {
    std::env::var_os("PATH").map(|path| std::env::split_paths(&path).collect()).unwrap_or_default()
}

fn is_command(path: &Path) -> bool {
    let Ok(meta) = path.metadata() else { return false };
    #[cfg(unix)]
    if std::os::unix::fs::MetadataExt::mode(&meta) & 0o111 == 0 {
        return false;
    }
    meta.is_file()
}

/// Where a command is; nil where there is none.
fn find(_: &Lua, name: String) -> Result<Option<String>, Raise> {
    if name.contains('/') {
        return Ok(is_command(Path::new(&name)).then_some(name));
    }
    let found = folders().into_iter().map(|folder| folder.join(&name)).find(|p| is_command(p));
    Ok(found.map(|path| path.to_string_lossy().into_owned()))
}

/// What a call asks for.
struct Call {
    job: Job,
    /// The command line for people.
    line: String,
    check: bool,
    reads: bool,
}

const WANTED: &str =
    "the command and its arguments expected as a list, such as { \"mysql\", \"--version\" }";

fn run(lua: &Lua, (args, options): (Value, Option<Table>)) -> Result<Waiting, Raise> {
    let Value::Table(args) = args else {
        return Err(Raise::Misuse(format!("process.run: {WANTED}, got {}", show(&args))));
    };
    let call = read(lua, &args, options.as_ref())?;
    let state = State::of(lua);
    if !call.reads {
        if state.option("read_only") {
            return Err(failed(
                lua,
                "Command is refused",
                format!(
                    "--read-only lets nothing change, and nobody knows whether this only reads: {}",
                    call.line
                ),
            )
            .hint("{ reads = true } says that it changes nothing")
            .into());
        }
        if state.option("dry_run") {
            state.ui.err(&state.scrub(&format!("dry run: not run: {}", call.line)));
            return Ok(Box::pin(async { calls::finish(skipped) }));
        }
    }
    let Call { job, line, check, .. } = call;
    let program = job.program.to_string_lossy().into_owned();
    // From here on: virtual time must not pass while a real process runs.
    let clock = state.clock();
    let (under_way, started) = (clock.in_flight(), std::time::Instant::now());
    let timeout = job.timeout;
    Ok(Box::pin(async move {
        let ended = child::run(job).await;
        let took = started.elapsed();
        drop(under_way);
        calls::finish(move |lua| match ended {
            Err(error) => Err(not_started(lua, &program, &error).into()),
            Ok(Ended::TooLong(output)) => {
                let limit = super::time::for_people(timeout);
                let what = format!("{line} did not end within {limit} and was stopped");
                let error = failed(lua, "Command took too long", what).exit(Exit::Timeout);
                Err(with_output(lua, error, &output.stderr, &output.stdout).into())
            }
            Ok(Ended::TooMuch) => {
                let what =
                    format!("{line} wrote more than {} MB and was stopped", child::MOST >> 20);
                let error = failed(lua, "Command wrote too much", what);
                Err(error.hint("let it write to a file").into())
            }
            Ok(Ended::Interrupted) => {
                let what = format!("Ctrl-C ended {line}");
                Err(failed(lua, "Interrupted", what).exit(Exit::Interrupted).into())
            }
            Ok(Ended::Itself(output)) => {
                if check && output.code != Some(0) {
                    let error = failed(lua, "Command failed", format!("{line} {}", output.how()));
                    return Err(with_output(lua, error, &output.stderr, &output.stdout)
                        .hint("{ check = false } gives the code instead of an error")
                        .into());
                }
                let table = lua.create_table()?;
                table.raw_set("ok", output.code == Some(0))?;
                table.raw_set("code", output.code)?;
                table.raw_set("signal", output.signal)?;
                table.raw_set("stdout", lua.create_string(&output.stdout)?)?;
                table.raw_set("stderr", lua.create_string(&output.stderr)?)?;
                table.raw_set("seconds", took.as_secs_f64())?;
                Ok(table)
            }
        })
    }))
}

/// What a dry run gives in place of a result.
fn skipped(lua: &Lua) -> Result<Table, Raise> {
    let table = lua.create_table()?;
    table.raw_set("ok", true)?;
    table.raw_set("code", 0)?;
    table.raw_set("stdout", "")?;
    table.raw_set("stderr", "")?;
    table.raw_set("seconds", 0.0)?;
    table.raw_set("skipped", true)?;
    Ok(table)
}

/// The words of a command, and how they are shown.
fn words(args: &Table) -> Result<(Vec<OsString>, Vec<String>), Raise> {
    let (mut words, mut shown) = (Vec::new(), Vec::new());
    for index in 1..=args.raw_len() {
        let value: Value = args.raw_get(index)?;
        let Some(Clear { text, secret }) = super::options::clear(&value) else {
            let got = show(&value);
            return Err(Raise::Misuse(format!(
                "process.run: argument {index} must be text, a number or a secret, got {got}"
            )));
        };
        let plain = quoted(&String::from_utf8_lossy(&text));
        shown.push(if secret { "***".to_owned() } else { plain });
        words.push(os(text).ok_or_else(|| {
            Raise::Misuse(format!("process.run: argument {index} has a zero byte in it"))
        })?);
    }
    let named = args.pairs::<Value, Value>().flatten().find_map(|(key, _)| match key {
        Value::String(name) => Some(name.to_string_lossy()),
        _ => None,
    });
    if let Some(name) = named {
        return Err(Raise::Misuse(format!(
            "process.run: \"{name}\" stands among the arguments; options go into a second table"
        )));
    }
    if words.first().is_none_or(|program| program.is_empty()) {
        return Err(Raise::Misuse(format!("process.run: {WANTED}")));
    }
    Ok((words, shown))
}

fn read(lua: &Lua, args: &Table, options: Option<&Table>) -> Result<Call, Raise> {
    let options = Options::read("process.run", options, &OPTIONS)?;
    let (mut words, line) = words(args)?;
    let program = words.remove(0);
    let state = State::of(lua);
    let mut changes = Vec::new();
    for (name, text) in options.texts_or_false("env")? {
        let fault = || Raise::Misuse(format!("process.run: env: {name:?} can't be a variable"));
        if name.is_empty() || name.contains(['=', '\0']) {
            return Err(fault());
        }
        let text = text.map(|text| os(text.text).ok_or_else(fault)).transpose()?;
        changes.push((name, text));
    }
    let cwd = options.text("cwd")?;
    if let Some(cwd) = cwd.as_ref().filter(|cwd| !Path::new(cwd).is_dir()) {
        return Err(failed(lua, "Command can't be run", format!("there is no folder {cwd}")).into());
    }
    let timeout = options.duration("timeout")?.unwrap_or(TIMEOUT);
    let interactive = options.flag("interactive")?;
    let stdin = options.clear("stdin")?.map(|stdin| stdin.text);
    if interactive && stdin.is_some() {
        return Err(Raise::misuse("process.run: with interactive the person types: no stdin"));
    }
    let stream = options.flag("stream")?;
    let show = {
        let (ui, redactor) = (state.ui.clone(), state.redactor.clone());
        move |text: &str| ui.err(&redactor.scrub(text))
    };
    let job = Job {
        program,
        args: words,
        env: changes,
        cwd,
        stdin,
        timeout,
        interactive,
        show: stream.then(|| Rc::new(show) as child::Show),
        watch: std::sync::Arc::clone(state.scheduler.watch()),
    };
    let check = options.value("check").is_none() || options.flag("check")?;
    Ok(Call { job, line: line.join(" "), check, reads: options.flag("reads")? })
}

#[cfg(unix)]
fn os(text: Vec<u8>) -> Option<OsString> {
    (!text.contains(&0)).then(|| std::os::unix::ffi::OsStringExt::from_vec(text))
}

#[cfg(not(unix))]
fn os(text: Vec<u8>) -> Option<OsString> {
    String::from_utf8(text).ok().filter(|t| !t.contains('\0')).map(OsString::from)
}

/// An argument as a shell would need it, so that the line can be tried by hand.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./:=,@%+".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}

fn not_started(lua: &Lua, program: &str, error: &std::io::Error) -> Diagnostic {
    let diagnostic = Diagnostic::error("Command can't be run").at(span(lua));
    if error.kind() != std::io::ErrorKind::NotFound || program.contains('/') {
        return diagnostic.what(format!("{program}: {error}"));
    }
    let names: Vec<String> = folders()
        .iter()
        .flat_map(|folder| std::fs::read_dir(folder).into_iter().flatten())
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .collect();
    let near = match program.contains([' ', '|', '>', ';', '&']) {
        true => Some(format!("there is no shell; {{ \"sh\", \"-c\", {program:?} }} runs one")),
        false => did_you_mean(program, names.iter().map(String::as_str)),
    };
    diagnostic
        .what(format!("there is no command \"{program}\" in the folders of PATH"))
        .hint(near.unwrap_or_else(|| format!("install what brings {program}, or name its path")))
}

/// The end of what a command said, for its error. A script may hand that on, so no secret is in it.
fn with_output(lua: &Lua, mut error: Diagnostic, stderr: &[u8], stdout: &[u8]) -> Diagnostic {
    let said = if stderr.is_empty() { stdout } else { stderr };
    let text = State::of(lua).scrub(&String::from_utf8_lossy(said));
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    if lines.len() > SHOWN {
        error = error.cause(format!("… {} lines before", lines.len() - SHOWN));
    }
    for line in &lines[lines.len().saturating_sub(SHOWN)..] {
        let line: String = line.chars().take(400).collect();
        error = error.cause(line);
    }
    error
}
