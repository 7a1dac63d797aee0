//! What is in the cache, as far as it can be told without asking as anybody. Pure data.

use std::{path::PathBuf, time::Duration};

/// What is in the cache, as far as it can be told without asking as anybody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contents {
    /// The directory, whether it is there yet or not.
    pub folder: PathBuf,
    /// Its entries, the oldest first.
    pub entries: Vec<Held>,
}

/// An entry that is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Held {
    /// How long ago it was written.
    pub age: Duration,
    /// How long it may still be used, if only because its source fails.
    pub left: Duration,
}
