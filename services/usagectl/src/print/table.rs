//! Tables: plain columns under one rule, as wide as the terminal, numbers to the right.

use std::io::IsTerminal;

use comfy_table::{
    Attribute, Cell, CellAlignment, ColumnConstraint, ContentArrangement, LineStyle, Table, TableStyle, Width,
};

use super::{Out, clean};
use crate::error::Error;

/// No frame: columns two spaces apart, a rule below the titles. Easy to read, to copy and to cut.
const STYLE: TableStyle = TableStyle::new().header_separator(LineStyle::none().fill('─'));

/// On anything narrower nothing is wrapped by us (a terminal that does not know its width says 0).
const LEAST_WIDTH: u16 = 60;
/// Words are wrapped to no fewer characters.
const LEAST_WORDS: u16 = 24;

/// A column.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    title: &'static str,
    alignment: CellAlignment,
    /// Where the terminal is too narrow, such columns give way.
    wraps: bool,
}

impl Column {
    fn constraint(self) -> ColumnConstraint {
        if self.wraps {
            ColumnConstraint::LowerBoundary(Width::Fixed(LEAST_WORDS))
        } else {
            ColumnConstraint::ContentWidth
        }
    }
}

/// A column of names, ids, instants: whole, so that they can be copied.
pub const fn left(title: &'static str) -> Column {
    Column { title, alignment: CellAlignment::Left, wraps: false }
}

/// A column of words, which may take several lines.
pub const fn words(title: &'static str) -> Column {
    Column { title, alignment: CellAlignment::Left, wraps: true }
}

/// A column of figures.
pub const fn right(title: &'static str) -> Column {
    Column { title, alignment: CellAlignment::Right, wraps: false }
}

/// A table that is being filled.
#[derive(Debug)]
pub struct Grid {
    table: Table,
}

impl Grid {
    /// An empty table.
    pub fn new(columns: &[Column]) -> Self {
        let mut table = Table::new();
        table.load_style(STYLE).style_text_only();
        let bold = wants_attributes();
        table.set_header(columns.iter().map(|column| {
            let cell = Cell::new(column.title).set_alignment(column.alignment);
            if bold { cell.add_attribute(Attribute::Bold) } else { cell }
        }));
        let wraps = table.width().is_some_and(|width| width >= LEAST_WIDTH);
        if wraps {
            table.set_content_arrangement(ContentArrangement::Dynamic);
        }
        for (index, column) in columns.iter().enumerate() {
            if let Some(cells) = table.column_mut(index) {
                let is_last = index + 1 == columns.len();
                cells.set_padding((0, if is_last { 0 } else { 2 }));
                cells.set_cell_alignment(column.alignment);
                if wraps {
                    cells.set_constraint(column.constraint());
                }
            }
        }
        Self { table }
    }

    /// Adds a row.
    pub fn row<S: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = S>) {
        self.table
            .add_row(cells.into_iter().map(|cell| Cell::new_owned(clean(cell.as_ref()))).collect::<Vec<_>>());
    }

    /// Whether there is no row yet.
    pub fn is_empty(&self) -> bool {
        self.table.is_empty()
    }

    /// Prints the table, or `nothing` in its place when it has no rows.
    pub fn print(&self, out: Out<'_>, nothing: &str) -> Result<(), Error> {
        if self.is_empty() {
            writeln!(out, "{nothing}")?;
        } else {
            writeln!(out, "{}", self.table.trim_fmt())?;
        }
        Ok(())
    }
}

/// Colours and the like only for people, and not for those who said no (<https://no-color.org>).
fn wants_attributes() -> bool {
    let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    std::io::stdout().is_terminal() && !refused
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(grid: &Grid) -> String {
        let mut out = Vec::new();
        grid.print(&mut out, "nothing").unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn figures_stand_to_the_right() {
        let mut grid = Grid::new(&[left("PRODUCT"), right("QUANTITY")]);
        assert_eq!(printed(&grid), "nothing\n");
        grid.row(["a\u{7}", "7"]);
        grid.row(["b", "1000"]);
        let lines: Vec<_> = printed(&grid).lines().map(str::to_owned).collect();
        assert_eq!(lines[0], "PRODUCT  QUANTITY");
        assert_eq!(lines[2], "a\u{fffd}              7");
        assert_eq!(lines[3], "b            1000");
    }
}
