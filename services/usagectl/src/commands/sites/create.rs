//! `usagectl sites create`.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::client::Call;
use crate::connect::{Connection, Format};
use crate::error::Error;
use crate::print::{self, Out, clean, field};

/// Options of `sites create`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The contract that usage of the site is billed under
    #[arg(long, value_name = "NUMBER")]
    contract: String,
    /// A name for people
    #[arg(long)]
    name: String,
    #[command(flatten)]
    connection: Connection,
    #[command(flatten)]
    format: Format,
}

/// Adds the site.
pub fn run(args: &Args, out: Out<'_>) -> Result<(), Error> {
    let body = json!({ "contract_number": args.contract, "name": args.name });
    let call = Call::post("/v1/sites", body).header("idempotency-key", Uuid::new_v4().to_string());
    let site: Value = args.connection.client()?.json(&call)?;
    if args.format.json {
        return print::json(out, &site);
    }
    let text = |path| clean(&field::text(&site, path));
    writeln!(out, "site {} is there as {}, under {}", text("id"), text("name"), text("contract_number"))?;
    Ok(())
}
