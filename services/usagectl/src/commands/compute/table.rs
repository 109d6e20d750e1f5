//! What was computed, for people.

use metering::report::{LineCode, ReportLine, lines};
use metering::{Micro, Month, Row, Timeline, VcenterTimeline, hours};

use super::json::{totals, trimmed};
use crate::error::Error;
use crate::print::Out;
use crate::print::figures::{Coverage, Line, print_coverage, print_lines};

/// Prints lines, coverage and totals; the rows themselves are for `--json`.
pub fn print(out: Out<'_>, timeline: &Timeline) -> Result<(), Error> {
    let month = timeline.month();
    let totals = totals(timeline);
    writeln!(out, "usage of {month} ({} days)\n", month.days())?;
    let lines: Vec<Line> = lines(month, &totals).iter().flat_map(with_parts).collect();
    print_lines(out, &lines)?;
    writeln!(out)?;
    let coverage: Vec<Coverage> = timeline.vcenters().map(|vcenter| coverage(month, vcenter)).collect();
    print_coverage(out, &coverage)?;
    let (rows, reported) = count(timeline);
    writeln!(out, "\nVM History: {rows} rows, {reported} of them reported (all of them with --json)")?;
    writeln!(out, "MB-hours of reported rows: {}", Micro(totals.get(LineCode::FlexCore)))?;
    Ok(())
}

fn with_parts(line: &ReportLine) -> Vec<Line> {
    let print = |code: LineCode, quantity: u64, exact: Micro| Line {
        code: code.as_str().to_owned(),
        is_part: code.whole().is_some(),
        product: code.product().to_owned(),
        unit: code.unit().to_owned(),
        quantity: quantity.to_string(),
        exact: exact.to_string(),
        points: None,
    };
    let parts = line.breakdown.iter().map(|part| print(part.code, part.quantity, part.exact));
    std::iter::once(print(line.code, line.quantity, line.exact)).chain(parts).collect()
}

/// Gaps up to the horizon: without a clock nothing can be said about the time after it.
fn coverage(month: Month, vcenter: VcenterTimeline<'_>) -> Coverage {
    let coverage = vcenter.coverage();
    Coverage {
        vcenter: vcenter.id.to_string(),
        covered_hours: trimmed(hours(coverage.covered_ms())),
        expected_hours: None,
        horizon: coverage.horizon.to_string(),
        gaps: coverage.gaps(month, coverage.horizon).len(),
    }
}

fn count(timeline: &Timeline) -> (usize, usize) {
    let rows = || timeline.vcenters().flat_map(VcenterTimeline::rows);
    (rows().count(), rows().filter(Row::reported).count())
}
