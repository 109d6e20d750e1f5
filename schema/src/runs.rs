//! The 24-hour aggregation: its runs and what each did for every open month.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types as sql;
use uuid::Uuid;

use crate::Tx;
use crate::machinery::{self, forget_run_months_after, pending_run_months};
use crate::schema::{aggregation_run_months as months, aggregation_runs as runs};
use crate::types::BillingMode;

/// A run.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = runs, check_for_backend(Pg))]
#[expect(missing_docs, reason = "the columns of aggregation_runs, described in the migration")]
pub struct Run {
    pub scheduled_for: DateTime<Utc>,
    pub started_at: DateTime<Utc>,
    pub finished_at: Option<DateTime<Utc>>,
}

/// What a run did, or is to do, for a month.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = months, check_for_backend(Pg))]
#[expect(missing_docs, reason = "the columns of aggregation_run_months, described in the migration")]
pub struct RunMonth {
    pub organization_id: Uuid,
    pub scheduled_for: DateTime<Utc>,
    pub billing_mode: BillingMode,
    pub month: NaiveDate,
    pub finished_at: Option<DateTime<Utc>>,
    pub changed: Option<bool>,
    pub revision: Option<i32>,
}

/// The run of a slot of the schedule.
pub fn find(tx: &mut Tx<'_>, scheduled_for: DateTime<Utc>) -> QueryResult<Option<Run>> {
    runs::table.find(scheduled_for).select(Run::as_select()).first(tx.machinery()?).optional()
}

/// Runs that have not finished, oldest first.
pub fn unfinished(tx: &mut Tx<'_>) -> QueryResult<Vec<Run>> {
    runs::table
        .filter(runs::finished_at.is_null())
        .order(runs::scheduled_for)
        .select(Run::as_select())
        .load(tx.machinery()?)
}

/// The slot of the last run that has finished.
pub fn last_finished(tx: &mut Tx<'_>) -> QueryResult<Option<DateTime<Utc>>> {
    runs::table
        .filter(runs::finished_at.is_not_null())
        .select(diesel::dsl::max(runs::scheduled_for))
        .first(tx.machinery()?)
}

/// Starts a run; false when its slot has one.
pub fn start(tx: &mut Tx<'_>, scheduled_for: DateTime<Utc>, started_at: DateTime<Utc>) -> QueryResult<bool> {
    let inserted = diesel::insert_into(runs::table)
        .values((runs::scheduled_for.eq(scheduled_for), runs::started_at.eq(started_at)))
        .on_conflict_do_nothing()
        .execute(tx.machinery()?)?;
    Ok(inserted == 1)
}

/// Ends a run.
pub fn finish(tx: &mut Tx<'_>, scheduled_for: DateTime<Utc>, finished_at: DateTime<Utc>) -> QueryResult<()> {
    diesel::update(runs::table.find(scheduled_for))
        .set(runs::finished_at.eq(finished_at))
        .execute(tx.machinery()?)?;
    Ok(())
}

/// How many organization months a run still waits for. Ids and counts only.
pub fn pending(tx: &mut Tx<'_>, scheduled_for: DateTime<Utc>) -> QueryResult<i64> {
    diesel::select(pending_run_months(scheduled_for)).get_result(tx.machinery()?)
}

/// The organizations that have evidence, or uploads that wait to be registered.
pub fn organizations_with_work(tx: &mut Tx<'_>) -> QueryResult<Vec<Uuid>> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = sql::Uuid)]
        organization_id: Uuid,
    }
    let rows: Vec<Row> =
        diesel::sql_query("SELECT organization_id FROM organizations_with_work() AS organization_id")
            .load(tx.machinery()?)?;
    Ok(rows.into_iter().map(|row| row.organization_id).collect())
}

