//! Instants and months of the metering core as the database and the API keep them.

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use metering::{Instant, Month};

/// A UTC time of the core's instant; instants of the format are years 0 to 9999, which all have one.
pub fn utc(instant: Instant) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(instant.0).unwrap_or(DateTime::UNIX_EPOCH)
}

/// The core's instant of a UTC time, in whole milliseconds.
pub fn instant(time: DateTime<Utc>) -> Instant {
    Instant(time.timestamp_millis())
}

/// A month's first day, as columns keep months.
pub fn first_day(month: Month) -> NaiveDate {
    utc(month.begin()).date_naive()
}

/// The month of a day.
pub fn month_of(day: NaiveDate) -> Month {
    let begin = day.with_day(1).unwrap_or(day).and_time(chrono::NaiveTime::MIN).and_utc();
    instant(begin).month()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_survive_the_way_to_a_column_and_back() {
        for text in ["2024-02", "2026-12", "1969-07"] {
            let month: Month = text.parse().unwrap();
            assert_eq!(first_day(month).to_string(), format!("{text}-01"));
            assert_eq!(month_of(first_day(month)), month);
        }
    }
}
