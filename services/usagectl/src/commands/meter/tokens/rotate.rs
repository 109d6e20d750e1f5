//! `usagectl meter tokens rotate`.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::client::Call;
use crate::connect::{Connection, Format};
use crate::error::Error;
use crate::print::{self, Out, clean, field};

/// Options of `meter tokens rotate`.
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

/// Makes the next token.
pub fn run(args: &Args, out: Out<'_>) -> Result<(), Error> {
    let call = Call::post(format!("/v1/meters/{}/tokens", args.meter), json!({}))
        .header("idempotency-key", Uuid::new_v4().to_string());
    let made: Value = args.connection.client()?.json(&call)?;
    if args.format.json {
        return print::json(out, &made);
    }
    let text = |path| clean(&field::text(&made, path));
    writeln!(
        out,
        "token {} of meter {} is good, and so is the one before until you revoke it",
        text("id"),
        args.meter
    )?;
    writeln!(out, "the token, shown this once; keep it where the meter can read it:")?;
    writeln!(out, "{}", text("token"))?;
    Ok(())
}
