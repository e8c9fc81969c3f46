//! The hook that stops Lua code which runs without pause: after Ctrl-C, and at the limit of a
//! sandbox. This is the one file that speaks to the VM below mlua.
//!
//! No hook is there before Ctrl-C, since one that counts slows a tight loop more than twice. It is
//! set as lua(1) does it: from the signal handler, on the thread that runs Lua. lua(1) reaches only
//! the main coroutine; here the handler follows the chain of coroutines that resume each other, so
//! that a loop in any of them ends.

#![allow(unsafe_code)]

use crate::scheduler::InterruptHandle;
use mlua::{Function, Lua, ffi};
use std::{
    cell::Cell,
    os::raw::{c_int, c_void},
    ptr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicPtr, AtomicU8, AtomicU64, AtomicUsize, Ordering},
    },
};

/// How many instructions lie between two looks at the clock of a sandbox.
const STRIDE: c_int = 1000;
/// How many instructions a script has, after it has caught an interrupt, before it is told again.
/// Handlers and finalizers fit in; each time it is less, so that no loop around a `pcall` goes on.
const RESPITE: u32 = 1000;
/// Coroutines nest no deeper than Lua's own limit of C calls.
const DEEPEST: usize = 220;

/// The registry's key of [`Watch`].
static KEY: u8 = 0;

thread_local! {
    /// Whether Lua runs on this thread: a handler that runs on another one leaves the VM alone.
    static IS_LUA: Cell<bool> = const { Cell::new(false) };
}

/// Why Lua code is unwound, whatever it catches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// Ctrl-C.
    Interrupt = 0,
    /// The limit of instructions of a sandbox.
    Limit = 1,
    /// `os.exit` in a host that outlives its scripts.
    Exit = 2,
}

/// What the hook looks at. It lives as long as the VM.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    interrupts: InterruptHandle,
    /// How many times the interrupt was raised since it came.
    raised: AtomicUsize,
    /// How much code is running that minds interrupts itself.
    shields: AtomicUsize,
    /// Whether the host waits; then the hook is set when it goes on.
    waiting: AtomicBool,
    /// Whether the last signal met a wait, or code that minds interrupts itself.
    was_busy: AtomicBool,
    /// The coroutine that the host resumed last: the beginning of the chain that runs.
    base: AtomicPtr<ffi::lua_State>,
    main: AtomicPtr<ffi::lua_State>,
    /// How many calls from the host into Lua are under way.
    running: AtomicUsize,
    used: AtomicU64,
    /// 0 for none.
    limit: AtomicU64,
    /// Why nothing goes on, as a number of [`Ending`].
    ending: AtomicU8,
}

impl Watch {
    pub(crate) fn interrupts(&self) -> &InterruptHandle {
        &self.interrupts
    }

    /// Code begins that asks `host.interrupted()` by itself and ends what it does.
    pub(crate) fn shield(&self) {
        self.shields.fetch_add(1, Ordering::SeqCst);
    }

