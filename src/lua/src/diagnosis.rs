//! A diagnostic as a Lua error value and back: a table that scripts can branch on, with one line as
//! its text.

use crate::place::Place;
use dmsrun_diag::{Diagnostic, Exit, Hint, Severity, Sources, Span};
use mlua::{Lua, Table, Value};

const META: &str = "dmsrun.diagnostic";
/// How many lines below the given one a marked word is looked for.
const WITHIN: u32 = 60;

/// The exit codes by the names that scripts use.
const EXITS: [(&str, Exit); 8] = [
    ("failure", Exit::Failure),
    ("changes", Exit::Changes),
    ("partial", Exit::Partial),
    ("timeout", Exit::Timeout),
    ("approval", Exit::Approval),
    ("locked", Exit::Locked),
    ("usage", Exit::Usage),
    ("interrupted", Exit::Interrupted),
];

/// The metatable of error tables: `tostring` gives one line.
fn metatable(lua: &Lua) -> mlua::Result<Table> {
    if let Ok(table) = lua.named_registry_value::<Table>(META) {
        return Ok(table);
    }
    let meta = lua.create_table()?;
    meta.raw_set("__name", "error")?;
    meta.raw_set(
        "__tostring",
        lua.create_function(|lua, me: Table| {
            let text = crate::border::one_line(&me);
            Ok(crate::state::State::of(lua).scrub(&text))
        })?,
    )?;
    lua.set_named_registry_value(META, meta.clone())?;
    Ok(meta)
}

/// Makes an error value of a table.
pub(crate) fn brand(lua: &Lua, table: &Table) -> mlua::Result<()> {
    table.set_metatable(Some(metatable(lua)?))
}

/// The error value of a diagnostic.
pub(crate) fn to_table(lua: &Lua, diagnostic: &Diagnostic) -> mlua::Result<Table> {
    let table = lua.create_table()?;
    table.raw_set("kind", "diagnostic")?;
    table.raw_set("severity", diagnostic.severity.word())?;
    table.raw_set("code", diagnostic.code.as_deref())?;
    table.raw_set("summary", diagnostic.summary.as_str())?;
    for (label, text) in &diagnostic.details {
        table.raw_set(label.as_str(), text.as_str())?;
    }
    if !diagnostic.causes.is_empty() {
        table.raw_set("causes", diagnostic.causes.clone())?;
    }
    let hints = lua.create_table()?;
    for hint in &diagnostic.hints {
        let item = lua.create_table()?;
        item.raw_set(1, hint.text.as_str())?;
        item.raw_set("command", hint.command.as_deref())?;
        hints.raw_push(item)?;
    }
    table.raw_set("hints", hints)?;
    if let Some(span) = &diagnostic.span {
        let at = lua.create_table()?;
        at.raw_set("file", span.file.as_str())?;
        at.raw_set("line", span.line)?;
        at.raw_set("column", span.column)?;
        at.raw_set("width", span.width)?;
        at.raw_set("label", span.label.as_deref())?;
        table.raw_set("at", at)?;
    }
    let exit = EXITS.iter().find(|(_, exit)| *exit == diagnostic.exit).map(|(name, _)| *name);
    table.raw_set("exit", exit.unwrap_or("failure"))?;
    brand(lua, &table)?;
    Ok(table)
}

fn text(table: &Table, key: &str) -> Option<String> {
    match table.raw_get::<Value>(key).ok()? {
        Value::String(s) => Some(s.to_string_lossy()),
        Value::Integer(n) => Some(n.to_string()),
        Value::Number(n) => Some(n.to_string()),
        Value::Boolean(b) => Some(b.to_string()),
        _ => None,
    }
}

fn number(table: &Table, key: &str) -> Option<u32> {
    table.raw_get::<Option<i64>>(key).ok().flatten().and_then(|n| u32::try_from(n).ok())
}

/// The diagnostic of a table with `summary`, `what`, `why`, `aws`, `hints`, `at`, `exit`, `code`
/// and
/// `causes`.
pub(crate) fn from_table(table: &Table, severity: Severity, sources: &dyn Sources) -> Diagnostic {
    let summary = text(table, "summary").unwrap_or_else(|| "Script failed".to_owned());
    let mut diagnostic = match severity {
        Severity::Error => Diagnostic::error(summary),
        _ => Diagnostic::warning(summary),
    };
    diagnostic.code = text(table, "code");
    for label in ["what", "why", "aws"] {
        if let Some(text) = text(table, label) {
            diagnostic = diagnostic.detail(label, text);
        }
    }
    if let Ok(Value::Table(causes)) = table.raw_get::<Value>("causes") {
        for cause in causes.sequence_values::<String>().flatten() {
            diagnostic = diagnostic.cause(cause);
        }
    }
    match table.raw_get::<Value>("hints") {
        Ok(Value::String(hint)) => diagnostic = diagnostic.hint(hint.to_string_lossy()),
        Ok(Value::Table(hints)) => {
            diagnostic.hints =
                hints.sequence_values::<Value>().flatten().filter_map(hint).collect();
        }
        _ => {}
    }
    if let Ok(Value::Table(at)) = table.raw_get::<Value>("at") {
        diagnostic.span = span(&at, sources);
    }
    if let Some(name) = text(table, "exit")
        && let Some((_, exit)) = EXITS.iter().find(|(known, _)| *known == name)
    {
        diagnostic.exit = *exit;
    }
    diagnostic
}

/// Whether a name is one that `exit` may have.
pub(crate) fn check_exit(name: &str) -> Result<(), String> {
    if EXITS.iter().any(|(known, _)| *known == name) {
        return Ok(());
    }
    let names: Vec<&str> = EXITS.iter().map(|(name, _)| *name).collect();
    Err(format!("unknown exit \"{name}\"; the valid ones are {}", names.join(", ")))
}

fn hint(value: Value) -> Option<Hint> {
    match value {
        Value::String(s) => Some(Hint { text: s.to_string_lossy(), command: None }),
        Value::Table(t) => {
            let words = t.raw_get::<Option<String>>(1).ok().flatten().or_else(|| text(&t, "text"));
            Some(Hint { text: words?, command: text(&t, "command") })
        }
        _ => None,
    }
}

fn span(at: &Table, sources: &dyn Sources) -> Option<Span> {
    let mut span = Span::line(text(at, "file")?, number(at, "line")?);
    span.label = text(at, "label");
    span.column = number(at, "column");
    span.width = number(at, "width").unwrap_or(1);
    if let (None, Some(word)) = (span.column, text(at, "word"))
        && let Some(source) = sources.source(&span.file)
    {
        span = span.marking(&source, &word, WITHIN);
    }
    Some(span)
}

/// A place as the table `{ file =, line = }`.
pub(crate) fn place_table(lua: &Lua, place: Option<Place>) -> mlua::Result<Option<Table>> {
    place
        .map(|place| {
            let table = lua.create_table()?;
            table.raw_set("file", place.file)?;
            table.raw_set("line", place.line)?;
            Ok(table)
        })
        .transpose()
}
