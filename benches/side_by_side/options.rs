//! The bench's own arguments: `cargo bench --bench side_by_side -- [MODE] [--secenv PATH] [--rounds N] [--budget SECONDS]`.
//! Pure.
//! Apart, because cargo adds `--bench`, which is nobody's.

use std::{
    ffi::OsString,
    path::{self, PathBuf},
    time::Duration,
};

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// All contestants, side by side.
    Race,
    /// secenv and the floor, on stdout.
    Alone,
    /// The same in the cases that the design has an aim for.
    Aims,
    /// secenv alone, under callgrind.
    Instructions,
    /// The same, held against what is recorded.
    Gate,
}

/// How much of it.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    pub(crate) mode: Mode,
    /// The binary under test.
    pub(crate) secenv: PathBuf,
    /// Runs of each contestant in each case, at most.
    pub(crate) rounds: usize,
    /// A contestant that has run so long in one case is not run again; each is run once.
    pub(crate) budget: Duration,
}

impl Options {
    pub(crate) fn parse(arguments: &[OsString]) -> Result<Self, String> {
        let built = PathBuf::from(env!("CARGO_BIN_EXE_secenv"));
        let mut options = Self { mode: Mode::Race, secenv: built, rounds: 40, budget: Duration::from_secs(8) };
        let mut arguments = arguments.iter().map(|argument| argument.to_string_lossy());
        while let Some(argument) = arguments.next() {
            if argument == "--secenv" {
                let path = arguments.next().ok_or("--secenv wants a path")?;
                // The contestants run in other directories.
                options.secenv = path::absolute(&*path).map_err(|error| format!("{path}: {error}"))?;
                continue;
            }
            let mut number = || {
                let number = arguments.next().and_then(|text| text.parse::<u32>().ok()).filter(|number| *number > 0);
                number.ok_or_else(|| format!("{argument} wants a whole number of at least 1"))
            };
            match argument.as_ref() {
                "--bench" => {}
                "alone" => options.mode = Mode::Alone,
                "aims" => options.mode = Mode::Aims,
                "instructions" => options.mode = Mode::Instructions,
                "gate" => options.mode = Mode::Gate,
                "--rounds" => options.rounds = number()? as usize,
                "--budget" => options.budget = Duration::from_secs(number()?.into()),
                other => {
                    return Err(format!(
                        "{other}? there are: alone, aims, instructions, gate, --secenv PATH, --rounds N, --budget SECONDS"
                    ));
                }
            }
        }
        Ok(options)
    }
}
