//! Reading typed fields out of a TOML table, each wrong type and unknown name a mistake at its place. Pure.

use std::{num::NonZeroUsize, ops::Range};

use toml::{
    Spanned,
    de::{DeArray, DeTable, DeValue},
};

use super::mistake::Mistake;
use crate::nearest::did_you_mean;

/// A string with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Text {
    pub(super) text: String,
    pub(super) span: Range<usize>,
}

/// A switch with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Switch {
    pub(super) on: bool,
    pub(super) span: Range<usize>,
}

/// A table whose fields are read by name.
pub(super) struct Fields<'d, 't> {
    table: &'d DeTable<'t>,
}

/// Fields that the format has, and that this version does not read yet.
const LATER: [&str; 1] = ["watch"];

impl<'d, 't> Fields<'d, 't> {
    /// The fields of `table`, which can be `known` ones only; `place` is how messages call it, such as `[aws]`.
    pub(super) fn new(table: &'d DeTable<'t>, known: &[&str], place: &str, mistakes: &mut Vec<Mistake>) -> Self {
        for (name, _) in table {
            let typed = name.get_ref().as_ref();
            if known.contains(&typed) {
                continue;
            }
            mistakes.push(if LATER.contains(&typed) {
                Mistake::new(name.span(), format!("`{typed}` is not in this version of secenv yet"))
                    .help("leave it out; `secenv --version` says which version this is")
            } else {
                Mistake::new(name.span(), format!("unknown field `{typed}` in {place}")).help(did_you_mean(
                    typed,
                    known,
                    "the fields are",
                ))
            });
        }
        Self { table }
    }

    pub(super) fn text(&self, name: &str, mistakes: &mut Vec<Mistake>) -> Option<Text> {
        text_of(name, self.table.get(name)?, mistakes)
    }

    pub(super) fn switch(&self, name: &str, mistakes: &mut Vec<Mistake>) -> Option<Switch> {
        let value = self.table.get(name)?;
        match value.get_ref() {
            DeValue::Boolean(on) => Some(Switch { on: *on, span: value.span() }),
            other => {
                mistakes.push(wrong_type(name, "true or false", other, value.span()));
                None
            }
        }
    }

    pub(super) fn count(&self, name: &str, mistakes: &mut Vec<Mistake>) -> Option<NonZeroUsize> {
        let value = self.table.get(name)?;
        let DeValue::Integer(digits) = value.get_ref() else {
            mistakes.push(wrong_type(name, "a whole number", value.get_ref(), value.span()));
            return None;
        };
        let count = (digits.radix() == 10).then(|| digits.as_str().parse().ok()).flatten();
        if count.is_none() {
            mistakes.push(Mistake::new(value.span(), format!("`{name}` must be a whole number of at least 1")));
        }
        count
    }

    pub(super) fn texts(&self, name: &str, mistakes: &mut Vec<Mistake>) -> Option<Vec<Text>> {
        let value = self.table.get(name)?;
        match value.get_ref() {
            DeValue::Array(array) => Some(texts_of(name, array, mistakes)),
            other => {
                mistakes.push(wrong_type(name, "a list of strings", other, value.span()));
                None
            }
        }
    }

    /// `[[name]]`: each table with its place, or a list of inline tables.
    pub(super) fn tables(
        &self,
        name: &str,
        mistakes: &mut Vec<Mistake>,
    ) -> Option<Vec<(&'d DeTable<'t>, Range<usize>)>> {
        let value = self.table.get(name)?;
        let DeValue::Array(array) = value.get_ref() else {
            let mistake = wrong_type(name, "a list of tables", value.get_ref(), value.span());
            mistakes.push(mistake.help(format!("write [[{name}]]")));
            return None;
        };
        let table =
            |value: &'d Spanned<DeValue<'t>>| Some((table_of(&format!("{name}[]"), value, mistakes)?, value.span()));
        Some(array.iter().filter_map(table).collect())
    }

    /// The value as it is, for fields that may have several types.
    pub(super) fn value(&self, name: &str) -> Option<&'d Spanned<DeValue<'t>>> {
        self.table.get(name)
    }

    pub(super) fn table(&self, name: &str, mistakes: &mut Vec<Mistake>) -> Option<&'d DeTable<'t>> {
        table_of(name, self.table.get(name)?, mistakes)
    }
}

pub(super) fn table_of<'d, 't>(
    name: &str,
    value: &'d Spanned<DeValue<'t>>,
    mistakes: &mut Vec<Mistake>,
) -> Option<&'d DeTable<'t>> {
    match value.get_ref() {
        DeValue::Table(table) => Some(table),
        other => {
            mistakes.push(wrong_type(name, "a table", other, value.span()));
            None
        }
    }
}

pub(super) fn text_of(name: &str, value: &Spanned<DeValue<'_>>, mistakes: &mut Vec<Mistake>) -> Option<Text> {
    match value.get_ref() {
        DeValue::String(text) => Some(Text { text: text.clone().into_owned(), span: value.span() }),
        other => {
            let mistake = wrong_type(name, "a string", other, value.span());
            mistakes.push(match other {
                DeValue::Integer(_) | DeValue::Float(_) | DeValue::Boolean(_) | DeValue::Datetime(_) => {
                    mistake.help("write it in quotes")
                }
                _ => mistake,
            });
            None
        }
    }
}

pub(super) fn texts_of(name: &str, array: &DeArray<'_>, mistakes: &mut Vec<Mistake>) -> Vec<Text> {
    array.iter().filter_map(|value| text_of(&format!("{name}[]"), value, mistakes)).collect()
}

pub(super) fn wrong_type(name: &str, expected: &str, found: &DeValue<'_>, span: Range<usize>) -> Mistake {
    let article = if found.type_str().starts_with(['a', 'i']) { "an" } else { "a" };
    Mistake::new(span, format!("`{name}` must be {expected}, not {article} {}", found.type_str()))
}
