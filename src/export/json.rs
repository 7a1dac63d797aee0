//! One JSON object, name → value, in the order of the variables.

use super::{Flaw, TEXT, Variable, is_text};
use zeroize::Zeroizing;

pub(super) fn check(variable: &Variable) -> Option<Flaw> {
    (!is_text(variable)).then_some(TEXT)
}

pub(super) fn write(variable: &Variable, out: &mut Vec<u8>) {
    let quoted = |bytes: &[u8]| Zeroizing::new(serde_json::json!(String::from_utf8_lossy(bytes)).to_string());
    out.extend(quoted(variable.name.as_bytes()).as_bytes());
    out.extend(b": ");
    out.extend(quoted(variable.value.expose()).as_bytes());
}

pub(super) fn write_all(variables: &[Variable], out: &mut Vec<u8>) {
    let mut before: &[u8] = b"{\n  ";
    for variable in variables {
        out.extend(before);
        write(variable, out);
        before = b",\n  ";
    }
    out.extend(if variables.is_empty() { &b"{}\n"[..] } else { b"\n}\n" });
}
