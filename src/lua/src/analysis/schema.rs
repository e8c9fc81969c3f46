//! What a kind of resource takes: its properties and outputs, as `kind.get` gives them.

use mlua::{Table, Value};
use std::collections::{BTreeMap, BTreeSet};

/// A property of a kind, or a part of one.
#[derive(Clone, Debug, Default)]
pub(super) struct Property {
    /// `string`, `integer`, `number`, `boolean`, `list`, `map`, `any`.
    pub kind: String,
    /// Whether it must be there.
    pub required: bool,
    /// The values that are allowed; empty for any.
    pub values: Vec<String>,
    /// The shape of a map; `None` where it is free.
    pub fields: Option<BTreeMap<String, Property>>,
    /// The shape of each member of a list or free map.
    pub items: Option<Box<Property>>,
}

impl Property {
    /// Whether a constant of this type may stand here; see [`super::literal::Literal::type_name`].
    pub fn takes(&self, kind: &str) -> bool {
        match self.kind.as_str() {
            "string" => kind == "a string",
            "integer" | "number" => kind == "a number",
            "boolean" => kind == "a boolean",
            "list" | "map" => kind == "a table",
            _ => true,
        }
    }
}

/// A kind.
#[derive(Clone, Debug, Default)]
pub(super) struct Kind {
    /// Its properties.
    pub properties: BTreeMap<String, Property>,
    /// The names of its outputs, `id` and `name` among them.
    pub outputs: BTreeSet<String>,
}

impl Kind {
    /// Reads a definition.
    pub fn read(definition: &Table) -> mlua::Result<Self> {
        let properties = properties(&definition.get("properties")?)?;
        let outputs: Table = definition.get("outputs")?;
        let mut names: BTreeSet<String> = outputs
            .pairs::<String, Value>()
            .map(|p| p.map(|(k, _)| k))
            .collect::<mlua::Result<_>>()?;
        names.extend(["id".to_owned(), "name".to_owned()]);
        Ok(Self { properties, outputs: names })
    }
}

fn properties(table: &Table) -> mlua::Result<BTreeMap<String, Property>> {
    table
        .pairs::<String, Table>()
        .map(|pair| {
            let (name, given) = pair?;
            Ok((name, property(&given)?))
        })
        .collect()
}

fn property(given: &Table) -> mlua::Result<Property> {
    let values = match given.get::<Option<Table>>("enum")? {
        Some(list) => list
            .sequence_values::<Value>()
            .map(|v| v.and_then(|v| v.to_string()))
            .collect::<mlua::Result<_>>()?,
        None => Vec::new(),
    };
    let fields = given.get::<Option<Table>>("fields")?.map(|t| properties(&t)).transpose()?;
    let items = given.get::<Option<Table>>("items")?.map(|t| property(&t)).transpose()?;
    Ok(Property {
        kind: given.get::<Option<String>>("type")?.unwrap_or_default(),
        required: given.get::<Option<bool>>("required")?.unwrap_or(false)
            && given.get::<Value>("default")?.is_nil(),
        values,
        fields,
        items: items.map(Box::new),
    })
}
