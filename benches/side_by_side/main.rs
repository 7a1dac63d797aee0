//! secenv beside what else starts a command with secrets, in one interleaved run: wall, CPU, memory, requests.
//! Writes its table to `benches/side_by_side.md`. As arguments, `alone` leaves the peers out and writes nothing, `aims` runs
//! the cases that the design has an aim for, `instructions` counts secenv's instructions, and `gate` holds these against
//! what is recorded.
//! `benches/README.md` says what is measured and how to read it. No time is asserted.
#![expect(clippy::print_stdout, reason = "a bench reports on stdout")]

use std::{env, ffi::OsString, fmt::Write, fs, path::Path, process::ExitCode, time::Duration};

mod aims;
mod arena;
mod contestant;
mod gate;
mod install;
mod instructions;
mod launch;
mod machine;
mod options;
mod race;
mod table;
#[path = "../../tests/support"]
mod support {
    pub(crate) mod fault;
}

use arena::{Arena, Transport};
use contestant::Contestant;
use install::Tools;
use machine::Machine;
use options::{Mode, Options};

/// How many secrets a run fetches.
const SECRETS: [usize; 3] = [1, 10, 50];

fn main() -> ExitCode {
    let arguments: Vec<OsString> = env::args_os().skip(1).collect();
    let end = match arguments.split_first() {
        Some((first, command)) if first == launch::FLAG => launch::child(command),
        _ => Options::parse(&arguments).and_then(|options| measure(&options)),
    };
    match end {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            println!("side_by_side: {message}");
            ExitCode::FAILURE
        }
    }
}

fn measure(options: &Options) -> Result<(), String> {
    let options = &Options { secenv: install::as_installed(&options.secenv)?, ..options.clone() };
    match options.mode {
        Mode::Aims => aims::run(options),
        Mode::Instructions => {
            instructions::count(&options.secenv).map(|counts| print!("{}", instructions::table(&counts)))
        }
        Mode::Gate => gate::hold(&options.secenv),
        Mode::Race | Mode::Alone => side_by_side(options),
    }
}

fn side_by_side(options: &Options) -> Result<(), String> {
    let tools = if options.mode == Mode::Alone {
        Tools::none(&options.secenv)
    } else {
        println!("installing the contestants under target/peers, which takes minutes the first time");
        Tools::install(&options.secenv)
    };
    let taking_part = |one: &Contestant| options.mode == Mode::Race || !one.is_peer();
    let contestants: Vec<Contestant> = Contestant::ALL.into_iter().filter(taking_part).collect();
    let before = Machine::look();
    let mut text = table::head(&before, options);
    for transport in [Transport::Http, Transport::Tls] {
        for secrets in SECRETS {
            let arena = Arena::open(transport, secrets)?;
            let heats = race::run(&contestants, &arena, &tools, options);
            let part = table::part(&format!("{transport}, K = {secrets}"), &heats);
            println!("\n{part}");
            text.push('\n');
            text.push_str(&part);
        }
    }
    let load = machine::load();
    let _ = writeln!(text, "\nLoad average at the end: {load}.");
    if options.mode == Mode::Alone {
        println!("load average {} before, {load} at the end", before.load);
        return Ok(());
    }
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/side_by_side.md");
    fs::write(&file, text).map_err(|error| format!("cannot write benches/side_by_side.md: {error}"))?;
    println!("written: benches/side_by_side.md");
    Ok(())
}

/// The bound on one run of one contestant: the slowest, fifty starts of a Python program, takes half a minute.
const LIMIT: Duration = Duration::from_mins(5);
