//! The filters of templates: what a DSN, a config line or a shell needs. Pure.
//!
//! They are secenv's own, so that each refuses an absent input and none says anything about a value that it cannot take.

use std::fmt::Write;

use data_encoding::BASE64;
use minijinja::{Environment, Error, ErrorKind, Value, value::Rest};

use super::absences::Absences;

/// Their names, for the message that one is not known.
pub(super) const FILTERS: [&str; 9] =
    ["urlencode", "b64encode", "tojson", "shquote", "trim", "upper", "lower", "replace", "default"];

pub(super) fn add_to(environment: &mut Environment<'_>, absences: &Absences) {
    let (in_default, in_defined) = (absences.clone(), absences.clone());
    environment.add_filter("urlencode", |value: &Value| text(value).map(|text| urlencode(&text)));
    environment.add_filter("b64encode", |value: &Value| text(value).map(|text| BASE64.encode(text.as_bytes())));
    environment.add_filter("tojson", |value: &Value| text(value).map(|text| json(value, text)));
    environment.add_filter("shquote", |value: &Value| text(value).map(|text| shquote(&text)));
    environment.add_filter("trim", |value: &Value| text(value).map(|text| text.trim().to_owned()));
    environment.add_filter("upper", |value: &Value| text(value).map(|text| text.to_uppercase()));
    environment.add_filter("lower", |value: &Value| text(value).map(|text| text.to_lowercase()));
    environment.add_filter("replace", |value: &Value, from: String, to: String| {
        text(value).map(|text| text.replace(&from, &to))
    });
    environment
        .add_filter("default", move |value: &Value, arguments: Rest<Value>| default(value, &arguments, &in_default));
    environment.add_test("defined", move |value: &Value| {
        in_defined.settle([value]);
        !value.is_undefined()
    });
}

/// The text of a string, number or boolean.
fn text(value: &Value) -> Result<String, Error> {
    if value.is_undefined() {
        return Err(Error::from(ErrorKind::UndefinedError));
    }
    match value.as_str() {
        Some(text) => Ok(text.to_owned()),
        None if value.is_number() || value == &Value::from(true) || value == &Value::from(false) => {
            Ok(value.to_string())
        }
        None => Err(Error::from(ErrorKind::NonPrimitive)),
    }
}

/// `default("x")` for what is absent; `default("x", true)` for what is empty, too. A fallback that is absent stays so.
fn default(value: &Value, arguments: &[Value], absences: &Absences) -> Result<Value, Error> {
    let empty = value.as_str() == Some("") && arguments.get(1) == Some(&Value::from(true));
    match arguments.len() {
        0..=2 if value.is_undefined() || empty => {
            absences.settle([value]);
            Ok(arguments.first().cloned().unwrap_or_else(|| Value::from("")))
        }
        0..=2 => {
            absences.settle(arguments);
            Ok(value.clone())
        }
        _ => Err(Error::from(ErrorKind::TooManyArguments)),
    }
}

/// All but the unreserved characters of RFC 3986, section 2.3, so that it can stand in any part of a URL.
fn urlencode(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 3);
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// A JSON string; a number or boolean as it is.
fn json(value: &Value, text: String) -> String {
    if value.as_str().is_some() { serde_json::Value::String(text).to_string() } else { text }
}

/// One word for a POSIX shell, whatever is in it (XCU 2.2.2): in single quotes, which nothing but a single quote ends.
fn shquote(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}
