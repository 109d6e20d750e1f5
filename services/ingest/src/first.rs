//! The first answer to a file, for those who ask again: by a request's key, or by the resumable upload that it came
//! through.

use chrono::TimeDelta;
use platform::idempotency::IdempotencyKey;
use platform::problem::ApiError;
use schema::idempotency::FirstAnswer;
use schema::{Tx, resumable_uploads};
use uuid::Uuid;

use crate::answer::Answer;
use crate::record::{Arrival, shown};

/// Where the first answer is kept.
#[derive(Debug, Clone)]
pub enum First {
    /// Under the key of the request, if it has one.
    Key(IdempotencyKey),
    /// With the resumable upload of this id.
    Resumable(Uuid),
}

impl First {
    /// The first answer, if there was one; otherwise the key, or the resumable upload, is this transaction's.
    pub fn answer(
        &self,
        tx: &mut Tx<'_>,
        arrival: &Arrival,
        deadline: TimeDelta,
    ) -> Result<Option<Answer>, ApiError> {
        match self {
            Self::Key(key) => {
                let first = key.first_answer(tx, &operation(arrival), &arrival.sha256)?;
                first.map(|first| Answer::restore(first.status, first.answer)).transpose()
            }
            Self::Resumable(id) => {
                let claimed = resumable_uploads::claim(tx, *id, &arrival.sha256)?;
                match claimed.ok_or(ApiError::NotFound("resumable upload"))? {
                    Some((status, upload_id)) => {
                        Answer::again(status, shown(tx, upload_id, deadline)?).map(Some)
                    }
                    None => Ok(None),
                }
            }
        }
    }

    /// Keeps the answer, in the transaction that makes it.
    pub fn remember(&self, tx: &mut Tx<'_>, arrival: &Arrival, answer: &Answer) -> Result<(), ApiError> {
        match self {
            Self::Key(key) => {
                let first = FirstAnswer {
                    body_sha256: arrival.sha256.to_vec(),
                    status: answer.status_number(),
                    answer: answer.body().clone(),
                };
                key.remember(tx, &operation(arrival), &first, arrival.received_at)
            }
            Self::Resumable(id) => {
                let upload_id = answer.upload_id().parse().map_err(ApiError::internal)?;
                Ok(resumable_uploads::complete(tx, *id, answer.status_number(), upload_id)?)
            }
        }
    }
}

/// As keys are kept: those of a meter are its own.
fn operation(arrival: &Arrival) -> String {
    let meter = arrival.sender.meter_id.map(|id| format!(" meter:{id}"));
    format!("POST /v1/uploads{}", meter.unwrap_or_default())
}
