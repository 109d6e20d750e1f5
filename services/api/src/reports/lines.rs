//! Lines of a report, each with its breakdown.

use metering::report::LineCode;
use schema::reports::Line;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::decimal::{short, six};

/// A line of a report.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReportLine {
    #[schema(example = "flex-core")]
    code: String,
    #[schema(example = "VMware vCloud SP Core Bundle")]
    product: String,
    #[schema(example = "GB vRAM")]
    unit: String,
    /// The month's average, rounded down once.
    #[schema(example = 70)]
    quantity: i64,
    /// The same unrounded, with six decimals.
    #[schema(example = "70.732343")]
    exact: String,
    /// Null where none are known.
    #[schema(example = "7")]
    points_per_unit: Option<String>,
    #[schema(example = "490")]
    points: Option<String>,
    /// Parts of it, by the same formula.
    breakdown: Vec<LinePart>,
    /// Of the whole month's lines; null for a contract's or a site's.
    remainder: Option<Remainder>,
}

/// A part of a line.
#[derive(Debug, Serialize, ToSchema)]
pub struct LinePart {
    #[schema(example = "vcd")]
    code: String,
    #[schema(example = 18)]
    quantity: i64,
    #[schema(example = "18.222535")]
    exact: String,
}

/// What rounding each part on its own leaves over (metering.md §3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Remainder {
    /// The line's quantity less those of all contracts.
    #[schema(example = 1)]
    contracts: i64,
    /// The line's quantity less those of all sites; usage of meters without a site is in it.
    #[schema(example = 2)]
    sites: i64,
}

/// The stored lines of a revision that are of this contract, of this site, or of the whole month when neither is asked
/// for. A part of a line comes after it and is named `line/part`.
pub fn show(stored: &[Line], contract: Option<&str>, site: Option<Uuid>) -> Vec<ReportLine> {
    let (part, is_whole) =
        ((contract.unwrap_or(""), site.unwrap_or_default()), contract.is_none() && site.is_none());
    let mut lines: Vec<ReportLine> = Vec::new();
    for line in stored.iter().filter(|line| part_of(line) == part) {
        match line.code.split_once('/') {
            None => {
                let remainder = is_whole.then(|| remainder(stored, line));
                lines.push(ReportLine { remainder, ..ReportLine::from(line) });
            }
            Some((whole, part)) => {
                let part =
                    LinePart { code: part.to_owned(), quantity: line.quantity, exact: six(line.exact) };
                if let Some(line) = lines.iter_mut().find(|line| line.code == whole) {
                    line.breakdown.push(part);
                }
            }
        }
    }
    lines
}

/// Contract and site; empty and nil for the whole.
fn part_of(line: &Line) -> (&str, Uuid) {
    (&line.contract_number, line.site_id)
}

fn remainder(stored: &[Line], whole: &Line) -> Remainder {
    let sum = |is_part: fn(&Line) -> bool| -> i64 {
        let parts = stored.iter().filter(|line| line.code == whole.code && is_part(line));
        parts.map(|line| line.quantity).sum()
    };
    Remainder {
        contracts: whole.quantity - sum(|line| !line.contract_number.is_empty()),
        sites: whole.quantity - sum(|line| !line.site_id.is_nil()),
    }
}

impl From<&Line> for ReportLine {
    fn from(line: &Line) -> Self {
        let code = LineCode::parse(&line.code);
        Self {
            // A code of a later version is shown by its own name.
            product: code.map_or_else(|| line.code.clone(), |code| code.product().to_owned()),
            unit: code.map(LineCode::unit).unwrap_or_default().to_owned(),
            code: line.code.clone(),
            quantity: line.quantity,
            exact: six(line.exact),
            points_per_unit: line.points_per_unit.map(short),
            points: line.points.map(short),
            breakdown: Vec::new(),
            remainder: None,
        }
    }
}
