//! Exit codes: one closed list, so that a script can tell what happened.

/// What the process ends with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// All that was asked for was done.
    Success,
    /// It failed; nothing is left half-made unless the message says so.
    Failure,
    /// `--detailed-exitcode`: there are changes.
    Changes,
    /// Part of a plan was applied; the same command continues.
    Partial,
    /// A wait reached its limit; what it waited for goes on.
    Timeout,
    /// A question needs an answer that was not given beforehand.
    Approval,
    /// Somebody else is at work on the stack; nothing was changed.
    Locked,
    /// The command line is wrong.
    Usage,
    /// Ctrl-C; what was in flight is finished, the same command continues.
    Interrupted,
}

impl Exit {
    /// The number.
    pub fn code(self) -> u8 {
        match self {
            Self::Success => 0,
            Self::Failure => 1,
            Self::Changes => 2,
            Self::Partial => 3,
            Self::Timeout => 4,
            Self::Approval => 5,
            Self::Locked => 6,
            Self::Usage => 64,
            Self::Interrupted => 130,
        }
    }
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
