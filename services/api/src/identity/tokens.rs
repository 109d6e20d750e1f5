//! The tokens that a log-in and each renewal of it give.

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, HeaderValue};
use chrono::{DateTime, TimeDelta, Utc};
use platform::auth::{ACCESS_TOKEN_LIFE, Claims, OpaqueToken, REFRESH_TOKEN_PREFIX, User};
use platform::problem::ApiError;
use schema::identity::refresh_tokens::NewRefreshToken;
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use utoipa::ToSchema;

use crate::Api;

/// Who does not come back for this long logs in again.
const REFRESH_TOKEN_LIFE: TimeDelta = TimeDelta::days(30);

/// A refresh token to give out, and its digest to keep.
pub struct Refresh {
    token: OpaqueToken,
    expires_at: DateTime<Utc>,
}

/// The tokens of a log-in.
#[derive(Serialize, ToSchema)]
pub struct Tokens {
    /// A JWT (`EdDSA`) for `Authorization: Bearer`.
    access_token: String,
    /// Always `Bearer`.
    #[schema(value_type = String, example = "Bearer")]
    token_type: &'static str,
    /// Seconds for which the access token is good.
    #[schema(example = 900)]
    expires_in: u64,
    /// Renews the log-in once, and gives another.
    refresh_token: String,
}

impl Refresh {
    /// A new one; its life is the machine's time.
    pub fn generate(api: &Api) -> Result<Self, ApiError> {
        let token = OpaqueToken::generate(REFRESH_TOKEN_PREFIX).map_err(ApiError::internal)?;
        Ok(Self { token, expires_at: api.clock.machine_now() + REFRESH_TOKEN_LIFE })
    }

    /// What is kept of it.
    pub fn to_keep(&self) -> NewRefreshToken<'_> {
        NewRefreshToken { token_sha256: &self.token.sha256, expires_at: self.expires_at }
    }

    /// To give out.
    pub fn into_text(self) -> SecretString {
        self.token.text
    }
}

/// The answer to a log-in or its renewal, which nobody on the way may keep.
pub fn answer(api: &Api, user: &User, refresh_token: &SecretString) -> Result<HttpResponse, ApiError> {
    let claims = Claims::new(user, api.clock.machine_now());
    let access_token = api.keys.sign(&claims).map_err(ApiError::internal)?;
    let tokens = Tokens {
        access_token: access_token.expose_secret().to_owned(),
        token_type: "Bearer",
        expires_in: ACCESS_TOKEN_LIFE.as_secs(),
        refresh_token: refresh_token.expose_secret().to_owned(),
    };
    Ok(HttpResponse::Ok().insert_header((CACHE_CONTROL, HeaderValue::from_static("no-store"))).json(tokens))
}
