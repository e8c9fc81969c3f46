//! The domain of DMS without any I/O: table mappings, task settings and engines.
//!
//! Everything here is a pure function of documents: read, check, evaluate, compare. A check answers
//! with [`Finding`]s of a stable code, which [`codes()`] documents.

pub mod catalogue;
pub mod change;
pub mod codes;
pub mod context;
pub mod engines;
pub mod finding;
pub mod mappings;
pub mod place;
pub mod settings;
pub mod tasks;
mod words;

pub use catalogue::{Catalogue, CatalogueError, CatalogueTable, Column, TableKind};
pub use change::Change;
pub use codes::{Code, codes};
pub use context::{Context, EngineVersion, MigrationType};
pub use engines::{Engine, Family, engine, engines};
pub use finding::{Finding, Severity};
pub use mappings::{Evaluation, Evaluator, Mappings, evaluate};
pub use tasks::{TaskTables, loaded_onto_itself, shared_tables};
