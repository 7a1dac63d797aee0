//! The bench's own arguments: `cargo bench --bench side_by_side -- [alone|instructions] [--rounds N] [--budget SECONDS]`.
//! Pure.
//! Apart, because cargo adds `--bench`, which is nobody's.

use std::{ffi::OsString, time::Duration};

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// All contestants, side by side.
    Race,
    /// secenv and the floor, on stdout.
    Alone,
    /// secenv alone, under callgrind.
    Instructions,
}

/// How much of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Options {
    pub(crate) mode: Mode,
    /// Runs of each contestant in each case, at most.
    pub(crate) rounds: usize,
    /// A contestant that has run so long in one case is not run again; each is run once.
    pub(crate) budget: Duration,
}

impl Options {
    pub(crate) fn parse(arguments: &[OsString]) -> Result<Self, String> {
        let mut options = Self { mode: Mode::Race, rounds: 40, budget: Duration::from_secs(8) };
        let mut arguments = arguments.iter().map(|argument| argument.to_string_lossy());
        while let Some(argument) = arguments.next() {
            let mut number = || {
                let number = arguments.next().and_then(|text| text.parse::<u32>().ok()).filter(|number| *number > 0);
                number.ok_or_else(|| format!("{argument} wants a whole number of at least 1"))
            };
            match argument.as_ref() {
                "--bench" => {}
                "alone" => options.mode = Mode::Alone,
                "instructions" => options.mode = Mode::Instructions,
                "--rounds" => options.rounds = number()? as usize,
                "--budget" => options.budget = Duration::from_secs(number()?.into()),
                other => return Err(format!("{other}? there are: alone, instructions, --rounds N, --budget SECONDS")),
            }
        }
        Ok(options)
    }
}
