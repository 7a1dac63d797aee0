//! What stays in memory while the command runs: some kB, and nothing of what secenv knew.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::os::unix::process::ExitStatusExt;
use std::process::Command;

use nix::libc;
use nix::sys::resource::{Resource, setrlimit};

use super::signals::{Talking, send, until};
use crate::support::both::{before_exec, supervised};
use crate::support::fetching::end_of;
use crate::support::witness;

const VALUE: &str = "correct-horse-battery-staple";

/// A supervised command with a secret, that prints its own id.
fn with_secret(directory: &tempfile::TempDir) -> Command {
    let file = directory.path().join("secrets.json");
    fs::write(&file, format!("{{\"s\": {{\"key\": \"{VALUE}\"}}}}")).unwrap();
    let mut command = Command::new(crate::support::both::binary());
    command.args(["run", "--no-manifest", "--supervise", "--source"]).arg(format!("file:{}", file.display()));
    command.args(["--env", "SECRET=secretsmanager://s#key", "--", "sh", "-c", "echo $$ $SECRET; read line"]);
    command
}

/// How often the text is in the memory of a process.
fn occurrences(pid: i32, text: &str) -> usize {
    let memory = File::open(format!("/proc/{pid}/mem")).unwrap();
    let maps = fs::read_to_string(format!("/proc/{pid}/maps")).unwrap();
    let mut found = 0;
    for line in maps.lines().filter(|line| !line.contains("[v")) {
        let (start, end) = line.split(' ').next().unwrap().split_once('-').unwrap();
        let [start, end] = [start, end].map(|at| u64::from_str_radix(at, 16).unwrap());
        let mut bytes = vec![0; usize::try_from(end - start).unwrap()];
        if memory.read_exact_at(&mut bytes, start).is_ok() {
            found += bytes.windows(text.len()).filter(|window| *window == text.as_bytes()).count();
        }
    }
    found
}

#[test]
fn no_value_stays() {
    let directory = tempfile::tempdir().unwrap();
    let mut talking = Talking::start(with_secret(&directory));
    let line = talking.line();
    let (command, value) = line.split_once(' ').unwrap();
    assert_eq!(value, VALUE);
    assert_ne!(occurrences(command.parse().unwrap(), VALUE), 0, "the test looks in the right place");
    until(|| occurrences(talking.pid(), VALUE) == 0);
    drop(talking.child.stdin.take());
    end_of(talking.child);
}

/// Less than tini's 120 kB of private memory.
#[test]
fn it_is_smaller_than_tini() {
    let mut talking = Talking::start(supervised(&[], &["sh", "-c", "echo ready; read line"]));
    talking.says("ready");
    let of = |file: &str| fs::read_to_string(format!("/proc/{}/{file}", talking.pid())).unwrap();
    // The command may be ready before its parent has become the small program.
    until(|| of("environ").starts_with("SECENV_STAGE=") && of("cmdline").contains("\0--supervise\0"));
    assert_eq!(of("comm"), "secenv\n");
    assert!(of("cmdline").contains("\0--supervise\0"));
    let environ = of("environ");
    assert!(environ.starts_with("SECENV_STAGE=") && environ.matches('\0').count() == 1, "{environ}");
    until(|| fs::read_dir(format!("/proc/{}/fd", talking.pid())).unwrap().count() == 0);
    until(|| private(&of("smaps_rollup")) <= 40);
    drop(talking.child.stdin.take());
    end_of(talking.child);
}

fn private(rollup: &str) -> u64 {
    let lines = rollup.lines().filter(|line| line.starts_with("Private_"));
    lines.map(|line| line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap()).sum()
}

/// Where nothing can be executed from memory, it does the same from within its own process.
#[test]
fn where_it_has_to_stay_it_does_the_same() {
    let staying = |command: &[std::ffi::OsString]| {
        let mut staying = supervised(&[], command);
        before_exec(&mut staying, || setrlimit(Resource::RLIMIT_FSIZE, 0, 0));
        staying
    };
    let mut talking = Talking::start(staying(&witness::command()));
    talking.says("ready");
    let environ = fs::read_to_string(format!("/proc/{}/environ", talking.pid())).unwrap();
    assert!(!environ.contains("SECENV_"), "{environ}");
    for number in [libc::SIGTERM, libc::SIGINT, libc::SIGRTMIN(), libc::SIGTSTP] {
        send(talking.pid(), number);
        talking.says(&format!("got {number} 0 0"));
    }
    send(talking.pid(), libc::SIGCONT);
    send(talking.pid(), libc::SIGKILL);
    end_of(talking.child);
    let shell = |script: &str| staying(&["sh", "-c", script].map(Into::into)).status().unwrap();
    assert_eq!(shell("exit 7").code(), Some(7));
    assert_eq!(shell("kill -KILL $$").signal(), Some(libc::SIGKILL));
}

#[test]
fn where_it_has_to_stay_it_forgets_the_value() {
    let directory = tempfile::tempdir().unwrap();
    let mut command = with_secret(&directory);
    before_exec(&mut command, || setrlimit(Resource::RLIMIT_FSIZE, 0, 0));
    let mut talking = Talking::start(command);
    assert!(talking.line().ends_with(VALUE));
    until(|| occurrences(talking.pid(), VALUE) == 0);
    drop(talking.child.stdin.take());
    end_of(talking.child);
}
