//! `usagectl meter register`.

use clap::ValueEnum;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::client::{Call, Client, ClientError};
use crate::connect::{Connection, Format};
use crate::error::Error;
use crate::print::{self, Out, clean, field};

/// Options of `meter register`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The meter's own id, as its files carry it
    #[arg(long, value_name = "UUID")]
    id: Uuid,
    /// A name for people
    #[arg(long)]
    name: String,
    /// The contract that its usage is billed under
    #[arg(long, value_name = "NUMBER")]
    contract: String,
    /// The site where it stands
    #[arg(long, value_name = "UUID")]
    site: Option<Uuid>,
    /// Whether it uploads by itself, or people carry its files
    #[arg(long, default_value = "offline")]
    connectivity: Connectivity,
    /// Whether its usage is billed
    #[arg(long, default_value = "production")]
    billing_mode: BillingMode,
    /// The Ed25519 key that signs its manifests, from then on required: base64 of the 32 raw bytes
    #[arg(long, value_name = "BASE64")]
    public_key: Option<String>,
    #[command(flatten)]
    connection: Connection,
    #[command(flatten)]
    format: Format,
}

/// How a meter delivers.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Connectivity {
    /// By itself
    Online,
    /// People carry its files
    Offline,
}

impl Connectivity {
    /// As the API writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Online => "online",
            Self::Offline => "offline",
        }
    }
}

/// Which body of evidence.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum BillingMode {
    /// Billed
    Production,
    /// Reported for viewing, never billed
    Test,
}

impl BillingMode {
    /// As the API writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Production => "production",
            Self::Test => "test",
        }
    }
}

/// Registers the meter, unless it is there already.
pub fn run(args: &Args, out: Out<'_>) -> Result<(), Error> {
    let mut client = args.connection.client()?;
    let call = Call::post("/v1/meters", body(args)).header("idempotency-key", Uuid::new_v4().to_string());
    let registered: Result<Value, _> = client.json(&call);
    let meter = match registered {
        Ok(meter) => meter,
        Err(error) if error.problem(&[409]).is_some() && is_ours(&mut client, args.id)? => {
            return already(args, out);
        }
        Err(error) => return Err(error.into()),
    };
    if args.format.json {
        return print::json(out, &meter);
    }
    writeln!(out, "meter {} is registered as {:?}", args.id, args.name)?;
    writeln!(out, "its token, shown this once; keep it where the meter can read it:")?;
    writeln!(out, "{}", clean(&field::text(&meter, "token")))?;
    Ok(())
}

fn body(args: &Args) -> Value {
    let mut body = json!({
        "id": args.id,
        "name": args.name,
        "contract_number": args.contract,
        "connectivity": args.connectivity.as_str(),
        "billing_mode": args.billing_mode.as_str(),
    });
    if let Some(site) = args.site {
        body["site_id"] = json!(site);
    }
    if let Some(key) = &args.public_key {
        body["public_key"] = json!(key);
    }
    body
}

/// A conflict can have other causes than this meter's being registered here.
fn is_ours(client: &mut Client, id: Uuid) -> Result<bool, ClientError> {
    match client.send(&Call::get(format!("/v1/meters/{id}"))) {
        Ok(_) => Ok(true),
        Err(error) if error.problem(&[404]).is_some() => Ok(false),
        Err(error) => Err(error),
    }
}

fn already(args: &Args, out: Out<'_>) -> Result<(), Error> {
    if args.format.json {
        return print::json(out, &json!({ "id": args.id, "already_registered": true }));
    }
    writeln!(out, "meter {} is already registered; nothing was changed", args.id)?;
    Ok(())
}
