//! The dated history of meters' settings. Nothing in it is overwritten: of two settings recorded for one month the later
//! recorded holds.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use uuid::Uuid;

use crate::Tx;
use crate::schema::{meter_settings, meters};
use crate::types::BillingMode;

/// What a meter is set to from a month on.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = meter_settings, check_for_backend(Pg))]
pub struct Settings {
    /// Its partner.
    pub organization_id: Uuid,
    /// The meter.
    pub meter_id: Uuid,
    /// A month's first day; [`since_ever`] for those given at the first registration.
    pub effective_from: NaiveDate,
    /// Which body of evidence it feeds.
    pub billing_mode: BillingMode,
    /// The contract its rows are ordered under.
    pub contract_number: String,
    /// Where it stands.
    pub site_id: Option<Uuid>,
    /// Business time.
    pub recorded_at: DateTime<Utc>,
    /// UUID v7: of two recorded for one month the greater is the later.
    pub id: Uuid,
    /// As the audit names the actor.
    pub recorded_by: Option<String>,
}

/// 0001-01-01: the settings given at the first registration hold for all time before it, too.
pub fn since_ever() -> NaiveDate {
    NaiveDate::from_ymd_opt(1, 1, 1).unwrap_or(NaiveDate::MIN)
}

/// Adds settings to the history.
pub fn record_settings(tx: &mut Tx<'_>, settings: &Settings) -> QueryResult<()> {
    tx.require_own(settings.organization_id)?;
    diesel::insert_into(meter_settings::table).values(settings).execute(tx.conn())?;
    Ok(())
}

/// The id under which to record settings: `drawn`, a UUID v7, unless the clock that it comes from is behind that of an id
/// recorded before. Asked under the meter's lock, what is recorded later has the greater id.
pub fn settings_id(tx: &mut Tx<'_>, meter_id: Uuid, drawn: Uuid) -> QueryResult<Uuid> {
    let last: Option<Uuid> = meter_settings::table
        .filter(meter_settings::organization_id.eq(tx.organization()?))
        .filter(meter_settings::meter_id.eq(meter_id))
        .order(meter_settings::id.desc())
        .select(meter_settings::id)
        .first(tx.conn())
        .optional()?;
    let next = last.map(|id| Uuid::from_u128(id.as_u128().saturating_add(1)));
    Ok(next.map_or(drawn, |next| next.max(drawn)))
}

/// The settings of a meter in force in a month; none for a meter that was never registered.
pub fn settings_in_force(tx: &mut Tx<'_>, meter_id: Uuid, month: NaiveDate) -> QueryResult<Option<Settings>> {
    meter_settings::table
        .filter(meter_settings::organization_id.eq_any(tx.organizations()))
        .filter(meter_settings::meter_id.eq(meter_id))
        .filter(meter_settings::effective_from.le(month.max(since_ever())))
        .order((meter_settings::effective_from.desc(), meter_settings::id.desc()))
        .select(Settings::as_select())
        .first(tx.conn())
        .optional()
}

/// The month, after `month`, from which other recorded settings of the meter hold.
pub fn next_change(tx: &mut Tx<'_>, meter_id: Uuid, month: NaiveDate) -> QueryResult<Option<NaiveDate>> {
    meter_settings::table
        .filter(meter_settings::organization_id.eq(tx.organization()?))
        .filter(meter_settings::meter_id.eq(meter_id))
        .filter(meter_settings::effective_from.gt(month))
        .select(diesel::dsl::min(meter_settings::effective_from))
        .first(tx.conn())
}

/// The settings in force in a month of every meter in scope, each with the instant of its de-registration.
pub fn settings_of_month(
    tx: &mut Tx<'_>,
    month: NaiveDate,
) -> QueryResult<Vec<(Settings, Option<DateTime<Utc>>)>> {
    meter_settings::table
        .inner_join(
            meters::table.on(meters::organization_id
                .eq(meter_settings::organization_id)
                .and(meters::id.eq(meter_settings::meter_id))),
        )
        .filter(meter_settings::organization_id.eq_any(tx.organizations()))
        .filter(meter_settings::effective_from.le(month.max(since_ever())))
        .distinct_on((meter_settings::organization_id, meter_settings::meter_id))
        .order((
            meter_settings::organization_id,
            meter_settings::meter_id,
            meter_settings::effective_from.desc(),
            meter_settings::id.desc(),
        ))
        .select((Settings::as_select(), meters::deregistered_at))
        .load(tx.conn())
}

/// The history of the settings of a meter of the transaction's organization in the order in which one replaces the
/// other: by month, then as recorded.
pub fn history(tx: &mut Tx<'_>, meter_id: Uuid) -> QueryResult<Vec<Settings>> {
    let organization_id = tx.organization()?;
    settings_page(tx, (organization_id, meter_id), None, i64::MAX)
}

/// A page of the same, of a meter in scope; it begins after the settings recorded for this month under this id.
pub fn settings_page(
    tx: &mut Tx<'_>,
    (organization_id, meter_id): (Uuid, Uuid),
    after: Option<(NaiveDate, Uuid)>,
    limit: i64,
) -> QueryResult<Vec<Settings>> {
    let mut query = meter_settings::table
        .filter(meter_settings::organization_id.eq_any(tx.organizations()))
        .filter(meter_settings::organization_id.eq(organization_id))
        .filter(meter_settings::meter_id.eq(meter_id))
        .order((meter_settings::effective_from, meter_settings::id))
        .select(Settings::as_select())
        .limit(limit)
        .into_boxed();
    if let Some((month, id)) = after {
        query = query.filter(
            meter_settings::effective_from
                .gt(month)
                .or(meter_settings::effective_from.eq(month).and(meter_settings::id.gt(id))),
        );
    }
    query.load(tx.conn())
}
