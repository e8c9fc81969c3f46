//! Walks over the constants that the macros make of a table: builders filled, structures read.

use super::{Bad, Field, Give, Shape, Take, Type, plain};
use aws_smithy_types::error::operation::BuildError;
use dmsrun_base::{Map, Secret, Value};

pub use super::scalar::entries;

/// An SDK builder with what its table says of it.
pub trait Input: Default + Sized + 'static {
    /// Its members.
    const FIELDS: &'static [Field];
    /// Its setters, in the order of the members.
    const SETTERS: &'static [&'static dyn Set<Self>];
}

/// Converts a value and hands it to a builder.
pub trait Set<B> {
    /// Sets the member.
    fn set(&self, builder: &mut B, value: &Value) -> Result<(), Bad>;
}

/// A builder's setter, whose type tells what to convert to.
pub struct Setter<B, T>(pub fn(B, Option<T>) -> B);

impl<B: Default, T: Take> Set<B> for Setter<B, T> {
    fn set(&self, builder: &mut B, value: &Value) -> Result<(), Bad> {
        let member = T::take(value)?;
        *builder = (self.0)(std::mem::take(builder), Some(member));
        Ok(())
    }
}

/// The type of a member, inferred from its builder's getter.
pub const fn type_of<B, T: Shape>(_: fn(&B) -> &Option<T>) -> &'static Type {
    const { &T::TYPE }
}

/// Fills a builder.
pub fn take_members<B: Input>(value: &Value) -> Result<B, Bad> {
    let members = entries(value)?;
    let mut builder = B::default();
    for (key, value) in members {
        let index = position(B::FIELDS, key)?;
        if !B::FIELDS[index].secret && is_shown(key) && holds_secret(value) {
            return Err(Bad::new(
                "a secret does not go where everybody reads it who may look at the resource; \
                 secret.reveal gives its text",
            )
            .under(key));
        }
        if !value.is_null() {
            B::SETTERS[index].set(&mut builder, value).map_err(|bad| bad.under(key))?;
        }
    }
    complete(B::FIELDS, members)?;
    Ok(builder)
}

/// Whether a parameter is there to be read: names, descriptions, tags.
fn is_shown(name: &str) -> bool {
    ["description", "tags", "tag", "key", "value"].contains(&name)
        || name.ends_with("_description")
        || name.ends_with("_identifier")
}

fn holds_secret(value: &Value) -> bool {
    match value {
        Value::Secret(_) => true,
        Value::List(items) => items.iter().any(holds_secret),
        Value::Map(map) => map.values().any(holds_secret),
        _ => false,
    }
}

fn position(fields: &[Field], key: &str) -> Result<usize, Bad> {
    fields.iter().position(|field| field.name == key).ok_or_else(|| unknown(fields, key))
}

/// The error for a key that is not there.
pub fn unknown(fields: &[Field], key: &str) -> Bad {
    let names = || fields.iter().map(|field| field.name);
    let hint = dmsrun_diag::did_you_mean(key, names()).or_else(|| {
        let list = names().collect::<Vec<_>>().join(", ");
        Some(if list.is_empty() { "It takes none.".into() } else { format!("It takes: {list}.") })
    });
    Bad::new(format!("unknown parameter \"{key}\"")).hint(hint)
}

fn complete(fields: &[Field], members: &Map) -> Result<(), Bad> {
    let given = |name: &str| members.get(name).is_some_and(|value| !value.is_null());
    let missing: Vec<&str> = fields
        .iter()
        .filter(|field| field.required && !given(field.name))
        .map(|field| field.name)
        .collect();
    match missing.as_slice() {
        [] => Ok(()),
        [one] => Err(Bad::new(format!("missing required parameter \"{one}\""))),
        many => Err(Bad::new(format!("missing required parameters: {}", many.join(", ")))),
    }
}

/// The one entry of a union's table.
pub fn one_entry<'a>(value: &'a Value, fields: &[Field]) -> Result<(&'a str, &'a Value), Bad> {
    let mut given = entries(value)?.iter().filter(|(_, value)| !value.is_null());
    match (given.next(), given.next()) {
        (Some((key, value)), None) => Ok((key, value)),
        _ => {
            let names = fields.iter().map(|field| field.name).collect::<Vec<_>>().join(", ");
            Err(Bad::new(format!("expected exactly one of: {names}")))
        }
    }
}

/// Reads members into a table; absent ones are left out.
pub fn give_members(members: &[(&'static str, &dyn Give)], secrets: &[&str]) -> Value {
    let mut out = Map::new();
    for (ident, member) in members {
        let value = member.give();
        if !value.is_null() {
            let value = if secrets.contains(ident) { hide(value) } else { value };
            out.insert(plain(ident).to_owned(), value);
        }
    }
    Value::Map(out)
}

/// The same value with every text in it a secret.
pub fn hide(value: Value) -> Value {
    match value {
        Value::String(text) => Value::Secret(Secret::new(text)),
        Value::Bytes(bytes) => match String::from_utf8(bytes) {
            Ok(text) => Value::Secret(Secret::new(text)),
            // Bytes that are no text can't surface in a message.
            Err(error) => Value::Bytes(error.into_bytes()),
        },
        Value::List(list) => Value::List(list.into_iter().map(hide).collect()),
        Value::Map(map) => Value::Map(map.into_iter().map(|(k, v)| (k, hide(v))).collect()),
        other => other,
    }
}

/// `build()` answers the structure itself, or a result where a member must be set.
pub trait Build<T> {
    /// The structure, or what it lacks.
    fn built(self) -> Result<T, Bad>;
}
impl<T> Build<T> for T {
    fn built(self) -> Result<T, Bad> {
        Ok(self)
    }
}
impl<T> Build<T> for Result<T, BuildError> {
    fn built(self) -> Result<T, Bad> {
        self.map_err(|error| Bad::new(error.to_string()))
    }
}
