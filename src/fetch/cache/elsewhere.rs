//! In the place of the cache on systems other than Linux: what asks for one is refused. Pure.

use super::{CacheOptions, Contents, Refusal};
use crate::{
    fetch::{Caller, Limits, Outcome, Source},
    log::Log,
    plan::{Login, Request},
};

/// A source that is never asked, since it was to be asked behind a cache.
#[derive(Debug)]
pub struct CachedSource;

impl CachedSource {
    /// Takes what the cache would take.
    #[must_use]
    pub fn new(_: CacheOptions, _: Vec<String>, _: impl Source) -> Self {
        Self
    }
}

impl Source for CachedSource {
    fn fetch(&self, requests: &[Request], _: &Limits, _: &Log) -> Vec<Outcome> {
        vec![Err(Refusal::NotLinux.failure()); requests.len()]
    }

    fn caller(&self, _: &Login, _: &Limits) -> Option<Caller> {
        None
    }
}

/// Refuses.
///
/// # Errors
/// Always.
pub fn contents() -> Result<Contents, Refusal> {
    Err(Refusal::NotLinux)
}

/// Refuses.
///
/// # Errors
/// Always.
pub fn clear() -> Result<usize, Refusal> {
    Err(Refusal::NotLinux)
}
