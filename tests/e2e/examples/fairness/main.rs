//! How long the small uploads of Globex wait until they are in its report, from receipt to `processed`: on a service
//! that has nothing else to do, beside a month of 20,000 virtual machines of Acme's, and beside 200 files of 2,000.
//! Prints a table; asserts nothing.
#![allow(clippy::unwrap_used, reason = "a measurement that cannot go on has failed")]

mod files;

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use e2e::{Client, Service, text};
use uuid::Uuid;

/// Between two small uploads.
const EVERY: Duration = Duration::from_millis(250);
/// Of an idle service.
const IDLE_COUNT: u32 = 80;
/// Beside a backlog: no more than a month has hours.
const COUNT_MAX: u32 = 700;

const ACME: Uuid = Uuid::from_u128(0x1001);
const GLOBEX: Uuid = Uuid::from_u128(0x1002);

fn main() {
    let large = files::month(ACME);
    println!("a month of 20,000 virtual machines: {} records, {} MB", large.records, large.bytes.len() >> 20);
    println!(
        "{:34} {:>6} {:>9} {:>9} {:>9} {:>11}",
        "small uploads", "count", "p50", "p95", "longest", "the other's"
    );
    measure("of an idle service", &[]);
    measure("beside a month of 20,000 VMs", &[large.bytes]);
    let many: Vec<_> = (0..200).map(|number| files::middle(ACME, number)).collect();
    measure("beside 200 files of 2,000 VMs", &many);
}

/// A service of its own, Acme's files at once, and Globex's small ones until Acme's are processed.
fn measure(what: &str, files: &[Vec<u8>]) {
    let limits = ["ORGANIZATION", "USER", "ADDRESS"].map(|of| format!("USAGE_LIMIT_{of}"));
    let off = limits.each_ref().map(|name| (name.as_str(), "0"));
    let service = Service::start_with("2026-10-01T06:00:00Z", &off);
    let (acme, globex) = (service.log_in("admin@acme.test"), service.log_in("admin@globex.test"));
    acme.register_meter(ACME, "ACME-0001", "production");
    globex.register_meter(GLOBEX, "GLOBEX-0001", "production");
    // What a service does once.
    globex.process(&files::small(GLOBEX, COUNT_MAX));

    let done = AtomicBool::new(false);
    let (count, taken) = thread::scope(|scope| {
        let others = scope.spawn(|| {
            let begun = Instant::now();
            let ids: Vec<_> = files.iter().map(|file| acme.accept(file)).collect();
            for id in &ids {
                wait_processed(&acme, id);
            }
            done.store(true, Ordering::SeqCst);
            begun.elapsed()
        });
        let mut ids = Vec::new();
        for number in 0..COUNT_MAX {
            let enough = if files.is_empty() { number >= IDLE_COUNT } else { done.load(Ordering::SeqCst) };
            if enough {
                break;
            }
            let begun = Instant::now();
            ids.push(globex.accept(&files::small(GLOBEX, number)));
            thread::sleep(EVERY.saturating_sub(begun.elapsed()));
        }
        let mut waits: Vec<_> = ids.iter().map(|id| wait(&wait_processed(&globex, id))).collect();
        waits.sort_unstable();
        (waits, others.join().unwrap())
    });
    print_row(what, &count, (!files.is_empty()).then_some(taken));
}

fn wait_processed(client: &Client, id: &str) -> serde_json::Value {
    e2e::until_within(Duration::from_mins(20), "an upload to be processed", || {
        let upload = client.get_upload(id);
        (upload["status"] == "processed").then_some(upload)
    })
}

/// From receipt to the report, by the service's own clock.
fn wait(upload: &serde_json::Value) -> u64 {
    let at = |key: &str| text(&upload[key]).parse::<DateTime<Utc>>().unwrap();
    (at("processed_at") - at("received_at")).num_milliseconds().try_into().unwrap_or_default()
}

fn print_row(what: &str, waits_ms: &[u64], others: Option<Duration>) {
    let percentile = |percent: usize| waits_ms[(waits_ms.len() * percent).div_ceil(100).max(1) - 1];
    let others = others.map_or("–".to_owned(), |took| format!("{} s", took.as_secs()));
    println!(
        "{what:34} {:>6} {:>6} ms {:>6} ms {:>6} ms {others:>11}",
        waits_ms.len(),
        percentile(50),
        percentile(95),
        percentile(100),
    );
}
