//! Whether each use of an absent input was one that says what to do then. Pure.
//!
//! minijinja refuses what is undefined where it is printed or computed with, but not inside of a list or a map, which it prints as
//! `[undefined]`. So uses are counted: those that meet an absent input, and those that `default` or `is defined` settle.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering::Relaxed},
};

use minijinja::{
    Value,
    value::{Enumerator, Object},
};

/// The counts of one rendering; clones count together.
#[derive(Clone, Debug, Default)]
pub(super) struct Absences(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    met: AtomicUsize,
    settled: AtomicUsize,
}

impl Absences {
    /// Of the values that a filter or test was given, those that are absent and that it does not give on.
    pub(super) fn settle<'v>(&self, values: impl IntoIterator<Item = &'v Value>) {
        let absent = values.into_iter().filter(|value| value.is_undefined()).count();
        self.0.settled.fetch_add(absent, Relaxed);
    }

    /// Whether one is left that nothing was said about.
    pub(super) fn any_is_open(&self) -> bool {
        self.0.met.load(Relaxed) > self.0.settled.load(Relaxed)
    }
}

/// The inputs of a template, by name.
pub(super) struct Inputs {
    given: Vec<(String, Value)>,
    absences: Absences,
}

impl std::fmt::Debug for Inputs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.given.iter().map(|(name, _)| name)).finish()
    }
}

impl Inputs {
    pub(super) fn value(given: Vec<(String, Value)>, absences: Absences) -> Value {
        Value::from_object(Self { given, absences })
    }
}

impl Object for Inputs {
    fn get_value(self: &Arc<Self>, name: &Value) -> Option<Value> {
        let given = name.as_str().and_then(|name| self.given.iter().find(|(given, _)| given == name));
        if given.is_none() {
            self.absences.0.met.fetch_add(1, Relaxed);
        }
        given.map(|(_, value)| value.clone())
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::NonEnumerable
    }
}
