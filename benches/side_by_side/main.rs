//! secenv beside what else starts a command with secrets, in one interleaved run: wall, CPU, memory, requests, instructions.
//! Writes its table and its plot to `benches/side_by_side.md` and `.svg`. As arguments, `alone` leaves the peers out and writes
//! nothing, `aims` runs the cases that the design has an aim for, `instructions` and `resident` do their sections alone,
//! `gate` holds secenv's instructions against what is recorded, and `--only` chooses cases.
//! `benches/README.md` says what is measured and how to read it. No time is asserted.
#![expect(clippy::print_stdout, reason = "a bench reports on stdout")]

use std::{env, ffi::OsString, fmt::Write, fs, path::Path, process::ExitCode, time::Duration};

mod aims;
mod arena;
mod case;
mod contestant;
mod gate;
mod install;
mod instructions;
mod launch;
mod machine;
mod options;
mod plot;
mod race;
mod resident;
mod score;
mod table;
#[path = "../../tests/support"]
mod support {
    pub(crate) mod fault;
}

use arena::Arena;
use contestant::Contestant;
use install::Tools;
use machine::Machine;
use options::{Mode, Options, Peers};
use score::Scores;

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
        Mode::Instructions => instructions::all(&install(options)).map(|table| print!("{table}")),
        Mode::Resident => resident::table(&install(options)).map(|table| print!("{table}")),
        Mode::Gate => gate::hold(&options.secenv),
        Mode::Alone => {
            let (before, tools) = (machine::load(), Tools::none(&options.secenv));
            println!("{}", table::glance(&race(options, &tools)?));
            println!("load average {before} before, {} at the end", machine::load());
            Ok(())
        }
        Mode::Race => side_by_side(options),
    }
}

fn install(options: &Options) -> Tools {
    if options.peers == Peers::Install {
        println!("installing the peers that are not in target/peers yet, which takes half an hour the first time");
    }
    Tools::install(options)
}

/// All that take part, in all cases.
fn race(options: &Options, tools: &Tools) -> Result<Vec<Scores>, String> {
    let taking_part = |one: &Contestant| options.mode == Mode::Race || !one.is_peer();
    let contestants: Vec<Contestant> = Contestant::ALL.into_iter().filter(taking_part).collect();
    let one = |case| {
        let arena = Arena::open(case)?;
        let scores = Scores::new(case, &race::run(&contestants, &arena, tools, options));
        println!("\n{}", table::part(&scores));
        Ok(scores)
    };
    options.only.cases().into_iter().map(one).collect()
}

fn side_by_side(options: &Options) -> Result<(), String> {
    let tools = install(options);
    let before = Machine::look();
    let all = race(options, &tools)?;
    let mut text = table::head(&before, options);
    let _ = writeln!(text, "- load average at the end: {}", machine::load());
    let _ = write!(text, "\n![walls](side_by_side.svg)\n\n{}", table::glance(&all));
    if options.only.is_whole() {
        let none = |why| format!("Not counted: {why}\n");
        let counts = instructions::all(&tools).unwrap_or_else(none);
        let resident = resident::table(&tools).unwrap_or_else(none);
        let more = format!("## Instructions\n\n{counts}\n## What stays resident\n\n{resident}");
        println!("{more}");
        let _ = write!(text, "\n{more}");
    }
    for scores in &all {
        let _ = write!(text, "\n{}", table::part(scores));
    }
    // A part would replace the whole.
    let dir = if options.only.is_whole() { "benches" } else { "target" };
    for (name, text) in [("side_by_side.md", text), ("side_by_side.svg", plot::svg(&all, &before))] {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(dir).join(name);
        fs::write(&file, text).map_err(|error| format!("cannot write {dir}/{name}: {error}"))?;
        println!("written: {dir}/{name}");
    }
    Ok(())
}

/// The bound on one run of one contestant: the slowest, fifty starts of a Python program, takes half a minute.
const LIMIT: Duration = Duration::from_mins(5);
