//! The life of uploads, reports and orders in the course of time.

mod deadline;
mod orders;
mod registration;
mod repeats;
mod runs;
mod test_mode;

use e2e::{Client, Service, until};
use serde_json::{Value, json};
use test_support::usage_file::DataFile;
use test_support::usage_file::records::{host, vm};
use uuid::Uuid;

const METER: Uuid = Uuid::from_u128(0x1000);
const VCENTER: Uuid = Uuid::from_u128(0x2000);
const VM: Uuid = Uuid::from_u128(0x3000);

/// A service at this instant, and Acme with a meter in production mode.
fn start(clock: &str) -> (Service, Client) {
    let service = Service::start(clock);
    let acme = service.log_in("admin@acme.test");
    acme.register_meter(METER, "ACME-0001", "production");
    (service, acme)
}

/// A file of the meter that tells of the vCenter.
fn file() -> DataFile {
    DataFile::new(METER).vcenter(VCENTER)
}

/// Adds a census: a host, and these VMs powered on.
fn census(file: DataFile, at: &str, vms: &[Uuid]) -> DataFile {
    let vms = vms.iter().map(|id| vm(at, *id));
    file.inventory(at, &[host(at, "host-1")].into_iter().chain(vms).collect::<Vec<_>>())
}

/// Adds a window in which nothing happened.
fn quiet(file: DataFile, from: &str, to: &str) -> DataFile {
    let no_lines: [&str; 0] = [];
    file.events(from, to, &no_lines)
}

fn counts(accepted: u32, duplicate: u32, conflicting: u32, late: u32) -> Value {
    json!({"accepted": accepted, "duplicate": duplicate, "conflicting": conflicting, "late": late})
}

/// Waits until the newest run that concerns the caller is this one, and finished.
fn wait_run(client: &Client, scheduled_for: &str) -> Value {
    until(&format!("the run of {scheduled_for}"), || {
        let run = client.runs().into_iter().next()?;
        (run["scheduled_for"] == scheduled_for && !run["finished_at"].is_null()).then_some(run)
    })
}

/// What a run did for a month in production mode.
fn run_month<'r>(run: &'r Value, month: &str) -> &'r Value {
    let months = run["months"].as_array().unwrap();
    months.iter().find(|found| found["month"] == month).unwrap_or_else(|| panic!("{month} in {run:#}"))
}
