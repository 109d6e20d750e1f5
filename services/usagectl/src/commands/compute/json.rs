//! What was computed as JSON: the shape of the conformance cases' `expected.json`.

use std::io;

use metering::report::{LineCode, ReportLine, Totals, lines};
use metering::{Micro, Row, Timeline, VcenterTimeline, hours};

use crate::print::Out;
use crate::print::exact::Writer;

/// Prints rows, lines and coverage.
pub fn print(out: Out<'_>, timeline: &Timeline) -> io::Result<()> {
    let totals = totals(timeline);
    Writer::document(out, |top| {
        top.text("month", timeline.month())?;
        top.number("days", timeline.month().days())?;
        top.list("rows", |rows| {
            timeline
                .vcenters()
                .flat_map(VcenterTimeline::rows)
                .try_for_each(|row| rows.element(|to| write_row(to, &row)))
        })?;
        top.text("mb_hours_total", Micro(totals.get(LineCode::FlexCore)))?;
        top.object("lines", |to| {
            lines(timeline.month(), &totals).iter().try_for_each(|line| write_line(to, line))
        })?;
        top.object("coverage", |to| timeline.vcenters().try_for_each(|vcenter| write_coverage(to, vcenter)))
    })
}

/// The sums over all vCenters and meters.
pub fn totals(timeline: &Timeline) -> Totals {
    let mut all = Totals::default();
    timeline.vcenters().flat_map(|vcenter| vcenter.totals().into_values()).for_each(|part| all.merge(&part));
    all
}

fn write_row(to: &mut Writer<'_>, row: &Row<'_>) -> io::Result<()> {
    to.text("vcenter", row.vcenter)?;
    to.text("vm", row.vm)?;
    to.text("begin", row.begin)?;
    to.text("end", row.end)?;
    to.text("meter", row.meter)?;
    to.number("memory_mb", row.memory_mb)?;
    to.number("reserved_mb", row.reserved_mb)?;
    to.number("vcpus", row.vcpus)?;
    to.text("host", row.host)?;
    to.optional("cluster", row.cluster)?;
    to.text("license", row.license.as_str())?;
    to.optional("org", row.org)?;
    to.texts("features", row.features.names())?;
    to.text("billed_mb", row.billed)?;
    to.flag("reported", row.reported())?;
    to.text("mb_hours", row.mb_hours())
}

/// A line, then its parts beside it under names of their own.
fn write_line(to: &mut Writer<'_>, line: &ReportLine) -> io::Result<()> {
    let parts = line.breakdown.iter().map(|part| (part.code, part.quantity, part.exact));
    std::iter::once((line.code, line.quantity, line.exact)).chain(parts).try_for_each(
        |(code, quantity, exact)| {
            to.object(code.as_str(), |to| {
                to.number("units", quantity)?;
                to.text("exact", exact)
            })
        },
    )
}

fn write_coverage(to: &mut Writer<'_>, vcenter: VcenterTimeline<'_>) -> io::Result<()> {
    to.object(&vcenter.id.to_string(), |to| {
        to.number("covered_hours", trimmed(hours(vcenter.coverage().covered_ms())))?;
        to.text("horizon", vcenter.coverage().horizon)
    })
}

/// Without the zeros at the end, but with one decimal at least: `254.0`, `37.5`.
pub fn trimmed(figure: Micro) -> String {
    let digits = figure.to_string();
    let short = digits.trim_end_matches('0');
    if short.ends_with('.') { format!("{short}0") } else { short.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_keep_one_decimal() {
        let print = |micro| trimmed(Micro(micro));
        assert_eq!(print(254_000_000), "254.0");
        assert_eq!(print(37_500_000), "37.5");
        assert_eq!(print(1), "0.000001");
        assert_eq!(print(0), "0.0");
    }
}
