//! The leaves that every other crate stands on: values, time, chance and redaction.
//!
//! Nothing here knows of AWS, Lua or the terminal. See `src/README.md` for the map of the crates.

pub mod clock;
pub mod confidential;
pub mod random;
pub mod redact;
pub mod value;

pub use clock::{Clock, InFlight, SystemClock, Timestamp, VirtualClock, drive};
pub use random::Random;
pub use redact::Redactor;
pub use value::{Map, Reference, ResourceId, Secret, Value};
