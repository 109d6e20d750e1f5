//! The units of metering and how far their work has come (metering.md §1.2).

use chrono::{DateTime, NaiveDate, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types as sql;
use uuid::Uuid;

use crate::Tx;
use crate::schema::{unit_totals, unit_versions, units, upload_units};
use crate::types::{BillingMode, UploadStatus};

/// A unit within the transaction's organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnitKey {
    /// Which body of evidence.
    pub billing_mode: BillingMode,
    /// Product id.
    pub vcenter_id: Uuid,
    /// First day.
    pub month: NaiveDate,
}

/// A unit's state of work.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = units, check_for_backend(Pg))]
#[expect(missing_docs, reason = "the columns of units, described in the migration")]
pub struct Unit {
    pub billing_mode: BillingMode,
    pub vcenter_id: Uuid,
    pub month: NaiveDate,
    pub wanted: i64,
    pub done: i64,
    pub composed: i64,
    pub version: i32,
    pub failed: bool,
    pub listed: bool,
}

impl Unit {
    /// The result that reports are composed of; none of a unit without evidence in force.
    pub fn listed_version(&self) -> Option<i32> {
        (self.listed && self.version > 0).then_some(self.version)
    }
}

/// What a metering came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Metered {
    /// The marks that it answers.
    pub done: i64,
    /// The unit's newest result.
    pub version: i32,
    /// Whether a collection of the vCenter is in force.
    pub listed: bool,
}

/// A unit's result, to add under the next version.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = unit_versions, check_for_backend(Pg))]
#[expect(missing_docs, reason = "the columns of unit_versions, described in the migration")]
pub struct UnitVersion {
    pub organization_id: Uuid,
    pub billing_mode: BillingMode,
    pub vcenter_id: Uuid,
    pub month: NaiveDate,
    pub version: i32,
    pub horizon: DateTime<Utc>,
    pub first_evidence_at: DateTime<Utc>,
    pub covered: serde_json::Value,
    pub row_count: i64,
    pub made_at: DateTime<Utc>,
}

/// A sum of a version by meter and line.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = unit_totals, check_for_backend(Pg))]
#[expect(missing_docs, reason = "the columns of unit_totals, described in the migration")]
pub struct UnitTotal {
    pub organization_id: Uuid,
    pub billing_mode: BillingMode,
    pub vcenter_id: Uuid,
    pub month: NaiveDate,
    pub version: i32,
    pub meter_id: Uuid,
    pub code: String,
    pub amount: rust_decimal::Decimal,
}

#[derive(QueryableByName)]
struct Marked {
    #[diesel(sql_type = sql::Text)]
    billing_mode: BillingMode,
    #[diesel(sql_type = sql::Uuid)]
    vcenter_id: Uuid,
    #[diesel(sql_type = sql::Date)]
    month: NaiveDate,
    #[diesel(sql_type = sql::BigInt)]
    wanted: i64,
}

/// Gives units a reason to be metered and returns each with its `wanted`. Sorted, so that two marks of the same
/// units cannot wait for each other.
pub fn mark(tx: &mut Tx<'_>, keys: &[UnitKey]) -> QueryResult<Vec<(UnitKey, i64)>> {
    let organization_id = tx.organization()?;
    let mut keys = keys.to_vec();
    keys.sort_unstable();
    keys.dedup();
    let marked: Vec<Marked> = diesel::sql_query(include_str!("units/mark.sql"))
        .bind::<sql::Uuid, _>(organization_id)
        .bind::<sql::Array<sql::Text>, _>(
            keys.iter().map(|key| key.billing_mode.as_str()).collect::<Vec<_>>(),
        )
        .bind::<sql::Array<sql::Uuid>, _>(keys.iter().map(|key| key.vcenter_id).collect::<Vec<_>>())
        .bind::<sql::Array<sql::Date>, _>(keys.iter().map(|key| key.month).collect::<Vec<_>>())
        .load(tx.conn())?;
    let key = |row: &Marked| UnitKey {
        billing_mode: row.billing_mode,
        vcenter_id: row.vcenter_id,
        month: row.month,
    };
    Ok(marked.iter().map(|row| (key(row), row.wanted)).collect())
}

