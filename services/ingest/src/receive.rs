//! Receiving: the body goes to the store piece by piece, at most one piece in memory.

mod body;
mod sink;

use chrono::{DateTime, Utc};
use platform::problem::ApiError;
use platform::store::{Digest, Staged, Store, StoreError, Stored};
use std::time::{Duration, Instant};

pub use self::body::Body;
use self::sink::Sink;
use crate::Door;
use crate::blocking::blocking;

/// A sender that stays below this for the whole of its upload is cut off: it holds one of few places.
const BYTES_PER_SECOND_MIN: u64 = 4 * 1024;

/// Seconds until a full disk may have room again.
const STORE_RETRY_AFTER: u32 = 30;

/// A file of which every byte is here, but not under its digest yet.
pub struct Incoming {
    /// Of its bytes.
    pub sha256: Digest,
    /// The instant of its last byte, business time.
    pub received_at: DateTime<Utc>,
    staged: Staged,
}

/// Reads the body to its end.
pub async fn receive(door: &Door, mut body: Body) -> Result<Incoming, ApiError> {
    let limits = door.limits;
    let mut sink = Sink::open(door.store.clone(), limits.bytes_max, body.announced_bytes()).await?;
    let begun = Instant::now();
    let mut bytes = 0_u64;
    while let Some(chunk) = within(limits.idle, body.chunk()).await? {
        bytes = bytes.saturating_add(chunk.len() as u64);
        if bytes > limits.bytes_max {
            return Err(ApiError::PayloadTooLarge { limit_bytes: limits.bytes_max });
        }
        if begun.elapsed() > limits.idle + Duration::from_secs(bytes / BYTES_PER_SECOND_MIN) {
            return Err(too_slow());
        }
        sink = sink.push(&chunk).await?;
    }
    let received_at = door.clock.now();
    let (staged, sha256) = sink.finish().await?;
    metrics::counter!("upload_bytes_total").increment(bytes);
    Ok(Incoming { sha256, received_at, staged })
}

impl Incoming {
    /// Makes the file durable and visible under its digest.
    pub async fn commit(self) -> Result<Stored, ApiError> {
        blocking(|| self.staged.commit().map_err(store_error)).await
    }

    /// Forgets the file, since the store has it; if it has lost it, here it is again.
    pub async fn forget(self, store: Store) -> Result<(), ApiError> {
        blocking(move || match store.open(&self.sha256) {
            Err(StoreError::NotFound) => self.staged.commit().map(drop).map_err(store_error),
            Ok(_) => Ok(()),
            Err(error) => Err(store_error(error)),
        })
        .await
    }
}

async fn within<T>(idle: Duration, chunk: impl Future<Output = Result<T, ApiError>>) -> Result<T, ApiError> {
    tokio::time::timeout(idle, chunk).await.unwrap_or_else(|_| Err(too_slow()))
}

fn too_slow() -> ApiError {
    ApiError::BadRequest { detail: "the body came too slowly".to_owned(), errors: Vec::new() }
}

/// A full disk is emptied by its operators and not by the caller, who only has to come again.
pub fn store_error(error: StoreError) -> ApiError {
    match error {
        StoreError::Full(cause) => {
            tracing::error!(%cause, "the store is full");
            ApiError::Unavailable { retry_after: STORE_RETRY_AFTER }
        }
        error @ (StoreError::TooLarge { .. } | StoreError::NotFound | StoreError::Unavailable(_)) => {
            error.into()
        }
    }
}
