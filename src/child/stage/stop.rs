//! The stop of the supervisor after that of the command, for the shell that waits for it. Edge.

use super::kernel::{self, CONT, STOP, TSTP, TTIN, TTOU, set_of};

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// It was stopped, and has been continued.
    Continued,
    /// There is nobody who would continue it.
    Refused,
}

/// Stops this process by the signal, until somebody continues it.
///
/// The kernel itself refuses TSTP, TTIN and TTOU where nobody does job control: to PID 1, and to a group that no process of
/// the session outside of it has a child in ("orphaned", setpgid(2)). STOP it never refuses, so that takes a closer look.
pub(crate) fn stop(signal: i32) -> Stop {
    let signal = match signal {
        TSTP | TTIN | TTOU => signal,
        _ if parent_does_job_control() => STOP,
        _ => TSTP,
    };
    kernel::set_default(signal);
    // A stop takes back a CONT that has arrived before it and was not looked at yet.
    let _ = kernel::kill(kernel::own_id(), signal);
    kernel::set_mask(!set_of(signal));
    kernel::set_mask(kernel::ALL);
    if kernel::pending() & set_of(CONT) == 0 { Stop::Refused } else { Stop::Continued }
}

/// Whether the parent is in this session but in another group, as an interactive shell is.
fn parent_does_job_control() -> bool {
    let parent = kernel::parent();
    parent != 0
        && kernel::session_of(parent) == kernel::session_of(0)
        && kernel::group_of(parent) != kernel::group_of(0)
}
