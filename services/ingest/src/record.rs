//! Recording: the upload and its message in one transaction, or the upload and its refusals.

use chrono::{DateTime, TimeDelta, Utc};
use platform::audit::{self, Event};
use platform::broker::Work;
use platform::db::DbError;
use platform::problem::ApiError;
use platform::store::Digest;
use platform::wire::Upload;
use schema::Tx;
use schema::outbox::NewMessage;
use schema::uploads::{self, NewUpload};
use serde_json::Map;
use std::collections::BTreeSet;
use uuid::Uuid;

use crate::Door;
use crate::answer::Answer;
use crate::check::{Verdict, storable};
use crate::door::Sender;
use crate::first::First;

/// A file that has arrived.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// Who sent it.
    pub sender: Sender,
    /// What may have been answered before.
    pub first: First,
    /// Of its bytes.
    pub sha256: Digest,
    /// The instant of its last byte, business time.
    pub received_at: DateTime<Utc>,
}

/// The answer when the key or the bytes are known already.
pub async fn answer_to_known(door: &Door, arrival: &Arrival) -> Result<Option<Answer>, ApiError> {
    let (arrival, deadline) = (arrival.clone(), door.deadline);
    door.db.run(arrival.sender.scope.clone(), move |tx| known(tx, &arrival, deadline)).await
}

/// Why a checked file is not recorded.
pub enum NotRecorded {
    /// Its meter was changed during its checks: it is to be judged by what holds now.
    Outdated,
    /// Anything else.
    Error(ApiError),
}

/// Records a checked file, unless the same bytes came through another request meanwhile.
pub async fn record(
    door: &Door,
    arrival: Arrival,
    size: u64,
    verdict: Verdict,
) -> Result<Answer, NotRecorded> {
    let size_bytes = i64::try_from(size).map_err(ApiError::internal)?;
    let (machine_now, deadline) = (door.clock.machine_now(), door.deadline);
    let scope = arrival.sender.scope.clone();
    let work = move |tx: &mut Tx<'_>| {
        uploads::lock_digest(tx, &arrival.sha256)?;
        if let Some(answer) = known(tx, &arrival, deadline)? {
            return Ok(answer);
        }
        let id = Uuid::now_v7();
        let upload = NewUpload {
            id,
            sha256: &arrival.sha256,
            size_bytes,
            received_at: arrival.received_at,
            uploaded_by: &arrival.sender.origin.actor,
            meter_id: verdict.about.as_ref().map(|about| about.meter_id),
            month: verdict.about.as_ref().map(|about| about.month),
            partial: verdict.about.as_ref().map(|about| about.partial),
            meter_version: verdict.about.as_ref().map(|about| about.meter_version.as_str()),
            signature: verdict.signature,
        };
        let answer = if verdict.refusals.is_empty() {
            if !verdict.holds(tx, &arrival.sender)? {
                return Err(NotRecorded::Outdated);
            }
            accept(tx, &upload, machine_now)?;
            Answer::accepted(&shown(tx, id, deadline)?)?
        } else {
            let errors = serde_json::to_value(storable(&verdict.refusals)).map_err(ApiError::internal)?;
            uploads::reject(tx, &upload, &errors)?;
            Answer::refused(&shown(tx, id, deadline)?)?
        };
        audit::record(tx, &arrival.sender.origin, event(id, &answer), arrival.received_at)?;
        arrival.first.remember(tx, &arrival, &answer)?;
        Ok(answer)
    };
    door.db.run(scope, work).await
}

impl From<ApiError> for NotRecorded {
    fn from(error: ApiError) -> Self {
        Self::Error(error)
    }
}

impl From<DbError> for NotRecorded {
    fn from(error: DbError) -> Self {
        Self::Error(error.into())
    }
}

impl From<diesel::result::Error> for NotRecorded {
    fn from(error: diesel::result::Error) -> Self {
        Self::Error(error.into())
    }
}

/// What the audit keeps of a file that was new.
fn event(id: Uuid, answer: &Answer) -> Event {
    let upload = answer.body();
    let kept = ["sha256", "size_bytes", "meter_id", "month", "partial"];
    let mut after: Map<_, _> = kept.map(|name| (name.to_owned(), upload[name].clone())).into_iter().collect();
    let errors = upload["errors"].as_array().into_iter().flatten();
    let codes: BTreeSet<_> = errors.filter_map(|error| error["code"].as_str()).collect();
    after.insert("refusals".to_owned(), codes.into_iter().collect());
    let action = if answer.is_refusal() { "upload.refuse" } else { "upload.accept" };
    Event::new(action, "upload", id).after(after.into())
}

/// The row and the message that has it registered.
fn accept(tx: &mut Tx<'_>, upload: &NewUpload<'_>, machine_now: DateTime<Utc>) -> Result<(), ApiError> {
    let work = Work::Register { organization_id: tx.organization()?, upload_id: upload.id };
    let body = work.to_json().map_err(ApiError::internal)?;
    let message = NewMessage { queue: work.queue().as_str(), body: &body, created_at: machine_now };
    Ok(uploads::accept(tx, upload, &message)?)
}

/// The first answer to the key, or the upload that brought these bytes before.
fn known(tx: &mut Tx<'_>, arrival: &Arrival, deadline: TimeDelta) -> Result<Option<Answer>, ApiError> {
    if let Some(answer) = arrival.first.answer(tx, arrival, deadline)? {
        return Ok(Some(answer));
    }
    let Some(id) = uploads::find_duplicate(tx, &arrival.sha256)? else { return Ok(None) };
    let upload = shown(tx, id, deadline)?;
    // To a meter's token other meters and their files do not exist.
    if arrival.sender.meter_id.is_some_and(|own| upload.meter_id != Some(own)) {
        return Ok(None);
    }
    let answer = Answer::duplicate(upload)?;
    arrival.first.remember(tx, arrival, &answer)?;
    Ok(Some(answer))
}

/// An upload as the API shows it.
pub fn shown(tx: &mut Tx<'_>, id: Uuid, deadline: TimeDelta) -> Result<Upload, ApiError> {
    let upload = uploads::find(tx, id)?.ok_or(diesel::result::Error::NotFound)?;
    let mut shown = Upload::assemble(tx, vec![upload], deadline)?;
    Ok(shown.pop().ok_or(diesel::result::Error::NotFound)?)
}
