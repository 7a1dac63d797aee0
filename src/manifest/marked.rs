//! Values that come from outside the manifest (`--env-file`, `--env`, `--from-env`) → the same entries. Pure.
//!
//! A value with the scheme `secretsmanager://` or a dynamic reference is resolved; any other is a literal.

use super::{
    Absent, Child, Content, Delivery, Entry, Export, Inherited, Login, Place, Secret, name,
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
        None if value.contains('\0') => Err(InputError {
            at,
            message: format!("{name}: the value has a NUL in it, which no variable can hold"),
            help: Some("take it out, or have an entry of the manifest with as = \"file\"".into()),
        }),
        None => Ok(entry(name, Content::Literal(value.to_owned()), at)),
        Some(parsed) => secret(name, parsed, at),
    }
}

/// The entries of inherited variables whose values are references (`--from-env`), of those that the child inherits;
/// `inherited` are raw entries, `NAME=value` mostly.
///
/// # Errors
/// Every broken reference, every one that is not UTF-8, and names that no secret should decide.
pub fn inherited_entries(inherited: &[Vec<u8>], child: &Child) -> Result<Vec<Entry>, Vec<InputError>> {
    let (mut entries, mut errors): (Vec<Entry>, Vec<InputError>) = Default::default();
    for raw in inherited {
        let Some(end) = raw.iter().position(|byte| *byte == b'=').filter(|end| *end > 0) else { continue };
        let (name, value) = (String::from_utf8_lossy(&raw[..end]), String::from_utf8_lossy(&raw[end + 1..]));
        if !child.inherits(Some(&raw[..end])) || entries.iter().any(|entry| entry.name == name) {
            continue;
        }
        let Some(parsed) = Reference::parse_inherited(&value) else { continue };
        let at = Place::Inherited(name.clone().into_owned());
        if std::str::from_utf8(raw).is_err() {
            // No id, key or name that can be asked for: the command must not get the reference itself instead.
            let message = format!("{name}: a reference, in a variable that is not UTF-8");
            errors.push(InputError { at, message, help: Some("mend its name or its value, or unset it".into()) });
            continue;
        }
        match secret(&name, parsed, at) {
            Ok(entry) => entries.push(entry),
            Err(error) => errors.push(error),
        }
    }
    if errors.is_empty() { Ok(entries) } else { Err(errors) }
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
