//! Instants and months of the format (usage-data.md §2) without a calendar library: an instant is a count of
//! milliseconds since 1970-01-01T00:00:00Z, a month is a year and a number from 1 to 12.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// One hour in milliseconds.
pub const HOUR_MS: i64 = 3_600_000;
/// One day in milliseconds.
pub const DAY_MS: i64 = 24 * HOUR_MS;
/// How far before a month's first instant its evidence begins (metering.md §1.3).
pub const LEAD_IN_MS: i64 = 48 * HOUR_MS;

/// A UTC instant in milliseconds since the Unix epoch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Instant(pub i64);

impl Instant {
    /// Reads RFC 3339 in UTC as usage-data.md §2 narrows it: upper-case `T` and `Z`, none or 1–3 fraction
    /// digits, no leap second. `None` for anything else.
    pub fn parse(text: &[u8]) -> Option<Self> {
        let (date, rest) = text.split_at_checked(10)?;
        if date[4] != b'-' || date[7] != b'-' {
            return None;
        }
        let (year, month, day) = (number(&date[..4])?, number(&date[5..7])?, number(&date[8..])?);
        let month = Month::new(year, month)?;
        if day < 1 || day > month.days() || rest.len() < 10 {
            return None;
        }
        let (clock, fraction) = rest.split_at(9);
        if clock[0] != b'T' || clock[3] != b':' || clock[6] != b':' {
            return None;
        }
        let (hour, minute, second) = (number(&clock[1..3])?, number(&clock[4..6])?, number(&clock[7..])?);
        if hour > 23 || minute > 59 || second > 59 {
            return None;
        }
        let ms = fraction_ms(fraction)?;
        let seconds = (hour * 60 + minute) * 60 + second;
        Some(Self(month.begin().0 + (day - 1) * DAY_MS + seconds * 1000 + ms))
    }

    /// The month that holds this instant.
    pub fn month(self) -> Month {
        let (year, month, _) = civil(self.0.div_euclid(DAY_MS));
        Month { year, month }
    }
}

/// `Z`, or `.` with 1–3 digits and `Z`, as milliseconds.
fn fraction_ms(text: &[u8]) -> Option<i64> {
    let digits = match text.strip_suffix(b"Z")? {
        [] => return Some(0),
        [b'.', digits @ ..] => digits,
        _ => return None,
    };
    let scale = match digits.len() {
        1 => 100,
        2 => 10,
        3 => 1,
        _ => return None,
    };
    Some(number(digits)? * scale)
}

fn number(digits: &[u8]) -> Option<i64> {
    digits
        .iter()
        .try_fold(0_i64, |sum, digit| digit.is_ascii_digit().then(|| sum * 10 + i64::from(digit - b'0')))
}

impl fmt::Display for Instant {
    /// `2026-09-01T00:00:00Z`, with three fraction digits only where the milliseconds are not zero.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = civil(self.0.div_euclid(DAY_MS));
        let ms = self.0.rem_euclid(DAY_MS);
        let (hour, minute, second) = (ms / HOUR_MS, ms / 60_000 % 60, ms / 1000 % 60);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")?;
        match ms % 1000 {
            0 => f.write_str("Z"),
            fraction => write!(f, ".{fraction:03}Z"),
        }
    }
}

/// A calendar month in UTC, printed `YYYY-MM`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    year: i64,
    month: i64,
}

impl Month {
    /// `month` from 1 to 12, `year` from 0 to 9999.
    pub fn new(year: i64, month: i64) -> Option<Self> {
        ((0..=9999).contains(&year) && (1..=12).contains(&month)).then_some(Self { year, month })
    }

    /// The year.
    pub fn year(self) -> i64 {
        self.year
    }

    /// 1 for January.
    pub fn number(self) -> i64 {
        self.month
    }

    /// M0: 00:00 UTC of the first day.
    pub fn begin(self) -> Instant {
        Instant(days_from_civil(self.year, self.month) * DAY_MS)
    }

    /// M1: 00:00 UTC of the next month's first day.
    pub fn end(self) -> Instant {
        self.next().begin()
    }

    /// M0 − 48 h, where the month's evidence begins (metering.md §1.3).
    pub fn evidence_begin(self) -> Instant {
        Instant(self.begin().0 - LEAD_IN_MS)
    }

    /// The days in the month: the divisor of every average.
    pub fn days(self) -> i64 {
        (self.end().0 - self.begin().0) / DAY_MS
    }

    /// The month after.
    #[must_use]
    pub fn next(self) -> Self {
        match self.month {
            12 => Self { year: self.year + 1, month: 1 },
            month => Self { year: self.year, month: month + 1 },
        }
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

/// A text that is no month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a month is written YYYY-MM, such as 2026-09")]
pub struct NotAMonth;

impl FromStr for Month {
    type Err = NotAMonth;

    fn from_str(text: &str) -> Result<Self, NotAMonth> {
        match text.as_bytes() {
            [year @ .., b'-', tens, ones] if year.len() == 4 => {
                let year = number(year).ok_or(NotAMonth)?;
                let month = number(&[*tens, *ones]).ok_or(NotAMonth)?;
                Self::new(year, month).ok_or(NotAMonth)
            }
            _ => Err(NotAMonth),
        }
    }
}

/// Days from 1970-01-01 to the first of a month (proleptic Gregorian; years begin in March here, so that the
/// leap day is the last of its year).
fn days_from_civil(year: i64, month: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// Year, month and day of a count of days since 1970-01-01.
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Option<String> {
        Instant::parse(text.as_bytes()).map(|instant| instant.to_string())
    }

    #[test]
    fn instants_print_as_they_were_read() {
        for text in [
            "1970-01-01T00:00:00Z",
            "2024-02-29T23:59:59.001Z",
            "2026-12-31T08:00:00Z",
            "0000-03-01T00:00:00Z",
        ] {
            assert_eq!(parse(text).as_deref(), Some(text));
        }
        assert_eq!(parse("2026-09-01T00:00:00.5Z").as_deref(), Some("2026-09-01T00:00:00.500Z"));
    }

    #[test]
    fn what_the_format_forbids_is_no_instant() {
        for text in [
            "",
            "2026-09-01",
            "2026-09-01T00:00:00",
            "2026-09-01t00:00:00Z",
            "2026-09-01T00:00:00z",
            "2026-09-01T00:00:00+00:00",
            "2026-09-01T00:00:60Z",
            "2026-09-01T24:00:00Z",
            "2026-02-29T00:00:00Z",
            "2026-09-31T00:00:00Z",
            "2026-13-01T00:00:00Z",
            "2026-09-01T00:00:00.Z",
            "2026-09-01T00:00:00.0001Z",
            "2026-09-01 00:00:00Z",
            "2026-09-01T00:00:00Z ",
            "+026-09-01T00:00:00Z",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn months_know_their_days() {
        let days = |text: &str| text.parse::<Month>().map(Month::days);
        assert_eq!((days("2024-02"), days("2026-02"), days("2026-12")), (Ok(29), Ok(28), Ok(31)));
        assert_eq!("2026-12".parse::<Month>().map(|month| month.next().to_string()), Ok("2027-01".into()));
        assert_eq!("2026-1".parse::<Month>(), Err(NotAMonth));
    }
}
