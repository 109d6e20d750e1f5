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
                DatabaseErrorKind::ClosedConnection => Self::Unavailable(error.to_string()),
                DatabaseErrorKind::SerializationFailure => Self::Contended(error),
                // diesel keeps no SQLSTATE for the rest, so that the message has to tell.
                _ if is_lost(information.message()) => Self::Unavailable(error.to_string()),
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

fn is_contention(message: &str) -> bool {
    const SIGNS: [&str; 4] = [
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

    #[test]
    fn a_missing_row_is_the_querys_own_doing() {
        assert!(!DbError::from(DieselError::NotFound).is_transient());
        assert!(DbError::from(DieselError::BrokenTransactionManager).is_unavailable());
    }
}
