//! A dead letter as the API and the operator's commands show it.

use chrono::{DateTime, Utc};
use schema::dead_letters;
use schema::types::LetterState;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

/// A message that was given up. Its times are the machine's.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeadLetter {
    /// UUID v7.
    pub id: Uuid,
    /// Whose work it is; the operator's when nobody can read the message.
    pub organization_id: Uuid,
    /// Where it was worked on: `register`, `meter`, `compose`; `unknown` for what came from elsewhere.
    #[schema(example = "register")]
    pub queue: String,
    /// What it is about: the upload, or the unit, or the month; of a message that nobody can read, its SHA-256.
    pub key: String,
    /// What became of it.
    pub state: LetterState,
    /// Why it was given up.
    pub reason: String,
    /// All that were made, before it was given up and since.
    pub attempts: i32,
    /// When the trouble began.
    pub first_failed_at: DateTime<Utc>,
    /// When it was given up, the last time.
    pub last_failed_at: DateTime<Utc>,
    /// The message; null when nobody can read it.
    pub message: Option<Value>,
    /// The beginning of a message that nobody can read, as text.
    pub raw: Option<String>,
    /// Null while it is open.
    pub ended_at: Option<DateTime<Utc>>,
    /// Who replayed or dropped it, as the audit names actors.
    pub ended_by: Option<String>,
    /// Why it was dropped.
    pub ended_reason: Option<String>,
}

impl From<dead_letters::DeadLetter> for DeadLetter {
    fn from(letter: dead_letters::DeadLetter) -> Self {
        Self {
            id: letter.id,
            organization_id: letter.organization_id,
            queue: letter.queue,
            key: letter.key,
            state: letter.state,
            reason: letter.reason,
            attempts: letter.attempts,
            first_failed_at: letter.first_failed_at,
            last_failed_at: letter.last_failed_at,
            message: letter.message,
            raw: letter.raw.map(|raw| String::from_utf8_lossy(&raw).into_owned()),
            ended_at: letter.ended_at,
            ended_by: letter.ended_by,
            ended_reason: letter.ended_reason,
        }
    }
}
