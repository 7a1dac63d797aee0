//! What an entry of some age is good for. Pure but for [`now`].
//!
//! The clock counts from the start of the machine, time asleep too: nobody sets it, and neither key nor data of the cache
//! outlive it.

use std::time::Duration;

use nix::time::{ClockId, clock_gettime};

use super::age::Lifetimes;

impl Lifetimes {
    /// From the question to the end of any use.
    pub(super) fn whole(self) -> Duration {
        self.ttl.saturating_add(self.max_stale)
    }

    /// What an entry is good for that was asked for at `asked`.
    pub(super) fn standing(self, asked: Duration, now: Duration) -> Standing {
        match now.checked_sub(asked) {
            Some(age) if age < self.ttl => Standing::Fresh,
            Some(age) if age < self.whole() => Standing::Stale(age),
            // None: by the clock of another time namespace.
            Some(_) | None => Standing::Over,
        }
    }
}

/// What an entry is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// It is the answer.
    Fresh,
    /// It stands in for a source that fails for now; its age is said.
    Stale(Duration),
    /// Nothing.
    Over,
}

/// The time since the start of the machine.
pub(super) fn now() -> Duration {
    // The call cannot fail (clock_gettime(2): the clock is there since Linux 2.6.39). At 0 nothing is fresh.
    clock_gettime(ClockId::CLOCK_BOOTTIME).map(Duration::from).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fresh_then_stale_then_over() {
        let seconds = Duration::from_secs;
        let lifetimes = Lifetimes { ttl: seconds(60), max_stale: seconds(100) };
        let standing = |age| lifetimes.standing(seconds(1000), seconds(1000) + age);
        assert_eq!(standing(Duration::ZERO), Standing::Fresh);
        assert_eq!(standing(Duration::from_millis(59_999)), Standing::Fresh);
        assert_eq!(standing(seconds(60)), Standing::Stale(seconds(60)));
        assert_eq!(standing(Duration::from_millis(159_999)), Standing::Stale(Duration::from_millis(159_999)));
        assert_eq!(standing(seconds(160)), Standing::Over);
        assert_eq!(lifetimes.standing(seconds(1001), seconds(1000)), Standing::Over);
        let never_stale = Lifetimes { max_stale: Duration::ZERO, ..lifetimes };
        assert_eq!(never_stale.standing(seconds(0), seconds(60)), Standing::Over);
    }
}
