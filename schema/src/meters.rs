//! Meters, the dated history of their settings (metering.md §1.1), and their tokens.

mod conflicts;
mod settings;
mod tokens;
mod touched;

use chrono::{DateTime, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use uuid::Uuid;

pub use self::conflicts::{Claim, conflicts};
pub use self::settings::{
    Settings, history, next_change, record_settings, settings_id, settings_in_force, settings_of_month,
    settings_page, since_ever,
};
pub use self::tokens::{
    NewToken, Token, add_token, by_token, find_token, good_tokens, revoke_token, revoke_tokens, tokens,
};
pub use self::touched::{TouchedUnit, touched_by_settings};
use crate::Tx;
use crate::schema::meters;
use crate::types::Connectivity;

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
    /// Business time; the last, of one that was de-registered in between.
    pub registered_at: DateTime<Utc>,
    /// Business time; none while it is registered.
    pub deregistered_at: Option<DateTime<Utc>>,
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
    /// Business time.
    pub registered_at: DateTime<Utc>,
}

/// Registers a meter with its first settings; a unique violation when the id is taken.
pub fn register(tx: &mut Tx<'_>, meter: &NewMeter<'_>, settings: &Settings) -> QueryResult<()> {
    diesel::insert_into(meters::table)
        .values((
            meters::organization_id.eq(tx.organization()?),
            meters::id.eq(meter.id),
            meters::name.eq(meter.name),
            meters::connectivity.eq(meter.connectivity),
            meters::public_key.eq(meter.public_key),
            meters::registered_at.eq(meter.registered_at),
        ))
        .execute(tx.conn())?;
    record_settings(tx, settings)
}

/// Makes a meter of the transaction's organization what this says.
pub fn change(tx: &mut Tx<'_>, meter: &Meter) -> QueryResult<()> {
    tx.require_own(meter.organization_id)?;
    diesel::update(meters::table.find((meter.organization_id, meter.id)))
        .set((
            meters::name.eq(&meter.name),
            meters::connectivity.eq(meter.connectivity),
            meters::public_key.eq(&meter.public_key),
            meters::registered_at.eq(meter.registered_at),
            meters::deregistered_at.eq(meter.deregistered_at),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// A meter in scope, also one that is registered no more.
pub fn find(tx: &mut Tx<'_>, id: Uuid) -> QueryResult<Option<Meter>> {
    meters::table
        .filter(meters::organization_id.eq_any(tx.organizations()))
        .filter(meters::id.eq(id))
        .select(Meter::as_select())
        .first(tx.conn())
        .optional()
}

/// The meters in scope of this id, at most one an organization.
pub fn all_of_id(tx: &mut Tx<'_>, id: Uuid) -> QueryResult<Vec<Meter>> {
    meters::table
        .filter(meters::organization_id.eq_any(tx.organizations()))
        .filter(meters::id.eq(id))
        .select(Meter::as_select())
        .load(tx.conn())
}

/// What narrows a list of meters.
#[derive(Debug, Clone, Copy, Default)]
pub struct MeterFilter {
    /// Only those that deliver so.
    pub connectivity: Option<Connectivity>,
    /// Only those registered after this instant.
    pub registered_after: Option<DateTime<Utc>>,
    /// With those that are registered no more.
    pub with_deregistered: bool,
    /// (organization, id) of the last meter of the page before.
    pub after: Option<(Uuid, Uuid)>,
}

/// The meters in scope by (organization, id). An appliance's id is its own claim, so two organizations may have the
/// same.
pub fn list(tx: &mut Tx<'_>, filter: &MeterFilter, limit: i64) -> QueryResult<Vec<Meter>> {
    let mut query = meters::table
        .filter(meters::organization_id.eq_any(tx.organizations()))
        .select(Meter::as_select())
        .order((meters::organization_id, meters::id))
        .limit(limit)
        .into_boxed();
    if let Some((organization, id)) = filter.after {
        query = query.filter(
            meters::organization_id
                .gt(organization)
                .or(meters::organization_id.eq(organization).and(meters::id.gt(id))),
        );
    }
    if let Some(connectivity) = filter.connectivity {
        query = query.filter(meters::connectivity.eq(connectivity));
    }
    if let Some(instant) = filter.registered_after {
        query = query.filter(meters::registered_at.gt(instant));
    }
    if !filter.with_deregistered {
        query = query.filter(meters::deregistered_at.is_null());
    }
    query.load(tx.conn())
}
