//! A file on its way into the store.

use sha2::{Digest as _, Sha256};
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use uuid::Uuid;

use super::{Digest, Store, StoreError};

/// A file that is being received. Dropped without [`Staged::commit`] it leaves nothing behind.
#[derive(Debug)]
pub struct Staged {
    store: Store,
    path: PathBuf,
    file: File,
    hash: Sha256,
    size: u64,
    bytes_max: u64,
    /// Until then, dropping deletes.
    committed: bool,
}

/// A file in the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stored {
    /// Its name.
    pub sha256: Digest,
    /// In bytes.
    pub size: u64,
}

impl Staged {
    pub(super) fn create(store: &Store, bytes_max: u64) -> Result<Self, StoreError> {
        // In the same folder tree, so that the rename never crosses file systems.
        let path = store.staging().join(Uuid::new_v4().to_string());
        let create = || OpenOptions::new().create_new(true).write(true).mode(0o600).open(&path);
        let file = match create() {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                // The first file of this store; a store that is gone is not made anew.
                match std::fs::create_dir(store.staging()) {
                    Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(error.into()),
                    _ => create()?,
                }
            }
            file => file?,
        };
        let hash = Sha256::new();
        Ok(Self { store: store.clone(), path, file, hash, size: 0, bytes_max, committed: false })
    }

    /// Appends a chunk.
    pub fn write(&mut self, chunk: &[u8]) -> Result<(), StoreError> {
        let size = self.size.saturating_add(chunk.len() as u64);
        if size > self.bytes_max {
            return Err(StoreError::TooLarge { limit: self.bytes_max });
        }
        self.file.write_all(chunk)?;
        self.hash.update(chunk);
        self.size = size;
        Ok(())
    }

    /// How many bytes it has.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The digest of what it has.
    pub fn sha256(&self) -> Digest {
        self.hash.clone().finalize().into()
    }

    /// Makes the file durable and visible under its digest. Storing the same bytes again is no error.
    pub fn commit(mut self) -> Result<Stored, StoreError> {
        let stored = Stored { sha256: self.sha256(), size: self.size };
        self.file.sync_all()?;
        // Whether or not that succeeds, the file has its name if it is not here any more.
        let named = self.store.give_name(&self.path, &stored.sha256);
        self.committed = named.is_ok() || !self.path.exists();
        named?;
        Ok(stored)
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        if !self.committed
            && let Err(error) = std::fs::remove_file(&self.path)
        {
            tracing::warn!(%error, "a staged file could not be deleted; the sweep will");
        }
    }
}

/// A new name is on the disk when its folder is.
pub(super) fn sync_folder(path: &Path) -> Result<(), StoreError> {
    File::open(path)?.sync_all()?;
    Ok(())
}
