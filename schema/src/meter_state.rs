//! How meters are doing, for many of them at once: settings in force, newest uploads, what their evidence covers.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use uuid::Uuid;

use crate::Tx;
use crate::meters::{Settings, since_ever};
use crate::schema::{collections, meter_settings, products, unit_versions, units, upload_states, uploads};
use crate::types::UploadStatus;
use crate::units::UnitVersion;

/// (organization, meter): an appliance's id is its own claim, so two organizations may have the same.
pub type MeterKey = (Uuid, Uuid);

/// The newest upload of a meter, whatever became of it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = uploads, check_for_backend(Pg))]
pub struct NewestUpload {
    /// Whose meter.
    pub organization_id: Uuid,
    /// The meter.
    pub meter_id: Option<Uuid>,
    /// The instant of its last byte.
    pub received_at: DateTime<Utc>,
    /// The meter's software.
    pub meter_version: Option<String>,
    /// What became of it.
    #[diesel(select_expression = upload_states::status)]
    pub status: UploadStatus,
}

/// The settings of these meters in force in a month.
pub fn settings(tx: &mut Tx<'_>, meter_ids: &[Uuid], month: NaiveDate) -> QueryResult<Vec<Settings>> {
    meter_settings::table
        .filter(meter_settings::organization_id.eq_any(tx.organizations()))
        .filter(meter_settings::meter_id.eq_any(meter_ids))
        .filter(meter_settings::effective_from.le(month.max(since_ever())))
        .distinct_on((meter_settings::organization_id, meter_settings::meter_id))
        .order((
            meter_settings::organization_id,
            meter_settings::meter_id,
            meter_settings::effective_from.desc(),
            meter_settings::id.desc(),
        ))
        .select(Settings::as_select())
        .load(tx.conn())
}

/// The newest upload of each of these meters that has one.
pub fn newest_uploads(tx: &mut Tx<'_>, meter_ids: &[Uuid]) -> QueryResult<Vec<NewestUpload>> {
    uploads::table
        .inner_join(crate::uploads::read::state_of_upload())
        .filter(uploads::organization_id.eq_any(tx.organizations()))
        .filter(uploads::meter_id.eq_any(meter_ids))
        .distinct_on((uploads::organization_id, uploads::meter_id))
        .order((uploads::organization_id, uploads::meter_id, uploads::received_at.desc(), uploads::id.desc()))
        .select(NewestUpload::as_select())
        .load(tx.conn())
}

/// Those of these meters that have a processed upload of a month.
pub fn delivered(tx: &mut Tx<'_>, meter_ids: &[Uuid], month: NaiveDate) -> QueryResult<Vec<MeterKey>> {
    let keys: Vec<(Uuid, Option<Uuid>)> = uploads::table
        .inner_join(crate::uploads::read::state_of_upload())
        .filter(uploads::organization_id.eq_any(tx.organizations()))
        .filter(uploads::meter_id.eq_any(meter_ids))
        .filter(uploads::month.eq(month))
        .filter(upload_states::status.eq(UploadStatus::Processed))
        .select((uploads::organization_id, uploads::meter_id))
        .distinct()
        .load(tx.conn())?;
    Ok(keys
        .into_iter()
        .filter_map(|(organization_id, meter_id)| Some((organization_id, meter_id?)))
        .collect())
}

/// (meter, vCenter): the vCenters of which these meters have collections that begin within `window`.
pub fn vcenters(
    tx: &mut Tx<'_>,
    meter_ids: &[Uuid],
    window: (DateTime<Utc>, DateTime<Utc>),
) -> QueryResult<Vec<(MeterKey, Uuid)>> {
    collections::table
        .inner_join(
            products::table.on(products::organization_id
                .eq(collections::organization_id)
                .and(products::id.eq(collections::product_id))),
        )
        .filter(collections::organization_id.eq_any(tx.organizations()))
        .filter(collections::meter_id.eq_any(meter_ids))
        .filter(collections::from_at.ge(window.0).and(collections::from_at.lt(window.1)))
        .filter(products::kind.eq("vcenter"))
        .select(((collections::organization_id, collections::meter_id), collections::product_id))
        .distinct()
        .order((collections::organization_id, collections::meter_id, collections::product_id))
        .load(tx.conn())
}

/// The newest results of these vCenters in a month, in both modes; a vCenter without evidence in force has none.
pub fn newest_versions(
    tx: &mut Tx<'_>,
    vcenter_ids: &[Uuid],
    month: NaiveDate,
) -> QueryResult<Vec<UnitVersion>> {
    unit_versions::table
        .inner_join(
            units::table.on(units::organization_id
                .eq(unit_versions::organization_id)
                .and(units::billing_mode.eq(unit_versions::billing_mode))
                .and(units::vcenter_id.eq(unit_versions::vcenter_id))
                .and(units::month.eq(unit_versions::month))
                .and(units::version.eq(unit_versions::version))),
        )
        .filter(unit_versions::organization_id.eq_any(tx.organizations()))
        .filter(unit_versions::month.eq(month))
        .filter(unit_versions::vcenter_id.eq_any(vcenter_ids))
        .filter(units::listed)
        .select(UnitVersion::as_select())
        .load(tx.conn())
}
