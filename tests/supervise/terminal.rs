//! On a terminal: as if the command were there alone.

use std::path::Path;
use std::process::Command;

use nix::libc;

use super::signals::{send, state, until};
use crate::pid_one::as_pid_one;
use crate::support::both::{binary, run_arguments, supervised};
use crate::support::pty::Pty;
use crate::support::witness;

/// A line for a shell that runs the command under secenv.
fn line(flags: &str, command: &str) -> String {
    format!("{} run --no-manifest --env A=1 --supervise {flags} -- {command}", binary().display())
}

fn witness_line(flags: &str) -> String {
    let command: Vec<_> = witness::command().iter().map(|part| part.to_str().unwrap().to_owned()).collect();
    line(flags, &command.join(" "))
}

/// Runs a line in an interactive bash until the witness is ready.
fn bash_with(line: &str) -> Pty {
    let mut bash = Pty::bash();
    bash.types(&format!("{line}\n"));
    bash.shows("ready");
    bash
}

const CTRL_C: &str = "\u{3}";
const CTRL_BACKSLASH: &str = "\u{1c}";
const CTRL_Z: &str = "\u{1a}";

/// Each key once, and nothing else, with a pipe behind it too, where the command stays in the group of its shell's job.
#[test]
fn a_key_is_one_signal() {
    for (flags, behind) in
        [("", ""), ("--signal-group", ""), ("", " | (trap '' INT QUIT; exec cat)"), ("", " 2>/dev/null </dev/null")]
    {
        let mut bash = bash_with(&format!("{}{behind}", witness_line(flags)));
        for _ in 0..5 {
            bash.types(CTRL_C);
            bash.shows("got 2 128 0");
            bash.types(CTRL_BACKSLASH);
            bash.shows("got 3 128 0");
        }
        let pid = witness_pid(&bash);
        send(pid, libc::SIGRTMAX());
        bash.shows("got 64 0 0");
        let screen = bash.screen();
        assert_eq!(witness::signals(&screen), [2, 3].repeat(5).into_iter().chain([64]).collect::<Vec<_>>(), "{screen}");
        send(pid, libc::SIGKILL);
        bash.shows("prompt$ ");
    }
}

/// The id of the witness, a descendant of the shell.
fn witness_pid(bash: &Pty) -> i32 {
    descendants(bash.pid().as_raw())
        .into_iter()
        .rfind(|pid| {
            let exe = std::fs::read_link(format!("/proc/{pid}/exe")).unwrap_or_default();
            exe == std::env::current_exe().unwrap()
        })
        .unwrap()
}

fn descendants(of: i32) -> Vec<i32> {
    let children = std::fs::read_to_string(format!("/proc/{of}/task/{of}/children")).unwrap_or_default();
    let children = children.split_whitespace().map(|pid| pid.parse().unwrap());
    children.flat_map(|pid: i32| [vec![pid], descendants(pid)].concat()).collect()
}

#[test]
fn ctrl_c_ends_it_and_the_shell_knows() {
    let mut bash = Pty::bash();
    bash.types(&format!("{}; echo status $?\n", line("", "sh -c 'echo ready; exec sleep 100'")));
    bash.shows("\nready");
    bash.types(CTRL_C);
    // bash drops the rest of the line after a death by SIGINT, as after a bare one.
    bash.shows("prompt$ ");
    bash.types("echo status $?\n");
    bash.shows("status 130");
}

#[test]
fn ctrl_z_and_fg_five_times() {
    for behind in ["", " | cat"] {
        let mut bash = Pty::bash();
        let before = bash.settings();
        bash.types(&format!("{}{behind}\n", line("", "sh -c 'echo ready; exec cat'")));
        bash.shows("\nready");
        for round in 0..5 {
            bash.types(CTRL_Z);
            bash.shows("Stopped");
            bash.shows("prompt$ ");
            bash.types("echo in$((1+1))shell\n");
            bash.shows("in2shell");
            bash.types("fg\n");
            bash.shows("cat'");
            bash.types(&format!("round {round}\n"));
            // The terminal's echo, and the command's.
            bash.shows(&format!("round {round}"));
            bash.shows(&format!("round {round}"));
        }
        bash.types("\u{4}");
        bash.shows("prompt$ ");
        assert_eq!(bash.settings(), before);
        bash.types("echo in$((1+1))shell\n");
        bash.shows("in2shell");
    }
}

/// bg, and fg of what runs in the background, for which a shell sends no signal.
#[test]
fn bg_and_fg() {
    let mut bash = Pty::bash();
    bash.types(&format!("{}\n", line("", "sh -c 'echo ready; read a; echo got $a; read b; echo got $b'")));
    bash.shows("\nready");
    bash.types(CTRL_Z);
    bash.shows("Stopped");
    bash.shows("prompt$ ");
    bash.types("bg\n");
    bash.shows("prompt$ ");
    // It reads, and the terminal is not its own.
    let stopped = |bash: &mut Pty| {
        bash.types("jobs\n");
        bash.shows("jobs\r\n");
        bash.shows("prompt$ ").contains("Stopped")
    };
    assert!((0..10_000).any(|_| stopped(&mut bash)));
    bash.types("fg\n");
    bash.shows("$b'");
    bash.types("one\n");
    bash.shows("got one");
    bash.types("two\n");
    bash.shows("got two");
    bash.shows("prompt$ ");
}

