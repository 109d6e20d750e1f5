//! Everything that a metering says, as text, and what must hold within it.

use std::fmt::Write;

use metering::report::{Totals, lines};
use metering::{Computed, Timeline};

/// A metering to compare with another.
pub fn of(computed: &Computed) -> String {
    let timeline = &computed.timeline;
    check(timeline);
    let mut totals = Totals::default();
    let mut told = String::new();
    for vcenter in timeline.vcenters() {
        vcenter.totals().values().for_each(|part| totals.merge(part));
        write!(told, "{} {:?}", vcenter.id, vcenter.coverage()).unwrap();
        vcenter.rows().for_each(|row| write!(told, "\n{row:?}").unwrap());
        vcenter.cluster_spans().for_each(|span| write!(told, "\n{span:?}").unwrap());
    }
    for line in lines(timeline.month(), &totals) {
        write!(told, "\n{} {} {}", line.code.as_str(), line.quantity, line.exact).unwrap();
        for part in line.breakdown {
            write!(told, "\n  {} {} {}", part.code.as_str(), part.quantity, part.exact).unwrap();
        }
    }
    told
}

/// Rows lie within the month and what is known of it, and a VM is billed once at a time.
fn check(timeline: &Timeline) {
    let month = timeline.month();
    for vcenter in timeline.vcenters() {
        let end = month.end().min(vcenter.coverage().horizon);
        let mut last = None;
        for row in vcenter.rows() {
            assert!(month.begin() <= row.begin && row.begin < row.end && row.end <= end, "{row:?}");
            if let Some((vm, until)) = last.replace((row.vm, row.end))
                && vm == row.vm
            {
                assert!(until <= row.begin, "billed twice: {row:?}");
            }
        }
        for span in vcenter.cluster_spans() {
            assert!(month.begin() <= span.begin && span.begin < span.end && span.end <= end, "{span:?}");
        }
    }
}
