//! A part of a JSON secret, exactly as it stands there (SPEC section 3). Pure.
//!
//! Numbers keep their spelling and objects their order and escapes, because nothing is parsed that is not looked into
//! (`RawValue`). Errors name keys, never values; serde's own errors quote values and are dropped.

use serde_json::value::RawValue;

use crate::{
    json::{Members, Shape, compact},
    manifest::reference::{JsonKey, unescaped},
    secret::SecretValue,
};

/// Why a key gave no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JsonError {
    /// The secret is not JSON.
    NotJson,
    /// The secret, or what a pointer leads through, has no keys: a string, a number, an array for a name.
    NotAnObject {
        /// The part of the pointer up to there; empty for the secret itself.
        at: String,
        /// `a string`, `an array`…
        found: &'static str,
    },
    /// The key is not there.
    NoSuchKey {
        /// The part of the pointer up to there; empty for the secret itself.
        at: String,
        /// The keys that are there, in their order.
        keys: Vec<String>,
    },
    /// The key is there and null.
    Null,
    /// A string with an escape that is no Unicode character, such as half a surrogate pair.
    NotUnicode,
}

/// The value of `key` in `text`: a string's content, the JSON text of a number or boolean, compact JSON of the rest.
///
/// # Errors
/// See [`JsonError`].
pub fn select(text: &[u8], key: &JsonKey) -> Result<SecretValue, JsonError> {
    let root: &RawValue = serde_json::from_slice(text).map_err(|_| JsonError::NotJson)?;
    let value = match key {
        JsonKey::Literal(key) => match Shape::of(root) {
            Shape::Object => member(root, key, "")?,
            other => return Err(without_keys(other, String::new())),
        },
        JsonKey::Pointer(pointer) => follow(root, pointer)?,
    };
    render(value)
}

/// The top-level members of `text` in their order, as they stand there.
///
/// # Errors
/// When it is no JSON object.
pub(super) fn members(text: &[u8]) -> Result<Vec<(String, &RawValue)>, JsonError> {
    let root: &RawValue = serde_json::from_slice(text).map_err(|_| JsonError::NotJson)?;
    match Shape::of(root) {
        Shape::Object => {
            let members: Members = serde_json::from_str(root.get()).map_err(|_| JsonError::NotUnicode)?;
            Ok(members.0)
        }
        Shape::Null => Err(JsonError::NotAnObject { at: String::new(), found: "null" }),
        other => Err(without_keys(other, String::new())),
    }
}

fn follow<'j>(root: &'j RawValue, pointer: &str) -> Result<&'j RawValue, JsonError> {
    let mut value = root;
    let mut done = String::new();
    for token in pointer.split('/').skip(1) {
        value = match Shape::of(value) {
            Shape::Object => member(value, &unescaped(token), &done)?,
            Shape::Array if is_index(token) => element(value, token, &done)?,
            other => return Err(without_keys(other, done)),
        };
        done = format!("{done}/{token}");
    }
    Ok(value)
}

fn member<'j>(object: &'j RawValue, key: &str, at: &str) -> Result<&'j RawValue, JsonError> {
    let Members(members) = serde_json::from_str(object.get()).map_err(|_| JsonError::NotUnicode)?;
    match members.iter().rev().find(|(name, _)| name == key) {
        Some((_, value)) => Ok(value),
        None => {
            Err(JsonError::NoSuchKey { at: at.to_owned(), keys: members.into_iter().map(|(name, _)| name).collect() })
        }
    }
}

fn element<'j>(array: &'j RawValue, index: &str, at: &str) -> Result<&'j RawValue, JsonError> {
    let elements: Vec<&RawValue> = serde_json::from_str(array.get()).map_err(|_| JsonError::NotJson)?;
    let index: Option<usize> = index.parse().ok();
    let element = index.and_then(|index| elements.get(index).copied());
    element.ok_or_else(|| JsonError::NoSuchKey { at: at.to_owned(), keys: Vec::new() })
}

/// The error of looking for a key in something that has none.
fn without_keys(shape: Shape, at: String) -> JsonError {
    let found = match shape {
        Shape::Null => return JsonError::Null,
        Shape::Object => "an object",
        Shape::Array => "an array",
        Shape::String => "a string",
        Shape::Number => "a number",
        Shape::Boolean => "a boolean",
    };
    JsonError::NotAnObject { at, found }
}

/// RFC 6901, section 4: digits without leading zeros.
fn is_index(token: &str) -> bool {
    token == "0" || (!token.is_empty() && !token.starts_with('0') && token.bytes().all(|digit| digit.is_ascii_digit()))
}

/// What the value of a key becomes; null is an error.
pub(super) fn render(value: &RawValue) -> Result<SecretValue, JsonError> {
    let text = value.get();
    match Shape::of(value) {
        Shape::String => {
            let text: String = serde_json::from_str(text).map_err(|_| JsonError::NotUnicode)?;
            Ok(SecretValue::from(text))
        }
        Shape::Object | Shape::Array => Ok(SecretValue::new(compact(text))),
        Shape::Number | Shape::Boolean => Ok(SecretValue::new(text.as_bytes().to_vec())),
        Shape::Null => Err(JsonError::Null),
    }
}

#[cfg(test)]
mod tests;
