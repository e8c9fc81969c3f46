//! The border at which Lua errors become diagnostics: with the place in the user's script, without
//! Rust frames.

use crate::{
    analysis::syntax,
    calls::{self, ExitRequest},
    diagnosis,
    hook::Ending,
    place::{self, Place, Trace},
    scheduler,
    state::State,
};
use dmsrun_diag::{Diagnostic, Severity, Sources as _, Span, did_you_mean};
use mlua::{Lua, Table, Value};

/// Remembers where an error was raised; called by our message handler, on the stack of the failure.
pub(crate) fn note_failure(lua: &Lua, value: &Value) {
    let state = State::of(lua);
    let trace = place::trace(lua);
    let mut last = state.last_failure.borrow_mut();
    if let Some((earlier, first)) = last.as_mut()
        && same(earlier, value)
    {
        // Raised again on its way out: what was seen first is nearer to the cause.
        if first.user().is_none() {
            first.0.extend(trace.0);
        }
        return;
    }
    *last = Some((value.clone(), trace));
}

fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::String(a), Value::String(b)) => a.as_bytes() == b.as_bytes(),
        (Value::Table(a), Value::Table(b)) => a.to_pointer() == b.to_pointer(),
        (Value::UserData(a), Value::UserData(b)) => a.to_pointer() == b.to_pointer(),
        (Value::Function(a), Value::Function(b)) => a.to_pointer() == b.to_pointer(),
        (Value::Nil, Value::Nil) => true,
        (Value::Boolean(a), Value::Boolean(b)) => a == b,
        (Value::Integer(a), Value::Integer(b)) => a == b,
        (Value::Number(a), Value::Number(b)) => a == b,
        _ => false,
    }
}

/// What the hook raises: a number of [`Ending`] becomes the error.
pub(crate) fn reason(lua: &Lua, ending: u8) -> mlua::Result<Value> {
    let state = State::of(lua);
    let at = place::user(lua).map(|p| Span::line(p.file, p.line));
    let diagnostic = match state.scheduler.watch().ending() {
        Ending::Exit => {
            return lua.create_userdata(ExitRequest).map(Value::UserData);
        }
        Ending::Limit => {
            let limit = state.sandbox.limits().map_or(0, |limits| limits.instructions);
            let what = format!("the script ran more than {limit} instructions");
            state.sandbox.exceeded(what, "--sandbox-instructions N")
        }
        Ending::Interrupt => scheduler::stopped(),
    };
    debug_assert!(ending <= Ending::Exit as u8, "the hook gives a number of its own");
    diagnosis::to_table(lua, &diagnostic.at(at)).map(Value::Table)
}

/// The end of a script in a sandbox that used all of its memory.
fn of_memory(state: &State, text: &str) -> Option<Diagnostic> {
    let limits = state.sandbox.limits().filter(|_| text.ends_with("not enough memory"))?;
    let what = format!("the script used more than {} MB of memory", limits.memory >> 20);
    Some(state.sandbox.exceeded(what, "--sandbox-memory MB"))
}

/// The diagnostic of code that was unwound, whatever became of the error on its way: a handler that
/// was stopped in its turn leaves another one.
pub(crate) fn of_ending(state: &State) -> Option<Diagnostic> {
    let watch = state.scheduler.watch();
    (watch.ending() == Ending::Interrupt && watch.raised() > 0).then(scheduler::stopped)
}

/// Whether the value is the script's wish to end.
pub(crate) fn is_exit(value: &Value) -> bool {
    value.as_userdata().is_some_and(|u| u.is::<ExitRequest>())
}

/// The diagnostic of an error value that nobody caught.
pub(crate) fn diagnose(lua: &Lua, value: &Value) -> Diagnostic {
    let state = State::of(lua);
    let trace = match state.last_failure.borrow_mut().take() {
        Some((noted, trace)) if same(&noted, value) => trace,
        _ => Trace::default(),
    };
    let mut diagnostic = match value {
        Value::Table(table) => of_table(&state, table),
        Value::String(text) => of_text(lua, &state, &text.to_string_lossy(), &trace),
        Value::Error(error) => of_text(lua, &state, &calls::root(error), &trace),
        // As lua(1) has it: the address of a function says nothing.
        Value::Nil | Value::Boolean(_) | Value::Function(_) | Value::Thread(_) => {
            script_failed(format!("(error object is a {} value)", value.type_name()))
        }
        other => script_failed(describe(lua, other)),
    };
    if diagnostic.span.is_none() {
        diagnostic.span = trace.user().map(|p| Span::line(p.file, p.line));
        mark_path(&state, &mut diagnostic, value);
    }
    for (_, text) in &mut diagnostic.details {
        shorten(text);
    }
    if state.trace && !trace.0.is_empty() {
        diagnostic = diagnostic.detail("trace", trace.text());
    }
    state.scrub_diagnostic(diagnostic)
}

