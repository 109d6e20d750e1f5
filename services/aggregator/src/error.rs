//! Failures of work, by what becomes of the message.

use metering::{PieceError, ReadError};
use platform::db::DbError;
use platform::store::{Store, StoreError};
use std::io::ErrorKind;
use uuid::Uuid;

/// Why a piece of work did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum WorkError {
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A stored file could not be read.
    #[error("reading a stored file: {0}")]
    Io(#[from] std::io::Error),
    /// A stored collection is no longer what was verified.
    #[error("stored evidence changed: {0}")]
    Evidence(#[from] PieceError),
    /// A stored file is not what was received.
    #[error("the stored file is damaged: its digest is another than at its receipt")]
    Damaged,
    /// Another worker saved a version in between.
    #[error("another worker metered the unit meanwhile")]
    Overtaken,
    /// The message is about something that is not there.
    #[error("there is no such {0}")]
    Vanished(&'static str),
    /// What the database holds cannot be.
    #[error("inconsistent data: {0}")]
    Inconsistent(String),
    /// An upload of the same meter that was received earlier could not be registered.
    #[error("upload {0} was received earlier and failed: {1}")]
    Earlier(Uuid, Box<WorkError>),
    /// A thread of the program panicked or was cancelled.
    #[error("the work broke off: {0}")]
    BrokenOff(#[from] tokio::task::JoinError),
}

/// What is to be done with the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remedy {
    /// It failed by its own doing: count the attempt, and try again until they are used up.
    Count,
    /// The database broke it off, as when a statement takes too long, or the disk failed to read one file: count it with
    /// patience, since either may recover, and hold nobody up meanwhile.
    Hindered,
    /// Another worker was in the way for a moment, and did the work: look again.
    Again,
    /// It can never succeed: give it up at once.
    Never,
    /// Database or store as a whole are away: nothing will succeed until they are back.
    Pause,
}

impl WorkError {
    /// The same, of an upload that had to go first.
    #[must_use]
    pub fn of_earlier(self, upload_id: Uuid) -> Self {
        Self::Earlier(upload_id, Box::new(self))
    }

    /// What the failure asks for. One file that is missing or cannot be read is its own work's trouble, unless the store
    /// as a whole is away, as a folder that is not mounted.
    pub async fn remedy(&self, store: &Store) -> Remedy {
        if self.is_of_a_file() && is_away(store).await { Remedy::Pause } else { self.own_remedy() }
    }

    fn is_of_a_file(&self) -> bool {
        match self {
            Self::Store(_) | Self::Io(_) | Self::Evidence(PieceError { error: ReadError::Io(_), .. }) => true,
            Self::Earlier(_, error) => error.is_of_a_file(),
            _ => false,
        }
    }

    /// What it asks for while the store is there.
    fn own_remedy(&self) -> Remedy {
        match self {
            Self::Database(error) if error.is_unavailable() => Remedy::Pause,
            Self::Database(error) if error.is_transient() => Remedy::Hindered,
            Self::Store(StoreError::Unavailable(_) | StoreError::Full(_)) => Remedy::Hindered,
            Self::Overtaken => Remedy::Again,
            // A message is written with what it is about: what is not there will not come.
            Self::Vanished(_) => Remedy::Never,
            Self::Io(error) | Self::Evidence(PieceError { error: ReadError::Io(error), .. }) => {
                reading(error)
            }
            Self::Database(_)
            | Self::Store(_)
            | Self::Evidence(PieceError { error: ReadError::Refused(_), .. })
            | Self::Inconsistent(_)
            | Self::Damaged
            | Self::BrokenOff(_) => Remedy::Count,
            Self::Earlier(_, error) => error.own_remedy(),
        }
    }

    /// The upload whose own doing the failure is, when it is not the message's.
    pub fn culprit(&self) -> Option<Uuid> {
        match self {
            Self::Earlier(upload_id, _) => Some(*upload_id),
            _ => None,
        }
    }
}

/// A file that is missing or cut short stays so; what else a disk says may pass.
fn reading(error: &std::io::Error) -> Remedy {
    match error.kind() {
        ErrorKind::NotFound | ErrorKind::UnexpectedEof | ErrorKind::InvalidData => Remedy::Count,
        _ => Remedy::Hindered,
    }
}

async fn is_away(store: &Store) -> bool {
    let store = store.clone();
    let looked = tokio::task::spawn_blocking(move || store.check_holds_files()).await;
    !matches!(looked, Ok(Ok(())))
}

impl From<diesel::result::Error> for WorkError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Database(error.into())
    }
}
