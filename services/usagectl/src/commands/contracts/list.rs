//! `usagectl contracts list`.

use serde_json::json;
use uuid::Uuid;

use crate::client::Call;
use crate::connect::{Connection, Format};
use crate::error::Error;
use crate::print::table::{Grid, left};
use crate::print::{self, Out, field};

/// Options of `contracts list`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only this partner's
    #[arg(long, value_name = "UUID")]
    partner: Option<Uuid>,
    #[command(flatten)]
    connection: Connection,
    #[command(flatten)]
    format: Format,
}

/// Lists the contracts as the service does.
pub fn run(args: &Args, out: Out<'_>) -> Result<(), Error> {
    let call = || Call::get("/v1/contracts").query("partner_id", args.partner);
    let contracts = args.connection.client()?.list(call)?;
    if args.format.json {
        return print::json(out, &json!({ "items": contracts, "next_cursor": null }));
    }
    let mut grid = Grid::new(&[left("CONTRACT"), left("PARTNER"), left("ADDED")]);
    for contract in &contracts {
        grid.row(field::texts(contract, &["number", "partner_id", "created_at"]));
    }
    grid.print(out, "no contracts")
}
