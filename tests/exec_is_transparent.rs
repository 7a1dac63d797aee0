//! Promise 1: in exec mode the child sees exactly what a bare run's child sees.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::ffi::OsStrExt;
use std::process::{Command, Stdio};

use nix::errno::Errno;
use nix::libc;
use nix::sys::resource::{Resource, setrlimit};
use nix::sys::signal::{SigHandler, SigSet, SigmaskHow, Signal, raise, signal, sigprocmask};
use nix::sys::stat::{Mode, umask};
use nix::unistd::{close, dup2_raw};

use crate::support::both::{
    Both, MARK, as_user, bare, before_exec, binary, copy_for_everyone, lossy, raw_environment, run_arguments,
    without_mark, wrapped,
};
use crate::support::probe::{STATUS, descriptors, inherited_lines, is_in, list_descriptors};

/// Compares `/proc/self/status` and gives the child's.
fn same_status(set_up: impl Fn(&mut Command)) -> Vec<u8> {
    let both = Both::run(&STATUS, set_up);
    assert_eq!(inherited_lines(&both.bare.stdout), inherited_lines(&both.wrapped.stdout));
    assert!(both.wrapped.status.success());
    both.wrapped.stdout
}

fn dispose(of: Signal, handler: SigHandler) -> nix::Result<()> {
    // SAFETY: no handler of ours is installed, only SIG_IGN or SIG_DFL.
    unsafe { signal(of, handler) }.map(drop)
}

fn inherits(of: Signal, handler: SigHandler) -> Vec<u8> {
    same_status(|command| before_exec(command, move || dispose(of, handler)))
}

#[test]
fn nothing_special() {
    same_status(|_| {});
}

#[test]
fn a_default_sigpipe_stays_default() {
    assert!(!is_in("SigIgn", Signal::SIGPIPE, &inherits(Signal::SIGPIPE, SigHandler::SigDfl)));
}

#[test]
fn an_ignored_sigpipe_stays_ignored() {
    assert!(is_in("SigIgn", Signal::SIGPIPE, &inherits(Signal::SIGPIPE, SigHandler::SigIgn)));
}

#[test]
fn an_ignored_sigchld_stays_ignored() {
    assert!(is_in("SigIgn", Signal::SIGCHLD, &inherits(Signal::SIGCHLD, SigHandler::SigIgn)));
}

#[test]
fn every_other_ignored_signal_stays_ignored() {
    let ignorable = || Signal::iterator().filter(|signal| !matches!(signal, Signal::SIGKILL | Signal::SIGSTOP));
    let status = same_status(|command| {
        before_exec(command, move || ignorable().try_for_each(|signal| dispose(signal, SigHandler::SigIgn)));
    });
    for signal in ignorable() {
        assert!(is_in("SigIgn", signal, &status), "{signal}");
    }
}

#[test]
fn nohup_works() {
    let script = ["nohup", "sh", "-c", "kill -HUP $$; echo survived"];
    assert_eq!(lossy(&Both::run(&script, |_| {}).same()), "survived\n");
    let mut nohup = Command::new("nohup");
    nohup.arg(binary()).args(run_arguments()).args(&script[1..]);
    assert_eq!(lossy(&nohup.output().unwrap().stdout), "survived\n");
}

#[test]
fn a_blocked_and_pending_signal_stays_blocked_and_pending() {
    let status = same_status(|command| {
        before_exec(command, || {
            let mut term = SigSet::empty();
            term.add(Signal::SIGTERM);
            sigprocmask(SigmaskHow::SIG_BLOCK, Some(&term), None)?;
            raise(Signal::SIGTERM)
        });
    });
    assert!(is_in("SigBlk", Signal::SIGTERM, &status));
    assert!(is_in("SigPnd", Signal::SIGTERM, &status) || is_in("ShdPnd", Signal::SIGTERM, &status));
}

/// The descriptors of a child, which have to be the same bare and wrapped.
fn same_descriptors(set_up: impl Fn(&mut Command)) -> Vec<String> {
    let directory = tempfile::tempdir().unwrap();
    let list = directory.path().join("descriptors");
    let run = |start: fn(&[String]) -> Command| {
        let mut command = start(&list_descriptors(&list));
        before_exec(&mut command, close_all_but_standard_streams);
        set_up(&mut command);
        assert!(command.output().unwrap().status.success());
        descriptors(&list)
    };
    let (bare, wrapped) = (run(bare), run(wrapped));
    assert_eq!(bare, wrapped);
    wrapped
}

/// What the test itself was started with is not the matter here.
fn close_all_but_standard_streams() -> nix::Result<()> {
    // SAFETY: it takes no pointer, and closes nothing before the exec.
    let marked = unsafe { libc::close_range(3, libc::c_uint::MAX, libc::CLOSE_RANGE_CLOEXEC.cast_signed()) };
    Errno::result(marked).map(drop)
}

fn numbers(descriptors: &[String]) -> Vec<&str> {
    descriptors.iter().map(|line| line.split(' ').next().unwrap()).collect()
}

#[test]
fn no_descriptor_is_left_in_the_child() {
    assert_eq!(numbers(&same_descriptors(|_| {})), ["0", "1", "2"]);
}

#[test]
fn closed_standard_streams_stay_closed() {
    for (closed, open) in [
        (&[0][..], &["1", "2"][..]),
        (&[1], &["0", "2"]),
        (&[2], &["0", "1"]),
        (&[0, 1], &["2"]),
        (&[1, 2], &["0"]),
        (&[0, 1, 2], &[]),
    ] {
        let seen =
            same_descriptors(|command| before_exec(command, move || closed.iter().try_for_each(|fd| close(*fd))));
        assert_eq!(numbers(&seen), open, "closed: {closed:?}");
    }
}

