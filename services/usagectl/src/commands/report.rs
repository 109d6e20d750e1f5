//! `usagectl report`.

use metering::Month;
use serde_json::Value;
use uuid::Uuid;

use super::meter::BillingMode;
use crate::client::Call;
use crate::connect::{Connection, Format};
use crate::error::Error;
use crate::print::figures::{self, Coverage, Line};
use crate::print::{self, Out, clean, field};

/// Options of `report`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The month
    #[arg(long, value_name = "YYYY-MM")]
    month: Month,
    /// Whose report; needed by those who see several partners
    #[arg(long, value_name = "UUID")]
    partner: Option<Uuid>,
    /// Billed evidence, or that of meters in test
    #[arg(long, default_value = "production")]
    billing_mode: BillingMode,
    /// Only what is billed under this contract
    #[arg(long, value_name = "NUMBER")]
    contract: Option<String>,
    /// Only what was metered at this site
    #[arg(long, value_name = "UUID")]
    site: Option<Uuid>,
    /// Only this customer's
    #[arg(long, value_name = "NAME")]
    customer: Option<String>,
    /// An earlier revision of the report
    #[arg(long, value_name = "NUMBER")]
    revision: Option<u32>,
    #[command(flatten)]
    connection: Connection,
    #[command(flatten)]
    format: Format,
}

/// Shows the month's report.
pub fn run(args: &Args, out: Out<'_>) -> Result<(), Error> {
    let call = Call::get("/v1/reports/monthly-usage")
        .query("month", Some(args.month))
        .query("partner_id", args.partner)
        .query("billing_mode", Some(args.billing_mode.as_str()))
        .query("contract", args.contract.as_ref())
        .query("site", args.site)
        .query("customer", args.customer.as_ref())
        .query("revision", args.revision);
    let report: Value = args.connection.client()?.json(&call)?;
    if args.format.json {
        return print::json(out, &report);
    }
    let text = |path| clean(&field::text(&report, path));
    writeln!(
        out,
        "usage of {} ({} days), partner {}",
        text("month"),
        text("days_in_month"),
        text("partner_id")
    )?;
    writeln!(out, "revision {}, {}, made {}\n", text("revision"), text("status"), text("generated_at"))?;
    figures::print_lines(out, &lines(&report))?;
    writeln!(out)?;
    figures::print_coverage(out, &coverage(&report))?;
    if report["signatures"].is_object() {
        let [verified, unsigned] = ["signatures.verified", "signatures.unsigned"].map(text);
        writeln!(out, "\nuploads in force: {verified} with a verified signature, {unsigned} without")?;
    }
    Ok(())
}

fn lines(report: &Value) -> Vec<Line> {
    let with_parts = |line: &Value| {
        let parts =
            field::items(line, "breakdown").iter().map(|part| self::line(part, true)).collect::<Vec<_>>();
        std::iter::once(self::line(line, false)).chain(parts)
    };
    field::items(report, "lines").iter().flat_map(with_parts).collect()
}

fn line(line: &Value, is_part: bool) -> Line {
    let text = |path| if line[path].is_null() { String::new() } else { field::text(line, path) };
    Line {
        code: text("code"),
        is_part,
        product: text("product"),
        unit: text("unit"),
        quantity: text("quantity"),
        exact: text("exact"),
        // Without a figure of the operator's a line has no points, and says so.
        points: (!is_part).then(|| (field::text(line, "points_per_unit"), field::text(line, "points"))),
    }
}

fn coverage(report: &Value) -> Vec<Coverage> {
    let one = |vcenter: &Value| Coverage {
        vcenter: field::text(vcenter, "vcenter_id"),
        covered_hours: field::text(vcenter, "covered_hours"),
        expected_hours: Some(field::text(vcenter, "expected_hours")),
        horizon: field::text(vcenter, "horizon"),
        gaps: field::items(vcenter, "gaps").len(),
    };
    field::items(report, "coverage").iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_report_is_lines_with_their_parts_and_coverage() {
        let report = json!({
            "lines": [{"code": "flex-core", "product": "Bundle", "unit": "GB vRAM", "quantity": 70,
                "exact": "70.732343", "points_per_unit": "7", "points": "490",
                "breakdown": [{"code": "vcd", "quantity": 24, "exact": "24.100000"}]},
                {"code": "srm", "product": "SRM", "unit": "VM", "quantity": 0, "exact": "0.300000",
                "points_per_unit": null, "points": null, "breakdown": []}],
            "coverage": [{"vcenter_id": "v", "covered_hours": "254.5", "expected_hours": "720", "horizon": "h",
                "gaps": [{"from": "a", "to": "b"}]}],
        });
        let lines = lines(&report);
        let seen: Vec<_> =
            lines.iter().map(|line| (line.code.as_str(), line.is_part, line.quantity.as_str())).collect();
        assert_eq!(seen, [("flex-core", false, "70"), ("vcd", true, "24"), ("srm", false, "0")]);
        assert_eq!(lines[0].points, Some(("7".into(), "490".into())));
        assert_eq!(lines[2].points, Some((field::NONE.into(), field::NONE.into())));
        assert_eq!(coverage(&report)[0].gaps, 1);
    }
}
