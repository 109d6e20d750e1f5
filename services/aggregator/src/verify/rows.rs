//! The rows in force beside the rows of the fold: both by VM and begin, the stored ones a page at a time.

use super::Progress;
use super::column::{Shown, compare_columns};
use super::files::Reading;
use super::finding::{Finding, Findings, What};
use crate::error::WorkError;
use crate::meter::rows::{Place, digest, stored};
use chrono::{DateTime, Utc};
use metering::{HalfMb, Row, VcenterTimeline};
use platform::calendar::{month_of, utc};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use schema::Tx;
use schema::bulk::VmHistoryRow;
use schema::units::{UnitKey, UnitVersion};
use schema::verifications;
use std::vec::IntoIter;
use uuid::Uuid;

/// Stored rows kept in memory.
const PAGE: usize = 10_000;

/// Compares all rows of a unit's version.
pub fn compare(
    tx: &mut Tx<'_>,
    reading: &Reading,
    key: &UnitKey,
    version: &UnitVersion,
    vcenter: VcenterTimeline<'_>,
    findings: &mut Findings,
) -> Result<(), WorkError> {
    let open_end = version.horizon.min(utc(month_of(key.month).end()));
    let organization_id = version.organization_id;
    let place = Place { organization_id, billing_mode: key.billing_mode, month: key.month, since: 0 };
    let mut in_force = InForce::of(*key, version.version);
    let rows = vcenter.rows();
    let count = rows.len();
    for (done, row) in rows.enumerate() {
        if done % PAGE == 0 {
            reading.go_on()?;
            (reading.told)(Progress::Rows(done, count));
        }
        let at = (row.vm, utc(row.begin));
        while let Some(extra) = in_force.next_if(tx, |found| found < at)? {
            findings.push(too_many(&extra));
        }
        match in_force.next_if(tx, |found| found == at)? {
            Some(found) => {
                let expected = VmHistoryRow { since: found.since, ..stored(place, &row, digest(&row)) };
                columns(&found, &expected, version.version, findings);
                shown_end(&found, &row, open_end, findings);
            }
            None => findings.push(Finding::whole(
                What::Row,
                named(at),
                None,
                Some(summary(&stored(place, &row, vec![]))),
            )),
        }
    }
    while let Some(extra) = in_force.next_if(tx, |_| true)? {
        findings.push(too_many(&extra));
    }
    Ok(())
}

/// A row's VM and begin.
type At = (Uuid, DateTime<Utc>);

fn named((vm, begin): At) -> String {
    format!("of VM {vm} from {}", begin.shown())
}

fn summary(row: &VmHistoryRow) -> String {
    let end = row.end_at.map_or_else(|| "the horizon".to_owned(), |end| end.shown());
    format!("to {end}, {} MB billed, {}", row.billed_mb, row.license)
}

fn too_many(row: &VmHistoryRow) -> Finding {
    Finding::whole(What::Row, named((row.vm_id, row.begin_at)), Some(summary(row)), None)
}

/// Everything that the row states, and that it is in force for readers of this version.
fn columns(found: &VmHistoryRow, expected: &VmHistoryRow, version: i32, findings: &mut Findings) {
    if found.since > version {
        let (stored, recomputed) = (found.since.shown(), format!("{version} or less"));
        let place = named((found.vm_id, found.begin_at));
        findings.push(Finding::column(What::Row, place, "since", stored, recomputed));
    }
    if found == expected {
        return;
    }
    compare_columns!(
        findings,
        What::Row,
        named((found.vm_id, found.begin_at)),
        found,
        expected,
        [
            until,
            end_at,
            mb_hours,
            meter_id,
            moid,
            vm_name,
            guest_os,
            host_id,
            host_name,
            cluster_id,
            org,
            license,
            license_key,
            vcpus,
            memory_mb,
            reserved_mb,
            billed_mb,
            features,
            reported,
            digest,
        ]
    );
}

/// A row without an end of its own is shown to end at its version's horizon or at the month's end.
fn shown_end(found: &VmHistoryRow, row: &Row<'_>, open_end: DateTime<Utc>, findings: &mut Findings) {
    let end = utc(row.end);
    if found.end_at.is_some() || !row.open || open_end == end {
        return;
    }
    let place = || named((found.vm_id, found.begin_at));
    findings.push(Finding::column(What::Row, place(), "shown end", open_end.shown(), end.shown()));
    let stored = shown_mb_hours(found.billed_mb, open_end - found.begin_at);
    let recomputed = row.mb_hours().to_string();
    findings.push(Finding::column(What::Row, place(), "shown mb_hours", stored, recomputed));
}

fn shown_mb_hours(billed_mb: Decimal, duration: chrono::TimeDelta) -> String {
    let halves = (billed_mb * Decimal::TWO).to_u64();
    let duration_ms = u64::try_from(duration.num_milliseconds()).ok();
    match halves.zip(duration_ms) {
        Some((halves, duration_ms)) => HalfMb(halves).mb_hours(duration_ms).to_string(),
        None => "none".to_owned(),
    }
}

/// The stored rows in their order.
struct InForce {
    key: UnitKey,
    version: i32,
    page: std::iter::Peekable<IntoIter<VmHistoryRow>>,
    after: Option<verifications::RowPlace>,
    ended: bool,
}

impl InForce {
    fn of(key: UnitKey, version: i32) -> Self {
        Self { key, version, page: Vec::new().into_iter().peekable(), after: None, ended: false }
    }

    fn next_if(
        &mut self,
        tx: &mut Tx<'_>,
        wanted: impl Fn(At) -> bool,
    ) -> Result<Option<VmHistoryRow>, WorkError> {
        if self.page.peek().is_none() && !self.ended {
            let limit = i64::try_from(PAGE).unwrap_or(i64::MAX);
            let page = verifications::rows_in_force(tx, &self.key, self.version, self.after, limit)?;
            self.ended = page.len() < PAGE;
            self.after = page.last().map(|row| (row.vm_id, row.begin_at, row.since));
            self.page = page.into_iter().peekable();
        }
        Ok(self.page.next_if(|row| wanted((row.vm_id, row.begin_at))))
    }
}
