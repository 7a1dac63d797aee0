//! Instructions from the start to the command, counted by valgrind's callgrind: they hardly differ from run to run.
//! Edge: starts valgrind, which has to be installed.
//! Who becomes the command is given one that is not there, because a callgrind that lives through an exec counts anew: what is
//! counted is the whole way to execve(2), and the report that it failed, which is small. Who stays as its parent is counted to
//! its end, without the command.

use std::{collections::BTreeMap, fmt::Write, path::Path, process::Command};

use crate::{
    LIMIT,
    arena::Arena,
    case::{Case, Transport},
    contestant::{Contestant, League},
    install::Tools,
    launch::bounded,
};

const ABSENT: &[&str] = &["./absent"];
const PRESENT: &[&str] = &["/bin/true"];

/// One run that is counted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Counted {
    contestant: Contestant,
    transport: Transport,
    secrets: usize,
}

/// Runs, and their counts or why there are none.
pub(crate) type Counts = Vec<(Counted, Result<u64, String>)>;

const fn counted(contestant: Contestant, transport: Transport, secrets: usize) -> Counted {
    Counted { contestant, transport, secrets }
}

/// secenv's own.
const OWN: [Counted; 8] = [
    counted(Contestant::SecenvFile, Transport::Http, 1),
    counted(Contestant::SecenvCached, Transport::Http, 1),
    counted(Contestant::SecenvCached, Transport::Http, 20),
    counted(Contestant::Secenv, Transport::Http, 1),
    counted(Contestant::Secenv, Transport::Http, 20),
    counted(Contestant::Secenv, Transport::Tls, 1),
    counted(Contestant::SecenvBatch, Transport::Http, 20),
    counted(Contestant::SecenvBatch, Transport::Tls, 20),
];
/// The cases of the peers that are compiled: an interpreter's start would be counted for minutes.
const COLUMNS: [(Transport, usize); 4] =
    [(Transport::Http, 1), (Transport::Http, 20), (Transport::Tls, 1), (Transport::Tls, 20)];
const PEERS: [Contestant; 3] = [Contestant::Secretspec, Contestant::Fnox, Contestant::Teller];

impl Counted {
    /// As `benches/instructions.txt` has it.
    pub(crate) fn title(self) -> String {
        let Self { contestant, transport, secrets } = self;
        match contestant {
            Contestant::SecenvFile => format!("file source, K = {secrets}"),
            Contestant::SecenvCached => format!("warm cache, K = {secrets}"),
            Contestant::SecenvBatch => format!("{transport}, K = {secrets}, --batch"),
            _ => format!("{transport}, K = {secrets}"),
        }
    }

    fn count(self, tools: &Tools) -> Result<u64, String> {
        let Self { contestant, transport, secrets } = self;
        let arena = Arena::open(Case::near(transport, secrets))?;
        let child = if contestant.stays() { PRESENT } else { ABSENT };
        let mut plain = arena.command(contestant, tools, child)?;
        // What is cached is cached by a run before.
        bounded(&mut plain, LIMIT)?;
        let mut valgrind = Command::new("valgrind");
        valgrind.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]);
        valgrind.arg(plain.get_program()).args(plain.get_args()).env_clear();
        valgrind.envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
        // The crypto library's plainest code, whatever this machine's CPU could do: counts of other machines can be compared.
        valgrind.env("OPENSSL_ia32cap", "~0xffffffffffffffff:~0xffffffffffffffff");
        valgrind.current_dir(plain.get_current_dir().unwrap_or("/".as_ref()));
        let (asked, _) = arena.traffic();
        let output = bounded(&mut valgrind, LIMIT).map_err(|error| format!("it needs valgrind: {error}"))?;
        let text = String::from_utf8_lossy(&output.stderr);
        let number = text.lines().find_map(|line| line.split_once("Collected : ")?.1.trim().parse().ok());
        let (good, cold) = (if contestant.stays() { 0 } else { 127 }, contestant.league() == League::Cold);
        match number {
            Some(number) if output.status.code() == Some(good) && (arena.traffic().0 > asked) == cold => Ok(number),
            _ => Err(format!("under valgrind it ended with {}\n{text}", output.status)),
        }
    }
}

/// Counts secenv's own; the first that cannot be counted ends it.
pub(crate) fn own(secenv: &Path) -> Result<Counts, String> {
    let tools = Tools::none(secenv);
    let one = |own: Counted| own.count(&tools).map(|count| (own, Ok(count)));
    OWN.into_iter().map(|own| one(own).map_err(|error| format!("{}: {error}", own.title()))).collect()
}

/// Counts the peers', as far as they can be.
fn peers(tools: &Tools) -> Counts {
    let cases = |peer| COLUMNS.map(|(transport, secrets)| counted(peer, transport, secrets));
    PEERS.into_iter().flat_map(cases).map(|one| (one, one.count(tools))).collect()
}

/// The table of all.
pub(crate) fn all(tools: &Tools) -> Result<String, String> {
    let mut counts = own(&tools.secenv)?;
    counts.extend(peers(tools));
    Ok(table(&counts))
}

/// As Markdown.
pub(crate) fn table(counts: &Counts) -> String {
    let mut text = "| |".to_owned();
    for (transport, secrets) in COLUMNS {
        let _ = write!(text, " {transport}, K = {secrets} |");
    }
    let _ = writeln!(text, "\n|---|{}", "--:|".repeat(COLUMNS.len()));
    let mut why = BTreeMap::new();
    for contestant in Contestant::ALL {
        if !counts.iter().any(|(one, _)| one.contestant == contestant) {
            continue;
        }
        let _ = write!(text, "| {} |", contestant.name());
        for column in COLUMNS {
            let here = |one: &Counted| one.contestant == contestant && (one.transport, one.secrets) == column;
            let _ = match counts.iter().find(|(one, _)| here(one)).map(|(_, count)| count) {
                Some(Ok(count)) => write!(text, " {} |", grouped(*count)),
                Some(Err(error)) => {
                    why.insert(contestant.name(), error.lines().next().unwrap_or_default());
                    write!(text, " – |")
                }
                None => write!(text, " |"),
            };
        }
        text.push('\n');
    }
    for (name, error) in why {
        let _ = writeln!(text, "\n{name}: {error}");
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
