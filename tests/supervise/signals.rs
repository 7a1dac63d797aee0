//! Every signal reaches the command exactly once, whenever it comes.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use nix::libc;
use nix::sys::signal::{SigHandler, Signal, signal};

use super::orphans::children;
use crate::pid_one::{as_pid_one, pid_one_of};
use crate::support::both::{before_exec, supervise_arguments, supervised};
use crate::support::fetching::end_of;
use crate::support::witness::{self, signals};

/// A command under way, whose lines are read.
pub(super) struct Talking {
    pub(super) child: Child,
    pub(super) lines: BufReader<ChildStdout>,
    _end: End,
}

/// Kills the process when the test is over, if it still runs: by a descriptor (`pidfd_open(2)`), which means no other one.
struct End(OwnedFd);

impl End {
    fn of(child: &Child) -> Self {
        // SAFETY: no memory is involved.
        let pidfd = unsafe { libc::syscall(libc::SYS_pidfd_open, child.id(), 0) };
        // SAFETY: the kernel has just opened it for us.
        Self(unsafe { OwnedFd::from_raw_fd(pidfd.try_into().unwrap()) })
    }
}

impl Drop for End {
    fn drop(&mut self) {
        // SAFETY: there is no siginfo_t to read.
        unsafe {
            libc::syscall(libc::SYS_pidfd_send_signal, self.0.as_raw_fd(), libc::SIGKILL, std::ptr::null::<u8>(), 0)
        };
    }
}

impl Talking {
    pub(super) fn start(mut command: Command) -> Self {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        let end = End::of(&child);
        Self { child, lines, _end: end }
    }

