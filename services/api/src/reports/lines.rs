//! Lines of a report, each with its breakdown.

use metering::report::LineCode;
use schema::reports::Line;
use serde::Serialize;
use utoipa::ToSchema;

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

/// Lines as they are stored, a part after its line and named `line/part`.
pub fn show(stored: Vec<Line>) -> Vec<ReportLine> {
    let mut lines: Vec<ReportLine> = Vec::new();
    for line in stored {
        match line.code.split_once('/') {
            None => lines.push(ReportLine::from(line)),
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

impl From<Line> for ReportLine {
    fn from(line: Line) -> Self {
        let code = LineCode::parse(&line.code);
        Self {
            // A code of a later version is shown by its own name.
            product: code.map_or_else(|| line.code.clone(), |code| code.product().to_owned()),
            unit: code.map(LineCode::unit).unwrap_or_default().to_owned(),
            code: line.code,
            quantity: line.quantity,
            exact: six(line.exact),
            points_per_unit: line.points_per_unit.map(short),
            points: line.points.map(short),
            breakdown: Vec::new(),
        }
    }
}
