//! `not-usage-data` and `archive-invalid`: what the directory of an archive tells, and what only inflating tells.

use test_support::usage_file::{Descriptor, Entry, Method, Zip};

use super::{Bad, World, census, good};

fn directory(name: &str) -> Entry {
    let mut entry = Entry::new(name, b"").method(Method::Store);
    entry.attributes = 0o040_755 << 16 | 0x10;
    entry
}

/// As file managers zip an unpacked folder: a folder around everything.
fn folder_zipped() -> Vec<u8> {
    let wrapped = |zip: &mut Zip| {
        for entry in &mut zip.entries {
            entry.name = [b"export/", &entry.name[..]].concat();
        }
        zip.entries.insert(0, directory("export/"));
    };
    good().zip().edit(wrapped).build()
}

/// As `zip -r` in the folder does it: folders first, the manifest somewhere.
fn zipped_within() -> Vec<u8> {
    let shuffled = |zip: &mut Zip| {
        zip.entries.rotate_left(1);
        zip.entries.insert(0, directory("2026-09-01/"));
    };
    good().zip().edit(shuffled).build()
}

#[test]
fn what_is_no_usage_data_is_refused_at_the_door() {
    let mut world = World::start();
    let other_zip = Zip::new(vec![Entry::new("report.docx", b"x")]).build();
    let files = [
        ("nothing at all", Vec::new()),
        ("another kind of file", b"%PDF-1.7".to_vec()),
        ("another archive", other_zip),
        ("an unpacked folder, zipped", folder_zipped()),
        ("an unpacked folder, zipped from within", zipped_within()),
    ];
    for (name, file) in files {
        world.refused_at_the_door(&Bad::new(name, file, "not-usage-data"));
    }
    let tar = good().zip_with_manifest(b"{\"format\":\"tar\"}").build();
    world.refused_at_the_door(&Bad::new("another format", tar, "not-usage-data").path("manifest.json"));
}

/// The sound file with another entry.
fn with(entry: Entry) -> Vec<u8> {
    good().zip().edit(|zip| zip.entries.push(entry)).build()
}

/// The sound file with a changed census.
fn changed(change: impl FnOnce(&mut Entry)) -> Vec<u8> {
    good().zip().edit(|zip| change(zip.entry(1))).build()
}

#[test]
fn archives_that_reach_out_or_hide_something_are_refused_at_the_door() {
    let mut world = World::start();
    let twice = good().zip().edit(|zip| zip.entries.push(zip.entries[1].clone())).build();
    let missing = good().zip().edit(|zip| drop(zip.entries.remove(1))).build();
    let shared = good().zip().edit(|zip| zip.entry(2).shares_with = Some(1)).build();
    let invalid = |name, file, path: &str| Bad::new(name, file, "archive-invalid").path(path);
    let traversal = "../../etc/cron.d/x";
    let stored_twice = |entry: &mut Entry| entry.stored_bytes = Some(entry.stored.len() as u64 + 60);
    for bad in [
        invalid("a path that climbs", with(Entry::new(traversal, b"x")), traversal),
        invalid("an absolute path", with(Entry::new("/etc/passwd", b"x")), "/etc/passwd"),
        invalid("a path of Windows", with(Entry::new("..\\x", b"x")), "..\\x"),
        invalid("a link", changed(|entry| entry.attributes = 0o120_777 << 16), &census()),
        invalid("a directory", with(directory("2026-09-01/")), "2026-09-01/"),
        invalid("a name twice", twice, &census()),
        invalid("an encrypted entry", changed(|entry| entry.flags = 1), &census()),
        invalid("an unknown method", changed(|entry| entry.method = 12), &census()),
        invalid("an entry that nobody lists", with(Entry::new("README.txt", b"x")), "README.txt"),
        invalid("a collection that is missing", missing, &census()),
        invalid("two entries of the same bytes", shared, &census()),
        invalid("an entry that reaches into the next", changed(stored_twice), &census()),
        invalid("another local header", changed(|entry| entry.local_method = Some(0)), &census()),
        invalid(
            "a descriptor that lies",
            changed(|entry| entry.descriptor = Some(Descriptor::Lying)),
            &census(),
        ),
        invalid("a manifest with a wrong CRC", manifest_crc(), "manifest.json"),
    ] {
        world.refused_at_the_door(&bad);
    }
    let bytes = good().build();
    for (name, file) in [
        ("cut in the middle", bytes[..bytes.len() / 2].to_vec()),
        ("without its last byte", bytes[..bytes.len() - 1].to_vec()),
        ("something in front", good().zip().edit(|zip| zip.prefix = b"#!/bin/sh\n".to_vec()).build()),
        ("something behind", good().zip().edit(|zip| zip.suffix = vec![0; 100]).build()),
    ] {
        world.refused_at_the_door(&Bad::new(name, file, "archive-invalid"));
    }
}

fn manifest_crc() -> Vec<u8> {
    good().zip().edit(|zip| zip.entry(0).crc32 ^= 1).build()
}

#[test]
fn damage_within_a_collection_is_found_by_the_aggregator() {
    let mut world = World::start();
    let zstandard = |entry: &mut Entry| {
        *entry = entry.clone().method(Method::Zstd);
        entry.stored[0] ^= 1;
    };
    for (name, file) in [
        ("a wrong CRC", changed(|entry| entry.crc32 ^= 1)),
        ("broken deflate", changed(|entry| entry.stored[0] = 0xff)),
        ("deflate cut short", changed(|entry| entry.stored.truncate(entry.stored.len() / 2))),
        ("deflate with more behind", changed(|entry| entry.stored.push(0))),
        ("broken Zstandard", changed(zstandard)),
        // The bomb that no directory admits to.
        ("more than was declared", changed(|entry| entry.inflated_bytes = 7)),
        ("less than was declared", changed(|entry| entry.inflated_bytes += 1)),
    ] {
        world.refused_by_the_aggregator(&Bad::new(name, file, "archive-invalid").path(census()));
    }
}
