//! One difference between two documents, as data for a plan.

use serde::Serialize;
use serde_json::Value;
use std::fmt;

/// A difference: what stands where, before and after.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Change {
    /// `FullLoadSettings.CommitRate`, or `rule include "crm.%"`.
    pub path: String,
    /// What there is; `None` for what is new.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Value>,
    /// What there will be; `None` for what goes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<Value>,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.from, &self.to) {
            (None, Some(_)) if self.path.starts_with("rule ") => write!(f, "+ {}", self.path),
            (Some(_), None) if self.path.starts_with("rule ") => write!(f, "- {}", self.path),
            (from, to) => {
                let show = |v: &Option<Value>| v.as_ref().map_or("(unset)".to_owned(), short);
                write!(f, "{}  {} → {}", self.path, show(from), show(to))
            }
        }
    }
}

fn short(value: &Value) -> String {
    let text = value.to_string();
    if text.chars().count() <= 60 {
        return text;
    }
    text.chars().take(57).chain("...".chars()).collect()
}
