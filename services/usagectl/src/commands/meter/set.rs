//! `usagectl meter set`.

use metering::Month;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::register::{BillingMode, Connectivity};
use crate::client::Call;
use crate::connect::{Connection, Format};
use crate::error::Error;
use crate::print::{self, Out, clean, field};

/// Options of `meter set`.
#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("change").required(true).multiple(true).args(CHANGES))]
pub struct Args {
    /// The meter's own id
    #[arg(value_name = "UUID")]
    id: Uuid,
    /// A name for people
    #[arg(long)]
    name: Option<String>,
    /// Whether it uploads by itself, or people carry its files
    #[arg(long)]
    connectivity: Option<Connectivity>,
    /// The Ed25519 key that signs its manifests, from then on required: base64 of the 32 raw bytes
    #[arg(long, value_name = "BASE64")]
    public_key: Option<String>,
    /// Take its key away: its files need no signature any more
    #[arg(long, conflicts_with = "public_key")]
    no_public_key: bool,
    /// Whether its usage is billed
    #[arg(long)]
    billing_mode: Option<BillingMode>,
    /// The contract that its usage is billed under; its site does not go along
    #[arg(long, value_name = "NUMBER")]
    contract: Option<String>,
    /// The site where it stands
    #[arg(long, value_name = "UUID")]
    site: Option<Uuid>,
    /// It stands at no site
    #[arg(long, conflicts_with = "site")]
    no_site: bool,
    /// The month from which mode, contract and site hold; by default the next. A month that has begun is reported anew
    #[arg(long, value_name = "YYYY-MM")]
    from: Option<Month>,
    #[command(flatten)]
    connection: Connection,
    #[command(flatten)]
    format: Format,
}

/// Of these at least one.
const CHANGES: [&str; 8] =
    ["name", "connectivity", "public_key", "no_public_key", "billing_mode", "contract", "site", "no_site"];

/// Changes the meter.
pub fn run(args: &Args, out: Out<'_>) -> Result<(), Error> {
    let call = Call::patch(format!("/v1/meters/{}", args.id), body(args));
    let meter: Value = args.connection.client()?.json(&call)?;
    if args.format.json {
        return print::json(out, &meter);
    }
    let text = |path| clean(&field::text(&meter, path));
    writeln!(out, "meter {} is now {:?}, {}", args.id, text("name"), text("connectivity"))?;
    writeln!(
        out,
        "this month: {}, contract {}, site {}",
        text("billing_mode"),
        text("contract_number"),
        text("site_id")
    )?;
    Ok(())
}

/// What is not named stays; null takes away.
fn body(args: &Args) -> Value {
    let mut body = Map::new();
    let mut put = |name: &str, value: Option<Value>| body.extend(value.map(|value| (name.to_owned(), value)));
    put("name", args.name.as_ref().map(|name| json!(name)));
    put("connectivity", args.connectivity.map(|word| json!(word.as_str())));
    put("public_key", args.public_key.as_ref().map(|key| json!(key)));
    put("public_key", args.no_public_key.then_some(Value::Null));
    put("billing_mode", args.billing_mode.map(|word| json!(word.as_str())));
    put("contract_number", args.contract.as_ref().map(|number| json!(number)));
    put("site_id", args.site.map(|site| json!(site)));
    put("site_id", args.no_site.then_some(Value::Null));
    put("effective_from", args.from.map(|month| json!(month.to_string())));
    Value::Object(body)
}
