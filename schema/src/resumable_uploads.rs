//! Files that come in parts, until they are uploads like any other, and for a while after.

mod new;

use chrono::{DateTime, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::Timestamptz;
use uuid::Uuid;

pub use self::new::{NewResumableUpload, Open, add, open};
use crate::Tx;
use crate::schema::resumable_uploads as resumables;

/// A file that comes in parts.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = resumables, check_for_backend(Pg))]
#[expect(missing_docs, reason = "the columns of resumable_uploads, described in the migration")]
pub struct ResumableUpload {
    pub organization_id: Uuid,
    pub id: Uuid,
    pub created_by: String,
    pub meter_id: Option<Uuid>,
    pub metadata: String,
    pub length_bytes: i64,
    pub offset_bytes: i64,
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    pub received_at: Option<DateTime<Utc>>,
    pub sha256: Option<Vec<u8>>,
    pub status: Option<i16>,
    pub upload_id: Option<Uuid>,
}

/// How far the bytes have come.
#[derive(Debug, Clone, Copy)]
pub struct Advance {
    /// As it was recorded before.
    pub from: i64,
    /// As it is on the disk.
    pub to: i64,
    /// The instant of the last byte, when this is it.
    pub received_at: Option<DateTime<Utc>>,
    /// Unless more comes.
    pub expires_at: DateTime<Utc>,
}

/// One of the transaction's organization.
pub fn find(tx: &mut Tx<'_>, id: Uuid) -> QueryResult<Option<ResumableUpload>> {
    resumables::table
        .find((tx.organization()?, id))
        .select(ResumableUpload::as_select())
        .first(tx.conn())
        .optional()
}

/// Records more bytes; false when another has, or the upload is gone.
pub fn advance(tx: &mut Tx<'_>, id: Uuid, advance: &Advance) -> QueryResult<bool> {
    let recorded = resumables::table
        .find((tx.organization()?, id))
        .filter(resumables::offset_bytes.eq(advance.from))
        .filter(resumables::upload_id.is_null());
    let updated = diesel::update(recorded)
        .set((
            resumables::offset_bytes.eq(advance.to),
            resumables::received_at.eq(advance.received_at),
            resumables::expires_at.eq(advance.expires_at),
        ))
        .execute(tx.conn())?;
    Ok(updated == 1)
}

/// Notes the digest of the whole file and takes the row until the transaction ends; what it was answered, if it was. None
/// when it is gone.
pub fn claim(tx: &mut Tx<'_>, id: Uuid, sha256: &[u8]) -> QueryResult<Option<Option<(i16, Uuid)>>> {
    let row: Option<(Option<i16>, Option<Uuid>)> =
        diesel::update(resumables::table.find((tx.organization()?, id)))
            .set(resumables::sha256.eq(sha256))
            .returning((resumables::status, resumables::upload_id))
            .get_result(tx.conn())
            .optional()?;
    Ok(row.map(|(status, upload_id)| status.zip(upload_id)))
}

/// Keeps what became of it, in the transaction in which it does.
pub fn complete(tx: &mut Tx<'_>, id: Uuid, status: i16, upload_id: Uuid) -> QueryResult<()> {
    let own = resumables::table.find((tx.organization()?, id));
    diesel::update(own)
        .set((resumables::status.eq(status), resumables::upload_id.eq(upload_id)))
        .execute(tx.conn())?;
    Ok(())
}

/// Forgets it; false when it is gone already.
pub fn remove(tx: &mut Tx<'_>, id: Uuid) -> QueryResult<bool> {
    let own = resumables::table.find((tx.organization()?, id));
    Ok(diesel::delete(own).execute(tx.conn())? == 1)
}

/// Forgets it unless it has got more time meanwhile.
pub fn remove_expired(tx: &mut Tx<'_>, id: Uuid, machine_now: DateTime<Utc>) -> QueryResult<bool> {
    let own = resumables::table.find((tx.organization()?, id));
    let expired = own.filter(resumables::expires_at.le(machine_now));
    Ok(diesel::delete(expired).execute(tx.conn())? == 1)
}

/// Those of the transaction's organization that have expired.
pub fn expired(tx: &mut Tx<'_>, machine_now: DateTime<Utc>) -> QueryResult<Vec<Uuid>> {
    resumables::table
        .filter(resumables::organization_id.eq(tx.organization()?))
        .filter(resumables::expires_at.le(machine_now))
        .order(resumables::id)
        .select(resumables::id)
        .load(tx.conn())
}

/// Those of the transaction's organization that are whole and no upload yet, in the order of receipt.
pub fn whole(tx: &mut Tx<'_>) -> QueryResult<Vec<ResumableUpload>> {
    resumables::table
        .filter(resumables::organization_id.eq(tx.organization()?))
        .filter(resumables::received_at.is_not_null())
        .filter(resumables::upload_id.is_null())
        .order((resumables::received_at, resumables::id))
        .select(ResumableUpload::as_select())
        .load(tx.conn())
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = diesel::sql_types::Uuid)]
    id: Uuid,
}

/// The organizations that have such.
pub fn organizations_with_whole(tx: &mut Tx<'_>) -> QueryResult<Vec<Uuid>> {
    let rows: Vec<Row> =
        diesel::sql_query("SELECT id FROM organizations_with_whole_uploads() AS id").load(tx.machinery()?)?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// The organizations that have expired ones.
pub fn organizations_with_expired(tx: &mut Tx<'_>, machine_now: DateTime<Utc>) -> QueryResult<Vec<Uuid>> {
    let rows: Vec<Row> = diesel::sql_query("SELECT id FROM organizations_with_expired_uploads($1) AS id")
        .bind::<Timestamptz, _>(machine_now)
        .load(tx.machinery()?)?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}
