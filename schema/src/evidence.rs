//! Registered collections, and which of them are in force (usage-data.md §2, metering.md §1).

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types as sql;
use uuid::Uuid;

use crate::Tx;
use crate::schema::{collections, product_vcenters, products};
use crate::types::BillingMode;

/// Stays below the 65,535 parameters of a statement.
const ROWS_PER_INSERT: usize = 2_000;

/// A collection of an accepted upload, to add to the transaction's organization.
#[derive(Debug, Insertable)]
#[diesel(table_name = collections)]
#[expect(missing_docs, reason = "the columns of collections, described in the migration")]
pub struct NewCollection<'a> {
    pub organization_id: Uuid,
    pub upload_id: Uuid,
    pub ordinal: i32,
    pub meter_id: Uuid,
    pub product_id: Uuid,
    pub kind: &'a str,
    pub from_at: DateTime<Utc>,
    pub to_at: DateTime<Utc>,
    pub records: i64,
    pub sha256: &'a [u8],
    pub received_at: DateTime<Utc>,
    pub verified: bool,
    pub path: &'a str,
    pub entry_offset: i64,
    pub stored_bytes: i64,
    pub inflated_bytes: i64,
    pub method: i16,
    pub crc32: i64,
}

/// A verified collection of a meter: one of the same identity and digest need not be read again.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Queryable)]
#[expect(missing_docs, reason = "the columns of collections, described in the migration")]
pub struct Known {
    pub product_id: Uuid,
    pub kind: String,
    pub from_at: DateTime<Utc>,
    pub to_at: DateTime<Utc>,
    pub sha256: Vec<u8>,
}

/// A collection in force for a unit, with the way to a verified copy of its bytes.
#[derive(Debug, Clone, PartialEq, QueryableByName)]
#[expect(missing_docs, reason = "the columns of collections, described in the migration")]
pub struct InForce {
    #[diesel(sql_type = sql::Uuid)]
    pub meter_id: Uuid,
    #[diesel(sql_type = sql::Uuid)]
    pub product_id: Uuid,
    #[diesel(sql_type = sql::Text)]
    pub product_kind: String,
    #[diesel(sql_type = sql::Text)]
    pub kind: String,
    #[diesel(sql_type = sql::Timestamptz)]
    pub from_at: DateTime<Utc>,
    #[diesel(sql_type = sql::Timestamptz)]
    pub to_at: DateTime<Utc>,
    /// Of the upload that is in force, which lateness is judged by.
    #[diesel(sql_type = sql::Timestamptz)]
    pub received_at: DateTime<Utc>,
    #[diesel(sql_type = sql::BigInt)]
    pub records: i64,
    #[diesel(sql_type = sql::Binary)]
    pub sha256: Vec<u8>,
    #[diesel(sql_type = sql::Text)]
    pub path: String,
    #[diesel(sql_type = sql::BigInt)]
    pub entry_offset: i64,
    #[diesel(sql_type = sql::BigInt)]
    pub stored_bytes: i64,
    #[diesel(sql_type = sql::BigInt)]
    pub inflated_bytes: i64,
    #[diesel(sql_type = sql::SmallInt)]
    pub method: i16,
    #[diesel(sql_type = sql::BigInt)]
    pub crc32: i64,
    /// The stored file that holds the copy.
    #[diesel(sql_type = sql::Binary)]
    pub file_sha256: Vec<u8>,
}

/// Registers products under the kinds of their first mention; those known keep theirs.
pub fn add_products(tx: &mut Tx<'_>, kinds: &[(Uuid, &str)]) -> QueryResult<()> {
    let organization_id = tx.organization()?;
    let mut sorted = kinds.to_vec();
    sorted.sort_unstable();
    let rows: Vec<_> = sorted
        .iter()
        .map(|(id, kind)| {
            (products::organization_id.eq(organization_id), products::id.eq(id), products::kind.eq(kind))
        })
        .collect();
    diesel::insert_into(products::table).values(rows).on_conflict_do_nothing().execute(tx.conn())?;
    Ok(())
}

/// Records the vCenters on which products made claims.
pub fn add_claims(tx: &mut Tx<'_>, claims: &[(Uuid, Uuid)]) -> QueryResult<()> {
    let organization_id = tx.organization()?;
    for chunk in claims.chunks(ROWS_PER_INSERT) {
        let rows: Vec<_> = chunk
            .iter()
            .map(|(product, vcenter)| {
                (
                    product_vcenters::organization_id.eq(organization_id),
                    product_vcenters::product_id.eq(product),
                    product_vcenters::vcenter_id.eq(vcenter),
                )
            })
            .collect();
        diesel::insert_into(product_vcenters::table)
            .values(rows)
            .on_conflict_do_nothing()
            .execute(tx.conn())?;
    }
    Ok(())
}

