//! Many meters as they are in a month, by a handful of queries.

use chrono::{DateTime, Utc};
use metering::Month;
use platform::calendar::{first_day, utc};
use platform::problem::ApiError;
use schema::Tx;
use schema::meter_state::{self, MeterKey, NewestUpload};
use schema::meters::{self, Settings};
use schema::types::BillingMode;
use schema::units::UnitVersion;
use std::collections::{BTreeMap, HashMap, HashSet};
use uuid::Uuid;

use super::key;
use super::shown::Meter;
use super::status::{MeterStatus, Signs};
use crate::coverage::VcenterCoverage;

/// When meters are looked at.
#[derive(Debug, Clone, Copy)]
pub struct View {
    /// The month whose settings, status and coverage are shown.
    pub month: Month,
    /// Business time.
    pub now: DateTime<Utc>,
}

struct State {
    settings: HashMap<MeterKey, Settings>,
    newest: HashMap<MeterKey, NewestUpload>,
    delivered: HashSet<MeterKey>,
    vcenters: BTreeMap<MeterKey, Vec<Uuid>>,
    versions: HashMap<(Uuid, BillingMode, Uuid), UnitVersion>,
}

/// What the API shows of these meters, in their order.
pub fn show(tx: &mut Tx<'_>, meters: Vec<meters::Meter>, view: View) -> Result<Vec<Meter>, ApiError> {
    let ids: Vec<Uuid> = meters.iter().map(|meter| meter.id).collect();
    let state = State::load(tx, &ids, view.month)?;
    meters.into_iter().map(|meter| state.show(meter, view)).collect()
}

impl State {
    fn load(tx: &mut Tx<'_>, ids: &[Uuid], month: Month) -> Result<Self, ApiError> {
        let day = first_day(month);
        let settings = meter_state::settings(tx, ids, day)?.into_iter();
        let newest = meter_state::newest_uploads(tx, ids)?.into_iter();
        let mut vcenters: BTreeMap<MeterKey, Vec<Uuid>> = BTreeMap::new();
        let window = (utc(month.evidence_begin()), utc(month.end()));
        for (meter, vcenter) in meter_state::vcenters(tx, ids, window)? {
            vcenters.entry(meter).or_default().push(vcenter);
        }
        let seen: HashSet<Uuid> = vcenters.values().flatten().copied().collect();
        let versions = meter_state::newest_versions(tx, &Vec::from_iter(seen), day)?.into_iter();
        Ok(Self {
            settings: settings
                .map(|settings| ((settings.organization_id, settings.meter_id), settings))
                .collect(),
            newest: newest
                .filter_map(|upload| Some(((upload.organization_id, upload.meter_id?), upload)))
                .collect(),
            delivered: meter_state::delivered(tx, ids, day)?.into_iter().collect(),
            vcenters,
            versions: versions
                .map(|version| ((version.organization_id, version.billing_mode, version.vcenter_id), version))
                .collect(),
        })
    }

    fn show(&self, meter: meters::Meter, view: View) -> Result<Meter, ApiError> {
        let place = (meter.organization_id, meter.id);
        // Those given at registration hold for all time.
        let settings =
            self.settings.get(&place).ok_or_else(|| ApiError::internal("a meter without settings"))?;
        let newest = self.newest.get(&place);
        let signs = Signs {
            connectivity: meter.connectivity,
            registered: meter.deregistered_at.is_none(),
            newest,
            delivered: self.delivered.contains(&place),
        };
        Ok(Meter {
            id: meter.id,
            partner_id: meter.organization_id,
            name: meter.name,
            billing_mode: settings.billing_mode,
            connectivity: meter.connectivity,
            contract_number: settings.contract_number.clone(),
            site_id: settings.site_id,
            public_key: key::show(meter.public_key.as_deref()),
            registered_at: meter.registered_at,
            deregistered_at: meter.deregistered_at,
            status: MeterStatus::of(signs, view.month, view.now),
            last_upload_at: newest.map(|upload| upload.received_at),
            version: newest.and_then(|upload| upload.meter_version.clone()),
            coverage: self.coverage(place, settings.billing_mode, view)?,
        })
    }

    /// None when nothing of the month is metered yet.
    fn coverage(
        &self,
        meter: MeterKey,
        mode: BillingMode,
        view: View,
    ) -> Result<Option<Vec<VcenterCoverage>>, ApiError> {
        let vcenters = self.vcenters.get(&meter).into_iter().flatten();
        let versions = vcenters.filter_map(|vcenter| self.versions.get(&(meter.0, mode, *vcenter)));
        let coverage = versions.map(|version| VcenterCoverage::of(version, view.month, view.now));
        let coverage = coverage.collect::<Result<Vec<_>, _>>()?;
        Ok(Some(coverage).filter(|coverage| !coverage.is_empty()))
    }
}
