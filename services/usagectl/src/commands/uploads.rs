//! `usagectl uploads`.

use clap::ValueEnum;
use metering::Month;
use serde_json::json;
use uuid::Uuid;

use crate::client::Call;
use crate::connect::{Connection, Format};
use crate::error::Error;
use crate::print::table::{Grid, left, right};
use crate::print::{self, Out, field};

/// Options of `uploads`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only uploads about this month
    #[arg(long, value_name = "YYYY-MM")]
    month: Option<Month>,
    /// Only uploads of this meter
    #[arg(long, value_name = "UUID")]
    meter: Option<Uuid>,
    /// Only uploads in this state
    #[arg(long)]
    status: Option<Status>,
    #[command(flatten)]
    connection: Connection,
    #[command(flatten)]
    format: Format,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Status {
    /// Safe at the service, not read yet
    Received,
    /// Being read and metered
    Processing,
    /// Done, its evidence is in the reports
    Processed,
    /// Refused; kept for inspection, changes nothing
    Rejected,
}

impl Status {
    fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Processing => "processing",
            Self::Processed => "processed",
            Self::Rejected => "rejected",
        }
    }
}

/// Lists the uploads as the service does.
pub fn run(args: &Args, out: Out<'_>) -> Result<(), Error> {
    let call = || {
        Call::get("/v1/uploads")
            .query("month", args.month)
            .query("meter_id", args.meter)
            .query("status", args.status.map(Status::as_str))
    };
    let uploads = args.connection.client()?.list(call)?;
    if args.format.json {
        return print::json(out, &json!({ "items": uploads, "next_cursor": null }));
    }
    let mut grid = Grid::new(&[
        left("RECEIVED"),
        left("MONTH"),
        left("METER"),
        left("STATUS"),
        right("ACCEPTED"),
        right("DUPLICATE"),
        right("CONFLICTING"),
        right("LATE"),
        right("ERRORS"),
        left("ID"),
    ]);
    for upload in &uploads {
        let mut cells = field::texts(upload, &["received_at", "month", "meter_id", "status"]);
        cells.extend(
            ["accepted", "duplicate", "conflicting", "late"]
                .map(|count| field::bare(&upload["collections"][count])),
        );
        cells.extend([field::items(upload, "errors").len().to_string(), field::text(upload, "id")]);
        grid.row(cells);
    }
    grid.print(out, "no uploads")
}