/// (product, vCenter): every claim ever made by these products.
pub fn claims(tx: &mut Tx<'_>, products: &[Uuid]) -> QueryResult<Vec<(Uuid, Uuid)>> {
    product_vcenters::table
        .filter(product_vcenters::organization_id.eq(tx.organization()?))
        .filter(product_vcenters::product_id.eq_any(products))
        .select((product_vcenters::product_id, product_vcenters::vcenter_id))
        .load(tx.conn())
}

/// The verified collections of a meter that begin within `[from, to]`.
pub fn known(
    tx: &mut Tx<'_>,
    meter_id: Uuid,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> QueryResult<Vec<Known>> {
    collections::table
        .filter(collections::organization_id.eq(tx.organization()?))
        .filter(collections::meter_id.eq(meter_id))
        .filter(collections::from_at.between(from, to))
        .filter(collections::verified)
        .select((
            collections::product_id,
            collections::kind,
            collections::from_at,
            collections::to_at,
            collections::sha256,
        ))
        .load(tx.conn())
}

/// Adds an upload's collections.
pub fn register(tx: &mut Tx<'_>, rows: &[NewCollection<'_>]) -> QueryResult<()> {
    for row in rows {
        tx.require_own(row.organization_id)?;
    }
    for chunk in rows.chunks(ROWS_PER_INSERT) {
        diesel::insert_into(collections::table).values(chunk).execute(tx.conn())?;
    }
    Ok(())
}

/// The collections in force, late ones included, that can hold evidence of a vCenter's month: the vCenter's own
/// and those of every product that ever claimed a VM on it. `window` is `[M0 − 48 h, M1)`.
pub fn in_force(
    tx: &mut Tx<'_>,
    mode: BillingMode,
    vcenter_id: Uuid,
    window: (DateTime<Utc>, DateTime<Utc>),
) -> QueryResult<Vec<InForce>> {
    let organization_id = tx.organization()?;
    diesel::sql_query(include_str!("evidence/in_force.sql"))
        .bind::<sql::Uuid, _>(organization_id)
        .bind::<sql::Text, _>(mode)
        .bind::<sql::Uuid, _>(vcenter_id)
        .bind::<sql::Timestamptz, _>(window.0)
        .bind::<sql::Timestamptz, _>(window.1)
        .load(tx.conn())
}

/// A vCenter of the transaction's organization with evidence of its own, the mode and the month of its `from`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, QueryableByName)]
#[expect(missing_docs, reason = "as the struct says")]
pub struct SeenVcenter {
    #[diesel(sql_type = sql::Text)]
    pub billing_mode: BillingMode,
    #[diesel(sql_type = sql::Uuid)]
    pub vcenter_id: Uuid,
}

/// The vCenters with collections of their own that begin within `window`, by mode.
pub fn vcenters_seen(
    tx: &mut Tx<'_>,
    window: (DateTime<Utc>, DateTime<Utc>),
) -> QueryResult<Vec<SeenVcenter>> {
    let organization_id = tx.organization()?;
    diesel::sql_query(include_str!("evidence/vcenters_seen.sql"))
        .bind::<sql::Uuid, _>(organization_id)
        .bind::<sql::Timestamptz, _>(window.0)
        .bind::<sql::Timestamptz, _>(window.1)
        .load(tx.conn())
}

/// Waits for another registration of the same meter: uploads of one meter register in the order of receipt.
pub fn lock_meter(tx: &mut Tx<'_>, meter_id: Uuid) -> QueryResult<()> {
    let key = format!("meter {} {meter_id}", tx.organization()?);
    diesel::sql_query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))")
        .bind::<sql::Text, _>(key)
        .execute(tx.conn())?;
    Ok(())
}

/// Whether an upload of the meter that was received later than (`received_at`, `upload_id`) is registered.
pub fn any_received_later(
    tx: &mut Tx<'_>,
    meter_id: Uuid,
    received_at: DateTime<Utc>,
    upload_id: Uuid,
) -> QueryResult<bool> {
    let later = collections::table
        .filter(collections::organization_id.eq(tx.organization()?))
        .filter(collections::meter_id.eq(meter_id))
        .filter(
            collections::received_at
                .gt(received_at)
                .or(collections::received_at.eq(received_at).and(collections::upload_id.gt(upload_id))),
        );
    diesel::select(diesel::dsl::exists(later)).get_result(tx.conn())
}
