//! `usagectl meter settings`.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::client::Call;
use crate::connect::{Connection, Format};
use crate::error::Error;
use crate::print::table::{Grid, left};
use crate::print::{self, Out, field};

/// Options of `meter settings`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The meter's own id
    #[arg(value_name = "UUID")]
    id: Uuid,
    #[command(flatten)]
    connection: Connection,
    #[command(flatten)]
    format: Format,
}

/// Lists the settings as the service does: by month, and of one month the last recorded holds.
pub fn run(args: &Args, out: Out<'_>) -> Result<(), Error> {
    let path = format!("/v1/meters/{}/settings", args.id);
    let settings = args.connection.client()?.list(|| Call::get(path.as_str()))?;
    if args.format.json {
        return print::json(out, &json!({ "items": settings, "next_cursor": null }));
    }
    let columns = [left("FROM"), left("MODE"), left("CONTRACT"), left("SITE"), left("RECORDED"), left("BY")];
    let mut grid = Grid::new(&columns);
    for settings in &settings {
        grid.row(row(settings));
    }
    grid.print(out, "no settings")
}

fn row(settings: &Value) -> Vec<String> {
    let from = settings["effective_from"].as_str().unwrap_or("since ever").to_owned();
    let fields = ["billing_mode", "contract_number", "site_id", "recorded_at", "recorded_by"];
    std::iter::once(from).chain(field::texts(settings, &fields)).collect()
}
