//! Where in the inputs something is written. Pure data.

use std::fmt;

/// Where in the inputs something is written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// A line of the manifest or of an env file.
    Line {
        /// The file as it was named.
        file: String,
        /// Counted from 1.
        line: usize,
        /// Counted from 1, in characters; none where only the line is known.
        column: Option<usize>,
    },
    /// An argument of the command line, such as `--env DB`.
    Argument(String),
    /// A variable of the inherited environment, under `--from-env`.
    Inherited(String),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line { file, line, column: Some(column) } => write!(f, "{file}:{line}:{column}"),
            Self::Line { file, line, column: None } => write!(f, "{file}:{line}"),
            Self::Argument(argument) => f.write_str(argument),
            Self::Inherited(name) => write!(f, "the inherited variable {name}"),
        }
    }
}
