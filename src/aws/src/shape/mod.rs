//! How a dynamic value becomes an SDK shape and back.
//!
//! A table names members; the macros here turn each structure into constants (its fields with their
//! types, its builder's setters), and small functions walk those constants. So the code per member is
//! one entry of data, whatever its type.

pub mod macros;
mod member;
mod scalar;

pub use member::{
    Build, Input, Set, Setter, give_members, one_entry, take_members, type_of, unknown,
};
pub use scalar::text_or_bytes;

use dmsrun_base::Value;

/// What is known of a type at run time: for conversion errors, help, completion and stubs.
#[derive(Debug, Clone, Copy)]
pub enum Type {
    /// Text.
    String,
    /// A truth value.
    Boolean,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// A time: RFC 3339 text or seconds since 1970.
    Timestamp,
    /// Binary data, or text.
    Bytes,
    /// A list of items of one type.
    List(&'static Type),
    /// A table with free keys and values of one type.
    Map(&'static Type),
    /// Text out of a list: its name and values.
    Enumeration(&'static str, &'static [&'static str]),
    /// A table with known keys: its name and its fields.
    Structure(&'static str, fn() -> &'static [Field]),
    /// A table with exactly one of the known keys: its name and its fields.
    Union(&'static str, fn() -> &'static [Field]),
}

impl Type {
    /// The fields of a structure or of a union; none for everything else.
    pub fn fields(&self) -> &'static [Field] {
        match self {
            Self::Structure(_, fields) | Self::Union(_, fields) => fields(),
            _ => &[],
        }
    }

    /// The type in the words of a message, such as `list of string`.
    pub fn describe(&self) -> String {
        match self {
            Self::String => "string".into(),
            Self::Boolean => "boolean".into(),
            Self::Integer => "integer".into(),
            Self::Number => "number".into(),
            Self::Timestamp => "timestamp".into(),
            Self::Bytes => "bytes".into(),
            Self::List(item) => format!("list of {}", item.describe()),
            Self::Map(item) => format!("table of {}", item.describe()),
            Self::Enumeration(name, _) | Self::Structure(name, _) | Self::Union(name, _) => {
                (*name).into()
            }
        }
    }
}

/// A member of a structure, of a union, or of an operation's input or output.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// Its name, as the Rust SDK spells it.
    pub name: &'static str,
    /// Whether it must be given.
    pub required: bool,
    /// Whether its value must not be shown.
    pub secret: bool,
    /// Its type.
    pub ty: &'static Type,
}

impl Field {
    /// A member by its identifier in a table; `secrets` are the identifiers of the secret ones.
    pub const fn of(
        ident: &'static str,
        required: bool,
        secrets: &[&str],
        ty: &'static Type,
    ) -> Self {
        Self { name: plain(ident), required, secret: contains(secrets, ident), ty }
    }
}

/// The name of a raw identifier: `type` of `r#type`.
pub const fn plain(ident: &'static str) -> &'static str {
    match ident.as_bytes() {
        [b'r', b'#', ..] => ident.split_at(2).1,
        _ => ident,
    }
}

const fn contains(list: &[&str], name: &str) -> bool {
    let mut index = 0;
    while index < list.len() {
        if same(list[index].as_bytes(), name.as_bytes()) {
            return true;
        }
        index += 1;
    }
    false
}

const fn same(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let mut index = 0;
    while index < a.len() {
        if a[index] != b[index] {
            return false;
        }
        index += 1;
    }
    true
}

/// The type of a union's variant, inferred from its constructor.
pub const fn variant_type<U, T: Shape>(_: fn(T) -> U) -> &'static Type {
    const { &T::TYPE }
}

/// Values that AWS documents and takes, and that its model forgets.
const UNMODELLED: &[(&str, &[&str])] = &[
    // DescribeEvents: the events of tasks.
    ("SourceType", &["replication-task"]),
];

/// The values of an enumeration that its model forgets.
pub fn unmodelled(name: &str) -> impl Iterator<Item = &'static str> {
    UNMODELLED.iter().filter(move |(of, _)| *of == name).flat_map(|(_, list)| *list).copied()
}

/// A value out of the enumeration with this name.
pub fn choice<'a>(value: &'a Value, name: &str, values: &[&str]) -> Result<&'a str, Bad> {
    let text = value.reveal_str().ok_or_else(|| Bad::expected("string", value))?;
    let forgotten = UNMODELLED.iter().filter(|(of, _)| *of == name).flat_map(|(_, list)| *list);
    if values.contains(&text) || forgotten.clone().any(|value| *value == text) {
        return Ok(text);
    }
    let values: Vec<&str> = values.iter().chain(forgotten).copied().collect();
    let list = values.iter().map(|v| format!("\"{v}\"")).collect::<Vec<_>>().join(", ");
    let got = if matches!(value, Value::Secret(_)) { "the secret" } else { &format!("\"{text}\"") };
    let hint = dmsrun_diag::did_you_mean(text, values.iter().copied());
    Err(Bad::new(format!("{got} is not one of {list}")).hint(hint))
}

/// A type that has a description.
pub trait Shape {
    /// The description.
    const TYPE: Type;
}

/// A shape that can be made of a dynamic value.
pub trait Take: Shape + Sized + 'static {
    /// Makes it, or says what is wrong and where.
    fn take(value: &Value) -> Result<Self, Bad>;
}

/// A shape that a dynamic value can be made of.
pub trait Give {
    /// Makes the value; `Null` for an absent one.
    fn give(&self) -> Value;
    /// What stands for an absent member: an empty list, so that it can be walked, or nothing.
    fn absent() -> Value
    where
        Self: Sized,
    {
        Value::Null
    }
}

/// What is wrong with a value, and where. It never holds the value itself, which may be a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bad {
    /// The path inside the input, such as `filters[2].values`; empty for the input itself.
    pub path: String,
    /// What is wrong.
    pub message: String,
    /// The nearest names, where a name is wrong.
    pub hint: Option<String>,
}

impl Bad {
    /// What is wrong, at a place that the callers fill in.
    pub fn new(message: impl Into<String>) -> Self {
        Self { path: String::new(), message: message.into(), hint: None }
    }

    /// With the nearest names.
    pub fn hint(mut self, hint: Option<String>) -> Self {
        self.hint = hint;
        self
    }

    /// A value of another type than the one wanted.
    pub fn expected(wanted: &str, value: &Value) -> Self {
        match value {
            Value::Reference(r) => {
                Self::new(format!("not known yet: it refers to {r}, which is known after apply"))
            }
            Value::Template(_) => {
                Self::new("not known yet: it is text with references, which is known after apply")
            }
            _ => Self::new(format!("expected {wanted}, got {}", value.type_name())),
        }
    }

    /// The same inside a member.
    pub fn under(mut self, key: &str) -> Self {
        let dot = if self.path.is_empty() || self.path.starts_with('[') { "" } else { "." };
        self.path = format!("{key}{dot}{}", self.path);
        self
    }

    /// The same inside a list's item, counted from 1 as in Lua.
    pub fn at(mut self, index: usize) -> Self {
        let dot = if self.path.is_empty() || self.path.starts_with('[') { "" } else { "." };
        self.path = format!("[{}]{dot}{}", index + 1, self.path);
        self
    }
}
