//! VM History as a report revision holds it, page by page.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::dsl::sql;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types as types;
use rust_decimal::Decimal;
use uuid::Uuid;

use crate::Tx;
use crate::reports::Revision;
use crate::schema::{report_units, vm_history};

/// The feature that makes a row one of Cloud Director's.
const VCD: &str = "vcd";

/// A row as it is stored. `end_at` and `mb_hours` are null where it reaches the horizon of the version it is read in.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable)]
#[diesel(table_name = vm_history, check_for_backend(Pg))]
#[expect(missing_docs, reason = "the columns of vm_history, described in the migration")]
pub struct HistoryRow {
    pub month: NaiveDate,
    pub vcenter_id: Uuid,
    pub vm_id: Uuid,
    pub begin_at: DateTime<Utc>,
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
}

/// What narrows the rows; it never changes one.
#[derive(Debug, Clone, Default)]
pub struct HistoryFilter {
    /// Also rows that are metered and not reported.
    pub include_unreported: bool,
    /// With Cloud Director, or without it.
    pub vcd: Option<bool>,
    /// Of this vCenter.
    pub vcenter_id: Option<Uuid>,
    /// Of this VM.
    pub vm_id: Option<Uuid>,
    /// Under this license.
    pub license: Option<String>,
    /// With this feature in use.
    pub feature: Option<String>,
    /// Reported, or not.
    pub reported: Option<bool>,
    /// Of this organization of Cloud Director.
    pub org: Option<String>,
}

/// Where a page of rows ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HistoryCursor {
    /// Of the last row shown.
    pub vcenter_id: Uuid,
    /// Of the last row shown.
    pub vm_id: Uuid,
    /// Of the last row shown.
    pub begin_at: DateTime<Utc>,
}

impl HistoryRow {
    /// Where a page ends that this row is the last of.
    pub const fn cursor(&self) -> HistoryCursor {
        HistoryCursor { vcenter_id: self.vcenter_id, vm_id: self.vm_id, begin_at: self.begin_at }
    }
}

type Query<'a> = vm_history::BoxedQuery<'a, Pg>;

/// The rows of a revision by (vCenter, VM, begin), which is the order of the primary key.
pub fn page(
    tx: &mut Tx<'_>,
    revision: &Revision,
    filter: &HistoryFilter,
    after: Option<HistoryCursor>,
    limit: i64,
) -> QueryResult<Vec<HistoryRow>> {
    // A subquery a row instead of a join: rows are read in the key's order and no further than the limit, whatever
    // the planner believes of the sizes.
    let version = || {
        report_units::table
            .filter(report_units::organization_id.eq(vm_history::organization_id))
            .filter(report_units::billing_mode.eq(vm_history::billing_mode))
            .filter(report_units::month.eq(vm_history::month))
            .filter(report_units::revision.eq(revision.revision))
            .filter(report_units::vcenter_id.eq(vm_history::vcenter_id))
            .select(report_units::version)
            .single_value()
    };
    let query = vm_history::table
        .into_boxed()
        .filter(vm_history::organization_id.eq_any(tx.organizations()))
        .filter(vm_history::organization_id.eq(revision.organization_id))
        .filter(vm_history::month.eq(revision.month))
        .filter(vm_history::billing_mode.eq(revision.billing_mode))
        .filter(version().ge(vm_history::since.nullable()))
        .filter(vm_history::until.is_null().or(vm_history::until.gt(version())));
    let query = begin_after(narrow(query, filter), after);
    query
        .order((vm_history::vcenter_id, vm_history::vm_id, vm_history::begin_at))
        .limit(limit)
        .select(HistoryRow::as_select())
        .load(tx.conn())
}

fn narrow<'a>(mut query: Query<'a>, filter: &HistoryFilter) -> Query<'a> {
    if !filter.include_unreported {
        query = query.filter(vm_history::reported);
    }
    if let Some(vcd) = filter.vcd {
        let with_vcd = vm_history::features.contains(vec![VCD]);
        query = if vcd { query.filter(with_vcd) } else { query.filter(diesel::dsl::not(with_vcd)) };
    }
    if let Some(vcenter_id) = filter.vcenter_id {
        query = query.filter(vm_history::vcenter_id.eq(vcenter_id));
    }
    if let Some(vm_id) = filter.vm_id {
        query = query.filter(vm_history::vm_id.eq(vm_id));
    }
    if let Some(license) = filter.license.clone() {
        query = query.filter(vm_history::license.eq(license));
    }
    if let Some(feature) = filter.feature.clone() {
        query = query.filter(vm_history::features.contains(vec![feature]));
    }
    if let Some(reported) = filter.reported {
        query = query.filter(vm_history::reported.eq(reported));
    }
    if let Some(org) = filter.org.clone() {
        query = query.filter(vm_history::org.eq(org));
    }
    query
}

/// As one comparison of rows, which begins the scan of the key in the right place.
fn begin_after(query: Query<'_>, after: Option<HistoryCursor>) -> Query<'_> {
    let Some(after) = after else { return query };
    query.filter(
        sql::<types::Bool>("(vm_history.vcenter_id, vm_history.vm_id, vm_history.begin_at) > (")
            .bind::<types::Uuid, _>(after.vcenter_id)
            .sql(", ")
            .bind::<types::Uuid, _>(after.vm_id)
            .sql(", ")
            .bind::<types::Timestamptz, _>(after.begin_at)
            .sql(")"),
    )
}
