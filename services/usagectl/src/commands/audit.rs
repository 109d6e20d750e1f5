//! `usagectl audit`.

use std::path::PathBuf;

use metering::Month;
use serde_json::Value;
use uuid::Uuid;

use crate::client::{Call, Client, Page};
use crate::commands::download::{self, Kind};
use crate::connect::Connection;
use crate::error::Error;
use crate::print::table::{Grid, left, right, words};
use crate::print::{Out, field};

/// Entries that the table shows; whoever wants all wants a file.
const TABLE_ENTRIES: u32 = 50;

/// Options of `audit`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only entries of this month
    #[arg(long, value_name = "YYYY-MM", conflicts_with_all = ["from", "to"])]
    month: Option<Month>,
    /// Only entries from this instant (RFC 3339) on
    #[arg(long, value_name = "TIME")]
    from: Option<String>,
    /// Only entries before this instant (RFC 3339)
    #[arg(long, value_name = "TIME")]
    to: Option<String>,
    /// Only what was done to things of this organization; by default of all that the caller sees
    #[arg(long, value_name = "UUID")]
    organization: Option<Uuid>,
    /// Only what this one did, such as user:ID
    #[arg(long)]
    actor: Option<String>,
    /// Only this action, such as meter.register
    #[arg(long)]
    action: Option<String>,
    /// All entries, newest first, as JSON, for scripts
    #[arg(long, group = "kind")]
    json: bool,
    /// All entries, oldest first, as a JSON object a line: what it takes to check the chain of their hashes
    #[arg(long, group = "kind")]
    ndjson: bool,
    /// Write to this file, which appears only when it is complete; by default standard output
    #[arg(short, long, value_name = "FILE", requires = "kind")]
    output: Option<PathBuf>,
    #[command(flatten)]
    connection: Connection,
}

/// Shows the newest entries, or hands over all of them.
pub fn run(args: &Args, out: Out<'_>) -> Result<(), Error> {
    let mut client = args.connection.client()?;
    let call = || {
        Call::get("/v1/audit")
            .query("month", args.month)
            .query("from", args.from.as_ref())
            .query("to", args.to.as_ref())
            .query("organization_id", args.organization)
            .query("actor", args.actor.as_ref())
            .query("action", args.action.as_ref())
    };
    let kind = match (args.json, args.ndjson) {
        (true, _) => Kind::Json,
        (_, true) => Kind::Ndjson,
        (false, false) => return table(&mut client, call(), out),
    };
    download::save(&mut client, call, kind, args.output.as_deref(), out)
}

fn table(client: &mut Client, call: Call, out: Out<'_>) -> Result<(), Error> {
    let page: Page = client.json(&call.query("limit", Some(TABLE_ENTRIES)))?;
    let mut grid = Grid::new(&[
        left("AT"),
        words("ACTOR"),
        left("ACTION"),
        words("OBJECT"),
        left("ADDRESS"),
        right("SEQUENCE"),
    ]);
    for entry in &page.items {
        let mut cells = field::texts(entry, &["at", "actor", "action"]);
        cells.push(object(entry));
        cells.extend(field::texts(entry, &["address", "sequence"]));
        grid.row(cells);
    }
    grid.print(out, "no entries")?;
    if page.next_cursor.is_some() {
        writeln!(out, "\nthe newest {} entries; all of them with --json or --ndjson", page.items.len())?;
    }
    Ok(())
}

fn object(entry: &Value) -> String {
    format!("{} {}", field::text(entry, "object.kind"), field::text(entry, "object.id"))
}
