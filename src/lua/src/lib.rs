//! The Lua host: the VM in named stages, the scheduler, the embedded standard library, the modules
//! that Rust gives to Lua, and the border at which errors become diagnostics.
//!
//! Lua always runs outside the runtime. A host call that waits enters the runtime and blocks there;
//! only directly inside a task of our scheduler it yields instead. So host calls work everywhere:
//! in coroutines, in `table.sort`, in metamethods, at module scope.

pub mod analysis;
mod border;
pub mod calls;
mod compiled;
pub mod config;
pub mod convert;
mod diagnosis;
mod door;
mod hook;
mod host;
pub mod library;
mod modules;
pub mod place;
mod print;
pub mod reference;
pub mod sandbox;
mod scheduler;
pub mod spec;
mod state;
pub mod types;
pub mod ui;
pub mod values;
mod vm;

pub use calls::{Raise, Waiting};
pub use config::{HostConfig, Session, SessionFactory};
pub use convert::{PathError, from_lua, to_lua};
pub use hook::{Pulse, SignalHandle};
pub use host::Host;
pub use modules::meta;
pub use sandbox::{Built, Handed, Limits, Sandbox};
pub use scheduler::InterruptHandle;
pub use state::State;
pub use ui::{CommandLine, Progress, Ui};
