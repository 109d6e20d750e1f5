//! Uploads: a fact per file received, and what became of it.

mod counts;
pub(crate) mod read;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Binary, Text};
use serde_json::{Value, json};
use std::collections::HashMap;
use uuid::Uuid;

pub use self::counts::{CollectionCounts, collection_counts};
pub use self::read::{Upload, UploadCursor, UploadFilter, find, last_of_meters, list};
use crate::Tx;
use crate::outbox::{self, NewMessage};
use crate::schema::{products, upload_states, uploads};
use crate::types::{Signature, UploadStatus};

/// A file received, to add to the transaction's organization.
#[derive(Debug, Insertable)]
#[diesel(table_name = uploads)]
pub struct NewUpload<'a> {
    /// UUID v7.
    pub id: Uuid,
    /// Of its bytes: the name under which the store has them.
    pub sha256: &'a [u8],
    /// Of the file.
    pub size_bytes: i64,
    /// The instant of its last byte, business time.
    pub received_at: DateTime<Utc>,
    /// `user:<id>`, `meter:<id>` or `api-key:<id>`.
    pub uploaded_by: &'a str,
    /// As its manifest names it.
    pub meter_id: Option<Uuid>,
    /// The month that it names; its first day.
    pub month: Option<NaiveDate>,
    /// As its manifest says.
    pub partial: Option<bool>,
    /// The meter's software.
    pub meter_version: Option<&'a str>,
    /// As found at receipt; none when that was not judged, or wrong.
    pub signature: Option<Signature>,
}

/// One file at a time: until the transaction ends, another upload of these bytes to this
/// organization waits here, and then finds this one.
pub fn lock_digest(tx: &mut Tx<'_>, sha256: &[u8]) -> QueryResult<()> {
    let organization_id = tx.organization()?;
    diesel::sql_query("SELECT pg_advisory_xact_lock(hashtextextended($1 || encode($2, 'hex'), 0))")
        .bind::<Text, _>(format!("upload {organization_id} "))
        .bind::<Binary, _>(sha256)
        .execute(tx.conn())?;
    Ok(())
}

/// The organization's first upload of these bytes that was not refused: refused bytes are checked anew.
pub fn find_duplicate(tx: &mut Tx<'_>, sha256: &[u8]) -> QueryResult<Option<Uuid>> {
    uploads::table
        .inner_join(read::state_of_upload())
        .filter(uploads::organization_id.eq(tx.organization()?))
        .filter(uploads::sha256.eq(sha256))
        .filter(upload_states::status.ne(UploadStatus::Rejected))
        .order((uploads::received_at, uploads::id))
        .select(uploads::id)
        .first(tx.conn())
        .optional()
}

/// Records a file and the message that has it registered: both or neither.
pub fn accept(tx: &mut Tx<'_>, upload: &NewUpload<'_>, message: &NewMessage<'_>) -> QueryResult<()> {
    insert(tx, upload, UploadStatus::Received, None, &json!([]))?;
    outbox::enqueue(tx, message)
}

/// Records a file that was refused at the door, with the refusals as the API shows them.
pub fn reject(tx: &mut Tx<'_>, upload: &NewUpload<'_>, errors: &Value) -> QueryResult<()> {
    insert(tx, upload, UploadStatus::Rejected, Some(upload.received_at), errors)
}

