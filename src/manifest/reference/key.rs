//! Keys of a JSON secret: one literal top-level key, or an RFC 6901 pointer.

use std::fmt;

use super::ReferenceError;

/// Which part of a JSON secret.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum JsonKey {
    /// One top-level key, dots included; with a leading slash only where the form has no pointers (ECS, CloudFormation).
    Literal(String),
    /// An [RFC 6901](https://www.rfc-editor.org/rfc/rfc6901) pointer; starts with `/`.
    Pointer(String),
}

impl JsonKey {
    /// Reads the text after `#`, or of the field `key`: a pointer if it starts with `/`.
    ///
    /// # Errors
    /// When it is empty, or a pointer with a `~` that is neither `~0` nor `~1`.
    pub fn parse(text: &str) -> Result<Self, ReferenceError> {
        if !text.starts_with('/') {
            return Self::literal(text);
        }
        if text.split('~').skip(1).any(|after| !after.starts_with(['0', '1'])) {
            return Err(ReferenceError::with_help(
                "in a JSON pointer ~ must be ~0 or ~1",
                "RFC 6901: write ~0 for ~ and ~1 for / inside a key",
            ));
        }
        Ok(Self::Pointer(text.to_owned()))
    }

    /// A literal top-level key, whatever it starts with.
    pub(super) fn literal(text: &str) -> Result<Self, ReferenceError> {
        if text.is_empty() {
            return Err(ReferenceError::with_help("the key is empty", "leave the # out to take the whole secret"));
        }
        Ok(Self::Literal(text.to_owned()))
    }
}

/// A token of a pointer as the key that it stands for (RFC 6901, section 4).
#[must_use]
pub fn unescaped(token: &str) -> String {
    token.replace("~1", "/").replace("~0", "~")
}

/// A key as a token of a pointer.
#[must_use]
pub fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

impl fmt::Display for JsonKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Literal(key) | Self::Pointer(key) => f.write_str(key),
        }
    }
}
