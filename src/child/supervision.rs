//! How a command is supervised. Pure, and the same on every system: what cannot be done on one is refused when it is tried.

use std::time::Duration;

/// How a command is supervised.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Supervision {
    /// Whom signals are passed on to.
    pub recipient: Recipient,
    /// How long after a TERM the command is killed.
    pub kill_after: Option<Duration>,
    /// Who takes over orphans of the command.
    pub orphans: Orphans,
}

/// Whom signals are passed on to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Recipient {
    /// The command.
    #[default]
    Command,
    /// Its process group.
    Group,
}

/// Who takes over processes whose parent has ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Orphans {
    /// Whoever does so without secenv; it is secenv if it is PID 1.
    #[default]
    AsUsual,
    /// secenv (`PR_SET_CHILD_SUBREAPER` in prctl(2)).
    Reaped,
}
