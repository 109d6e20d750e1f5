//! Creations under an `Idempotency-Key`.

use chrono::{DateTime, Utc};
use platform::auth::Caller;
use platform::problem::ApiError;
use schema::Tx;
use schema::idempotency::FirstAnswer;
use serde::Serialize;
use serde_json::Value;
use std::borrow::Cow;
use uuid::Uuid;

pub use platform::idempotency::{IdempotencyHeader, IdempotencyKey};

/// The status of a creation.
const CREATED: i16 = 201;

/// A creation under a key.
#[derive(Debug)]
pub struct Creation {
    operation: &'static str,
    caller_organization_id: Uuid,
    key: IdempotencyKey,
    body_sha256: [u8; 32],
}

impl Creation {
    /// Of a caller, by method and path, under the request's key if it has one.
    pub fn of(caller: &Caller, operation: &'static str, key: IdempotencyKey, body_sha256: [u8; 32]) -> Self {
        Self { operation, caller_organization_id: caller.organization_id(), key, body_sha256 }
    }

    /// The first answer to this key, if there was one; otherwise the key is this transaction's.
    pub fn first_answer(&self, tx: &mut Tx<'_>) -> Result<Option<Value>, ApiError> {
        let first = self.key.first_answer(tx, &self.kept_operation(tx)?, &self.body_sha256)?;
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
        let operation = self.kept_operation(tx)?;
        self.key.remember(tx, &operation, &first, created_at)
    }

    /// Keys are kept with what they created: those of callers from above do not meet its own organization's, nor each
    /// other's.
    fn kept_operation(&self, tx: &Tx<'_>) -> Result<Cow<'static, str>, ApiError> {
        if tx.organization()? == self.caller_organization_id {
            return Ok(self.operation.into());
        }
        Ok(format!("{} by {}", self.operation, self.caller_organization_id).into())
    }
}
