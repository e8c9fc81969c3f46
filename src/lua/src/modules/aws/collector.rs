//! The garbage collector and lists of 100,000 records: while one grows, nothing of it is garbage, and to
//! look for some takes a quarter of the time.

use mlua::{Function, Lua};
use std::cell::Cell;

/// The collector's own function as Lua has it, whatever a script puts in its place.
pub(crate) const COLLECT: &str = "dmsrun.collectgarbage";

/// Less than this is not looked through for the sake of lists alone.
const LEAST: usize = 32 << 20;

/// More than a page can take, in the collector's unit: 1 GB.
const ROOM: i64 = 1 << 20;

/// What the lists of a VM took without the collector's knowledge.
#[derive(Debug, Default)]
pub(crate) struct Collector {
    uncounted: Cell<usize>,
    /// What was in use when it ran last for the sake of lists.
    live: Cell<usize>,
}

impl Collector {
    /// Before a new list: the lists before it may be garbage by now, and the collector does not know how
    /// much they took. So it runs when they took as much as was in use the last time, as it does for
    /// everything else.
    pub(super) fn settle(&self, lua: &Lua) -> mlua::Result<()> {
        if !lua.gc_is_running() || self.uncounted.get() < self.live.get().max(LEAST) {
            return Ok(());
        }
        lua.gc_collect()?;
        self.uncounted.set(0);
        self.live.set(lua.used_memory());
        Ok(())
    }

    /// What is made until this is dropped is not counted as a reason to run. To stop the collector and start
    /// it again would not do: it forgets how long it may rest, and runs at once. Where the script stopped it,
    /// it stays so.
    pub(super) fn quiet<'a>(&'a self, lua: &'a Lua) -> mlua::Result<Option<Quiet<'a>>> {
        if !lua.gc_is_running() {
            return Ok(None);
        }
        let quiet = Quiet { lua, collector: self, before: lua.used_memory() };
        quiet.count(-ROOM)?;
        Ok(Some(quiet))
    }
}

/// See [`Collector::quiet`].
pub(super) struct Quiet<'a> {
    lua: &'a Lua,
    collector: &'a Collector,
    before: usize,
}

impl Quiet<'_> {
    /// Lets the collector believe that so much more was made, or less.
    fn count(&self, kilobytes: i64) -> mlua::Result<()> {
        let collect: Function = self.lua.named_registry_value(COLLECT)?;
        collect.call(("step", kilobytes))
    }
}

impl Drop for Quiet<'_> {
    fn drop(&mut self) {
        let made = self.lua.used_memory().saturating_sub(self.before);
        self.collector.uncounted.set(self.collector.uncounted.get().saturating_add(made));
        let made = i64::try_from(made >> 10).unwrap_or(ROOM).min(ROOM);
        // It fails where memory is at its end, and then the collector has run already.
        let _ = self.count(ROOM - made);
    }
}
