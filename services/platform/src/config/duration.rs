//! Durations as people write them: `24h`, `30m`, `90s`, `500ms`.

use std::time::Duration;

use super::Faults;

/// Why a text is no duration.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{0}` is no duration such as 24h, 30m, 90s or 500ms")]
pub struct NoDuration(String);

/// Parses a whole number and its unit.
pub fn parse_duration(text: &str) -> Result<Duration, NoDuration> {
    let no_duration = || NoDuration(text.to_owned());
    let unit_at = text.find(|c: char| !c.is_ascii_digit()).ok_or_else(no_duration)?;
    let (number, unit) = text.split_at(unit_at);
    let number: u64 = number.parse().map_err(|_| no_duration())?;
    let unit_ms: u64 = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return Err(no_duration()),
    };
    number.checked_mul(unit_ms).map(Duration::from_millis).ok_or_else(no_duration)
}

impl Faults {
    /// Parses a duration of at least a millisecond.
    pub(super) fn parse_duration(&mut self, name: &'static str, text: &str) -> Option<Duration> {
        let duration = self.take(name, parse_duration(text))?;
        if duration.is_zero() {
            self.add(name, "must be longer than nothing");
            return None;
        }
        Some(duration)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_with_a_unit_are_durations() {
        for (text, ms) in
            [("24h", 86_400_000), ("30m", 1_800_000), ("90s", 90_000), ("500ms", 500), ("0s", 0)]
        {
            assert_eq!(parse_duration(text), Ok(Duration::from_millis(ms)), "{text}");
        }
    }

    #[test]
    fn anything_else_is_not() {
        for text in
            ["", "24", "h", "-1h", "1.5h", "1 h", "1w", "99999999999999999999h", "18446744073709551615d"]
        {
            assert!(parse_duration(text).is_err(), "{text}");
        }
    }
}
