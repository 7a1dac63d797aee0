//! `-o FILE`: the output of `get` and `export` in a private file. Edge.

use std::path::Path;

use super::Output;
use crate::{
    child::files::{self, FileProblem},
    error::{At, Error, Exit, Problem},
    manifest::Place,
    secret::SecretValue,
};

/// Writes it, if a file is named; `-` is stdout.
///
/// # Errors
/// The file cannot be made; then the one that was there is as it was.
pub(super) fn output(bytes: SecretValue, file: Option<&Path>) -> Result<Output, Error> {
    let Some(path) = file.filter(|path| *path != Path::new("-")) else { return Ok(Output { bytes, exit: None }) };
    let written = files::write(path, bytes.expose());
    written.map(|()| Output::none()).map_err(|error| {
        let help = match error.problem {
            FileProblem::NoName => "name a FILE",
            FileProblem::InTheWay(_) | FileProblem::OfAnother { .. } => {
                "look at what it is; remove it, or name another FILE. Without -o the output goes to stdout"
            }
            _ => "name a FILE in a directory that is there and that you can write to",
        };
        Problem {
            at: vec![At::Named(Place::Argument("-o".into()))],
            help: Some(help.into()),
            ..Problem::new("file", Exit::ForGood, error.to_string())
        }
        .into()
    })
}
