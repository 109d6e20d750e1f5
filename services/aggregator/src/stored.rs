//! Values as columns keep them, and files as the store does.

use crate::error::WorkError;
use platform::store::{Digest, Store};
use sha2::Digest as _;
use sha2::Sha256;
use std::io;

/// A digest as a column keeps it.
pub fn digest(sha256: &[u8]) -> Result<Digest, WorkError> {
    sha256.try_into().map_err(|_| WorkError::Inconsistent("a digest has 32 bytes".to_owned()))
}

/// Whether a stored file is still what was received.
pub async fn is_intact(store: &Store, digest: Digest) -> Result<bool, WorkError> {
    let mut file = store.open(&digest)?;
    let read = tokio::task::spawn_blocking(move || {
        let mut hash = Sha256::new();
        io::copy(&mut file, &mut HashWriter(&mut hash))?;
        Ok::<[u8; 32], io::Error>(hash.finalize().into())
    });
    Ok(read.await?? == digest)
}

struct HashWriter<'h>(&'h mut Sha256);

impl io::Write for HashWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
