//! What a caller is told of its limits: the `RateLimit` headers of draft-ietf-httpapi-ratelimit-headers-07.

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};

use super::Key;
use super::window::WINDOW_SECONDS;
use crate::config::LimitSettings;
use crate::problem::ApiError;

const LIMIT: HeaderName = HeaderName::from_static("ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("ratelimit-remaining");
const RESET: HeaderName = HeaderName::from_static("ratelimit-reset");
const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// How a request stands to the tightest of its limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Of the limit.
    pub limit_name: &'static str,
    /// Whether the request may pass.
    pub allowed: bool,
    /// Requests a minute.
    pub limit: u32,
    /// What is left of them, as far as this process knows.
    pub remaining: u32,
    /// Until the next minute.
    pub reset_seconds: u32,
}

impl Standing {
    /// An error when the request may not pass.
    pub fn check(&self) -> Result<(), ApiError> {
        if self.allowed {
            return Ok(());
        }
        metrics::counter!("rate_limited_requests_total", "limit" => self.limit_name).increment(1);
        Err(ApiError::TooManyRequests { retry_after: self.reset_seconds })
    }

    /// The tighter of two.
    #[must_use]
    pub fn or_tighter(self, other: Self) -> Self {
        let other_is_tighter = (other.allowed, other.remaining) <= (self.allowed, self.remaining);
        if other_is_tighter { other } else { self }
    }

    /// Writes it on the answer.
    pub fn tell(&self, policy: &HeaderValue, headers: &mut HeaderMap) {
        headers.insert(LIMIT, self.limit.into());
        headers.insert(REMAINING, self.remaining.into());
        headers.insert(RESET, self.reset_seconds.into());
        headers.insert(POLICY, policy.clone());
    }
}

/// The limits that a request may be under, as `RateLimit-Policy` writes them.
pub struct Policies {
    /// Of whoever is not known.
    pub anyone: HeaderValue,
    /// Of who wants to be.
    pub sign_in: HeaderValue,
    /// Of known callers.
    pub caller: HeaderValue,
}

impl Policies {
    /// Of these limits.
    pub fn of(settings: &LimitSettings) -> Self {
        let address = Key::Address([0, 0, 0, 0].into());
        let sign_in = Key::SignIn([0, 0, 0, 0].into());
        let nobody = uuid::Uuid::nil();
        let caller = Key::Caller { organization_id: nobody, id: nobody };
        Self {
            anyone: policy(&[address], settings),
            sign_in: policy(&[address, sign_in], settings),
            caller: policy(&[address, caller, Key::Organization(nobody)], settings),
        }
    }
}

fn policy(keys: &[Key], settings: &LimitSettings) -> HeaderValue {
    let limiting = keys.iter().filter(|key| key.limit(settings) > 0);
    let parts: Vec<String> = limiting
        .map(|key| format!("{};w={WINDOW_SECONDS};comment=\"{}\"", key.limit(settings), key.name()))
        .collect();
    // Digits and letters are always a header's value.
    HeaderValue::from_str(&parts.join(", ")).unwrap_or_else(|_| HeaderValue::from_static(""))
}
