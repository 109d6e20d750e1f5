//! Small pieces from the network become large ones for the disk.

use platform::problem::ApiError;
use platform::store::{Digest, Staged, Store};

use super::store_error;
use crate::blocking::blocking;

/// Written at a time. An upload holds one such piece: while it is written, nothing is read from the network, which
/// holds the sender back.
const PIECE_BYTES: usize = 256 * 1024;

/// A file in the store's staging, and what is not written to it yet.
pub struct Sink {
    staged: Staged,
    piece: Vec<u8>,
}

impl Sink {
    /// Begins a file of at most `bytes_max` bytes; `expected` is how many there will be, if that is known.
    pub async fn open(store: Store, bytes_max: u64, expected: Option<u64>) -> Result<Self, ApiError> {
        let staged = blocking(move || store.stage(bytes_max).map_err(store_error)).await?;
        let expected = expected.and_then(|bytes| usize::try_from(bytes).ok());
        let piece = Vec::with_capacity(expected.map_or(PIECE_BYTES, |bytes| bytes.min(PIECE_BYTES)));
        Ok(Self { staged, piece })
    }

    /// Takes a piece from the network.
    pub async fn push(mut self, mut chunk: &[u8]) -> Result<Self, ApiError> {
        while !chunk.is_empty() {
            let room = PIECE_BYTES.saturating_sub(self.piece.len());
            let (now, later) = chunk.split_at(room.min(chunk.len()));
            self.piece.extend_from_slice(now);
            chunk = later;
            if self.piece.len() >= PIECE_BYTES {
                self = blocking(|| self.write()).await?;
            }
        }
        Ok(self)
    }

    /// The whole file and its digest.
    pub async fn finish(self) -> Result<(Staged, Digest), ApiError> {
        blocking(|| {
            let written = self.write()?;
            let sha256 = written.staged.sha256();
            Ok::<_, ApiError>((written.staged, sha256))
        })
        .await
    }

    fn write(mut self) -> Result<Self, ApiError> {
        self.staged.write(&self.piece).map_err(store_error)?;
        self.piece.clear();
        Ok(self)
    }
}
