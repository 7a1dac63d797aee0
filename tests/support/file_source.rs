//! The text of a `file:` source that holds described secrets.
//!
//! A secret with several versions has each under its id and under each of its staging labels.

use data_encoding::BASE64;
use serde_json::json;

use super::fault::{
    Secret,
    secret::{CURRENT, Value},
};

/// The JSON of the file, in the order of the secrets.
pub fn file_source(secrets: &[Secret]) -> String {
    object(secrets.iter().map(|secret| (secret.name.as_str(), content(secret))))
}

fn content(secret: &Secret) -> String {
    if let [only] = &secret.versions[..]
        && only.stages == [CURRENT]
    {
        return value(&only.value);
    }
    let mut members = Vec::new();
    for version in &secret.versions {
        let names = version.stages.iter().chain([&version.id]);
        members.extend(names.map(|name| (name.as_str(), value(&version.value))));
    }
    let versions = object(members.into_iter());
    format!("{{\"$versions\": {versions}}}")
}

fn value(value: &Value) -> String {
    match value {
        Value::Text(text) => json!(text).to_string(),
        Value::Json(json) => json.clone(),
        Value::Binary(bytes) => json!({ "$binary": BASE64.encode(bytes) }).to_string(),
    }
}

/// An object, written by hand so that the members' digits and order stay as they are.
fn object<'a>(members: impl Iterator<Item = (&'a str, String)>) -> String {
    let members: Vec<_> = members.map(|(name, value)| format!("{}: {value}", json!(name))).collect();
    format!("{{{}}}", members.join(", "))
}
