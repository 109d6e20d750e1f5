//! What a password must be: long, and not what everybody tries first. Of which characters is nobody's business (NIST
//! SP 800-63B, §3.1.1.2).

use platform::problem::{ApiError, ErrorItem};
use secrecy::{ExposeSecret, SecretString};
use std::collections::BTreeSet;
use std::ops::RangeInclusive;

/// How long a new password is.
const LENGTH_BYTES: RangeInclusive<usize> = 12..=1024;

/// The commonest of those that are long enough; words without the digits and signs that people put around them.
const COMMONEST: [&str; 29] = [
    "012345678910",
    "123456789012",
    "1234567890123",
    "12345678901234567890",
    "123412341234",
    "password",
    "passwort",
    "passwordpassword",
    "mypassword",
    "adminpassword",
    "changeme",
    "changemeplease",
    "administrator",
    "adminadmin",
    "welcome",
    "letmein",
    "letmeinplease",
    "iloveyou",
    "iloveyousomuch",
    "qwerty",
    "qwertyuiop",
    "qwertyqwerty",
    "qwertyuiopasdfghjkl",
    "asdfghjkl",
    "onetwothreefour",
    "abcdefghijkl",
    "abcdefghijklmnopqrstuvwxyz",
    "unknown",
    "usageinsight",
];

/// A password that somebody tries; whether it is a good one does not matter.
pub fn secret(text: &str) -> Result<SecretString, String> {
    let max = LENGTH_BYTES.end();
    if text.len() <= *max { Ok(text.into()) } else { Err(format!("must have at most {max} bytes")) }
}

/// Refuses a password that is none for the user of this e-mail address, as a fault of the field `new_password`.
pub fn check(password: &SecretString, email: &str) -> Result<(), ApiError> {
    match why_not(password.expose_secret(), email) {
        None => Ok(()),
        Some(message) => Err(ApiError::invalid(vec![ErrorItem::field("new_password", "invalid", message)])),
    }
}

fn why_not(password: &str, email: &str) -> Option<&'static str> {
    if !LENGTH_BYTES.contains(&password.len()) {
        return Some("must have 12 to 1024 bytes");
    }
    let lower = password.to_lowercase();
    if lower == email.to_lowercase() {
        return Some("must not be the e-mail address");
    }
    let core = lower.trim_matches(|c: char| !c.is_alphabetic());
    let repeats = lower.chars().collect::<BTreeSet<_>>().len() < 4;
    let is_common = repeats || COMMONEST.contains(&core) || COMMONEST.contains(&lower.as_str());
    is_common.then_some("is one of the commonest passwords")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_long_and_uncommon() {
        let why = |password: &str| why_not(password, "admin@acme.test");
        for good in [
            "demo-password",
            "correct horse battery staple",
            "zwölf zeichen",
            "8374 9283 1123",
            &"xyz-".repeat(256),
        ] {
            assert_eq!(why(good), None, "{good}");
        }
        assert_eq!(why("eleven byte"), Some("must have 12 to 1024 bytes"));
        assert_eq!(why(&"xyz-y".repeat(205)), Some("must have 12 to 1024 bytes"));
        assert_eq!(why("Admin@Acme.test"), Some("must not be the e-mail address"));
        for common in ["123456789012", "Password1234", "!!Password!!", "aaaaaaaaaaaaaa", "abababababab"] {
            assert_eq!(why(common), Some("is one of the commonest passwords"), "{common}");
        }
    }
}
