//! What texts mean.

use chrono::{DateTime, Utc};
use metering::Month;
use uuid::Uuid;

/// The hyphenated form alone, as this API writes ids.
pub fn uuid(text: &str) -> Result<Uuid, String> {
    let hyphenated = text.len() == 36;
    Uuid::try_parse(text).ok().filter(|_| hyphenated).ok_or_else(|| "is no UUID".to_owned())
}

/// Of RFC 3696: 64 before the `@`, 255 after it.
pub const EMAIL_CHARACTERS_MAX: usize = 320;

/// An e-mail address in lower case. Whether there is such a one only a letter to it could tell.
pub fn email(written: &str) -> Result<String, String> {
    // In lower case it may be longer.
    let email = text(EMAIL_CHARACTERS_MAX)(&written.to_lowercase())?;
    let is_one = email.split_once('@').is_some_and(|(name, host)| {
        !name.is_empty() && !host.is_empty() && !host.contains('@') && !email.contains(char::is_whitespace)
    });
    if is_one { Ok(email) } else { Err("is no e-mail address".to_owned()) }
}

/// `YYYY-MM`.
pub fn month(text: &str) -> Result<Month, String> {
    text.parse().map_err(|_| "is no month such as 2026-09".to_owned())
}

/// `true` or `false`.
pub fn boolean(text: &str) -> Result<bool, String> {
    match text {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err("is neither true nor false".to_owned()),
    }
}

/// A number from 1 up.
pub fn ordinal(text: &str) -> Result<i32, String> {
    text.parse().ok().filter(|number| *number > 0).ok_or_else(|| "is no number from 1 up".to_owned())
}

/// RFC 3339.
pub fn instant(text: &str) -> Result<DateTime<Utc>, String> {
    let instant =
        DateTime::parse_from_rfc3339(text).map_err(|error| format!("is no RFC 3339 time: {error}"))?;
    Ok(instant.with_timezone(&Utc))
}

/// A word of a vocabulary.
pub fn word<T: Copy>(all: &[T], name: impl Fn(T) -> &'static str) -> impl FnOnce(&str) -> Result<T, String> {
    move |text| {
        let word = all.iter().copied().find(|word| name(*word) == text);
        word.ok_or_else(|| {
            let known: Vec<_> = all.iter().map(|word| name(*word)).collect();
            format!("is none of {}", known.join(", "))
        })
    }
}

/// A text of at least one and at most `characters_max` characters, none of which controls anything.
pub fn text(characters_max: usize) -> impl FnOnce(&str) -> Result<String, String> {
    move |text| {
        if text.chars().any(char::is_control) {
            return Err("must not contain control characters".to_owned());
        }
        if text.trim().is_empty() || text.chars().count() > characters_max {
            return Err(format!("must have 1 to {characters_max} characters"));
        }
        Ok(text.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_email_address_has_a_name_and_a_host() {
        assert_eq!(email("Admin@Acme.test"), Ok("admin@acme.test".to_owned()));
        for wrong in ["", "admin", "@acme.test", "admin@", "a@b@c", "a b@c", "a@b\r\nbcc: c"] {
            assert!(email(wrong).is_err(), "{wrong}");
        }
        assert!(email(&format!("{}@b", "a".repeat(319))).is_err());
    }
}
