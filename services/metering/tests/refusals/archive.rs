//! `archive-invalid` and `digest-mismatch`: each thing that usage-data.md §1 forbids, once.

use metering::{Code, Limits, UsageFile, inflate};
use test_support::usage_file::{Descriptor, Entry, Method, Zip};

use crate::{assert_refused, census, good, read, refusal, refusals};

/// Asserts that changing the census of the sound file so makes the archive invalid, with the entry's path.
#[track_caller]
fn assert_entry_invalid(change: impl FnOnce(&mut Entry)) {
    let mut zip = good().zip();
    change(zip.entry(1));
    assert_refused(&zip.build(), Code::ArchiveInvalid, Some(&census()), None, None);
}

/// Asserts that changing the archive so makes it invalid as a whole.
#[track_caller]
fn assert_archive_invalid(change: impl FnOnce(&mut Zip)) {
    let refusals = refusals(&good().zip().edit(change).build());
    assert!(refusals.iter().all(|refusal| refusal.code == Code::ArchiveInvalid), "{refusals:#?}");
}

#[test]
fn paths_that_lead_elsewhere_are_refused() {
    for name in ["../../etc/passwd", "/etc/passwd", "a/../b", "..\\b", "C:/b", "a//b", "./a", "a\0b"] {
        let mut zip = good().zip();
        zip.entries.push(Entry::new(name, b"x"));
        assert_refused(&zip.build(), Code::ArchiveInvalid, Some(name), None, None);
    }
}

#[test]
fn links_directories_and_devices_are_refused() {
    for mode in [0o120_777, 0o040_755, 0o020_666, 0o010_600] {
        assert_entry_invalid(|entry| entry.attributes = mode << 16);
    }
    assert_entry_invalid(|entry| entry.attributes |= 0x10);
    let mut zip = good().zip();
    zip.entries.push(Entry::of("2026-09-01/", b"", Method::Store));
    assert_refused(&zip.build(), Code::ArchiveInvalid, Some("2026-09-01/"), None, None);
}

#[test]
fn duplicate_names_are_refused() {
    let mut zip = good().zip();
    let twin = zip.entries[1].clone();
    zip.entries.push(twin);
    assert_refused(&zip.build(), Code::ArchiveInvalid, Some(&census()), None, None);
    let mut zip = good().zip();
    let twin = zip.entries[0].clone();
    zip.entries.push(twin);
    assert_refused(&zip.build(), Code::ArchiveInvalid, Some("manifest.json"), None, None);
}

#[test]
fn encryption_and_unknown_flags_and_methods_are_refused() {
    for flags in [1 << 0, 1 << 6, 1 << 13, 1 << 4, 1 << 5, 1 << 12] {
        assert_entry_invalid(|entry| entry.flags = flags);
    }
    for method in [1, 9, 12, 14, 95, 99] {
        assert_entry_invalid(|entry| entry.method = method);
    }
    let mut zip = good().zip();
    zip.entry(0).flags = 1;
    assert_refused(&zip.build(), Code::ArchiveInvalid, Some("manifest.json"), None, None);
}

#[test]
fn entries_and_collections_must_match() {
    let mut zip = good().zip();
    zip.entries.remove(1);
    assert_refused(&zip.build(), Code::ArchiveInvalid, Some(&census()), None, None);
    let mut zip = good().zip();
    zip.entries.push(Entry::new("README.txt", b"x"));
    assert_refused(&zip.build(), Code::ArchiveInvalid, Some("README.txt"), None, None);
}

#[test]
fn entries_beyond_the_file_are_refused() {
    let mut bytes = good().zip().build();
    // Of the directory's headers the last field before the name, where the entry begins.
    let headers: Vec<_> = (0..bytes.len()).filter(|at| bytes[*at..].starts_with(b"PK\x01\x02")).collect();
    for (header, offset) in headers[1..].iter().zip([1_u32 << 20, 1 << 21]) {
        bytes[header + 42..header + 46].copy_from_slice(&offset.to_le_bytes());
    }
    let refusals = refusals(&bytes);
    assert_eq!(refusals.len(), 3, "{refusals:#?}");
    assert!(refusals.iter().all(|refusal| refusal.code == Code::ArchiveInvalid), "{refusals:#?}");
}

#[test]
fn a_file_cut_short_anywhere_is_refused() {
    let bytes = good().build();
    for end in 4..bytes.len() {
        let refusal = refusal(&bytes[..end]);
        assert_eq!(refusal.code, Code::ArchiveInvalid, "{end}: {refusal}");
    }
    for end in 0..4 {
        assert_eq!(refusal(&bytes[..end]).code, Code::NotUsageData, "{end}");
    }
}

