//! `usagectl keys create`.

use chrono::{DateTime, FixedOffset, SecondsFormat, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::client::Call;
use crate::connect::{Connection, Format};
use crate::error::Error;
use crate::print::{self, Out, clean, field};

/// Options of `keys create`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Programs give the key in USAGE_API_KEY, or name a file that holds it in USAGE_API_KEY_FILE.")]
pub struct Args {
    /// A name for people
    #[arg(long)]
    name: String,
    /// What the key may do, of your own rights; may be given several times: read, read-uploads, upload,
    /// manage-meters, order, approve, operate, manage-contracts, manage-sites
    #[arg(long = "right", value_name = "RIGHT", required = true)]
    rights: Vec<String>,
    /// Until when it is good, in RFC 3339: at most 366 days from now
    #[arg(long, value_name = "RFC3339", value_parser = DateTime::parse_from_rfc3339)]
    expires_at: DateTime<FixedOffset>,
    #[command(flatten)]
    connection: Connection,
    #[command(flatten)]
    format: Format,
}

/// Makes the key.
pub fn run(args: &Args, out: Out<'_>) -> Result<(), Error> {
    let expires_at = args.expires_at.with_timezone(&Utc).to_rfc3339_opts(SecondsFormat::AutoSi, true);
    let body = json!({ "name": args.name, "rights": args.rights, "expires_at": expires_at });
    let call = Call::post("/v1/api-keys", body).header("idempotency-key", Uuid::new_v4().to_string());
    let made: Value = args.connection.client()?.json(&call)?;
    if args.format.json {
        return print::json(out, &made);
    }
    let text = |path| clean(&field::text(&made, path));
    writeln!(out, "API key {} is good for {} until {}", text("id"), text("rights"), text("expires_at"))?;
    writeln!(out, "the key, shown this once; keep it where the program can read it:")?;
    writeln!(out, "{}", text("key"))?;
    Ok(())
}