    #[track_caller]
    pub(super) fn line(&mut self) -> String {
        const LIMIT: libc::c_int = 20_000;
        let mut line = String::new();
        if self.lines.buffer().is_empty() {
            let mut poll = libc::pollfd { fd: self.lines.get_ref().as_raw_fd(), events: libc::POLLIN, revents: 0 };
            // SAFETY: one is given, and it is open.
            assert_ne!(unsafe { libc::poll(&raw mut poll, 1, LIMIT) }, 0, "it says nothing");
        }
        self.lines.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    #[track_caller]
    pub(super) fn says(&mut self, text: &str) {
        assert_eq!(self.line(), text);
    }

    pub(super) fn pid(&self) -> i32 {
        self.child.id().cast_signed()
    }
}

/// kill(2) with any number, real-time ones too.
pub(super) fn send(pid: i32, number: i32) {
    // SAFETY: no memory is involved.
    assert_eq!(unsafe { libc::kill(pid, number) }, 0, "{number}");
}

/// Those that are not passed on: they can't be caught, or are of secenv's own doing.
fn is_kept(number: i32) -> bool {
    matches!(
        number,
        libc::SIGKILL
            | libc::SIGSTOP
            | libc::SIGCHLD
            | libc::SIGSEGV
            | libc::SIGBUS
            | libc::SIGFPE
            | libc::SIGILL
            | libc::SIGTRAP
            | libc::SIGSYS
    )
}

/// All signals in turn, each awaited.
fn each_arrives_once(command: Command, target: impl Fn(&Child) -> i32) {
    let mut talking = Talking::start(command);
    talking.says("ready");
    let pid = target(&talking.child);
    let passed: Vec<i32> = (1..=64).filter(|number| !is_kept(*number) && !matches!(number, 32 | 33)).collect();
    let mut report = String::new();
    for number in &passed {
        send(pid, *number);
        let line = talking.line();
        assert_eq!(line, format!("got {number} 0 0"));
        report.push_str(&line);
        report.push('\n');
    }
    // What came twice would be in front of this one.
    send(pid, libc::SIGRTMAX());
    talking.says(&format!("got {} 0 0", libc::SIGRTMAX()));
    assert_eq!(signals(&report), passed);
    // The faults are not passed on, and do no harm.
    for number in (1..=31).filter(|number| is_kept(*number) && !matches!(*number, libc::SIGKILL | libc::SIGSTOP)) {
        send(pid, number);
    }
    send(pid, libc::SIGRTMAX());
    talking.says(&format!("got {} 0 0", libc::SIGRTMAX()));
    send(pid, libc::SIGKILL);
    talking.child.wait().unwrap();
}

#[test]
fn each_arrives_once_from_kill() {
    each_arrives_once(supervised(&[], &witness::command()), |child| child.id().cast_signed());
}

#[test]
fn each_arrives_once_with_a_group() {
    each_arrives_once(supervised(&["--signal-group"], &witness::command()), |child| child.id().cast_signed());
}

#[test]
fn each_arrives_once_as_pid_one() {
    let arguments = supervise_arguments(&[]);
    let command = as_pid_one(&witness::command(), arguments);
    each_arrives_once(command, |unshare| pid_one_of(unshare).parse().unwrap());
}

/// All of a burst of real-time signals arrive, in order, with their values (sigqueue(3)).
#[test]
fn values_of_real_time_signals_arrive() {
    let mut talking = Talking::start(supervised(&[], &witness::command()));
    talking.says("ready");
    let number = libc::SIGRTMIN() + 3;
    for value in 1..=50usize {
        let value = libc::sigval { sival_ptr: value as *mut libc::c_void };
        // SAFETY: the value is a number, which nobody follows as a pointer.
        assert_eq!(unsafe { libc::sigqueue(talking.pid(), number, value) }, 0);
    }
    for value in 1..=50 {
        talking.says(&format!("got {number} -1 {value}"));
    }
    send(talking.pid(), libc::SIGKILL);
    talking.child.wait().unwrap();
}

/// What arrives before the command is there ends it then, in 300 runs at any moment from the start to ready.
#[test]
fn a_term_at_any_moment_ends_it() {
    let start = Instant::now();
    let mut talking = Talking::start(supervised(&[], &["sh", "-c", "echo ready; exec sleep 100"]));
    talking.says("ready");
    let to_ready = start.elapsed();
    send(talking.pid(), libc::SIGTERM);
    assert_eq!(end_of(talking.child).signal(), Some(libc::SIGTERM));
    for run in 0..300u32 {
        let mut talking = Talking::start(supervised(&[], &["sh", "-c", "echo $$; exec sleep 100"]));
        let moment = Instant::now() + to_ready * run / 250;
        while Instant::now() < moment {
            std::hint::spin_loop();
        }
        send(talking.pid(), libc::SIGTERM);
        let command = talking.line();
        let status = end_of(talking.child);
        assert_eq!(status.signal(), Some(libc::SIGTERM), "run {run}: {status}");
        assert!(
            command.is_empty() || !fs::exists(format!("/proc/{command}")).unwrap(),
            "run {run}: {command} lives on"
        );
    }
}

#[test]
fn an_ignored_signal_stays_ignored() {
    let mut command = supervised(&[], &["sh", "-c", "echo ready; read line; exit 5"]);
    // SAFETY: SIG_IGN is no handler of ours.
    before_exec(&mut command, || unsafe { signal(Signal::SIGHUP, SigHandler::SigIgn) }.map(drop));
    let mut talking = Talking::start(command);
    talking.says("ready");
    send(talking.pid(), libc::SIGHUP);
    drop(talking.child.stdin.take());
    assert_eq!(end_of(talking.child).code(), Some(5));
}

/// What the command sends to its parent is not meant for itself. Of two signals that are pending the one with the smaller
/// number is taken first: once the second is there, the first has been dealt with.
#[test]
fn a_signal_to_the_parent_does_not_come_back() {
    let script = "trap 'echo back' USR1; trap 'echo other' USR2; kill -USR1 $PPID; echo done; \
                  while :; do read -t 1 line || :; done";
    let mut talking = Talking::start(supervised(&[], &["bash", "-c", script]));
    talking.says("done");
    send(talking.pid(), libc::SIGUSR2);
    talking.says("other");
    send(talking.pid(), libc::SIGUSR1);
    talking.says("back");
    send(talking.pid(), libc::SIGTERM);
    end_of(talking.child);
}

#[test]
fn with_signal_group_a_grandchild_gets_it_too() {
    let script = "trap 'wait; echo child; exit 3' TERM; sh -c 'trap \"echo grandchild; exit\" TERM; echo ready; while :; do sleep 0.01; done' & wait";
    let mut talking = Talking::start(supervised(&["--signal-group"], &["bash", "-c", script]));
    talking.says("ready");
    send(talking.pid(), libc::SIGTERM);
    talking.says("grandchild");
    talking.says("child");
    assert_eq!(end_of(talking.child).code(), Some(3));
}

/// The command of the clock's tests ends by KILL only, and says what it gets as it gets it: a trap of a shell can wait for the
/// end of a `read`, which a clock overtakes.
fn clocked(kill_after: &str) -> Talking {
    let mut talking = Talking::start(supervised(&["--kill-after", kill_after], &witness::command()));
    talking.says("ready");
    talking
}

#[test]
fn kill_after_kills_what_does_not_end() {
    let mut talking = clocked("1s");
    let sent = Instant::now();
    send(talking.pid(), libc::SIGTERM);
    talking.says("got 15 0 0");
    assert_eq!(end_of(talking.child).signal(), Some(libc::SIGKILL));
    let time = sent.elapsed();
    assert!(time >= Duration::from_secs(1), "{time:?}");
}

/// A second TERM only passes on, and other signals start no clock.
#[test]
fn kill_after_is_not_hurried() {
    let mut talking = clocked("2s");
    send(talking.pid(), libc::SIGINT);
    talking.says("got 2 0 0");
    let sent = Instant::now();
    for _ in 0..3 {
        send(talking.pid(), libc::SIGTERM);
        talking.says("got 15 0 0");
    }
    assert_eq!(end_of(talking.child).signal(), Some(libc::SIGKILL));
    assert!(sent.elapsed() >= Duration::from_secs(2));
}

/// While the command is stopped its time does not run.
#[test]
fn kill_after_waits_while_it_is_stopped() {
    let mut talking = clocked("1s");
    let (command, _) = children(talking.pid())[0];
    send(command, libc::SIGSTOP);
    until(|| state(command) == "T");
    send(talking.pid(), libc::SIGTERM);
    // Another process, whose clock is as long, has rung twice by then.
    for _ in 0..2 {
        let other = clocked("1s");
        send(other.pid(), libc::SIGTERM);
        assert_eq!(end_of(other.child).signal(), Some(libc::SIGKILL));
    }
    assert_eq!(state(command), "T");
    let sent = Instant::now();
    send(talking.pid(), libc::SIGCONT);
    // As a command without supervision gets them: the one that was waiting, and the one that made it go on.
    talking.says("got 15 0 0");
    talking.says("got 18 0 0");
    assert_eq!(end_of(talking.child).signal(), Some(libc::SIGKILL));
    let time = sent.elapsed();
    assert!(time >= Duration::from_millis(900), "{time:?}");
}

/// A letter of proc(5), or nothing for a process that is not there.
pub(super) fn state(pid: i32) -> String {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(") ").map(|(_, rest)| rest[..1].to_owned()).unwrap_or_default()
}

/// Waits for what nobody tells.
pub(super) fn until(reached: impl Fn() -> bool) {
    let start = Instant::now();
    while !reached() {
        assert!(start.elapsed() < Duration::from_secs(20), "it did not happen");
        std::thread::yield_now();
    }
}

/// Exit code, and whether the command had taken secenv's place.
const REPLACED: (Option<i32>, bool) = (Some(0), true);
const SUPERVISED: (Option<i32>, bool) = (Some(0), false);
const REFUSED: (Option<i32>, bool) = (Some(125), false);

#[test]
fn flags_of_a_supervisor_ask_for_one_and_contradict_exec() {
    let parent_of = |arguments: &[&str]| {
        let mut command = Command::new(crate::support::both::binary());
        command.args(["run", "--no-manifest", "--env", "A=1"]).args(arguments).args([
            "--",
            "sh",
            "-c",
            "echo $$ $PPID",
        ]);
        command
    };
    let is_child = |mut command: Command| {
        let mut talking = Talking::start({
            command.stderr(Stdio::null());
            command
        });
        let line = talking.line();
        let status = talking.child.wait().unwrap();
        (status.code(), line.starts_with(&format!("{} ", talking.child.id())))
    };
    let with_mode = |arguments: &[&str], mode: &str| {
        let mut command = parent_of(arguments);
        command.env("SECENV_MODE", mode);
        command
    };
    assert_eq!(is_child(parent_of(&[])), REPLACED);
    assert_eq!(is_child(parent_of(&["--exec"])), REPLACED);
    for flags in [&["--supervise"][..], &["--signal-group"], &["--kill-after", "1s"], &["--subreaper"]] {
        assert_eq!(is_child(parent_of(flags)), SUPERVISED, "{flags:?}");
    }
    assert_eq!(is_child(parent_of(&["--exec", "--supervise"])), REFUSED);
    assert_eq!(is_child(parent_of(&["--exec", "--kill-after", "1s"])), REFUSED);
    assert_eq!(is_child(parent_of(&["--kill-after", "soon"])), REFUSED);
    assert_eq!(is_child(with_mode(&[], "supervise")), SUPERVISED);
    assert_eq!(is_child(with_mode(&[], "auto")), REPLACED);
    assert_eq!(is_child(with_mode(&["--exec"], "supervise")), REPLACED);
    assert_eq!(is_child(with_mode(&["--supervise"], "exec")), SUPERVISED);
    assert_eq!(is_child(with_mode(&["--subreaper"], "exec")), REFUSED);
    assert_eq!(is_child(with_mode(&[], "both")), REFUSED);
}
