//! A file that comes in parts, over days and through several processes.
//!
//! It lies in a folder of its own, under the name of its organization and its own id, out of the sweep's way. Whoever
//! writes to it holds a lock on it, which ends with the process: a second writer is told so.

use sha2::{Digest as _, Sha256};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{Digest, Store, StoreError, Stored, staged::sync_folder};

/// Read at a time for the digest.
const PIECE_BYTES: usize = 256 * 1024;

/// A file without a record is left alone for so long: its record may be on its way.
const ORPHAN_AGE_MIN: Duration = Duration::from_hours(1);

/// Which partial file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PartialId {
    /// Whose.
    pub organization_id: Uuid,
    /// Its own.
    pub id: Uuid,
}

/// A partial file, locked until this is dropped.
#[derive(Debug)]
pub struct Partial {
    store: Store,
    path: PathBuf,
    file: File,
}

impl Store {
    /// Opens a partial file, and makes it when it is not there; none when somebody else writes to it.
    pub fn partial(&self, id: PartialId) -> Result<Option<Partial>, StoreError> {
        let path = self.partial_path(id);
        let open =
            || OpenOptions::new().create(true).truncate(false).read(true).write(true).mode(0o600).open(&path);
        let file = match open() {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                // The first of this store; a store that is gone is not made anew.
                match std::fs::create_dir(self.partials()) {
                    Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(error.into()),
                    _ => sync_folder(self.root())?,
                }
                open()?
            }
            file => file?,
        };
        match file.try_lock() {
            Ok(()) => Ok(Some(Partial { store: self.clone(), path, file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error.into()),
        }
    }

    /// The partial files that nobody has touched for a while.
    pub fn old_partials(&self, machine_now: DateTime<Utc>) -> Result<Vec<PartialId>, StoreError> {
        let now = SystemTime::from(machine_now);
        let folder = match std::fs::read_dir(self.partials()) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            folder => folder?,
        };
        let mut old = Vec::new();
        for entry in folder {
            let entry = entry?;
            let Some(id) = entry.file_name().to_str().and_then(PartialId::parse) else { continue };
            let Ok(metadata) = entry.metadata() else { continue }; // committed meanwhile
            if now.duration_since(metadata.modified()?).unwrap_or_default() > ORPHAN_AGE_MIN {
                old.push(id);
            }
        }
        Ok(old)
    }

    fn partials(&self) -> PathBuf {
        self.root().join("partial")
    }

    fn partial_path(&self, PartialId { organization_id, id }: PartialId) -> PathBuf {
        self.partials().join(format!("{organization_id}.{id}"))
    }
}

impl PartialId {
    fn parse(name: &str) -> Option<Self> {
        let (organization_id, id) = name.split_once('.')?;
        Some(Self { organization_id: organization_id.parse().ok()?, id: id.parse().ok()? })
    }
}

impl Partial {
    /// How many bytes it has.
    pub fn size(&self) -> Result<u64, StoreError> {
        Ok(self.file.metadata()?.len())
    }

    /// What comes next is written after so many bytes, and what is there beyond them is forgotten; false when there are
    /// fewer.
    pub fn seek(&mut self, offset: u64) -> Result<bool, StoreError> {
        if self.size()? < offset {
            return Ok(false);
        }
        self.file.set_len(offset)?;
        self.file.seek(SeekFrom::Start(offset))?;
        Ok(true)
    }

    /// Appends a chunk.
    pub fn write(&mut self, chunk: &[u8]) -> Result<(), StoreError> {
        Ok(self.file.write_all(chunk)?)
    }

    /// Makes all that was written durable.
    pub fn sync(&self) -> Result<(), StoreError> {
        self.file.sync_data()?;
        // A new name is on the disk when its folder is.
        sync_folder(&self.store.partials())
    }

    /// The digest of what lies on the disk.
    pub fn sha256(&mut self) -> Result<Digest, StoreError> {
        self.file.seek(SeekFrom::Start(0))?;
        let (mut hash, mut piece) = (Sha256::new(), vec![0; PIECE_BYTES]);
        loop {
            match self.file.read(&mut piece)? {
                0 => return Ok(hash.finalize().into()),
                read => hash.update(&piece[..read]),
            }
        }
    }

    /// Makes the file durable and visible under its digest, as [`Staged::commit`](super::Staged::commit) does.
    pub fn commit(self, sha256: Digest) -> Result<Stored, StoreError> {
        let size = self.size()?;
        self.file.sync_all()?;
        self.store.give_name(&self.path, &sha256)?;
        Ok(Stored { sha256, size })
    }

    /// Deletes it.
    pub fn remove(self) -> Result<(), StoreError> {
        match std::fs::remove_file(&self.path) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error.into()),
            Ok(()) | Err(_) => Ok(()),
        }
    }
}
