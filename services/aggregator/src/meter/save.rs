//! A unit's next version: the rows that changed, its sums, its coverage.

use super::checkpoints::Standing;
use super::rows::{Place, digest, stored};
use crate::error::WorkError;
use crate::outbox;
use chrono::{DateTime, Utc};
use metering::evidence::Coverage;
use metering::{Continued, VcenterTimeline};
use platform::calendar::utc;
use rust_decimal::Decimal;
use schema::units::{self, Metered, Unit, UnitKey, UnitTotal, UnitVersion};
use schema::{Tx, bulk, history};
use serde_json::json;
use std::collections::HashMap;
use uuid::Uuid;

/// Rows kept in memory on their way to the database.
const ROWS_PER_COPY: usize = 10_000;

/// What a metering came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// A later metering has answered already.
    Superseded,
    /// The same as the last version.
    Unchanged,
    /// No collection of the vCenter is in force, be it that claims alone touch it, or that its evidence moved to the
    /// other mode: it is not listed.
    Unlisted,
    /// A new version.
    Version {
        /// Its number.
        version: i32,
        /// Rows that are new in it.
        added: usize,
        /// Rows that hold no more.
        ended: usize,
    },
}

/// What there is to save.
pub struct Found {
    /// As it was when the metering was planned.
    pub unit: Unit,
    /// Where it began.
    pub standing: Standing,
    /// What it came to.
    pub continued: Continued,
}

/// One transaction under the unit's lock; the month's report is composed after it.
pub fn save(
    tx: &mut Tx<'_>,
    organization_id: Uuid,
    key: &UnitKey,
    found: &Found,
    (now, machine_now): (DateTime<Utc>, DateTime<Utc>),
) -> Result<Outcome, WorkError> {
    let Found { unit: planned, standing, continued } = found;
    let Some(unit) = units::lock(tx, key)? else { return Err(WorkError::Vanished("unit")) };
    if unit.done >= planned.wanted {
        return Ok(Outcome::Superseded);
    }
    if unit.version != planned.version {
        return Err(WorkError::Overtaken);
    }
    let outcome = match continued.timeline.vcenters().next() {
        Some(vcenter) => next_version(tx, organization_id, key, unit.version, standing.begin, vcenter, now)?,
        None => Outcome::Unlisted,
    };
    let version = if let Outcome::Version { version, .. } = outcome { version } else { unit.version };
    let listed = outcome != Outcome::Unlisted;
    standing.replace(tx, key, &continued.checkpoints)?;
    units::set_done(tx, key, Metered { done: planned.wanted, version, listed })?;
    outbox::put(tx, &outbox::compose(organization_id, key.billing_mode, key.month), machine_now)?;
    Ok(outcome)
}

fn next_version(
    tx: &mut Tx<'_>,
    organization_id: Uuid,
    key: &UnitKey,
    last: i32,
    begin: Option<DateTime<Utc>>,
    vcenter: VcenterTimeline<'_>,
    now: DateTime<Utc>,
) -> Result<Outcome, WorkError> {
    let version = last + 1;
    let place = Place { organization_id, billing_mode: key.billing_mode, month: key.month, since: version };
    let (added, ended) = save_rows(tx, key, place, begin, vcenter)?;
    let totals = totals(place, key, vcenter);
    let coverage = vcenter.coverage();
    if added + ended == 0 && same_as_last(tx, key, last, coverage, &totals)? {
        return Ok(Outcome::Unchanged);
    }
    let made = UnitVersion {
        organization_id,
        billing_mode: key.billing_mode,
        vcenter_id: key.vcenter_id,
        month: key.month,
        version,
        horizon: utc(coverage.horizon),
        first_evidence_at: utc(coverage.first_evidence),
        covered: covered(coverage),
        row_count: i64::try_from(vcenter.row_count()).unwrap_or(i64::MAX),
        made_at: now,
    };
    units::add_version(tx, &made, &totals)?;
    Ok(Outcome::Version { version, added, ended })
}

/// Ends the stored rows that hold no more and adds those that are new; rows that ended before `begin` are as they were.
fn save_rows(
    tx: &mut Tx<'_>,
    key: &UnitKey,
    place: Place,
    begin: Option<DateTime<Utc>>,
    vcenter: VcenterTimeline<'_>,
) -> Result<(usize, usize), WorkError> {
    let current = history::current(tx, key, begin)?;
    let mut current: HashMap<_, _> =
        current.into_iter().map(|row| ((row.vm_id, row.begin_at), row.digest)).collect();
    let mut new = Vec::new();
    for row in vcenter.rows() {
        let (identity, digest) = ((row.vm, utc(row.begin)), digest(&row));
        if current.get(&identity) == Some(&digest) {
            current.remove(&identity);
        } else {
            new.push((row, digest));
        }
    }
    let ended: Vec<_> = current.into_keys().collect();
    history::end(tx, key, &ended, place.since)?;
    for chunk in new.chunks(ROWS_PER_COPY) {
        let rows: Vec<_> = chunk.iter().map(|(row, digest)| stored(place, row, digest.clone())).collect();
        bulk::insert_vm_history(tx, &rows)?;
    }
    Ok((new.len(), ended.len()))
}

fn totals(place: Place, key: &UnitKey, vcenter: VcenterTimeline<'_>) -> Vec<UnitTotal> {
    let by_meter = vcenter.totals();
    let lines = by_meter.iter().flat_map(|(meter, totals)| totals.iter().map(move |line| (*meter, line)));
    lines
        .map(|(meter_id, (code, amount))| UnitTotal {
            organization_id: place.organization_id,
            billing_mode: place.billing_mode,
            vcenter_id: key.vcenter_id,
            month: place.month,
            version: place.since,
            meter_id,
            code: code.as_str().to_owned(),
            amount: Decimal::from_i128_with_scale(amount.cast_signed(), 0),
        })
        .collect()
}

/// `[[from, to], …]` in milliseconds.
fn covered(coverage: &Coverage) -> serde_json::Value {
    json!(coverage.covered.iter().map(|(from, to)| [from.0, to.0]).collect::<Vec<_>>())
}

fn same_as_last(
    tx: &mut Tx<'_>,
    key: &UnitKey,
    last: i32,
    coverage: &Coverage,
    totals: &[UnitTotal],
) -> Result<bool, WorkError> {
    let Some(version) = units::version(tx, key, last)? else { return Ok(false) };
    let same_coverage = version.horizon == utc(coverage.horizon)
        && version.first_evidence_at == utc(coverage.first_evidence)
        && version.covered == covered(coverage);
    // Sums follow from the rows, but for open rows only together with the horizon, and for cluster spans alone.
    let sums = |totals: &[UnitTotal]| -> Vec<_> {
        totals.iter().map(|total| (total.meter_id, total.code.clone(), total.amount)).collect()
    };
    let (mut before, mut now) = (sums(&units::totals(tx, key, last)?), sums(totals));
    before.sort_unstable();
    now.sort_unstable();
    Ok(same_coverage && before == now)
}
