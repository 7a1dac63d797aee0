//! `[fetch] regions`: which region a request goes to, and when the next one is asked instead.
//! Edge only in that it says a change at `-v`; it knows neither clients nor calls.
//! Separate because the rule is worth a page: the next region on 5xx, silence and no connection, on nothing else.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use crate::{
    fetch::{Failure, Fetched, Lasting, Limits, Subject, attempts::Failed},
    log::Log,
    plan::Request,
};

/// Where a secret is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Home {
    /// In one region, by its ARN, its entry or the settings.
    In(String),
    /// In all of [`Regions`].
    Replicated,
}

/// The regions in order of preference, and what was wrong with those that were given up: all requests go on together.
#[derive(Debug)]
pub(super) struct Regions {
    names: Vec<String>,
    given_up: Mutex<Vec<Failure>>,
}

impl Regions {
    /// These regions, the first one being asked; none is fine if nothing is [`Home::Replicated`].
    pub(super) fn new(names: Vec<String>) -> Self {
        Self { names, given_up: Mutex::default() }
    }

    /// The region that is asked for such a secret now.
    pub(super) fn of<'h>(&'h self, home: &'h Home) -> &'h str {
        match home {
            Home::In(region) => region,
            Home::Replicated => self.name(self.given_up().len()),
        }
    }

    /// How many regions there are from this one on.
    pub(super) fn left_to_ask(&self, region: &str) -> usize {
        let place = self.names.iter().position(|name| name == region);
        place.map_or(1, |place| self.names.len() - place)
    }

    /// Asks one region after the other, from the one that is asked now, until one is in order.
    pub(super) async fn first_in_order<'s, A>(
        &'s self,
        request: &Request,
        limits: &Limits,
        log: &Log,
        ask: impl Fn(&'s str, Limits) -> A,
    ) -> Result<Fetched, Failed>
    where
        A: Future<Output = Result<Fetched, Failed>>,
    {
        loop {
            let place = self.given_up().len();
            let region = self.name(place);
            let others = self.names.len().saturating_sub(place + 1);
            match ask(region, limits.first_of(others + 1)).await {
                Err(failed) if others > 0 && failed.failure.kind.is_outage() && Instant::now() < limits.deadline => {
                    self.give_up(place, failed.failure, log);
                }
                Err(failed) => return Err(self.in_the_light_of_the_others(failed, place, request)),
                found => return found,
            }
        }
    }

    /// The first request that finds it out of order says so; those that were under way to it follow.
    fn give_up(&self, place: usize, failure: Failure, log: &Log) {
        let mut given_up = self.given_up();
        if given_up.len() == place {
            log.info(|| format!("{}: {}; asking {} now", self.name(place), failure.message, self.name(place + 1)));
            given_up.push(failure);
        }
    }

    /// What a failure means when regions before its own were out of order. That a replica lacks a secret, or denies it,
    /// says nothing for good: the region of first choice might have it, and `optional` must not cover that.
    fn in_the_light_of_the_others(&self, failed: Failed, place: usize, request: &Request) -> Failed {
        let given_up = self.given_up();
        let Some(first) = given_up.first().filter(|_| place > 0) else { return failed };
        let Failed { mut failure, attempts } = failed;
        let (home, here) = (self.name(0), self.name(place));
        if failure.kind.lasting() == Lasting::ForGood && failure.subject == Subject::Secret {
            failure.kind = first.kind;
            failure.message = format!("{}, and {home} is out of order", failure.message);
            failure.help = Some(format!(
                "try again when {home} is back, or make the replica whole: `aws secretsmanager \
                 replicate-secret-to-regions --region {home} --secret-id {} --add-replica-regions Region={here}`",
                request.id.as_str()
            ));
        }
        failure.notes.push(format!("{home} was asked first: {}", first.message));
        Failed { failure, attempts }
    }

    fn name(&self, place: usize) -> &str {
        self.names.get(place).map_or("", String::as_str)
    }

    fn given_up(&self) -> MutexGuard<'_, Vec<Failure>> {
        self.given_up.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
