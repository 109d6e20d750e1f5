//! VM History rows as they are stored: once, with the versions of their unit in which they hold.

mod read;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types as sql;
use uuid::Uuid;

pub use self::read::{HistoryCursor, HistoryFilter, HistoryRow, page};
use crate::Tx;
use crate::schema::vm_history;
use crate::units::UnitKey;

/// What tells a stored row from another of its unit.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct StoredRow {
    /// Instance UUID.
    pub vm_id: Uuid,
    /// First instant.
    pub begin_at: DateTime<Utc>,
    /// Of all that the row states.
    pub digest: Vec<u8>,
}

/// The rows that hold in a unit's newest version; only those that end at `begin` or later, if it is given.
pub fn current(tx: &mut Tx<'_>, key: &UnitKey, begin: Option<DateTime<Utc>>) -> QueryResult<Vec<StoredRow>> {
    let rows = vm_history::table
        .filter(vm_history::organization_id.eq(tx.organization()?))
        .filter(vm_history::month.eq(key.month))
        .filter(vm_history::billing_mode.eq(key.billing_mode))
        .filter(vm_history::vcenter_id.eq(key.vcenter_id))
        .filter(vm_history::until.is_null())
        .select((vm_history::vm_id, vm_history::begin_at, vm_history::digest));
    let Some(begin) = begin else { return rows.load(tx.conn()) };
    // Two ranges of one index, which an OR of them would not be.
    let mut current: Vec<StoredRow> = rows.filter(vm_history::end_at.ge(begin)).load(tx.conn())?;
    current.extend(rows.filter(vm_history::end_at.is_null()).load::<StoredRow>(tx.conn())?);
    Ok(current)
}

/// Ends rows: they hold no more from the version `until` on.
pub fn end(tx: &mut Tx<'_>, key: &UnitKey, rows: &[(Uuid, DateTime<Utc>)], until: i32) -> QueryResult<usize> {
    let organization_id = tx.organization()?;
    let (vms, begins): (Vec<Uuid>, Vec<DateTime<Utc>>) = rows.iter().copied().unzip();
    diesel::sql_query(
        "UPDATE vm_history h SET until = $5
           FROM unnest($6, $7) AS ended (vm_id, begin_at)
          WHERE h.organization_id = $1 AND h.month = $2 AND h.billing_mode = $3 AND h.vcenter_id = $4
            AND h.vm_id = ended.vm_id AND h.begin_at = ended.begin_at AND h.until IS NULL",
    )
    .bind::<sql::Uuid, _>(organization_id)
    .bind::<sql::Date, _>(key.month)
    .bind::<sql::Text, _>(key.billing_mode)
    .bind::<sql::Uuid, _>(key.vcenter_id)
    .bind::<sql::Integer, _>(until)
    .bind::<sql::Array<sql::Uuid>, _>(vms)
    .bind::<sql::Array<sql::Timestamptz>, _>(begins)
    .execute(tx.conn())
}

/// How many rows of a unit are stored, in force or not.
pub fn stored_rows(
    tx: &mut Tx<'_>,
    mode: crate::types::BillingMode,
    vcenter_id: Uuid,
    month: chrono::NaiveDate,
) -> QueryResult<i64> {
    vm_history::table
        .filter(vm_history::organization_id.eq(tx.organization()?))
        .filter(vm_history::month.eq(month))
        .filter(vm_history::billing_mode.eq(mode))
        .filter(vm_history::vcenter_id.eq(vcenter_id))
        .count()
        .get_result(tx.conn())
}
