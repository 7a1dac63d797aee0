//! `--kms-key`: the key that secrets are encrypted with, as IAM knows it. Pure.

use super::resource::Resource;

/// A key by its ARN, or by its id in the account and region of each secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    /// `arn:aws:kms:REGION:ACCOUNT:key/ID`.
    Arn(String),
    /// `ID`; one that starts with `mrk-` is the same in several regions.
    Id(String),
}

/// Why a text is no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyError {
    /// A policy cannot name a key by its alias.
    Alias,
    /// Neither an ARN nor an id.
    Unknown,
}

impl Key {
    /// Reads an ARN or an id.
    ///
    /// # Errors
    /// What else it is.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let plain = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        if text.starts_with("alias/") || text.contains(":alias/") {
            return Err(KeyError::Alias);
        }
        match text.split(':').collect::<Vec<_>>().as_slice() {
            [id] if plain(id) => Ok(Self::Id(text.to_owned())),
            ["arn", partition, "kms", region, account, key]
                if [*partition, *region, *account].into_iter().all(plain)
                    && key.strip_prefix("key/").is_some_and(plain) =>
            {
                Ok(Self::Arn(text.to_owned()))
            }
            _ => Err(KeyError::Unknown),
        }
    }

    pub(super) fn resource(&self, secret: &Resource) -> String {
        match self {
            Self::Arn(arn) => arn.clone(),
            Self::Id(id) => secret.key(id),
        }
    }
}
