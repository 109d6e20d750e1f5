//! Creations under an `Idempotency-Key`.

use chrono::{DateTime, Utc};
use platform::problem::ApiError;
use schema::Tx;
use schema::idempotency::FirstAnswer;
use serde::Serialize;
use serde_json::Value;

pub use platform::idempotency::{IdempotencyHeader, IdempotencyKey};

/// The status of a creation.
const CREATED: i16 = 201;

/// A creation under a key.
#[derive(Debug)]
pub struct Creation {
    /// Method and path.
    pub operation: &'static str,
    /// The request's, if it has one.
    pub key: IdempotencyKey,
    /// Of the request's body.
    pub body_sha256: [u8; 32],
}

impl Creation {
    /// The first answer to this key, if there was one; otherwise the key is this transaction's.
    pub fn first_answer(&self, tx: &mut Tx<'_>) -> Result<Option<Value>, ApiError> {
        let first = self.key.first_answer(tx, self.operation, &self.body_sha256)?;
        Ok(first.map(|first| first.answer))
    }

    /// The first answer to this key, or else what this makes, remembered: for answers without a secret.
    pub fn once<T: Serialize>(
        &self,
        tx: &mut Tx<'_>,
        created_at: DateTime<Utc>,
        create: impl FnOnce(&mut Tx<'_>) -> Result<T, ApiError>,
    ) -> Result<Value, ApiError> {
        if let Some(first) = self.first_answer(tx)? {
            return Ok(first);
        }
        let answer = serde_json::to_value(create(tx)?).map_err(ApiError::internal)?;
        self.remember(tx, answer.clone(), created_at)?;
        Ok(answer)
    }

    /// Remembers the answer, which carries no secret, in the transaction that made it.
    pub fn remember(
        &self,
        tx: &mut Tx<'_>,
        answer: Value,
        created_at: DateTime<Utc>,
    ) -> Result<(), ApiError> {
        let first = FirstAnswer { body_sha256: self.body_sha256.to_vec(), status: CREATED, answer };
        self.key.remember(tx, self.operation, &first, created_at)
    }
}
