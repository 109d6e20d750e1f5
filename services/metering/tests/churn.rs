//! A month of 70,000 virtual machines that live half an hour each: many objects, few alive at a time.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail by panicking")]

use metering::{HOUR_MS, Instant, Limits, Month, compute};
use serde_json::json;
use test_support::usage_file::DataFile;
use uuid::Uuid;

const VMS: u64 = 70_000;
const HOURS: u64 = 30 * 24;

#[test]
fn seventy_thousand_short_lives_are_seventy_thousand_rows() {
    let month: Month = "2026-09".parse().unwrap();
    let at = |hour: u64, ms: i64| {
        Instant(month.begin().0 + i64::try_from(hour).unwrap() * HOUR_MS + ms).to_string()
    };
    let vcenter = Uuid::from_u128(1);
    let mut file = DataFile::new(Uuid::from_u128(2)).vcenter(vcenter);
    for hour in 0..HOURS {
        let born = VMS * hour / HOURS..VMS * (hour + 1) / HOURS;
        let lines: Vec<String> = born
            .flat_map(|number| {
                let id = Uuid::from_u128(0x1000 + u128::from(number));
                let vm = json!({
                    "type": "vm", "at": at(hour, 0), "id": id, "moid": "vm", "name": format!("job-{number}"),
                    "host": "host-1", "power": "on", "vcpus": 1, "memory_mb": 2048, "reserved_mb": 0,
                    "guest_os": "linux",
                });
                let gone = json!({"type": "removed", "at": at(hour, HOUR_MS / 2), "object": "vm", "id": id});
                [vm.to_string(), gone.to_string()]
            })
            .collect();
        file = file.events(&at(hour, 0), &at(hour + 1, 0), &lines);
    }
    let computed = compute(month, &[file.build()], &Limits::default(), |_| {}).unwrap();
    let vcenter = computed.timeline.vcenters().next().unwrap();
    assert_eq!(vcenter.rows().len(), 70_000);
    assert!(vcenter.rows().all(|row| row.mb_hours().to_string() == "512.000000" && !row.open));
    assert_eq!(vcenter.coverage().covered_ms(), HOURS * HOUR_MS.unsigned_abs());
}
