//! Selection rules and their filters.

use crate::words::words;
use serde_json::{Map, Value};

words! {
    /// What a selection does.
    SelectionAction {
        /// Adds all matches.
        Include = "include",
        /// Removes matches.
        Exclude = "exclude",
        /// Adds the one object that is named, without wildcards.
        Explicit = "explicit",
    }
}

/// A selection rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Selection {
    /// What it does.
    pub action: SelectionAction,
    /// `load-order`: higher loads first.
    pub load_order: Option<u32>,
    /// All of them must hold.
    pub filters: Vec<Filter>,
}

/// A source filter; one of its conditions must hold.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Filter {
    /// The column, exact.
    pub column: String,
    /// The conditions.
    pub conditions: Vec<Condition>,
    /// Keys that are not known here.
    #[serde(skip)]
    pub extra: Map<String, Value>,
}

/// One condition of a filter.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Condition {
    /// How it compares.
    pub operator: Operator,
    /// For operators with one value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// For ranges.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start: Option<String>,
    /// For ranges.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end: Option<String>,
    /// Keys that are not known here.
    #[serde(skip)]
    pub extra: Map<String, Value>,
}

words! {
    /// A `filter-operator`.
    Operator {
        /// At most.
        Lte = "lte",
        /// At most, by its old name.
        Ste = "ste",
        /// At least.
        Gte = "gte",
        /// Equal.
        Eq = "eq",
        /// Not equal.
        NotEq = "noteq",
        /// In a range, both ends included.
        Between = "between",
        /// Outside a range.
        NotBetween = "notbetween",
        /// IS NULL.
        Null = "null",
        /// IS NOT NULL.
        NotNull = "notnull",
    }
}

impl Operator {
    /// Whether it takes `start-value` and `end-value`.
    pub fn is_range(self) -> bool {
        matches!(self, Self::Between | Self::NotBetween)
    }

    /// Whether it takes no value at all.
    pub fn is_bare(self) -> bool {
        matches!(self, Self::Null | Self::NotNull)
    }

    /// Whether the reference counts it as negative.
    pub fn is_negative(self) -> bool {
        matches!(self, Self::NotEq | Self::NotBetween | Self::NotNull)
    }

    /// Whether it picks rows by their value.
    pub fn is_inclusive(self) -> bool {
        matches!(self, Self::Lte | Self::Ste | Self::Gte | Self::Eq | Self::Between)
    }
}
