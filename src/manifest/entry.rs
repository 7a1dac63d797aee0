//! What one entry of `[env]` can say. Pure data; `raw` reads it from the text.

use super::{Login, reference::Reference};
use crate::template::Template;

mod file;
mod raw;

pub use file::{Account, Delivery, Directory, FileKind, NamedFile};
pub(super) use raw::RawEntry;
#[cfg(test)]
pub(super) use raw::fields;

/// Where the value of a variable comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// A literal.
    Literal(String),
    /// A secret, or a part of one.
    Secret(Secret),
    /// A text with other variables in it.
    Template(Template),
}

/// A variable that is a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Secret {
    /// Which secret, part, version and region.
    pub reference: Reference,
    /// As whom it is asked for, as far as the entry says it.
    pub login: Login,
    /// What happens if it is absent.
    pub absent: Absent,
    /// How bytes become text; none for a value that is text already.
    pub encoding: Option<Encoding>,
}

/// What an absent secret (no such secret, version or key, or JSON null) does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Absent {
    /// It is a failure.
    Fails,
    /// `optional = true`: the name is removed from the child.
    Removes,
    /// `default = "…"`: this value.
    Gives(String),
}

/// How the bytes of a value are written into a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// RFC 4648 base64 with padding.
    Base64,
    /// Lower-case hexadecimal.
    Hex,
    /// The bytes themselves, which must be UTF-8.
    Utf8,
}

/// Whether an inherited value wins over the entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inherited {
    /// The entry wins.
    Replaced,
    /// `keep = true`: a non-empty inherited value wins, and nothing is fetched.
    Kept,
}

/// Whether the child gets the variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Export {
    /// It does.
    Exported,
    /// `export = false`: it is an input of templates only.
    Withheld,
}

/// What an entry says once its strings are expanded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Meaning {
    pub(super) content: Content,
    pub(super) inherited: Inherited,
    pub(super) export: Export,
    pub(super) delivery: Delivery,
}
