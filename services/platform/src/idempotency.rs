//! `Idempotency-Key`: a retried creation gets the first answer, without any secret that it carried.

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use chrono::{DateTime, Utc};
use futures_util::future::LocalBoxFuture;
use schema::Tx;
use schema::idempotency::{self, FirstAnswer};
use utoipa::IntoParams;

use crate::auth::decided;
use crate::problem::{ApiError, ErrorItem};

const HEADER: &str = "idempotency-key";

/// What clients make is far shorter.
const KEY_BYTES_MAX: usize = 255;

/// The header as creating operations describe it.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "describes the header, which IdempotencyKey reads")]
pub struct IdempotencyHeader {
    /// The same key with the same body returns the first answer, without any secret that it carried
    #[param(rename = "Idempotency-Key", min_length = 1, max_length = 255, pattern = "^[!-~]([ -~]*[!-~])?$")]
    idempotency_key: Option<String>,
}

/// The key of a request, if it has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey(Option<String>);

impl FromRequest for IdempotencyKey {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            decided(&request).await;
            let Some(value) = request.headers().get(HEADER) else { return Ok(Self(None)) };
            let key = value.to_str().map(str::trim).unwrap_or_default();
            if key.is_empty() || key.len() > KEY_BYTES_MAX {
                let detail = format!("Idempotency-Key must be 1 to {KEY_BYTES_MAX} visible ASCII characters");
                return Err(ApiError::BadRequest { detail, errors: Vec::new() });
            }
            Ok(Self(Some(key.to_owned())))
        })
    }
}

impl IdempotencyKey {
    /// The first answer to this key under an operation, if there was one; otherwise the key is this transaction's. An
    /// error when the key came with another body before.
    pub fn first_answer(
        &self,
        tx: &mut Tx<'_>,
        operation: &str,
        body_sha256: &[u8],
    ) -> Result<Option<FirstAnswer>, ApiError> {
        let Some(key) = &self.0 else { return Ok(None) };
        let first = idempotency::find_or_lock(tx, operation, key)?;
        if first.as_ref().is_none_or(|first| first.body_sha256 == body_sha256) {
            return Ok(first);
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
        operation: &str,
        answer: &FirstAnswer,
        created_at: DateTime<Utc>,
    ) -> Result<(), ApiError> {
        let Some(key) = &self.0 else { return Ok(()) };
        Ok(idempotency::remember(tx, operation, key, answer, created_at)?)
    }
}
