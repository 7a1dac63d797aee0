//! The reference forms (SPEC section 3): parse, and Display such that parsing it again gives the same reference.
//! Pure, and a leaf: of the crate it imports only `nearest`.

use std::fmt;

mod arn;
mod dynamic;
mod id;
mod key;
mod query;

pub use arn::is_region;
pub use id::SecretId;
pub use key::{JsonKey, escaped, unescaped};

/// A secret, and which part and version of it: what one string of the manifest says.
///
/// Parsed from the short form (`prod/db?version_stage=AWSPREVIOUS#password`), the URI form (`secretsmanager://…`), an
/// ARN with the same query and key, the ECS `valueFrom` form and the CloudFormation dynamic reference.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Reference {
    /// Name or ARN.
    pub id: SecretId,
    /// The part of a JSON secret; none for the whole `SecretString`.
    pub key: Option<JsonKey>,
    /// Version id and staging label.
    pub version: Version,
    /// The region of the query; an ARN carries its own.
    pub region: Option<String>,
}

/// Which version of a secret: neither part means `AWSCURRENT`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Version {
    /// The staging label, such as `AWSPREVIOUS`.
    pub stage: Option<String>,
    /// The version id.
    pub id: Option<String>,
}

impl Version {
    /// Neither a staging label nor an id.
    #[must_use]
    pub fn is_current(&self) -> bool {
        self.stage.is_none() && self.id.is_none()
    }
}

/// Why a string is no reference; a fragment such as `the key after # is empty`, and what to write instead.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ReferenceError {
    message: String,
    help: Option<String>,
}

impl ReferenceError {
    fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None }
    }

    fn with_help(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { message: message.into(), help: Some(help.into()) }
    }

    /// What to write instead.
    #[must_use]
    pub fn help(&self) -> Option<&str> {
        self.help.as_deref()
    }
}

/// The scheme that tells a reference from a literal in env files and variables.
pub const SCHEME: &str = "secretsmanager://";

impl Reference {
    /// Reads any of the forms.
    ///
    /// # Errors
    /// When the string has none of the forms; the error never quotes more of it than one character or a field's name.
    pub fn parse(text: &str) -> Result<Self, ReferenceError> {
        if text.starts_with("{{") {
            return dynamic::parse(text);
        }
        let text = text.strip_prefix(SCHEME).unwrap_or(text);
        if let Some(parsed) = arn::parse_value_from(text) {
            return parsed;
        }
        let (left, key) = match text.split_once('#') {
            Some((left, key)) => (left, Some(JsonKey::parse(key)?)),
            None => (text, None),
        };
        let (id, query) = match left.split_once('?') {
            Some((id, query)) => (id, query::parse(query)?),
            None => (left, query::Query::default()),
        };
        let id = SecretId::parse(id)?;
        if let (Some(of_arn), Some(asked)) = (id.region(), &query.region)
            && of_arn != asked
        {
            return Err(ReferenceError::with_help(
                "the query names another region than the ARN",
                "leave the region out of the query: an ARN carries its own",
            ));
        }
        Ok(Self { id, key, version: query.version, region: query.region })
    }

    /// Reads a value of an env file or of `--env`: a reference if it has a scheme or is a dynamic reference, else none.
    #[must_use]
    pub fn parse_marked(text: &str) -> Option<Result<Self, ReferenceError>> {
        (text.starts_with(SCHEME) || dynamic::is_one(text)).then(|| Self::parse(text))
    }

    /// Reads an inherited value under `--from-env`: as [`Self::parse_marked`], and a full Secrets Manager ARN in the
    /// ECS `valueFrom` form too.
    #[must_use]
    pub fn parse_inherited(text: &str) -> Option<Result<Self, ReferenceError>> {
        Self::parse_marked(text).or_else(|| arn::is_secret_arn(text).then(|| Self::parse(text)))
    }
}

/// The shortest form that holds all of it; parsing it gives an equal reference.
impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(JsonKey::Literal(key)) = &self.key
            && key.starts_with('/')
        {
            return dynamic::write(f, &self.id, key, &self.version);
        }
        write!(f, "{}", self.id)?;
        query::write(f, &self.version, self.region.as_deref())?;
        match &self.key {
            Some(key) => write!(f, "#{key}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
