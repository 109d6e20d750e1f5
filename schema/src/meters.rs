//! Meters and the dated history of their settings (metering.md §1.1).

use chrono::{DateTime, NaiveDate, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use uuid::Uuid;

use crate::Tx;
use crate::schema::{meter_settings, meters};
use crate::types::{BillingMode, Connectivity};

/// A meter as a partner registered it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = meters, check_for_backend(Pg))]
pub struct Meter {
    /// Its partner.
    pub organization_id: Uuid,
    /// The appliance's own UUID.
    pub id: Uuid,
    /// As people call it.
    pub name: String,
    /// How it delivers.
    pub connectivity: Connectivity,
    /// Raw Ed25519 key that `manifest.sig` must verify under, when there is one.
    pub public_key: Option<Vec<u8>>,
    /// Business time.
    pub registered_at: DateTime<Utc>,
}

/// A meter to register for the transaction's organization.
#[derive(Debug)]
pub struct NewMeter<'a> {
    /// The appliance's own UUID.
    pub id: Uuid,
    /// As people call it.
    pub name: &'a str,
    /// How it delivers.
    pub connectivity: Connectivity,
    /// Raw Ed25519 key, 32 bytes.
    pub public_key: Option<&'a [u8]>,
    /// SHA-256 of its token.
    pub token_sha256: &'a [u8],
    /// Business time.
    pub registered_at: DateTime<Utc>,
}

/// What a meter is set to from a month on.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = meter_settings, check_for_backend(Pg))]
pub struct Settings {
    /// Its partner.
    pub organization_id: Uuid,
    /// The meter.
    pub meter_id: Uuid,
    /// A month's first day; [`since_ever`] for those given at registration.
    pub effective_from: NaiveDate,
    /// Which body of evidence it feeds.
    pub billing_mode: BillingMode,
    /// The contract its rows are ordered under.
    pub contract_number: String,
    /// Where it stands.
    pub site_id: Option<Uuid>,
    /// Business time.
    pub recorded_at: DateTime<Utc>,
}

/// 0001-01-01: the settings given at registration hold for all time before it, too.
pub fn since_ever() -> NaiveDate {
    NaiveDate::from_ymd_opt(1, 1, 1).unwrap_or(NaiveDate::MIN)
}

/// Registers a meter with its first settings; a unique violation when the id or the token is taken.
pub fn register(tx: &mut Tx<'_>, meter: &NewMeter<'_>, settings: &Settings) -> QueryResult<()> {
    diesel::insert_into(meters::table)
        .values((
            meters::organization_id.eq(tx.organization()?),
            meters::id.eq(meter.id),
            meters::name.eq(meter.name),
            meters::connectivity.eq(meter.connectivity),
            meters::public_key.eq(meter.public_key),
            meters::token_sha256.eq(meter.token_sha256),
            meters::registered_at.eq(meter.registered_at),
        ))
        .execute(tx.conn())?;
    record_settings(tx, settings)
}

/// Adds settings to the history; a unique violation when that month has settings already.
pub fn record_settings(tx: &mut Tx<'_>, settings: &Settings) -> QueryResult<()> {
    tx.require_own(settings.organization_id)?;
    diesel::insert_into(meter_settings::table).values(settings).execute(tx.conn())?;
    Ok(())
}

/// A meter in scope.
pub fn find(tx: &mut Tx<'_>, id: Uuid) -> QueryResult<Option<Meter>> {
    meters::table
        .filter(meters::organization_id.eq_any(tx.organizations()))
        .filter(meters::id.eq(id))
        .select(Meter::as_select())
        .first(tx.conn())
        .optional()
}

/// The meters in scope by (organization, id); the next page starts after `after`. An appliance's id is its own
/// claim, so two organizations may have the same.
pub fn list(tx: &mut Tx<'_>, after: Option<(Uuid, Uuid)>, limit: i64) -> QueryResult<Vec<Meter>> {
    let (organization, id) = after.unwrap_or((Uuid::nil(), Uuid::nil()));
    meters::table
        .filter(meters::organization_id.eq_any(tx.organizations()))
        .filter(
            meters::organization_id
                .gt(organization)
                .or(meters::organization_id.eq(organization).and(meters::id.gt(id))),
        )
        .select(Meter::as_select())
        .order((meters::organization_id, meters::id))
        .limit(limit)
        .load(tx.conn())
}

/// (organization, meter) of a token. The machinery asks: the tenant is not known yet.
pub fn by_token(tx: &mut Tx<'_>, token_sha256: &[u8]) -> QueryResult<Option<(Uuid, Uuid)>> {
    meters::table
        .filter(meters::token_sha256.eq(token_sha256))
        .select((meters::organization_id, meters::id))
        .first(tx.machinery()?)
        .optional()
}

/// The settings of a meter in force in a month; none for a meter that is not registered.
pub fn settings_in_force(tx: &mut Tx<'_>, meter_id: Uuid, month: NaiveDate) -> QueryResult<Option<Settings>> {
    meter_settings::table
        .filter(meter_settings::organization_id.eq_any(tx.organizations()))
        .filter(meter_settings::meter_id.eq(meter_id))
        .filter(meter_settings::effective_from.le(month))
        .order(meter_settings::effective_from.desc())
        .select(Settings::as_select())
        .first(tx.conn())
        .optional()
}

/// The whole history of all meters in scope, oldest first.
pub fn all_settings(tx: &mut Tx<'_>) -> QueryResult<Vec<Settings>> {
    meter_settings::table
        .filter(meter_settings::organization_id.eq_any(tx.organizations()))
        .order((meter_settings::organization_id, meter_settings::meter_id, meter_settings::effective_from))
        .select(Settings::as_select())
        .load(tx.conn())
}

/// The history of a meter's settings, oldest first.
pub fn history(tx: &mut Tx<'_>, meter_id: Uuid) -> QueryResult<Vec<Settings>> {
    meter_settings::table
        .filter(meter_settings::organization_id.eq_any(tx.organizations()))
        .filter(meter_settings::meter_id.eq(meter_id))
        .order((meter_settings::organization_id, meter_settings::effective_from))
        .select(Settings::as_select())
        .load(tx.conn())
}
