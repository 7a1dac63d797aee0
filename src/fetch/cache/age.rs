//! How old an entry may be, and is. Pure.

use std::time::Duration;

/// The settings of the cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifetimes {
    /// `[cache] ttl`: so long nothing is asked.
    pub ttl: Duration,
    /// `[cache] max_stale`: so much longer a value stands in for a source that fails for now.
    pub max_stale: Duration,
}

/// As people say it: two units at most, and never less than a second.
#[must_use]
pub fn spoken(age: Duration) -> String {
    let seconds = age.as_secs().max(1);
    let parts = [(seconds / 86_400, "d"), (seconds / 3600 % 24, "h"), (seconds / 60 % 60, "m"), (seconds % 60, "s")];
    let first = parts.iter().position(|(count, _)| *count > 0).unwrap_or(parts.len() - 1);
    let said = |(count, unit): &(u64, &str)| (*count > 0).then(|| format!("{count}{unit}"));
    parts[first..].iter().take(2).filter_map(said).collect::<Vec<_>>().concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages() {
        for (seconds, text) in
            [(0, "1s"), (59, "59s"), (60, "1m"), (3661, "1h1m"), (7505, "2h5m"), (86_400, "1d"), (90_061, "1d1h")]
        {
            assert_eq!(spoken(Duration::from_secs(seconds)), text);
        }
    }
}
