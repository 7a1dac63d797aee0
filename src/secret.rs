//! The one type that holds a secret value.
//!
//! It is zeroized when dropped, prints as `[redacted]`, and has neither `Display` nor `Serialize`, so that a value can
//! reach an output only through [`SecretValue::expose`], which is easy to search for.

use std::fmt;

use zeroize::Zeroizing;

/// The bytes of a secret, or of a part of one (the value of a JSON key).
#[derive(Clone, PartialEq, Eq)]
pub struct SecretValue(Zeroizing<Vec<u8>>);

impl SecretValue {
    /// Takes the bytes over without copying them.
    #[must_use]
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The bytes themselves. Every caller is a place where a value may leave secenv.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl From<String> for SecretValue {
    fn from(text: String) -> Self {
        Self::new(text.into_bytes())
    }
}

impl fmt::Debug for SecretValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_neither_bytes_nor_length() {
        let shown = format!("{:?} {:?}", SecretValue::new(b"hunter2".to_vec()), SecretValue::new(Vec::new()));
        assert_eq!(shown, "[redacted] [redacted]");
    }
}
