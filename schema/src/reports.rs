//! Report revisions: immutable, numbered, each with its lines and the unit versions that it is composed of
//! (metering.md §5).

mod causes;
mod signatures;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types as sql;
use rust_decimal::Decimal;
use uuid::Uuid;

pub use self::causes::{Cause, add_cause, causes, delete_causes, months_with_causes};
pub use self::signatures::{SignatureCounts, signature_counts};
use crate::Tx;
use crate::schema::{report_lines, report_revisions, report_units, unit_versions};
use crate::types::{BillingMode, ReportStatus};
use crate::units::UnitVersion;

/// A revision of a month's report.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = report_revisions, check_for_backend(Pg))]
#[expect(missing_docs, reason = "the columns of report_revisions, described in the migration")]
pub struct Revision {
    pub organization_id: Uuid,
    pub billing_mode: BillingMode,
    pub month: NaiveDate,
    pub revision: i32,
    pub status: ReportStatus,
    pub generated_at: DateTime<Utc>,
    pub cause: String,
}

/// A line of a revision: the part of a contract, the part of a site, or of the whole month when there is neither.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = report_lines, check_for_backend(Pg))]
#[expect(missing_docs, reason = "the columns of report_lines, described in the migration")]
pub struct Line {
    pub organization_id: Uuid,
    pub billing_mode: BillingMode,
    pub month: NaiveDate,
    pub revision: i32,
    pub contract_number: String,
    pub position: i32,
    pub code: String,
    pub amount: Decimal,
    pub quantity: i64,
    pub exact: Decimal,
    pub points_per_unit: Option<Decimal>,
    pub points: Option<Decimal>,
    pub site_id: Uuid,
}

/// A month of the transaction's organization waits here until another composing of it has ended.
pub fn lock_month(tx: &mut Tx<'_>, mode: BillingMode, month: NaiveDate) -> QueryResult<()> {
    let key = format!("month {} {mode} {month}", tx.organization()?);
    diesel::sql_query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))")
        .bind::<sql::Text, _>(key)
        .execute(tx.conn())?;
    Ok(())
}

/// The newest revision of an organization's month; it must be in scope.
pub fn latest(
    tx: &mut Tx<'_>,
    organization_id: Uuid,
    mode: BillingMode,
    month: NaiveDate,
) -> QueryResult<Option<Revision>> {
    report_revisions::table
        .filter(report_revisions::organization_id.eq_any(tx.organizations()))
        .filter(report_revisions::organization_id.eq(organization_id))
        .filter(report_revisions::billing_mode.eq(mode))
        .filter(report_revisions::month.eq(month))
        .order(report_revisions::revision.desc())
        .select(Revision::as_select())
        .first(tx.conn())
        .optional()
}

/// A revision of an organization's month by its number; it must be in scope.
pub fn find(
    tx: &mut Tx<'_>,
    organization_id: Uuid,
    mode: BillingMode,
    month: NaiveDate,
    revision: i32,
) -> QueryResult<Option<Revision>> {
    report_revisions::table
        .filter(report_revisions::organization_id.eq_any(tx.organizations()))
        .filter(report_revisions::organization_id.eq(organization_id))
        .filter(report_revisions::billing_mode.eq(mode))
        .filter(report_revisions::month.eq(month))
        .filter(report_revisions::revision.eq(revision))
        .select(Revision::as_select())
        .first(tx.conn())
        .optional()
}

/// The lines of a revision in the order of a report, the whole month's first, then the contracts' and sites' parts.
pub fn lines(tx: &mut Tx<'_>, revision: &Revision) -> QueryResult<Vec<Line>> {
    report_lines::table
        .filter(report_lines::organization_id.eq_any(tx.organizations()))
        .filter(report_lines::organization_id.eq(revision.organization_id))
        .filter(report_lines::billing_mode.eq(revision.billing_mode))
        .filter(report_lines::month.eq(revision.month))
        .filter(report_lines::revision.eq(revision.revision))
        .order((report_lines::contract_number, report_lines::site_id, report_lines::position))
        .select(Line::as_select())
        .load(tx.conn())
}

/// The unit versions that a revision is composed of, by vCenter.
pub fn units(tx: &mut Tx<'_>, revision: &Revision) -> QueryResult<Vec<UnitVersion>> {
    report_units::table
        .inner_join(
            unit_versions::table.on(unit_versions::organization_id
                .eq(report_units::organization_id)
                .and(unit_versions::billing_mode.eq(report_units::billing_mode))
                .and(unit_versions::vcenter_id.eq(report_units::vcenter_id))
                .and(unit_versions::month.eq(report_units::month))
                .and(unit_versions::version.eq(report_units::version))),
        )
        .filter(report_units::organization_id.eq_any(tx.organizations()))
        .filter(report_units::organization_id.eq(revision.organization_id))
        .filter(report_units::billing_mode.eq(revision.billing_mode))
        .filter(report_units::month.eq(revision.month))
        .filter(report_units::revision.eq(revision.revision))
        .order(report_units::vcenter_id)
        .select(UnitVersion::as_select())
        .load(tx.conn())
}

/// The months of the transaction's organization whose newest revision is provisional.
pub fn provisional_months(tx: &mut Tx<'_>) -> QueryResult<Vec<(BillingMode, NaiveDate)>> {
    let newest: Vec<(BillingMode, NaiveDate, ReportStatus)> = report_revisions::table
        .filter(report_revisions::organization_id.eq(tx.organization()?))
        .distinct_on((report_revisions::billing_mode, report_revisions::month))
        .order((report_revisions::billing_mode, report_revisions::month, report_revisions::revision.desc()))
        .select((report_revisions::billing_mode, report_revisions::month, report_revisions::status))
        .load(tx.conn())?;
    let provisional = newest.into_iter().filter(|(_, _, status)| *status == ReportStatus::Provisional);
    Ok(provisional.map(|(mode, month, _)| (mode, month)).collect())
}

/// Adds a revision with its lines and the (vCenter, version) pairs that it is composed of.
pub fn add(tx: &mut Tx<'_>, revision: &Revision, lines: &[Line], units: &[(Uuid, i32)]) -> QueryResult<()> {
    tx.require_own(revision.organization_id)?;
    diesel::insert_into(report_revisions::table).values(revision).execute(tx.conn())?;
    for chunk in lines.chunks(4_000) {
        diesel::insert_into(report_lines::table).values(chunk).execute(tx.conn())?;
    }
    let rows: Vec<_> = units
        .iter()
        .map(|(vcenter_id, version)| {
            (
                report_units::organization_id.eq(revision.organization_id),
                report_units::billing_mode.eq(revision.billing_mode),
                report_units::month.eq(revision.month),
                report_units::revision.eq(revision.revision),
                report_units::vcenter_id.eq(vcenter_id),
                report_units::version.eq(version),
            )
        })
        .collect();
    for chunk in rows.chunks(4_000) {
        diesel::insert_into(report_units::table).values(chunk).execute(tx.conn())?;
    }
    Ok(())
}
