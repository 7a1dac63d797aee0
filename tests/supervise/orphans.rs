//! As PID 1, or as a subreaper, it reaps what nobody else does.

use std::fs;
use std::process::Command;

use nix::libc;

use super::signals::{Talking, send, until};
use crate::pid_one::{as_pid_one, pid_one_of};
use crate::support::both::{lossy, run_arguments, supervise_arguments, supervised};
use crate::support::fetching::end_of;

/// Two hundred processes whose parents have ended, and a command that still answers.
const ORPHANS: &str = "for i in $(seq 200); do (sh -c 'exec sleep 0.0$0' $((i % 10)) &); done; \
                       trap 'echo served' USR1; trap 'exit 4' TERM; echo ready; while :; do read -t 1 line || :; done";

/// The children of a process, with their states.
pub(super) fn children(parent: i32) -> Vec<(i32, String)> {
    let of = |pid: i32| {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        let mut fields = stat.rsplit_once(") ")?.1.split(' ').map(str::to_owned);
        let state = fields.next()?;
        (fields.next()? == parent.to_string()).then_some((pid, state))
    };
    let pids = fs::read_dir("/proc").unwrap().filter_map(|entry| entry.unwrap().file_name().to_str()?.parse().ok());
    pids.filter_map(of).collect()
}

fn all_are_reaped(mut talking: Talking, supervisor: i32) {
    talking.says("ready");
    until(|| children(supervisor).len() == 1);
    send(supervisor, libc::SIGUSR1);
    talking.says("served");
    send(supervisor, libc::SIGTERM);
    assert_eq!(end_of(talking.child).code(), Some(4));
}

#[test]
fn as_pid_one_it_reaps_orphans() {
    let talking = Talking::start(as_pid_one(&["bash", "-c", ORPHANS], run_arguments()));
    let command = Talking::pid(&talking);
    until(|| !children(command).is_empty());
    let supervisor = pid_one_of(&talking.child).parse().unwrap();
    all_are_reaped(talking, supervisor);
}

#[test]
fn as_a_subreaper_it_reaps_orphans() {
    let talking = Talking::start(supervised(&["--subreaper"], &["bash", "-c", ORPHANS]));
    let supervisor = talking.pid();
    all_are_reaped(talking, supervisor);
}

#[test]
fn an_orphan_is_adopted_by_a_subreaper_only() {
    let script = "sh -c 'sh -c \"read line <$0; ps -o ppid= \\$\\$ >$1\" & ' $0 $1";
    let parent = |flags: &[&str]| {
        let directory = tempfile::tempdir().unwrap();
        let (gate, answer) = (directory.path().join("gate"), directory.path().join("answer"));
        assert!(Command::new("mkfifo").args([&gate, &answer]).status().unwrap().success());
        let script = format!("{script}; echo go >$0; read ppid <$1; echo $ppid");
        let mut command = supervised(flags, &["sh", "-c", &script]);
        let talking = Talking::start({
            command.arg(&gate).arg(&answer);
            command
        });
        let pid = talking.pid();
        let output = talking.child.wait_with_output().unwrap();
        drop(output);
        let mut lines = talking.lines;
        let mut line = String::new();
        std::io::BufRead::read_line(&mut lines, &mut line).unwrap();
        line.trim() == pid.to_string()
    };
    assert!(parent(&["--subreaper"]));
    assert!(!parent(&[]));
}

/// PID 1 takes the rest of its namespace with it.
#[test]
fn it_ends_when_the_command_ends() {
    let output = as_pid_one(&["sh", "-c", "(sleep 1000 &) ; exit 6"], run_arguments()).output().unwrap();
    assert_eq!(output.status.code(), Some(6), "{}", lossy(&output.stderr));
}

#[test]
fn as_pid_one_death_by_a_signal_is_128_and_its_number() {
    for number in [libc::SIGTERM, libc::SIGKILL, libc::SIGSEGV, libc::SIGRTMIN()] {
        let script = format!("ulimit -c 0; kill -{number} $$");
        let output = as_pid_one(&["bash", "-c", &script], run_arguments()).output().unwrap();
        assert_eq!(output.status.code(), Some(128 + number), "{}", lossy(&output.stderr));
    }
}

#[test]
fn an_init_replaces_it_as_pid_one() {
    let directory = tempfile::tempdir().unwrap();
    let init = directory.path().join("tini");
    std::os::unix::fs::symlink("/bin/sh", &init).unwrap();
    let pid =
        |command: &str, arguments| lossy(&as_pid_one(&[command, "-c", "echo $$"], arguments).output().unwrap().stdout);
    let init = init.to_str().unwrap();
    assert_eq!(pid(init, run_arguments()), "1\n");
    assert_eq!(pid(init, supervise_arguments(&[])), "2\n");
    assert_eq!(pid("sh", run_arguments()), "2\n");
}
