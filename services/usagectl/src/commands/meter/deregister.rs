//! `usagectl meter deregister`.

use serde_json::json;
use uuid::Uuid;

use crate::client::Call;
use crate::connect::{Connection, Format};
use crate::error::Error;
use crate::print::{self, Out};

/// Options of `meter deregister`.
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

/// Gives the meter up.
pub fn run(args: &Args, out: Out<'_>) -> Result<(), Error> {
    args.connection.client()?.send(&Call::delete(format!("/v1/meters/{}", args.id)))?;
    if args.format.json {
        return print::json(out, &json!({ "id": args.id, "deregistered": true }));
    }
    writeln!(out, "meter {} is registered no more; its history stays", args.id)?;
    Ok(())
}
