//! A cache around the source `aws`, for local runs: a fresh value is not asked for, and a stale one stands in for a source
//! that fails *for now*. Edge: the kernel's keyring, a tmpfs and a clock.
//!
//! An entry is one secret version, sealed with a key that is only in the keyring of the user and ends with the entries. It
//! is bound to all that decides who asks where, so nothing of the AWS chain runs for a fresh value. What the service
//! denies, or says does not exist, is removed. Two starts at once write whole entries, one after the other. Other systems than
//! Linux have no such keyring: there a run that asks for a cache is refused.

use super::agent::Refresh;

mod age;
mod contents;
#[cfg(not(target_os = "linux"))]
mod elsewhere;
#[cfg(target_os = "linux")]
mod entry;
#[cfg(target_os = "linux")]
mod folder;
#[cfg(target_os = "linux")]
mod identity;
#[cfg(target_os = "linux")]
mod keyring;
#[cfg(target_os = "linux")]
mod place;
mod refusal;
#[cfg(target_os = "linux")]
mod seal;
#[cfg(target_os = "linux")]
mod source;
#[cfg(target_os = "linux")]
mod standing;
#[cfg(target_os = "linux")]
mod store;

pub use age::{Lifetimes, spoken};
pub use contents::{Contents, Held};
#[cfg(not(target_os = "linux"))]
pub use elsewhere::{CachedSource, clear, contents};
pub use refusal::Refusal;
#[cfg(target_os = "linux")]
pub use source::CachedSource;
#[cfg(target_os = "linux")]
pub use store::{clear, contents};

/// What the user set for the cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CacheOptions {
    /// `[cache]`.
    pub lifetimes: Lifetimes,
    /// `--refresh`: nothing cached is used, and what is fetched is written.
    pub refresh: Refresh,
}
