//! New ones, within what an organization may have open.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use uuid::Uuid;

use crate::Tx;
use crate::schema::resumable_uploads as resumables;

/// A file that is to come in parts, to add to the transaction's organization.
#[derive(Debug, Insertable)]
#[diesel(table_name = resumables)]
pub struct NewResumableUpload<'a> {
    /// UUID v7.
    pub id: Uuid,
    /// `user:<id>`, `meter:<id>` or `api-key:<id>`.
    pub created_by: &'a str,
    /// The meter whose token made it.
    pub meter_id: Option<Uuid>,
    /// As it was sent.
    pub metadata: &'a str,
    /// Of the whole file.
    pub length_bytes: i64,
    /// Machine time.
    pub created_at: DateTime<Utc>,
    /// Unless bytes come.
    pub expires_at: DateTime<Utc>,
    /// Of an empty file, all of which is here.
    pub received_at: Option<DateTime<Utc>>,
}

/// What an organization has open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, QueryableByName)]
pub struct Open {
    /// Files.
    #[diesel(sql_type = BigInt)]
    pub count: i64,
    /// Their whole lengths: what was promised may come.
    #[diesel(sql_type = BigInt)]
    pub bytes: i64,
}

/// What the organization has open; until the transaction ends, others that ask wait here.
pub fn open(tx: &mut Tx<'_>, machine_now: DateTime<Utc>) -> QueryResult<Open> {
    let organization_id = tx.organization()?;
    diesel::sql_query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))")
        .bind::<Text, _>(format!("resumable uploads {organization_id}"))
        .execute(tx.conn())?;
    diesel::sql_query(
        "SELECT count(*) AS count, coalesce(sum(length_bytes), 0)::bigint AS bytes
           FROM resumable_uploads WHERE organization_id = $1 AND upload_id IS NULL AND expires_at > $2",
    )
    .bind::<diesel::sql_types::Uuid, _>(organization_id)
    .bind::<diesel::sql_types::Timestamptz, _>(machine_now)
    .get_result(tx.conn())
}

/// Adds one, of which no byte has come yet.
pub fn add(tx: &mut Tx<'_>, upload: &NewResumableUpload<'_>) -> QueryResult<()> {
    let organization_id = tx.organization()?;
    diesel::insert_into(resumables::table)
        .values((resumables::organization_id.eq(organization_id), upload))
        .execute(tx.conn())?;
    Ok(())
}
