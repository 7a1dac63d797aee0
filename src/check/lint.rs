//! Values that look wrong → warnings. Pure.

use crate::{
    environment::{Lint, LintKind},
    error::{At, Exit, Problem},
};

pub(super) fn warnings(lints: &[Lint]) -> Vec<Problem> {
    lints.iter().map(warning).collect()
}

fn warning(lint: &Lint) -> Problem {
    let (kind, message, help) = match lint.kind {
        LintKind::TrailingNewline => (
            "trailing-newline",
            "its value ends in a line end",
            "if that is a slip, store it again without: printf %s, not echo, and no line end from an editor",
        ),
        LintKind::CarriageReturn => (
            "carriage-return",
            "its value has a carriage return in it",
            "if it came from a file with CRLF line ends, convert that (dos2unix) and store it again",
        ),
        LintKind::ByteOrderMark => (
            "byte-order-mark",
            "its value begins with a byte order mark",
            "save the file that it came from as UTF-8 without one, and store it again",
        ),
    };
    Problem {
        variables: vec![lint.variable.clone()],
        at: vec![At::Named(lint.at.clone())],
        help: Some(help.into()),
        ..Problem::new(kind, Exit::ForGood, message)
    }
}
