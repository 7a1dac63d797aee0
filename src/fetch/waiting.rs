//! What a fetch waits for, said on a terminal once it has taken a second, and taken away before anything else is printed.
//! Edge: it keeps time. The note is the thread's own: a fetch has one thread, and the HTTP client under the SDK no other
//! way to tell whom it asks.

use std::{
    cell::RefCell,
    pin::pin,
    time::{Duration, Instant},
};

use tokio::time::timeout_at;

use super::{FailureKind, Limits};
use crate::log::Log;

/// How long nothing is said, and how often it is said anew.
const TACT: Duration = Duration::from_secs(1);

/// What is waited for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Waiting {
    whom: String,
    failed: Option<(FailureKind, usize)>,
}

thread_local! {
    static NOW: RefCell<Waiting> = RefCell::default();
}

/// A question goes to that host.
pub(super) fn asks(whom: &str) {
    NOW.with_borrow_mut(|now| {
        if now.whom != whom {
            *now = Waiting { whom: whom.to_owned(), failed: None };
        }
    });
}

/// An attempt failed like this, and another one follows.
pub(super) fn failed(kind: FailureKind, attempt: usize) {
    NOW.with_borrow_mut(|now| now.failed = Some((kind, attempt)));
}

/// Does the work, and meanwhile shows what it waits for.
pub(super) async fn shown<T>(limits: &Limits, log: &Log, work: impl Future<Output = T>) -> T {
    NOW.with_borrow_mut(|now| *now = Waiting::default());
    let mut work = pin!(work);
    let mut said = false;
    let mut next = Instant::now() + TACT;
    loop {
        if let Ok(output) = timeout_at(next.into(), &mut work).await {
            if said {
                log.status(String::new);
            }
            return output;
        }
        next += TACT;
        said = true;
        log.status(|| NOW.with_borrow(|now| now.line(limits.deadline.saturating_duration_since(Instant::now()))));
    }
}

impl Waiting {
    fn line(&self, left: Duration) -> String {
        let whom = if self.whom.is_empty() { "credentials" } else { &self.whom };
        let why = self.failed.map_or_else(String::new, |(kind, attempt)| {
            format!(" ({}, attempt {})", kind.as_str().replace('-', " "), attempt + 1)
        });
        // Rounded up, so that it never says that none is left.
        let seconds = left.as_millis().div_ceil(1000);
        format!("waiting for {whom}{why}, deadline in {seconds}s")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_at_once_shows_nothing() {
        let now = Instant::now();
        let limits = Limits {
            deadline: now,
            budget: TACT,
            attempt_timeout: TACT,
            concurrency: std::num::NonZeroUsize::MIN,
            max_attempts: None,
            batching: crate::fetch::Batching::Single,
            patience: crate::fetch::Patience::Deadline,
        };
        let log = Log::new(crate::log::Level::Quiet, |_| ()).with_status(|line| panic!("{line}"));
        let output = crate::fetch::runtime::run(shown(&limits, &log, std::future::ready(7)));
        assert_eq!(output.expect("a runtime"), 7);
    }

    #[test]
    fn lines() {
        let left = Duration::from_millis(27_300);
        let mut waiting = Waiting::default();
        assert_eq!(waiting.line(left), "waiting for credentials, deadline in 28s");
        waiting.whom = "sm.example".to_owned();
        assert_eq!(waiting.line(left), "waiting for sm.example, deadline in 28s");
        waiting.failed = Some((FailureKind::ServiceFault, 2));
        assert_eq!(waiting.line(left), "waiting for sm.example (service fault, attempt 3), deadline in 28s");
    }
}
