//! A user as the API shows them.

use chrono::{DateTime, Utc};
use schema::identity;
use schema::types::Role;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A user.
#[derive(Debug, Serialize, ToSchema)]
pub struct User {
    /// UUID v7.
    pub id: Uuid,
    /// In lower case.
    pub email: String,
    /// What they may do.
    pub role: Role,
    /// Whose user.
    pub organization_id: Uuid,
    /// Whether they may not log in any more.
    pub disabled: bool,
    /// Whether they have set a password: those who were invited, or sign in elsewhere, have not.
    pub has_password: bool,
    /// When they were added.
    pub created_at: DateTime<Utc>,
}

impl From<identity::User> for User {
    fn from(user: identity::User) -> Self {
        Self {
            id: user.id,
            email: user.email,
            role: user.role,
            organization_id: user.organization_id,
            disabled: user.disabled_at.is_some(),
            has_password: user.has_password,
            created_at: user.created_at,
        }
    }
}

/// The answer to an invitation.
#[derive(Debug, Serialize, ToSchema)]
pub struct InvitedUser {
    /// The user.
    #[serde(flatten)]
    pub user: User,
    /// Sets their password, once, within seven days. Shown this once: a repeated answer to the same `Idempotency-Key`
    /// is without it. Without `USAGE_PUBLIC_URL` in production it is the token alone.
    #[schema(example = "https://usage.example/set-password#upl_…", required = false)]
    pub one_time_link: String,
}

/// A one-time link.
#[derive(Debug, Serialize, ToSchema)]
pub struct PasswordLink {
    /// Sets the user's password, once. Shown this once: a repeated answer to the same `Idempotency-Key` is without it.
    /// Without `USAGE_PUBLIC_URL` in production it is the token alone.
    #[schema(example = "https://usage.example/set-password#upl_…", required = false)]
    pub one_time_link: String,
    /// Until when it is good, by the machine's clock.
    pub expires_at: DateTime<Utc>,
}
