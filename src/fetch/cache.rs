//! A cache around the source `aws`, for local runs: a fresh value is not asked for, and a stale one stands in for a source
//! that fails *for now*. Edge: the kernel's keyring, a tmpfs and a clock.
//!
//! An entry is one secret version, sealed with a key that is only in the keyring of the user and ends with the entries. It
//! is bound to all that decides who asks where, so nothing of the AWS chain runs for a fresh value. What the service
//! denies, or says does not exist, is removed. Two starts at once write whole entries, one after the other.

use std::time::Duration;

use super::{Caller, FailureKind, Lasting, Limits, Outcome, Source, agent::Refresh};
use crate::{
    log::Log,
    plan::{Login, Request},
};

mod age;
mod entry;
mod folder;
mod identity;
mod keyring;
mod place;
mod refusal;
mod seal;
mod store;

pub use age::{Lifetimes, spoken};
pub use refusal::Refusal;
pub use store::{Contents, Held, clear, contents};

use age::Standing;
use entry::Entry;
use identity::{Identity, about};
use store::Store;

/// What the user set for the cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CacheOptions {
    /// `[cache]`.
    pub lifetimes: Lifetimes,
    /// `--refresh`: nothing cached is used, and what is fetched is written.
    pub refresh: Refresh,
}

/// A source behind the cache.
pub struct CachedSource<S> {
    options: CacheOptions,
    /// What else decides what the source answers.
    settings: Vec<String>,
    source: S,
}

impl<S: Source> CachedSource<S> {
    /// `settings` are those that decide, beside the requests, whom the source asks: other ones find nothing of these.
    #[must_use]
    pub fn new(options: CacheOptions, settings: Vec<String>, source: S) -> Self {
        Self { options, settings, source }
    }

    fn identity(&self) -> Identity {
        Identity::here(&self.settings)
    }

    fn cached(&self, store: &Store, about: &[u8], now: Duration) -> Option<(Entry, Standing)> {
        if self.options.refresh == Refresh::Now {
            return None;
        }
        let entry = store.read(about)?;
        let standing = self.options.lifetimes.standing(entry.asked, now);
        Some((entry, standing))
    }
}

impl<S: Source> Source for CachedSource<S> {
    fn fetch(&self, requests: &[Request], limits: &Limits, log: &Log) -> Vec<Outcome> {
        let now = age::now();
        let mut store = match Store::open(self.options.lifetimes, now) {
            Ok(store) => store,
            Err(refusal) => return vec![Err(refusal.failure()); requests.len()],
        };
        let identity = self.identity();
        let whom = store.digest(&identity);
        let mut outcomes: Vec<Option<Outcome>> = vec![None; requests.len()];
        let mut open: Vec<Open> = Vec::new();
        for (at, request) in requests.iter().enumerate() {
            match self.cached(&store, &about(&*whom, request), now) {
                Some((entry, Standing::Fresh)) => outcomes[at] = Some(Ok(entry.fetched)),
                Some((entry, Standing::Stale(age))) => open.push(Open { at, stale: Some((entry, age)) }),
                Some((_, Standing::Over)) | None => open.push(Open { at, stale: None }),
            }
        }
        log.debug(|| format!("cache: {} of {} secrets are fresh", requests.len() - open.len(), requests.len()));
        if !open.is_empty() {
            let asked: Vec<Request> = open.iter().map(|open| requests[open.at].clone()).collect();
            let patience = open.iter().all(|open| open.stale.is_some()).then(|| limits.with_another_answer());
            let answers = self.source.fetch(&asked, patience.as_ref().unwrap_or(limits), log);
            // Who changed the configuration meanwhile may have changed who asked.
            if self.identity() != identity {
                store.stop();
            }
            let mut standing_in = StandingIn::default();
            for ((open, request), answer) in open.into_iter().zip(&asked).zip(answers) {
                let about = about(&*whom, request);
                match &answer {
                    Ok(fetched) => store.write(&about, &Entry { asked: now, fetched: fetched.clone() }),
                    Err(failure) if is_taken_back(failure.kind) => store.remove(&about),
                    Err(_) => {}
                }
                outcomes[open.at] = Some(answer.or_else(|failure| match open.stale {
                    Some((entry, age)) if failure.kind.lasting() == Lasting::ForNow => {
                        standing_in.note(request, age, failure.message);
                        Ok(entry.fetched)
                    }
                    _ => Err(failure),
                }));
            }
            standing_in.say(log);
            if let Some(why) = store.trouble() {
                log.warning(|| format!("not all of it could be cached: {why}"));
            }
        }
        outcomes.into_iter().flatten().collect()
    }

    fn caller(&self, login: &Login, limits: &Limits) -> Option<Caller> {
        self.source.caller(login, limits)
    }
}

/// A request that the source is asked.
struct Open {
    /// Its place among all requests.
    at: usize,
    /// What may stand in.
    stale: Option<(Entry, Duration)>,
}

/// Whether the service takes a secret back with that answer: it denies it, or it is gone.
fn is_taken_back(kind: FailureKind) -> bool {
    match kind {
        FailureKind::AccessDenied | FailureKind::Kms | FailureKind::PendingDeletion => true,
        other => other.is_absence(),
    }
}

/// What was served although it is stale.
#[derive(Default)]
struct StandingIn {
    ages: Vec<String>,
    why: Option<String>,
}

impl StandingIn {
    fn note(&mut self, request: &Request, age: Duration, why: String) {
        self.ages.push(format!("{} is {} old", request.id, spoken(age)));
        self.why.get_or_insert(why);
    }

    /// At every verbosity: a run with an old value is none where all goes well.
    fn say(self, log: &Log) {
        if let Some(why) = self.why {
            log.warning(|| format!("the cache stands in ({why}): {}", self.ages.join(", ")));
        }
    }
}
