//! Receiving: the body goes to the store piece by piece, at most one piece in memory.

mod body;
mod sink;

use actix_web::web::Bytes;
use chrono::{DateTime, Utc};
use platform::problem::ApiError;
use platform::store::{Digest, Partial, Staged, Store, StoreError, Stored};
use std::time::{Duration, Instant};

pub use self::body::Body;
use self::sink::Sink;
use crate::Door;
use crate::blocking::blocking;
use crate::digest::Digests;

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
    /// Where they are.
    pub file: Arrived,
}

/// Where the bytes of a file are that has arrived.
pub enum Arrived {
    /// In the staging, by one request.
    Staged(Staged),
    /// Among the partial files, by several.
    Partial(Partial),
    /// Under its digest already: a process died between that and the record of it.
    Stored(Stored),
}

/// Reads the body to its end; what does not have the digests that it came with is not kept.
pub async fn receive(door: &Door, body: Body, mut digests: Digests) -> Result<Incoming, ApiError> {
    let limits = door.limits;
    digests.check_form(&body)?;
    let mut sink = Sink::open(door.store.clone(), limits.bytes_max, body.announced_bytes()).await?;
    let mut body = Paced::new(body, limits.idle);
    while let Some(chunk) = body.chunk().await? {
        if body.bytes() > limits.bytes_max {
            return Err(ApiError::PayloadTooLarge { limit_bytes: limits.bytes_max });
        }
        digests.update(&chunk);
        sink = sink.push(&chunk).await?;
    }
    let received_at = door.clock.now();
    let (staged, sha256) = sink.finish().await?;
    metrics::counter!("upload_bytes_total").increment(body.bytes());
    digests.check(&sha256)?;
    Ok(Incoming { sha256, received_at, file: Arrived::Staged(staged) })
}

/// A body whose sender is cut off when it falls silent, or stays too slow.
pub struct Paced {
    body: Body,
    idle: Duration,
    begun: Instant,
    bytes: u64,
}

impl Paced {
    /// Begins to read it now.
    pub fn new(body: Body, idle: Duration) -> Self {
        Self { body, idle, begun: Instant::now(), bytes: 0 }
    }

    /// The next piece; none at the end.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, ApiError> {
        let chunk = tokio::time::timeout(self.idle, self.body.chunk()).await;
        let Some(chunk) = chunk.unwrap_or_else(|_| Err(too_slow()))? else { return Ok(None) };
        self.bytes = self.bytes.saturating_add(chunk.len() as u64);
        if self.begun.elapsed() > self.idle + Duration::from_secs(self.bytes / BYTES_PER_SECOND_MIN) {
            return Err(too_slow());
        }
        Ok(Some(chunk))
    }

    /// How many have come.
    pub const fn bytes(&self) -> u64 {
        self.bytes
    }
}

impl Incoming {
    /// Makes the file durable and visible under its digest.
    pub async fn commit(self) -> Result<Stored, ApiError> {
        blocking(move || {
            let stored = match self.file {
                Arrived::Staged(staged) => staged.commit(),
                Arrived::Partial(partial) => partial.commit(self.sha256),
                Arrived::Stored(stored) => Ok(stored),
            };
            stored.map_err(store_error)
        })
        .await
    }

    /// Forgets the file, since the store has it; if it has lost it, here it is again.
    pub async fn forget(self, store: Store) -> Result<(), ApiError> {
        let known = move || match store.open(&self.sha256) {
            Err(StoreError::NotFound) => match self.file {
                Arrived::Staged(staged) => staged.commit().map(drop),
                Arrived::Partial(partial) => partial.commit(self.sha256).map(drop),
                Arrived::Stored(_) => Err(StoreError::NotFound),
            },
            Ok(_) => match self.file {
                Arrived::Partial(partial) => partial.remove(),
                Arrived::Staged(_) | Arrived::Stored(_) => Ok(()),
            },
            Err(error) => Err(error),
        };
        blocking(|| known().map_err(store_error)).await
    }
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
