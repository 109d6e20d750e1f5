//! `usagectl sites list`.

use serde_json::json;
use uuid::Uuid;

use crate::client::Call;
use crate::connect::{Connection, Format};
use crate::error::Error;
use crate::print::table::{Grid, left, words};
use crate::print::{self, Out, field};

/// Options of `sites list`.
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

/// Lists the sites as the service does.
pub fn run(args: &Args, out: Out<'_>) -> Result<(), Error> {
    let call = || Call::get("/v1/sites").query("partner_id", args.partner);
    let sites = args.connection.client()?.list(call)?;
    if args.format.json {
        return print::json(out, &json!({ "items": sites, "next_cursor": null }));
    }
    let mut grid = Grid::new(&[words("SITE"), left("CONTRACT"), left("ID"), left("PARTNER")]);
    for site in &sites {
        grid.row(field::texts(site, &["name", "contract_number", "id", "partner_id"]));
    }
    grid.print(out, "no sites")
}