/// Cuts what nobody reads: the text of an error may be a file of 100 MB.
fn shorten(text: &mut String) {
    const LONGEST: usize = 4000;
    if let Some((at, _)) = text.char_indices().nth(LONGEST) {
        text.truncate(at);
        text.push('…');
    }
}

fn script_failed(what: impl Into<String>) -> Diagnostic {
    Diagnostic::error("Script failed").what(what)
}

/// An error value of another sort, by its own words. Its `__tostring` may fail in its turn.
fn describe(lua: &Lua, value: &Value) -> String {
    let text = lua.globals().raw_get::<mlua::Function>("tostring").and_then(|tostring| {
        let protect: mlua::Function = lua.named_registry_value("dmsrun.protect")?;
        protect.call::<(bool, Value)>((tostring, value.clone()))
    });
    match text {
        Ok((true, Value::String(text))) => text.to_string_lossy(),
        _ => format!("(error object is a {} value)", value.type_name()),
    }
}

fn field(table: &Table, key: &str) -> Option<String> {
    match table.raw_get::<Value>(key).ok()? {
        Value::String(s) => Some(s.to_string_lossy()),
        Value::Integer(n) => Some(n.to_string()),
        _ => None,
    }
}

/// The one line that an error table prints as.
pub(crate) fn one_line(table: &Table) -> String {
    match field(table, "kind").as_deref() {
        Some("aws") => field(table, "line").or_else(|| field(table, "message")).unwrap_or_default(),
        _ => {
            let summary = field(table, "summary").unwrap_or_else(|| "error".to_owned());
            match field(table, "what") {
                Some(what) => format!("{summary}: {what}"),
                None => summary,
            }
        }
    }
}

fn of_table(state: &State, table: &Table) -> Diagnostic {
    match field(table, "kind").as_deref() {
        Some("aws") => of_aws(state, table),
        Some("diagnostic") => diagnosis::from_table(table, Severity::Error, state),
        _ => {
            let text = Value::Table(table.clone()).to_string().ok();
            let named =
                table.metatable().is_some_and(|m| m.contains_key("__tostring").unwrap_or(false));
            match (text, field(table, "message")) {
                (Some(text), _) if named => script_failed(text),
                (_, Some(message)) => script_failed(message),
                _ => script_failed("(error object is a table value)"),
            }
        }
    }
}

fn of_aws(state: &State, table: &Table) -> Diagnostic {
    // The code is the service's, not one of our own: `what` names it already.
    Diagnostic { code: None, ..diagnosis::from_table(table, Severity::Error, state) }
}

/// Marks the last word of the path that an AWS input error names.
fn mark_path(state: &State, diagnostic: &mut Diagnostic, value: &Value) {
    let path = value.as_table().and_then(|t| field(t, "path"));
    let (Some(path), Some(span)) = (path, diagnostic.span.clone()) else { return };
    let what = diagnostic.details.iter().find(|(label, _)| label == "what");
    let misspelt = what.and_then(|(_, text)| text.rsplit_once("unknown parameter \""));
    let misspelt = misspelt.and_then(|(_, rest)| rest.split('"').next()).map(str::to_owned);
    if let (Some(word), Some(source)) = (misspelt, state.source(&span.file)) {
        let found = span.clone().marking(&source, &word, 60);
        if found.column.is_some() {
            diagnostic.span = Some(found);
            return;
        }
    }
    let word = path.rsplit('.').next().unwrap_or_default();
    let word = word.split('[').next().unwrap_or_default();
    if let Some(source) = state.source(&span.file) {
        diagnostic.span = Some(span.marking(&source, word, 60));
    }
}

/// A text error: `file:line: message` as Lua writes it, or a bare message.
fn of_text(lua: &Lua, state: &State, text: &str, trace: &Trace) -> Diagnostic {
    if let Some(rest) = text.strip_prefix("error loading module ")
        && let Some((_, inner)) = rest.split_once(":\n\t")
    {
        return of_syntax(state, inner, &[]);
    }
    if let Some(limit) = of_memory(state, text) {
        return limit.at(trace.user().map(|p| Span::line(p.file, p.line)));
    }
    let (place, message) = split_place(state, text);
    if let Some(name) = missing_module(message) {
        let place = place.or_else(|| trace.user());
        return no_module(state, name, place.map(|p| Span::line(p.file, p.line)));
    }
    let (message, hint) = match message.rfind("Did you mean ") {
        Some(at) if message.ends_with('?') => {
            (message[..at].trim_end(), Some(message[at..].to_owned()))
        }
        _ => (message, None),
    };
    let ours = place.as_ref().is_some_and(|p| p.file.starts_with("[stdlib]/"));
    let place = if ours { trace.user() } else { place };
    let mut diagnostic = script_failed(message);
    if message.starts_with("unknown operation ") || message.starts_with("unknown service ") {
        diagnostic = Diagnostic::error("Unknown AWS operation").what(message);
    }
    if let (true, Some(frame)) = (ours, trace.0.iter().find(|f| f.line > 0)) {
        let Place { file, line } = frame.place();
        diagnostic = diagnostic.cause(format!("raised in {file}:{line}"));
    }
    if let Some(place) = place {
        let mut span = Span::line(place.file, place.line);
        if let (Some(word), Some(source)) = (quoted_name(message), state.source(&span.file)) {
            span = span.marking(&source, word, 0);
        }
        diagnostic = diagnostic.at(Some(span));
    }
    match hint.or_else(|| near_global(lua, message)) {
        Some(hint) => diagnostic.hint(hint),
        None => diagnostic,
    }
}

