//! `usagectl keys revoke`.

use serde_json::json;
use uuid::Uuid;

use crate::client::Call;
use crate::connect::{Connection, Format};
use crate::error::Error;
use crate::print::{self, Out};

/// Options of `keys revoke`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The key's id, as `keys list` shows it
    #[arg(value_name = "UUID")]
    id: Uuid,
    #[command(flatten)]
    connection: Connection,
    #[command(flatten)]
    format: Format,
}

/// Revokes the key.
pub fn run(args: &Args, out: Out<'_>) -> Result<(), Error> {
    args.connection.client()?.send(&Call::delete(format!("/v1/api-keys/{}", args.id)))?;
    if args.format.json {
        return print::json(out, &json!({ "id": args.id, "revoked": true }));
    }
    writeln!(out, "API key {} is revoked", args.id)?;
    Ok(())
}
