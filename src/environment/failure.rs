//! Why variables have no value: value-free, grouped so that one cause is told once. Pure data.

use std::mem;

use super::{expansion::ExpansionError, json_key::JsonError};
pub use crate::template::RenderError;
use crate::{
    fetch::{Failure, Subject},
    manifest::{
        Place,
        reference::{Reference, SecretId},
    },
    plan::{Binding, Plan},
};

/// One cause, and the variables that have no value because of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryFailure {
    /// The names that are known: of an `[[env_from]]` none is, if its secret is not there.
    pub variables: Vec<String>,
    /// Where they, and the `[[env_from]]`s, are written.
    pub at: Vec<Place>,
    /// The cause.
    pub reason: Reason,
}

/// Why a variable has no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The secret could not be fetched.
    Fetch {
        /// Index of the request.
        request: usize,
        /// Of the secret.
        id: SecretId,
        /// Why.
        failure: Failure,
    },
    /// The secret is there, and is not what the entry says.
    Value {
        /// Secret and key.
        reference: Box<Reference>,
        /// What is wrong with it.
        error: ValueError,
    },
    /// The value has a NUL in it, which no variable can hold.
    Nul,
    /// An `[[env_from]]` whose secret is there, and does not give what it should.
    Expansion {
        /// The secret.
        reference: Box<Reference>,
        /// What is wrong.
        error: Box<ExpansionError>,
    },
    /// A template that gave no text.
    Template(RenderError),
    /// A template one of whose inputs has no value, which is a failure of its own.
    Input(String),
}

/// What is wrong with a fetched secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ValueError {
    /// The key gave no value.
    Json(JsonError),
    /// A binary secret, and a key.
    BinaryHasNoKeys,
    /// A binary secret, and a variable without `encoding`.
    BinaryInVariable,
    /// `encoding = "utf8"`, and bytes that are not.
    NotUtf8,
}

impl From<JsonError> for ValueError {
    fn from(error: JsonError) -> Self {
        Self::Json(error)
    }
}

impl Reason {
    /// Of a request. A rollback of all secrets fails for those that have no such version; the way out is to name the ones
    /// that have it.
    pub(super) fn fetch(plan: &Plan, request: usize, failure: &Failure) -> Self {
        let mut failure = failure.clone();
        let stage = &plan.requests[request].version.stage;
        if failure.kind.is_absence() && stage.is_some() && *stage == plan.stage_for_all {
            let hint = "--version-stage STAGE is for every secret; write --version-stage ID=STAGE for one";
            failure.notes.extend(failure.help.replace(hint.to_owned()));
        }
        Self::Fetch { request, id: plan.requests[request].id.clone(), failure }
    }

    /// Whether `optional` and `default` cover it (SPEC section 2).
    pub(super) fn is_absence(&self) -> bool {
        match self {
            Self::Fetch { failure, .. } => failure.kind.is_absence(),
            Self::Value { error, .. } => {
                matches!(error, ValueError::Json(JsonError::NoSuchKey { .. } | JsonError::Null))
            }
            Self::Nul | Self::Expansion { .. } | Self::Template(_) | Self::Input(_) => false,
        }
    }

    fn same_cause(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Fetch { request, failure, .. }, Self::Fetch { request: other, failure: others, .. }) => {
                request == other || (failure.subject == Subject::Source && failure == others)
            }
            _ => false,
        }
    }
}

/// Failures as they are found.
#[derive(Default)]
pub(super) struct Failures(Vec<EntryFailure>);

impl Failures {
    pub(super) fn add(&mut self, binding: &Binding, reason: Reason) {
        self.insert(Some(&binding.name), vec![binding.at.clone()], reason);
    }

    /// Of something that has no name yet.
    pub(super) fn at(&mut self, place: &Place, reason: Reason) {
        self.insert(None, vec![place.clone()], reason);
    }

    pub(super) fn between(&mut self, first: &Place, second: &Place, reason: Reason) {
        let mut places = vec![first.clone(), second.clone()];
        places.dedup();
        self.insert(None, places, reason);
    }

    /// Templates that have no value because an input has none: each is told with that input, which may come after it, and
    /// may be a template too. An input of an `[[env_from]]` is told there.
    pub(super) fn add_because_of_inputs(&mut self, mut open: Vec<(String, &Binding)>) {
        let told = |failures: &Self, input: &String| failures.0.iter().position(|one| one.variables.contains(input));
        while let Some((next, at)) = open.iter().enumerate().find_map(|(next, one)| Some((next, told(self, &one.0)?))) {
            let (_, binding) = open.remove(next);
            self.0[at].variables.push(binding.name.clone());
            self.0[at].at.push(binding.at.clone());
        }
    }

    /// These, then those; one cause is still told once.
    pub(super) fn and(mut self, others: Self) -> Self {
        for EntryFailure { variables, at, reason } in others.0 {
            match self.0.iter_mut().find(|failure| failure.reason.same_cause(&reason)) {
                Some(failure) => {
                    failure.variables.extend(variables);
                    failure.at.extend(at);
                }
                None => self.0.push(EntryFailure { variables, at, reason }),
            }
        }
        self
    }

    fn insert(&mut self, name: Option<&String>, at: Vec<Place>, reason: Reason) {
        let one = EntryFailure { variables: name.cloned().into_iter().collect(), at, reason };
        *self = mem::take(self).and(Self(vec![one]));
    }

    pub(super) fn into_list(self) -> Vec<EntryFailure> {
        self.0
    }
}
