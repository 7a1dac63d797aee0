//! A `.env` file that python-dotenv and dotenvy read alike. They share little:
//!
//! | in | python-dotenv | dotenvy |
//! |---|---|---|
//! | `'…'` | `\\` and `\'` are escapes | nothing is |
//! | `"…"` | `\$` stays | `$NAME` is replaced, `\$` is a dollar |
//! | both | `${NAME}` is replaced | |
//!
//! So a value stands in single quotes if it has neither a single quote nor what python-dotenv takes for an escape, else in
//! double quotes if it has no `$`. python-dotenv reads a `\r` as a line end, and its versions before 1.2 a backslash before
//! the last quote as part of the value.

use super::{Flaw, PLAIN_NAME, TEXT, Variable, escape};
use crate::manifest::name::is_plain;

const HELP: &str = "choose another --format, such as json or shell, or write encoding = \"base64\" in the entry";

pub(super) fn check(variable: &Variable) -> Option<Flaw> {
    if !is_plain(&variable.name) {
        return Some(PLAIN_NAME);
    }
    let Ok(text) = std::str::from_utf8(variable.value.expose()) else { return Some(TEXT) };
    let braced = || text.split_once("${").is_some_and(|(_, after)| after.contains('}'));
    if text.contains('\r') {
        Some(("its value has a carriage return, which python-dotenv reads as a line end", HELP))
    } else if text.ends_with('\\') {
        Some(("its value ends in a backslash, which dotenv readers do not agree on", HELP))
    } else if braced() {
        Some(("its value has ${…} in it, which python-dotenv replaces however it is quoted", HELP))
    } else if !fits_single_quotes(text) && text.contains('$') {
        Some(("its value has a $ beside a single quote or two backslashes, which dotenv readers do not agree on", HELP))
    } else {
        None
    }
}

fn fits_single_quotes(text: &str) -> bool {
    !text.contains('\'') && !text.contains("\\\\")
}

pub(super) fn write(variable: &Variable, out: &mut Vec<u8>) {
    let value = variable.value.expose();
    out.extend(variable.name.as_bytes());
    if std::str::from_utf8(value).is_ok_and(fits_single_quotes) {
        out.extend(b"='");
        out.extend(value);
        out.extend(b"'\n");
    } else {
        out.extend(b"=\"");
        escape(value, b"\"\\", out);
        out.extend(b"\"\n");
    }
}
