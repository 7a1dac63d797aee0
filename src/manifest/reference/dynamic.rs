//! CloudFormation dynamic references: `{{resolve:secretsmanager:ID:SecretString:KEY:STAGE:VERSION}}`.
//!
//! [Source](https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references-secretsmanager.html); the
//! parts after the id may be left out or empty, `SecretString` is the only second part there is.

use std::fmt;

use super::{JsonKey, Reference, ReferenceError, SecretId, Version, arn::non_empty};

const START: &str = "{{resolve:secretsmanager:";

/// Whether a value of an env file is meant as one.
pub(super) fn is_one(text: &str) -> bool {
    text.starts_with(START) && text.ends_with("}}")
}

pub(super) fn parse(text: &str) -> Result<Reference, ReferenceError> {
    let inner = text.strip_prefix(START).and_then(|rest| rest.strip_suffix("}}")).ok_or_else(|| {
        ReferenceError::with_help(
            "not a dynamic reference to Secrets Manager",
            "write {{resolve:secretsmanager:ID:SecretString:KEY:STAGE:VERSION}}",
        )
    })?;
    // The id may be an ARN, whose seven parts hold colons themselves.
    let id_parts = if inner.starts_with("arn:") { 7 } else { 1 };
    let end = inner.match_indices(':').nth(id_parts - 1).map_or(inner.len(), |(at, _)| at);
    let id = SecretId::parse(&inner[..end])?;
    let parts: Vec<&str> = inner[end..].split(':').skip(1).collect();
    if parts.len() > 4 {
        return Err(ReferenceError::with_help(
            "the dynamic reference has too many parts",
            "after the id come SecretString, key, version stage and version id",
        ));
    }
    let part = |index: usize| parts.get(index).copied().unwrap_or_default();
    if !matches!(part(0), "" | "SecretString") {
        return Err(ReferenceError::with_help(
            "the part after the id can only be SecretString",
            "SecretBinary is not there in dynamic references: write the id alone, with encoding",
        ));
    }
    Ok(Reference {
        id,
        key: if part(1).is_empty() { None } else { Some(JsonKey::literal(part(1))?) },
        version: Version { stage: non_empty(part(2)), id: non_empty(part(3)) },
        region: None,
    })
}

/// The form that can hold a literal key with a leading slash; such a key comes from a form without region only.
pub(super) fn write(f: &mut fmt::Formatter<'_>, id: &SecretId, key: &str, version: &Version) -> fmt::Result {
    write!(f, "{START}{id}:SecretString:{key}")?;
    match (&version.stage, &version.id) {
        (None, None) => {}
        (Some(stage), None) => write!(f, ":{stage}")?,
        (stage, Some(id)) => write!(f, ":{}:{id}", stage.as_deref().unwrap_or_default())?,
    }
    f.write_str("}}")
}
