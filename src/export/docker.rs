//! `docker run --env-file`: `NAME=value` to the end of the line, with no quoting and no escapes.
//!
//! Docker reads it line by line with Go's `bufio.Scanner`, which takes a `\r` before the line end away and has room for
//! 64 KiB with the line end; it wants UTF-8, and takes a name that begins with `#` for a comment.

use super::{Flaw, TEXT, Variable, is_text};

const LONGEST: usize = 64 * 1024 - 1;

pub(super) fn check(variable: &Variable) -> Option<Flaw> {
    let value = variable.value.expose();
    let unusable = |c: char| c.is_whitespace() || c.is_control();
    if variable.name.starts_with(['#', '\u{feff}']) || variable.name.contains(unusable) {
        Some(("its name is none there: no space in it, no # first", "give it another name, or choose another --format"))
    } else if value.contains(&b'\n') {
        Some((
            "its value has a line end, which an env file of Docker cannot hold",
            "write encoding = \"base64\" in the entry, or start secenv in the container",
        ))
    } else if value.ends_with(b"\r") {
        Some((
            "its value ends in a carriage return, which Docker takes away",
            "mend the secret, write encoding = \"base64\" in the entry, or start secenv in the container",
        ))
    } else if !is_text(variable) {
        Some(TEXT)
    } else if variable.name.len() + 1 + value.len() > LONGEST {
        Some(("it is longer than a line of an env file of Docker can be", "start secenv in the container"))
    } else {
        None
    }
}

pub(super) fn write(variable: &Variable, out: &mut Vec<u8>) {
    out.extend(variable.name.as_bytes());
    out.push(b'=');
    out.extend(variable.value.expose());
    out.push(b'\n');
}
