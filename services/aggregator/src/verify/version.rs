//! A unit's newest version beside the fold: horizon, coverage, counts, sums.

use super::column::{Shown, compare_columns};
use super::finding::{Finding, Findings, What};
use super::month::Sums;
use crate::error::WorkError;
use metering::VcenterTimeline;
use platform::calendar::utc;
use rust_decimal::Decimal;
use schema::Tx;
use schema::units::{self, UnitKey, UnitVersion};
use serde_json::json;

/// Compares a version, without its rows.
pub fn compare(found: &UnitVersion, vcenter: VcenterTimeline<'_>, findings: &mut Findings) {
    let coverage = vcenter.coverage();
    let covered: Vec<_> = coverage.covered.iter().map(|(from, to)| [from.0, to.0]).collect();
    let expected = UnitVersion {
        horizon: utc(coverage.horizon),
        first_evidence_at: utc(coverage.first_evidence),
        covered: json!(covered),
        row_count: i64::try_from(vcenter.rows().len()).unwrap_or(i64::MAX),
        ..found.clone()
    };
    let place = found.version;
    compare_columns!(
        findings,
        What::Version,
        place,
        found,
        expected,
        [horizon, first_evidence_at, covered, row_count,]
    );
}

/// The sums of a fold.
pub fn sums(vcenter: VcenterTimeline<'_>) -> Sums {
    let by_meter = vcenter.totals();
    let lines = by_meter.iter().flat_map(|(meter, totals)| totals.iter().map(move |line| (*meter, line)));
    lines
        .map(|(meter, (code, amount))| {
            ((meter, code.as_str().to_owned()), Decimal::from_i128_with_scale(amount.cast_signed(), 0))
        })
        .collect()
}

/// Compares the sums of a version.
pub fn compare_sums(
    tx: &mut Tx<'_>,
    key: &UnitKey,
    version: i32,
    expected: &Sums,
    findings: &mut Findings,
) -> Result<(), WorkError> {
    let stored = units::totals(tx, key, version)?;
    let stored: Sums = stored.into_iter().map(|total| ((total.meter_id, total.code), total.amount)).collect();
    let keys: std::collections::BTreeSet<_> = stored.keys().chain(expected.keys()).collect();
    for total in keys {
        let (found, expected) = (stored.get(total), expected.get(total));
        if found != expected {
            let place = format!("{} of meter {}", total.1, total.0);
            findings.push(Finding::whole(
                What::Total,
                place,
                found.map(Shown::shown),
                expected.map(Shown::shown),
            ));
        }
    }
    Ok(())
}
