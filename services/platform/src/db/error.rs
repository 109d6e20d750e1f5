//! What a failure of the database means to those who asked.

use deadpool_diesel::InteractError;
use deadpool_diesel::postgres::PoolError;
use diesel::result::{DatabaseErrorKind, Error as DieselError};

/// A failure of the database, by what can be done about it.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// It cannot be reached, or has no free connection: wait and try again.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// Another transaction was in the way, or it took too long: try again.
    #[error("the database was contended: {0}")]
    Contended(#[source] DieselError),
    /// The query itself failed; trying again fails again.
    #[error("a query failed: {0}")]
    Query(#[source] DieselError),
    /// The work panicked; its transaction was rolled back.
    #[error("database work panicked")]
    Panicked,
}

impl DbError {
    /// Whether it has nothing to do with what was asked, so that the same may succeed later.
    pub const fn is_transient(&self) -> bool {
        match self {
            Self::Unavailable(_) | Self::Contended(_) => true,
            Self::Query(_) | Self::Panicked => false,
        }
    }

    /// Whether the database cannot be reached at all: nothing else will succeed now, either.
    pub const fn is_unavailable(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }
}

impl From<DieselError> for DbError {
    fn from(error: DieselError) -> Self {
        match &error {
            DieselError::DatabaseError(kind, information) => match kind {
                // The second, on a server that became a standby.
                DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::ReadOnlyTransaction => {
                    Self::Unavailable(error.to_string())
                }
                DatabaseErrorKind::SerializationFailure => Self::Contended(error),
                // diesel keeps no SQLSTATE for the rest, so that the message has to tell.
                _ if is_lost(information.message()) || is_out_of_room(information.message()) => {
                    Self::Unavailable(error.to_string())
                }
                _ if is_contention(information.message()) => Self::Contended(error),
                _ => Self::Query(error),
            },
            DieselError::BrokenTransactionManager => Self::Unavailable(error.to_string()),
            DieselError::RollbackErrorOnCommit { commit_error, .. } => {
                // Both failed: as a rule the connection broke on the way.
                Self::Unavailable(commit_error.to_string())
            }
            _ => Self::Query(error),
        }
    }
}

/// The server, or the way to it, went away in the middle.
fn is_lost(message: &str) -> bool {
    const SIGNS: [&str; 9] = [
        "terminating connection",
        "server closed the connection",
        "connection already closed",
        "no connection to the server",
        "connection to server",
        "the database system is",
        "could not receive data from server",
        "could not send data to server",
        "SSL connection has been closed",
    ];
    SIGNS.iter().any(|sign| message.contains(sign))
}

/// The server is there and takes nothing from anybody: its disk is full, or it may not write.
fn is_out_of_room(message: &str) -> bool {
    const SIGNS: [&str; 5] = [
        "No space left on device",
        "Disk quota exceeded",
        "could not extend file",
        "could not write to file",
        "in a read-only transaction",
    ];
    SIGNS.iter().any(|sign| message.contains(sign))
}

fn is_contention(message: &str) -> bool {
    const SIGNS: [&str; 7] = [
        // For others there may be enough.
        "out of memory",
        "out of shared memory",
        // By an administrator.
        "canceling statement due to user request",
        "deadlock detected",
        "canceling statement due to lock timeout",
        "canceling statement due to statement timeout",
        "could not obtain lock",
    ];
    SIGNS.iter().any(|sign| message.contains(sign))
}

impl From<PoolError> for DbError {
    fn from(error: PoolError) -> Self {
        Self::Unavailable(error.to_string())
    }
}

impl From<InteractError> for DbError {
    fn from(error: InteractError) -> Self {
        match error {
            InteractError::Panic(_) => Self::Panicked,
            // Only at the end of the process.
            InteractError::Cancelled => Self::Unavailable("the work was cancelled".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(message: &str) -> DbError {
        DieselError::DatabaseError(DatabaseErrorKind::Unknown, Box::new(message.to_owned())).into()
    }

    #[test]
    fn a_missing_row_is_the_querys_own_doing() {
        assert!(!DbError::from(DieselError::NotFound).is_transient());
        assert!(DbError::from(DieselError::BrokenTransactionManager).is_unavailable());
    }

    #[test]
    fn a_server_without_room_takes_nothing_from_anybody() {
        let texts = [
            "could not extend file \"base/16384/16397\": No space left on device",
            "could not extend file \"base/16384/16397\": wrote only 4096 of 8192 bytes at block 7",
            "could not write to file \"pg_wal/xlogtemp.87\": No space left on device",
            "could not write to file \"base/pgsql_tmp/pgsql_tmp87.0\": Disk quota exceeded",
            "cannot execute INSERT in a read-only transaction",
            "cannot execute nextval() in a read-only transaction",
            "terminating connection due to administrator command",
            "the database system is shutting down",
        ];
        for text in texts {
            assert!(said(text).is_unavailable(), "{text}");
        }
        let read_only = DatabaseErrorKind::ReadOnlyTransaction;
        let error = DieselError::DatabaseError(read_only, Box::new("as any language says it".to_owned()));
        assert!(DbError::from(error).is_unavailable());
    }

    #[test]
    fn what_was_broken_off_may_be_tried_again() {
        let texts = [
            "out of memory",
            "out of shared memory",
            "canceling statement due to user request",
            "canceling statement due to lock timeout",
            "canceling statement due to statement timeout",
            "deadlock detected",
        ];
        for text in texts {
            assert!(matches!(said(text), DbError::Contended(_)), "{text}");
        }
        for text in ["division by zero", "value too long for type character varying(10)"] {
            assert!(matches!(said(text), DbError::Query(_)), "{text}");
        }
    }
}
