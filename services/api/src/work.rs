//! Work for the aggregator, asked for in the transaction of what makes it necessary. The relay finds it in the outbox.

use chrono::{DateTime, Utc};
use platform::broker::Work;
use platform::problem::ApiError;
use schema::Tx;
use schema::outbox::{self, NewMessage};

/// Puts a message in the outbox.
pub fn enqueue(tx: &mut Tx<'_>, work: &Work, machine_now: DateTime<Utc>) -> Result<(), ApiError> {
    let body = work.to_json().map_err(ApiError::internal)?;
    let message = NewMessage { queue: work.queue().as_str(), body: &body, created_at: machine_now };
    Ok(outbox::enqueue(tx, &message)?)
}
