//! `limit-exceeded`: each limit of usage-data.md §1, with the default where a file for it is cheap to make.

use std::io::Write;

use flate2::Compression;
use flate2::write::DeflateEncoder;
use metering::{Code, Limits, Refusal};
use test_support::usage_file::{DataFile, Entry, Method};
use uuid::Uuid;

use crate::{METER, T0, VCENTER, VM, assert_refused, census, good, read, read_within, refusal, vm};

/// The one refusal under lowered limits.
#[track_caller]
fn refusal_within(bytes: &[u8], lower: impl FnOnce(&mut Limits)) -> Refusal {
    let mut limits = Limits::default();
    lower(&mut limits);
    let refusals = read_within(bytes, &limits).expect_err("the file has to be refused").into_vec();
    assert_eq!(refusals.len(), 1, "{refusals:#?}");
    refusals.into_iter().next().unwrap()
}

/// `length` bytes of `byte` deflated without ever holding them.
fn deflated(byte: u8, length: u64) -> (Vec<u8>, u32) {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    let mut crc = crc32fast::Hasher::new();
    let chunk = vec![byte; 1 << 20];
    let mut left = length;
    while left > 0 {
        let part = &chunk[..usize::try_from(left.min(1 << 20)).unwrap()];
        encoder.write_all(part).unwrap();
        crc.update(part);
        left -= part.len() as u64;
    }
    (encoder.finish().unwrap(), crc.finalize())
}

#[test]
fn a_zip_bomb_is_refused_by_its_ratio() {
    let mut zip = good().zip();
    let entry = zip.entry(1);
    (entry.stored, entry.crc32) = deflated(b' ', 64 << 20);
    entry.inflated_bytes = 64 << 20;
    let bytes = zip.build();
    assert!(bytes.len() < 400_000);
    assert_refused(&bytes, Code::LimitExceeded, Some(&census()), None, None);
    assert!(refusal(&bytes).message.contains("200:1"));
}

#[test]
fn a_bomb_that_lies_about_its_size_is_cut_off() {
    let mut zip = good().zip();
    let entry = zip.entry(1);
    (entry.stored, entry.crc32) = deflated(b' ', 64 << 20);
    entry.inflated_bytes = 1 << 20;
    assert_refused(&zip.build(), Code::ArchiveInvalid, Some(&census()), None, None);
    // The same as manifest: nothing but the declared size is ever held.
    let mut zip = good().zip();
    let entry = zip.entry(0);
    (entry.stored, entry.crc32) = deflated(b'0', 64 << 20);
    entry.inflated_bytes = 100;
    assert_refused(&zip.build(), Code::ArchiveInvalid, Some("manifest.json"), None, None);
}

#[test]
fn one_gibibyte_in_one_line_is_refused() {
    let mut zip = good().zip();
    let entry = zip.entry(1);
    // Declared only: a reader that trusts the directory never inflates it.
    entry.inflated_bytes = 1 << 30;
    assert_refused(&zip.build(), Code::LimitExceeded, Some(&census()), None, None);
    // A line within the limit on entries, but not on lines.
    let line = format!("{{\"type\":\"vm\",\"pad\":\"{}\"", "x".repeat(1 << 20));
    let file = DataFile::new(METER).method(Method::Store).vcenter(VCENTER).inventory(T0, &[&line]);
    assert_refused(&file.build(), Code::LimitExceeded, Some(&census()), Some(1), None);
}

#[test]
fn a_line_of_64_kib_is_taken_and_one_byte_more_is_not() {
    let padded = |length: usize| {
        let pad = vm(T0, VM).with("pad", "").to_string().len();
        vm(T0, VM).with("pad", "x".repeat(length - pad)).to_string()
    };
    let file = |length| DataFile::new(METER).vcenter(VCENTER).inventory(T0, &[padded(length)]).build();
    assert_eq!(read(&file(64 << 10)), Ok(1));
    assert_refused(&file((64 << 10) + 1), Code::LimitExceeded, Some(&census()), Some(1), None);
}

