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

impl Filter {
    /// Which rows it lets through, in the words of SQL: `region = 'EU' or region is null`.
    pub fn text(&self) -> String {
        let texts: Vec<String> = self.conditions.iter().map(|c| c.text(&self.column)).collect();
        if texts.len() > 1 { format!("({})", texts.join(" or ")) } else { texts.concat() }
    }
}

impl Condition {
    /// What it asks of a column, in the words of SQL.
    pub fn text(&self, column: &str) -> String {
        let quoted = |value: &Option<String>| {
            format!("'{}'", value.as_deref().unwrap_or_default().replace('\'', "''"))
        };
        let (value, start, end) = (quoted(&self.value), quoted(&self.start), quoted(&self.end));
        match self.operator {
            Operator::Lte | Operator::Ste => format!("{column} <= {value}"),
            Operator::Gte => format!("{column} >= {value}"),
            Operator::Eq => format!("{column} = {value}"),
            Operator::NotEq => format!("{column} <> {value}"),
            Operator::Between => format!("{column} between {start} and {end}"),
            Operator::NotBetween => format!("{column} not between {start} and {end}"),
            Operator::Null => format!("{column} is null"),
            Operator::NotNull => format!("{column} is not null"),
        }
    }
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
