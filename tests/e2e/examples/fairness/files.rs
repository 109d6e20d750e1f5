//! Files of three sizes.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use test_support::usage_file::DataFile;
use test_support::usage_file::records::vm;
use uuid::Uuid;

const VMS: u128 = 20_000;
const HOURS: u32 = 30 * 24;
/// Virtual machines that change in an hour.
const CHANGES: u128 = 2_700;

/// A large file.
pub struct Large {
    pub bytes: Vec<u8>,
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

/// A month of 20,000 virtual machines: a census every 8 hours, and what changes by the hour.
pub fn month(meter: Uuid) -> Large {
    let mut file = DataFile::new(meter).vcenter(Uuid::from_u128(0x2000));
    let mut records = 0;
    let memory_mb = |number: u128, hour: u32| 2048 + 1024 * ((number + u128::from(hour) / 240) % 3);
    for hour in 0..HOURS {
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
