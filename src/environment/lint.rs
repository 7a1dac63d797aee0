//! Values that are probably not what their owner meant. Pure; it tells what kind of thing is wrong, never where or how much.
//!
//! Only variables: in a file a line end is what belongs there.

use std::collections::HashSet;

use super::{
    expansion::expand,
    failure::Failures,
    value::{Found, Values},
};
use crate::{
    fetch::Outcome,
    manifest::{Delivery, Place},
    plan::{Plan, Value},
    secret::SecretValue,
};

/// A value that looks wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lint {
    /// The variable.
    pub variable: String,
    /// Where it is written.
    pub at: Place,
    /// What is wrong.
    pub kind: LintKind,
}

/// What looks wrong about a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LintKind {
    /// A line end at its end, as an editor or `echo` leaves it.
    TrailingNewline,
    /// A carriage return.
    CarriageReturn,
    /// A byte order mark at its beginning.
    ByteOrderMark,
}

/// All that looks wrong, in the order of the plan; values that there are none of are left out.
#[must_use]
pub fn lint(plan: &Plan, outcomes: &[Outcome], inherited: &[Vec<u8>]) -> Vec<Lint> {
    let beating = plan.bindings.iter().filter(|binding| binding.beats_env_from());
    let taken: HashSet<&str> = beating.map(|binding| binding.name.as_str()).collect();
    let expanded = expand(plan, outcomes, &taken, &mut Failures::default());
    let found = Values { plan, outcomes, inherited, expanded: &expanded }.resolve();
    let mut lints = Vec::new();
    for (binding, found) in plan.bindings.iter().zip(found) {
        let as_it_is = matches!(binding.value, Value::Secret { encoding: None, .. });
        if let (Ok(Found::Value(value)), Delivery::Variable, true) = (found, &binding.delivery, as_it_is) {
            lints.extend(kinds(value.expose()).map(|kind| Lint {
                variable: binding.name.clone(),
                at: binding.at.clone(),
                kind,
            }));
        }
    }
    for one in &expanded {
        let value = one.value.as_ref().map(SecretValue::expose).unwrap_or_default();
        lints.extend(kinds(value).map(|kind| Lint { variable: one.name.clone(), at: one.at.clone(), kind }));
    }
    lints
}

fn kinds(value: &[u8]) -> impl Iterator<Item = LintKind> {
    let found = [
        (LintKind::TrailingNewline, value.ends_with(b"\n")),
        (LintKind::CarriageReturn, value.contains(&b'\r')),
        (LintKind::ByteOrderMark, value.starts_with("\u{feff}".as_bytes())),
    ];
    found.into_iter().filter_map(|(kind, is_so)| is_so.then_some(kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn emptiness_and_length_are_nobody_s_business() {
        let of = |value: &str| kinds(value.as_bytes()).collect::<Vec<_>>();
        assert_eq!(of("x\n"), [LintKind::TrailingNewline]);
        assert_eq!(of("x\r\n"), [LintKind::TrailingNewline, LintKind::CarriageReturn]);
        assert_eq!(of("\u{feff}x"), [LintKind::ByteOrderMark]);
        for fine in ["", " ", "x", "a\nb", "\n\tx", "changeme"] {
            assert_eq!(of(fine), [], "{fine:?}");
        }
    }
}
