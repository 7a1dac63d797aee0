//! `set -gx NAME '…'`: in fish's single quotes only the single quote and the backslash are special.

use super::{Flaw, PLAIN_NAME, Variable, escape};
use crate::manifest::name::is_plain;

/// Names that fish sets itself or forbids, found by trying all the names that fish 3.6 knows.
const SPECIAL: &str = "\
    FISH_VERSION PWD SHLVL _ fish_kill_signal fish_killring fish_pid history hostname pipestatus status \
    status_generation umask version";

pub(super) fn check(variable: &Variable) -> Option<Flaw> {
    let empty_part = || variable.value.expose().split(|byte| *byte == b':').any(<[u8]>::is_empty);
    if !is_plain(&variable.name) {
        Some(PLAIN_NAME)
    } else if SPECIAL.split(' ').any(|name| name == variable.name) {
        Some((
            "its name is one that fish keeps for itself",
            "give it another name, or use `secenv run`, which needs no shell",
        ))
    } else if ["PATH", "CDPATH"].contains(&variable.name.as_str()) && empty_part() {
        Some(("fish writes a dot for an empty part of it", "write the dot yourself"))
    } else {
        None
    }
}

pub(super) fn write(variable: &Variable, out: &mut Vec<u8>) {
    out.extend(b"set -gx ");
    out.extend(variable.name.as_bytes());
    out.extend(b" '");
    escape(variable.value.expose(), b"'\\", out);
    out.extend(b"'\n");
}
