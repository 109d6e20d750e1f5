//! `limit-exceeded`: small files that would become large ones.

use test_support::usage_file::records::vm;
use test_support::usage_file::{DataFile, Entry, Zip};
use uuid::Uuid;

use super::{Bad, METER, T0, VCENTER, VM, World, census, good};
use crate::forge;

/// A file whose census is this entry, under the name that it must have.
fn with_census(entry: impl FnOnce(&str) -> Entry) -> Vec<u8> {
    let file = DataFile::new(METER).vcenter(VCENTER).raw_collection("inventory", T0, T0, b"");
    file.zip().edit(|zip| *zip.entry(1) = entry(&census())).build()
}

fn months(count: u32) -> Vec<u8> {
    let file = DataFile::new(METER).vcenter(VCENTER);
    let file = (0..count).fold(file, |file, index| {
        file.raw_collection(
            "inventory",
            &format!("2026-{:02}-01T00:00:00Z", index + 4),
            &format!("2026-{:02}-01T00:00:00Z", index + 4),
            b"",
        )
    });
    file.build()
}

fn products(count: u128) -> Vec<u8> {
    (0..count).fold(DataFile::new(METER), |file, id| file.vcenter(Uuid::from_u128(0x9000 + id))).build()
}

/// More entries than the directory may have, none of them in the manifest.
fn entries(count: usize) -> Vec<u8> {
    let empty = (0..count).map(|index| Entry::new(&format!("{index}"), b""));
    Zip::new(good().zip().entries.into_iter().chain(empty).collect()).build()
}

#[test]
fn limits_that_the_directory_shows_hold_at_the_door() {
    let mut world = World::start();
    let exceeded = |name, file| Bad::new(name, file, "limit-exceeded");
    let bomb = with_census(|name| forge::repeated(name, b'x', 2 << 20));
    world.refused_at_the_door(&exceeded("a bomb of 1000 to 1", bomb).path(census()));
    let line = with_census(|name| forge::repeated(name, b'x', 1 << 30));
    world.refused_at_the_door(&exceeded("a line of 1 GiB", line).path(census()));
    let collections = forge::with_collections(&good(), 10_000_000);
    assert!(collections.len() < 1 << 20, "deflated it is small: {}", collections.len());
    world.refused_at_the_door(&exceeded("10 million collections", collections).path("manifest.json"));
    world.refused_at_the_door(&exceeded("20,001 entries", entries(20_001)));
    world.refused_at_the_door(&exceeded("5 months", months(5)).path("manifest.json").field("collections"));
    world.refused_at_the_door(&exceeded("65 products", products(65)).path("manifest.json").field("products"));
}

#[test]
fn a_long_line_is_found_by_the_aggregator() {
    let mut world = World::start();
    let long = vm(T0, VM).with("guest_os", "x".repeat(64 << 10));
    let short = vm(T0, Uuid::from_u128(1));
    let file = DataFile::new(METER).vcenter(VCENTER).inventory(T0, &[short, long]).build();
    let bad = Bad::new("a line of 64 KiB and more", file, "limit-exceeded").path(census());
    world.refused_by_the_aggregator(&bad.line(2));
}
