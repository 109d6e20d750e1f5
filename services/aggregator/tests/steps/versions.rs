//! Versions and revisions: only what changed, and nothing when nothing did.

use crate::bench::{Bench, month};
use platform::broker::Work;
use schema::types::{BillingMode, UploadStatus};
use test_support::tenants::ACME;
use test_support::usage_file::DataFile;
use test_support::usage_file::records::{host, vm};
use uuid::Uuid;

const METER: Uuid = Uuid::from_u128(0x21);
const VCENTER: Uuid = Uuid::from_u128(0x22);

/// A census of two VMs at midnight, one of them gone after `hours`, and that many hours of events.
fn file(hours: u32) -> Vec<u8> {
    let at = "2026-09-01T00:00:00Z";
    let lines = [host(at, "host-1"), vm(at, Uuid::from_u128(0x23)), vm(at, Uuid::from_u128(0x24))];
    let mut file = DataFile::new(METER).vcenter(VCENTER).inventory(at, &lines);
    for hour in 0..hours {
        let from = format!("2026-09-01T{hour:02}:00:00Z");
        let gone = test_support::usage_file::records::removed(&from, "vm", Uuid::from_u128(0x24));
        let lines: Vec<_> = (hour == 3).then_some(gone).into_iter().collect();
        file = file.events(&from, &format!("2026-09-01T{:02}:00:00Z", hour + 1), &lines);
    }
    file.build()
}

#[tokio::test]
async fn time_going_on_rewrites_no_row() {
    let bench = Bench::new();
    bench.register_meter(METER, BillingMode::Production).await;
    let mut stored = Vec::new();
    for (hours, received) in
        [(1, "2026-09-01T01:00:00Z"), (2, "2026-09-01T02:00:00Z"), (5, "2026-09-01T05:00:00Z")]
    {
        bench.upload(METER, &file(hours), received).await;
        bench.drain().await;
        let rows =
            bench.run(|tx| schema::history::stored_rows(tx, BillingMode::Production, VCENTER, month())).await;
        stored.push(rows);
    }
    // Two open rows, twice the same; then one of them ends and is stored anew.
    assert_eq!(stored, [2, 2, 3]);
    // 2048 MB billed for 5 hours, and for the 3 that the second VM ran.
    assert_eq!(bench.flex_core_amount().await, (2048_u64 * 8 * 1_000_000).to_string());
    let (revision, _) = bench.report(BillingMode::Production).await.unwrap();
    assert_eq!(revision.revision, 3);
}

#[tokio::test]
async fn metering_again_makes_neither_version_nor_revision() {
    let bench = Bench::new();
    bench.register_meter(METER, BillingMode::Production).await;
    bench.upload(METER, &file(4), "2026-09-01T04:00:00Z").await;
    bench.drain().await;
    let key =
        schema::units::UnitKey { billing_mode: BillingMode::Production, vcenter_id: VCENTER, month: month() };
    bench.run(move |tx| schema::units::mark(tx, &[key])).await;
    let work = Work::Meter {
        organization_id: ACME,
        billing_mode: key.billing_mode,
        vcenter_id: VCENTER,
        month: month(),
    };
    bench.handle(&work).await;
    bench.drain().await;
    let unit = bench.run(move |tx| schema::units::find(tx, &key)).await.unwrap();
    assert_eq!((unit.wanted, unit.done, unit.composed, unit.version), (2, 2, 2, 1));
    assert_eq!(bench.report(BillingMode::Production).await.unwrap().0.revision, 1);
}

#[tokio::test]
async fn test_evidence_is_reported_and_never_ordered() {
    let bench = Bench::new();
    bench.register_meter(METER, BillingMode::Test).await;
    bench.upload(METER, &file(4), "2026-09-01T04:00:00Z").await;
    bench.drain().await;
    assert!(bench.report(BillingMode::Production).await.is_none());
    assert!(bench.report(BillingMode::Test).await.is_some());
    let orders = bench.run(|tx| schema::orders::list(tx, Some(month()), None, 10)).await;
    assert_eq!(orders, []);
}

#[tokio::test]
async fn a_text_that_the_database_cannot_hold_does_not_stop_the_metering() {
    let bench = Bench::new();
    bench.register_meter(METER, BillingMode::Production).await;
    let at = "2026-09-01T00:00:00Z";
    let lines = [host(at, "host-1"), vm(at, Uuid::from_u128(0x25)).with("name", "nul \0 inside")];
    let none: [String; 0] = [];
    let file = DataFile::new(METER).vcenter(VCENTER).inventory(at, &lines);
    let file = file.events(at, "2026-09-01T01:00:00Z", &none).build();
    bench.upload(METER, &file, "2026-09-01T04:00:00Z").await;
    bench.drain().await;
    assert_eq!(bench.flex_core_amount().await, (2048_u64 * 1_000_000).to_string());
}

#[tokio::test]
async fn a_line_with_a_text_that_the_database_cannot_hold_is_refused_with_its_position() {
    let bench = Bench::new();
    bench.register_meter(METER, BillingMode::Production).await;
    let at = "2026-09-01T00:00:00Z";
    let twice = vm(at, Uuid::from_u128(0x26)).to_string().replace('}', r#","a\u0000":1,"a\u0000":2}"#);
    let file = DataFile::new(METER).vcenter(VCENTER).inventory(at, &[twice]).build();
    let id = bench.upload(METER, &file, "2026-09-01T04:00:00Z").await;
    bench.drain().await;
    let upload = bench.run(move |tx| schema::uploads::find(tx, id)).await.unwrap();
    assert_eq!(upload.status, UploadStatus::Rejected);
    let refusal = &upload.errors[0];
    assert_eq!((&refusal["code"], &refusal["line"]), (&"record-invalid".into(), &1.into()));
}
