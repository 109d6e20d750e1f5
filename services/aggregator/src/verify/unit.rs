//! One unit: its evidence, the fold, the comparison.

use super::column::Shown;
use super::files::Reading;
use super::finding::{Finding, Findings, What};
use super::fold::{Folded, Rules, fold};
use super::month::Sums;
use super::{Verifier, rows, version};
use crate::error::WorkError;
use metering::Timeline;
use platform::calendar::{month_of, utc};
use schema::evidence::{self, InForce};
use schema::units::{self, Unit, UnitKey};
use schema::{Scope, Tx};
use std::sync::Arc;
use uuid::Uuid;

/// A unit may be metered again during its verification; then it begins anew, at most so often.
const ATTEMPTS_MAX: u32 = 3;

/// What a verification came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The unit waits to be metered or composed, or was metered meanwhile: nothing can be said of it now.
    Pending,
    /// It was compared.
    Compared(Compared),
}

/// A unit that was compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compared {
    /// The version.
    pub version: i32,
    /// How many rows its evidence comes to.
    pub rows: u64,
    /// What differs.
    pub findings: Findings,
    /// What its evidence sums up to, for its month's report; none when that can no longer be read.
    pub sums: Option<Sums>,
}

/// What a verification starts from.
struct Plan {
    unit: Unit,
    evidence: Vec<InForce>,
}

impl Verifier {
    /// Folds a unit from scratch and compares it with one snapshot of the database.
    pub async fn unit(&self, organization_id: Uuid, key: UnitKey) -> Result<Outcome, WorkError> {
        for _ in 0..ATTEMPTS_MAX {
            let scope = || Scope::Organization(organization_id);
            let Some(plan) = self.context.db.snapshot(scope(), move |tx| plan(tx, key)).await? else { break };
            let (unit, evidence) = (plan.unit, plan.evidence);
            let folded = self.fold(key, evidence).await?;
            let reading = self.reading();
            let compare = move |tx: &mut Tx<'_>| compare(tx, &reading, &key, &unit, folded);
            if let Some(compared) = self.context.db.snapshot(scope(), compare).await? {
                return Ok(Outcome::Compared(compared));
            }
        }
        Ok(Outcome::Pending)
    }

    async fn fold(&self, key: UnitKey, evidence: Vec<InForce>) -> Result<Folded, WorkError> {
        let (reading, checked) = (self.reading(), Arc::clone(&self.files));
        let rules = Rules { deadline_ms: self.context.deadline_ms, limits: self.context.limits.clone() };
        tokio::task::spawn_blocking(move || fold(&reading, &checked, &rules, key, evidence)).await?
    }

    fn reading(&self) -> Reading {
        Reading { store: self.context.store.clone(), stop: self.stop.clone(), told: Arc::clone(&self.told) }
    }
}

/// The evidence of a unit that is composed.
fn plan(tx: &mut Tx<'_>, key: UnitKey) -> Result<Option<Plan>, WorkError> {
    let Some(unit) = units::find(tx, &key)? else { return Err(WorkError::Vanished("unit")) };
    if unit.composed < unit.wanted {
        return Ok(None);
    }
    let month = month_of(key.month);
    let window = (utc(month.evidence_begin()), utc(month.end()));
    let evidence = evidence::in_force(tx, key.billing_mode, key.vcenter_id, window)?;
    Ok(Some(Plan { unit, evidence }))
}

/// None when the unit is not as it was planned: whatever changes its evidence marks it.
fn compare(
    tx: &mut Tx<'_>,
    reading: &Reading,
    key: &UnitKey,
    planned: &Unit,
    folded: Folded,
) -> Result<Option<Compared>, WorkError> {
    let unit = units::find(tx, key)?;
    if unit.as_ref() != Some(planned) {
        return Ok(None);
    }
    let Folded { timeline, mut findings } = folded;
    let mut compared =
        Compared { version: planned.version, rows: 0, findings: Findings::default(), sums: None };
    if let Some(timeline) = timeline {
        let (rows, sums) = whole(tx, reading, key, planned, &timeline, &mut findings)?;
        (compared.rows, compared.sums) = (rows, Some(sums));
    }
    compared.findings = findings;
    Ok(Some(compared))
}

fn whole(
    tx: &mut Tx<'_>,
    reading: &Reading,
    key: &UnitKey,
    unit: &Unit,
    timeline: &Timeline,
    findings: &mut Findings,
) -> Result<(u64, Sums), WorkError> {
    let vcenter = timeline.vcenters().next();
    if unit.listed != vcenter.is_some() {
        let (stored, recomputed) = (unit.listed.shown(), vcenter.is_some().shown());
        findings.push(Finding::column(What::Unit, "", "listed", stored, recomputed));
    }
    // Not listed, it is in no report: its last version is history.
    let Some(vcenter) = vcenter else { return Ok((0, Sums::new())) };
    let sums = version::sums(vcenter);
    if let Some(found) = units::version(tx, key, unit.version)? {
        version::compare(&found, vcenter, findings);
        version::compare_sums(tx, key, unit.version, &sums, findings)?;
        rows::compare(tx, reading, key, &found, vcenter, findings)?;
    } else {
        let rows = format!("one of {} rows", vcenter.rows().len());
        findings.push(Finding::whole(What::Version, unit.version, None, Some(rows)));
    }
    Ok((vcenter.rows().len() as u64, sums))
}
