//! A signal that arrives while secenv fetches ends it at once, by that signal, unless it was inherited ignored or blocked.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

use std::fs;
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, Stdio};

use nix::sys::signal::{SigHandler, SigSet, SigmaskHow, Signal, kill, signal, sigprocmask};
use nix::unistd::Pid;

use crate::support::both::{as_user, before_exec, copy_for_everyone, fetch_arguments, fetching};
use crate::support::fetching::{Held, end_of};
use crate::support::probe::{STATUS, is_in};

fn send(to: &Child, signal: Signal) {
    kill(Pid::from_raw(to.id().cast_signed()), signal).unwrap();
}

#[test]
fn a_signal_ends_it_by_that_signal() {
    for signal in [Signal::SIGTERM, Signal::SIGINT, Signal::SIGHUP, Signal::SIGUSR1, Signal::SIGALRM] {
        let held = Held::new();
        let secenv = held.start(fetching(&["true"]));
        send(&secenv, signal);
        assert_eq!(end_of(secenv).signal(), Some(signal as i32));
    }
}

#[test]
fn an_ignored_signal_does_not_end_it() {
    let mut command = fetching(&["true"]);
    // SAFETY: SIG_IGN is no handler of ours.
    before_exec(&mut command, || unsafe { signal(Signal::SIGHUP, SigHandler::SigIgn) }.map(drop));
    let held = Held::new();
    let secenv = held.start(command);
    // Of two that are pending, the one with the smaller number is taken first.
    send(&secenv, Signal::SIGHUP);
    send(&secenv, Signal::SIGTERM);
    assert_eq!(end_of(secenv).signal(), Some(Signal::SIGTERM as i32));
}

#[test]
fn a_blocked_signal_waits_for_the_child() {
    let mut command = fetching(&STATUS);
    command.stdout(Stdio::piped());
    before_exec(&mut command, || {
        let mut term = SigSet::empty();
        term.add(Signal::SIGTERM);
        sigprocmask(SigmaskHow::SIG_BLOCK, Some(&term), None)
    });
    let held = Held::new();
    let mut secenv = held.start(command);
    send(&secenv, Signal::SIGTERM);
    held.release();
    let mut status = Vec::new();
    secenv.stdout.take().unwrap().read_to_end(&mut status).unwrap();
    assert!(is_in("ShdPnd", Signal::SIGTERM, &status));
    assert!(end_of(secenv).success());
}

/// What secenv holds then, no other process of its user may read: ptrace(2) refuses what is not dumpable.
#[test]
fn its_memory_is_closed_to_its_own_user() {
    let directory = tempfile::tempdir().unwrap();
    let copy = copy_for_everyone(directory.path());
    let mut command = Command::new(copy);
    command.args(fetch_arguments()).arg("true");
    as_user(&mut command);
    let held = Held::new();
    let secenv = held.start(command);
    assert_eq!(fs::metadata(format!("/proc/{}/mem", secenv.id())).unwrap().uid(), 0);
    held.release();
    assert!(end_of(secenv).success());
}
