//! The figures of a month as people read them: report lines with their parts, and coverage. The same for what
//! was computed here and for what the server reports.

use super::Out;
use super::table::{Grid, left, right, words};
use crate::error::Error;

/// A report line or, indented, a part of one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// The line's code, `line/part` for a part.
    pub code: String,
    /// Whether it is a part of the line above.
    pub is_part: bool,
    /// The product's name.
    pub product: String,
    /// What is counted.
    pub unit: String,
    /// The rounded quantity.
    pub quantity: String,
    /// The unrounded quotient.
    pub exact: String,
    /// Points for each unit, and for the line.
    pub points: Option<(String, String)>,
}

/// A vCenter's coverage.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// The vCenter's product id.
    pub vcenter: String,
    /// Hours that events collections cover.
    pub covered_hours: String,
    /// Hours that they should, where that is known.
    pub expected_hours: Option<String>,
    /// Up to when the vCenter is metered.
    pub horizon: String,
    /// How many times nothing covers.
    pub gaps: usize,
}

/// Prints report lines; points only where there are any.
pub fn print_lines(out: Out<'_>, lines: &[Line]) -> Result<(), Error> {
    let with_points = lines.iter().any(|line| line.points.is_some());
    let mut columns = vec![words("PRODUCT"), left("UNIT"), right("QUANTITY"), right("EXACT")];
    if with_points {
        columns.extend([right("POINTS/UNIT"), right("POINTS")]);
    }
    let mut grid = Grid::new(&columns);
    for line in lines {
        let name = if line.is_part { of_these(&line.code) } else { line.product.clone() };
        let mut cells = vec![name, line.unit.clone(), line.quantity.clone(), line.exact.clone()];
        if with_points {
            let (each, all) = line.points.clone().unwrap_or_default();
            cells.extend([each, all]);
        }
        grid.row(cells);
    }
    grid.print(out, "no lines")
}

/// `  of these vCD` for the code `flex-core/vcd` or, as the API names a breakdown, `vcd`.
fn of_these(code: &str) -> String {
    match code.rsplit('/').next().unwrap_or(code) {
        "vcd" => "  of these vCD".to_owned(),
        part => format!("  of these {part}"),
    }
}

/// Prints coverage, one vCenter a row.
pub fn print_coverage(out: Out<'_>, coverage: &[Coverage]) -> Result<(), Error> {
    let with_expected = coverage.iter().any(|vcenter| vcenter.expected_hours.is_some());
    let mut columns = vec![left("VCENTER"), right("COVERED HOURS")];
    if with_expected {
        columns.push(right("EXPECTED HOURS"));
    }
    columns.extend([left("METERED UP TO"), right("GAPS")]);
    let mut grid = Grid::new(&columns);
    for vcenter in coverage {
        let mut cells = vec![vcenter.vcenter.clone(), vcenter.covered_hours.clone()];
        if with_expected {
            cells.push(vcenter.expected_hours.clone().unwrap_or_default());
        }
        cells.extend([vcenter.horizon.clone(), vcenter.gaps.to_string()]);
        grid.row(cells);
    }
    grid.print(out, "no vCenter has evidence for this month")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_indented_and_points_shown_only_when_there_are_any() {
        let line = |code: &str, is_part| Line {
            code: code.into(),
            is_part,
            product: "Bundle".into(),
            unit: "GB vRAM".into(),
            quantity: "70".into(),
            exact: "70.732343".into(),
            points: None,
        };
        let mut lines = vec![line("flex-core", false), line("flex-core/vcd", true)];
        let mut out = Vec::new();
        print_lines(&mut out, &lines).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.contains("\n  of these vCD  GB vRAM        70  70.732343\n"), "{text}");
        assert!(!text.contains("POINTS"));
        lines[0].points = Some(("7".into(), "490".into()));
        let mut out = Vec::new();
        print_lines(&mut out, &lines).unwrap();
        assert!(String::from_utf8(out).unwrap().contains("490"));
    }
}
