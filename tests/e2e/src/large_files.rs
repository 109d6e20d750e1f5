//! Files of three sizes, for measurements.

use std::ops::Range;
use std::time::Duration;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde_json::Value;
use test_support::usage_file::DataFile;
use test_support::usage_file::records::vm;
use uuid::Uuid;

use crate::{Client, text, until_within};

/// A backlog of such files, on a machine that does other things.
const PROCESSING: Duration = Duration::from_mins(20);
const VMS: u128 = 20_000;
/// The days of a month.
pub const DAYS: Range<u32> = 0..30;
/// Virtual machines that change in an hour.
const CHANGES: u128 = 2_700;

/// A large file.
pub struct Large {
    /// As it is uploaded.
    pub bytes: Vec<u8>,
    /// Of all its collections.
    pub records: usize,
}

fn at(hour: u32) -> String {
    let month: DateTime<Utc> = "2026-09-01T00:00:00Z".parse().unwrap();
    (month + TimeDelta::hours(hour.into())).to_rfc3339_opts(SecondsFormat::Secs, true)
}

fn line(at: &str, number: u128, memory_mb: u128) -> String {
    let id = Uuid::from_u128(0x1_0000 + number);
    let host = number % 500;
    format!(
        r#"{{"type":"vm","at":"{at}","id":"{id}","moid":"vm-{number}","name":"vm:{id}","host":"host-{host}","power":"on","vcpus":4,"memory_mb":{memory_mb},"reserved_mb":0,"guest_os":"ubuntu64Guest"}}"#
    )
}

/// Days of 20,000 virtual machines: a census every 8 hours, and what changes by the hour.
pub fn days(meter: Uuid, days: impl IntoIterator<Item = u32>) -> Large {
    let mut file = DataFile::new(meter).vcenter(Uuid::from_u128(0x2000));
    let mut records = 0;
    let memory_mb = |number: u128, hour: u32| 2048 + 1024 * ((number + u128::from(hour) / 240) % 3);
    for hour in days.into_iter().flat_map(|day| day * 24..(day + 1) * 24) {
        let (from, to) = (at(hour), at(hour + 1));
        if hour % 8 == 0 {
            let census: Vec<_> =
                (0..VMS).map(|number| line(&from, number, memory_mb(number, hour))).collect();
            records += census.len();
            file = file.inventory(&from, &census);
        }
        let first = u128::from(hour) * CHANGES;
        let changes: Vec<_> = (first..first + CHANGES)
            .map(|number| line(&from, number % VMS, memory_mb(number % VMS, hour)))
            .collect();
        records += changes.len();
        file = file.events(&from, &to, &changes);
    }
    Large { bytes: file.build(), records }
}

/// Two censuses of 2,000 virtual machines on a vCenter of its own.
pub fn middle(meter: Uuid, number: u128) -> Vec<u8> {
    let mut file = DataFile::new(meter).vcenter(Uuid::from_u128(0x5000 + number));
    for hour in [8, 16] {
        let census: Vec<_> = (0..2_000).map(|vm| line(&at(hour), number * 2_000 + vm, 2048)).collect();
        file = file.inventory(&at(hour), &census);
    }
    file.build()
}

/// One virtual machine at an hour of the month.
pub fn small(meter: Uuid, hour: u32) -> Vec<u8> {
    let at = at(hour);
    let census = [vm(&at, Uuid::from_u128(0x3000))];
    DataFile::new(meter).partial().vcenter(Uuid::from_u128(0x4000)).inventory(&at, &census).build()
}

/// Waits for an upload to be processed, and says how long that took from receipt to the report by the service's own clock.
pub fn processing_ms(client: &Client, id: &str) -> u64 {
    let upload: Value = until_within(PROCESSING, "an upload to be processed", || {
        let upload = client.get_upload(id);
        (upload["status"] == "processed").then_some(upload)
    });
    let at = |key: &str| text(&upload[key]).parse::<DateTime<Utc>>().unwrap();
    (at("processed_at") - at("received_at")).num_milliseconds().try_into().unwrap_or_default()
}
