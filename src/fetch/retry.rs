//! When to try again: full jitter under an exponential ceiling, a server's own wish first, the deadline above all.
//! Pure: time and chance come in as arguments.
//! Separate from the SDK's retries, which give up after three attempts and know no deadline.

use std::time::Duration;

use super::FailureKind;

/// The ceiling of the first wait.
const FIRST: Duration = Duration::from_millis(100);
/// The ceiling of every wait (SPEC section 4).
const LONGEST: Duration = Duration::from_secs(5);
/// With less time than this an attempt is not worth making.
const LEAST: Duration = Duration::from_millis(50);

/// What to do after a failed attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Wait so long, then try again.
    Wait(Duration),
    /// Another attempt could not end before the deadline.
    GiveUp,
}

/// The wait after attempt number `attempt` (from 1; none after number 0), with `left` until the deadline and `chance` in 0 to 1.
///
/// `wish` is what the service asked for (`Retry-After`): never less than that, and if it lies beyond the deadline nothing
/// is worth waiting for. A wait of our own is cut to half of what is left, so that the last attempt has time to end.
pub(super) fn next(attempt: usize, chance: f64, wish: Option<Duration>, left: Duration) -> Next {
    let wish = wish.unwrap_or_default();
    if left < LEAST || wish.saturating_add(LEAST) > left {
        return Next::GiveUp;
    }
    if attempt == 0 {
        return Next::Wait(wish);
    }
    let doublings = u32::try_from(attempt.saturating_sub(1)).unwrap_or(u32::MAX).min(16);
    let ceiling = FIRST.saturating_mul(1 << doublings).min(LONGEST);
    Next::Wait(ceiling.mul_f64(chance.clamp(0.0, 1.0)).min(left / 2).max(wish))
}

/// Whether so many attempts, the last of which ended like this, show a place to be out of order when another one is next
/// ([`super::Patience::Brief`]): a reset or a 500 may be a blip, silence has taken its time already.
pub(super) fn is_enough(attempts: usize, last: FailureKind) -> bool {
    last.is_outage() && (attempts > 1 || last == FailureKind::Deadline)
}

/// A number in 0 to 1 from the standard library's per-process random keys: good enough to spread retries.
pub(super) fn chance() -> f64 {
    use std::hash::{BuildHasher, Hasher, RandomState};
    let bits = RandomState::new().build_hasher().finish() >> 32;
    f64::from(u32::try_from(bits).unwrap_or(u32::MAX)) / f64::from(u32::MAX)
}

/// `Retry-After` in whole seconds (RFC 9110; dates are not worth a parser here), or `x-amz-retry-after` in milliseconds.
pub(super) fn wish<'a>(header: impl Fn(&'static str) -> Option<&'a str>) -> Option<Duration> {
    let number = |name| header(name)?.trim().parse::<u64>().ok();
    number("x-amz-retry-after").map(Duration::from_millis).or_else(|| number("retry-after").map(Duration::from_secs))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_mins(10);

    #[test]
    fn waits_double_up_to_the_ceiling() {
        let ceilings: Vec<_> = (1..=8).map(|attempt| next(attempt, 1.0, None, LONG)).collect();
        let expected = [100, 200, 400, 800, 1600, 3200, 5000, 5000].map(|ms| Next::Wait(Duration::from_millis(ms)));
        assert_eq!(ceilings, expected);
        assert_eq!(next(0, 1.0, None, LONG), Next::Wait(Duration::ZERO));
        assert_eq!(next(usize::MAX, 1.0, None, LONG), Next::Wait(LONGEST));
        assert_eq!(next(3, 0.0, None, LONG), Next::Wait(Duration::ZERO));
        assert_eq!(next(3, 0.25, None, LONG), Next::Wait(Duration::from_millis(100)));
    }

    #[test]
    fn the_deadline_bounds_every_wait() {
        let second = Duration::from_secs(1);
        assert_eq!(next(8, 1.0, None, second), Next::Wait(second / 2));
        assert_eq!(next(1, 1.0, None, Duration::from_millis(49)), Next::GiveUp);
        assert_eq!(next(1, 1.0, None, Duration::ZERO), Next::GiveUp);
    }

    #[test]
    fn a_wish_is_granted_unless_it_is_too_late() {
        let three = Duration::from_secs(3);
        assert_eq!(next(1, 1.0, Some(three), LONG), Next::Wait(three));
        assert_eq!(next(7, 1.0, Some(three), LONG), Next::Wait(LONGEST));
        assert_eq!(next(1, 1.0, Some(three), three), Next::GiveUp);
        assert_eq!(next(1, 1.0, Some(Duration::MAX), LONG), Next::GiveUp);
    }

    #[test]
    fn silence_is_enough_at_once_and_blips_are_not() {
        assert!(is_enough(1, FailureKind::Deadline));
        assert!(!is_enough(1, FailureKind::ServiceFault) && is_enough(2, FailureKind::ServiceFault));
        assert!(!is_enough(1, FailureKind::Unreachable) && is_enough(2, FailureKind::Unreachable));
        assert!(!is_enough(9, FailureKind::Throttled) && !is_enough(9, FailureKind::AccessDenied));
    }

    #[test]
    fn wishes() {
        let header = |name, text| wish(move |asked| (asked == name).then_some(text));
        assert_eq!(header("retry-after", "7"), Some(Duration::from_secs(7)));
        assert_eq!(header("x-amz-retry-after", "250"), Some(Duration::from_millis(250)));
        assert_eq!(header("retry-after", "Fri, 31 Dec 1999 23:59:59 GMT"), None);
        assert_eq!(header("other", "7"), None);
    }

    #[test]
    fn chances_are_spread() {
        let rolls: Vec<_> = (0..64).map(|_| chance()).collect();
        assert!(rolls.iter().all(|roll| (0.0..=1.0).contains(roll)));
        assert!(rolls.iter().any(|roll| *roll < 0.5) && rolls.iter().any(|roll| *roll > 0.5));
    }
}