#[test]
fn an_extra_descriptor_is_passed_on() {
    let seen = same_descriptors(|command| {
        before_exec(command, || {
            // SAFETY: 7 is no descriptor that anything in this new process owns.
            unsafe { dup2_raw(std::io::stdin(), 7) }.map(std::mem::ManuallyDrop::new).map(drop)
        });
    });
    assert_eq!(numbers(&seen), ["0", "1", "2", "7"]);
}

#[test]
fn limits_umask_and_directory_are_kept() {
    let directory = tempfile::tempdir().unwrap();
    let set_up = |command: &mut Command| {
        command.current_dir(directory.path());
        before_exec(command, || {
            umask(Mode::from_bits_truncate(0o027));
            setrlimit(Resource::RLIMIT_CORE, 0, 4096)?;
            setrlimit(Resource::RLIMIT_STACK, 2 << 20, 16 << 20)?;
            setrlimit(Resource::RLIMIT_NOFILE, 123, 456)
        });
    };
    let limits = lossy(&Both::run(&["cat", "/proc/self/limits"], set_up).same());
    assert!(limits.contains("123                  456"), "{limits}");
    assert_eq!(lossy(&Both::run(&["sh", "-c", "umask"], set_up).same()), "0027\n");
    let directory = fs::canonicalize(directory.path()).unwrap();
    let seen = Both::run(&["readlink", "/proc/self/cwd"], set_up).same();
    assert_eq!(OsStr::from_bytes(seen.trim_ascii_end()), directory);
}

#[test]
fn parent_group_session_terminal_and_scheduling_are_kept() {
    // proc_pid_stat(5), counted from the state, which comes after the name: ppid to tpgid, priority and nice, rt_priority and policy.
    const FIELDS: [usize; 9] = [1, 2, 3, 4, 5, 15, 16, 37, 38];
    let fields = |stat: &[u8]| {
        let stat = lossy(stat);
        let fields: Vec<&str> = stat.rsplit_once(") ").unwrap().1.split(' ').collect();
        FIELDS.map(|field| fields[field].to_owned())
    };
    let both = Both::run(&["cat", "/proc/self/stat"], |_| {});
    assert_eq!(fields(&both.bare.stdout), fields(&both.wrapped.stdout));
    let files = ["cat", "/proc/self/oom_score_adj", "/proc/self/personality", "/proc/self/timerslack_ns"];
    Both::run(&files, |_| {}).same();
}

#[test]
fn the_process_stays_the_same() {
    let mut child = wrapped(&["sh", "-c", "echo $$"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line.trim_end(), child.id().to_string());
    assert!(child.wait().unwrap().success());
}

#[test]
fn arguments_are_kept_byte_for_byte() {
    let mut command: Vec<OsString> = ["sh", "-c", "cat /proc/$$/cmdline; true", "name"].map(Into::into).to_vec();
    let arguments: [&[u8]; 7] = [b"", b"\xff\xfe", b"a b", b"--", b"-v", b"$HOME\n", b""];
    command.extend(arguments.map(|argument| OsStr::from_bytes(argument).to_owned()));
    let seen = Both::run(&command, |_| {}).same();
    assert!(seen.ends_with(b"name\0\0\xff\xfe\0a b\0--\0-v\0$HOME\n\0\0"), "{}", lossy(&seen));
}

#[test]
fn environment_entries_are_kept_byte_for_byte_and_in_order() {
    let entries: [&[u8]; 9] = [
        b"PATH=/usr/bin:/bin",
        b"B=1",
        b"A=caf\xe9",
        b"B=2",
        b"no equals sign",
        b"",
        b"=x",
        b"\xff=\x01\n",
        b"RUST_LOG=trace",
    ];
    let seen = |mut command: Command| {
        raw_environment(&mut command, &entries);
        let output = command.output().unwrap();
        assert_eq!(lossy(&output.stderr), "");
        without_mark(&output.stdout)
    };
    let wrapped = seen(wrapped(&["/bin/cat", "/proc/self/environ"]));
    assert_eq!(seen(bare(&["/bin/cat", "/proc/self/environ"])), wrapped);
    assert_eq!(wrapped, entries);
}

#[test]
fn an_empty_environment_stays_empty() {
    let mut command = wrapped(&["/bin/cat", "/proc/self/environ"]);
    raw_environment(&mut command, &[]);
    assert_eq!(command.output().unwrap().stdout, [MARK, b"\0"].concat());
}

#[test]
fn standard_input_is_the_childs() {
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), "line 1\nline 2\n").unwrap();
    let input = || Stdio::from(fs::File::open(file.path()).unwrap());
    let seen = Both::run(&["cat"], |command| {
        command.stdin(input());
    })
    .same();
    assert_eq!(lossy(&seen), "line 1\nline 2\n");
}

/// secenv makes itself undumpable, which would take `/proc/PID` away from a user other than root.
#[test]
fn the_childs_proc_belongs_to_its_user() {
    let directory = tempfile::tempdir().unwrap();
    let copy = copy_for_everyone(directory.path());
    let probe = ["stat", "-L", "-c", "%u %a", "/proc/self", "/proc/self/fd", "/proc/self/environ"];
    let seen = |mut command: Command| {
        let user = as_user(&mut command);
        let output = command.output().unwrap();
        assert_eq!(lossy(&output.stderr), "");
        assert_eq!(lossy(&output.stdout), format!("{user} 555\n{user} 500\n{user} 400\n"));
    };
    let mut wrapped = Command::new(copy);
    wrapped.args(run_arguments()).args(probe);
    seen(wrapped);
    seen(bare(&probe));
}
