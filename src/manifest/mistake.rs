//! A mistake in an input: where it is, what it is and what to write instead. Pure data, rendered by `report`.

use std::ops::Range;

/// One mistake of one statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Byte offsets into the text it is in.
    pub span: Range<usize>,
    /// One line, lower case.
    pub message: String,
    /// What to write instead.
    pub help: Option<String>,
}

impl Mistake {
    pub(crate) fn new(span: Range<usize>, message: impl Into<String>) -> Self {
        Self { span, message: message.into(), help: None }
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}
