//! As PID 1, where the kernel drops every signal that has its default action.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command};

use nix::libc;
use nix::sys::signal::{SigHandler, Signal, signal};
use nix::unistd::close;

use crate::support::both::{ROOT, before_exec, binary, exec_arguments, fetch_arguments, lossy, user};
use crate::support::fetching::{Held, end_of};
use crate::support::probe::{STATUS, inherited_lines};

/// unshare(1) with a command still to come: its own PID 1, which a user other than root may have in a user namespace only.
fn unshare() -> Command {
    let mut unshare = Command::new("unshare");
    if user() != ROOT {
        unshare.args(["--user", "--map-root-user"]);
    }
    unshare.args(["--pid", "--fork", "--kill-child=KILL", "--mount-proc"]);
    unshare
}

/// The command under secenv as PID 1 of a namespace of its own.
pub(crate) fn as_pid_one<S: AsRef<OsStr>>(command: &[S], arguments: Vec<OsString>) -> Command {
    let mut unshare = unshare();
    unshare.arg(binary()).args(arguments).args(command);
    unshare
}

/// The id, here, of PID 1, which is the only child of unshare(1).
pub(crate) fn pid_one_of(unshare: &Child) -> String {
    let unshare = unshare.id().to_string();
    let mut pids = fs::read_dir("/proc").unwrap().filter_map(|entry| entry.unwrap().file_name().into_string().ok());
    let of_unshare = |pid: &String| {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        stat.rsplit_once(") ").and_then(|(_, fields)| fields.split(' ').nth(1)) == Some(&unshare)
    };
    pids.find(of_unshare).expect("unshare should have a child")
}

fn send(unshare: &Child, signal: i32) {
    let sent = Command::new("kill").args([format!("-{signal}"), pid_one_of(unshare)]).status().unwrap();
    assert!(sent.success());
}

#[test]
fn with_exec_it_is_replaced_by_the_child() {
    let output = as_pid_one(&["sh", "-c", "echo $$; exit 7"], exec_arguments()).output().unwrap();
    assert_eq!(lossy(&output.stderr), "", "unshare(1) has to be permitted, to root or in a user namespace");
    assert_eq!(lossy(&output.stdout), "1\n");
    assert_eq!(output.status.code(), Some(7));
}

/// Otherwise a file or a socket would get the number of the stream that messages go to.
#[test]
fn a_closed_stream_leads_to_nothing_while_it_fetches() {
    let mut command = as_pid_one(&["true"], fetch_arguments());
    before_exec(&mut command, || [0, 1, 2].into_iter().try_for_each(close));
    let held = Held::new();
    let unshare = held.start(command);
    let one = pid_one_of(&unshare);
    for stream in 0..3 {
        let leads = fs::read_link(format!("/proc/{one}/fd/{stream}")).unwrap();
        assert_eq!(leads, Path::new("/dev/null"), "{stream}");
    }
    held.release();
    assert!(end_of(unshare).success());
}

/// Exec makes the handlers of the fetch default again.
#[test]
fn the_child_inherits_what_it_would_bare() {
    let status = |mut command: Command| inherited_lines(&command.output().unwrap().stdout);
    let mut bare = unshare();
    bare.args(STATUS);
    let bare = status(bare);
    assert!(bare.contains(&"SigCgt:\t0000000000000000".to_owned()), "{bare:?}");
    assert_eq!(status(as_pid_one(&STATUS, exec_arguments())), bare);
}

#[test]
fn a_signal_while_fetching_ends_it_with_128_and_its_number() {
    let real_time = [libc::SIGRTMIN(), libc::SIGRTMAX()];
    let others =
        [libc::SIGTERM, libc::SIGINT, libc::SIGHUP, libc::SIGQUIT, libc::SIGUSR1, libc::SIGPWR, libc::SIGSTKFLT];
    for signal in others.into_iter().chain(real_time) {
        let held = Held::new();
        let unshare = held.start(as_pid_one(&["true"], fetch_arguments()));
        send(&unshare, signal);
        let status = end_of(unshare);
        assert_eq!((status.code(), status.signal()), (Some(128 + signal), None));
    }
}

#[test]
fn an_ignored_signal_while_fetching_does_not() {
    let mut command = as_pid_one(&["true"], fetch_arguments());
    // SAFETY: SIG_IGN is no handler of ours.
    before_exec(&mut command, || unsafe { signal(Signal::SIGUSR1, SigHandler::SigIgn) }.map(drop));
    let held = Held::new();
    let unshare = held.start(command);
    // Of two that are pending, the one with the smaller number is taken first.
    send(&unshare, libc::SIGUSR1);
    send(&unshare, libc::SIGPWR);
    assert_eq!(end_of(unshare).code(), Some(128 + libc::SIGPWR));
}
