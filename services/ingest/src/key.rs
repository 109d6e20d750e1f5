//! `Idempotency-Key`: a retried upload gets the first answer.

use actix_web::HttpRequest;
use platform::problem::{ApiError, ErrorItem};
use schema::Tx;
use schema::idempotency::{self, FirstAnswer};

use crate::answer::Answer;

const HEADER: &str = "idempotency-key";

/// As the keys of this operation are kept.
const OPERATION: &str = "POST /v1/uploads";

/// As the columns have it; what clients make is far shorter.
const KEY_BYTES_MAX: usize = 255;

/// The key of a request, if it has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// The key of this request; an error when it cannot be one.
    pub fn of(request: &HttpRequest) -> Result<Option<Self>, ApiError> {
        let Some(value) = request.headers().get(HEADER) else { return Ok(None) };
        let key = value.to_str().map(str::trim).unwrap_or_default();
        if key.is_empty() || key.len() > KEY_BYTES_MAX {
            let detail = format!("Idempotency-Key must be 1 to {KEY_BYTES_MAX} visible ASCII characters");
            return Err(ApiError::BadRequest { detail, errors: Vec::new() });
        }
        Ok(Some(Self(key.to_owned())))
    }

    /// The first answer to this key, if there was one; otherwise the key is this transaction's.
    pub fn first_answer(&self, tx: &mut Tx<'_>, sha256: &[u8]) -> Result<Option<Answer>, ApiError> {
        let Some(first) = idempotency::find_or_lock(tx, OPERATION, &self.0)? else { return Ok(None) };
        if first.body_sha256 == sha256 {
            return Answer::restore(first.status, first.answer).map(Some);
        }
        let message = "this Idempotency-Key came with another file before";
        Err(ApiError::Unprocessable {
            code: "idempotency-key-reused",
            detail: message.to_owned(),
            errors: vec![ErrorItem::field("Idempotency-Key", "idempotency-key-reused", message)],
            upload_id: None,
        })
    }

    /// Remembers the answer in the transaction that made it.
    pub fn remember(
        &self,
        tx: &mut Tx<'_>,
        sha256: &[u8],
        answer: &Answer,
        received_at: chrono::DateTime<chrono::Utc>,
    ) -> Result<(), ApiError> {
        let first = FirstAnswer {
            body_sha256: sha256.to_vec(),
            status: answer.status_number(),
            answer: answer.body().clone(),
        };
        Ok(idempotency::remember(tx, OPERATION, &self.0, &first, received_at)?)
    }
}
