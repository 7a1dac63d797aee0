//! One file that init writes. Edge.

use std::{fs, io::ErrorKind, path::PathBuf};

use crate::{
    error::{Error, Exit, Problem},
    secret::SecretValue,
    whole_file::{self, InPlace},
};

/// A file as it should be.
pub(super) struct Output {
    pub(super) path: PathBuf,
    bytes: SecretValue,
    mode: u32,
}

/// What is in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// Nothing.
    Absent,
    /// The same bytes.
    Same,
    /// Something else.
    Different,
}

impl Output {
    pub(super) fn new(path: PathBuf, bytes: SecretValue, mode: u32) -> Self {
        Self { path, bytes, mode }
    }

    pub(super) fn state(&self) -> Result<State, Error> {
        match fs::read(&self.path) {
            Ok(found) => {
                let same = SecretValue::new(found) == self.bytes;
                Ok(if same { State::Same } else { State::Different })
            }
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(State::Absent),
            Err(error) => Err(self.problem("read", &error)),
        }
    }

    /// Only what is new or different is written.
    pub(super) fn write(&self, state: State) -> Result<(), Error> {
        let in_place = match state {
            State::Same => return Ok(()),
            State::Absent => InPlace::Stays,
            State::Different => InPlace::Replaced,
        };
        whole_file::write(&self.path, self.bytes.expose(), self.mode, in_place)
            .map_err(|error| self.problem("written", &error))
    }

    fn problem(&self, what: &str, error: &std::io::Error) -> Error {
        Problem {
            help: Some("look at the path and its permissions".into()),
            ..Problem::new("file", Exit::ForGood, format!("{} cannot be {what}: {error}", self.path.display()))
        }
        .into()
    }
}