fn insert(
    tx: &mut Tx<'_>,
    upload: &NewUpload<'_>,
    status: UploadStatus,
    processed_at: Option<DateTime<Utc>>,
    errors: &Value,
) -> QueryResult<()> {
    let organization_id = tx.organization()?;
    diesel::insert_into(uploads::table)
        .values((uploads::organization_id.eq(organization_id), upload))
        .execute(tx.conn())?;
    diesel::insert_into(upload_states::table)
        .values((
            upload_states::organization_id.eq(organization_id),
            upload_states::upload_id.eq(upload.id),
            upload_states::status.eq(status),
            upload_states::processed_at.eq(processed_at),
            upload_states::errors.eq(errors),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// How far an upload has come; `errors` are only of one that was refused.
#[derive(Debug)]
pub struct Progress<'a> {
    /// The new state.
    pub status: UploadStatus,
    /// Business time; of a processed or refused one.
    pub processed_at: Option<DateTime<Utc>>,
    /// As the API shows them; an empty array when there are none.
    pub errors: &'a Value,
}

/// Moves an upload of the transaction's organization on; false when there is none of this id.
pub fn set_progress(tx: &mut Tx<'_>, upload_id: Uuid, progress: &Progress<'_>) -> QueryResult<bool> {
    let organization_id = tx.organization()?;
    let updated = diesel::update(upload_states::table.find((organization_id, upload_id)))
        .set((
            upload_states::status.eq(progress.status),
            upload_states::processed_at.eq(progress.processed_at),
            upload_states::errors.eq(progress.errors),
        ))
        .execute(tx.conn())?;
    Ok(updated == 1)
}

/// The kinds under which these product ids were first seen; those never seen are left out.
pub fn product_kinds(tx: &mut Tx<'_>, product_ids: &[Uuid]) -> QueryResult<HashMap<Uuid, String>> {
    let kinds: Vec<(Uuid, String)> = products::table
        .filter(products::organization_id.eq(tx.organization()?))
        .filter(products::id.eq_any(product_ids))
        .select((products::id, products::kind))
        .load(tx.conn())?;
    Ok(kinds.into_iter().collect())
}

/// An upload that waits to be registered.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Waiting {
    /// Its id.
    pub id: Uuid,
    /// Of its bytes: the name under which the store has them.
    pub sha256: Vec<u8>,
    /// The instant of its last byte.
    pub received_at: DateTime<Utc>,
}

/// The uploads of a meter that wait to be registered, in the order of receipt.
pub fn waiting_of_meter(tx: &mut Tx<'_>, meter_id: Uuid) -> QueryResult<Vec<Waiting>> {
    uploads::table
        .inner_join(read::state_of_upload())
        .filter(uploads::organization_id.eq(tx.organization()?))
        .filter(uploads::meter_id.eq(meter_id))
        .filter(upload_states::status.eq(UploadStatus::Received))
        .order((uploads::received_at, uploads::id))
        .select((uploads::id, uploads::sha256, uploads::received_at))
        .load(tx.conn())
}

/// The uploads received before `instant` that still wait to be registered, in the order of receipt.
pub fn waiting_since(tx: &mut Tx<'_>, instant: DateTime<Utc>) -> QueryResult<Vec<Uuid>> {
    uploads::table
        .inner_join(read::state_of_upload())
        .filter(uploads::organization_id.eq(tx.organization()?))
        .filter(uploads::received_at.lt(instant))
        .filter(upload_states::status.eq(UploadStatus::Received))
        .order((uploads::received_at, uploads::id))
        .select(uploads::id)
        .load(tx.conn())
}

/// Whether a file received up to `deadline` waits to be registered, or to become an upload once it has come in parts: a
/// month must not close before it.
pub fn any_unregistered(tx: &mut Tx<'_>, deadline: DateTime<Utc>) -> QueryResult<bool> {
    use crate::schema::resumable_uploads as resumables;
    let in_parts = resumables::table
        .filter(resumables::organization_id.eq(tx.organization()?))
        .filter(resumables::received_at.le(deadline))
        .filter(resumables::upload_id.is_null());
    // Asked first: in between it may become an upload, which is then found below.
    if diesel::select(diesel::dsl::exists(in_parts)).get_result(tx.conn())? {
        return Ok(true);
    }
    let query = uploads::table
        .inner_join(read::state_of_upload())
        .filter(uploads::organization_id.eq(tx.organization()?))
        .filter(uploads::received_at.le(deadline))
        .filter(upload_states::status.eq(UploadStatus::Received));
    diesel::select(diesel::dsl::exists(query)).get_result(tx.conn())
}

/// Notes on an upload that its processing was given up for now; it keeps its status, and nothing is lost.
pub fn note_failure(tx: &mut Tx<'_>, upload_id: Uuid) -> QueryResult<()> {
    let organization_id = tx.organization()?;
    let note = json!([{
        "code": "processing-failed",
        "message": "processing this file failed on our side; it is kept and the operator has been told",
    }]);
    diesel::update(upload_states::table.find((organization_id, upload_id)))
        .set(upload_states::errors.eq(note))
        .execute(tx.conn())?;
    Ok(())
}
