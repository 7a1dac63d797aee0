//! A JSON secret → a variable for each of its keys (`[[env_from]]`). Pure.
//!
//! Keys are names, so messages may have them; their values are rendered as those of single keys are.

use std::collections::HashSet;

use super::{
    Reason,
    failure::Failures,
    json_key::{self, JsonError},
};
use crate::{
    fetch::{Fetched, Outcome, Payload},
    manifest::{
        BadName, Keys, Place, Presence,
        reference::{Reference, SecretId},
    },
    plan::{Expansion, Plan},
    secret::SecretValue,
};

/// Why a secret, or one of its keys, gave no variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExpansionError {
    /// The secret is binary.
    Binary,
    /// The secret is not JSON, or no object.
    Json(JsonError),
    /// A key that the manifest names is not there, or null.
    Key {
        /// The key.
        key: String,
        /// What is wrong with it.
        error: JsonError,
    },
    /// No variable can have the name.
    Name {
        /// The key.
        key: String,
        /// The name that it would have.
        name: String,
        /// Why it cannot.
        bad: BadName,
        /// A name that `rename` could give it.
        suggestion: String,
    },
    /// Two keys give one name.
    Clash {
        /// The name.
        name: String,
        /// The first key, with its secret.
        first: (String, SecretId),
        /// The second.
        second: (String, SecretId),
    },
    /// The value of a key has a NUL in it, which no variable can hold.
    Nul {
        /// The key.
        key: String,
        /// The name.
        name: String,
    },
}

/// A name that an expansion gives.
pub(super) struct Expanded {
    pub(super) name: String,
    /// None for a key that is null.
    pub(super) value: Option<SecretValue>,
    key: String,
    id: SecretId,
    pub(super) at: Place,
}

/// All names of all expansions, in their order; what is wrong goes to `failures`. Names in `taken` cannot clash.
pub(super) fn expand(
    plan: &Plan,
    outcomes: &[Outcome],
    taken: &HashSet<&str>,
    failures: &mut Failures,
) -> Vec<Expanded> {
    let mut all: Vec<Expanded> = Vec::new();
    for expansion in &plan.expansions {
        let id = &plan.requests[expansion.request].id;
        let error = |error| reason(plan, expansion, error);
        let fetched = match &outcomes[expansion.request] {
            Ok(fetched) => fetched,
            Err(failure) => {
                if !(expansion.presence == Presence::Optional && failure.kind.is_absence()) {
                    failures.at(&expansion.at, Reason::fetch(plan, expansion.request, failure));
                }
                continue;
            }
        };
        let members = match members(fetched) {
            Ok(members) => members,
            Err(found) => {
                failures.at(&expansion.at, error(found));
                continue;
            }
        };
        for key in missing(expansion, &members) {
            let keys = members.iter().map(|(name, _)| name.clone()).collect();
            let is_null = members.iter().any(|(name, _)| *name == key);
            let found = if is_null { JsonError::Null } else { JsonError::NoSuchKey { at: String::new(), keys } };
            failures.at(&expansion.at, error(ExpansionError::Key { key, error: found }));
        }
        for (key, value) in members.into_iter().filter(|(key, _)| expansion.keys.cover(key)) {
            let name = expansion.naming.name(&key);
            if let Err(bad) = expansion.naming.check(&key)
                && (bad == BadName::Steers || !matches!(value, Err(JsonError::Null)))
            {
                let suggestion = expansion.naming.suggestion(&key);
                failures.at(&expansion.at, error(ExpansionError::Name { key, name, bad, suggestion }));
                continue;
            }
            let value = match value {
                Ok(value) if value.expose().contains(&0) => {
                    failures.at(&expansion.at, error(ExpansionError::Nul { key, name }));
                    continue;
                }
                Ok(value) => Some(value),
                Err(JsonError::Null) => None,
                Err(found) => {
                    failures.at(&expansion.at, error(ExpansionError::Key { key, error: found }));
                    continue;
                }
            };
            let both = |other: &&Expanded| other.name == name && other.value.is_some() && value.is_some();
            let clash = all.iter().find(both).filter(|_| !taken.contains(name.as_str()));
            if let Some(first) = clash {
                let (first, place) = ((first.key.clone(), first.id.clone()), first.at.clone());
                let clash = ExpansionError::Clash { name, first, second: (key, id.clone()) };
                failures.between(&place, &expansion.at, error(clash));
                continue;
            }
            all.push(Expanded { name, value, key, id: id.clone(), at: expansion.at.clone() });
        }
    }
    all.retain(|one| !taken.contains(one.name.as_str()));
    // Null beside a value of the same name is no removal.
    all.sort_by_key(|one| one.value.is_some());
    all
}

/// A key, and its value or why there is none.
type Member = (String, Result<SecretValue, JsonError>);

/// The keys in their order, each once: of one that is there twice the last value counts, as for a single key.
fn members(fetched: &Fetched) -> Result<Vec<Member>, ExpansionError> {
    let Payload::Text(text) = &fetched.payload else { return Err(ExpansionError::Binary) };
    let members = json_key::members(text.expose()).map_err(ExpansionError::Json)?;
    let mut found: Vec<Member> = Vec::with_capacity(members.len());
    for (key, value) in members {
        let value = json_key::render(value);
        match found.iter_mut().find(|(earlier, _)| *earlier == key) {
            Some(earlier) => earlier.1 = value,
            None => found.push((key, value)),
        }
    }
    Ok(found)
}

/// The keys that the manifest names and that are absent.
fn missing(expansion: &Expansion, members: &[Member]) -> Vec<String> {
    if expansion.presence == Presence::Optional {
        return Vec::new();
    }
    let listed = match &expansion.keys {
        Keys::Only(keys) => keys.as_slice(),
        Keys::All | Keys::AllBut(_) => &[],
    };
    let renamed = expansion.naming.renamed.iter().map(|(key, _)| key).filter(|key| !listed.contains(key));
    let there = |key: &&String| members.iter().any(|(name, value)| name == *key && *value != Err(JsonError::Null));
    listed.iter().chain(renamed).filter(|key| !there(key)).cloned().collect()
}

fn reason(plan: &Plan, expansion: &Expansion, error: ExpansionError) -> Reason {
    let request = &plan.requests[expansion.request];
    let reference = Reference { id: request.id.clone(), version: request.version.clone(), key: None, region: None };
    Reason::Expansion { reference: Box::new(reference), error: Box::new(error) }
}
