//! What nobody goes on with is deleted: rows that have expired, with their files, and files without a row.

use platform::db::DbError;
use platform::durable::{Step, durable};
use platform::problem::ApiError;
use platform::store::PartialId;
use schema::{Scope, Tx, resumable_uploads};

use super::finish::discard;
use crate::Door;
use crate::blocking::blocking;
use crate::receive::store_error;

/// Deletes them, and returns how many; those that somebody writes to are left for later.
pub async fn sweep(door: &Door) -> Result<usize, ApiError> {
    let machine_now = door.clock.machine_now();
    let with_expired = move |tx: &mut Tx<'_>| {
        Ok::<_, DbError>(resumable_uploads::organizations_with_expired(tx, machine_now)?)
    };
    let mut swept = 0;
    for organization_id in door.db.machinery(with_expired).await? {
        let expired = move |tx: &mut Tx<'_>| Ok::<_, ApiError>(resumable_uploads::expired(tx, machine_now)?);
        for id in door.db.run(Scope::Organization(organization_id), expired).await? {
            swept += usize::from(expire(door, PartialId { organization_id, id }).await?);
        }
    }
    let store = door.store.clone();
    for orphan in blocking(move || store.old_partials(machine_now).map_err(store_error)).await? {
        swept += usize::from(remove_orphan(door, orphan).await?);
    }
    Ok(swept)
}

/// Row and file, unless bytes have come meanwhile.
async fn expire(door: &Door, id: PartialId) -> Result<bool, ApiError> {
    let store = door.store.clone();
    let Some(partial) = blocking(move || store.partial(id).map_err(store_error)).await? else {
        return Ok(false);
    };
    let machine_now = door.clock.machine_now();
    let remove =
        move |tx: &mut Tx<'_>| Ok::<_, ApiError>(resumable_uploads::remove_expired(tx, id.id, machine_now)?);
    let scope = Scope::Organization(id.organization_id);
    let removed = durable(Step::RemoveResumable, door.db.run(scope, remove)).await?;
    if removed {
        discard(partial).await?;
    }
    Ok(removed)
}

/// A file that a crash has left without a row, or beside a complete one.
async fn remove_orphan(door: &Door, id: PartialId) -> Result<bool, ApiError> {
    let find = move |tx: &mut Tx<'_>| Ok::<_, ApiError>(resumable_uploads::find(tx, id.id)?);
    let row = door.db.run(Scope::Organization(id.organization_id), find).await?;
    if row.is_some_and(|row| row.upload_id.is_none()) {
        return Ok(false);
    }
    let store = door.store.clone();
    let Some(partial) = blocking(move || store.partial(id).map_err(store_error)).await? else {
        return Ok(false);
    };
    discard(partial).await?;
    Ok(true)
}