    /// Such code ends.
    pub(crate) fn unshield(&self) {
        // Never below 0, whatever a script does with what `host.graceful` gave it.
        let _ = self.shields.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1));
        self.arm();
    }

    /// Whether Ctrl-C shall end what runs.
    pub(crate) fn is_pressed(&self) -> bool {
        self.interrupts.count() > 0 && self.shields.load(Ordering::SeqCst) == 0
    }

    /// Whether code runs that minds interrupts itself.
    pub(crate) fn is_shielded(&self) -> bool {
        self.shields.load(Ordering::SeqCst) > 0
    }

    /// Unwinds what runs, and lets nothing catch it.
    pub(crate) fn end(&self, ending: Ending) {
        self.ending.store(ending as u8, Ordering::SeqCst);
        self.arm();
    }

    /// Begins anew after an end by `os.exit`.
    pub(crate) fn begin(&self) {
        if self.ending() == Ending::Exit {
            self.ending.store(0, Ordering::SeqCst);
        }
    }

    pub(crate) fn ending(&self) -> Ending {
        match self.ending.load(Ordering::SeqCst) {
            0 => Ending::Interrupt,
            1 => Ending::Limit,
            _ => Ending::Exit,
        }
    }

    /// Whether what runs shall be unwound.
    fn is_over(&self) -> bool {
        self.ending() != Ending::Interrupt || self.is_pressed()
    }

    /// Forgets the interrupt and the shields, for the next entry of a session.
    pub(crate) fn clear(&self) {
        self.interrupts.clear();
        self.raised.store(0, Ordering::SeqCst);
        self.shields.store(0, Ordering::SeqCst);
    }

    /// The host begins to wait, or goes on.
    pub(crate) fn wait(&self, waiting: bool) {
        self.waiting.store(waiting, Ordering::SeqCst);
        if !waiting {
            self.arm();
        }
    }

    pub(crate) fn is_waiting(&self) -> bool {
        self.waiting.load(Ordering::SeqCst)
    }

    /// Another coroutine is resumed by the host; `None` for the main one.
    pub(crate) fn switch(&self, thread: Option<&mlua::Thread>) {
        let state = thread.map_or(self.main.load(Ordering::SeqCst), |thread| {
            thread.to_pointer().cast_mut().cast()
        });
        self.base.store(state, Ordering::SeqCst);
        self.arm();
    }

    /// Sets the hook where Ctrl-C was pressed. Called on Lua's thread: from the signal handler, and
    /// from the host when it goes on after a wait.
    fn arm(&self) {
        if !self.is_over() || !IS_LUA.get() {
            return;
        }
        let main = self.main.load(Ordering::SeqCst);
        let mut state = self.base.load(Ordering::SeqCst);
        if main.is_null() || state.is_null() {
            return;
        }
        // SAFETY: both states belong to a VM that lives, since `disarm` clears them before it ends,
        // and this thread is the one that runs it. `lua_sethook` may be called from a signal
        // handler. `resumed` only reads: the frame's function, its first argument or its
        // first upvalue. They are where `coroutine.resume`, `coroutine.close` and the functions of
        // `coroutine.wrap` hold the coroutine that they run; whatever else they hold is no thread,
        // or one on which the hook does nothing but remove itself once it is not wanted.
        unsafe {
            if state != main {
                ffi::lua_sethook(main, Some(on_count), ffi::LUA_MASKCOUNT, 1);
            }
            for _ in 0..DEEPEST {
                ffi::lua_sethook(state, Some(on_count), ffi::LUA_MASKCOUNT, 1);
                match resumed(state) {
                    Some(next) if next != state && next != main => state = next,
                    _ => break,
                }
            }
        }
    }

    /// Lua code begins, or has ended.
    pub(crate) fn run(&self, begins: bool) {
        if begins {
            self.running.fetch_add(1, Ordering::SeqCst);
        } else {
            self.running.fetch_sub(1, Ordering::SeqCst);
        }
    }

    /// Counts instructions that no hook sees, such as those of a coroutine that ends before one.
    pub(crate) fn charge(&self, instructions: u64) {
        self.used.fetch_add(instructions, Ordering::Relaxed);
    }

    /// How often the interrupt was raised.
    pub(crate) fn raised(&self) -> usize {
        self.raised.load(Ordering::SeqCst)
    }

    /// The VM ends: no handler touches it from now on.
    pub(crate) fn disarm(&self) {
        self.base.store(ptr::null_mut(), Ordering::SeqCst);
        self.main.store(ptr::null_mut(), Ordering::SeqCst);
    }

    /// How long until the hook looks again.
    fn stride(&self) -> c_int {
        if self.ending() != Ending::Interrupt {
            return 1;
        }
        let raised = u32::try_from(self.raised.load(Ordering::SeqCst)).unwrap_or(u32::MAX);
        let left = RESPITE.checked_shr(raised.saturating_sub(1)).unwrap_or(0).max(1);
        c_int::try_from(left).unwrap_or(STRIDE)
    }
}

/// The coroutine that the innermost function of `state` runs, where it is a function that does so.
///
/// # Safety
/// `state` belongs to a VM that lives, and this thread runs it.
unsafe fn resumed(state: *mut ffi::lua_State) -> Option<*mut ffi::lua_State> {
    // SAFETY: the caller's; the record is filled before it is read.
    unsafe {
        let mut frame: ffi::lua_Debug = std::mem::zeroed();
        if ffi::lua_getstack(state, 0, &raw mut frame) == 0
            || ffi::lua_getinfo(state, c"S".as_ptr(), &raw mut frame) == 0
            || *frame.what.cast::<u8>() != b'C'
        {
            return None;
        }
        let mut next = ffi::lua_tothread(state, 1);
        if next.is_null() {
            next = ffi::lua_tothread(state, ffi::lua_upvalueindex(1));
        }
        (!next.is_null()).then_some(next)
    }
}

/// Ties a watch to a VM; `limit` is the number of instructions that a sandbox allows. The watch must
/// live as long as the VM, and [`Watch::disarm`] comes before the VM's end.
pub(crate) fn tie(lua: &Lua, watch: &Arc<Watch>, limit: Option<u64>) -> mlua::Result<()> {
    watch.limit.store(limit.unwrap_or(0), Ordering::SeqCst);
    let raw = Arc::as_ptr(watch).cast_mut().cast::<c_void>();
    let told = Arc::clone(watch);
    // SAFETY: the registry's key is the address of a static of ours; `State` holds the watch as long
    // as the VM's code may run. Nothing stays on the stack.
    unsafe {
        lua.exec_raw::<()>((), move |state| {
            ffi::lua_pushlightuserdata(state, raw);
            ffi::lua_rawsetp(state, ffi::LUA_REGISTRYINDEX, ptr::addr_of!(KEY).cast());
            ffi::lua_rawgeti(state, ffi::LUA_REGISTRYINDEX, ffi::LUA_RIDX_MAINTHREAD);
            let main = ffi::lua_tothread(state, -1);
            ffi::lua_settop(state, -2);
            told.main.store(main, Ordering::SeqCst);
            told.base.store(main, Ordering::SeqCst);
            if limit.is_some() {
                // Coroutines inherit it from the one that makes them.
                ffi::lua_sethook(main, Some(on_count), ffi::LUA_MASKCOUNT, STRIDE);
            }
        })?;
    }
    IS_LUA.set(true);
    Ok(())
}

