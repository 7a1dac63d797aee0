//! Text → TOML tables with spans, and the statements that mistakes belong to. Pure.
//!
//! The parser recovers and goes on after an error, so that one report has them all; what follows from an error inside the
//! same statement is left out.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::mistake::Mistake;

/// A parsed text: its tables, and the mistakes of its syntax.
pub(super) struct Document<'t> {
    text: &'t str,
    pub(super) root: DeTable<'t>,
    syntax: Vec<Mistake>,
}

impl<'t> Document<'t> {
    pub(super) fn parse(text: &'t str) -> Self {
        let (root, errors) = DeTable::parse_recoverable(text);
        let syntax = errors
            .iter()
            .map(|error| {
                let span = error.span().unwrap_or(0..0);
                match error.message() {
                    "duplicate key" => {
                        Mistake::new(span.clone(), format!("`{}` is there twice", text[span].trim_matches(['"', '\''])))
                            .help("keep one of the two")
                    }
                    message => Mistake::new(span, message),
                }
            })
            .collect();
        Self { text, root: root.into_inner(), syntax }
    }

    /// All mistakes, the first of each statement, in the order of the text.
    pub(super) fn report(&self, found: Vec<Mistake>) -> Vec<Mistake> {
        let mut statements = Vec::new();
        self.statements(&self.root, &mut statements);
        let statement_of = |mistake: &Mistake| {
            let at = mistake.span.start;
            let inside = statements.iter().find(|statement| statement.start <= at && at <= statement.end);
            inside.cloned().unwrap_or_else(|| self.line_of(at))
        };
        let mut placed: Vec<(Range<usize>, Mistake)> = Vec::new();
        let syntax = self.syntax.iter().cloned().map(|mistake| (Rank::of(&mistake), mistake));
        let found = found.into_iter().map(|mistake| (Rank::Meaning, mistake));
        let mut all: Vec<(Rank, Mistake)> = syntax.chain(found).collect();
        all.sort_by_key(|(rank, mistake)| (*rank, mistake.span.start));
        for (rank, mut mistake) in all {
            let statement = statement_of(&mistake);
            if placed.iter().any(|(taken, _)| overlap(taken, &statement)) {
                continue;
            }
            if rank == Rank::Unclosed {
                mistake.span = statement.start..self.line_of(statement.start).end;
            }
            placed.push((statement, mistake));
        }
        placed.sort_by_key(|(_, mistake)| mistake.span.start);
        placed.into_iter().map(|(_, mistake)| mistake).collect()
    }

    /// `NAME = value`, from the name to the end of the value; headers are no statements of their own.
    fn statements(&self, table: &DeTable<'_>, out: &mut Vec<Range<usize>>) {
        for (key, value) in table {
            match value.get_ref() {
                DeValue::Table(inner) if !self.text[value.span()].starts_with('{') => self.statements(inner, out),
                DeValue::Array(tables) if self.text[value.span()].starts_with("[[") => {
                    for table in tables {
                        match table.get_ref() {
                            DeValue::Table(inner) if self.text[table.span()].starts_with("[[") => {
                                self.statements(inner, out);
                            }
                            _ => out.push(key.span().start..value.span().end.max(key.span().end)),
                        }
                    }
                }
                _ => out.push(key.span().start..value.span().end.max(key.span().end)),
            }
        }
    }

    fn line_of(&self, at: usize) -> Range<usize> {
        let start = self.text[..at].rfind('\n').map_or(0, |newline| newline + 1);
        let end = self.text[at..].find('\n').map_or(self.text.len(), |newline| at + newline);
        start..end
    }
}

/// Which mistake of a statement is the one to tell: the bracket that is never closed explains the rest.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Unclosed,
    Syntax,
    Meaning,
}

impl Rank {
    fn of(mistake: &Mistake) -> Self {
        if mistake.message.starts_with("unclosed") { Self::Unclosed } else { Self::Syntax }
    }
}

fn overlap(a: &Range<usize>, b: &Range<usize>) -> bool {
    a.start <= b.end && b.start <= a.end
}
