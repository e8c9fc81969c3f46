//! Table mappings: which tables a task takes, under which names, and how it loads them.
//!
//! [`parse()`] reads DMS's JSON into [`Mappings`], [`Mappings::to_json`] writes it back, [`check()`]
//! says what is wrong with a document, [`evaluate()`] says what it does to a catalogue, [`explain()`]
//! and [`story`] say why, [`equal`] and [`diff`] compare two of them, and [`to_lua()`] writes the script
//! that builds one.

pub mod check;
pub mod compare;
pub mod evaluate;
mod evaluator;
pub mod explain;
pub mod filter;
pub(crate) mod located;
pub mod mask;
pub mod model;
pub mod parallel;
pub mod parse;
pub mod pattern;
pub mod reader;
pub mod to_lua;
pub mod transform;
pub mod write;

pub use check::{check, check_bytes, check_text};
pub use compare::{alters_target, describe, diff, equal};
pub use evaluate::{
    ColumnOrigin, ColumnOutcome, Evaluation, Evaluator, RuleOutcome, TableOutcome, Tally, evaluate,
};
pub use explain::{Act, Explanation, RuleRef, Story, TableLine, explain, story};
pub use model::*;
pub use parse::{parse, read};
pub use to_lua::to_lua;