/// Ctrl-C as a signal handler tells it.
#[derive(Clone, Debug)]
pub struct SignalHandle(Arc<Watch>);

impl SignalHandle {
    pub(crate) fn new(watch: &Arc<Watch>) -> Self {
        Self(Arc::clone(watch))
    }

    /// To be called in the handler of SIGINT. It counts the signal, and where Lua code is running on
    /// this very thread, stops it at its next instruction. It allocates nothing and takes no lock.
    pub fn signalled(&self) {
        self.0.interrupts.note();
        self.0.was_busy.store(self.0.is_waiting() || self.0.is_shielded(), Ordering::SeqCst);
        if !self.0.is_waiting() {
            self.0.arm();
        }
    }

    /// Whether the last signal met something that is finished first: a call, or code that minds
    /// interrupts itself.
    pub fn was_busy(&self) -> bool {
        self.0.was_busy.load(Ordering::SeqCst)
    }
}

/// How a script in a sandbox gets on, for a watcher on another thread.
#[derive(Clone, Debug)]
pub struct Pulse(Arc<Watch>, u64);

impl Pulse {
    /// `memory` is what the sandbox allows.
    pub(crate) fn new(watch: &Arc<Watch>, memory: u64) -> Self {
        Self(Arc::clone(watch), memory)
    }

    /// The memory that the VM may use, in bytes.
    pub fn memory(&self) -> u64 {
        self.1
    }

    /// Grows while Lua code runs.
    pub fn beats(&self) -> u64 {
        self.0.used.load(Ordering::Relaxed)
    }

    /// Counts instructions for the time that went by inside functions of the library, where none is
    /// counted: a loop around a slow function would go on for days.
    pub fn charge(&self, instructions: u64) {
        self.0.charge(instructions);
    }

    /// Whether no Lua code runs, or it waits for the host.
    pub fn is_resting(&self) -> bool {
        self.0.is_waiting() || self.0.running.load(Ordering::SeqCst) == 0
    }
}

/// The registry's name of the function that makes the error to raise: `(ending) -> value`.
const REASON: &std::ffi::CStr = c"dmsrun.reason";

/// Registers what the hook raises.
pub(crate) fn set_reason(lua: &Lua, reason: Function) -> mlua::Result<()> {
    lua.set_named_registry_value(&REASON.to_string_lossy(), reason)
}

unsafe extern "C-unwind" fn on_count(state: *mut ffi::lua_State, _: *mut ffi::lua_Debug) {
    // SAFETY: Lua calls this between two instructions of `state`, where the whole API may be used.
    // The registry holds the watch of this VM from its first instruction to its last. No value with
    // a destructor lives in this frame when `lua_error` leaves it.
    unsafe {
        ffi::lua_rawgetp(state, ffi::LUA_REGISTRYINDEX, ptr::addr_of!(KEY).cast());
        let watch = ffi::lua_touserdata(state, -1).cast::<Watch>();
        ffi::lua_settop(state, -2);
        let Some(watch) = watch.as_ref() else { return };
        let limit = watch.limit.load(Ordering::Relaxed);
        if limit > 0 {
            let used = watch.used.fetch_add(STRIDE.unsigned_abs().into(), Ordering::Relaxed);
            if used >= limit {
                watch.ending.store(Ending::Limit as u8, Ordering::SeqCst);
            }
        }
        let ending = watch.ending();
        if !watch.is_over() {
            if limit > 0 {
                ffi::lua_sethook(state, Some(on_count), ffi::LUA_MASKCOUNT, STRIDE);
            } else {
                ffi::lua_sethook(state, None, 0, 0);
            }
            return;
        }
        if ending == Ending::Interrupt {
            watch.raised.fetch_add(1, Ordering::SeqCst);
        }
        ffi::lua_sethook(state, Some(on_count), ffi::LUA_MASKCOUNT, watch.stride());
        ffi::lua_getfield(state, ffi::LUA_REGISTRYINDEX, REASON.as_ptr());
        ffi::lua_pushinteger(state, ending as ffi::lua_Integer);
        ffi::lua_call(state, 1, 1);
        ffi::lua_error(state)
    }
}

/// Closes the VM from inside a call, as `os.exit(code, true)` does: pending `<close>` variables and
/// finalizers run. `end` ends the process.
pub(crate) fn close(lua: &Lua, end: impl FnOnce()) {
    // SAFETY: `lua_close` may be called from a function that Lua runs, as the `os.exit` of lua(1) does.
    // Control never comes back to any frame of the VM: the process ends here.
    let _ = unsafe {
        lua.exec_raw::<()>((), |state| {
            ffi::lua_close(state);
            end();
            std::process::abort();
        })
    };
}
