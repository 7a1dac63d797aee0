//! Signals before the child: what ends secenv while it fetches, and the dispositions it gives back.
//! Edge: it sets dispositions of this process; which signals need it is pure.
//! Apart, because it holds the `unsafe` that signal handlers need, and nothing else may have it.
//!
//! The signal mask is not changed here: a signal that was blocked stays pending and reaches the child (execve(2)).

use nix::libc::{self, c_int};
use nix::unistd::Pid;

use crate::inherited::{self, Disposition, Inherited};

/// Makes secenv end on a signal that arrives while it fetches, and able to wait for a credential process.
///
/// A process other than PID 1 needs nothing for the first: no handler is installed, so the default action ends it at once, by
/// that signal, and one that was inherited ignored stays so (`nohup`). For PID 1 the kernel drops every signal whose action
/// is the default one (kill(2), "NOTES"), and it would fetch on until its deadline: it gets handlers that end it with 128+n.
/// execve(2) makes them default again. A signal that comes just before it ends secenv too: the child has not started.
pub fn prepare_for_fetch(inherited: &Inherited) {
    if inherited.sigchld == Disposition::Ignored {
        // Where it is ignored, waitpid(2) finds no child to wait for.
        set(libc::SIGCHLD, libc::SIG_DFL);
    }
    if Pid::this().as_raw() == 1 {
        (1..=libc::SIGRTMAX()).filter(|signal| ends_by_default(*signal)).for_each(end_on);
    }
}

/// Gives SIGPIPE and SIGCHLD back the dispositions that secenv was started with, for the child to inherit.
pub(super) fn restore(inherited: &Inherited) {
    set(libc::SIGPIPE, action(inherited.sigpipe));
    set(libc::SIGCHLD, action(inherited.sigchld));
}

/// Undoes the handlers of the fetch, in a child that is still to be executed: a signal ends it as it ends any process.
pub(super) fn forget_handlers() {
    let own = end as extern "C" fn(c_int) as libc::sighandler_t;
    let is_own = |signal: &c_int| inherited::handler(*signal) == Some(own);
    (1..=libc::SIGRTMAX()).filter(is_own).for_each(|signal| set(signal, libc::SIG_DFL));
}

/// Ignores SIGPIPE again after an exec that failed: the report must not end secenv by a signal in place of its exit code.
pub(super) fn after_failed_exec() {
    set(libc::SIGPIPE, libc::SIG_IGN);
}

/// Whether another process can end this one with the signal, by the default actions of signal(7).
///
/// Faults are left out: the kernel ends even PID 1 for one of its own, and the Rust runtime reports a stack overflow.
fn ends_by_default(signal: c_int) -> bool {
    !matches!(
        signal,
        libc::SIGKILL // can't be caught
            | libc::SIGCHLD | libc::SIGURG | libc::SIGWINCH | libc::SIGCONT // ignored
            | libc::SIGSTOP | libc::SIGTSTP | libc::SIGTTIN | libc::SIGTTOU // stop
            | libc::SIGILL | libc::SIGTRAP | libc::SIGBUS | libc::SIGFPE | libc::SIGSEGV | libc::SIGSYS // faults
    )
}

fn action(disposition: Disposition) -> libc::sighandler_t {
    match disposition {
        Disposition::Default => libc::SIG_DFL,
        Disposition::Ignored => libc::SIG_IGN,
    }
}

/// Ends the process with 128+n when the signal arrives, unless it is ignored or already handled.
fn end_on(signal: c_int) {
    if inherited::handler(signal) == Some(libc::SIG_DFL) {
        set(signal, end as extern "C" fn(c_int) as libc::sighandler_t);
    }
}

extern "C" fn end(signal: c_int) {
    // SAFETY: `_exit` is async-signal-safe (signal-safety(7)), takes no pointer and does not return.
    unsafe { libc::_exit(128 + signal) }
}

fn set(signal: c_int, handler: libc::sighandler_t) {
    // SAFETY: every handler given is SIG_DFL, SIG_IGN or `end`, which is async-signal-safe and has the type that is called.
    // It fails for signals that can't be set only, and those are not asked for.
    unsafe { libc::signal(signal, handler) };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ends_a_process_and_what_does_not() {
        let ends =
            [libc::SIGHUP, libc::SIGINT, libc::SIGQUIT, libc::SIGABRT, libc::SIGUSR1, libc::SIGUSR2, libc::SIGPIPE]
                .into_iter()
                .chain([libc::SIGALRM, libc::SIGTERM, libc::SIGSTKFLT, libc::SIGXCPU, libc::SIGXFSZ, libc::SIGVTALRM])
                .chain([libc::SIGPROF, libc::SIGIO, libc::SIGPWR])
                .chain(libc::SIGRTMIN()..=libc::SIGRTMAX());
        for signal in ends {
            assert!(ends_by_default(signal), "{signal}");
        }
        for signal in [libc::SIGKILL, libc::SIGSTOP, libc::SIGCHLD, libc::SIGCONT, libc::SIGTSTP, libc::SIGSEGV] {
            assert!(!ends_by_default(signal), "{signal}");
        }
    }
}
