//! While secenv fetches as PID 1: for that the kernel drops every signal whose action is the default one (kill(2), "NOTES"), and it
//! would fetch on until its deadline. Edge: it sets dispositions of this process; which signals need it is pure.

use nix::{
    libc::{self, c_int},
    unistd::Pid,
};

use super::set;
use crate::inherited;

/// Has signals end PID 1 with 128+n; no other process is changed.
///
/// execve(2) makes the handlers default again. A signal that comes just before it ends secenv too: the child has not started.
pub(super) fn prepare() {
    if Pid::this().as_raw() == 1 {
        (1..=libc::SIGRTMAX()).filter(|signal| ends_by_default(*signal)).for_each(end_on);
    }
}

/// Undoes the handlers of the fetch, in a child that is still to be executed: a signal ends it as it ends any process.
pub(in crate::child) fn forget_handlers() {
    let own = end as extern "C" fn(c_int) as libc::sighandler_t;
    let is_own = |signal: &c_int| inherited::handler(*signal) == Some(own);
    (1..=libc::SIGRTMAX()).filter(is_own).for_each(|signal| set(signal, libc::SIG_DFL));
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
