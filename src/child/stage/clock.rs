//! The clock of `--kill-after`: it starts with the first TERM passed on, and stands still while the command is stopped. Pure.

/// Counts down; all times are nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Clock {
    /// Not asked for.
    Never,
    /// No TERM yet.
    Wound { time: u64 },
    /// Ends then.
    Running { until: u64 },
    /// So much is left, and the command is stopped.
    Standing { left: u64 },
}

impl Clock {
    pub(crate) fn new(time: Option<u64>) -> Self {
        time.map_or(Self::Never, |time| Self::Wound { time })
    }

    /// A TERM was passed on; only the first one counts.
    pub(crate) fn start(&mut self, now: u64, stopped: bool) {
        if let Self::Wound { time } = *self {
            *self =
                if stopped { Self::Standing { left: time } } else { Self::Running { until: now.saturating_add(time) } };
        }
    }

    /// The command was stopped.
    pub(crate) fn pause(&mut self, now: u64) {
        if let Self::Running { until } = *self {
            *self = Self::Standing { left: until.saturating_sub(now) };
        }
    }

    /// The command goes on.
    pub(crate) fn go_on(&mut self, now: u64) {
        if let Self::Standing { left } = *self {
            *self = Self::Running { until: now.saturating_add(left) };
        }
    }

    /// How long it still runs; nothing if it does not.
    pub(crate) fn left(&self, now: u64) -> Option<u64> {
        match *self {
            Self::Running { until } => Some(until.saturating_sub(now)),
            Self::Never | Self::Wound { .. } | Self::Standing { .. } => None,
        }
    }

    /// Whether it has run down; if so, it stops.
    pub(crate) fn rings(&mut self, now: u64) -> bool {
        let rings = self.left(now) == Some(0);
        if rings {
            *self = Self::Never;
        }
        rings
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_time_it_never_rings() {
        let mut clock = Clock::new(None);
        clock.start(0, false);
        assert_eq!(clock.left(9), None);
        assert!(!clock.rings(u64::MAX));
    }

    #[test]
    fn it_rings_once_so_long_after_the_first_term() {
        let mut clock = Clock::new(Some(10));
        assert!(!clock.rings(100));
        clock.start(100, false);
        clock.start(105, false);
        assert_eq!(clock.left(105), Some(5));
        assert!(!clock.rings(109));
        assert!(clock.rings(110));
        assert!(!clock.rings(111));
    }

    #[test]
    fn it_stands_still_while_the_command_is_stopped() {
        let mut clock = Clock::new(Some(10));
        clock.start(100, false);
        clock.pause(104);
        assert_eq!(clock.left(1000), None);
        assert!(!clock.rings(1000));
        clock.go_on(1000);
        assert_eq!(clock.left(1000), Some(6));
        assert!(clock.rings(1006));
    }

    #[test]
    fn a_term_to_a_stopped_command_starts_it_standing() {
        let mut clock = Clock::new(Some(10));
        clock.start(100, true);
        assert!(!clock.rings(1000));
        clock.go_on(1000);
        assert_eq!(clock.left(1004), Some(6));
    }
}
