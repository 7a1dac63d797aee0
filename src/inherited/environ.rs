//! The inherited environment as raw bytes: entries without `=`, duplicates and invalid UTF-8 included, in their order.
//! Edge: reads the C `environ` once; everything after that is a value.
//! Apart, because `std::env` drops and rejects entries that a bare run would hand to the child.

use std::ffi::{CStr, c_char};
use std::fmt;

unsafe extern "C" {
    /// The environment of the process (environ(7)).
    #[cfg(not(target_vendor = "apple"))]
    static environ: *const *const c_char;
    /// Where it is on macOS (environ(7) there); the name above is not every program's.
    #[cfg(target_vendor = "apple")]
    safe fn _NSGetEnviron() -> *const *const *const c_char;
}

/// Environment entries, each `NAME=value` as a rule, without their NUL.
///
/// Values may be secrets, so it can't be printed.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Environ {
    entries: Vec<Vec<u8>>,
}

impl Environ {
    /// Copies the environment of this process. To be called by `main`, once, before any thread starts.
    #[must_use]
    pub fn read() -> Self {
        let mut entries = Vec::new();
        #[cfg(target_vendor = "apple")]
        let place = _NSGetEnviron();
        #[cfg(not(target_vendor = "apple"))]
        let place = &raw const environ;
        // SAFETY: it is a word that is written only by setenv(3) and its like, which nothing in secenv calls.
        let mut next = unsafe { *place };
        while !next.is_null() {
            // SAFETY: the list is not at its end: that is a null pointer, and it is looked for before each step.
            let entry = unsafe { *next };
            if entry.is_null() {
                break;
            }
            // SAFETY: each entry is a NUL-terminated string (environ(7)) that nothing changes while it is copied.
            let text = unsafe { CStr::from_ptr(entry) };
            entries.push(text.to_bytes().to_vec());
            // SAFETY: after an entry there is another one or the null pointer that ends the list.
            next = unsafe { next.add(1) };
        }
        Self { entries }
    }

    /// An environment made by hand.
    #[must_use]
    pub fn new(entries: Vec<Vec<u8>>) -> Self {
        Self { entries }
    }

    /// All entries in order.
    #[must_use]
    pub fn entries(&self) -> &[Vec<u8>] {
        &self.entries
    }

    /// The value of a variable: that of the first entry with the name, as getenv(3) finds it.
    #[must_use]
    pub fn get(&self, name: &[u8]) -> Option<&[u8]> {
        value_of(&self.entries, name)
    }
}

impl fmt::Debug for Environ {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// The value of the first entry with the name, as getenv(3) finds it.
#[must_use]
pub fn value_of<'a>(entries: &'a [Vec<u8>], name: &[u8]) -> Option<&'a [u8]> {
    if name.is_empty() {
        return None;
    }
    entries.iter().find_map(|entry| entry.strip_prefix(name)?.strip_prefix(b"="))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environ(entries: &[&str]) -> Environ {
        Environ::new(entries.iter().map(|entry| entry.as_bytes().to_vec()).collect())
    }

    #[test]
    fn the_first_entry_of_a_name_counts() {
        let environ = environ(&["AB=0", "A", "A=1", "A=2", "=3"]);
        assert_eq!(environ.get(b"A"), Some(&b"1"[..]));
        assert_eq!(environ.get(b"B"), None);
        assert_eq!(environ.get(b""), None);
    }

    #[test]
    fn a_value_may_be_empty_or_hold_an_equals_sign() {
        let environ = environ(&["A=", "B=x=y"]);
        assert_eq!(environ.get(b"A"), Some(&b""[..]));
        assert_eq!(environ.get(b"B"), Some(&b"x=y"[..]));
    }

    #[test]
    fn debug_shows_no_entry() {
        assert_eq!(format!("{:?}", environ(&["A=hunter2"])), "[redacted]");
    }

    #[test]
    fn the_process_has_the_variables_that_std_sees() {
        use std::os::unix::ffi::OsStrExt;
        let read = Environ::read();
        let path = std::env::var_os("PATH").unwrap();
        assert_eq!(read.get(b"PATH"), Some(path.as_bytes()));
    }
}
