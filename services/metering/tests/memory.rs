//! What opening costs in memory for the manifests that are hardest to read, measured on a process of its own:
//! one that has built such a file has room to reuse, and shows nothing.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "helpers of tests fail by panicking")]

use std::env;
use std::fs::{self, File};
use std::process::Command;

use metering::{Limits, UsageFile};
use test_support::usage_file::{DataFile, Entry, Method, Zip};
use uuid::Uuid;

/// Names the file that the child process opens.
const FILE: &str = "METERING_TEST_FILE";

/// A line of `/proc/self/status` in KiB.
fn status(name: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with(name)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// The child process: opens a file and prints by how many KiB its memory rose at its highest.
#[test]
fn child() {
    let Ok(path) = env::var(FILE) else { return };
    let source = File::open(path).unwrap();
    let before = status("VmRSS");
    let opened = UsageFile::open(&source, &Limits::default());
    println!("peak={}", status("VmHWM") - before);
    println!("opened={}", opened.map_or(0, |file| file.locations.len()));
}

/// Opens a file in a child process; the peak in KiB and the number of collections found.
fn open(bytes: &[u8]) -> (u64, u64) {
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), bytes).unwrap();
    let mut child = Command::new(env::current_exe().unwrap());
    let output = child.args(["--exact", "child", "--nocapture"]).env(FILE, file.path()).output().unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    let number = |name: &str| {
        let start = printed.find(name).unwrap() + name.len();
        let digits: String = printed[start..].chars().take_while(char::is_ascii_digit).collect();
        digits.parse().unwrap()
    };
    (number("peak="), number("opened="))
}

/// A file whose manifest has `fill` spliced into its object, in `method`.
fn with_manifest(fill: &str, method: Method) -> Zip {
    let json = String::from_utf8(DataFile::new(Uuid::nil()).vcenter(Uuid::nil()).manifest_json()).unwrap();
    let json = format!("{},{fill}}}", &json[..json.len() - 1]);
    Zip::new(vec![Entry::of("manifest.json", json.as_bytes(), method)])
}

/// Letters in no order, so that they compress little.
fn noise(length: u32) -> String {
    let letter = |index: u32| (index.wrapping_mul(2_654_435_761) >> 13).wrapping_mul(40_503) >> 5 & 15;
    (0..length).filter_map(|index| char::from_digit(letter(index), 16)).collect()
}

#[test]
fn opening_stays_below_40_mib_above_idle() {
    let noise = noise(15 << 20);
    let hostile = [
        ("a long unknown text", format!("\"x\":\"{noise}\"")),
        ("a long text with escapes", format!("\"x\":0,\"meter_version\":\"\\n{noise}\"")),
        ("a long text of the wrong kind", format!("\"month\":\"\\n{noise}\"")),
        ("deep nesting", format!("\"x\":{}", "[".repeat(15 << 20))),
        ("many numbers", format!("\"x\":[{}0]", "0,".repeat(7 << 20))),
        ("many objects", format!("\"products\":[{}0]", "{},".repeat(5 << 20))),
        ("many keys", (0..1_000_000).map(|key| format!("\"{key}\":0")).collect::<Vec<_>>().join(",")),
    ];
    for (name, fill) in hostile {
        for method in [Method::Store, Method::Zstd] {
            let (peak, _) = open(&with_manifest(&fill, method).build());
            assert!(peak < 40 << 10, "{name}, {method:?}: {peak} KiB");
        }
    }
}

#[test]
fn twenty_thousand_collections_are_cheap() {
    let empty = DataFile::new(Uuid::nil()).method(Method::Store).vcenter(Uuid::nil());
    let file = (0..19_999).fold(empty, |file, index: u32| {
        let at = format!("2026-09-{:02}T{:02}:{:02}:00Z", 1 + index / 1440, index / 60 % 24, index % 60);
        file.raw_collection("inventory", &at, &at, b"")
    });
    let (peak, opened) = open(&file.build());
    assert_eq!(opened, 19_999);
    assert!(peak < 32 << 10, "{peak} KiB");
}
