//! From a request to the disk, by a task of its own: when a connection breaks and the framework drops its request, what
//! came until then is still synced and recorded.

use actix_web::web::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use platform::durable::{Step, durable};
use platform::problem::ApiError;
use platform::store::Partial;
use schema::resumable_uploads::{self, Advance};
use std::time::{Duration, Instant};
use tokio::sync::mpsc::{self, Receiver};
use tracing::Instrument;

use super::found::Found;
use super::headers::Checksum;
use super::tus::{gone, unreadable};
use crate::Door;
use crate::blocking::blocking;
use crate::receive::{Body, Paced, store_error};

/// Written at a time.
const PIECE_BYTES: usize = 256 * 1024;

/// What a crash can cost: recorded at least so often.
const RECORD_BYTES: i64 = 8 << 20;
const RECORD_EVERY: Duration = Duration::from_secs(10);

/// What the task is told.
enum Piece {
    Bytes(Bytes),
    /// The body has ended as it should.
    End,
}

/// Where the bytes of one request go.
struct Writer {
    door: Door,
    found: Found,
    partial: Partial,
    checksum: Option<Checksum>,
    piece: Vec<u8>,
    /// How many bytes have come, of the whole file.
    position: i64,
    recorded_at: Instant,
    received_at: Option<DateTime<Utc>>,
}

/// Appends a body to an upload whose file is locked; the upload as it is then, and its file.
pub async fn append(
    door: &Door,
    found: Found,
    partial: Partial,
    checksum: Option<Checksum>,
    body: Body,
) -> Result<(Found, Partial), ApiError> {
    let writer = Writer::begin(door, found, partial, checksum).await?;
    let (sender, pieces) = mpsc::channel(1);
    let writing = tokio::spawn(writer.run(pieces).in_current_span());
    let sent = send(Paced::new(body, door.limits.idle), sender).await;
    let written = writing.await.map_err(ApiError::internal)?;
    sent.and(written)
}

/// Hands over the body; what is wrong with the writing is the writer's to say.
async fn send(mut body: Paced, sender: mpsc::Sender<Piece>) -> Result<(), ApiError> {
    while let Some(chunk) = body.chunk().await? {
        if sender.send(Piece::Bytes(chunk)).await.is_err() {
            return Ok(());
        }
    }
    metrics::counter!("upload_bytes_total").increment(body.bytes());
    let _ = sender.send(Piece::End).await;
    Ok(())
}

impl Writer {
    async fn begin(
        door: &Door,
        found: Found,
        mut partial: Partial,
        checksum: Option<Checksum>,
    ) -> Result<Self, ApiError> {
        let position = found.row.offset_bytes;
        let offset = u64::try_from(position).map_err(ApiError::internal)?;
        let (partial, is_there) = blocking(move || {
            let is_there = partial.seek(offset).map_err(store_error)?;
            Ok::<_, ApiError>((partial, is_there))
        })
        .await?;
        if !is_there {
            tracing::error!(id = %found.row.id, "the store has fewer bytes of a partial file than were synced to it");
            let (scope, id) = (found.sender.scope.clone(), found.row.id);
            door.db.run(scope, move |tx| Ok::<_, ApiError>(resumable_uploads::remove(tx, id)?)).await?;
            return Err(gone());
        }
        let received_at = found.row.received_at;
        let (door, piece, recorded_at) = (door.clone(), Vec::new(), Instant::now());
        Ok(Self { door, found, partial, checksum, piece, position, recorded_at, received_at })
    }

    async fn run(mut self, mut pieces: Receiver<Piece>) -> Result<(Found, Partial), ApiError> {
        let mut whole_body = false;
        while let Some(piece) = pieces.recv().await {
            match piece {
                Piece::Bytes(chunk) => self = self.take(&chunk).await?,
                Piece::End => whole_body = true,
            }
        }
        self.end(whole_body).await
    }

    async fn take(mut self, chunk: &[u8]) -> Result<Self, ApiError> {
        let row = &self.found.row;
        let position = i64::try_from(chunk.len()).ok().and_then(|bytes| self.position.checked_add(bytes));
        self.position = position
            .filter(|position| *position <= row.length_bytes)
            .ok_or_else(|| too_long(row.length_bytes))?;
        if self.position == row.length_bytes {
            self.received_at = Some(self.door.clock.now());
        }
        if let Some(checksum) = &mut self.checksum {
            checksum.update(chunk);
        }
        self.piece.extend_from_slice(chunk);
        if self.piece.len() >= PIECE_BYTES {
            self = blocking(|| self.write()).await?;
        }
        if self.is_due() { self.record().await } else { Ok(self) }
    }

    /// With a checksum, the bytes are good together or not at all. The last ones wait for the end of the body, which may
    /// be too long.
    fn is_due(&self) -> bool {
        let new = self.position - self.found.row.offset_bytes;
        let due = new >= RECORD_BYTES || (new > 0 && self.recorded_at.elapsed() >= RECORD_EVERY);
        due && self.checksum.is_none() && self.position < self.found.row.length_bytes
    }

    async fn end(mut self, whole_body: bool) -> Result<(Found, Partial), ApiError> {
        match self.checksum.take() {
            Some(_) if !whole_body => return Err(unreadable("the body ended early")),
            Some(checksum) => checksum.check()?,
            None => {}
        }
        if self.position > self.found.row.offset_bytes {
            self = self.record().await?;
        }
        Ok((self.found, self.partial))
    }

    /// First the disk, then the row.
    async fn record(self) -> Result<Self, ApiError> {
        let synced = blocking(|| {
            let written = self.write()?;
            written.partial.sync().map_err(store_error)?;
            Ok::<_, ApiError>(written)
        });
        let mut writer = synced.await?;
        let row = &mut writer.found.row;
        let expiry = TimeDelta::from_std(writer.door.resumable.expiry).map_err(ApiError::internal)?;
        let expires_at = writer.door.clock.machine_now() + expiry;
        let (from, to, received_at, id) = (row.offset_bytes, writer.position, writer.received_at, row.id);
        let advance = Advance { from, to, received_at, expires_at };
        let advance =
            move |tx: &mut schema::Tx<'_>| Ok::<_, ApiError>(resumable_uploads::advance(tx, id, &advance)?);
        let scope = writer.found.sender.scope.clone();
        if !durable(Step::RecordOffset, writer.door.db.run(scope, advance)).await? {
            return Err(wrong_offset());
        }
        (row.offset_bytes, row.received_at, row.expires_at) = (to, received_at, expires_at);
        writer.recorded_at = Instant::now();
        Ok(writer)
    }

    fn write(mut self) -> Result<Self, ApiError> {
        self.partial.write(&self.piece).map_err(store_error)?;
        self.piece.clear();
        Ok(self)
    }
}

/// 409.
pub fn wrong_offset() -> ApiError {
    ApiError::conflict("wrong-offset", "Upload-Offset is not where this upload is: ask for it by HEAD")
}

/// 413: more bytes than the upload was to have.
pub fn too_long(length_bytes: i64) -> ApiError {
    ApiError::PayloadTooLarge { limit_bytes: length_bytes.unsigned_abs() }
}
