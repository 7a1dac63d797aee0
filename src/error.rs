//! What ends a run: the problems of one step, told together. Pure and value-free.
//!
//! Each step has its own typed errors; here they become [`Problem`]s, which `report` renders for people and machines.

use std::{ops::Range, sync::Arc};

use crate::manifest::Place;

mod entry;
mod kinds;
mod step;

pub use kinds::KINDS;

/// One or more problems; the command was not started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    problems: Vec<Problem>,
}

/// One problem: where it is, what it is and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// A token that stays the same across versions, one of [`KINDS`].
    pub kind: &'static str,
    /// The exit code that it leads to.
    pub exit: Exit,
    /// One line, lower case.
    pub message: String,
    /// The id of the secret that it is about, as written; none if it is about none, or about more than one.
    pub secret: Option<String>,
    /// The variables it is about.
    pub variables: Vec<String>,
    /// Where it is written.
    pub at: Vec<At>,
    /// Further facts, a line each.
    pub notes: Vec<String>,
    /// What to do.
    pub help: Option<String>,
}

/// A place, with its source line where the text is at hand and may be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum At {
    /// A place by its name.
    Named(Place),
    /// A part of a text.
    Text {
        /// How the text is called.
        file: String,
        /// All of it.
        text: Arc<str>,
        /// Byte offsets.
        span: Range<usize>,
    },
}

/// Exit codes of secenv's own (SPEC section 6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// 124: failed for now.
    ForNow,
    /// 125: failed for good.
    ForGood,
    /// 126: the command was found and cannot be executed.
    NotExecutable,
    /// 127: the command was not found.
    NotFound,
}

impl Exit {
    /// The number.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::ForNow => 124,
            Self::ForGood => 125,
            Self::NotExecutable => 126,
            Self::NotFound => 127,
        }
    }
}

impl Error {
    /// All problems, in the order they are told in.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// 124 only if every problem is one for now.
    #[must_use]
    pub fn exit(&self) -> Exit {
        self.problems.iter().map(|problem| problem.exit).max().unwrap_or(Exit::ForGood)
    }

    /// A mistake on the command line, or in a `SECENV_*` variable.
    #[must_use]
    pub fn usage(message: impl Into<String>, help: impl Into<String>) -> Self {
        Problem { help: Some(help.into()), ..Problem::new("usage", Exit::ForGood, message) }.into()
    }

    /// A mistake of secenv's own.
    #[must_use]
    pub fn internal(message: impl Into<String>) -> Self {
        Problem { help: Some("please report this".into()), ..Problem::new("internal", Exit::ForGood, message) }.into()
    }

    /// Both results, or the problems of both.
    ///
    /// # Errors
    /// If one of them failed, or both did.
    pub fn both<A, B>(first: Result<A, Self>, second: Result<B, Self>) -> Result<(A, B), Self> {
        match (first, second) {
            (Ok(first), Ok(second)) => Ok((first, second)),
            (Err(error), Ok(_)) | (Ok(_), Err(error)) => Err(error),
            (Err(mut error), Err(more)) => {
                error.problems.extend(more.problems);
                Err(error)
            }
        }
    }
}

impl Problem {
    /// A problem that has no place yet.
    #[must_use]
    pub fn new(kind: &'static str, exit: Exit, message: impl Into<String>) -> Self {
        let (variables, at, notes) = Default::default();
        debug_assert!(KINDS.contains(&kind), "the kind {kind} is on no list");
        Self { kind, exit, message: message.into(), secret: None, variables, at, notes, help: None }
    }
}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Self {
        Self { problems: vec![problem] }
    }
}

impl FromIterator<Problem> for Error {
    fn from_iter<I: IntoIterator<Item = Problem>>(problems: I) -> Self {
        Self { problems: problems.into_iter().collect() }
    }
}
