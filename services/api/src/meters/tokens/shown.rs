//! A meter's token as the API shows it.

use chrono::{DateTime, Utc};
use schema::meters::Token;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A token of a meter, without its text.
#[derive(Debug, Serialize, ToSchema)]
pub struct MeterToken {
    /// Names it, and opens nothing.
    pub id: Uuid,
    /// When it was made, by the machine's clock.
    pub created_at: DateTime<Utc>,
    /// Since when it is good no more; null while it is.
    pub revoked_at: Option<DateTime<Utc>>,
}

/// The answer that carries the text.
#[derive(Debug, Serialize, ToSchema)]
pub struct NewMeterToken {
    /// The token.
    #[serde(flatten)]
    pub meter_token: MeterToken,
    /// For the meter's own uploads. Shown this once: a repeated answer to the same `Idempotency-Key` is without it.
    #[schema(example = "umt_…", required = false)]
    pub token: String,
}

impl From<Token> for MeterToken {
    fn from(Token { id, created_at, revoked_at }: Token) -> Self {
        Self { id, created_at, revoked_at }
    }
}
