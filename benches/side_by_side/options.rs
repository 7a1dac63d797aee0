//! The bench's own arguments: `cargo bench --bench side_by_side -- [MODE] [--only PART] [--secenv PATH] [--rounds N] …`.
//! Pure.
//! Apart, because cargo adds `--bench`, which is nobody's.

use std::{
    ffi::OsString,
    path::{self, PathBuf},
    time::Duration,
};

use crate::case::Part;

const KNOWN: &str =
    "alone, aims, instructions, resident, gate, --only PART, --installed, --secenv PATH, --rounds N, --budget SECONDS";

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// All contestants, side by side.
    Race,
    /// secenv and the floor, on stdout.
    Alone,
    /// The same in the cases that the design has an aim for.
    Aims,
    /// secenv and the peers that are compiled, under callgrind.
    Instructions,
    /// What stays in memory while the command runs.
    Resident,
    /// secenv's instructions, held against what is recorded.
    Gate,
}

/// What may be done about peers that are not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Peers {
    Install,
    AsTheyAre,
}

/// How much of it.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    pub(crate) mode: Mode,
    /// The cases.
    pub(crate) only: Part,
    pub(crate) peers: Peers,
    /// The binary under test.
    pub(crate) secenv: PathBuf,
    /// Runs of each contestant in each case, at most.
    pub(crate) rounds: usize,
    /// A contestant that has run so long in one case is not run again; each is run once.
    pub(crate) budget: Duration,
}

impl Options {
    pub(crate) fn parse(arguments: &[OsString]) -> Result<Self, String> {
        let mut options = Self {
            mode: Mode::Race,
            only: Part::default(),
            peers: Peers::Install,
            secenv: PathBuf::from(env!("CARGO_BIN_EXE_secenv")),
            rounds: 25,
            budget: Duration::from_secs(4),
        };
        let mut arguments = arguments.iter().map(|argument| argument.to_string_lossy());
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or_else(|| format!("{argument} wants a value"));
            match argument.as_ref() {
                "--bench" => {}
                "alone" => options.mode = Mode::Alone,
                "aims" => options.mode = Mode::Aims,
                "instructions" => options.mode = Mode::Instructions,
                "resident" => options.mode = Mode::Resident,
                "gate" => options.mode = Mode::Gate,
                "--only" => options.only = Part::parse(&value()?)?,
                "--installed" => options.peers = Peers::AsTheyAre,
                "--secenv" => {
                    let path = value()?;
                    // The contestants run in other directories.
                    options.secenv = path::absolute(&*path).map_err(|error| format!("{path}: {error}"))?;
                }
                "--rounds" => options.rounds = number(&argument, &value()?)? as usize,
                "--budget" => options.budget = Duration::from_secs(number(&argument, &value()?)?.into()),
                other => return Err(format!("{other}? there are: {KNOWN}")),
            }
        }
        Ok(options)
    }
}

fn number(name: &str, text: &str) -> Result<u32, String> {
    let number = text.parse().ok().filter(|number| *number > 0);
    number.ok_or_else(|| format!("{name} wants a whole number of at least 1"))
}
