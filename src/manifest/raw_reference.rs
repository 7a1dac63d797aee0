//! The fields that say which secret, which version, and as whom, as written, and the reference they make together. Pure.
//!
//! Apart, because an entry of `[env]` and an `[[env_from]]` have them in common.

use super::{
    Login,
    field::{Fields, Text},
    mistake::Mistake,
    reference::{JsonKey, Reference, ReferenceError},
    vars::Vars,
};

/// The fields, in the order in which a person would write them.
pub(super) const FIELDS: [&str; 6] = ["secret", "version_stage", "version_id", "region", "profile", "role_arn"];

/// Version, region and login.
#[derive(Debug)]
pub(super) struct Narrowing {
    pub(super) version_stage: Option<Text>,
    pub(super) version_id: Option<Text>,
    pub(super) region: Option<Text>,
    pub(super) profile: Option<Text>,
    pub(super) role_arn: Option<Text>,
}

impl Narrowing {
    pub(super) fn read(fields: &Fields<'_, '_>, mistakes: &mut Vec<Mistake>) -> Self {
        Self {
            version_stage: fields.text("version_stage", mistakes),
            version_id: fields.text("version_id", mistakes),
            region: fields.text("region", mistakes),
            profile: fields.text("profile", mistakes),
            role_arn: fields.text("role_arn", mistakes),
        }
    }

    /// As whom it is asked for, once its strings are expanded.
    pub(super) fn login(&self, vars: &Vars<'_>) -> Result<Login, Mistake> {
        let text = |name: &str, field: &Option<Text>| field.as_ref().map(|field| given(name, field, vars)).transpose();
        Ok(Login { profile: text("profile", &self.profile)?, role_arn: text("role_arn", &self.role_arn)? })
    }
}

/// The reference, once its strings are expanded; a part is given in the reference or in a field, not in both.
pub(super) fn resolve(
    secret: &Text,
    key: Option<&Text>,
    narrowing: &Narrowing,
    vars: &Vars<'_>,
) -> Result<Reference, Mistake> {
    let mut reference = parse(secret, vars)?;
    if let Some(key) = key {
        let parsed = JsonKey::parse(&vars.expand(key)?).map_err(|error| broken(key, &error))?;
        once(reference.key.replace(parsed).is_none(), "key", key)?;
    }
    if let Some(region) = &narrowing.region {
        let first = reference.region.is_none() && reference.id.region().is_none();
        once(first, "region", region)?;
        reference.region = Some(given("region", region, vars)?);
    }
    for (name, field, slot) in [
        ("version_stage", &narrowing.version_stage, &mut reference.version.stage),
        ("version_id", &narrowing.version_id, &mut reference.version.id),
    ] {
        if let Some(field) = field {
            once(slot.replace(given(name, field, vars)?).is_none(), name, field)?;
        }
    }
    Ok(reference)
}

/// A reference in one string.
pub(super) fn parse(text: &Text, vars: &Vars<'_>) -> Result<Reference, Mistake> {
    Reference::parse(&vars.expand(text)?).map_err(|error| broken(text, &error))
}

/// The text of a field that cannot be empty.
pub(super) fn given(name: &str, field: &Text, vars: &Vars<'_>) -> Result<String, Mistake> {
    let value = vars.expand(field)?;
    if value.is_empty() {
        return Err(Mistake::new(field.span.clone(), format!("`{name}` is empty")).help("leave it out"));
    }
    Ok(value)
}

fn broken(text: &Text, error: &ReferenceError) -> Mistake {
    let mistake = Mistake::new(text.span.clone(), error.to_string());
    match error.help() {
        Some(help) => mistake.help(help),
        None => mistake,
    }
}

fn once(first: bool, name: &str, field: &Text) -> Result<(), Mistake> {
    if first {
        return Ok(());
    }
    Err(Mistake::new(field.span.clone(), format!("`{name}` is given in the reference and as a field"))
        .help("keep one of the two"))
}
