//! From the last byte to an upload like any other.
//!
//! The digest is of what lies on the disk, read once more: hashing on from request to request would need the state of a
//! hash in the database, and would vouch for what was sent and not for what was kept.

use platform::problem::ApiError;
use platform::store::{Digest, Partial, PartialId, Store, Stored};
use schema::Tx;
use schema::resumable_uploads::ResumableUpload;
use tracing::Instrument;

use super::found::Found;
use super::tus::locked;
use crate::Door;
use crate::answer::Answer;
use crate::blocking::blocking;
use crate::door::settle;
use crate::first::First;
use crate::receive::{Arrived, Incoming, store_error};
use crate::record::{Arrival, shown};

/// Locks a partial file; 423 when somebody else writes to it.
pub async fn lock(door: &Door, id: PartialId) -> Result<Partial, ApiError> {
    let store = door.store.clone();
    blocking(move || store.partial(id).map_err(store_error)?.ok_or_else(locked)).await
}

/// Deletes a partial file.
pub async fn discard(partial: Partial) -> Result<(), ApiError> {
    blocking(|| partial.remove().map_err(store_error)).await
}

/// The upload with its outcome if every byte is here, which a crash may have left undone; and what it is answered.
pub async fn complete(door: &Door, found: Found) -> Result<(Found, Option<Answer>), ApiError> {
    if !found.is_whole() {
        return Ok((found, None));
    }
    if found.row.upload_id.is_some() {
        return outcome(door, found).await;
    }
    let partial = lock(door, found.file()).await?;
    let found = found.again(door).await?;
    if found.row.upload_id.is_some() {
        discard(partial).await?;
        return outcome(door, found).await;
    }
    let place = door.place(&found.sender).await?;
    let done = finish(door, found, partial).await;
    drop(place);
    done
}

/// The outcome that is in the row.
pub async fn outcome(door: &Door, found: Found) -> Result<(Found, Option<Answer>), ApiError> {
    let Some((status, upload_id)) = found.row.status.zip(found.row.upload_id) else {
        return Ok((found, None));
    };
    let deadline = door.deadline;
    let again = move |tx: &mut Tx<'_>| Answer::again(status, shown(tx, upload_id, deadline)?);
    let answer = door.db.run(found.sender.scope.clone(), again).await?;
    Ok((found, Some(answer)))
}

/// Does with a whole file what `POST /v1/uploads` does. A caller that hangs up does not stop it.
pub async fn finish(
    door: &Door,
    found: Found,
    partial: Partial,
) -> Result<(Found, Option<Answer>), ApiError> {
    let done = tokio::spawn(finish_all(door.clone(), found, partial).in_current_span());
    done.await.map_err(ApiError::internal)?
}

async fn finish_all(
    door: Door,
    mut found: Found,
    partial: Partial,
) -> Result<(Found, Option<Answer>), ApiError> {
    let (store, row) = (door.store.clone(), found.row.clone());
    let (sha256, file) = blocking(move || arrived(&store, &row, partial)).await?;
    let received_at =
        found.row.received_at.ok_or_else(|| ApiError::internal("a whole file was never received"))?;
    let (sender, first) = (found.sender.clone(), First::Resumable(found.row.id));
    let arrival = Arrival { sender, first, sha256, received_at };
    let answer = settle(&door, arrival, Incoming { sha256, received_at, file }).await?;
    found.row.status = Some(answer.status_number());
    found.row.upload_id = Some(answer.upload_id().parse().map_err(ApiError::internal)?);
    Ok((found, Some(answer)))
}

/// Where the bytes are: a crash may have come after the file had got its name in the store.
fn arrived(
    store: &Store,
    row: &ResumableUpload,
    mut partial: Partial,
) -> Result<(Digest, Arrived), ApiError> {
    let size = u64::try_from(row.length_bytes).map_err(ApiError::internal)?;
    if partial.size().map_err(store_error)? == size {
        return Ok((partial.sha256().map_err(store_error)?, Arrived::Partial(partial)));
    }
    let noted = row.sha256.as_deref().and_then(|sha256| Digest::try_from(sha256).ok());
    let sha256 = noted.ok_or_else(|| ApiError::internal("the store has lost bytes of a partial file"))?;
    store.open(&sha256).map_err(store_error)?;
    partial.remove().map_err(store_error)?;
    Ok((sha256, Arrived::Stored(Stored { sha256, size })))
}
