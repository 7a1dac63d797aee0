//! The keys of a secret → a draft; no value is looked at. Pure.

use super::{Content, Draft, escaped, naming};
use crate::{
    json::Members,
    manifest::{
        name,
        reference::{JsonKey, Reference},
    },
};

/// What a secret holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds<'s> {
    /// A text, which may be JSON.
    Text(&'s [u8]),
    /// Bytes.
    Binary,
}

/// A variable for each top-level key, or one for the whole of a secret that has none.
#[must_use]
pub fn draft(secret: &Reference, holds: Holds<'_>) -> Draft {
    let mut draft = Draft::default();
    let whole = || {
        let resource = secret.id.resource();
        let name =
            if secret.id.is_arn() { resource.rsplit_once('-').map_or(resource, |(name, _)| name) } else { resource };
        naming::variable(name.rsplit('/').next().unwrap_or(name))
    };
    let text = match holds {
        Holds::Binary => {
            draft.add_new(&whole(), Content::Binary(escaped(&secret.to_string())));
            return draft;
        }
        Holds::Text(text) => text,
    };
    let Ok(Members(members)) = serde_json::from_slice(text) else {
        draft.add_new(&whole(), Content::Reference(escaped(&secret.to_string())));
        return draft;
    };
    let mut keys: Vec<String> = members.into_iter().map(|(key, _)| key).collect();
    let mut seen = std::collections::HashSet::new();
    keys.retain(|key| seen.insert(key.clone()));
    for key in keys {
        let name = naming::variable(&key);
        let reference = Reference { key: Some(JsonKey::Literal(key.clone())), ..secret.clone() };
        let written = reference.to_string();
        let content = if name::steers(&name) {
            Content::Left("it steers the loader or the launcher")
        } else if key.is_empty() || Reference::parse(&written).as_ref() != Ok(&reference) {
            Content::Left("no reference can name this key")
        } else {
            Content::Reference(escaped(&written))
        };
        draft.add_new(&name, content);
    }
    draft
}
