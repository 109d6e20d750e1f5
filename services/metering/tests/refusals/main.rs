//! Every row of usage-data.md §4 that can be judged without a database, each with a file made for it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of tests fail by panicking"
)]

mod archive;
mod container;
mod limits;
mod manifest;
mod records;

use metering::{Code, Limits, ReadError, Refusal, Refusals, UsageFile, inflate, records as read_records};
use test_support::usage_file::records::vm;
use test_support::usage_file::{DataFile, path};
use uuid::Uuid;

const T0: &str = "2026-09-01T08:00:00Z";
const T1: &str = "2026-09-01T09:00:00Z";
const VCENTER: Uuid = Uuid::from_u128(0x1111_1111_2222_4333_8444_5555_5555_5555);
const METER: Uuid = Uuid::from_u128(0x6666_6666_7777_4888_8999_aaaa_aaaa_aaaa);
const VM: Uuid = Uuid::from_u128(0xbbbb_bbbb_cccc_4ddd_8eee_ffff_ffff_ffff);

/// A sound file: one census of one VM, and an hour of events with the same.
fn good() -> DataFile {
    DataFile::new(METER).vcenter(VCENTER).inventory(T0, &[vm(T0, VM)]).events(T0, T1, &[vm(T0, VM)])
}

/// The entry of the census of [`good`].
fn census() -> String {
    path(VCENTER, "inventory", T0, T0)
}

/// Reads a file to its last record and returns how many there were.
fn read_within(bytes: &[u8], limits: &Limits) -> Result<u64, Refusals> {
    let refused = |error| match error {
        ReadError::Refused(refusals) => refusals,
        ReadError::Io(error) => panic!("reading from memory failed: {error}"),
    };
    let file = UsageFile::open(bytes, limits).map_err(refused)?;
    let mut buffer = Vec::new();
    let mut count = 0;
    for (collection, location) in file.manifest.collections.iter().zip(&file.locations) {
        inflate(bytes, location, collection, limits, &mut buffer).map_err(refused)?;
        let product = file.manifest.product(collection.product_id).unwrap();
        count += read_records(&buffer, collection, product.kind, limits, |_| {})?;
    }
    Ok(count)
}

fn read(bytes: &[u8]) -> Result<u64, Refusals> {
    read_within(bytes, &Limits::default())
}

/// All refusals of a file that has to be refused.
fn refusals(bytes: &[u8]) -> Vec<Refusal> {
    read(bytes).expect_err("the file has to be refused").into_vec()
}

/// The one refusal of a file that has to be refused for one reason.
fn refusal(bytes: &[u8]) -> Refusal {
    let refusals = refusals(bytes);
    assert_eq!(refusals.len(), 1, "{refusals:#?}");
    refusals.into_iter().next().unwrap()
}

/// Asserts that a file is refused for one reason, with this code and position.
#[track_caller]
fn assert_refused(bytes: &[u8], code: Code, path: Option<&str>, line: Option<u64>, field: Option<&str>) {
    let refusal = refusal(bytes);
    let found = (refusal.code, refusal.path.as_deref(), refusal.line, refusal.field.as_deref());
    assert_eq!(found, (code, path, line, field), "{refusal}");
}

#[test]
fn the_sound_file_is_sound() {
    assert_eq!(read(&good().build()), Ok(2));
    assert_eq!(read(&DataFile::new(METER).build()), Ok(0));
}
