//! `Idempotency-Key`: a retried creation gets the first answer, without any secret that it carried.

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use chrono::{DateTime, Utc};
use platform::problem::{ApiError, ErrorItem};
use schema::Tx;
use schema::idempotency::{self, FirstAnswer};
use serde_json::Value;
use std::future::{Ready, ready};

const HEADER: &str = "idempotency-key";

/// What clients make is far shorter.
const KEY_BYTES_MAX: usize = 255;

/// The status of a creation.
const CREATED: i16 = 201;

/// The key of a request, if it has one.
#[derive(Debug, Clone)]
pub struct IdempotencyKey(Option<String>);

impl FromRequest for IdempotencyKey {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let Some(value) = request.headers().get(HEADER) else { return ready(Ok(Self(None))) };
        let key = value.to_str().map(str::trim).unwrap_or_default();
        ready(if key.is_empty() || key.len() > KEY_BYTES_MAX {
            let detail = format!("Idempotency-Key must be 1 to {KEY_BYTES_MAX} visible ASCII characters");
            Err(ApiError::BadRequest { detail, errors: Vec::new() })
        } else {
            Ok(Self(Some(key.to_owned())))
        })
    }
}

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
        let Some(key) = &self.key.0 else { return Ok(None) };
        let Some(first) = idempotency::find_or_lock(tx, self.operation, key)? else { return Ok(None) };
        if first.body_sha256 == self.body_sha256 {
            return Ok(Some(first.answer));
        }
        let message = "this Idempotency-Key came with another body before";
        Err(ApiError::Unprocessable {
            code: "idempotency-key-reused",
            detail: message.to_owned(),
            errors: vec![ErrorItem::field("Idempotency-Key", "idempotency-key-reused", message)],
            upload_id: None,
        })
    }

    /// Remembers the answer, which carries no secret, in the transaction that made it.
    pub fn remember(
        &self,
        tx: &mut Tx<'_>,
        answer: Value,
        created_at: DateTime<Utc>,
    ) -> Result<(), ApiError> {
        let Some(key) = &self.key.0 else { return Ok(()) };
        let first = FirstAnswer { body_sha256: self.body_sha256.to_vec(), status: CREATED, answer };
        Ok(idempotency::remember(tx, self.operation, key, &first, created_at)?)
    }
}