/// Records the marks that an upload made.
pub fn link_upload(tx: &mut Tx<'_>, upload_id: Uuid, marks: &[(UnitKey, i64)]) -> QueryResult<()> {
    let organization_id = tx.organization()?;
    // Stays below the 65,535 parameters of a statement.
    for chunk in marks.chunks(4_000) {
        let rows: Vec<_> = chunk
            .iter()
            .map(|(key, wanted)| {
                (
                    upload_units::organization_id.eq(organization_id),
                    upload_units::upload_id.eq(upload_id),
                    upload_units::billing_mode.eq(key.billing_mode),
                    upload_units::vcenter_id.eq(key.vcenter_id),
                    upload_units::month.eq(key.month),
                    upload_units::wanted.eq(wanted),
                )
            })
            .collect();
        diesel::insert_into(upload_units::table).values(rows).execute(tx.conn())?;
    }
    Ok(())
}

/// A unit's state.
pub fn find(tx: &mut Tx<'_>, key: &UnitKey) -> QueryResult<Option<Unit>> {
    let id = (tx.organization()?, key.billing_mode, key.vcenter_id, key.month);
    units::table.find(id).select(Unit::as_select()).first(tx.conn()).optional()
}

/// The same under the unit's lock, which is held until the transaction ends.
pub fn lock(tx: &mut Tx<'_>, key: &UnitKey) -> QueryResult<Option<Unit>> {
    let id = (tx.organization()?, key.billing_mode, key.vcenter_id, key.month);
    units::table.find(id).select(Unit::as_select()).for_update().first(tx.conn()).optional()
}

/// The units of a month.
pub fn of_month(tx: &mut Tx<'_>, mode: BillingMode, month: NaiveDate) -> QueryResult<Vec<Unit>> {
    units::table
        .filter(units::organization_id.eq(tx.organization()?))
        .filter(units::billing_mode.eq(mode))
        .filter(units::month.eq(month))
        .order(units::vcenter_id)
        .select(Unit::as_select())
        .load(tx.conn())
}

