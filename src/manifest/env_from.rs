//! `[[env_from]]`: every top-level key of a JSON secret becomes a variable. Pure data; `raw` reads it from the text.
//!
//! Which variables these are is known only when the secret is there; what their names will be is decided here.

use super::{Login, Place, name, reference::Reference};

mod raw;

#[cfg(test)]
pub(super) use raw::FIELDS;
pub(super) use raw::RawEnvFrom;

/// One `[[env_from]]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnvFrom {
    /// Where it is written.
    pub at: Place,
    /// The secret as a whole.
    pub reference: Reference,
    /// As whom it is asked for, as far as this says it.
    pub login: Login,
    /// Which of its keys.
    pub keys: Keys,
    /// How they are called in the environment.
    pub naming: Naming,
    /// Whether it, or one of its keys that is named here, may be absent.
    pub presence: Presence,
}

/// Which keys of a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Keys {
    /// All of them.
    All,
    /// `keys = […]`: these, each of which has to be there.
    Only(Vec<String>),
    /// `exclude = […]`: all but these, whether they are there or not.
    AllBut(Vec<String>),
}

impl Keys {
    /// Whether a key is one of them.
    #[must_use]
    pub fn cover(&self, key: &str) -> bool {
        match self {
            Self::All => true,
            Self::Only(keys) => keys.iter().any(|named| named == key),
            Self::AllBut(keys) => keys.iter().all(|named| named != key),
        }
    }

    /// The names that they will have, where they are known before the secret is: with `keys = […]`.
    #[must_use]
    pub fn names(&self, naming: &Naming) -> Option<Vec<String>> {
        match self {
            Self::Only(keys) => Some(keys.iter().map(|key| naming.name(key)).collect()),
            Self::All | Self::AllBut(_) => None,
        }
    }
}

/// How keys are called in the environment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Naming {
    /// Before each name that is made from a key.
    pub prefix: String,
    /// Their letters.
    pub case: Case,
    /// Key and name; such a name is taken as it is, without prefix and case.
    pub renamed: Vec<(String, String)>,
}

/// The letters of a name that is made from a key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Case {
    /// As in the key.
    #[default]
    Keep,
    /// ASCII letters in upper case.
    Upper,
}

/// Whether something has to be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// It is a failure if it is absent.
    Required,
    /// `optional = true`: then there is no such variable.
    Optional,
}

/// Why a key gives no variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadName {
    /// No shell could name it: other characters than ASCII letters, digits and `_`, or a digit first.
    NotAName,
    /// It decides which code runs.
    Steers,
}

impl EnvFrom {
    /// The names it will give, where they are known before the secret is: with `keys = […]`.
    #[must_use]
    pub fn known_names(&self) -> Option<Vec<String>> {
        self.keys.names(&self.naming)
    }
}

impl Naming {
    /// The variable of a key.
    #[must_use]
    pub fn name(&self, key: &str) -> String {
        match (self.rename(key), self.case) {
            (Some(name), _) => name.to_owned(),
            (None, Case::Keep) => format!("{}{key}", self.prefix),
            (None, Case::Upper) => format!("{}{}", self.prefix, key.to_ascii_uppercase()),
        }
    }

    /// Whether that name can be one; a name of `rename` was checked when it was read.
    ///
    /// # Errors
    /// Why it cannot.
    pub fn check(&self, key: &str) -> Result<(), BadName> {
        let name = self.name(key);
        if name::steers(&name) {
            Err(BadName::Steers)
        } else if self.rename(key).is_none() && !name::is_plain(&name) {
            Err(BadName::NotAName)
        } else {
            Ok(())
        }
    }

    /// A name that `rename` could give a key whose own cannot be one.
    #[must_use]
    pub fn suggestion(&self, key: &str) -> String {
        let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' };
        let name: String = format!("{}{key}", self.prefix).chars().map(plain).collect();
        if name::is_plain(&name) { name } else { format!("_{name}") }
    }

    fn rename(&self, key: &str) -> Option<&str> {
        self.renamed.iter().find(|(from, _)| from == key).map(|(_, to)| to.as_str())
    }
}
