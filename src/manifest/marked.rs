//! Values that come from outside the manifest (`--env-file`, `--env`, `--from-env`) → the same entries. Pure.
//!
//! A value with the scheme `secretsmanager://` or a dynamic reference is resolved; any other is a literal.

use super::{
    Absent, Content, Delivery, Entry, Export, Inherited, Login, Place, Secret, name,
    reference::{Reference, ReferenceError},
};

/// A mistake outside the manifest's text: its place, and no text of it, which may hold a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputError {
    /// Where it is.
    pub at: Place,
    /// One line, lower case.
    pub message: String,
    /// What to write instead.
    pub help: Option<String>,
}

/// The entry of `NAME=VALUE` in an env file or in `--env`.
///
/// # Errors
/// A name that cannot be one, a broken reference, or a name that no secret should decide.
pub fn marked_entry(name: &str, value: &str, at: Place) -> Result<Entry, InputError> {
    if let Err(message) = name::check(name.as_bytes()) {
        return Err(InputError { at, message: message.into(), help: Some("write NAME=VALUE".into()) });
    }
    match Reference::parse_marked(value) {
        None => Ok(entry(name, Content::Literal(value.to_owned()), at)),
        Some(parsed) => secret(name, parsed, at),
    }
}

/// The entry of an inherited variable under `--from-env`; none if its value is no reference.
///
/// # Errors
/// A broken reference, or a name that no secret should decide.
#[must_use]
pub fn inherited_entry(name: &str, value: &str) -> Option<Result<Entry, InputError>> {
    let parsed = Reference::parse_inherited(value)?;
    Some(secret(name, parsed, Place::Inherited(name.to_owned())))
}

fn secret(name: &str, parsed: Result<Reference, ReferenceError>, at: Place) -> Result<Entry, InputError> {
    match parsed {
        Err(error) => {
            Err(InputError { at, message: format!("{name}: {error}"), help: error.help().map(str::to_owned) })
        }
        Ok(_) if name::steers(name) => Err(InputError {
            at,
            message: format!("`{name}` from a secret: it steers the loader or the launcher"),
            help: Some("only an entry of the manifest can allow that, with allow_unsafe_name = true".into()),
        }),
        Ok(reference) => Ok(entry(
            name,
            Content::Secret(Secret { reference, login: Login::default(), absent: Absent::Fails, encoding: None }),
            at,
        )),
    }
}

fn entry(name: &str, content: Content, at: Place) -> Entry {
    Entry {
        name: name.to_owned(),
        at,
        content,
        inherited: Inherited::Replaced,
        export: Export::Exported,
        delivery: Delivery::Variable,
    }
}
