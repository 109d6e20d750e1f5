//! A key as the API shows it.

use chrono::{DateTime, Utc};
use schema::api_keys;
use schema::types::Role;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// An API key, without its text.
#[derive(Debug, Serialize, ToSchema)]
pub struct ApiKey {
    id: Uuid,
    /// As people call it.
    #[schema(example = "nightly export")]
    name: String,
    /// Names of the table of rights, as far as `role` has them.
    #[schema(example = json!(["read", "upload"]))]
    rights: Vec<String>,
    /// Its maker's, when it was made.
    role: Role,
    /// `user:<id>`. The key is the organization's: it outlives its maker.
    created_by: String,
    created_at: DateTime<Utc>,
    /// By the machine's clock.
    expires_at: DateTime<Utc>,
    /// By the machine's clock, to the minute; null until then.
    last_used_at: Option<DateTime<Utc>>,
    /// From then on it is good for nothing; null until then.
    revoked_at: Option<DateTime<Utc>>,
}

/// The answer to a creation.
#[derive(Debug, Serialize, ToSchema)]
pub struct CreatedApiKey {
    #[serde(flatten)]
    api_key: ApiKey,
    /// For `Authorization: Bearer`. Shown this once: a repeated answer to the same `Idempotency-Key` is without it.
    #[schema(example = "uik_…", required = false)]
    key: String,
}

impl From<api_keys::ApiKey> for ApiKey {
    fn from(key: api_keys::ApiKey) -> Self {
        let api_keys::ApiKey {
            id,
            name,
            role,
            rights,
            created_by,
            created_at,
            expires_at,
            last_used_at,
            revoked_at,
        } = key;
        Self { id, name, rights, role, created_by, created_at, expires_at, last_used_at, revoked_at }
    }
}
