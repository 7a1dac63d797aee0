//! `--version-stage [ID=]STAGE`: the rollback after a bad rotation. Pure.

use crate::{
    manifest::{
        InputError, Place,
        reference::{Reference, SecretId, Version},
    },
    nearest::nearest,
};

/// One `--version-stage`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StageOverride {
    /// The secret it is for; none for every entry that names no version of its own.
    pub id: Option<SecretId>,
    /// The staging label.
    pub stage: String,
}

impl StageOverride {
    /// Reads `STAGE` or `ID=STAGE`; the last `=` divides, for names of secrets may have one.
    ///
    /// # Errors
    /// An id that cannot be one, or no stage.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (id, stage) = match text.rsplit_once('=') {
            Some((id, stage)) => (Some(SecretId::parse(id).map_err(|error| error.to_string())?), stage),
            None => (None, text),
        };
        if stage.is_empty() {
            return Err("the stage is empty".to_owned());
        }
        Ok(Self { id, stage: stage.to_owned() })
    }
}

/// Gives each reference that names no version the stage that is for it; one for its secret beats one for all.
pub(super) fn apply(overrides: &[StageOverride], mut references: Vec<&mut Reference>) -> Vec<InputError> {
    let mut used = vec![false; overrides.len()];
    for reference in &mut references {
        let mut chosen = None;
        for (index, candidate) in overrides.iter().enumerate() {
            let for_it = candidate.id.as_ref().is_none_or(|id| is_for(id, reference));
            used[index] |= for_it;
            let beaten = chosen.is_some_and(|earlier: &StageOverride| earlier.id.is_some() && candidate.id.is_none());
            if for_it && !beaten {
                chosen = Some(candidate);
            }
        }
        if let Some(chosen) = chosen.filter(|_| reference.version.is_current()) {
            reference.version = Version { stage: Some(chosen.stage.clone()), id: None };
        }
    }
    let unused = overrides.iter().zip(used).filter(|(_, used)| !used).map(|(unused, _)| unused);
    unused.map(|unused| unused_error(unused, &references)).collect()
}

/// Whether the id that was typed means the reference's secret, however the two are written.
fn is_for(typed: &SecretId, reference: &Reference) -> bool {
    let same_region = match (typed.region(), reference.id.region().or(reference.region.as_deref())) {
        (Some(one), Some(other)) => one == other,
        _ => true,
    };
    same_region && typed.may_name_the_same(&reference.id)
}

fn unused_error(unused: &StageOverride, references: &[&mut Reference]) -> InputError {
    let id = unused.id.as_ref().map_or("", SecretId::as_str);
    let ids = references.iter().map(|reference| reference.id.as_str());
    let message = if id.is_empty() {
        "no entry is a secret that it could be for".to_owned()
    } else {
        format!("no entry uses the secret {id}")
    };
    InputError {
        at: Place::Argument("--version-stage".to_owned()),
        message,
        help: nearest(id, ids).map(|nearest| format!("did you mean {nearest}={}?", unused.stage)),
    }
}
