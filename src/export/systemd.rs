//! `EnvironmentFile=` (systemd.exec(5)): in double quotes a backslash stands before `"`, `\`, `` ` `` and `$`, and line
//! ends are kept. What is not UTF-8 makes systemd refuse the whole file, and it counts noncharacters as such.

use super::{Flaw, PLAIN_NAME, TEXT, Variable, escape};
use crate::manifest::name::is_plain;

pub(super) fn check(variable: &Variable) -> Option<Flaw> {
    if !is_plain(&variable.name) {
        return Some(PLAIN_NAME);
    }
    match std::str::from_utf8(variable.value.expose()) {
        Err(_) => Some(TEXT),
        Ok(text) if text.chars().any(is_noncharacter) => Some((
            "its value has a Unicode noncharacter, which systemd does not take",
            "write encoding = \"base64\" in the entry",
        )),
        Ok(_) => None,
    }
}

/// U+FDD0 to U+FDEF, and the last two of each plane (Unicode, 23.7).
fn is_noncharacter(c: char) -> bool {
    matches!(c, '\u{fdd0}'..='\u{fdef}') || u32::from(c) & 0xfffe == 0xfffe
}

pub(super) fn write(variable: &Variable, out: &mut Vec<u8>) {
    out.extend(variable.name.as_bytes());
    out.extend(b"=\"");
    escape(variable.value.expose(), b"\"\\`$", out);
    out.extend(b"\"\n");
}
