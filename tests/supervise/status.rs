//! What the command is started with, and its status, are those of a bare run.

use std::fs;
use std::io::Read;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};

use nix::libc;
use nix::sys::resource::{Resource, setrlimit};
use nix::sys::signal::{SigHandler, SigSet, SigmaskHow, Signal, signal, sigprocmask};

use super::signals::{Talking, state, until};
use crate::support::both::{bare, before_exec, binary, install, lossy, supervise_arguments, supervised};
use crate::support::probe::{STATUS, inherited_lines};

#[test]
fn every_exit_code_comes_back() {
    for code in (0..=255).step_by(5).chain([1, 7, 124, 126, 127]) {
        let status = supervised(&[], &["sh", "-c", &format!("exit {code}")]).status().unwrap();
        assert_eq!(status.code(), Some(code));
    }
}

#[test]
fn death_by_every_signal_comes_back_and_leaves_one_core_at_most() {
    for number in (1..=64).filter(|number| ends(*number)) {
        let directory = tempfile::tempdir().unwrap();
        let mut command = supervised(&[], &["sh", "-c", &format!("ulimit -c 0; kill -{number} $$")]);
        command.current_dir(directory.path());
        before_exec(&mut command, || setrlimit(Resource::RLIMIT_CORE, libc::RLIM_INFINITY, libc::RLIM_INFINITY));
        let status = command.status().unwrap();
        assert_eq!((status.signal(), status.core_dumped()), (Some(number), false), "{number}");
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0, "{number} left a core file");
    }
}

/// Whether a signal ends a process by default; 32 and 33 are the C library's.
fn ends(number: i32) -> bool {
    !matches!(
        number,
        libc::SIGCHLD
            | libc::SIGCONT
            | libc::SIGSTOP
            | libc::SIGTSTP
            | libc::SIGTTIN
            | libc::SIGTTOU
            | libc::SIGURG
            | libc::SIGWINCH
            | 32
            | 33
    )
}

/// The lines of a status, without the parent.
fn lines(mut command: Command, set_up: fn() -> nix::Result<()>) -> Vec<String> {
    before_exec(&mut command, set_up);
    let output = command.output().unwrap();
    assert_eq!(lossy(&output.stderr), "");
    inherited_lines(&output.stdout).into_iter().filter(|line| !line.starts_with("PPid")).collect()
}

fn dispose(of: Signal, handler: SigHandler) -> nix::Result<()> {
    // SAFETY: no handler of ours is installed, only SIG_IGN or SIG_DFL.
    unsafe { signal(of, handler) }.map(drop)
}

#[test]
fn dispositions_and_mask_are_the_childs() {
    let set_ups: [fn() -> nix::Result<()>; 4] = [
        || Ok(()),
        || {
            let mut some = SigSet::empty();
            some.extend([Signal::SIGTERM, Signal::SIGUSR1, Signal::SIGCHLD]);
            sigprocmask(SigmaskHow::SIG_SETMASK, Some(&some), None)
        },
        || {
            [Signal::SIGPIPE, Signal::SIGHUP, Signal::SIGCHLD]
                .into_iter()
                .try_for_each(|of| dispose(of, SigHandler::SigIgn))
        },
        || dispose(Signal::SIGPIPE, SigHandler::SigDfl),
    ];
    for set_up in set_ups {
        assert_eq!(lines(supervised(&[], &STATUS), set_up), lines(bare(&STATUS), set_up));
    }
}

#[test]
fn an_ignored_sigchld_loses_no_status() {
    let mut command = supervised(&[], &["sh", "-c", "exit 7"]);
    // SAFETY: SIG_IGN is no handler of ours.
    before_exec(&mut command, || unsafe { signal(Signal::SIGCHLD, SigHandler::SigIgn) }.map(drop));
    assert_eq!(command.status().unwrap().code(), Some(7));
}

#[test]
fn what_can_not_be_executed_is_reported_once() {
    let output = supervised(&[], &["no-such"]).output().unwrap();
    assert_eq!((output.status.code(), lossy(&output.stdout)), (Some(127), String::new()));
    assert_eq!(lossy(&output.stderr).matches("cannot run no-such").count(), 1);
    assert_eq!(supervised(&[], &["/etc/passwd"]).output().unwrap().status.code(), Some(126));
}

#[test]
fn a_script_without_interpreter_runs_in_sh() {
    let directory = tempfile::tempdir().unwrap();
    install(b"echo plain \"$0\" \"$@\"; exit 3\n", &directory.path().join("plain"), 0o755);
    let output = supervised(&[], &["./plain", "a b"]).current_dir(directory.path()).output().unwrap();
    assert_eq!((output.status.code(), lossy(&output.stdout)), (Some(3), "plain ./plain a b\n".to_owned()));
}

/// A bare command that closes its stdout ends the pipe; so does a supervised one, whose parent holds none of it.
#[test]
fn a_pipe_ends_when_the_command_closes_it() {
    let mut child = supervised(&[], &["sh", "-c", "echo x; exec >&-; read line"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut text = String::new();
    child.stdout.take().unwrap().read_to_string(&mut text).unwrap();
    assert_eq!(text, "x\n");
    assert!(child.try_wait().unwrap().is_none());
    drop(child.stdin.take());
    child.wait().unwrap();
}

/// A parent that wants its child dead with itself (setpriv(1), containers' launchers) still gets that.
#[test]
fn a_signal_at_the_death_of_the_parent_is_kept() {
    let mut command = bare(&["sh", "-c", "setpriv --pdeathsig KILL \"$@\" & wait", "sh"]);
    command.arg(binary()).args(supervise_arguments(&[])).args(["sh", "-c", "echo $$; exec sleep 1000"]);
    let mut talking = Talking::start(command);
    let pid: i32 = talking.line().parse().unwrap();
    talking.child.kill().unwrap();
    talking.child.wait().unwrap();
    until(|| matches!(state(pid).as_str(), "" | "Z"));
}