#[test]
fn bytes_before_between_and_behind_are_refused() {
    assert_archive_invalid(|zip| zip.prefix = b"#!/bin/sh\n".to_vec());
    assert_archive_invalid(|zip| zip.entry(1).gap = vec![0; 7]);
    assert_archive_invalid(|zip| zip.gap = vec![0; 16]);
    assert_archive_invalid(|zip| zip.directory_tail = vec![0; 20]);
    assert_archive_invalid(|zip| zip.suffix = vec![0; 1]);
    assert_archive_invalid(|zip| zip.suffix = vec![0; 100_000]);
    // Bytes in front that the offsets do not count.
    let shifted = [&b"MZ"[..], &good().build()].concat();
    assert_refused(&shifted, Code::ArchiveInvalid, None, None, None);
    // Two ends: the one within the comment of the other.
    assert_archive_invalid(|zip| zip.comment = [&b"PK\x05\x06"[..], &[0; 18]].concat());
}

#[test]
fn an_end_record_that_miscounts_is_refused() {
    assert_archive_invalid(|zip| zip.count = Some(2));
    assert_archive_invalid(|zip| zip.count = Some(4));
    assert_archive_invalid(|zip| {
        zip.zip64 = true;
        zip.count = Some(2);
    });
    let mut bytes = good().build();
    let disk = bytes.len() - 18;
    bytes[disk] = 1;
    assert_refused(&bytes, Code::ArchiveInvalid, None, None, None);
}

#[test]
fn overlapping_entries_are_refused() {
    // Two directory entries of one local header.
    assert_archive_invalid(|zip| zip.entry(2).shares_with = Some(1));
    // A quine's first step: an entry that claims its neighbour's bytes.
    assert_entry_invalid(|entry| entry.stored_bytes = Some(entry.stored.len() as u64 + 60));
    assert_entry_invalid(|entry| {
        entry.zip64 = true;
        entry.stored_bytes = Some(u64::MAX - 3);
    });
    assert_entry_invalid(|entry| entry.stored_bytes = Some(entry.stored.len() as u64 - 1));
}

#[test]
fn local_headers_must_agree() {
    assert_entry_invalid(|entry| entry.local_name = Some(vec![b'x'; entry.name.len()]));
    assert_entry_invalid(|entry| entry.local_method = Some(0));
    assert_entry_invalid(|entry| entry.local_size_lie = 1);
    assert_entry_invalid(|entry| entry.descriptor = Some(Descriptor::Lying));
    assert_entry_invalid(|entry| entry.descriptor = Some(Descriptor::Missing));
    let mut bytes = good().build();
    bytes[0] = b'Q';
    assert_refused(&bytes, Code::ArchiveInvalid, Some("manifest.json"), None, None);
}

#[test]
fn damaged_data_is_refused() {
    assert_entry_invalid(|entry| entry.crc32 ^= 1);
    assert_entry_invalid(|entry| entry.stored[0] = 0xff);
    assert_entry_invalid(|entry| entry.stored.truncate(entry.stored.len() / 2));
    assert_entry_invalid(|entry| entry.stored.push(0));
    assert_entry_invalid(|entry| entry.stored.clear());
    let zstandard = |change: fn(&mut Entry)| {
        move |entry: &mut Entry| {
            *entry = entry.clone().method(Method::Zstd);
            change(entry);
        }
    };
    assert_entry_invalid(zstandard(|entry| entry.stored[0] ^= 1));
    assert_entry_invalid(zstandard(|entry| entry.stored.truncate(entry.stored.len() / 2)));
    assert_entry_invalid(zstandard(|entry| entry.stored.push(0)));
    assert_entry_invalid(zstandard(|entry| entry.stored.clear()));
    assert_entry_invalid(zstandard(|entry| entry.inflated_bytes -= 1));
    let mut zip = good().zip();
    zip.entry(0).crc32 ^= 1;
    assert_refused(&zip.build(), Code::ArchiveInvalid, Some("manifest.json"), None, None);
}

#[test]
fn a_size_that_lies_is_refused() {
    assert_entry_invalid(|entry| entry.inflated_bytes -= 1);
    assert_entry_invalid(|entry| entry.inflated_bytes += 1);
    assert_entry_invalid(|entry| entry.inflated_bytes = 0);
    assert_entry_invalid(|entry| {
        *entry = entry.clone().method(Method::Store);
        entry.inflated_bytes += 1;
    });
}

#[test]
fn damage_in_a_collection_shows_when_it_is_inflated_and_not_before() {
    let mut zip = good().zip();
    zip.entry(1).crc32 ^= 1;
    let bytes = zip.build();
    let file = UsageFile::open(&bytes, &Limits::default()).unwrap();
    let mut buffer = Vec::new();
    let second =
        inflate(&bytes, &file.locations[1], &file.manifest.collections[1], &Limits::default(), &mut buffer);
    assert!(second.is_ok());
}

#[test]
fn a_manifest_that_describes_another_content_is_refused() {
    let cases = [("records", "2"), ("bytes", "1"), ("sha256", &*format!("\"{}\"", "0".repeat(64)))];
    for (field, value) in cases {
        let file = good().edit(|manifest| manifest["collections"][0][field] = value.parse().unwrap());
        assert_refused(&file.build(), Code::DigestMismatch, Some(&census()), None, Some(field));
    }
    let upper = good().edit(|manifest| {
        let digest = &mut manifest["collections"][0]["sha256"];
        *digest = digest.as_str().unwrap().to_uppercase().into();
    });
    assert_eq!(read(&upper.build()), Ok(2));
}
