//! Attempts at one request, each bounded, until there is an answer that counts, or the deadline.
//! Edge only in that it sleeps between them; it knows no source.
//! Separate so that every source that is asked over a network keeps to the same rules.

use std::{ops::ControlFlow, time::Instant};

use super::{
    Failure, FailureKind, Fetched, Limits, Outcome, Patience,
    retry::{self, Next},
    trouble::{Asked, End, Trouble, never_asked},
    turnstile::{Turn, Turnstile},
    waiting,
};
use crate::log::Log;

/// A request that failed, and how often it was tried: equal failures are merged with the highest number.
#[derive(Clone, Debug)]
pub(super) struct Failed {
    /// What to report.
    pub(super) failure: Failure,
    /// Attempts made.
    pub(super) attempts: usize,
}

/// What holds for all attempts of a fetch.
#[derive(Clone, Copy)]
pub(super) struct Rules<'r> {
    pub(super) limits: &'r Limits,
    pub(super) log: &'r Log,
    pub(super) turnstile: &'r Turnstile,
}

/// Tries until something comes of it, with as many attempts as time and the limits allow; an attempt is told when it must
/// have ended.
pub(super) async fn until_answered<T, A>(
    asked: Asked<'_>,
    Rules { limits, log, turnstile }: Rules<'_>,
    attempt: impl Fn(Instant) -> A,
) -> Result<T, Failed>
where
    A: Future<Output = Result<T, Trouble>>,
{
    let mut attempts = 0;
    let mut turn: Option<Turn<'_>> = None;
    let mut before: Option<Trouble> = None;
    loop {
        let now = Instant::now();
        if now >= limits.deadline && attempts == 0 {
            return Err(Failed { failure: never_asked(asked, limits), attempts });
        }
        attempts += 1;
        let end = limits.deadline.min(now + limits.attempt_timeout);
        let trouble = match attempt(end).await {
            Ok(answer) => {
                if let Some(turn) = turn {
                    turn.through();
                }
                return Ok(answer);
            }
            Err(trouble) => trouble,
        };
        if let (Some(before), FailureKind::Deadline) = (&before, trouble.failure.kind)
            && end == limits.deadline
        {
            // It was cut short, and tells less than the one that came to its end.
            return Err(Failed { failure: before.clone().last_words(End::Deadline, attempts, limits), attempts });
        }
        let over = |end| Err(Failed { failure: trouble.clone().last_words(end, attempts, limits), attempts });
        let brief = limits.patience == Patience::Brief && retry::is_enough(attempts, trouble.failure.kind);
        if !trouble.may_pass() || brief || limits.max_attempts.is_some_and(|most| attempts >= most.get()) {
            return over(End::Attempts);
        }
        let in_a_row = match (trouble.failure.kind, turn.take()) {
            (FailureKind::Throttled, Some(mut mine)) => {
                let level = mine.throttled();
                turn = Some(mine);
                level
            }
            (FailureKind::Throttled, None) => match turnstile.next(limits.deadline).await {
                ControlFlow::Continue((mine, level)) => {
                    turn = Some(mine);
                    level
                }
                ControlFlow::Break(()) => return over(End::Deadline),
            },
            _ => attempts,
        };
        let left = limits.deadline.saturating_duration_since(Instant::now());
        match retry::next(in_a_row, retry::chance(), trouble.wish, left) {
            Next::GiveUp => return over(End::Deadline),
            Next::Wait(wait) => {
                waiting::failed(trouble.failure.kind, attempts);
                log.debug(|| {
                    let (id, kind) = (asked.request.id.as_str(), trouble.failure.kind.as_str());
                    format!("{id}: attempt {attempts} failed ({kind}), again in {wait:?}")
                });
                tokio::time::sleep(wait).await;
                before = Some(trouble);
            }
        }
    }
}

/// Merges the numbers of attempts: a failure of the source is said once, so it must read the same for every secret.
pub(super) fn agreed(results: Vec<Result<Fetched, Failed>>) -> Vec<Outcome> {
    let alike = |one: &Failed, other: &Failed| {
        one.failure.subject == super::Subject::Source && one.failure.message == other.failure.message
    };
    let failed: Vec<Failed> = results.iter().filter_map(|result| result.as_ref().err().cloned()).collect();
    results
        .into_iter()
        .map(|result| {
            result.map_err(|mine| {
                let group = || failed.iter().filter(|other| alike(&mine, other));
                let most = group().map(|other| other.attempts).max().unwrap_or(0);
                let Some(first) = group().next().filter(|_| most > 1) else { return mine.failure };
                let mut failure = first.failure.clone();
                failure.notes.push(format!("up to {most} attempts a secret"));
                failure
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{cell::Cell, time::Duration};

    use crate::{
        fetch::{Subject, runtime, trouble::Place},
        log::Level,
        manifest::reference::{SecretId, Version},
        plan::{Login, Request},
    };

    fn failed(subject: Subject, message: &str, attempts: usize) -> Result<Fetched, Failed> {
        let failure = Failure {
            kind: FailureKind::Unreachable,
            subject,
            message: message.to_owned(),
            notes: vec![format!("attempt {attempts}")],
            help: None,
        };
        Err(Failed { failure, attempts })
    }

    /// What two attempts come to: the first fails as `first`, the second is cut short by the deadline.
    fn cut_short_after(first: FailureKind) -> Failure {
        let now = Instant::now();
        let budget = Duration::from_secs(1);
        let limits = Limits {
            deadline: now + budget,
            budget,
            attempt_timeout: Duration::from_secs(10),
            concurrency: std::num::NonZeroUsize::MIN,
            max_attempts: None,
            batching: super::super::Batching::Single,
            patience: Patience::Deadline,
        };
        let request = Request {
            id: SecretId::parse("a").expect("an id"),
            version: Version::default(),
            region: None,
            login: Login::default(),
        };
        let asked = Asked { request: &request, place: Place::Region("eu-west-1") };
        let rules = Rules { limits: &limits, log: &Log::new(Level::Quiet, |_| {}), turnstile: &Turnstile::default() };
        let calls = Cell::new(0);
        let attempt = |end: Instant| {
            calls.set(calls.get() + 1);
            let kind = if calls.get() == 1 { first } else { FailureKind::Deadline };
            async move {
                if kind == FailureKind::Deadline {
                    tokio::time::sleep_until(end.into()).await;
                }
                Err::<(), _>(Trouble::new(kind, Subject::Secret, format!("{kind:?}")))
            }
        };
        let failed = runtime::run(until_answered(asked, rules, attempt)).expect("a runtime").expect_err("it fails");
        assert_eq!(failed.attempts, 2);
        failed.failure
    }

    #[test]
    fn an_attempt_that_is_cut_short_leaves_the_word_to_the_one_before() {
        for kind in [FailureKind::ServiceFault, FailureKind::Throttled] {
            assert_eq!(cut_short_after(kind).kind, kind);
        }
    }

    #[test]
    fn failures_of_the_source_are_made_equal() {
        let outcomes = agreed(vec![
            failed(Subject::Source, "host is down", 6),
            failed(Subject::Secret, "secret a", 3),
            failed(Subject::Source, "host is down", 7),
            failed(Subject::Source, "another host is down", 1),
        ]);
        let failures: Vec<_> = outcomes.into_iter().map(|outcome| outcome.unwrap_err()).collect();
        assert_eq!(failures[0], failures[2]);
        assert_eq!(failures[0].notes, ["attempt 6", "up to 7 attempts a secret"]);
        assert_eq!(failures[1].notes, ["attempt 3"]);
        assert_eq!(failures[3].notes, ["attempt 1"]);
    }
}
