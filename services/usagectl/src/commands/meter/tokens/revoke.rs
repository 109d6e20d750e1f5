//! `usagectl meter tokens revoke`.

use serde_json::json;
use uuid::Uuid;

use crate::client::Call;
use crate::connect::{Connection, Format};
use crate::error::Error;
use crate::print::{self, Out};

/// Options of `meter tokens revoke`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The meter's own id
    #[arg(value_name = "METER")]
    meter: Uuid,
    /// The token's id, as `meter tokens list` shows it
    #[arg(value_name = "TOKEN")]
    id: Uuid,
    #[command(flatten)]
    connection: Connection,
    #[command(flatten)]
    format: Format,
}

/// Revokes the token.
pub fn run(args: &Args, out: Out<'_>) -> Result<(), Error> {
    let call = Call::delete(format!("/v1/meters/{}/tokens/{}", args.meter, args.id));
    args.connection.client()?.send(&call)?;
    if args.format.json {
        return print::json(out, &json!({ "id": args.id, "revoked": true }));
    }
    writeln!(out, "token {} is revoked", args.id)?;
    Ok(())
}
