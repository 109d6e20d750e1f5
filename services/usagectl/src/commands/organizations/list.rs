//! `usagectl organizations list`.

use serde_json::json;

use crate::client::Call;
use crate::connect::{Connection, Format};
use crate::error::Error;
use crate::print::table::{Grid, left, words};
use crate::print::{self, Out, field};

/// Options of `organizations list`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    connection: Connection,
    #[command(flatten)]
    format: Format,
}

/// Lists the organizations as the service does.
pub fn run(args: &Args, out: Out<'_>) -> Result<(), Error> {
    let organizations = args.connection.client()?.list(|| Call::get("/v1/organizations"))?;
    if args.format.json {
        return print::json(out, &json!({ "items": organizations, "next_cursor": null }));
    }
    let mut grid = Grid::new(&[words("NAME"), left("KIND"), left("ID"), left("BELOW")]);
    for organization in &organizations {
        grid.row(field::texts(organization, &["name", "kind", "id", "parent_id"]));
    }
    grid.print(out, "no organizations")
}
