//! Units recomputed from their stored files: which are next, and what came of it.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types as sql;
use uuid::Uuid;

use crate::Tx;
use crate::bulk::VmHistoryRow;
use crate::schema::{unit_verifications, vm_history};
use crate::types::BillingMode;
use crate::units::UnitKey;

/// What the last verification of a unit came to.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = unit_verifications, check_for_backend(Pg))]
#[expect(missing_docs, reason = "the columns of unit_verifications, described in the migration")]
pub struct Verification {
    pub organization_id: Uuid,
    pub billing_mode: BillingMode,
    pub vcenter_id: Uuid,
    pub month: NaiveDate,
    pub version: i32,
    pub slot: DateTime<Utc>,
    pub verified_at: DateTime<Utc>,
    pub differences: i64,
    pub findings: serde_json::Value,
}

/// A unit of the transaction's organization whose turn it is to be verified.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct Due {
    /// Which body of evidence.
    #[diesel(sql_type = sql::Text)]
    pub billing_mode: BillingMode,
    /// Product id.
    #[diesel(sql_type = sql::Uuid)]
    pub vcenter_id: Uuid,
    /// First day.
    #[diesel(sql_type = sql::Date)]
    pub month: NaiveDate,
    /// When it was verified last, if ever.
    #[diesel(sql_type = sql::Nullable<sql::Timestamptz>)]
    pub verified_at: Option<DateTime<Utc>>,
    /// Its place among those verified at the same time or never: made of the slot.
    #[diesel(sql_type = sql::Text)]
    pub turn: String,
}

impl Due {
    /// The unit.
    pub const fn key(&self) -> UnitKey {
        UnitKey { billing_mode: self.billing_mode, vcenter_id: self.vcenter_id, month: self.month }
    }
}

/// The units, least recently verified first, that are composed and were not verified for this slot: those that
/// `differed` the last time, or the others of open months and of months since `recent`.
pub fn due(
    tx: &mut Tx<'_>,
    slot: DateTime<Utc>,
    recent: NaiveDate,
    differed: bool,
    limit: i64,
) -> QueryResult<Vec<Due>> {
    let organization_id = tx.organization()?;
    diesel::sql_query(include_str!("verifications/due.sql"))
        .bind::<sql::Uuid, _>(organization_id)
        .bind::<sql::Timestamptz, _>(slot)
        .bind::<sql::Date, _>(recent)
        .bind::<sql::Bool, _>(differed)
        .bind::<sql::BigInt, _>(limit)
        .load(tx.conn())
}

/// How many units of the transaction's organization were verified for a slot.
pub fn of_slot(tx: &mut Tx<'_>, slot: DateTime<Utc>) -> QueryResult<i64> {
    unit_verifications::table
        .filter(unit_verifications::organization_id.eq(tx.organization()?))
        .filter(unit_verifications::slot.eq(slot))
        .count()
        .get_result(tx.conn())
}

/// Keeps what a verification came to, in place of the unit's last.
pub fn record(tx: &mut Tx<'_>, verification: &Verification) -> QueryResult<()> {
    tx.require_own(verification.organization_id)?;
    diesel::insert_into(unit_verifications::table)
        .values(verification)
        .on_conflict((
            unit_verifications::organization_id,
            unit_verifications::billing_mode,
            unit_verifications::vcenter_id,
            unit_verifications::month,
        ))
        .do_update()
        .set(verification)
        .execute(tx.conn())?;
    Ok(())
}

/// The last verifications of the transaction's organization's units, by key.
pub fn list(tx: &mut Tx<'_>) -> QueryResult<Vec<Verification>> {
    unit_verifications::table
        .filter(unit_verifications::organization_id.eq(tx.organization()?))
        .order((unit_verifications::billing_mode, unit_verifications::vcenter_id, unit_verifications::month))
        .select(Verification::as_select())
        .load(tx.conn())
}

/// Over all tenants: how many units were verified, how many of them differ, and when the last one was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, QueryableByName)]
pub struct Summary {
    /// Units that were verified at least once.
    #[diesel(sql_type = sql::BigInt)]
    pub verified: i64,
    /// Those that differed the last time.
    #[diesel(sql_type = sql::BigInt)]
    pub differing: i64,
    /// Business time.
    #[diesel(sql_type = sql::Nullable<sql::Timestamptz>)]
    pub last_at: Option<DateTime<Utc>>,
}

/// The summary. Counts only.
pub fn summary(tx: &mut Tx<'_>) -> QueryResult<Summary> {
    diesel::sql_query("SELECT verified, differing, last_at FROM verified_units()").get_result(tx.machinery()?)
}

/// Where a page of rows ended: VM, begin, and the version since which the row holds.
pub type RowPlace = (Uuid, DateTime<Utc>, i32);

/// The rows of a unit that do not end with `version` or before, by VM, begin and first version, which is the order of
/// the primary key. Of two in force for one VM and begin both are listed.
pub fn rows_in_force(
    tx: &mut Tx<'_>,
    key: &UnitKey,
    version: i32,
    after: Option<RowPlace>,
    limit: i64,
) -> QueryResult<Vec<VmHistoryRow>> {
    let query = vm_history::table
        .filter(vm_history::organization_id.eq(tx.organization()?))
        .filter(vm_history::month.eq(key.month))
        .filter(vm_history::billing_mode.eq(key.billing_mode))
        .filter(vm_history::vcenter_id.eq(key.vcenter_id))
        .filter(vm_history::until.is_null().or(vm_history::until.gt(version)))
        .order((vm_history::vm_id, vm_history::begin_at, vm_history::since))
        .limit(limit)
        .select(vm_history::all_columns);
    let Some((vm_id, begin_at, since)) = after else { return query.load(tx.conn()) };
    // One comparison of rows, which begins the scan of the key in the right place.
    let behind = diesel::dsl::sql::<sql::Bool>("(vm_id, begin_at, since) > (")
        .bind::<sql::Uuid, _>(vm_id)
        .sql(", ")
        .bind::<sql::Timestamptz, _>(begin_at)
        .sql(", ")
        .bind::<sql::Integer, _>(since)
        .sql(")");
    query.filter(behind).load(tx.conn())
}
