//! What an access token says.

use chrono::{DateTime, Utc};
use schema::types::Role;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use uuid::Uuid;

use super::User;

/// By the machine's clock.
pub const ACCESS_TOKEN_LIFE: Duration = Duration::from_mins(15);

/// Who made the token.
pub(super) const ISSUER: &str = "usage-insight";
/// Whom it is for.
pub(super) const AUDIENCE: &str = "usage-insight-api";

/// The claims of an access token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// Issuer.
    pub iss: String,
    /// Audience.
    pub aud: String,
    /// The user.
    pub sub: Uuid,
    /// Their organization.
    pub org: Uuid,
    /// Their role.
    pub role: Role,
    /// Issued at, Unix seconds.
    pub iat: i64,
    /// Expires at, Unix seconds.
    pub exp: i64,
    /// This token.
    pub jti: Uuid,
}

impl Claims {
    /// The claims of a user's next token.
    pub fn new(user: &User, machine_now: DateTime<Utc>) -> Self {
        let iat = machine_now.timestamp();
        Self {
            iss: ISSUER.to_owned(),
            aud: AUDIENCE.to_owned(),
            sub: user.id,
            org: user.organization_id,
            role: user.role,
            iat,
            exp: iat.saturating_add_unsigned(ACCESS_TOKEN_LIFE.as_secs()),
            jti: Uuid::new_v4(),
        }
    }

    /// Whose token it is.
    pub const fn user(&self) -> User {
        User { id: self.sub, organization_id: self.org, role: self.role }
    }
}
