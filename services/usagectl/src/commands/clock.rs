//! `usagectl clock`.

use chrono::{DateTime, FixedOffset, SecondsFormat, Utc};
use clap::Subcommand;
use serde_json::json;

use crate::client::Call;
use crate::connect::{Connection, Format};
use crate::error::Error;
use crate::print::{self, Out};

/// Options of `clock`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Move the service's clock, forwards or back; it ticks on from there
    #[command(after_help = "For rehearsals and tests: a service has this only while it runs with \
USAGE_ENV=development, and only for\nan operator's administrator.")]
    Set {
        /// The instant, in RFC 3339, such as 2026-10-01T06:00:00Z
        #[arg(value_name = "RFC3339", value_parser = DateTime::parse_from_rfc3339)]
        now: DateTime<FixedOffset>,
        #[command(flatten)]
        connection: Connection,
        #[command(flatten)]
        format: Format,
    },
}

/// Sets the clock.
pub fn run(args: &Args, out: Out<'_>) -> Result<(), Error> {
    let Command::Set { now, connection, format } = &args.command;
    let now = now.with_timezone(&Utc).to_rfc3339_opts(SecondsFormat::AutoSi, true);
    connection.client()?.send(&Call::put("/v1/clock", json!({ "now": now })))?;
    if format.json {
        return print::json(out, &json!({ "now": now }));
    }
    writeln!(out, "the service's clock is at {now}")?;
    Ok(())
}
