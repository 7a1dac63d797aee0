//! The query of a reference: `?version_stage=…&version_id=…&region=…`, values percent-encoded where they must be.

use std::fmt;

use super::{ReferenceError, Version};
use crate::nearest::did_you_mean;

/// What a query says.
#[derive(Debug, Default)]
pub(super) struct Query {
    pub(super) version: Version,
    pub(super) region: Option<String>,
}

const NAMES: [&str; 3] = ["version_stage", "version_id", "region"];

pub(super) fn parse(text: &str) -> Result<Query, ReferenceError> {
    let mut query = Query::default();
    for part in text.split('&') {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        let slot = match name {
            "version_stage" => &mut query.version.stage,
            "version_id" => &mut query.version.id,
            "region" => &mut query.region,
            _ => return Err(unknown(name)),
        };
        if value.is_empty() {
            return Err(ReferenceError::new(format!("{name} has no value")));
        }
        if slot.replace(decode(name, value)?).is_some() {
            return Err(ReferenceError::new(format!("{name} is given twice")));
        }
    }
    Ok(query)
}

pub(super) fn write(f: &mut fmt::Formatter<'_>, version: &Version, region: Option<&str>) -> fmt::Result {
    let values = [version.stage.as_deref(), version.id.as_deref(), region];
    let mut separator = '?';
    for (name, value) in NAMES.iter().zip(values) {
        if let Some(value) = value {
            write!(f, "{separator}{name}=")?;
            encode(f, value)?;
            separator = '&';
        }
    }
    Ok(())
}

fn unknown(name: &str) -> ReferenceError {
    let message = format!("unknown query parameter {name:?}");
    ReferenceError::with_help(message, did_you_mean(name, &NAMES, "the parameters are"))
}

fn decode(name: &str, value: &str) -> Result<String, ReferenceError> {
    let broken =
        || ReferenceError::with_help(format!("a % in {name} is not followed by two hex digits"), "write %25 for a %");
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut digit = || rest.next().and_then(|digit| char::from(digit).to_digit(16)).ok_or_else(broken);
        let code = digit()? * 16 + digit()?;
        bytes.push(u8::try_from(code).map_err(|_| broken())?);
    }
    String::from_utf8(bytes).map_err(|_| ReferenceError::new(format!("{name} is not UTF-8 once decoded")))
}

fn encode(f: &mut fmt::Formatter<'_>, value: &str) -> fmt::Result {
    for c in value.chars() {
        if matches!(c, '%' | '&' | '#') { write!(f, "%{:02X}", u32::from(c))? } else { write!(f, "{c}")? }
    }
    Ok(())
}
