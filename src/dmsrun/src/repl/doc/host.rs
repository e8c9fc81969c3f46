//! What is known of the host's own functions: they have no source of their own to read, so their
//! descriptions are those of the reference.

use super::super::session::Session;
use crate::repl::complete::types;
use dmsrun_lua::reference::{
    Reference, Row,
    source::{Item, Sort, Typed},
};
use mlua::{Function, Table, Value};
use std::cell::OnceCell;

thread_local! {
    /// It is read from files once, and asked for while somebody types.
    static REFERENCE: OnceCell<Reference> = const { OnceCell::new() };
}

/// Runs `f` with the reference of the library that the session reads.
pub(super) fn with<R>(session: &Session<'_>, f: impl FnOnce(&Reference) -> R) -> R {
    REFERENCE
        .with(|cell| f(cell.get_or_init(|| Reference::new(super::super::stdlib(session.host())))))
}

/// The text on a function of the host.
pub(super) fn about(session: &Session<'_>, f: &Function, width: usize) -> Option<String> {
    by_name(session, &name_of(session, f)?, width)
}

/// The text on a name of the reference, with the fields of the tables that a function takes.
pub(super) fn by_name(session: &Session<'_>, name: &str, width: usize) -> Option<String> {
    let mut entry = with(session, |reference| reference.lookup(name))?;
    let parameters = entry.sections.iter().find(|(title, _)| title == "Parameters");
    let parameters = parameters.map(|(_, rows)| rows.clone()).unwrap_or_default();
    for parameter in parameters {
        let fields = types::fields(session, &parameter.ty);
        if !fields.is_empty() && !parameter.ty.starts_with('{') {
            let rows = fields.into_iter().map(row).collect();
            entry.sections.push((format!("Fields of {}", parameter.name), rows));
        }
    }
    Some(entry.text(width))
}

fn row(field: Typed) -> Row {
    let mark = if field.optional && !field.name.ends_with('?') { "?" } else { "" };
    Row { name: format!("{}{mark}", field.name), ty: field.ty, doc: field.doc }
}

/// A function of the host on one line: its call and its first sentence.
pub(super) fn summary(session: &Session<'_>, path: &str, f: &Function) -> Option<String> {
    let (call, first) = with_item(session, f, |item| {
        let first = item.doc.first().map(|text| super::annotations::sentence(text).to_owned());
        (call_of(item), first.unwrap_or_default())
    })?;
    Some(format!("  {:<36} {first}", format!("{path}{call}")).trim_end().to_owned())
}

/// The call of a function of the host without its name, such as `(value, options?)`.
pub(super) fn signature(session: &Session<'_>, f: &Function) -> Option<String> {
    with_item(session, f, call_of)
}

/// The type of what a function of the host takes at this place.
pub(super) fn parameter(session: &Session<'_>, f: &Function, argument: usize) -> Option<String> {
    with_item(session, f, |item| {
        let name = item.args.get(argument - 1)?;
        Some(item.params().into_iter().find(|param| param.name == *name)?.ty)
    })?
}

/// What a function of the host gives first.
pub(super) fn result(session: &Session<'_>, f: &Function) -> Option<String> {
    with_item(session, f, |item| Some(item.results().into_iter().next()?.ty))?
}

pub(super) fn call_of(item: &Item) -> String {
    let typed = item.params();
    let args: Vec<String> = item
        .args
        .iter()
        .map(|arg| {
            let optional = typed.iter().any(|t| t.name.trim_end_matches('?') == arg && t.optional);
            format!("{arg}{}", if optional { "?" } else { "" })
        })
        .collect();
    format!("({})", args.join(", "))
}

fn with_item<R>(session: &Session<'_>, f: &Function, g: impl FnOnce(&Item) -> R) -> Option<R> {
    let name = name_of(session, f)?;
    let (module, path) = name.split_once('.')?;
    with(session, |reference| {
        let module = reference.modules().iter().find(|m| m.name == module)?;
        let (inner, name) = path.rsplit_once('.').unwrap_or(("", path));
        let owner = match inner {
            "" => module.local.clone(),
            inner => format!("{}.{inner}", module.local),
        };
        let item = module
            .items
            .iter()
            .find(|item| item.sort == Sort::Function && item.owner == owner && item.name == name)?;
        Some(g(item))
    })
}

/// The name under which a module of the host holds a function.
fn name_of(session: &Session<'_>, f: &Function) -> Option<String> {
    let lua = session.host().lua();
    let loaded: Table = lua.named_registry_value("dmsrun.loaded").ok()?;
    dmsrun_lua::library::host_modules().find_map(|module| {
        let table: Table = loaded.raw_get(module).ok()?;
        inside(&table, f, 1).map(|name| format!("{module}.{name}"))
    })
}

/// The path of a function inside a table and the tables in it.
fn inside(table: &Table, f: &Function, deeper: usize) -> Option<String> {
    let pointer = f.to_pointer();
    table.pairs::<String, Value>().flatten().find_map(|(name, value)| match value {
        Value::Function(other) if other.to_pointer() == pointer => Some(name),
        Value::Table(inner) if deeper > 0 => {
            inside(&inner, f, deeper - 1).map(|rest| format!("{name}.{rest}"))
        }
        _ => None,
    })
}