#[test]
fn in_the_background_it_stops_to_read_as_a_bare_command_does() {
    for command in ["cat".to_owned(), line("", "cat")] {
        let mut bash = Pty::bash();
        bash.types(&format!("{command} &\n"));
        bash.shows("prompt$ ");
        until(|| {
            let pids = descendants(bash.pid().as_raw());
            !pids.is_empty() && pids.into_iter().all(|pid| state(pid) == "T")
        });
        bash.types("jobs\n");
        bash.shows("Stopped");
        bash.shows("prompt$ ");
        bash.types("fg\n");
        bash.shows("cat");
        bash.types("hello\n");
        bash.shows("hello");
        bash.shows("hello");
        bash.types("\u{4}");
        bash.shows("prompt$ ");
    }
}

/// In the background with `stty tostop` it stops to write.
#[test]
fn it_stops_to_write_as_a_bare_command_does() {
    let mut bash = Pty::bash();
    bash.types(&format!("stty tostop; {} &\n", line("", "echo hel\"\"lo")));
    bash.shows("prompt$ ");
    until(|| {
        let pids = descendants(bash.pid().as_raw());
        !pids.is_empty() && pids.into_iter().all(|pid| state(pid) == "T")
    });
    bash.types("fg\n");
    bash.shows("hello\r\n");
    bash.shows("prompt$ ");
}

#[test]
fn a_shell_inside_has_job_control() {
    let mut bash = Pty::bash();
    bash.types(&format!("PS1='in''ner# ' {}\n", line("", "bash --norc --noprofile --noediting -i")));
    bash.shows("inner# ");
    bash.types("cat\n");
    bash.types("a\n");
    bash.shows("a\r\na\r\n");
    bash.types(CTRL_Z);
    bash.shows("Stopped");
    bash.shows("inner# ");
    bash.types("fg\n");
    bash.shows("cat");
    // The shell names the job before it has the terminal: only its answer says that a Ctrl-C will be its own.
    bash.types("b\n");
    bash.shows("b\r\nb\r\n");
    bash.types(CTRL_C);
    bash.shows("inner# ");
    bash.types("suspend\n");
    bash.shows("Stopped");
    bash.shows("prompt$ ");
    bash.types("fg\n");
    bash.shows("inner# ");
    bash.types("exit 9\n");
    bash.shows("prompt$ ");
    bash.types("echo status $?\n");
    bash.shows("status 9");
    assert!(!bash.screen().contains("no job control"), "{}", bash.screen());
}

/// The rest of a pipeline keeps the terminal.
#[test]
fn a_pager_behind_it_reads_the_keys() {
    let mut bash = Pty::bash();
    bash.types(&format!("{} | bash -c 'read key </dev/tty; echo key $key; cat'\n", line("", "echo text")));
    bash.types("k\n");
    bash.shows("key k");
    bash.shows("text");
    bash.shows("prompt$ ");
}

/// The leader of a session has nobody who would continue it.
#[test]
fn without_job_control_ctrl_z_freezes_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let script = "echo ready; while read line; do echo got $line; done";
    let starts: [fn(&str, &Path) -> Command; 2] = [
        |script, _| supervised(&[], &["sh", "-c", script]),
        |script, _| as_pid_one(&["sh", "-c", script], run_arguments()),
    ];
    for start in starts {
        let mut pty = Pty::start(start(script, directory.path()));
        pty.shows("ready");
        for round in 0..3 {
            pty.types(CTRL_Z);
            pty.types(&format!("round {round}\n"));
            pty.shows(&format!("got round {round}"));
        }
        pty.types("\u{4}");
        assert_eq!(pty.end().code(), Some(0));
    }
}

/// A new size is told to whom the foreground belongs.
#[test]
fn a_new_size_of_the_window_is_told_once() {
    let mut bash = bash_with(&witness_line(""));
    let pid = witness_pid(&bash);
    bash.resize(30, 100);
    bash.shows("got 28 128 0");
    send(pid, libc::SIGRTMAX());
    bash.shows("got 64 0 0");
    assert_eq!(witness::signals(&bash.screen()), [28, 64]);
    send(pid, libc::SIGKILL);
    bash.shows("prompt$ ");
}

/// However the command ends, the shell has its terminal again.
#[test]
fn the_terminal_comes_back_on_every_way_out() {
    let mut bash = Pty::bash();
    for command in ["true", "sh -c 'kill -9 $$'", "sh -c 'exit 3'", "no-such"] {
        // A list in one process, which does not take the terminal by itself.
        bash.types(&format!("(bash -c '{}; read line; echo got $line')\n", line("", command).replace('\'', "'\\''")));
        bash.types("hello\n");
        bash.shows("got hello");
        bash.shows("prompt$ ");
    }
}

#[test]
fn a_hangup_reaches_it() {
    let mut pty =
        Pty::start(supervised(&[], &["sh", "-c", "trap 'exit 5' HUP; echo ready; while :; do sleep 0.05; done"]));
    pty.shows("ready");
    let status = pty.hang_up();
    assert_eq!(status.code(), Some(5), "{status}");
}