#[test]
fn ten_million_collections_in_the_manifest_are_refused_early() {
    let open = |collections: &str| {
        let json = good().manifest_json();
        let json = String::from_utf8(json)
            .unwrap()
            .replace("\"collections\":[", &format!("\"collections\":[{collections}"));
        json.into_bytes()
    };
    // Over 16 MiB: refused before it is inflated.
    let mut zip = good().zip();
    *zip.entry(0) = Entry::new("manifest.json", &open(&"{},".repeat(10_000_000)));
    let over = refusal(&zip.build());
    assert_eq!((over.code, over.path.as_deref()), (Code::LimitExceeded, Some("manifest.json")));
    // Within 16 MiB: of 8 million numbers the first hundred are reported; sound ones stop at the limit.
    let mut zip = good().zip();
    *zip.entry(0) = Entry::of("manifest.json", &open(&"0,".repeat(8_000_000)), Method::Store);
    let refusals = read(&zip.build()).unwrap_err().into_vec();
    assert_eq!(refusals.len(), 100);
    assert!(refusals.iter().all(|refusal| refusal.code == Code::ManifestInvalid));
    assert_eq!(refusals[99].field.as_deref(), Some("collections[99]"));
}

#[test]
fn the_list_of_collections_is_bounded_while_it_is_read() {
    let json = String::from_utf8(good().manifest_json()).unwrap();
    let start = json.find("\"collections\":[").unwrap() + "\"collections\":[".len();
    let end = start + json[start..].find('}').unwrap() + 1;
    let many =
        format!("{}{}{}", &json[..start], format!("{},", &json[start..end]).repeat(20_001), &json[start..]);
    let mut zip = good().zip();
    *zip.entry(0) = Entry::of("manifest.json", many.as_bytes(), Method::Store);
    let refusal = refusal(&zip.build());
    assert_eq!((refusal.code, refusal.field.as_deref()), (Code::LimitExceeded, Some("collections")));
}

#[test]
fn too_many_entries_are_refused_before_they_are_read() {
    let mut zip = good().zip();
    zip.count = Some(20_001);
    assert_refused(&zip.build(), Code::LimitExceeded, None, None, None);
    let exact = read_within(&good().build(), &Limits { entries: 3, ..Limits::default() });
    assert_eq!(exact, Ok(2));
}

#[test]
fn file_entry_and_total_sizes_are_bounded() {
    let bytes = good().build();
    let file_bytes = bytes.len() as u64;
    assert_eq!(read_within(&bytes, &Limits { file_bytes, ..Limits::default() }), Ok(2));
    let refusal = refusal_within(&bytes, |limits| limits.file_bytes = file_bytes - 1);
    assert_eq!(refusal.code, Code::LimitExceeded);
    let refusal = refusal_within(&bytes, |limits| limits.all_entries_bytes = 1000);
    assert_eq!(refusal.code, Code::LimitExceeded);
    assert!(refusal.message.contains("all entries"), "{refusal}");
    let mut zip = good().zip();
    for index in [1, 2] {
        zip.entry(index).inflated_bytes = (512 << 20) + 1;
    }
    let refusals = read(&zip.build()).unwrap_err().into_vec();
    assert!(refusals.iter().all(|refusal| refusal.code == Code::LimitExceeded && refusal.path.is_some()));
    assert_eq!(refusals.len(), 2);
}

#[test]
fn months_and_products_are_bounded() {
    let months = |count: u32| {
        let at = |month: u32| format!("2026-{month:02}-28T00:00:00Z");
        (1..=count).fold(DataFile::new(METER).vcenter(VCENTER), |file, month| {
            file.inventory(&at(month), &[vm(&at(month), VM)])
        })
    };
    assert_eq!(read(&months(4).build()), Ok(4));
    let refusal = refusal(&months(5).build());
    assert_eq!((refusal.code, refusal.field.as_deref()), (Code::LimitExceeded, Some("collections")));
    let products =
        |count: u128| (1..=count).fold(good(), |file, id| file.product(Uuid::from_u128(id), "srm"));
    assert_eq!(read(&products(63).build()), Ok(2));
    assert_refused(&products(64).build(), Code::LimitExceeded, Some("manifest.json"), None, Some("products"));
}

#[test]
fn the_end_of_a_month_does_not_touch_the_next() {
    let hour = |month: u32, day: u32| {
        (format!("2026-{month:02}-{day}T23:00:00Z"), format!("2026-{:02}-01T00:00:00Z", month + 1))
    };
    let file = [(6, 30), (7, 31), (8, 31)].into_iter().fold(good(), |file, (month, day)| {
        let (from, to) = hour(month, day);
        file.events(&from, &to, &[vm(&from, VM)])
    });
    assert_eq!(read(&file.build()), Ok(5));
}
