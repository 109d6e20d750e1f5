//! The blob store: a folder in which every file lies under its own digest, `<root>/ab/<sha256>`.
//!
//! All calls block; callers are on a blocking thread. A file is visible under its digest only when
//! every byte of it is on the disk.

mod partial;
mod staged;

use std::fs::File;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use chrono::{DateTime, Utc};

pub use self::partial::{Partial, PartialId};
pub use self::staged::{Staged, Stored};
use crate::config::StoreSettings;

/// A staged file that is older belongs to a process that is gone: no upload takes a day.
const STAGED_AGE_MAX: Duration = Duration::from_hours(24);

/// Files lie in folders of the first digits of their names.
const FOLDER_NAME_LENGTH: usize = 2;

/// SHA-256 of a file: its name in the store.
pub type Digest = [u8; 32];

/// Why a file could not be stored or read.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// More bytes than this.
    #[error("the file has more than {limit} bytes")]
    TooLarge {
        /// The limit that was passed to [`Store::stage`].
        limit: u64,
    },
    /// No space is left.
    #[error("the store is full")]
    Full(#[source] io::Error),
    /// There is no file of this digest.
    #[error("the store has no file of this digest")]
    NotFound,
    /// The folder cannot be used.
    #[error("the store is not available: {0}")]
    Unavailable(#[source] io::Error),
}

impl From<io::Error> for StoreError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Self::Full(error),
            _ => Self::Unavailable(error),
        }
    }
}

/// The folder. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {
    root: PathBuf,
}

impl Store {
    /// Opens the folder, and makes it when it is not there. What lies in it is made when the first file is staged:
    /// roles that only read may have it mounted read-only.
    pub fn open_folder(settings: &StoreSettings) -> Result<Self, StoreError> {
        std::fs::create_dir_all(&settings.root)?;
        Ok(Self { root: settings.root.clone() })
    }

    /// Begins a file of at most `bytes_max` bytes.
    pub fn stage(&self, bytes_max: u64) -> Result<Staged, StoreError> {
        Staged::create(self, bytes_max)
    }

    /// Opens a stored file to read.
    pub fn open(&self, digest: &Digest) -> Result<File, StoreError> {
        File::open(self.path(digest)).map_err(|error| match error.kind() {
            ErrorKind::NotFound => StoreError::NotFound,
            _ => error.into(),
        })
    }

    /// Whether files can be written.
    pub fn check(&self) -> Result<(), StoreError> {
        let mut staged = self.stage(1)?;
        staged.write(&[0])
    }

    /// Whether files can be read.
    pub fn check_readable(&self) -> Result<(), StoreError> {
        std::fs::read_dir(&self.root)?;
        Ok(())
    }

    /// Whether any file was ever stored in it: a folder with nothing was not mounted, or is another one. What is only on
    /// its way in does not count, since that is made where nothing is mounted, too.
    pub fn check_holds_files(&self) -> Result<(), StoreError> {
        for entry in std::fs::read_dir(&self.root)? {
            if entry?.file_name().len() == FOLDER_NAME_LENGTH {
                return Ok(());
            }
        }
        Err(StoreError::Unavailable(io::Error::other("its folder is empty")))
    }

    /// Deletes what crashed processes left half written; returns how many files.
    pub fn sweep(&self, machine_now: DateTime<Utc>) -> Result<usize, StoreError> {
        let now = SystemTime::from(machine_now);
        let mut swept = 0;
        let staging = match std::fs::read_dir(self.staging()) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(0),
            staging => staging?,
        };
        for entry in staging {
            let entry = entry?;
            let Ok(metadata) = entry.metadata() else { continue }; // committed meanwhile
            let age = now.duration_since(metadata.modified()?).unwrap_or_default();
            if age > STAGED_AGE_MAX && std::fs::remove_file(entry.path()).is_ok() {
                swept += 1;
            }
        }
        Ok(swept)
    }

    /// Gives a synced file its name, for good when this returns.
    fn give_name(&self, path: &Path, digest: &Digest) -> Result<(), StoreError> {
        let target = self.path(digest);
        let folder = target.parent().unwrap_or(self.root());
        if !folder.is_dir() {
            std::fs::create_dir_all(folder)?;
            staged::sync_folder(self.root())?;
        }
        // Over a file that is there already, too: it has the same bytes, and if a faulty disk
        // shortened it, this heals it. Readers keep what they have open.
        std::fs::rename(path, &target)?;
        staged::sync_folder(folder)
    }

    fn staging(&self) -> PathBuf {
        self.root.join("staging")
    }

    /// Two levels, so that no folder grows without end.
    fn path(&self, digest: &Digest) -> PathBuf {
        let name = hex::encode(digest);
        self.root.join(&name[..FOLDER_NAME_LENGTH]).join(name)
    }

    fn root(&self) -> &Path {
        &self.root
    }
}
