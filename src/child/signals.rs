//! Signals before the child: what ends secenv while it fetches, and the dispositions it gives back.
//! Edge: it sets dispositions of this process.
//! Apart, because it holds the `unsafe` that dispositions need, and nothing else may have it.
//!
//! The signal mask is not changed here: a signal that was blocked stays pending and reaches the child (execve(2)).

use nix::libc::{self, c_int};

use crate::inherited::{Disposition, Inherited};

#[cfg(target_os = "linux")]
mod pid_one;

#[cfg(target_os = "linux")]
pub(super) use pid_one::forget_handlers;

/// Makes secenv end on a signal that arrives while it fetches, and able to wait for a credential process.
///
/// A process other than PID 1 needs nothing for the first: no handler is installed, so the default action ends it at once, by
/// that signal, and one that was inherited ignored stays so (`nohup`).
pub fn prepare_for_fetch(inherited: &Inherited) {
    if inherited.sigchld == Disposition::Ignored {
        // Where it is ignored, waitpid(2) finds no child to wait for.
        set(libc::SIGCHLD, libc::SIG_DFL);
    }
    #[cfg(target_os = "linux")]
    pid_one::prepare();
}

/// Gives SIGPIPE and SIGCHLD back the dispositions that secenv was started with, for the child to inherit.
pub(super) fn restore(inherited: &Inherited) {
    set(libc::SIGPIPE, action(inherited.sigpipe));
    set(libc::SIGCHLD, action(inherited.sigchld));
}

/// Ignores SIGPIPE again after an exec that failed: the report must not end secenv by a signal in place of its exit code.
pub(super) fn after_failed_exec() {
    set(libc::SIGPIPE, libc::SIG_IGN);
}

fn action(disposition: Disposition) -> libc::sighandler_t {
    match disposition {
        Disposition::Default => libc::SIG_DFL,
        Disposition::Ignored => libc::SIG_IGN,
    }
}

fn set(signal: c_int, handler: libc::sighandler_t) {
    // SAFETY: every handler given is SIG_DFL, SIG_IGN or that of `pid_one`, which is async-signal-safe and has the type that
    // is called. It fails for signals that can't be set only, and those are not asked for.
    unsafe { libc::signal(signal, handler) };
}
