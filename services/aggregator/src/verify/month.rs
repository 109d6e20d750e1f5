//! A month's newest revision: the unit versions that it is composed of, and every line of the whole and its parts.

use super::Verifier;
use super::column::{Shown, compare_columns};
use super::finding::{Finding, Findings, What};
use crate::compose::parts::Assignments;
use crate::compose::report::Report;
use crate::error::WorkError;
use chrono::NaiveDate;
use platform::calendar::month_of;
use rust_decimal::Decimal;
use schema::reports::{self, Line, Revision};
use schema::types::BillingMode;
use schema::units::{self, UnitTotal};
use schema::{Scope, Tx};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use uuid::Uuid;

/// Sums by meter and line.
pub type Sums = BTreeMap<(Uuid, String), Decimal>;

/// The (vCenter, version) pairs of a report.
type Versions = BTreeMap<Uuid, i32>;

impl Verifier {
    /// Composes a month from the sums of its units, recomputed ones (by vCenter, with their version) in place of those
    /// stored, and compares it with one snapshot of the database. None while it waits to be composed.
    pub async fn month(
        &self,
        organization_id: Uuid,
        mode: BillingMode,
        month: NaiveDate,
        recomputed: HashMap<Uuid, (i32, Sums)>,
    ) -> Result<Option<Findings>, WorkError> {
        let check = Check { organization_id, mode, month, recomputed };
        let scope = Scope::Organization(organization_id);
        self.context.db.snapshot(scope, move |tx| check.run(tx)).await
    }
}

struct Check {
    organization_id: Uuid,
    mode: BillingMode,
    month: NaiveDate,
    recomputed: HashMap<Uuid, (i32, Sums)>,
}

impl Check {
    fn run(&self, tx: &mut Tx<'_>) -> Result<Option<Findings>, WorkError> {
        let units = units::of_month(tx, self.mode, self.month)?;
        let waits = |unit: &units::Unit| unit.composed < unit.done || unit.done < unit.wanted && !unit.failed;
        if units.iter().any(waits) || !reports::causes(tx, self.mode, self.month)?.is_empty() {
            return Ok(None);
        }
        let versions: Versions =
            units.iter().filter_map(|unit| Some((unit.vcenter_id, unit.listed_version()?))).collect();
        let mut findings = Findings::default();
        match reports::latest(tx, self.organization_id, self.mode, self.month)? {
            Some(revision) => {
                units_of(tx, &revision, &versions, &mut findings)?;
                self.lines(tx, &revision, &versions, &mut findings)?;
            }
            None if versions.is_empty() => {}
            None => {
                let units = Some(format!("one of {} units", versions.len()));
                findings.push(Finding::whole(What::Revision, "of the month", None, units));
            }
        }
        Ok(Some(findings))
    }

    fn lines(
        &self,
        tx: &mut Tx<'_>,
        revision: &Revision,
        versions: &Versions,
        findings: &mut Findings,
    ) -> Result<(), WorkError> {
        let assignments = Assignments::of(tx, self.mode, self.month)?;
        let totals = self.totals(tx, versions)?;
        let composed =
            Report::of(month_of(self.month), &totals, &assignments).and_then(|report| report.lines(revision));
        let expected = match composed {
            Ok(lines) => lines,
            Err(WorkError::Inconsistent(reason)) => {
                let place = revision.revision;
                findings.push(Finding::whole(What::Revision, place, Some(reason), Some("lines".to_owned())));
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        compare_lines(&reports::lines(tx, revision)?, &expected, findings);
        Ok(())
    }

    /// The sums to compose of.
    fn totals(&self, tx: &mut Tx<'_>, versions: &Versions) -> Result<Vec<UnitTotal>, WorkError> {
        let recomputed: HashMap<_, _> = self
            .recomputed
            .iter()
            .filter(|(vcenter, (version, _))| versions.get(vcenter) == Some(version))
            .map(|(vcenter, (version, sums))| (*vcenter, (*version, sums)))
            .collect();
        let mut totals = units::month_totals(tx, self.mode, self.month)?;
        totals.retain(|total| {
            versions.get(&total.vcenter_id) == Some(&total.version)
                && !recomputed.contains_key(&total.vcenter_id)
        });
        for (vcenter_id, (version, sums)) in recomputed {
            totals.extend(sums.iter().map(|((meter_id, code), amount)| UnitTotal {
                organization_id: self.organization_id,
                billing_mode: self.mode,
                vcenter_id,
                month: self.month,
                version,
                meter_id: *meter_id,
                code: code.clone(),
                amount: *amount,
            }));
        }
        Ok(totals)
    }
}

fn units_of(
    tx: &mut Tx<'_>,
    revision: &Revision,
    versions: &Versions,
    findings: &mut Findings,
) -> Result<(), WorkError> {
    let found: Versions =
        reports::units(tx, revision)?.iter().map(|unit| (unit.vcenter_id, unit.version)).collect();
    let vcenters: BTreeSet<_> = found.keys().chain(versions.keys()).collect();
    for vcenter in vcenters {
        let (found, expected) = (found.get(vcenter), versions.get(vcenter));
        if found != expected {
            let shown = |version: Option<&i32>| version.map(|version| format!("version {version}"));
            let place = format!("vCenter {vcenter} of revision {}", revision.revision);
            findings.push(Finding::whole(What::RevisionUnit, place, shown(found), shown(expected)));
        }
    }
    Ok(())
}

/// A line within its revision: the part, by the two columns that name it, and the code.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Place<'l>(&'l str, Uuid, &'l str);

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(contract, site, code) = self;
        match (contract.is_empty(), site.is_nil()) {
            (true, true) => write!(f, "{code} of the month"),
            (false, true) => write!(f, "{code} of contract {contract}"),
            _ => write!(f, "{code} of site {site}"),
        }
    }
}

fn compare_lines(stored: &[Line], expected: &[Line], findings: &mut Findings) {
    fn by_place(lines: &[Line]) -> BTreeMap<Place<'_>, &Line> {
        lines.iter().map(|line| (Place(&line.contract_number, line.site_id, &line.code), line)).collect()
    }
    let (stored, expected) = (by_place(stored), by_place(expected));
    let places: BTreeSet<_> = stored.keys().chain(expected.keys()).collect();
    for place in places {
        match (stored.get(place), expected.get(place)) {
            (Some(found), Some(expected)) => {
                compare_columns!(
                    findings,
                    What::Line,
                    place,
                    found,
                    expected,
                    [position, amount, quantity, exact, points_per_unit, points,]
                );
            }
            (found, expected) => {
                let shown = |line: Option<&&Line>| line.map(|line| line.exact.shown());
                findings.push(Finding::whole(What::Line, place, shown(found), shown(expected)));
            }
        }
    }
}
