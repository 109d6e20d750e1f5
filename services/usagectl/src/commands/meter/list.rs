//! `usagectl meter list`.

use metering::Month;
use serde_json::{Value, json};

use super::register::Connectivity;
use crate::client::Call;
use crate::connect::{Connection, Format};
use crate::error::Error;
use crate::print::table::{Grid, left, words};
use crate::print::{self, Out, field};

/// Options of `meter list`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The month whose state and coverage are shown; by default the service's own choice
    #[arg(long, value_name = "YYYY-MM")]
    month: Option<Month>,
    /// Only those that upload by themselves, or do not
    #[arg(long)]
    connectivity: Option<Connectivity>,
    /// Also those that are registered no more
    #[arg(long)]
    deregistered: bool,
    #[command(flatten)]
    connection: Connection,
    #[command(flatten)]
    format: Format,
}

/// Lists the meters as the service does.
pub fn run(args: &Args, out: Out<'_>) -> Result<(), Error> {
    let call = || {
        Call::get("/v1/meters")
            .query("month", args.month)
            .query("connectivity", args.connectivity.map(Connectivity::as_str))
            .query("include", args.deregistered.then_some("deregistered"))
    };
    let meters = args.connection.client()?.list(call)?;
    if args.format.json {
        return print::json(out, &json!({ "items": meters, "next_cursor": null }));
    }
    let mut grid = Grid::new(&[
        left("METER"),
        words("NAME"),
        left("STATUS"),
        left("MODE"),
        left("CONNECTIVITY"),
        left("CONTRACT"),
        left("VERSION"),
        left("LAST UPLOAD"),
    ]);
    for meter in &meters {
        grid.row(row(meter));
    }
    grid.print(out, "no meters")
}

fn row(meter: &Value) -> Vec<String> {
    let fields = [
        "id",
        "name",
        "status",
        "billing_mode",
        "connectivity",
        "contract_number",
        "version",
        "last_upload_at",
    ];
    field::texts(meter, &fields)
}
