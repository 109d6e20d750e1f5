//! `usagectl users list`.

use serde_json::json;
use uuid::Uuid;

use crate::client::Call;
use crate::connect::{Connection, Format};
use crate::error::Error;
use crate::print::table::{Grid, left};
use crate::print::{self, Out, field};

/// Options of `users list`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only users of this organization
    #[arg(long, value_name = "UUID")]
    organization: Option<Uuid>,
    #[command(flatten)]
    connection: Connection,
    #[command(flatten)]
    format: Format,
}

/// Lists the users as the service does.
pub fn run(args: &Args, out: Out<'_>) -> Result<(), Error> {
    let call = || Call::get("/v1/users").query("organization_id", args.organization);
    let users = args.connection.client()?.list(call)?;
    if args.format.json {
        return print::json(out, &json!({ "items": users, "next_cursor": null }));
    }
    let mut grid = Grid::new(&[
        left("EMAIL"),
        left("ROLE"),
        left("DISABLED"),
        left("HAS PASSWORD"),
        left("ORGANIZATION"),
        left("ID"),
    ]);
    for user in &users {
        let fields = ["email", "role", "disabled", "has_password", "organization_id", "id"];
        grid.row(field::texts(user, &fields));
    }
    grid.print(out, "no users")
}
