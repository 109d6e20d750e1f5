//! `usagectl order`.

use metering::Month;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::client::Call;
use crate::connect::{Connection, Format};
use crate::error::Error;
use crate::print::table::{Grid, left, right, words};
use crate::print::{self, Out, clean, field};

/// Options of `order`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The month
    #[arg(long, value_name = "YYYY-MM")]
    month: Month,
    /// Only this partner's; by default all that the caller sees
    #[arg(long, value_name = "UUID")]
    partner: Option<Uuid>,
    #[command(flatten)]
    connection: Connection,
    #[command(flatten)]
    format: Format,
}

/// Shows the month's orders: one for each contract.
pub fn run(args: &Args, out: Out<'_>) -> Result<(), Error> {
    let call = || Call::get("/v1/orders").query("month", Some(args.month)).query("partner_id", args.partner);
    let orders = args.connection.client()?.list(call)?;
    if args.format.json {
        return print::json(out, &json!({ "items": orders, "next_cursor": null }));
    }
    if orders.is_empty() {
        writeln!(out, "no orders for {}", args.month)?;
    }
    for (index, order) in orders.iter().enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        print_order(out, order)?;
    }
    Ok(())
}

fn print_order(out: Out<'_>, order: &Value) -> Result<(), Error> {
    let text = |path| clean(&field::text(order, path));
    writeln!(out, "order {} of {}, contract {}", text("id"), text("month"), text("contract_number"))?;
    writeln!(out, "{}, purchase order {}\n", meaning(&text("status")), text("purchase_order"))?;
    let mut grid = Grid::new(&[
        words("PRODUCT"),
        left("UNIT"),
        right("METERED"),
        right("ORDERED"),
        right("POINTS/UNIT"),
        right("POINTS"),
        words("REASON"),
    ]);
    for line in field::items(order, "lines") {
        let fields =
            ["product", "unit", "metered_quantity", "quantity", "points_per_unit", "points", "reason"];
        grid.row(field::texts(line, &fields));
    }
    grid.print(out, "no lines")?;
    writeln!(out)?;
    writeln!(
        out,
        "points {}, minimum commitment {}, underage {}, overage {}",
        text("points_total"),
        text("minimum_commit"),
        text("underage"),
        text("overage")
    )?;
    Ok(())
}

/// The status with what it means for the reader.
fn meaning(status: &str) -> String {
    let meaning = match status {
        "not-open" => "a preview, as the month's report is provisional",
        "pending-partner" => "for the partner to submit",
        "pending-aggregator" => "for the aggregator to approve",
        "closed" => "done",
        "adjusting" => "being adjusted after closing",
        _ => return status.to_owned(),
    };
    format!("{status} ({meaning})")
}
