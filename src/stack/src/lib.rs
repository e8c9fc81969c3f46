//! The engine: what is declared against what is live, the steps between them, and their order.
//!
//! Everything here is pure but the journal and [`hold`]. There is no Lua and no AWS in it: schemas, declared and
//! live resources come in as data, special comparisons come in through [`Comparators`], and whoever
//! drives [`Apply`] carries the steps out. One plan goes through these stages:
//!
//! 1. [`validate`]: the declared properties against the schemas, every mistake at once;
//! 2. [`graph`]: references and `depends_on` become edges; cycles and unknown targets are refused;
//! 3. [`identify`]: live resources find their identity by tags; twins, strangers and foreign owners;
//! 4. [`plan()`]: one step for each difference, in the order of the graph;
//! 5. [`order`]: steps become jobs with what each waits for, deletion along the live parents;
//! 6. [`apply`]: the jobs handed out and their results taken.

pub mod apply;
pub mod compare;
pub mod diff;
pub mod effective;
pub mod fingerprint;
pub mod graph;
pub mod hold;
pub mod identify;
pub mod journal;
pub mod json;
pub mod model;
pub mod order;
pub mod plan;
pub mod policy;
pub mod render;
pub mod resolve;
pub mod timing;
pub mod tree;
pub mod validate;

pub use apply::{Apply, Counts, JobState, Resolved};
pub use compare::{Comparators, NoComparators};
pub use diff::{Difference, Side};
pub use fingerprint::fingerprint;
pub use journal::{Begin, Intent, Journal};
pub use model::{Compare, Declared, Live, Property, Schema, Schemas, Type, tags};
pub use order::{Job, JobId, Op};
pub use plan::{Action, Plan, Request, Step, plan};
