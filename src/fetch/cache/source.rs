//! The cache in front of its source: what is fresh is taken, what is not is asked for, and what is stale may stand in. Edge.
//! Apart from the store, which knows no source.

use std::time::{Duration, Instant};

use super::{
    CacheOptions,
    age::spoken,
    entry::Entry,
    identity::{Identity, about},
    standing::{self, Standing},
    store::Store,
};
use crate::{
    fetch::{Caller, FailureKind, Lasting, Limits, Outcome, Source, agent::Refresh},
    log::Log,
    plan::{Login, Request},
};

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
        let now = standing::now();
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
            let patience = open.iter().all(|open| open.stale.is_some()).then(|| with_another_answer(limits));
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

/// The limits where an answer is at hand in case that the source is out of order: those of the first of two places, up to the
/// second one's time.
fn with_another_answer(limits: &Limits) -> Limits {
    let share = limits.deadline.saturating_duration_since(Instant::now()) / 2;
    Limits { deadline: Instant::now() + share, ..limits.first_of(2) }
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
