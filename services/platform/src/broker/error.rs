//! Why the broker did not do what it was asked.

use super::work::UnknownQueue;
use crate::tls::TlsError;

/// A failure of the broker; all but [`BrokerError::Unreadable`] may pass.
#[derive(Debug, thiserror::Error)]
pub enum BrokerError {
    /// The connection or channel failed; the next use makes a new one.
    #[error("the broker is not available: {0}")]
    Unavailable(#[from] lapin::Error),
    /// The authorities that its certificate is to be checked by are of no use.
    #[error("the broker's certificate cannot be checked: {0}")]
    Tls(#[from] TlsError),
    /// Its URL is none.
    #[error("the broker's URL is none")]
    Url,
    /// It did not answer in time, or holds publishers back.
    #[error("the broker did not answer in time")]
    Timeout,
    /// It does not take the message: the queue is full or failing.
    #[error("the broker refused the message")]
    Refused,
    /// No queue is bound where the message went.
    #[error("the broker returned the message: no queue takes it")]
    Returned,
    /// The broker ended the consumer, as when its queue is deleted.
    #[error("the broker ended the consumer")]
    Cancelled,
    /// The text is no message of ours.
    #[error("no message of ours: {0}")]
    Unreadable(#[from] serde_json::Error),
    /// The text is no queue of ours.
    #[error(transparent)]
    Queue(#[from] UnknownQueue),
}
