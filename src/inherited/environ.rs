//! The inherited environment as raw bytes: entries without `=`, duplicates and invalid UTF-8 included, in their order.
//! Edge: reads the list that `main` is given once; everything after that is a value.
//! Apart, because `std::env` drops and rejects entries that a bare run would hand to the child.

use std::env;
use std::ffi::{CStr, OsStr, c_char};
use std::fmt;
use std::os::unix::ffi::OsStrExt;

/// Environment entries, each `NAME=value` as a rule, without their NUL.
///
/// Values may be secrets, so it can't be printed.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Environ {
    entries: Vec<Vec<u8>>,
}

impl Environ {
    /// Copies the environment of this process. To be called by `main`, first.
    ///
    /// # Safety
    /// `entries` is what `main` was called with (environ(7)).
    #[must_use]
    pub unsafe fn read(entries: *const *const c_char) -> Self {
        // SAFETY: as the caller promises; only setenv(3) and its like change it, which nothing has called yet.
        Self { entries: unsafe { strings(entries) } }
    }

    /// Takes AWS's empty settings away from the list that libraries read, as if they had never been set: that is what an
    /// empty one, such as `${X:-}` of a compose file gives, means to the AWS CLI, and not to the SDK. The child gets what
    /// was read, with all of them.
    ///
    /// # Safety
    /// No other thread reads or changes the environment meanwhile.
    pub unsafe fn forget_empty_settings(&self) {
        for name in empty_settings(&self.entries) {
            // SAFETY: as the caller promises.
            unsafe { env::remove_var(OsStr::from_bytes(name)) };
        }
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

/// The names of AWS's variables that are empty. Not those of the two configuration files: an empty one says that there is
/// no file, to the SDK and to the AWS CLI alike.
fn empty_settings(entries: &[Vec<u8>]) -> impl Iterator<Item = &[u8]> {
    let files: [&[u8]; 2] = [b"AWS_CONFIG_FILE", b"AWS_SHARED_CREDENTIALS_FILE"];
    let names = entries.iter().filter(|entry| entry.starts_with(b"AWS_")).filter_map(|entry| entry.strip_suffix(b"="));
    names.filter(move |name| !name.contains(&b'=') && !files.contains(name))
}

/// Copies the strings of a list that ends with a null pointer; none of a list that is not there.
///
/// # Safety
/// Up to that pointer each is one to a NUL-terminated string, and nothing changes meanwhile.
pub(super) unsafe fn strings(mut next: *const *const c_char) -> Vec<Vec<u8>> {
    let mut copies = Vec::new();
    while !next.is_null() {
        // SAFETY: the list is not at its end: that is a null pointer, and it is looked for before each step.
        let string = unsafe { *next };
        if string.is_null() {
            break;
        }
        // SAFETY: as the caller promises.
        let text = unsafe { CStr::from_ptr(string) };
        copies.push(text.to_bytes().to_vec());
        // SAFETY: after a string there is another one or the null pointer that ends the list.
        next = unsafe { next.add(1) };
    }
    copies
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
    fn settings_of_aws_are_empty_or_not() {
        let entries = ["AWS_REGION=", "AWS_PROFILE=x=", "AWS_CONFIG_FILE=", "AWS_ENDPOINT_URL=", "AWS_X", "HOME="];
        let environ = environ(&entries);
        let names: Vec<_> = empty_settings(environ.entries()).collect();
        assert_eq!(names, [&b"AWS_REGION"[..], b"AWS_ENDPOINT_URL"]);
    }

    #[test]
    fn debug_shows_no_entry() {
        assert_eq!(format!("{:?}", environ(&["A=hunter2"])), "[redacted]");
    }

    #[test]
    fn a_list_of_strings_ends_with_a_null_pointer() {
        let list = [c"A=1".as_ptr(), c"".as_ptr(), c"B".as_ptr(), std::ptr::null(), c"C".as_ptr()];
        // SAFETY: it is such a list, of strings that are static.
        let read = unsafe { Environ::read(list.as_ptr()) };
        assert_eq!(read, environ(&["A=1", "", "B"]));
        // SAFETY: there is none.
        assert_eq!(unsafe { Environ::read(std::ptr::null()) }, Environ::default());
    }
}
