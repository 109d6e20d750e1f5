//! `usagectl organizations create`.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::client::Call;
use crate::connect::{Connection, Format};
use crate::error::Error;
use crate::print::{self, Out, clean, field};

/// Options of `organizations create`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The organization above it: the operator for an aggregator, an aggregator for a partner
    #[arg(long, value_name = "UUID")]
    parent: Uuid,
    /// A name for people
    #[arg(long)]
    name: String,
    #[command(flatten)]
    connection: Connection,
    #[command(flatten)]
    format: Format,
}

/// Adds the organization.
pub fn run(args: &Args, out: Out<'_>) -> Result<(), Error> {
    let body = json!({ "parent_id": args.parent, "name": args.name });
    let call = Call::post("/v1/organizations", body).header("idempotency-key", Uuid::new_v4().to_string());
    let organization: Value = args.connection.client()?.json(&call)?;
    if args.format.json {
        return print::json(out, &organization);
    }
    let text = |path| clean(&field::text(&organization, path));
    writeln!(out, "{} {} is there as {}", text("kind"), text("id"), text("name"))?;
    Ok(())
}
