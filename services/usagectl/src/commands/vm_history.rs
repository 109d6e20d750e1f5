//! `usagectl vm-history`.

mod filters;

use std::path::PathBuf;

use metering::Month;
use serde_json::Value;

use crate::client::{Call, Client, Page};
use crate::commands::download::{self, Kind};
use crate::connect::Connection;
use crate::error::Error;
use crate::print::Out;
use crate::print::field;
use crate::print::table::{Column, Grid, left, right, words};
use filters::Filters;

/// Rows that the table shows; whoever wants all wants a file.
const TABLE_ROWS: u32 = 20;

/// Options of `vm-history`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The month
    #[arg(long, value_name = "YYYY-MM")]
    month: Month,
    /// All rows as comma-separated values
    #[arg(long, group = "kind")]
    csv: bool,
    /// All rows as tab-separated values
    #[arg(long, group = "kind")]
    tsv: bool,
    /// All rows as JSON, for scripts
    #[arg(long, group = "kind")]
    json: bool,
    /// Write to this file, which appears only when it is complete; by default standard output
    #[arg(short, long, value_name = "FILE", requires = "kind")]
    output: Option<PathBuf>,
    #[command(flatten)]
    connection: Connection,
    #[command(flatten)]
    filters: Filters,
}

/// Shows the first rows, or hands over all of them.
pub fn run(args: &Args, out: Out<'_>) -> Result<(), Error> {
    let mut client = args.connection.client()?;
    let call = || args.filters.apply(Call::get("/v1/reports/vm-history").query("month", Some(args.month)));
    let kind = match (args.csv, args.tsv, args.json) {
        (true, _, _) => Kind::Csv,
        (_, true, _) => Kind::Tsv,
        (_, _, true) => Kind::Json,
        (false, false, false) => return table(&mut client, call(), out),
    };
    download::save(&mut client, call, kind, args.output.as_deref(), out)
}

const COLUMNS: [(Column, &str); 9] = [
    (words("VM"), "vm_name"),
    (left("HOST"), "host_name"),
    (left("CUSTOMER"), "customer"),
    (left("LICENSE"), "license"),
    (words("FEATURES"), "features"),
    (left("BEGIN"), "begin"),
    (left("END"), "end"),
    (right("BILLED MB"), "billed_mb"),
    (right("MB-HOURS"), "mb_hours"),
];

fn table(client: &mut Client, call: Call, out: Out<'_>) -> Result<(), Error> {
    let page: Page = client.json(&call.query("limit", Some(TABLE_ROWS)))?;
    let mut grid = Grid::new(&COLUMNS.map(|(column, _)| column));
    for row in &page.items {
        grid.row(COLUMNS.map(|(_, name)| cell(row, name)));
    }
    grid.print(out, "no rows")?;
    if page.next_cursor.is_some() {
        writeln!(out, "\nthe first {} rows; all of them with --csv, --tsv or --json", page.items.len())?;
    }
    Ok(())
}

fn cell(row: &Value, name: &str) -> String {
    field::text(row, name)
}
