//! A difference: a path, what is there, and what is wanted. Data only; [`crate::compare`] finds
//! them.

use dmsrun_base::Value;

/// One side of a difference.
#[derive(Clone, Debug, PartialEq)]
pub enum Side {
    /// Nothing there.
    Absent,
    /// A value that may be shown.
    Known(Value),
    /// A value that must not be shown.
    Sensitive,
    /// A value that is known after apply.
    Unknown,
}

impl Side {
    /// The side of a declared value, or of one that is read.
    pub fn of(value: &Value) -> Self {
        match value {
            Value::Null => Self::Absent,
            value if crate::resolve::is_unknown(value) => Self::Unknown,
            value if has_secret(value) => Self::Sensitive,
            value => Self::Known(value.clone()),
        }
    }

    /// The side of a value that may be missing.
    pub fn of_option(value: Option<&Value>) -> Self {
        value.map_or(Self::Absent, Self::of)
    }
}

/// A difference between declared and live.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// Where, from the property down: `settings.FullLoadSettings.MaxFullLoadSubTasks`,
    /// `rules[2].port`.
    pub path: String,
    /// What is there.
    pub from: Side,
    /// What is wanted.
    pub to: Side,
    /// A sentence that says it better than the two sides, such as `+ rule include "crm.%"`.
    pub text: Option<String>,
}

impl Difference {
    /// A difference of two sides.
    pub fn new(path: impl Into<String>, from: Side, to: Side) -> Self {
        Self { path: path.into(), from, to, text: None }
    }

    /// The same difference, not to be shown.
    pub fn hidden(mut self) -> Self {
        for side in [&mut self.from, &mut self.to] {
            if matches!(side, Side::Known(_)) {
                *side = Side::Sensitive;
            }
        }
        self.text = None;
        self
    }

    /// The property that the path begins with.
    pub fn property(&self) -> &str {
        self.path.split(['.', '[']).next().unwrap_or(&self.path)
    }

    /// Whether it is only that the wanted value is not known yet.
    pub fn is_unknown(&self) -> bool {
        self.to == Side::Unknown
    }
}

fn has_secret(value: &Value) -> bool {
    match value {
        Value::Secret(_) => true,
        Value::List(list) => list.iter().any(has_secret),
        Value::Map(map) => map.values().any(has_secret),
        _ => false,
    }
}
