//! Ctrl-C in a session: what runs or waits ends at once, the session stays.

use dmsrun_diag::Exit;
use dmsrun_lua::{Host, InterruptHandle};
use std::{
    sync::{
        OnceLock,
        atomic::{AtomicBool, AtomicU8, AtomicU64, AtomicUsize, Ordering},
    },
    time::Instant,
};

const CLOSED: u8 = 0;
const TERMINAL: u8 = 1;
const PIPE: u8 = 2;

/// Whether a session is open, and where its entries come from.
static OPEN: AtomicU8 = AtomicU8::new(CLOSED);

/// When the last entry ended.
static ENDED: AtomicU64 = AtomicU64::new(0);

/// A signal that comes so soon after an entry, in milliseconds, was meant for it.
const JUST_NOW: u64 = 500;

/// How many entries are under way: an entry may stop at a breakpoint, where others run.
static BUSY: AtomicUsize = AtomicUsize::new(0);

/// Whether somebody left a breakpoint for good while a session was open around it.
static GIVEN_UP: AtomicBool = AtomicBool::new(false);

/// Marks an entry as under way until it is dropped.
pub struct Busy<'h>(&'h Host);

/// An entry begins.
pub fn busy(host: &Host) -> Busy<'_> {
    host.clear_interrupt();
    BUSY.fetch_add(1, Ordering::SeqCst);
    Busy(host)
}

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        ENDED.store(since_start(), Ordering::SeqCst);
        BUSY.fetch_sub(1, Ordering::SeqCst);
        self.0.clear_interrupt();
    }
}

/// A session begins, on a terminal or not.
pub fn open(terminal: bool) {
    OPEN.store(if terminal { TERMINAL } else { PIPE }, Ordering::SeqCst);
}

/// The session has ended.
pub fn close() {
    OPEN.store(CLOSED, Ordering::SeqCst);
}

/// Whether a session is open around what runs.
pub fn is_open() -> bool {
    OPEN.load(Ordering::SeqCst) != CLOSED
}

/// An entry was ended at a breakpoint that it led to.
pub fn give_up() {
    GIVEN_UP.store(true, Ordering::SeqCst);
}

/// Whether the entry that has just ended was given up at a breakpoint.
pub fn was_given_up() -> bool {
    GIVEN_UP.swap(false, Ordering::SeqCst)
}

/// Takes a Ctrl-C where an entry of a session is under way: ends what it waits for. `false` where the
/// signal is a script's.
///
/// It is called a moment after the signal: the entry may have ended meanwhile, by this very signal, and
/// then the session must stay.
pub fn take(handle: &InterruptHandle) -> bool {
    if BUSY.load(Ordering::SeqCst) > 0 {
        while handle.count() < 2 {
            handle.interrupt();
        }
        return true;
    }
    match OPEN.load(Ordering::SeqCst) {
        CLOSED => return false,
        // At the prompt of a terminal Ctrl-C is a key; a signal that comes here was an entry's.
        TERMINAL => {}
        // It waits for the next line, unless an entry has ended just now.
        _ if since_start().saturating_sub(ENDED.load(Ordering::SeqCst)) > JUST_NOW => {
            std::process::exit(i32::from(Exit::Interrupted.code()));
        }
        _ => {}
    }
    handle.clear();
    true
}

/// Milliseconds since this was first asked.
fn since_start() -> u64 {
    static START: OnceLock<Instant> = OnceLock::new();
    u64::try_from(START.get_or_init(Instant::now).elapsed().as_millis()).unwrap_or(u64::MAX)
}
