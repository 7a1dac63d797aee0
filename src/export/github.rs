//! `$GITHUB_ENV`: `NAME<<DELIMITER`, the value, a line end, the delimiter on a line of its own.
//!
//! The runner reads the file as UTF-8, divides the first line at the first `<<`, and takes everything up to the line end
//! before the delimiter. It does not let a step set `NODE_OPTIONS`, nor the variables of its own.

use super::{Flaw, TEXT, Variable, is_text};

pub(super) fn check(variable: &Variable) -> Option<Flaw> {
    let name = variable.name.as_str();
    let reserved = ["GITHUB_", "RUNNER_"].iter().any(|prefix| name.starts_with(prefix));
    if name.contains("<<") || name.ends_with('<') || name.contains(['\n', '\r']) {
        Some(("its name is none there: no << and no line end in it", "give it another name"))
    } else if reserved || name.eq_ignore_ascii_case("NODE_OPTIONS") {
        Some(("GitHub lets no step set a variable of this name", "give it another name"))
    } else if !is_text(variable) {
        Some(TEXT)
    } else {
        None
    }
}

pub(super) fn write(variable: &Variable, out: &mut Vec<u8>) {
    let value = variable.value.expose();
    let delimiter = delimiter(value);
    for part in
        [variable.name.as_bytes(), b"<<", delimiter.as_bytes(), b"\n", value, b"\n", delimiter.as_bytes(), b"\n"]
    {
        out.extend(part);
    }
}

/// One that is nowhere in the value.
fn delimiter(value: &[u8]) -> String {
    let is_in = |text: &str| value.windows(text.len()).any(|part| part == text.as_bytes());
    let numbered = (1..).map(|number: u32| format!("SECENV_END_{number}"));
    numbered.into_iter().find(|delimiter| !is_in(delimiter)).unwrap_or_default()
}
