//! Object mapping, post-processing and validation rules.

use crate::words::words;
use serde_json::{Map, Value};

words! {
    /// What an object mapping does.
    ObjectAction {
        /// One record for one row.
        Record = "map-record-to-record",
        /// One document for one row.
        Document = "map-record-to-document",
    }
}

/// An object-mapping rule.
#[derive(Clone, Debug, PartialEq)]
pub struct ObjectMapping {
    /// What it does.
    pub action: ObjectAction,
    /// `target-table-name`: a DynamoDB table.
    pub target_table: Option<String>,
    /// `kafka-target-topic`
    pub topic: Option<String>,
    /// `mapping-parameters` as they are; the checks look into them.
    pub parameters: Option<Map<String, Value>>,
}

/// A post-processing rule (`add-tag`).
#[derive(Clone, Debug, PartialEq)]
pub struct PostProcessing {
    /// `tag-set`: keys and values.
    pub tags: Vec<(String, String)>,
}

/// A validation rule (`override-validation-function`).
#[derive(Clone, Debug, PartialEq)]
pub struct Validation {
    /// `source-function`
    pub source_function: Option<String>,
    /// `target-function`
    pub target_function: Option<String>,
}
