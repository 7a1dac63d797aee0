//! secenv's instructions from its start to its exec, counted by valgrind's callgrind: they hardly differ from run to run.
//! Edge: starts valgrind, which has to be installed.
//! The command is one that is not there, because a callgrind that lives through an exec counts anew: what is counted is
//! the whole way to execve(2), and the report that it failed, which is small.

use std::process::Command;

use crate::{
    LIMIT,
    arena::{Arena, Transport},
    contestant::Contestant,
    install::Tools,
    launch::bounded,
};

const ABSENT: &[&str] = &["./absent"];

/// Counts and prints. The file source has one secret; with the service there are 1 and 20.
pub(crate) fn count() -> Result<(), String> {
    println!("| secenv run | instructions |\n|---|--:|");
    let arena = Arena::open(Transport::Http, 1)?;
    print("file source, K = 1", &arena, Contestant::SecenvFile)?;
    print("warm cache, K = 1", &arena, Contestant::SecenvCached)?;
    print("http, K = 1", &arena, Contestant::Secenv)?;
    print("TLS, K = 1", &Arena::open(Transport::Tls, 1)?, Contestant::Secenv)?;
    let arena = Arena::open(Transport::Http, 20)?;
    print("warm cache, K = 20", &arena, Contestant::SecenvCached)?;
    print("http, K = 20", &arena, Contestant::Secenv)?;
    print("http, K = 20, --batch", &arena, Contestant::SecenvBatch)?;
    print("TLS, K = 20, --batch", &Arena::open(Transport::Tls, 20)?, Contestant::SecenvBatch)
}

fn print(title: &str, arena: &Arena, contestant: Contestant) -> Result<(), String> {
    let tools = Tools::none();
    let mut plain = arena.command(contestant, &tools, ABSENT)?;
    // What is cached is cached by a run before.
    bounded(&mut plain, LIMIT)?;
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]);
    valgrind.arg(plain.get_program()).args(plain.get_args()).env_clear();
    valgrind.envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
    valgrind.current_dir(plain.get_current_dir().unwrap_or("/".as_ref()));
    let output = bounded(&mut valgrind, LIMIT).map_err(|error| format!("it needs valgrind: {error}"))?;
    let text = String::from_utf8_lossy(&output.stderr);
    let counted = text.lines().find_map(|line| line.split_once("Collected : ")).map(|(_, number)| number.trim());
    match (output.status.code(), counted) {
        (Some(127), Some(number)) => {
            println!("| {title} | {number} |");
            Ok(())
        }
        _ => Err(format!("{title}: {}: {text}", output.status)),
    }
}
