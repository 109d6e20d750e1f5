//! The slots of the schedule.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use platform::config::AggregationSettings;

/// The latest slot at or before `now`: slots lie an interval apart, counted from the time of day in the settings.
pub fn due(now: DateTime<Utc>, settings: AggregationSettings) -> DateTime<Utc> {
    let first = NaiveDate::default().and_time(settings.at).and_utc();
    let interval_ms = i64::try_from(settings.interval.as_millis()).unwrap_or(i64::MAX).max(1);
    let passed = (now - first).num_milliseconds().div_euclid(interval_ms);
    first + TimeDelta::milliseconds(passed * interval_ms)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::NaiveTime;
    use std::time::Duration;

    fn due_at(now: &str, interval: Duration) -> String {
        let at = NaiveTime::from_hms_opt(0, 30, 0).unwrap();
        let deadline = Duration::from_hours(48);
        let settings = AggregationSettings { interval, at, deadline, workers: 1, verify_units: 0 };
        due(now.parse().unwrap(), settings).to_rfc3339()
    }

    #[test]
    fn a_day_has_one_slot_half_an_hour_in() {
        let day = Duration::from_hours(24);
        assert_eq!(due_at("2026-10-01T00:29:59.999Z", day), "2026-09-30T00:30:00+00:00");
        assert_eq!(due_at("2026-10-01T00:30:00Z", day), "2026-10-01T00:30:00+00:00");
    }

    #[test]
    fn a_shorter_interval_divides_the_day_from_there() {
        let hours = Duration::from_hours(6);
        assert_eq!(due_at("2026-10-01T13:00:00Z", hours), "2026-10-01T12:30:00+00:00");
    }
}
