//! Secret ids: a name, or a full or partial ARN, as `SecretId` of the API takes them.

use std::fmt;

use super::{ReferenceError, arn};

/// The name or the (full or partial) ARN of a secret, as written; only well-formed ones exist.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SecretId(String);

impl SecretId {
    /// Reads a name or an ARN without query and key.
    ///
    /// # Errors
    /// When it is empty, too long, holds a character that no secret name has, or is an ARN of something else.
    pub fn parse(text: &str) -> Result<Self, ReferenceError> {
        if text.starts_with("arn:") {
            arn::check(text)?;
        } else {
            check_name(text)?;
        }
        Ok(Self(text.to_owned()))
    }

    /// As written, which is what `SecretId` of the API takes.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The region of an ARN; none for a name.
    #[must_use]
    pub fn region(&self) -> Option<&str> {
        if self.is_arn() { self.0.split(':').nth(3) } else { None }
    }

    /// Whether it is an ARN, full or partial.
    #[must_use]
    pub fn is_arn(&self) -> bool {
        self.0.starts_with("arn:")
    }

    /// The name, or the resource part of an ARN: the name with, in a full ARN, a hyphen and six characters.
    #[must_use]
    pub fn resource(&self) -> &str {
        if self.is_arn() { self.0.splitn(7, ':').nth(6).unwrap_or_default() } else { &self.0 }
    }

    /// Whether both name one secret, as far as their texts tell: the name, the partial ARN that ends in it, and the full one
    /// that has a hyphen and six characters after it. ARNs of two accounts or regions are two secrets.
    #[must_use]
    pub fn may_name_the_same(&self, other: &Self) -> bool {
        let same_place = !self.is_arn() || !other.is_arn() || self.place() == other.place();
        let (one, another) = (self.resource(), other.resource());
        same_place && (one == another || self.bare_name() == Some(another) || other.bare_name() == Some(one))
    }

    /// Partition, service, region and account of an ARN.
    fn place(&self) -> &str {
        self.0.strip_suffix(self.resource()).unwrap_or_default()
    }

    /// The name that a full ARN would have.
    fn bare_name(&self) -> Option<&str> {
        let (name, suffix) = self.resource().split_at_checked(self.resource().len().checked_sub(7)?)?;
        let is_suffix =
            suffix.strip_prefix('-').is_some_and(|six| six.bytes().all(|byte| byte.is_ascii_alphanumeric()));
        (self.is_arn() && is_suffix).then_some(name)
    }
}

impl fmt::Display for SecretId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Names have ASCII letters, digits and `/_+=.@-` ([CreateSecret]), at most 512; AWS-managed ones have `!` too.
///
/// [CreateSecret]: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html
pub(super) fn check_name(name: &str) -> Result<(), ReferenceError> {
    if name.is_empty() {
        return Err(ReferenceError::new("the secret's name is empty"));
    }
    if name.len() > 512 {
        return Err(ReferenceError::new("the secret's name is longer than 512 characters"));
    }
    match name.chars().find(|c| !c.is_ascii_alphanumeric() && !"/_+=.@-!".contains(*c)) {
        None => Ok(()),
        Some(c) => Err(ReferenceError::with_help(
            format!("{c:?} cannot be in a secret's name"),
            "names have letters, digits and /_+=.@-!; a literal? write { value = \"…\" }",
        )),
    }
}
