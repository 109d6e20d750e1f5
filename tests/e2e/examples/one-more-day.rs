//! What one more day costs: the metering of a day's file on a month that is there, beside the metering of that month at
//! once. As the last day, and put into the middle. Prints a table; asserts nothing.
#![allow(clippy::unwrap_used, reason = "a measurement that cannot go on has failed")]

use e2e::{Service, large_files};
use large_files::DAYS;
use serde_json::Value;
use uuid::Uuid;

/// A file's way from receipt to the report, and of it the metering of its unit.
#[expect(clippy::struct_field_names, reason = "units end names")]
struct Cost {
    processed_ms: u64,
    folded_ms: u64,
    metered_ms: u64,
}

fn main() {
    let limits = ["ORGANIZATION", "USER", "ADDRESS"].map(|of| format!("USAGE_LIMIT_{of}"));
    let off = limits.each_ref().map(|name| (name.as_str(), "0"));
    let service = Service::start_with("2026-10-01T06:00:00Z", &off);
    println!("{:44} {:>12} {:>12} {:>12}", "20,000 virtual machines", "processed", "read", "and stored");
    let month = cost_of_last(&service, ("acme", "ACME-0001"), [DAYS.collect()]);
    print_row("a month at once", &month, &month);
    let last = DAYS.end - 1;
    let appended = cost_of_last(&service, ("globex", "GLOBEX-0001"), [(0..last).collect(), vec![last]]);
    print_row("its last day, behind all others", &appended, &month);
    let middle = DAYS.end / 2;
    let others = DAYS.filter(|day| *day != middle).collect();
    let inserted = cost_of_last(&service, ("initech", "INITECH-0001"), [others, vec![middle]]);
    print_row("its middle day, between all others", &inserted, &month);
}

/// Sends files of these days, one after another, and says what the last one cost.
fn cost_of_last<const FILES: usize>(
    service: &Service,
    (partner, contract): (&str, &str),
    files: [Vec<u32>; FILES],
) -> Cost {
    let meter = Uuid::new_v4();
    let client = service.log_in(&format!("admin@{partner}.test"));
    client.register_meter(meter, contract, "production");
    let mut processed_ms = 0;
    for days in files {
        let file = large_files::days(meter, days);
        processed_ms = large_files::processing_ms(&client, &client.accept(&file.bytes));
    }
    let log = service.log();
    let metered = |line: &&Value| line["message"] == "unit metered" && line["month"] == "2026-09-01";
    let metered = log.iter().rfind(metered).unwrap();
    let of = |field: &str| metered[field].as_str().unwrap().parse().unwrap();
    Cost { processed_ms, folded_ms: of("folded_ms"), metered_ms: of("total_ms") }
}

fn print_row(what: &str, cost: &Cost, month: &Cost) {
    let cell = |ms: u64, of: u64| format!("{ms} ms {:>3} %", (ms * 100).div_ceil(of.max(1)));
    println!(
        "{what:34} {:>16} {:>16} {:>16}",
        cell(cost.processed_ms, month.processed_ms),
        cell(cost.folded_ms, month.folded_ms),
        cell(cost.metered_ms, month.metered_ms),
    );
}
