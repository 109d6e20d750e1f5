//! A store that is away is nobody's failure, and a file that cannot be read holds up nobody.

use crate::bench::Bench;
use platform::broker::{Disposition, Message, Work};
use schema::dead_letters::{self, LetterFilter};
use schema::types::{BillingMode, UploadStatus};
use schema::{attempts, uploads};
use std::fs;
use std::path::{Path, PathBuf};
use test_support::tenants::ACME;
use test_support::usage_file::DataFile;
use test_support::usage_file::records::{host, vm};
use uuid::Uuid;

const METER: Uuid = Uuid::from_u128(0x91);
const OTHER_METER: Uuid = Uuid::from_u128(0x92);

/// An hour of one VM.
fn file(meter: Uuid) -> Vec<u8> {
    let at = "2026-09-01T01:00:00Z";
    let vcenter = Uuid::from_u128(meter.as_u128() + 0x1000);
    let none: [String; 0] = [];
    let lines = [host(at, "host-1"), vm(at, Uuid::from_u128(meter.as_u128() + 0x10_0000))];
    DataFile::new(meter)
        .vcenter(vcenter)
        .inventory(at, &lines)
        .events(at, "2026-09-01T02:00:00Z", &none)
        .build()
}

fn register(upload_id: Uuid) -> Work {
    Work::Register { organization_id: ACME, upload_id }
}

/// The store's folder under another name, as when a disk is not mounted.
struct Away<'p> {
    folder: &'p Path,
    kept: PathBuf,
}

impl<'p> Away<'p> {
    fn take(folder: &'p Path) -> Self {
        let kept = folder.with_extension("away");
        fs::rename(folder, &kept).unwrap();
        Self { folder, kept }
    }

    fn bring_back(self) {
        fs::remove_dir_all(self.folder).ok();
        fs::rename(self.kept, self.folder).unwrap();
    }
}

impl Bench {
    async fn one_upload(&self, meter: Uuid) -> Uuid {
        self.register_meter(meter, BillingMode::Production).await;
        self.upload(meter, &file(meter), "2026-09-01T06:00:00Z").await
    }

    async fn letter_count(&self) -> usize {
        self.run(|tx| dead_letters::list(tx, &LetterFilter::default(), 100)).await.len()
    }

    async fn begun_and_failed(&self, upload: Uuid) -> Option<(i32, i32, i32)> {
        let known = self.run(move |tx| attempts::find(tx, "register", &upload.to_string())).await;
        known.map(|known| (known.begun, known.attempts, known.hindered))
    }

    async fn is_processed(&self, upload: Uuid) -> bool {
        self.drain().await;
        let upload = self.run(move |tx| uploads::find(tx, upload)).await.unwrap();
        upload.status == UploadStatus::Processed
    }
}

#[tokio::test]
async fn messages_wait_for_a_store_that_is_away_and_none_is_a_letter() {
    let bench = Bench::new();
    let upload = bench.one_upload(METER).await;
    let folder = bench.folder.path().to_owned();
    let away = Away::take(&folder);
    for _ in 0..6 {
        assert_eq!(bench.handle(&register(upload)).await, Disposition::Pause);
    }
    // Neither is the place where it would be mounted the store, nor what a role makes there that takes uploads.
    fs::create_dir_all(folder.join("staging")).unwrap();
    assert_eq!(bench.handle(&register(upload)).await, Disposition::Pause);
    assert_eq!((bench.letter_count().await, bench.begun_and_failed(upload).await), (0, None));
    away.bring_back();
    assert_eq!(bench.handle(&register(upload)).await, Disposition::Ack);
    assert!(bench.is_processed(upload).await);
}

#[tokio::test]
async fn a_file_that_the_disk_does_not_read_waits_in_the_outbox() {
    let bench = Bench::new();
    let (bad, good) = (bench.one_upload(METER).await, bench.one_upload(OTHER_METER).await);
    // A folder in its place: whoever reads it gets an error that is not about a missing file.
    let stored = bench.stored(&file(METER));
    fs::remove_file(&stored).unwrap();
    fs::create_dir(&stored).unwrap();
    bench.messages().await;
    assert_eq!(bench.handle(&register(bad)).await, Disposition::Postponed);
    assert_eq!(bench.begun_and_failed(bad).await, Some((0, 0, 1)));
    assert_eq!(bench.handle(&register(good)).await, Disposition::Ack);
    fs::remove_dir(&stored).unwrap();
    fs::write(&stored, file(METER)).unwrap();
    assert_eq!(bench.handle(&register(bad)).await, Disposition::Ack);
    assert!(bench.is_processed(bad).await && bench.is_processed(good).await);
}

#[tokio::test]
async fn a_pause_is_no_death_however_often_its_session_ends() {
    let bench = Bench::new();
    let upload = bench.one_upload(METER).await;
    let folder = bench.folder.path().to_owned();
    let away = Away::take(&folder);
    for _ in 0..12 {
        let again = Message { work: register(upload), redelivered: true };
        assert_eq!(aggregator::handle(&bench.context, again).await, Disposition::Pause);
        assert_eq!(bench.begun_and_failed(upload).await, Some((0, 0, 0)));
    }
    assert_eq!(bench.letter_count().await, 0);
    away.bring_back();
    assert_eq!(bench.handle(&register(upload)).await, Disposition::Ack);
    assert_eq!(bench.begun_and_failed(upload).await, None);
}
