//! An env file → a draft. Pure.

use super::{Draft, by_looks, without_copies};
use crate::manifest::dotenv::Assignment;

/// The draft of files in their order: a later value wins over an earlier one unless it is empty. `inherited` are names and
/// values that `$NAME` in a file may have put there.
#[must_use]
pub fn draft<'i>(files: &[Vec<Assignment>], inherited: impl Iterator<Item = (&'i str, &'i str)>) -> Draft {
    let mut together: Vec<(&str, &str)> = Vec::new();
    for Assignment { name, value, .. } in files.iter().flatten() {
        match together.iter_mut().find(|(known, _)| known == name) {
            Some(_) if value.is_empty() => {}
            Some(known) => known.1 = value,
            None => together.push((name, value)),
        }
    }
    let mut draft = Draft::default();
    for (name, value) in together {
        draft.add(name, by_looks(name, value));
    }
    let others: Vec<&str> =
        inherited.filter(|(name, _)| super::secretive::by_name(name)).map(|(_, value)| value).collect();
    without_copies(&mut draft, &others);
    draft
}
