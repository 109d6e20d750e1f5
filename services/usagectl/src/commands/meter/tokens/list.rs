//! `usagectl meter tokens list`.

use serde_json::json;
use uuid::Uuid;

use crate::client::Call;
use crate::connect::{Connection, Format};
use crate::error::Error;
use crate::print::table::{Grid, left};
use crate::print::{self, Out, field};

/// Options of `meter tokens list`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The meter's own id
    #[arg(value_name = "METER")]
    meter: Uuid,
    #[command(flatten)]
    connection: Connection,
    #[command(flatten)]
    format: Format,
}

/// Lists the tokens as the service does.
pub fn run(args: &Args, out: Out<'_>) -> Result<(), Error> {
    let path = format!("/v1/meters/{}/tokens", args.meter);
    let tokens = args.connection.client()?.list(|| Call::get(path.as_str()))?;
    if args.format.json {
        return print::json(out, &json!({ "items": tokens, "next_cursor": null }));
    }
    let mut grid = Grid::new(&[left("TOKEN"), left("MADE"), left("REVOKED")]);
    for token in &tokens {
        grid.row(field::texts(token, &["id", "created_at", "revoked_at"]));
    }
    grid.print(out, "no tokens")
}
