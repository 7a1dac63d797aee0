//! The errors of the steps before and after fetching → problems. Pure.

use std::sync::Arc;

use super::{At, Error, Exit, Problem};
use crate::{
    child::{ExecError, files::FileError},
    environment::limits::TooBig,
    manifest::{InputError, Mistake},
};

impl Error {
    /// Mistakes of a manifest; `text` is what their spans count in.
    #[must_use]
    pub fn manifest(file: &str, text: &str, mistakes: Vec<Mistake>) -> Self {
        let text: Arc<str> = text.into();
        let problem = |mistake: Mistake| Problem {
            at: vec![At::Text { file: file.to_owned(), text: Arc::clone(&text), span: mistake.span }],
            help: mistake.help,
            ..Problem::new("manifest", Exit::ForGood, mistake.message)
        };
        mistakes.into_iter().map(problem).collect()
    }
}

impl From<Vec<InputError>> for Error {
    fn from(errors: Vec<InputError>) -> Self {
        let problem = |error: InputError| Problem {
            at: vec![At::Named(error.at)],
            help: error.help,
            ..Problem::new("input", Exit::ForGood, error.message)
        };
        errors.into_iter().map(problem).collect()
    }
}

impl From<Vec<TooBig>> for Error {
    fn from(errors: Vec<TooBig>) -> Self {
        let problem = |error: &TooBig| Problem {
            help: Some(error.help()),
            variables: error.variable().map(str::to_owned).into_iter().collect(),
            ..Problem::new("too-big", Exit::ForGood, error.to_string())
        };
        errors.iter().map(problem).collect()
    }
}

impl From<Vec<FileError>> for Error {
    fn from(errors: Vec<FileError>) -> Self {
        let problem = |error: FileError| Problem {
            help: Some(error.help()),
            variables: vec![error.variable.clone()],
            ..Problem::new("file", Exit::ForGood, error.to_string())
        };
        errors.into_iter().map(problem).collect()
    }
}

impl From<ExecError> for Error {
    fn from(error: ExecError) -> Self {
        let (kind, exit) = match error.exit_code() {
            127 => ("command-not-found", Exit::NotFound),
            126 => ("command-not-executable", Exit::NotExecutable),
            _ => ("exec", Exit::ForGood),
        };
        Problem { help: error.help(), ..Problem::new(kind, exit, error.to_string()) }.into()
    }
}
