//! Report lines (metering.md §3): which line a row or a cluster span counts under, the sums, and the one
//! rounding at the end.

mod code;
mod line;
mod totals;

pub use code::{LineCode, Measure, line_codes};
pub use line::{Breakdown, ReportLine, lines};
pub use totals::Totals;
