//! What was throttled goes on one by one: the first waits and asks again, the others of the same start queue behind it.
//! Edge only in that it makes tasks wait; it knows no source.
//! Separate because it is the one thing that the requests of a start have to agree on, so that a fleet that starts at once
//! asks again once a start and not once a secret.

use std::{ops::ControlFlow, time::Instant};

use tokio::{
    sync::{Mutex, MutexGuard},
    time::timeout_at,
};

/// One for each fetch; inside, how often in a row it has been throttled, a success counting against it.
#[derive(Debug, Default)]
pub(super) struct Turnstile(Mutex<usize>);

/// Held by the one request that asks again.
pub(super) struct Turn<'t>(MutexGuard<'t, usize>);

impl Turnstile {
    /// After an answer that was throttled: whoever is the first gets its turn and has to wait; whoever queued gets it when
    /// those before it went through, and may ask at once. No turn before the deadline is the end.
    pub(super) async fn next(&self, deadline: Instant) -> ControlFlow<(), (Turn<'_>, usize)> {
        if let Ok(throttled) = self.0.try_lock() {
            let mut turn = Turn(throttled);
            let level = turn.throttled();
            return ControlFlow::Continue((turn, level));
        }
        match timeout_at(deadline.into(), self.0.lock()).await {
            Ok(throttled) => ControlFlow::Continue((Turn(throttled), 0)),
            Err(_) => ControlFlow::Break(()),
        }
    }
}

impl Turn<'_> {
    /// It was throttled again: how often in a row that makes.
    pub(super) fn throttled(&mut self) -> usize {
        *self.0 += 1;
        *self.0
    }

    /// It went through.
    pub(super) fn through(mut self) {
        *self.0 = self.0.saturating_sub(1);
    }
}
