//! `usagectl contracts create`.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::client::Call;
use crate::connect::{Connection, Format};
use crate::error::Error;
use crate::print::{self, Out, clean, field};

/// Options of `contracts create`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Whose contract
    #[arg(long, value_name = "UUID")]
    partner: Uuid,
    /// As written on it
    #[arg(long)]
    number: String,
    #[command(flatten)]
    connection: Connection,
    #[command(flatten)]
    format: Format,
}

/// Adds the contract.
pub fn run(args: &Args, out: Out<'_>) -> Result<(), Error> {
    let body = json!({ "partner_id": args.partner, "number": args.number });
    let call = Call::post("/v1/contracts", body).header("idempotency-key", Uuid::new_v4().to_string());
    let contract: Value = args.connection.client()?.json(&call)?;
    if args.format.json {
        return print::json(out, &contract);
    }
    let text = |path| clean(&field::text(&contract, path));
    writeln!(out, "contract {} of partner {} is there", text("number"), text("partner_id"))?;
    Ok(())
}
