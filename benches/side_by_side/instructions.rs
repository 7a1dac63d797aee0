//! secenv's instructions from its start to its exec, counted by valgrind's callgrind: they hardly differ from run to run.
//! Edge: starts valgrind, which has to be installed.
//! The command is one that is not there, because a callgrind that lives through an exec counts anew: what is counted is
//! the whole way to execve(2), and the report that it failed, which is small.

use std::{fmt::Write, path::Path, process::Command};

use crate::{
    LIMIT,
    arena::{Arena, Transport},
    contestant::Contestant,
    install::Tools,
    launch::bounded,
};

const ABSENT: &[&str] = &["./absent"];

/// One case: how it is called, and what it is.
type Case = (&'static str, Transport, usize, Contestant);

const CASES: [Case; 8] = [
    ("file source, K = 1", Transport::Http, 1, Contestant::SecenvFile),
    ("warm cache, K = 1", Transport::Http, 1, Contestant::SecenvCached),
    ("http, K = 1", Transport::Http, 1, Contestant::Secenv),
    ("TLS, K = 1", Transport::Tls, 1, Contestant::Secenv),
    ("warm cache, K = 20", Transport::Http, 20, Contestant::SecenvCached),
    ("http, K = 20", Transport::Http, 20, Contestant::Secenv),
    ("http, K = 20, --batch", Transport::Http, 20, Contestant::SecenvBatch),
    ("TLS, K = 20, --batch", Transport::Tls, 20, Contestant::SecenvBatch),
];

/// Cases and their counts.
pub(crate) type Counts = Vec<(&'static str, u64)>;

/// Counts all cases.
pub(crate) fn count(secenv: &Path) -> Result<Counts, String> {
    let tools = Tools::none(secenv);
    let one = |(title, transport, secrets, contestant): Case| {
        let arena = Arena::open(transport, secrets)?;
        let count = one(&arena, contestant, &tools).map_err(|error| format!("{title}: {error}"))?;
        Ok((title, count))
    };
    CASES.into_iter().map(one).collect()
}

fn one(arena: &Arena, contestant: Contestant, tools: &Tools) -> Result<u64, String> {
    let mut plain = arena.command(contestant, tools, ABSENT)?;
    // What is cached is cached by a run before.
    bounded(&mut plain, LIMIT)?;
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]);
    valgrind.arg(plain.get_program()).args(plain.get_args()).env_clear();
    valgrind.envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
    // The crypto library's plainest code, whatever this machine's CPU could do: counts of other machines can be compared.
    valgrind.env("OPENSSL_ia32cap", "~0xffffffffffffffff:~0xffffffffffffffff");
    valgrind.current_dir(plain.get_current_dir().unwrap_or("/".as_ref()));
    let output = bounded(&mut valgrind, LIMIT).map_err(|error| format!("it needs valgrind: {error}"))?;
    let text = String::from_utf8_lossy(&output.stderr);
    let counted = text.lines().find_map(|line| line.split_once("Collected : ")?.1.trim().parse().ok());
    match (output.status.code(), counted) {
        (Some(127), Some(number)) => Ok(number),
        _ => Err(format!("{}: {text}", output.status)),
    }
}

/// As Markdown.
pub(crate) fn table(counts: &Counts) -> String {
    let mut text = "| secenv run | instructions |\n|---|--:|\n".to_owned();
    for (title, count) in counts {
        let _ = writeln!(text, "| {title} | {} |", grouped(*count));
    }
    text
}

/// `1,234,567`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let group = |(at, digit): (usize, char)| {
        let comma = (at > 0 && (digits.len() - at).is_multiple_of(3)).then_some(',');
        comma.into_iter().chain([digit])
    };
    digits.chars().enumerate().flat_map(group).collect()
}
