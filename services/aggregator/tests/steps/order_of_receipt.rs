//! Which of two collections holds is decided by receipt, never by the order of processing.

use crate::bench::Bench;
use chrono::TimeDelta;
use schema::types::{BillingMode, UploadStatus};
use test_support::usage_file::DataFile;
use test_support::usage_file::records::{host, vm};
use uuid::Uuid;

const METER: Uuid = Uuid::from_u128(0x11);
const VCENTER: Uuid = Uuid::from_u128(0x12);
const VM: Uuid = Uuid::from_u128(0x13);
const AT: &str = "2026-09-01T00:00:00Z";

/// One VM of this memory from the month's begin, seen for an hour.
fn file(memory_mb: u32) -> Vec<u8> {
    let lines = [host(AT, "host-1"), vm(AT, VM).with("memory_mb", memory_mb)];
    let none: [String; 0] = [];
    let file = DataFile::new(METER).vcenter(VCENTER).inventory(AT, &lines);
    file.events(AT, "2026-09-01T01:00:00Z", &none).build()
}

/// MB-hours of that hour in millionths.
fn amount(memory_mb: u64) -> String {
    (memory_mb / 2 * 1_000_000).to_string()
}

#[tokio::test]
async fn the_first_received_holds_although_it_is_registered_last() {
    let bench = Bench::new();
    bench.register_meter(METER, BillingMode::Production).await;
    let second = bench.upload(METER, &file(8192), "2026-09-20T00:00:01Z").await;
    bench.drain().await;
    assert_eq!(bench.flex_core_amount().await, amount(8192));
    let first = bench.upload(METER, &file(2048), "2026-09-20T00:00:00Z").await;
    bench.drain().await;
    assert_eq!(bench.flex_core_amount().await, amount(2048));
    let deadline = TimeDelta::hours(48);
    let counts =
        bench.run(move |tx| schema::uploads::collection_counts(tx, &[first, second], deadline)).await;
    let of = |id| counts.iter().find(|counts| counts.upload_id == id).unwrap();
    assert_eq!((of(first).accepted, of(first).conflicting), (2, 0));
    // The hour without events is the same in both.
    assert_eq!((of(second).conflicting, of(second).duplicate), (1, 1));
}

#[tokio::test]
async fn a_message_for_a_later_upload_registers_the_earlier_one_first() {
    let bench = Bench::new();
    bench.register_meter(METER, BillingMode::Production).await;
    let first = bench.upload(METER, &file(2048), "2026-09-20T00:00:00Z").await;
    let second = bench.upload(METER, &file(8192), "2026-09-20T00:00:01Z").await;
    let messages = bench.messages().await;
    bench.handle(&messages[1]).await;
    for id in [first, second] {
        let status = bench.run(move |tx| schema::uploads::find(tx, id)).await.unwrap().status;
        assert_eq!(status, UploadStatus::Processing);
    }
    bench.handle(&messages[0]).await;
    bench.drain().await;
    assert_eq!(bench.flex_core_amount().await, amount(2048));
}

#[tokio::test]
async fn a_copy_received_in_time_makes_a_late_collection_count() {
    let bench = Bench::new();
    bench.register_meter(METER, BillingMode::Production).await;
    bench.upload(METER, &file(2048), "2026-10-03T00:00:00.001Z").await;
    bench.drain().await;
    assert!(bench.report(BillingMode::Production).await.is_none(), "late evidence is not used");
    bench.upload(METER, &file(2048), "2026-10-03T00:00:00Z").await;
    bench.drain().await;
    assert_eq!(bench.flex_core_amount().await, amount(2048));
}
