//! How long the small uploads of Globex wait until they are in its report, from receipt to `processed`: on a service
//! that has nothing else to do, beside a month of 20,000 virtual machines of Acme's, and beside 200 files of 2,000.
//! Prints a table; asserts nothing.
#![allow(clippy::unwrap_used, reason = "a measurement that cannot go on has failed")]

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use e2e::{Service, large_files};
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
    let large = large_files::days(ACME, large_files::DAYS);
    println!("a month of 20,000 virtual machines: {} records, {} MB", large.records, large.bytes.len() >> 20);
    println!(
        "{:34} {:>6} {:>9} {:>9} {:>9} {:>11}",
        "small uploads", "count", "p50", "p95", "longest", "the other's"
    );
    measure("of an idle service", &[]);
    measure("beside a month of 20,000 VMs", &[large.bytes]);
    let many: Vec<_> = (0..200).map(|number| large_files::middle(ACME, number)).collect();
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
    globex.process(&large_files::small(GLOBEX, COUNT_MAX));

    let done = AtomicBool::new(false);
    let (count, taken) = thread::scope(|scope| {
        let others = scope.spawn(|| {
            let begun = Instant::now();
            let ids: Vec<_> = files.iter().map(|file| acme.accept(file)).collect();
            for id in &ids {
                large_files::processing_ms(&acme, id);
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
            ids.push(globex.accept(&large_files::small(GLOBEX, number)));
            thread::sleep(EVERY.saturating_sub(begun.elapsed()));
        }
        let mut waits: Vec<_> = ids.iter().map(|id| large_files::processing_ms(&globex, id)).collect();
        waits.sort_unstable();
        (waits, others.join().unwrap())
    });
    print_row(what, &count, (!files.is_empty()).then_some(taken));
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
