//! `usagectl keys list`.

use serde_json::json;

use crate::client::Call;
use crate::connect::{Connection, Format};
use crate::error::Error;
use crate::print::table::{Grid, left, words};
use crate::print::{self, Out, field};

/// Options of `keys list`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    connection: Connection,
    #[command(flatten)]
    format: Format,
}

/// Lists the keys as the service does.
pub fn run(args: &Args, out: Out<'_>) -> Result<(), Error> {
    let keys = args.connection.client()?.list(|| Call::get("/v1/api-keys"))?;
    if args.format.json {
        return print::json(out, &json!({ "items": keys, "next_cursor": null }));
    }
    let mut grid = Grid::new(&[
        left("KEY"),
        words("NAME"),
        words("RIGHTS"),
        left("EXPIRES"),
        left("LAST USE"),
        left("REVOKED"),
    ]);
    for key in &keys {
        grid.row(field::texts(key, &["id", "name", "rights", "expires_at", "last_used_at", "revoked_at"]));
    }
    grid.print(out, "no API keys")
}
