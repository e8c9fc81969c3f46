//! Transformation rules.

use crate::words::words;
use serde_json::{Map, Value};

words! {
    /// What a transformation does.
    Action {
        /// Gives a name.
        Rename = "rename",
        /// Lower case.
        ConvertLowercase = "convert-lowercase",
        /// Upper case.
        ConvertUppercase = "convert-uppercase",
        /// Puts a prefix before the name.
        AddPrefix = "add-prefix",
        /// Takes a prefix away.
        RemovePrefix = "remove-prefix",
        /// Puts one prefix for another.
        ReplacePrefix = "replace-prefix",
        /// Puts a suffix behind the name.
        AddSuffix = "add-suffix",
        /// Takes a suffix away.
        RemoveSuffix = "remove-suffix",
        /// Puts one suffix for another.
        ReplaceSuffix = "replace-suffix",
        /// Defines the target's primary key.
        DefinePrimaryKey = "define-primary-key",
        /// Adds a column.
        AddColumn = "add-column",
        /// Keeps this column and drops what no such rule names.
        IncludeColumn = "include-column",
        /// Drops a column.
        RemoveColumn = "remove-column",
        /// Changes a column's type.
        ChangeDataType = "change-data-type",
        /// Adds columns with the values before the change.
        AddBeforeImageColumns = "add-before-image-columns",
        /// Masks each digit by a character.
        MaskDigits = "data-masking-digits-mask",
        /// Masks each digit by a random one.
        MaskRandom = "data-masking-digits-randomize",
        /// Masks by a hash.
        MaskHash = "data-masking-hash-mask",
    }
}

impl Action {
    /// Whether it gives the object another name.
    pub fn is_naming(self) -> bool {
        self <= Self::ReplaceSuffix
    }

    /// Whether it masks values.
    pub fn is_masking(self) -> bool {
        self >= Self::MaskDigits
    }

    /// Whether it needs `value`.
    pub fn needs_value(self) -> bool {
        matches!(
            self,
            Self::Rename
                | Self::AddPrefix
                | Self::RemovePrefix
                | Self::ReplacePrefix
                | Self::AddSuffix
                | Self::RemoveSuffix
                | Self::ReplaceSuffix
                | Self::AddColumn
                | Self::MaskDigits
        )
    }

    /// Whether it needs `old-value`.
    pub fn needs_old_value(self) -> bool {
        matches!(self, Self::ReplacePrefix | Self::ReplaceSuffix)
    }

    /// Whether it may stand on this target, by the reference's table: what has no meaning is false.
    pub fn allowed_on(self, target: Target) -> bool {
        match self {
            Self::DefinePrimaryKey => target == Target::Table,
            _ if self.is_naming() => true,
            _ => target == Target::Column,
        }
    }
}

words! {
    /// A `rule-target`.
    Target {
        /// Schemas.
        Schema = "schema",
        /// Tables.
        Table = "table",
        /// Columns.
        Column = "column",
        /// Tablespaces of tables.
        TableTablespace = "table-tablespace",
        /// Tablespaces of indexes.
        IndexTablespace = "index-tablespace",
    }
}

/// A transformation rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Transformation {
    /// What it does.
    pub action: Action,
    /// To what.
    pub target: Target,
    /// The new name, affix or mask.
    pub value: Option<String>,
    /// The affix that is replaced.
    pub old_value: Option<String>,
    /// The type of a new or changed column.
    pub data_type: Option<DataType>,
    /// What a new column holds.
    pub expression: Option<String>,
    /// The key to define.
    pub primary_key: Option<PrimaryKey>,
    /// How before-image columns are made.
    pub before_image: Option<BeforeImage>,
}

/// A DMS data type.
#[derive(Clone, Debug, PartialEq)]
pub struct DataType {
    /// `type`, such as `string`.
    pub kind: String,
    /// `length`
    pub length: Option<i64>,
    /// `precision`
    pub precision: Option<i64>,
    /// `scale`
    pub scale: Option<i64>,
    /// Keys that are not known here.
    pub extra: Map<String, Value>,
}

/// The names of DMS's data types.
pub const DATA_TYPES: &[&str] = &[
    "bytes", "date", "time", "datetime", "int1", "int2", "int4", "int8", "numeric", "real4",
    "real8", "string", "uint1", "uint2", "uint4", "uint8", "wstring", "blob", "nclob", "clob",
    "boolean", "set", "list", "map", "tuple",
];

impl DataType {
    /// `string(40)`, `numeric(10,2)`, `int4`.
    pub fn text(&self) -> String {
        match (self.length, self.precision, self.scale) {
            (Some(length), ..) if length > 0 => format!("{}({length})", self.kind),
            (_, Some(p), Some(s)) if p > 0 => format!("{}({p},{s})", self.kind),
            (_, Some(p), None) if p > 0 => format!("{}({p})", self.kind),
            _ => self.kind.clone(),
        }
    }
}

/// A `primary-key-def`.
#[derive(Clone, Debug, PartialEq)]
pub struct PrimaryKey {
    /// `name`
    pub name: Option<String>,
    /// `origin`: `primary-key` or `unique-index`.
    pub origin: Option<String>,
    /// `columns`, in key order.
    pub columns: Vec<String>,
    /// Keys that are not known here.
    pub extra: Map<String, Value>,
}

/// A `before-image-def`.
#[derive(Clone, Debug, PartialEq)]
pub struct BeforeImage {
    /// `column-prefix`; `BI_` by default.
    pub prefix: Option<String>,
    /// `column-suffix`; empty by default.
    pub suffix: Option<String>,
    /// `column-filter`: `pk-only` by default.
    pub filter: Option<String>,
    /// Keys that are not known here.
    pub extra: Map<String, Value>,
}
