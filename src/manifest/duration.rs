//! Durations as people write them: `500ms`, `30s`, `1m30s`, `2h`. Pure.

use std::time::Duration;

/// Reads whole numbers with the units `ms`, `s`, `m` and `h`, largest first; more than zero, at most a day.
///
/// # Errors
/// What is wrong with it.
pub fn parse_duration(text: &str) -> Result<Duration, String> {
    const UNITS: [(&str, u64); 4] = [("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];
    let broken = || format!("`{text}` is not a duration such as 500ms, 30s or 1m30s");
    let mut total = 0u64;
    let mut units = UNITS.iter();
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).ok_or_else(broken)?;
        let unit_end = rest[digits..].find(|c: char| !c.is_ascii_alphabetic()).map_or(rest.len(), |at| digits + at);
        let (_, millis) = units.find(|(unit, _)| *unit == &rest[digits..unit_end]).ok_or_else(broken)?;
        let count: u64 = rest[..digits].parse().map_err(|_| broken())?;
        total = count.checked_mul(*millis).and_then(|part| total.checked_add(part)).ok_or_else(broken)?;
        rest = &rest[unit_end..];
    }
    match total {
        0 => Err(if text.is_empty() { broken() } else { format!("`{text}` is no time at all") }),
        1..=86_400_000 => Ok(Duration::from_millis(total)),
        _ => Err(format!("`{text}` is more than a day")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_go_from_large_to_small() {
        assert_eq!(parse_duration("30s"), Ok(Duration::from_secs(30)));
        assert_eq!(parse_duration("1m30s"), Ok(Duration::from_secs(90)));
        assert_eq!(parse_duration("2h5ms"), Ok(Duration::from_millis(7_200_005)));
        for text in ["", "30", "s", "0s", "1s1m", "1s1s", "-1s", "1.5s", "1 s", "25h", "99999999999999999999s", "1d"] {
            assert!(parse_duration(text).is_err(), "{text}");
        }
    }
}
