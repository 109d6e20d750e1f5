//! `usagectl runs`.

use serde_json::{Value, json};

use crate::client::Call;
use crate::connect::{Connection, Format};
use crate::error::Error;
use crate::print::table::{Grid, left, right};
use crate::print::{self, Out, field};

/// Options of `runs`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    connection: Connection,
    #[command(flatten)]
    format: Format,
}

/// Lists the runs as the service does.
pub fn run(args: &Args, out: Out<'_>) -> Result<(), Error> {
    let mut client = args.connection.client()?;
    let runs = client.list(|| Call::get("/v1/aggregation-runs"))?;
    if args.format.json {
        return print::json(out, &json!({ "items": runs, "next_cursor": null }));
    }
    let columns =
        [left("SCHEDULED FOR"), left("STARTED"), left("FINISHED"), right("MONTHS"), left("CHANGED")];
    let mut grid = Grid::new(&columns);
    for run in &runs {
        let mut cells = field::texts(run, &["scheduled_for", "started_at", "finished_at"]);
        cells.extend([amount(&run["months"]), amount(&run["changed"])]);
        grid.row(cells);
    }
    grid.print(out, "no runs yet")
}

/// How many there are of a list; anything else as it is.
fn amount(value: &Value) -> String {
    match value.as_array() {
        Some(items) => items.len().to_string(),
        None => field::bare(value),
    }
}
