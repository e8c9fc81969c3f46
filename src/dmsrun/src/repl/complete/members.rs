//! The members that the braces of a call take: from the registry of operations, the schema of the task
//! settings, the kinds of resources, and the annotations of the standard library.

use super::{
    context::{self, Call},
    resolve,
};
use crate::repl::{doc, session::Session};
use dmsrun_aws::registry::{self, Field, Type};
use dmsrun_dms::{engines::engines, settings};
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
    let Some(found) = resolve::resolve(session, &call.callee) else { return Vec::new() };
    if let Some(members) = found.value().and_then(|v| of_operation(v, &call.keys)) {
        return members;
    }
    // `aws.pages(operation, {…})` takes what the operation takes.
    let given = call.paths.iter().find(|(at, _)| at + 1 == call.argument);
    if let Some((_, path)) = given
        && let Some(value) = resolve::value(session, path)
        && let Some(members) = of_operation(&value, &call.keys)
    {
        return members;
    }
    doc::members(session, &found, call.argument, &call.keys)
}

fn of_operation(value: &Value, keys: &[Option<String>]) -> Option<Vec<Member>> {
    let (service, operation) = resolve::operation(value)?;
    let (_, found) = registry::find(&service, &operation).ok()?;
    let mut members = of_fields(found.fields(), keys);
    if service == "dms" && keys.is_empty() {
        // AWS calls it a text; DMS takes these.
        for member in members.iter_mut().filter(|m| m.name == "engine_name") {
            member.words = engines().iter().map(|engine| engine.name.to_owned()).collect();
        }
    }
    Some(members)
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
        Type::Enumeration(name, words) => {
            // What the API documents and its model lacks is a value as well.
            let more = registry::unmodelled(name);
            words.iter().copied().chain(more).map(str::to_owned).collect()
        }
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
            // What AWS takes for it is known there: the settings of an engine.
            (None, Some(_)) => return of_creating(name, keys),
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

/// The members inside of a property, as the operation that makes a resource of the kind has them.
fn of_creating(kind: &str, keys: &[Option<String>]) -> Vec<Member> {
    let Some((service, noun)) = kind.split_once('.') else { return Vec::new() };
    match registry::find(service, &format!("create_{noun}")) {
        Ok((_, operation)) => of_fields(operation.fields(), keys),
        Err(_) => Vec::new(),
    }
}

/// The names of the outputs of a kind, sorted.
pub fn kind_outputs(session: &Session<'_>, name: &str) -> Vec<String> {
    let kind: Option<Table> =
        kind_module(session).and_then(|kind| kind.get::<Function>("get").ok()?.call(name).ok());
    let outputs = kind.and_then(|kind| kind.raw_get::<Table>("outputs").ok());
    let pairs = outputs.map(|outputs| outputs.pairs::<String, Value>().flatten().collect());
    let pairs: Vec<(String, Value)> = pairs.unwrap_or_default();
    let mut names: Vec<String> = pairs.into_iter().map(|(name, _)| name).collect();
    names.extend(["id".to_owned(), "name".to_owned()]);
    names.sort();
    names.dedup();
    names
}

/// The properties of a kind.
pub fn kind_members(session: &Session<'_>, name: &str) -> Vec<Member> {
    of_kind(session, name, &[])
}
