//! What a source holds: its tables and columns, and how it compares names.
//!
//! [`Catalogue::read`] takes every form that a catalogue comes in: our own JSON, the answers of DMS,
//! the output of a query on `information_schema.columns`.

mod csv;
mod described;
mod read;

pub use read::CatalogueError;

use crate::mappings::pattern::Naming;
use serde::{Deserialize, Serialize};

/// The tables of a source, as a file, the local AWS or a described schema gives them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Catalogue {
    /// Every table and view, in any order.
    #[serde(default)]
    pub tables: Vec<CatalogueTable>,
    /// Whether the source ignores the case of names. DMS then ignores it in locators too.
    #[serde(default, skip_serializing_if = "is_false")]
    pub case_insensitive: bool,
    /// The `EscapeCharacter` of an Oracle endpoint; it works for table names only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escape_character: Option<char>,
    /// Schemas of which only the name is known, as `describe_schemas` gives them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub schemas: Vec<String>,
}

/// A table or view of a source.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CatalogueTable {
    /// The schema; the database for MongoDB and DocumentDB.
    pub schema: String,
    /// The table, view or collection.
    pub table: String,
    /// How many rows it holds.
    #[serde(default)]
    pub rows: u64,
    /// Table or view.
    #[serde(default, skip_serializing_if = "TableKind::is_table")]
    pub kind: TableKind,
    /// Its columns in order; empty where they are not known.
    #[serde(default)]
    pub columns: Vec<Column>,
    /// Whether nobody said which columns belong to the primary key.
    #[serde(default, skip_serializing_if = "is_false")]
    pub keys_unknown: bool,
}

/// What a selection's `table-type` tells apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TableKind {
    /// A table.
    #[default]
    Table,
    /// A view.
    View,
}

impl TableKind {
    fn is_table(&self) -> bool {
        *self == Self::Table
    }
}

/// A column of a table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type, as the source or DMS calls it.
    #[serde(default)]
    pub data_type: String,
    /// Whether it belongs to the primary key.
    #[serde(default, skip_serializing_if = "is_false")]
    pub primary_key: bool,
    /// The largest value in KB, for a LOB column.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lob_kb: Option<u64>,
    /// Whether it may hold NULL, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nullable: Option<bool>,
}

fn is_false(value: &bool) -> bool {
    !*value
}

impl Catalogue {
    /// How the names of this source compare with patterns.
    pub fn naming(&self) -> Naming {
        Naming { ignore_case: self.case_insensitive, escape: self.escape_character }
    }
}

impl CatalogueTable {
    /// `schema.table`.
    pub fn full_name(&self) -> String {
        format!("{}.{}", self.schema, self.table)
    }

    /// The column of this name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|c| c.name == name)
    }

    /// Whether any column is said to belong to a primary key.
    pub fn has_key(&self) -> bool {
        self.columns.iter().any(|c| c.primary_key)
    }

    /// Whether it is known to have no primary key: its columns are known, and none belongs to one.
    pub fn lacks_key(&self) -> bool {
        !self.keys_unknown && !self.columns.is_empty() && !self.has_key()
    }

    /// The largest LOB in KB over all columns, where there is one.
    pub fn largest_lob_kb(&self) -> Option<u64> {
        self.columns.iter().filter_map(|c| c.lob_kb).max()
    }
}

impl Column {
    /// Whether it holds LOBs, by its size or its type.
    pub fn is_lob(&self) -> bool {
        self.lob_kb.is_some() || matches!(self.dms_type(), Some("blob" | "clob" | "nclob"))
    }

    /// The length of its type, where it is written: 40 for `varchar(40)`.
    pub fn length(&self) -> Option<u64> {
        let inner = self.data_type.split_once('(')?.1.split([',', ')']).next()?;
        inner.trim().parse().ok()
    }

    /// The DMS type that the source's type is read as, where it is known.
    pub fn dms_type(&self) -> Option<&'static str> {
        dms_type(&self.data_type)
    }
}

/// The DMS type of a source type, with or without its length: `varchar(40)` → `string`. Covers
/// DMS's own names and the usual ones of the relational engines; `None` for what it does not know.
pub fn dms_type(source: &str) -> Option<&'static str> {
    let lower = source.trim().to_ascii_lowercase();
    let unsigned = lower.contains("unsigned");
    let base = lower.split('(').next().unwrap_or_default();
    let base = base.trim_end_matches(" unsigned").trim();
    let whole = |signed, un| Some(if unsigned { un } else { signed });
    match base {
        "tinyint" | "int1" => whole("int1", "uint1"),
        "smallint" | "int2" | "smallserial" => whole("int2", "uint2"),
        "mediumint" | "int" | "integer" | "int4" | "serial" => whole("int4", "uint4"),
        "bigint" | "int8" | "bigserial" => whole("int8", "uint8"),
        "uint1" => Some("uint1"),
        "uint2" => Some("uint2"),
        "uint4" => Some("uint4"),
        "uint8" => Some("uint8"),
        "numeric" | "decimal" | "number" | "dec" | "money" | "smallmoney" => Some("numeric"),
        "float" | "real" | "real4" | "float4" | "binary_float" => Some("real4"),
        "double" | "double precision" | "real8" | "float8" | "binary_double" => Some("real8"),
        "char" | "varchar" | "varchar2" | "character" | "character varying" | "string" | "enum"
        | "set" | "uuid" => Some("string"),
        "nchar" | "nvarchar" | "nvarchar2" | "wstring" => Some("wstring"),
        "text" | "mediumtext" | "longtext" | "clob" | "json" | "jsonb" | "xml" => Some("clob"),
        "tinytext" => Some("wstring"),
        "ntext" | "nclob" => Some("nclob"),
        "blob" | "mediumblob" | "longblob" | "bytea" | "image" => Some("blob"),
        "tinyblob" | "binary" | "varbinary" | "raw" | "bytes" => Some("bytes"),
        "date" => Some("date"),
        "time" => Some("time"),
        "bool" | "boolean" | "bit" => Some("boolean"),
        "datetime" | "datetime2" => Some("datetime"),
        "map" => Some("map"),
        "list" => Some("list"),
        "tuple" => Some("tuple"),
        other if other.starts_with("timestamp") => Some("datetime"),
        _ => None,
    }
}
