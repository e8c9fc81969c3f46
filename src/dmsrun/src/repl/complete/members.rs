//! The members that the braces of a call take: from the registry of operations, the schema of the task
//! settings, the kinds of resources, and the annotations of the standard library.

use super::{
    context::{self, Call},
    resolve,
};
use crate::repl::{doc, session::Session};
use dmsrun_aws::registry::{self, Field, Type};
use dmsrun_dms::settings;
use mlua::{Function, Table, Value};
use std::collections::BTreeMap;

/// A member of a table that a call takes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Member {
    /// Its name.
    pub name: String,
    /// Its type in a word.
    pub ty: String,
    /// Whether it must be given.
    pub required: bool,
    /// The texts that it may be.
    pub words: Vec<String>,
}

/// The members at the cursor of a call; none where nothing is known.
pub fn of(session: &Session<'_>, call: &Call) -> Vec<Member> {
    let written = context::written(&call.callee);
    if written == "settings" || written.starts_with("settings.preset(") {
        return of_settings(&call.keys);
    }
    if written.ends_with(":add") && call.argument == 3 {
        let kind = call.texts.iter().find(|(at, _)| *at == 1);
        return kind.map(|(_, kind)| of_kind(session, kind, &call.keys)).unwrap_or_default();
    }
    let Some(value) = resolve::resolve(session, &call.callee) else { return Vec::new() };
    if let Some((service, operation)) = resolve::operation(&value) {
        let Ok((_, operation)) = registry::find(&service, &operation) else { return Vec::new() };
        return of_fields(operation.fields(), &call.keys);
    }
    doc::members(session, &value, call.argument, &call.keys)
}

fn of_fields(fields: &'static [Field], keys: &[Option<String>]) -> Vec<Member> {
    let mut fields = fields;
    let mut item: Option<&'static Type> = None;
    for key in keys {
        let ty = match key {
            Some(key) => match fields.iter().find(|f| f.name == *key) {
                Some(field) => field.ty,
                None => return Vec::new(),
            },
            None => match item {
                Some(Type::List(inner)) => inner,
                _ => return Vec::new(),
            },
        };
        item = Some(ty);
        fields = ty.fields();
    }
    fields
        .iter()
        .map(|field| Member {
            name: field.name.to_owned(),
            ty: type_words(field.ty),
            required: field.required,
            words: words(field.ty),
        })
        .collect()
}

/// A type for a hint: a short enumeration by its words.
fn type_words(ty: &Type) -> String {
    match ty {
        Type::Enumeration(_, words) if words.len() <= 3 => {
            words.iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join("|")
        }
        Type::Enumeration(..) => "string".to_owned(),
        Type::Structure(..) | Type::Union(..) => "table".to_owned(),
        Type::List(_) => "list".to_owned(),
        ty => ty.describe(),
    }
}

fn words(ty: &Type) -> Vec<String> {
    match ty {
        Type::Enumeration(_, words) => words.iter().map(|w| (*w).to_owned()).collect(),
        Type::List(inner) => words(inner),
        _ => Vec::new(),
    }
}

fn of_settings(keys: &[Option<String>]) -> Vec<Member> {
    let mut prefix = String::new();
    for key in keys {
        let Some(key) = key else { return Vec::new() };
        prefix.push_str(key);
        prefix.push('.');
    }
    let mut found: BTreeMap<String, Member> = BTreeMap::new();
    for key in settings::keys().iter().filter(|k| !k.read_only) {
        let Some(rest) = key.path.strip_prefix(&prefix) else { continue };
        let (name, nested) = rest.split_once('.').map_or((rest, false), |(name, _)| (name, true));
        let words = match key.kind {
            settings::Kind::Word(words) if !nested => {
                words.iter().map(|w| (*w).to_owned()).collect()
            }
            _ => Vec::new(),
        };
        let ty = match key.kind {
            _ if nested => "table",
            settings::Kind::Boolean => "boolean",
            settings::Kind::Integer => "integer",
            settings::Kind::Text | settings::Kind::Word(_) | settings::Kind::Words(_) => "string",
            _ => "table",
        };
        found.entry(name.to_owned()).or_insert(Member {
            name: name.to_owned(),
            ty: ty.to_owned(),
            required: false,
            words,
        });
    }
    found.into_values().collect()
}

fn kind_module(session: &Session<'_>) -> Option<Table> {
    let require: Function = session.host().lua().globals().raw_get("require").ok()?;
    require.call("kind").ok()
}

/// The names of all kinds.
pub fn kinds(session: &Session<'_>) -> Vec<String> {
    let all = kind_module(session).and_then(|kind| kind.get::<Function>("all").ok()?.call(()).ok());
    let all: Vec<Value> = all.unwrap_or_default();
    all.into_iter()
        .filter_map(|kind| match kind {
            Value::String(name) => Some(name.to_string_lossy()),
            Value::Table(kind) => kind.raw_get("name").ok(),
            _ => None,
        })
        .collect()
}

fn of_kind(session: &Session<'_>, name: &str, keys: &[Option<String>]) -> Vec<Member> {
    let kind: Option<Table> = kind_module(session)
        .and_then(|kind| kind.get::<Function>("get").ok()?.call(name).ok())
        .and_then(|kind: Table| kind.raw_get("properties").ok());
    let Some(mut properties) = kind else { return Vec::new() };
    for key in keys {
        // A list's items have the shape `items`, a map's members the shape `fields`.
        let next: Option<Table> = match key {
            Some(key) => properties.raw_get::<Option<Table>>(key.as_str()).ok().flatten(),
            None => Some(properties.clone()),
        };
        let shape = next.and_then(|p| {
            let items = p.raw_get::<Option<Table>>("items").ok().flatten();
            let fields = p.raw_get::<Option<Table>>("fields").ok().flatten();
            fields
                .or_else(|| items.and_then(|i| i.raw_get::<Option<Table>>("fields").ok().flatten()))
        });
        match (shape, key) {
            (Some(shape), _) => properties = shape,
            (None, None) => {}
            (None, Some(_)) => return Vec::new(),
        }
    }
    let mut members: Vec<Member> = properties
        .pairs::<String, Table>()
        .flatten()
        .map(|(name, property)| Member {
            name,
            ty: property.raw_get("type").unwrap_or_default(),
            required: property.raw_get("required").unwrap_or(false),
            words: property.raw_get::<Vec<String>>("enum").unwrap_or_default(),
        })
        .collect();
    members.sort_by(|a, b| a.name.cmp(&b.name));
    members
}

/// The properties of a kind.
pub fn kind_members(session: &Session<'_>, name: &str) -> Vec<Member> {
    of_kind(session, name, &[])
}
