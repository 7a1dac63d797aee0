//! ARNs of secrets, full or partial, and the ECS `valueFrom` form, which has three more parts.

use super::{JsonKey, Reference, ReferenceError, SecretId, Version, id};

/// Whether it looks like the ARN of a secret, in any partition: what `--from-env` takes for a reference.
pub(super) fn is_secret_arn(text: &str) -> bool {
    let mut parts = text.split(':');
    parts.next() == Some("arn")
        && parts.next().is_some_and(|partition| partition.starts_with("aws"))
        && parts.next() == Some("secretsmanager")
        && parts.nth(2) == Some("secret")
}

/// Checks `arn:PARTITION:secretsmanager:REGION:ACCOUNT:secret:RESOURCE`.
pub(super) fn check(text: &str) -> Result<(), ReferenceError> {
    let parts: Vec<&str> = text.splitn(7, ':').collect();
    let &[_, partition, service, region, account, kind, resource] = parts.as_slice() else {
        return Err(shape("the ARN has too few parts"));
    };
    if !partition.starts_with("aws") || !plain(partition) {
        return Err(shape("the ARN's partition is none of AWS"));
    }
    if service != "secretsmanager" || kind != "secret" {
        return Err(shape("the ARN is not one of a secret"));
    }
    if !is_region(region) {
        return Err(shape("the ARN's region is not one"));
    }
    if account.len() != 12 || !account.bytes().all(|digit| digit.is_ascii_digit()) {
        return Err(shape("the ARN's account is not twelve digits"));
    }
    id::check_name(resource)
}

/// `arn:…:secret:NAME:JSON-KEY:VERSION-STAGE:VERSION-ID`, empty parts allowed; none if it is not of that form.
///
/// [Source](https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html). The key is
/// one literal key here, never a pointer, and may hold `#` and `?`.
pub(super) fn parse_value_from(text: &str) -> Option<Result<Reference, ReferenceError>> {
    if !is_secret_arn(text) {
        return None;
    }
    let resource = text.match_indices(':').nth(5)?.0 + 1;
    let end = resource + text[resource..].find([':', '#', '?'])?;
    let parts = text[end..].strip_prefix(':')?;
    Some(from_parts(&text[..end], parts))
}

fn from_parts(arn: &str, parts: &str) -> Result<Reference, ReferenceError> {
    let parts: Vec<&str> = parts.split(':').collect();
    let &[key, stage, id] = parts.as_slice() else {
        return Err(ReferenceError::with_help(
            "after the secret's name an ECS valueFrom has exactly three parts",
            "write :JSON-KEY:VERSION-STAGE:VERSION-ID, parts may be empty; or #KEY alone",
        ));
    };
    Ok(Reference {
        id: SecretId::parse(arn)?,
        key: if key.is_empty() { None } else { Some(JsonKey::literal(key)?) },
        version: Version { stage: non_empty(stage), id: non_empty(id) },
        region: None,
    })
}

pub(super) fn non_empty(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// Whether it can be the name of a region: a part of a host's name. Which regions there are is not known.
#[must_use]
pub fn is_region(text: &str) -> bool {
    !text.is_empty() && plain(text)
}

fn plain(text: &str) -> bool {
    text.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-')
}

fn shape(message: &str) -> ReferenceError {
    ReferenceError::with_help(message, "a secret's ARN is arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME")
}
