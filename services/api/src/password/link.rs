//! One-time links: by one, whoever has it sets a user's password, once.

use chrono::{DateTime, TimeDelta, Utc};
use platform::auth::{KeyError, OpaqueToken, PASSWORD_LINK_PREFIX};
use secrecy::{ExposeSecret, SecretString};

/// For somebody who has an account already.
const RESET_LIFE: TimeDelta = TimeDelta::days(1);
/// For somebody who does not know of it yet.
const INVITATION_LIFE: TimeDelta = TimeDelta::days(7);

/// A link to give out.
#[derive(Debug)]
pub struct Link {
    token: OpaqueToken,
    expires_at: DateTime<Utc>,
}

impl Link {
    /// For a user who was just added.
    pub fn invitation(machine_now: DateTime<Utc>) -> Result<Self, KeyError> {
        Self::new(machine_now + INVITATION_LIFE)
    }

    /// For a user who lost their password.
    pub fn reset(machine_now: DateTime<Utc>) -> Result<Self, KeyError> {
        Self::new(machine_now + RESET_LIFE)
    }

    fn new(expires_at: DateTime<Utc>) -> Result<Self, KeyError> {
        Ok(Self { token: OpaqueToken::generate(PASSWORD_LINK_PREFIX)?, expires_at })
    }

    /// Until when it is good, by the machine's clock.
    pub const fn expires_at(&self) -> DateTime<Utc> {
        self.expires_at
    }

    /// What is kept of it.
    pub const fn sha256(&self) -> &[u8; 32] {
        &self.token.sha256
    }

    /// To show once. The token stands in the fragment, which browsers send to nobody, so that it is in no log; where
    /// the service does not know its own URL, it is the token alone.
    pub fn into_text(self, public_url: Option<&str>) -> SecretString {
        match public_url {
            Some(url) => format!("{url}/set-password#{}", self.token.text.expose_secret()).into(),
            None => self.token.text,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_stands_in_the_fragment() {
        let link = || Link::reset(DateTime::UNIX_EPOCH).unwrap();
        assert_eq!(link().expires_at().to_rfc3339(), "1970-01-02T00:00:00+00:00");
        let text = link().into_text(Some("https://usage.example"));
        assert!(text.expose_secret().starts_with("https://usage.example/set-password#upl_"));
        assert!(link().into_text(None).expose_secret().starts_with("upl_"));
    }
}
