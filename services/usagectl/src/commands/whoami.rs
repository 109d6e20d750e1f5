//! `usagectl whoami`.

use serde_json::Value;

use crate::client::Call;
use crate::connect::{Connection, Format};
use crate::error::Error;
use crate::print::{self, Out, clean, field};

/// Options of `whoami`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    connection: Connection,
    #[command(flatten)]
    format: Format,
}

/// Asks the service who it takes us for.
pub fn run(args: &Args, out: Out<'_>) -> Result<(), Error> {
    let mut client = args.connection.client()?;
    let me: Value = client.json(&Call::get("/v1/auth/me"))?;
    if args.format.json {
        return print::json(out, &me);
    }
    let text = |path| clean(&field::text(&me, path));
    writeln!(out, "{}, {}", text("email"), text("role"))?;
    writeln!(
        out,
        "{} ({}, {})",
        text("organization.name"),
        text("organization.kind"),
        text("organization.id")
    )?;
    writeln!(out, "{}", client.server())?;
    Ok(())
}