/// Records what a metering came to.
pub fn set_done(tx: &mut Tx<'_>, key: &UnitKey, metered: Metered) -> QueryResult<()> {
    let Metered { done, version, listed } = metered;
    let id = (tx.organization()?, key.billing_mode, key.vcenter_id, key.month);
    diesel::update(units::table.find(id))
        .set((
            units::done.eq(done),
            units::version.eq(version),
            units::listed.eq(listed),
            units::failed.eq(false),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Records that a unit's metering went to the dead letters: its month no longer waits for it.
pub fn set_failed(tx: &mut Tx<'_>, key: &UnitKey) -> QueryResult<()> {
    let id = (tx.organization()?, key.billing_mode, key.vcenter_id, key.month);
    diesel::update(units::table.find(id).filter(units::done.lt(units::wanted)))
        .set(units::failed.eq(true))
        .execute(tx.conn())?;
    Ok(())
}

/// The units of a month, locked in the order in which they are marked, until the transaction ends.
pub fn lock_month(tx: &mut Tx<'_>, mode: BillingMode, month: NaiveDate) -> QueryResult<Vec<Unit>> {
    units::table
        .filter(units::organization_id.eq(tx.organization()?))
        .filter(units::billing_mode.eq(mode))
        .filter(units::month.eq(month))
        .order(units::vcenter_id)
        .select(Unit::as_select())
        .for_no_key_update()
        .load(tx.conn())
}

/// The months, from the first to before the last, of which the transaction's organization has units.
pub fn months_between(
    tx: &mut Tx<'_>,
    from: NaiveDate,
    to: Option<NaiveDate>,
) -> QueryResult<Vec<(BillingMode, NaiveDate)>> {
    units::table
        .filter(units::organization_id.eq(tx.organization()?))
        .filter(units::month.ge(from))
        .filter(units::month.lt(to.unwrap_or(NaiveDate::MAX)))
        .select((units::billing_mode, units::month))
        .distinct()
        .load(tx.conn())
}

/// The months of the transaction's organization with a unit that is not metered up to its marks.
pub fn months_unfinished(tx: &mut Tx<'_>) -> QueryResult<Vec<(BillingMode, NaiveDate)>> {
    units::table
        .filter(units::organization_id.eq(tx.organization()?))
        .filter(units::done.lt(units::wanted))
        .select((units::billing_mode, units::month))
        .distinct()
        .load(tx.conn())
}

/// The units of the transaction's organization that are not metered up to their marks.
pub fn unfinished(tx: &mut Tx<'_>) -> QueryResult<Vec<UnitKey>> {
    let keys: Vec<(BillingMode, Uuid, NaiveDate)> = units::table
        .filter(units::organization_id.eq(tx.organization()?))
        .filter(units::done.lt(units::wanted))
        .select((units::billing_mode, units::vcenter_id, units::month))
        .load(tx.conn())?;
    let key = |(billing_mode, vcenter_id, month)| UnitKey { billing_mode, vcenter_id, month };
    Ok(keys.into_iter().map(key).collect())
}

/// The months of the transaction's organization with a unit that was metered since they were composed.
pub fn months_uncomposed(tx: &mut Tx<'_>) -> QueryResult<Vec<(BillingMode, NaiveDate)>> {
    units::table
        .filter(units::organization_id.eq(tx.organization()?))
        .filter(units::composed.lt(units::done))
        .select((units::billing_mode, units::month))
        .distinct()
        .load(tx.conn())
}

/// Records that the month's report is composed from these of its units as they were read under
/// [their lock](lock_month).
pub fn set_composed(tx: &mut Tx<'_>, mode: BillingMode, month: NaiveDate, read: &[Unit]) -> QueryResult<()> {
    let vcenters: Vec<Uuid> =
        read.iter().filter(|unit| unit.composed != unit.done).map(|unit| unit.vcenter_id).collect();
    diesel::update(units::table)
        .filter(units::organization_id.eq(tx.organization()?))
        .filter(units::billing_mode.eq(mode))
        .filter(units::month.eq(month))
        .filter(units::vcenter_id.eq_any(vcenters))
        .set(units::composed.eq(units::done))
        .execute(tx.conn())?;
    Ok(())
}

/// A result of a unit.
pub fn version(tx: &mut Tx<'_>, key: &UnitKey, version: i32) -> QueryResult<Option<UnitVersion>> {
    let id = (tx.organization()?, key.billing_mode, key.vcenter_id, key.month, version);
    unit_versions::table.find(id).select(UnitVersion::as_select()).first(tx.conn()).optional()
}

/// The sums of a result.
pub fn totals(tx: &mut Tx<'_>, key: &UnitKey, version: i32) -> QueryResult<Vec<UnitTotal>> {
    unit_totals::table
        .filter(unit_totals::organization_id.eq(tx.organization()?))
        .filter(unit_totals::billing_mode.eq(key.billing_mode))
        .filter(unit_totals::vcenter_id.eq(key.vcenter_id))
        .filter(unit_totals::month.eq(key.month))
        .filter(unit_totals::version.eq(version))
        .order((unit_totals::meter_id, unit_totals::code))
        .select(UnitTotal::as_select())
        .load(tx.conn())
}

/// The sums of every unit's newest result in a month.
pub fn month_totals(tx: &mut Tx<'_>, mode: BillingMode, month: NaiveDate) -> QueryResult<Vec<UnitTotal>> {
    unit_totals::table
        .inner_join(
            units::table.on(units::organization_id
                .eq(unit_totals::organization_id)
                .and(units::billing_mode.eq(unit_totals::billing_mode))
                .and(units::vcenter_id.eq(unit_totals::vcenter_id))
                .and(units::month.eq(unit_totals::month))
                .and(units::version.eq(unit_totals::version))),
        )
        .filter(unit_totals::organization_id.eq(tx.organization()?))
        .filter(unit_totals::billing_mode.eq(mode))
        .filter(unit_totals::month.eq(month))
        .select(UnitTotal::as_select())
        .load(tx.conn())
}

/// Adds a result with its sums.
pub fn add_version(tx: &mut Tx<'_>, version: &UnitVersion, totals: &[UnitTotal]) -> QueryResult<()> {
    tx.require_own(version.organization_id)?;
    diesel::insert_into(unit_versions::table).values(version).execute(tx.conn())?;
    for chunk in totals.chunks(4_000) {
        diesel::insert_into(unit_totals::table).values(chunk).execute(tx.conn())?;
    }
    Ok(())
}

/// Moves uploads on whose units are all composed up to their marks: they are processed.
///
/// Two months of an upload may be composed at once, each before it sees the other's end. So one judges after the
/// other has committed: the lock is the last that composing waits for, and the statement after it sees what came
/// before.
pub fn finish_uploads(tx: &mut Tx<'_>, processed_at: DateTime<Utc>) -> QueryResult<usize> {
    let organization_id = tx.organization()?;
    diesel::sql_query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))")
        .bind::<sql::Text, _>(format!("finish uploads {organization_id}"))
        .execute(tx.conn())?;
    diesel::sql_query(include_str!("units/finish_uploads.sql"))
        .bind::<sql::Uuid, _>(organization_id)
        .bind::<sql::Timestamptz, _>(processed_at)
        .execute(tx.conn())
}

/// The uploads that wait for a unit to be metered.
pub fn waiting_uploads(tx: &mut Tx<'_>, key: &UnitKey) -> QueryResult<Vec<Uuid>> {
    use crate::schema::upload_states;
    upload_units::table
        .inner_join(
            upload_states::table.on(upload_states::organization_id
                .eq(upload_units::organization_id)
                .and(upload_states::upload_id.eq(upload_units::upload_id))),
        )
        .filter(upload_units::organization_id.eq(tx.organization()?))
        .filter(upload_units::billing_mode.eq(key.billing_mode))
        .filter(upload_units::vcenter_id.eq(key.vcenter_id))
        .filter(upload_units::month.eq(key.month))
        .filter(upload_states::status.eq(UploadStatus::Processing))
        .order(upload_units::upload_id)
        .select(upload_units::upload_id)
        .load(tx.conn())
}

/// The upload received last among those that units of the month were metered for since they were composed.
pub fn upload_composing(tx: &mut Tx<'_>, mode: BillingMode, month: NaiveDate) -> QueryResult<Option<Uuid>> {
    use crate::schema::uploads;
    units::table
        .inner_join(
            upload_units::table.on(upload_units::organization_id
                .eq(units::organization_id)
                .and(upload_units::billing_mode.eq(units::billing_mode))
                .and(upload_units::vcenter_id.eq(units::vcenter_id))
                .and(upload_units::month.eq(units::month))
                .and(upload_units::wanted.gt(units::composed))),
        )
        .inner_join(
            uploads::table.on(uploads::organization_id
                .eq(upload_units::organization_id)
                .and(uploads::id.eq(upload_units::upload_id))),
        )
        .filter(units::organization_id.eq(tx.organization()?))
        .filter(units::billing_mode.eq(mode))
        .filter(units::month.eq(month))
        .order((uploads::received_at.desc(), uploads::id.desc()))
        .select(uploads::id)
        .first(tx.conn())
        .optional()
}
