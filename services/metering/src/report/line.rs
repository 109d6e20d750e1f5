//! From sums to the lines of a report.

use super::{LineCode, Measure, Totals};
use crate::amount::{MICRO, Micro, half_up};
use crate::time::{DAY_MS, Month};

/// A line of a report (metering.md §3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportLine {
    /// Which line.
    pub code: LineCode,
    /// The sum before any division, in the unit of the code's measure.
    pub amount: u128,
    /// The average over the month, rounded down once.
    pub quantity: u64,
    /// The same unrounded, to six decimals half-up.
    pub exact: Micro,
    /// Parts of it, by the same formula.
    pub breakdown: Vec<Breakdown>,
}

/// A part of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Breakdown {
    /// Which part, named `line/part`.
    pub code: LineCode,
    /// As in [`ReportLine`].
    pub amount: u128,
    /// As in [`ReportLine`].
    pub quantity: u64,
    /// As in [`ReportLine`].
    pub exact: Micro,
}

/// The lines of `month` from its sums: `flex-core` with its breakdown always, any other that something
/// counted under, also with 0. The divisor is the whole month, also while it is in progress.
pub fn lines(month: Month, totals: &Totals) -> Vec<ReportLine> {
    let listed = totals.iter().map(|(code, _)| code).filter(|code| code.whole().is_none());
    let others = listed.filter(|code| *code != LineCode::FlexCore);
    std::iter::once(LineCode::FlexCore).chain(others).map(|code| line(month, totals, code)).collect()
}

fn line(month: Month, totals: &Totals, code: LineCode) -> ReportLine {
    let part = average(month, totals, code);
    let breakdown = super::line_codes().filter(|part| part.whole() == Some(code));
    ReportLine {
        code,
        amount: part.amount,
        quantity: part.quantity,
        exact: part.exact,
        breakdown: breakdown.map(|code| average(month, totals, code)).collect(),
    }
}

/// ⌊ amount / divisor ⌋, and the quotient to six decimals.
fn average(month: Month, totals: &Totals, code: LineCode) -> Breakdown {
    let amount = totals.get(code);
    let days = u128::from(month.days().unsigned_abs());
    let day_ms = u128::from(DAY_MS.unsigned_abs());
    // The divisor that takes the amount's unit to one unit of the line.
    let divisor = match code.measure() {
        Measure::Vram => MICRO * 1024 * 24 * days,
        Measure::Machines => day_ms * days,
        Measure::Capacity => MICRO * day_ms * days,
    };
    Breakdown {
        code,
        amount,
        quantity: u64::try_from(amount / divisor).unwrap_or(u64::MAX),
        exact: Micro(micro_quotient(amount, divisor)),
    }
}

/// `amount / divisor` in millionths, half-up; whole and rest apart, so that no product overflows.
fn micro_quotient(amount: u128, divisor: u128) -> u128 {
    (amount / divisor) * MICRO + half_up((amount % divisor) * MICRO, divisor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flex_core_is_always_listed() {
        let month: Month = "2026-09".parse().unwrap();
        let lines = lines(month, &Totals::default());
        assert_eq!(lines.len(), 1);
        assert_eq!(lines[0].breakdown[0].code.as_str(), "flex-core/vcd");
        assert_eq!(lines[0].exact.to_string(), "0.000000");
    }

    #[test]
    fn rounding_down_happens_once_on_the_total() {
        let month: Month = "2026-09".parse().unwrap();
        let mut totals = Totals::default();
        totals.add(LineCode::FlexCore, 52_149_541_894_444);
        let flex = &lines(month, &totals)[0];
        assert_eq!((flex.quantity, flex.exact.to_string().as_str()), (70, "70.732343"));
    }
}
