//! Every code that a check can report, with its explanation. The list in the documentation is made
//! of this.

mod mappings;
mod settings;

pub use mappings::*;
pub use settings::*;

use dmsrun_diag::Severity;
use serde::Serialize;

/// A code: what it stands for, for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code {
    /// `M104`: M for table mappings, S for task settings, T for several tasks.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// A few words, the same for every occurrence.
    pub title: &'static str,
    /// Why it is so and what to do.
    pub text: &'static str,
}

impl Code {
    /// Whether it speaks of a point that AWS's documentation leaves open.
    pub fn is_ambiguous(&self) -> bool {
        self.title.starts_with("Ambiguous")
    }
}

impl Serialize for Code {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let mut out = to.serialize_struct("Code", 4)?;
        out.serialize_field("code", self.code)?;
        out.serialize_field("severity", self.severity.word())?;
        out.serialize_field("title", self.title)?;
        out.serialize_field("text", self.text)?;
        out.end()
    }
}

/// Every code, in order.
pub fn codes() -> impl Iterator<Item = &'static Code> {
    MAPPING_CODES.iter().chain(SETTING_CODES)
}

/// The code of this name, in any case: `m104`.
pub fn code(name: &str) -> Option<&'static Code> {
    codes().find(|c| c.code.eq_ignore_ascii_case(name))
}

macro_rules! table {
    ($all:ident; $($code:ident $severity:ident $title:literal $text:literal;)+) => {
        $(
            #[doc = $title]
            pub const $code: Code = Code {
                code: stringify!($code),
                severity: Severity::$severity,
                title: $title,
                text: $text,
            };
        )+

        /// The codes of this file, in order.
        pub const $all: &[Code] = &[$($code),+];
    };
}
pub(crate) use table;

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn codes_are_unique_in_order_and_explained() {
        let names: Vec<&str> = codes().map(|c| c.code).collect();
        let unique: BTreeSet<&str> = names.iter().copied().collect();
        assert_eq!(unique.len(), names.len());
        for part in [MAPPING_CODES, SETTING_CODES] {
            assert!(part.is_sorted_by_key(|c| c.code));
        }
        for c in codes() {
            assert!(!c.title.ends_with('.') && c.text.ends_with('.'), "{}", c.code);
        }
        assert_eq!(code("m104").map(|c| c.code), Some("M104"));
    }
}
