//! What a partner sets for all of its meters.

use diesel::prelude::*;
use diesel::sql_types as sql;
use uuid::Uuid;

use crate::Tx;
use crate::schema::partner_settings;

/// A partner's settings.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PartnerSettings {
    /// Whether files of meters without a registered key are refused.
    pub require_signatures: bool,
}

/// The settings of an organization, which must be in scope; the defaults where nothing is set.
pub fn of(tx: &mut Tx<'_>, organization_id: Uuid) -> QueryResult<PartnerSettings> {
    let set: Option<bool> = partner_settings::table
        .filter(partner_settings::organization_id.eq_any(tx.organizations()))
        .filter(partner_settings::organization_id.eq(organization_id))
        .select(partner_settings::require_signatures)
        .first(tx.conn())
        .optional()?;
    Ok(set.map_or_else(PartnerSettings::default, |require_signatures| PartnerSettings { require_signatures }))
}

/// Those of the transaction's organization, which nobody else sets until it ends.
pub fn lock(tx: &mut Tx<'_>) -> QueryResult<PartnerSettings> {
    let organization_id = tx.organization()?;
    // There may be no row to lock yet.
    diesel::sql_query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))")
        .bind::<sql::Text, _>(format!("settings {organization_id}"))
        .execute(tx.conn())?;
    of(tx, organization_id)
}

/// Sets those of the transaction's organization.
pub fn set(tx: &mut Tx<'_>, settings: PartnerSettings) -> QueryResult<()> {
    let require_signatures = partner_settings::require_signatures.eq(settings.require_signatures);
    diesel::insert_into(partner_settings::table)
        .values((partner_settings::organization_id.eq(tx.organization()?), require_signatures))
        .on_conflict(partner_settings::organization_id)
        .do_update()
        .set(require_signatures)
        .execute(tx.conn())?;
    Ok(())
}
