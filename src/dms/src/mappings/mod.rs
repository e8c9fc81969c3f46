//! Table mappings: which tables a task takes, under which names, and how it loads them.
//!
//! [`parse()`] reads DMS's JSON into [`Mappings`], [`Mappings::to_json`] writes it back, [`check()`]
//! says what is wrong with a document, [`evaluate()`] says what it does to a catalogue, and [`equal`]
//! and [`diff`] compare two of them.

pub mod check;
pub mod compare;
pub mod evaluate;
pub mod filter;
pub mod model;
pub mod parallel;
pub mod parse;
pub mod pattern;
pub mod reader;
pub mod transform;
pub mod write;

pub use check::{check, check_text};
pub use compare::{describe, diff, equal};
pub use evaluate::{
    ColumnOrigin, ColumnOutcome, Evaluation, Evaluator, RuleOutcome, TableOutcome, evaluate,
};
pub use model::*;
pub use parse::{parse, read};
