//! The manifest of a Kubernetes Secret. `data` is base64 for each value, so any bytes fit; all strings are quoted, since
//! YAML would take `true`, `1e3` or `null` for something else.

use data_encoding::BASE64;
use zeroize::Zeroizing;

use super::{Flaw, Refusal, Variable};

/// What the values of a Secret may have together (`MaxSecretSize` in the API's types).
const LARGEST: usize = 1024 * 1024;

pub(super) fn check(variable: &Variable) -> Option<Flaw> {
    let name = variable.name.as_str();
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._".contains(c);
    let is_key = name.chars().all(plain) && name.len() <= 253 && name != "." && !name.starts_with("..");
    (!is_key)
        .then_some(("its name cannot be a key of a Secret: letters, digits, -, _ and . only", "give it another name"))
}

pub(super) fn check_all(variables: &[Variable]) -> Option<Refusal> {
    let total: usize = variables.iter().map(|variable| variable.value.expose().len()).sum();
    let names = || variables.iter().map(|variable| variable.name.clone()).collect();
    (total > LARGEST).then(|| Refusal {
        variables: names(),
        message: "together they are more than the 1 MiB that a Secret can hold",
        help: "make two manifests of it, or start secenv in the container",
    })
}

/// Whether it can be the name of a Secret: a DNS subdomain (RFC 1123).
#[must_use]
pub fn check_name(name: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let label =
        |label: &str| label.bytes().all(inner) && !label.is_empty() && !label.starts_with('-') && !label.ends_with('-');
    name.len() <= 253 && name.split('.').all(label)
}

pub(super) fn write(variable: &Variable, out: &mut Vec<u8>) {
    let encoded = Zeroizing::new(BASE64.encode(variable.value.expose()));
    for part in ["  \"", &variable.name, "\": \"", &encoded, "\"\n"] {
        out.extend(part.as_bytes());
    }
}

pub(super) fn write_all(name: &str, variables: &[Variable], out: &mut Vec<u8>) {
    let data = if variables.is_empty() { "data: {}\n" } else { "data:\n" };
    let head = format!("apiVersion: v1\nkind: Secret\nmetadata:\n  name: \"{name}\"\ntype: Opaque\n{data}");
    out.extend(head.as_bytes());
    for variable in variables {
        write(variable, out);
    }
}
