//! Names of variables for things that have others: `masterUserPassword`, `a-b`, `prod/api-key`. Pure.

use super::{Content, Draft, Entry};

/// `MASTER_USER_PASSWORD`, `A_B`: a name that every shell can read.
pub(super) fn variable(text: &str) -> String {
    let mut name = String::new();
    let mut last = ' ';
    for c in text.chars() {
        if c.is_ascii_uppercase() && (last.is_ascii_lowercase() || last.is_ascii_digit()) {
            name.push('_');
        }
        name.push(if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' });
        last = c;
    }
    if name.bytes().next().is_none_or(|first| first.is_ascii_digit()) {
        name.insert(0, '_');
    }
    name
}

impl Draft {
    /// Adds a variable under a name that no other one has: `NAME_2` if `NAME` is taken.
    pub(super) fn add_new(&mut self, name: &str, content: Content) {
        let taken = |name: &str| self.entries.iter().any(|entry| entry.name == name);
        let mut free = name.to_owned();
        let mut number = 1;
        while taken(&free) {
            number += 1;
            free = format!("{name}_{number}");
        }
        self.entries.push(Entry { name: free, content });
    }
}