/// The module that `require` did not find.
fn missing_module(message: &str) -> Option<&str> {
    message.strip_prefix("module '")?.split_once("' not found:").map(|(name, _)| name)
}

/// `require` tells a dozen places where it looked; what helps is the name that was meant.
fn no_module(state: &State, name: &str, span: Option<Span>) -> Diagnostic {
    let folder = state.script_dir();
    let beside = std::fs::read_dir(&folder).into_iter().flatten().filter_map(|entry| {
        let file = entry.ok()?.file_name().into_string().ok()?;
        file.strip_suffix(".lua").map(str::to_owned)
    });
    let known: Vec<String> = crate::modules::names()
        .map(str::to_owned)
        .chain(crate::library::modules())
        .chain(beside)
        .collect();
    // A folder in the library's place need not have what the library has.
    let elsewhere = state.stdlib.as_ref().filter(|_| known.iter().any(|known| known == name));
    let source = span.as_ref().and_then(|span| state.source(&span.file));
    let span = span.map(|span| span.marking(source.as_deref().unwrap_or_default(), name, 0));
    let diagnostic = Diagnostic::error("Module not found").at(span).what(format!(
        "there is no module \"{name}\" beside the script ({}), in dmsrun's library, or on LUA_PATH",
        folder.display()
    ));
    if let Some(stdlib) = elsewhere {
        let hint = format!("the library is read from {}, which does not have it", stdlib.display());
        return diagnostic.hint(hint);
    }
    match did_you_mean(name, known.iter().map(String::as_str)) {
        Some(hint) => diagnostic.hint(hint),
        None => diagnostic,
    }
}

/// The name in `(global 'x')`, `(field 'x')` and the like.
fn quoted_name(message: &str) -> Option<&str> {
    let inner = message.strip_suffix("')")?;
    let (before, name) = inner.rsplit_once('\'')?;
    let kind = before.trim_end().rsplit('(').next()?;
    ["global", "field", "local", "method", "upvalue", "constant"].contains(&kind).then_some(name)
}

fn near_global(lua: &Lua, message: &str) -> Option<String> {
    let name = message.strip_suffix("')")?.rsplit_once("(global '")?.1;
    let globals: Vec<String> = lua
        .globals()
        .pairs::<Value, Value>()
        .flatten()
        .filter_map(|(key, _)| key.as_string().map(mlua::LuaString::to_string_lossy))
        .collect();
    did_you_mean(name, globals.iter().map(String::as_str))
}

/// Splits `file:line: message`; a file name that Lua has shortened is made whole again.
fn split_place<'a>(state: &State, text: &'a str) -> (Option<Place>, &'a str) {
    for (at, _) in text.match_indices(':') {
        let rest = &text[at + 1..];
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        if digits > 0 && rest[digits..].starts_with(": ") && !text[..at].contains('\n') {
            let Ok(line) = rest[..digits].parse() else { continue };
            let place = Place { file: whole_name(state, &text[..at]), line };
            return (Some(place), &rest[digits + 2..]);
        }
    }
    (None, text)
}

fn whole_name(state: &State, short: &str) -> String {
    match short.strip_prefix("...") {
        Some(tail) => state.known_files().into_iter().find(|f| f.ends_with(tail)),
        None => None,
    }
    .unwrap_or_else(|| short.to_owned())
}

/// The diagnostic of a chunk that does not compile. `names` are the chunk's possible file names.
pub(crate) fn of_syntax(state: &State, message: &str, names: &[&str]) -> Diagnostic {
    let (place, text) = split_place(state, message);
    let mut what = text.to_owned();
    shorten(&mut what);
    let mut diagnostic = Diagnostic::error("Syntax error").what(what);
    if let Some(mut place) = place {
        if let Some(name) = names.first() {
            place.file = (*name).to_owned();
        }
        let source = state.source(&place.file).unwrap_or_default();
        let told = syntax::explain(text, place.line, &source);
        let (line, column, width) = (told.at.line, told.at.column, told.at.width);
        diagnostic = diagnostic.at(Some(Span { column, width, ..Span::line(place.file, line) }));
        if let Some(hint) = told.hint {
            diagnostic = diagnostic.hint(hint);
        }
    }
    diagnostic
}