/// Puts a month of the transaction's organization on a run's list; false when it is there already.
pub fn add_month(
    tx: &mut Tx<'_>,
    scheduled_for: DateTime<Utc>,
    mode: BillingMode,
    month: NaiveDate,
) -> QueryResult<bool> {
    let inserted = diesel::insert_into(months::table)
        .values((
            months::organization_id.eq(tx.organization()?),
            months::scheduled_for.eq(scheduled_for),
            months::billing_mode.eq(mode),
            months::month.eq(month),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn())?;
    Ok(inserted == 1)
}

/// The latest slot for which a run waits for this month.
pub fn waiting_for(
    tx: &mut Tx<'_>,
    mode: BillingMode,
    month: NaiveDate,
) -> QueryResult<Option<DateTime<Utc>>> {
    use diesel::dsl::max;
    months::table
        .filter(months::organization_id.eq(tx.organization()?))
        .filter(months::billing_mode.eq(mode))
        .filter(months::month.eq(month))
        .filter(months::finished_at.is_null())
        .select(max(months::scheduled_for))
        .first(tx.conn())
}

/// The months of the transaction's organization that a run waits for.
pub fn months_waited_for(tx: &mut Tx<'_>) -> QueryResult<Vec<(BillingMode, NaiveDate)>> {
    months::table
        .filter(months::organization_id.eq(tx.organization()?))
        .filter(months::finished_at.is_null())
        .select((months::billing_mode, months::month))
        .distinct()
        .load(tx.conn())
}

/// Whether a run of a slot after `instant` has this month on its list, done or not.
pub fn any_after(
    tx: &mut Tx<'_>,
    mode: BillingMode,
    month: NaiveDate,
    instant: DateTime<Utc>,
) -> QueryResult<bool> {
    let later = months::table
        .filter(months::organization_id.eq(tx.organization()?))
        .filter(months::billing_mode.eq(mode))
        .filter(months::month.eq(month))
        .filter(months::scheduled_for.gt(instant));
    diesel::select(diesel::dsl::exists(later)).get_result(tx.conn())
}

/// Reports a month of the transaction's organization done to the runs up to `slot` that wait for it; a run planned
/// meanwhile waits for a composing of its own.
pub fn finish_month(
    tx: &mut Tx<'_>,
    (mode, month): (BillingMode, NaiveDate),
    slot: DateTime<Utc>,
    finished_at: DateTime<Utc>,
    changed: bool,
    revision: Option<i32>,
) -> QueryResult<usize> {
    diesel::update(months::table)
        .filter(months::organization_id.eq(tx.organization()?))
        .filter(months::billing_mode.eq(mode))
        .filter(months::month.eq(month))
        .filter(months::scheduled_for.le(slot))
        .filter(months::finished_at.is_null())
        .set((
            months::finished_at.eq(finished_at),
            months::changed.eq(changed),
            months::revision.eq(revision),
        ))
        .execute(tx.conn())
}

/// Forgets the runs of slots after `now`, for all tenants: a rehearsal's clock was moved back, and they are yet to come.
/// The scope may be that of whoever moved it. Returns how many.
pub fn forget_after(tx: &mut Tx<'_>, now: DateTime<Utc>) -> QueryResult<usize> {
    diesel::select(forget_run_months_after(now)).execute(tx.conn())?;
    diesel::delete(runs::table.filter(runs::scheduled_for.gt(now))).execute(tx.conn())
}

/// The months of runs as far as they are in scope, newest run first.
pub fn months_in_scope(
    tx: &mut Tx<'_>,
    before: Option<DateTime<Utc>>,
    limit: i64,
) -> QueryResult<Vec<(Run, RunMonth)>> {
    let slots: Vec<DateTime<Utc>> = {
        let mut query = months::table
            .filter(months::organization_id.eq_any(tx.organizations()))
            .select(months::scheduled_for)
            .distinct()
            .order(months::scheduled_for.desc())
            .limit(limit)
            .into_boxed();
        if let Some(before) = before {
            query = query.filter(months::scheduled_for.lt(before));
        }
        query.load(tx.conn())?
    };
    months::table
        .inner_join(runs::table)
        .filter(months::organization_id.eq_any(tx.organizations()))
        .filter(months::scheduled_for.eq_any(slots))
        .order((months::scheduled_for.desc(), months::organization_id, months::billing_mode, months::month))
        .select((Run::as_select(), RunMonth::as_select()))
        .load(tx.conn())
}

/// How many units went to the dead letters. A count only.
pub fn failed_units(tx: &mut Tx<'_>) -> QueryResult<i64> {
    diesel::select(machinery::failed_units()).get_result(tx.machinery()?)
}
