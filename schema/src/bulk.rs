//! Many rows at once: binary COPY into a temporary table, then one `INSERT … SELECT`.
//!
//! `COPY` refuses tables with row-level security, so rows never go straight to their table.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::Date;
use rust_decimal::Decimal;
use uuid::Uuid;

use self::incoming::vm_history_incoming;
use crate::Tx;

/// Copies `rows` through a temporary table; to be used once a transaction and table at a time.
///
/// `target` is a table's name; `copy` fills its twin `<target>_incoming`, which has the same columns.
fn through_temporary(
    tx: &mut Tx<'_>,
    target: &'static str,
    copy: impl FnOnce(&mut PgConnection) -> QueryResult<usize>,
) -> QueryResult<usize> {
    use diesel::connection::SimpleConnection;
    let conn = tx.conn();
    conn.batch_execute(&format!("CREATE TEMPORARY TABLE {target}_incoming (LIKE {target}) ON COMMIT DROP"))?;
    copy(conn)?;
    // LIKE keeps the order of columns, so that `*` is exact.
    let inserted =
        diesel::sql_query(format!("INSERT INTO {target} SELECT * FROM {target}_incoming")).execute(conn)?;
    // Dropped here and not only at commit: the same transaction may bring more rows.
    conn.batch_execute(&format!("DROP TABLE {target}_incoming"))?;
    Ok(inserted)
}

/// The twin of `vm_history` without its partitions.
mod incoming {
    diesel::table! {
        vm_history_incoming (organization_id, month, billing_mode, vcenter_id, vm_id, begin_at, since) {
            organization_id -> Uuid,
            month -> Date,
            billing_mode -> Text,
            vcenter_id -> Uuid,
            vm_id -> Uuid,
            begin_at -> Timestamptz,
            since -> Int4,
            until -> Nullable<Int4>,
            end_at -> Nullable<Timestamptz>,
            mb_hours -> Nullable<Numeric>,
            meter_id -> Uuid,
            moid -> Text,
            vm_name -> Text,
            guest_os -> Text,
            host_id -> Text,
            host_name -> Nullable<Text>,
            cluster_id -> Nullable<Text>,
            org -> Nullable<Text>,
            license -> Text,
            license_key -> Nullable<Text>,
            vcpus -> Int8,
            memory_mb -> Int8,
            reserved_mb -> Int8,
            billed_mb -> Numeric,
            features -> Array<Text>,
            reported -> Bool,
            digest -> Binary,
        }
    }
}

/// A VM History row (metering.md §2) as it is stored.
#[derive(Debug, Clone, PartialEq, Queryable, Insertable)]
#[diesel(table_name = vm_history_incoming, treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "the columns of vm_history, described in the migration")]
pub struct VmHistoryRow {
    pub organization_id: Uuid,
    pub month: NaiveDate,
    pub billing_mode: crate::types::BillingMode,
    pub vcenter_id: Uuid,
    pub vm_id: Uuid,
    pub begin_at: DateTime<Utc>,
    pub since: i32,
    pub until: Option<i32>,
    pub end_at: Option<DateTime<Utc>>,
    pub mb_hours: Option<Decimal>,
    pub meter_id: Uuid,
    pub moid: String,
    pub vm_name: String,
    pub guest_os: String,
    pub host_id: String,
    pub host_name: Option<String>,
    pub cluster_id: Option<String>,
    pub org: Option<String>,
    pub license: String,
    pub license_key: Option<String>,
    pub vcpus: i64,
    pub memory_mb: i64,
    pub reserved_mb: i64,
    pub billed_mb: Decimal,
    pub features: Vec<String>,
    pub reported: bool,
    pub digest: Vec<u8>,
}

/// Adds rows of the transaction's organization; the partitions of their months must be there.
pub fn insert_vm_history(tx: &mut Tx<'_>, rows: &[VmHistoryRow]) -> QueryResult<usize> {
    for row in rows {
        tx.require_own(row.organization_id)?;
    }
    if rows.is_empty() {
        return Ok(0);
    }
    through_temporary(tx, "vm_history", |conn| {
        diesel::copy_from(vm_history_incoming::table).from_insertable(rows).execute(conn)
    })
}

/// Has the owner's function make the partition of a month, unless it is there.
pub fn ensure_vm_history_partition(tx: &mut Tx<'_>, month: NaiveDate) -> QueryResult<()> {
    diesel::sql_query("SELECT ensure_vm_history_partition($1)").bind::<Date, _>(month).execute(tx.conn())?;
    Ok(())
}
