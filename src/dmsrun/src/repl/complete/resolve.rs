//! Follows a path such as `aws.dms` or `task("crm"):stats()` to what is known of its end, without
//! running code of the user's: fields as they stand, tables behind `__index`, what says by `__keys`
//! that looking costs nothing; and behind a call, what the annotations and registries say it gives.

use super::{
    context::{First, Step},
    types::{self, Known},
};
use crate::repl::{doc, required, session::Session};
use dmsrun_aws::registry::{self, Field, Type};
use mlua::{Function, Table, Value};
use std::collections::BTreeMap;

/// How long a chain of `__index` is followed.
const DEEPEST: usize = 16;

/// What a path leads to.
#[derive(Clone, Debug)]
pub enum Found {
    /// A value.
    Value(Value),
    /// Something that has this value's shape, and is no value yet: an item of a list.
    Known(Known),
    /// Something of AWS of this type.
    Aws(&'static Type),
    /// The answer of an operation.
    Answer(&'static [Field]),
    /// A resource of this kind that was declared.
    Resource(String),
}

impl Found {
    /// The value, where there is one.
    pub fn value(&self) -> Option<&Value> {
        match self {
            Self::Value(value) => Some(value),
            _ => None,
        }
    }
}

/// What stands at the end of a path.
pub fn resolve(session: &Session<'_>, path: &[Step]) -> Option<Found> {
    let (first, rest) = path.split_first()?;
    let mut found = match first {
        Step::Name(name) => Found::Value(session.variable(name)?),
        Step::Text => Found::Known(Known::Type("string".to_owned())),
        _ => return None,
    };
    for step in rest {
        found = match step {
            Step::Field(name) | Step::Method(name) => field(session, &found, name)?,
            Step::Index => index(session, &found)?,
            Step::Call(first) => called(session, &found, first)?,
            Step::Name(_) | Step::Text => return None,
        };
    }
    Some(found)
}

/// The value at the end of a path that calls nothing.
pub fn value(session: &Session<'_>, path: &[Step]) -> Option<Value> {
    resolve(session, path)?.value().cloned()
}

fn field(session: &Session<'_>, found: &Found, name: &str) -> Option<Found> {
    match found {
        Found::Value(value) => member(session, value, name).map(Found::Value),
        Found::Known(known) => types::member(session, known, name).map(Found::Known),
        Found::Aws(ty) => ty.fields().iter().find(|f| f.name == name).map(|f| of_aws(f.ty)),
        Found::Answer(fields) => fields.iter().find(|f| f.name == name).map(|f| of_aws(f.ty)),
        Found::Resource(_) => None,
    }
}

/// Texts have the methods of texts.
fn of_aws(ty: &'static Type) -> Found {
    match ty {
        Type::String | Type::Enumeration(..) | Type::Timestamp => {
            Found::Known(Known::Type("string".to_owned()))
        }
        ty => Found::Aws(ty),
    }
}

/// An item of a list or a table.
fn index(session: &Session<'_>, found: &Found) -> Option<Found> {
    match found {
        Found::Value(Value::Table(table)) => {
            let first: Value = table.raw_get(1).ok()?;
            (!first.is_nil()).then_some(Found::Value(first))
        }
        Found::Known(known) => types::item(session, known).map(Found::Known),
        Found::Aws(Type::List(item) | Type::Map(item)) => Some(of_aws(item)),
        _ => None,
    }
}

/// What a call gives, as far as that is known without calling.
fn called(session: &Session<'_>, callee: &Found, first: &First) -> Option<Found> {
    match callee {
        Found::Value(value) => {
            if let Some((service, operation)) = operation(value) {
                return registry::find(&service, &operation)
                    .ok()
                    .map(|(_, o)| Found::Answer(o.outputs()));
            }
            if is_global(session, value, "require") {
                return module(session, first.text.as_deref()?);
            }
            if is_host(session, value, "pages") {
                return pages(session, &first.path);
            }
            let known = doc::result_of(session, value)?;
            given(session, known, first)
        }
        Found::Known(known) => given(session, types::result(session, known)?, first),
        _ => None,
    }
}

/// The handle of a declared resource has the outputs of its kind.
fn given(session: &Session<'_>, known: Known, first: &First) -> Option<Found> {
    if let (Known::Type(ty), Some(kind)) = (&known, &first.text)
        && ty == "table"
        && super::kinds(session).iter().any(|name| name == kind)
    {
        return Some(Found::Resource(kind.clone()));
    }
    Some(Found::Known(known))
}

fn is_global(session: &Session<'_>, value: &Value, name: &str) -> bool {
    session.host().lua().globals().raw_get::<Value>(name).is_ok_and(|global| global == *value)
}

/// Whether a value is this function of the module `aws`.
fn is_host(session: &Session<'_>, value: &Value, name: &str) -> bool {
    let aws = required(session.host(), "aws");
    let own = aws.and_then(|aws| aws.as_table()?.raw_get::<Value>(name).ok());
    own.is_some_and(|own| !own.is_nil() && own == *value)
}

/// A module by its name. Loading one has no effect but that.
fn module(session: &Session<'_>, name: &str) -> Option<Found> {
    let package: Table = session.host().lua().globals().raw_get("package").ok()?;
    let loaded: Table = package.raw_get("loaded").ok()?;
    let value: Value = loaded.raw_get(name).ok()?;
    if !value.is_nil() {
        return Some(Found::Value(value));
    }
    let ours = dmsrun_lua::library::modules().any(|module| module == name)
        || dmsrun_lua::library::host_modules().any(|module| module == name);
    ours.then(|| required(session.host(), name))?.map(Found::Value)
}

/// All items of an operation, whose path is the first argument.
fn pages(session: &Session<'_>, path: &[Step]) -> Option<Found> {
    let (service, name) = operation(&value(session, path)?)?;
    let (_, operation) = registry::find(&service, &name).ok()?;
    let lists = operation.outputs().iter().filter(|f| matches!(f.ty, Type::List(_)));
    let mut lists = lists.filter(|f| operation.pages.is_none_or(|p| p.items.contains(&f.name)));
    lists.next().map(|list| Found::Aws(list.ty))
}

fn index_of(value: &Value, session: &Session<'_>) -> Option<Value> {
    let meta = match value {
        Value::Table(table) => table.metatable()?,
        Value::String(_) => {
            let globals = session.host().lua().globals();
            return globals.raw_get("string").ok();
        }
        _ => return None,
    };
    // A class that tells misspelt names has its parent beside.
    match meta.raw_get::<Value>("__index").ok()? {
        Value::Function(_) => meta.raw_get("__parent").ok(),
        index => Some(index),
    }
}

fn keys_of(value: &Value) -> Vec<String> {
    let Value::Table(table) = value else { return Vec::new() };
    let keys = table.metatable().and_then(|m| m.raw_get::<Option<Function>>("__keys").ok()?);
    keys.and_then(|keys| keys.call(table).ok()).unwrap_or_default()
}

/// A member by its name.
pub fn member(session: &Session<'_>, value: &Value, name: &str) -> Option<Value> {
    let mut value = value.clone();
    for _ in 0..DEEPEST {
        if let Value::Table(table) = &value {
            let found: Value = table.raw_get(name).ok()?;
            if !found.is_nil() {
                return Some(found);
            }
            if keys_of(&value).iter().any(|key| key == name) {
                return table.get(name).ok();
            }
        }
        value = match index_of(&value, session)? {
            next @ Value::Table(_) => next,
            _ => return None,
        };
    }
    None
}

/// The names of the members at the end of a path, sorted, each with whether it can be called.
pub fn names(session: &Session<'_>, found: &Found) -> Vec<(String, bool)> {
    let fields =
        |fields: &[Field]| fields.iter().map(|field| (field.name.to_owned(), false)).collect();
    match found {
        Found::Value(value) => members(session, value),
        Found::Known(known) => types::members(session, known),
        Found::Aws(ty) => fields(ty.fields()),
        Found::Answer(given) => fields(given),
        Found::Resource(kind) => {
            let outputs = super::members::kind_outputs(session, kind);
            outputs.into_iter().map(|name| (name, false)).collect()
        }
    }
}

/// The names of a value's members, sorted, each with whether it can be called.
pub fn members(session: &Session<'_>, value: &Value) -> Vec<(String, bool)> {
    let mut found: BTreeMap<String, bool> = BTreeMap::new();
    let mut value = value.clone();
    for _ in 0..DEEPEST {
        for key in keys_of(&value) {
            found.entry(key).or_insert(true);
        }
        if let Value::Table(table) = &value {
            for (key, item) in table.pairs::<Value, Value>().flatten() {
                let Some(key) = key.as_string().map(mlua::LuaString::to_string_lossy) else {
                    continue;
                };
                let callable = item.is_function()
                    || operation(&item).is_some()
                    || item
                        .as_table()
                        .and_then(Table::metatable)
                        .is_some_and(|m| m.contains_key("__call").unwrap_or(false));
                found.entry(key).or_insert(callable);
            }
        }
        match index_of(&value, session) {
            Some(next @ Value::Table(_)) => value = next,
            _ => break,
        }
    }
    found.into_iter().collect()
}

/// Service and operation of a value that is `aws.<service>.<operation>`.
pub fn operation(value: &Value) -> Option<(String, String)> {
    value.as_userdata()?;
    let text = value.to_string().ok()?;
    let (service, operation) = text.strip_prefix("aws.")?.split_once('.')?;
    Some((service.to_owned(), operation.to_owned()))
}
