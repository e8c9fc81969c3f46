//! Standard output, and what becomes of the work when it can't be written any more: the work goes on.

use dmsrun_diag::Exit;
use std::{
    io::{self, Write as _},
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
};

/// How many lines are dropped before the work is taken for one that never ends: a loop that prints.
const PATIENCE: u64 = 1_000_000;

/// Standard output.
#[derive(Debug, Default)]
pub struct Output {
    /// Nothing is written any more.
    closed: AtomicBool,
    /// Something was not written that somebody waits for: the disk is full.
    lost: AtomicBool,
    /// The work is nothing but output, and goes on until it is stopped.
    endless: AtomicBool,
    dropped: AtomicU64,
}

/// What to do after a line.
#[derive(Debug)]
pub enum Next {
    /// Go on.
    Go,
    /// Go on, and say that the output is lost.
    Tell(io::Error),
    /// Nobody reads, and there is nothing but output to come.
    End(Exit),
}

impl Output {
    /// From here on the work is to print what comes, without an end of its own.
    pub fn only_prints(&self) {
        self.endless.store(true, Ordering::Relaxed);
    }

    /// Writes a line. Where nobody can read it, it is dropped: a deploy is not left half-way because
    /// `head` has seen enough.
    pub fn line(&self, bytes: &[u8]) -> Next {
        if self.closed.load(Ordering::Relaxed) {
            let dropped = self.dropped.fetch_add(1, Ordering::Relaxed);
            return if dropped > PATIENCE { Next::End(Exit::Failure) } else { Next::Go };
        }
        let mut out = io::stdout().lock();
        let written = out.write_all(bytes).and_then(|()| out.write_all(b"\n"));
        let Err(error) = written.and_then(|()| out.flush()) else { return Next::Go };
        self.closed.store(true, Ordering::Relaxed);
        if error.kind() != io::ErrorKind::BrokenPipe {
            self.lost.store(true, Ordering::Relaxed);
            return Next::Tell(error);
        }
        if self.endless.load(Ordering::Relaxed) { Next::End(Exit::Success) } else { Next::Go }
    }

    /// The code to end with: what was done counts, but a report that is lost is no success.
    pub fn code(&self, code: u8) -> u8 {
        let lost = self.lost.load(Ordering::Relaxed);
        if lost && code == Exit::Success.code() { Exit::Failure.code() } else { code }
    }
}
