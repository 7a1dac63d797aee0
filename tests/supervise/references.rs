//! Which signals arrive how often, beside a bare command and the inits that are installed: `cargo test references -- --nocapture`.
//!
//! What the others do is written down, and not asserted.
#![expect(clippy::print_stdout, reason = "the table is for people, who ask for it with --nocapture")]

use std::collections::BTreeMap;
use std::fmt::Write;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, ExitStatus};

use nix::libc;

use super::orphans::children;
use super::signals::{Talking, send, state, until};
use crate::pid_one::{as_pid_one, pid_one_of};
use crate::support::both::{bare, run_arguments, supervised};
use crate::support::witness;

/// Pending signals are taken lowest number first (signal(7)): when this one has arrived, so has what was sent before it.
const MARKER: i32 = 64;

const SIGNALS: [(&str, i32); 23] = [
    ("HUP", libc::SIGHUP),
    ("INT", libc::SIGINT),
    ("QUIT", libc::SIGQUIT),
    ("USR1", libc::SIGUSR1),
    ("USR2", libc::SIGUSR2),
    ("PIPE", libc::SIGPIPE),
    ("ALRM", libc::SIGALRM),
    ("TERM", libc::SIGTERM),
    ("STKFLT", libc::SIGSTKFLT),
    ("CONT", libc::SIGCONT),
    ("TSTP", libc::SIGTSTP),
    ("TTIN", libc::SIGTTIN),
    ("TTOU", libc::SIGTTOU),
    ("URG", libc::SIGURG),
    ("XCPU", libc::SIGXCPU),
    ("XFSZ", libc::SIGXFSZ),
    ("VTALRM", libc::SIGVTALRM),
    ("PROF", libc::SIGPROF),
    ("WINCH", libc::SIGWINCH),
    ("IO", libc::SIGIO),
    ("RTMIN", 34),
    ("RTMAX-1", MARKER - 1),
    // The last one, as tini ends by it.
    ("ABRT", libc::SIGABRT),
];

struct Row {
    name: &'static str,
    arrived: BTreeMap<i32, usize>,
    status: ExitStatus,
}

fn observe(name: &'static str, command: Command) -> Row {
    let mut talking = Talking::start(command);
    talking.says("ready");
    let target = match name {
        "secenv, PID 1" => pid_one_of(&talking.child).parse().unwrap(),
        _ => talking.pid(),
    };
    let mut arrived = BTreeMap::new();
    let witness = if name == "bare" { target } else { children(target)[0].0 };
    for (_, number) in SIGNALS {
        send(target, number);
        if matches!(number, libc::SIGTSTP | libc::SIGTTIN | libc::SIGTTOU) && name == "dumb-init" {
            // It stops itself.
            until(|| state(target) == "T");
            send(target, libc::SIGCONT);
        }
        if !marked(&mut talking, target, &mut arrived) {
            return Row { name, arrived, status: talking.child.wait().unwrap() };
        }
    }
    send(witness, libc::SIGKILL);
    Row { name, arrived, status: talking.child.wait().unwrap() }
}

/// Counts what arrives until the marker does; false if the process has ended.
fn marked(talking: &mut Talking, target: i32, arrived: &mut BTreeMap<i32, usize>) -> bool {
    send(target, MARKER);
    loop {
        let got = witness::signals(&talking.line());
        let [got] = got.as_slice() else { return false };
        if *got == MARKER {
            return true;
        }
        *arrived.entry(*got).or_default() += 1;
    }
}

#[test]
fn each_arrives_once_as_with_a_bare_command() {
    let command = witness::command();
    let mut rows = vec![
        observe("bare", bare(&command)),
        observe("secenv", supervised(&[], &command)),
        observe("secenv, PID 1", as_pid_one(&command, run_arguments())),
    ];
    let inits: [(&'static str, &[&str]); 3] = [("tini", &["-s", "--"]), ("dumb-init", &["--"]), ("catatonit", &["--"])];
    for (name, flags) in inits {
        if Command::new(name).arg("--version").output().is_err() {
            println!("left out: {name} is not installed");
            continue;
        }
        let mut init = Command::new(name);
        init.args(flags).args(&command);
        rows.push(observe(name, init));
    }
    println!("{}", table(&rows));
    assert_eq!(rows[0].arrived, rows[1].arrived);
    assert_eq!(rows[1].arrived, rows[2].arrived);
    let missing: Vec<_> = SIGNALS.iter().filter(|(_, number)| rows[1].arrived.get(number) != Some(&1)).collect();
    assert!(missing.is_empty(), "{missing:?}");
    assert_eq!(rows[1].status, rows[0].status);
    assert_eq!(rows[2].status.code(), Some(128 + libc::SIGKILL));
}

fn table(rows: &[Row]) -> String {
    let mut table =
        format!("| signal |{}\n", rows.iter().fold(String::new(), |all, row| format!("{all} {} |", row.name)));
    for (name, number) in SIGNALS {
        let _ = write!(table, "| {name} |");
        for row in rows {
            let _ = write!(table, " {} |", row.arrived.get(&number).unwrap_or(&0));
        }
        table.push('\n');
    }
    let _ = write!(table, "| after KILL |");
    for row in rows {
        let _ = match row.status.code() {
            Some(code) => write!(table, " exit {code} |"),
            None => write!(table, " signal {} |", row.status.signal().unwrap_or(0)),
        };
    }
    table
}
