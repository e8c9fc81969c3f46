//! Task settings: the complete schema, defaults, merging, checks and comparison.

pub mod check;
pub mod compare;
mod cross;
mod features;
pub mod presets;
mod rows;
pub mod schema;

pub use check::{check, check_text};
pub use compare::{changes_from_defaults, diff, merge};
pub use presets::{Preset, preset, presets};
pub use schema::{Default, Key, Kind, defaults, key, keys, sections};
