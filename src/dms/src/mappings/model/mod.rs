//! The typed model of a table-mapping document. What it does not know is kept in `extra`.

mod other;
mod selection;
mod table_settings;
mod transformation;

pub use other::*;
pub use selection::*;
pub use table_settings::*;
pub use transformation::*;

use crate::words::words;
use serde_json::{Map, Value};

/// A table-mapping document: its rules in their order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Mappings {
    /// The rules, in document order.
    pub rules: Vec<Rule>,
    /// Keys beside `rules`.
    pub extra: Map<String, Value>,
}

/// One rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// Its `rule-id`: where two transformations meet, the lower one wins.
    pub id: u64,
    /// Its `rule-name`; empty where there is none.
    pub name: String,
    /// The objects it is about; `None` for an empty locator `{}`.
    pub locator: Locator,
    /// What it does.
    pub body: Body,
    /// Keys that are not known here.
    pub extra: Map<String, Value>,
}

/// What a rule does, by `rule-type`.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    /// `selection`
    Selection(Selection),
    /// `transformation`
    Transformation(Box<Transformation>),
    /// `table-settings`
    TableSettings(Box<TableSettings>),
    /// `object-mapping`
    ObjectMapping(Box<ObjectMapping>),
    /// `post-processing`
    PostProcessing(PostProcessing),
    /// `validation`
    Validation(Validation),
}

words! {
    /// A `rule-type`.
    RuleType {
        /// Chooses tables.
        Selection = "selection",
        /// Changes names, columns, types.
        Transformation = "transformation",
        /// Parallel load and LOBs of one table.
        TableSettings = "table-settings",
        /// Records and keys of targets that are not relational.
        ObjectMapping = "object-mapping",
        /// Tags of S3 objects.
        PostProcessing = "post-processing",
        /// The comparison of one column.
        Validation = "validation",
    }
}

impl Body {
    /// Its `rule-type`.
    pub fn rule_type(&self) -> RuleType {
        match self {
            Self::Selection(_) => RuleType::Selection,
            Self::Transformation(_) => RuleType::Transformation,
            Self::TableSettings(_) => RuleType::TableSettings,
            Self::ObjectMapping(_) => RuleType::ObjectMapping,
            Self::PostProcessing(_) => RuleType::PostProcessing,
            Self::Validation(_) => RuleType::Validation,
        }
    }
}

/// An `object-locator`: names or patterns of the source.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Locator {
    /// `schema-name`
    pub schema: Option<String>,
    /// `table-name`
    pub table: Option<String>,
    /// `table-type`
    pub table_type: Option<TableType>,
    /// `column-name`
    pub column: Option<String>,
    /// `data-type`: an exact type that a column must have.
    pub data_type: Option<String>,
    /// `table-tablespace-name`
    pub table_tablespace: Option<String>,
    /// `index-tablespace-name`
    pub index_tablespace: Option<String>,
    /// Keys that are not known here.
    pub extra: Map<String, Value>,
}

words! {
    /// A `table-type`.
    TableType {
        /// Tables only; the default.
        Table = "table",
        /// Views only.
        View = "view",
        /// Both.
        All = "all",
    }
}

impl Rule {
    /// The selection, where it is one.
    pub fn selection(&self) -> Option<&Selection> {
        if let Body::Selection(s) = &self.body { Some(s) } else { None }
    }

    /// The transformation, where it is one.
    pub fn transformation(&self) -> Option<&Transformation> {
        if let Body::Transformation(t) = &self.body { Some(t) } else { None }
    }

    /// The table settings, where they are.
    pub fn table_settings(&self) -> Option<&TableSettings> {
        if let Body::TableSettings(t) = &self.body { Some(t) } else { None }
    }

    /// The schema it names, or the empty text.
    pub fn schema(&self) -> &str {
        self.locator.schema.as_deref().unwrap_or_default()
    }

    /// The table it names, or the empty text.
    pub fn table(&self) -> &str {
        self.locator.table.as_deref().unwrap_or_default()
    }

    /// Its name, or its id where it has none: how messages call it.
    pub fn label(&self) -> String {
        if self.name.is_empty() {
            format!("rule {}", self.id)
        } else {
            format!("\"{}\"", self.name)
        }
    }
}
