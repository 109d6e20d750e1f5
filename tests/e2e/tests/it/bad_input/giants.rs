//! What hostile files cost in memory, measured on a process that only takes uploads.

use std::thread;

use e2e::{Client, Memory};
use test_support::usage_file::{DataFile, Entry, Method};

use super::{METER, T0, VCENTER, World, census, good};
use crate::forge;

/// Above idle. What is promised is 64 MiB; a machine that does other things may let an allocator keep more.
const RISE_MIB_MAX: u64 = 128;
/// What a manifest may have at most.
const MANIFEST_BYTES: usize = 16 << 20;

/// A file with a manifest at its limit, full of collections that are none. It is stored as it is: deflated, its
/// ratio would give it away.
fn full_manifest() -> Vec<u8> {
    let file = good().method(Method::Store);
    let room = MANIFEST_BYTES - file.manifest_json().len();
    let manifest = forge::manifest_with_collections(&file, room / "{},".len());
    file.zip_with_manifest(&manifest).build()
}

/// A file with a manifest at its limit, of nothing but keys that nobody knows.
fn foreign_keys() -> Vec<u8> {
    let file = good().method(Method::Store);
    let mut manifest = file.manifest_json();
    manifest.pop();
    for key in 0.. {
        manifest.extend_from_slice(format!(",\"{key}\":0").as_bytes());
        if manifest.len() > MANIFEST_BYTES - 20 {
            break;
        }
    }
    manifest.push(b'}');
    file.zip_with_manifest(&manifest).build()
}

/// A file with a census of one line, stored as it is.
fn stored_line(bytes: usize) -> Vec<u8> {
    let mut line = vec![b'x'; bytes];
    line.push(b'\n');
    DataFile::new(METER)
        .vcenter(VCENTER)
        .method(Method::Store)
        .raw_collection("inventory", T0, T0, &line)
        .build()
}

fn bomb() -> Vec<u8> {
    let entry = |entry: &mut Entry| *entry = forge::repeated(&census(), b'x', 1 << 30);
    good().zip().edit(|zip| entry(zip.entry(1))).build()
}

/// Sends the file from so many callers at once and prints what it cost.
fn rise_mib(name: &str, ingest: &Client, memory: &Memory, file: &[u8], at_once: usize, status: u16) -> u64 {
    memory.forget_peak();
    let idle_kib = memory.resident_kib();
    thread::scope(|scope| {
        for _ in 0..at_once {
            scope.spawn(|| {
                let answer = ingest.upload(file);
                assert_eq!(answer.status, status, "{name}: {}", answer.text());
            });
        }
    });
    let rise = memory.rise_mib(idle_kib);
    println!("{name}, {} KiB, {at_once} at once: {rise} MiB above {} MiB", file.len() >> 10, idle_kib >> 10);
    rise
}

#[test]
fn hostile_uploads_do_not_fill_the_memory_of_ingest() {
    let mut world = World::start();
    let ingest = world.service.start_role("ingest");
    let (client, memory) = (world.acme.at(ingest.server()), ingest.memory());
    client.upload(&good().partial().build()).expect(202);
    let line = stored_line(128 << 20);
    for (name, file, at_once, status) in [
        ("10 million collections", forge::with_collections(&good(), 10_000_000), 4, 422),
        ("a manifest full of collections", full_manifest(), 8, 422),
        ("a manifest full of keys", foreign_keys(), 1, 202),
        ("1 GiB in 1 MiB", bomb(), 4, 422),
        ("a large file", line.clone(), 1, 202),
        ("half of a large file", line[..line.len() / 2].to_vec(), 4, 422),
    ] {
        let rise = rise_mib(name, &client, &memory, &file, at_once, status);
        assert!(rise <= RISE_MIB_MAX, "{name}: {rise} MiB above idle");
    }
    let uploads = world.acme.list("/v1/uploads?status=rejected");
    assert!(uploads.len() >= 20, "{} are kept", uploads.len());
    world.assert_takes_good_files("the giants");
}

#[test]
fn a_line_of_a_hundred_mebibytes_costs_the_aggregator_its_entry_and_no_more() {
    let mut world = World::start();
    let memory = world.service.memory();
    let idle_kib = memory.resident_kib();
    memory.forget_peak();
    let upload = world.acme.wait_ended(&world.acme.accept(&stored_line(100 << 20)));
    assert_eq!(upload["errors"][0]["code"], "limit-exceeded", "{upload:#}");
    assert_eq!((&upload["errors"][0]["path"], &upload["errors"][0]["line"]), (&census().into(), &1.into()));
    let rise = memory.rise_mib(idle_kib);
    println!("a line of 100 MiB: {rise} MiB above {} MiB", idle_kib >> 10);
    assert!(rise <= 100 + RISE_MIB_MAX, "{rise} MiB above idle");
    world.assert_takes_good_files("the line");
}
