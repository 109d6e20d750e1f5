//! What is said of a key to make.

use chrono::{DateTime, TimeDelta, Utc};
use platform::auth::{RIGHTS, delegable_rights};
use platform::problem::{ApiError, ErrorItem};
use schema::types::Role;
use utoipa::ToSchema;

use crate::request::{Fields, FromFields, parse};

const NAME_CHARACTERS_MAX: usize = 200;

/// A leap year: who needs a key for longer makes another in time.
const LIFE_MAX: TimeDelta = TimeDelta::days(366);

/// A key to make.
#[derive(Debug, ToSchema)]
pub struct ApiKeyRequest {
    /// As people call it.
    #[schema(min_length = 1, max_length = 200, example = "nightly export")]
    pub name: String,
    /// Rights that the caller's role has and API keys may have: of `read`, `read-uploads`, `upload`, `manage-meters`,
    /// `order`, `approve`, `operate`, `manage-contracts`, `manage-sites`.
    #[schema(value_type = Vec<String>, min_items = 1, example = json!(["read", "upload"]))]
    pub rights: Vec<&'static str>,
    /// By the machine's clock: in the future, and at most 366 days from now.
    pub expires_at: DateTime<Utc>,
}

impl FromFields for ApiKeyRequest {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let known: Vec<&str> = RIGHTS.iter().filter(|row| row.delegable).map(|row| row.name).collect();
        let right = |text: &str| parse::word(&known, |name| name)(text);
        let name = fields.required("name", parse::text(NAME_CHARACTERS_MAX));
        let rights = fields.texts("rights", known.len(), right);
        let expires_at = fields.required("expires_at", parse::instant);
        Some(Self { name: name?, rights: rights?, expires_at: expires_at? })
    }
}

impl ApiKeyRequest {
    /// Refuses what a user of this role may not give away, and lives that are over or too long.
    pub fn check(&self, role: Role, machine_now: DateTime<Utc>) -> Result<(), ApiError> {
        let mut errors = Vec::new();
        let mut refuse = |field, code, message: &str| errors.push(ErrorItem::field(field, code, message));
        if self.rights.is_empty() {
            refuse("rights", "invalid", "must name at least one right");
        }
        for right in self.rights.iter().filter(|right| delegable_rights(role).all(|own| own != **right)) {
            refuse("rights", "not-yours", &format!("your role does not have {right}"));
        }
        if self.expires_at <= machine_now || self.expires_at > machine_now + LIFE_MAX {
            let days = LIFE_MAX.num_days();
            refuse(
                "expires_at",
                "invalid",
                &format!("must be in the future, and at most {days} days from now"),
            );
        }
        if errors.is_empty() { Ok(()) } else { Err(ApiError::invalid(errors)) }
    }
}
