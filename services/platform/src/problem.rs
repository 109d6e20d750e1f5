//! Errors as callers see them: RFC 9457 problems (spec/api.md, Conventions).
//!
//! Handlers return [`ApiError`]. What is internal is logged here, once, and never sent.

mod body;
mod extractors;
mod request_id;
mod status;

use std::error::Error as StdError;

pub use self::body::{ErrorItem, Problem};
pub(crate) use self::extractors::UNKNOWN_PATH;
pub use self::extractors::configure;
pub use self::request_id::{current_request_id, request_ids};
use crate::clock::ClockError;
use crate::db::DbError;
use crate::store::StoreError;

/// Shown to wait when the caller of a limit or an absent service has no better idea.
const RETRY_AFTER_SECONDS: u32 = 5;

/// Why a request is not answered as asked.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// 400: it cannot be read.
    #[error("{detail}")]
    BadRequest {
        /// For the caller.
        detail: String,
        /// Where, when it is known.
        errors: Vec<ErrorItem>,
    },
    /// 401: no token, or a bad one. Which of the two is not told.
    #[error("a valid access token is needed")]
    Unauthorized,
    /// 401: a log-in or its renewal did not succeed.
    #[error("{0}")]
    SignInRefused(&'static str),
    /// 403: the role lacks the right, on an object that it may see.
    #[error("{0}")]
    Forbidden(&'static str),
    /// 404: there is none, or none that the caller may see.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// 405; the framework knows which methods the resource has, and says so in `Allow`.
    #[error("this resource does not have this method")]
    MethodNotAllowed,
    /// 406: it is not to be had in the form that the caller takes.
    #[error("{0}")]
    NotAcceptable(&'static str),
    /// A status that a protocol which we speak beside our own asks for, such as tus.
    #[error("{detail}")]
    Protocol {
        /// Of 4xx.
        status: u16,
        /// For programs.
        code: &'static str,
        /// For people.
        detail: String,
    },
    /// 408: the body did not come in time.
    #[error("the body came too slowly")]
    BodyTimeout,
    /// 409: a state forbids it.
    #[error("{detail}")]
    Conflict {
        /// For programs.
        code: &'static str,
        /// For people.
        detail: String,
    },
    /// 413.
    #[error("the request has more than {limit_bytes} bytes")]
    PayloadTooLarge {
        /// What is taken.
        limit_bytes: u64,
    },
    /// 415.
    #[error("{0}")]
    UnsupportedMediaType(String),
    /// 422: it can be read, and something in it is wrong.
    #[error("{detail}")]
    Unprocessable {
        /// For programs.
        code: &'static str,
        /// For people.
        detail: String,
        /// One for each thing that is wrong.
        errors: Vec<ErrorItem>,
        /// A refused file is recorded under this id.
        upload_id: Option<uuid::Uuid>,
    },
    /// 429.
    #[error("too many requests")]
    TooManyRequests {
        /// Seconds to wait.
        retry_after: u32,
    },
    /// 503: the outside provider that signs users in is away.
    #[error("the sign-in provider does not answer: try again later")]
    SignInUnavailable {
        /// Seconds to wait.
        retry_after: u32,
    },
    /// 503: something that this process needs is away.
    #[error("the service is not available for the moment")]
    Unavailable {
        /// Seconds to wait.
        retry_after: u32,
    },
    /// 504: it took too long. Whether it was done nobody knows, so that nobody is asked to send it again unseen.
    #[error("there was no answer in time; whether the request took effect is not known")]
    AnswerTimeout,
    /// 507: no space is left for the file.
    #[error("there is no space left")]
    InsufficientStorage,
    /// 500: a fault of ours.
    #[error("an internal error")]
    Internal(#[source] Box<dyn StdError + Send + Sync>),
}

impl ApiError {
    /// A fault of ours, with its cause for the log.
    pub fn internal(cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::Internal(cause.into())
    }

    /// A state that forbids what was asked.
    pub fn conflict(code: &'static str, detail: impl Into<String>) -> Self {
        Self::Conflict { code, detail: detail.into() }
    }

    /// An answer that a protocol which we speak beside our own asks for.
    pub fn protocol(status: u16, code: &'static str, detail: impl Into<String>) -> Self {
        Self::Protocol { status, code, detail: detail.into() }
    }

    /// One or more fields of the body are wrong.
    pub fn invalid(errors: Vec<ErrorItem>) -> Self {
        let detail = "the request is not valid".to_owned();
        Self::Unprocessable { code: "invalid", detail, errors, upload_id: None }
    }
}

impl From<DbError> for ApiError {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Unavailable(_) | DbError::Contended(_) => {
                tracing::warn!(%error, "answered as unavailable");
                Self::Unavailable { retry_after: RETRY_AFTER_SECONDS }
            }
            DbError::Query(_) | DbError::Panicked => Self::internal(error),
        }
    }
}

/// What a missing row or a violated key means is said where it happens; unsaid, it is a fault of ours.
impl From<diesel::result::Error> for ApiError {
    fn from(error: diesel::result::Error) -> Self {
        DbError::from(error).into()
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::TooLarge { limit } => Self::PayloadTooLarge { limit_bytes: limit },
            StoreError::Full(_) => {
                tracing::error!(%error, "the store is full");
                Self::InsufficientStorage
            }
            StoreError::Unavailable(cause) => {
                tracing::error!(%cause, "the store is not available");
                Self::Unavailable { retry_after: RETRY_AFTER_SECONDS }
            }
            // The database knows a file that the store has lost.
            StoreError::NotFound => Self::internal(error),
        }
    }
}

impl From<ClockError> for ApiError {
    fn from(error: ClockError) -> Self {
        match error {
            ClockError::Production => Self::NotFound("resource"),
            ClockError::Database(error) => error.into(),
        }
    }
}

/// Says what a violated unique key means here.
pub trait UniqueMeans<T> {
    /// `meaning` instead of a unique violation; other errors as they are.
    fn unique_means<E: From<diesel::result::Error>>(self, meaning: impl FnOnce() -> E) -> Result<T, E>;
}

impl<T> UniqueMeans<T> for diesel::QueryResult<T> {
    fn unique_means<E: From<diesel::result::Error>>(self, meaning: impl FnOnce() -> E) -> Result<T, E> {
        use diesel::result::{DatabaseErrorKind, Error};
        self.map_err(|error| match error {
            Error::DatabaseError(DatabaseErrorKind::UniqueViolation, _) => meaning(),
            other => other.into(),
        })
    }
}
