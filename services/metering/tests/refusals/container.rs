//! What is no usage data file at all, and what a file is allowed to look like.

use metering::Code;
use test_support::usage_file::{Descriptor, Entry, Method, Zip};

use crate::{assert_refused, good, read, refusal};

#[track_caller]
fn assert_not_usage_data(bytes: &[u8]) {
    assert_refused(bytes, Code::NotUsageData, None, None, None);
}

#[test]
fn other_files_are_not_usage_data() {
    for bytes in [&b""[..], b"P", b"PK\x05\x06", b"%PDF-1.7", &[0; 1000], b"{\"format\":\"usage-data\"}"] {
        assert_not_usage_data(bytes);
    }
    assert_not_usage_data(&vec![0; 100_000]);
    assert_not_usage_data(&Zip::new(Vec::new()).build());
    assert_not_usage_data(&Zip::new(vec![Entry::new("report.docx", b"x")]).build());
}

#[test]
fn a_manifest_of_another_format_is_not_usage_data() {
    for json in [
        "{}",
        "[]",
        "\"usage-data\"",
        "null",
        "",
        "{\"format\":\"tar\"}",
        "{\"format\":7}",
        "\u{feff}{}",
        "{\"f",
    ] {
        let bytes = good().zip_with_manifest(json.as_bytes()).build();
        let refusal = refusal(&bytes);
        assert_eq!(refusal.code, Code::NotUsageData, "{json}: {refusal}");
    }
}

#[test]
fn an_unpacked_and_re_zipped_folder_is_not_usage_data() {
    let directory = |name: &str| {
        let mut entry = Entry::of(name, b"", Method::Store);
        entry.attributes = 0o040_755 << 16 | 0x10;
        entry
    };
    // As file managers do it: a folder around everything.
    let mut zip = good().zip();
    for entry in &mut zip.entries {
        entry.name = [b"export/", &entry.name[..]].concat();
    }
    zip.entries.insert(0, directory("export/"));
    assert_not_usage_data(&zip.build());
    // As `zip -r ../x.data .` does it: folders first, the manifest somewhere.
    let mut zip = good().zip();
    zip.entries.rotate_left(1);
    zip.entries.insert(0, directory("2026-09-01/"));
    assert_not_usage_data(&zip.build());
    // The manifest first in the directory, but not in the file.
    let mut zip = good().zip();
    zip.entries.rotate_left(1);
    let last = zip.entries.len() - 1;
    zip.directory_order = Some([last].into_iter().chain(0..last).collect());
    assert_not_usage_data(&zip.build());
    // The other way round.
    let mut zip = good().zip();
    zip.directory_order = Some(vec![1, 0, 2]);
    assert_not_usage_data(&zip.build());
}

#[test]
fn every_method_is_taken() {
    for method in [Method::Store, Method::Deflate, Method::Zstd] {
        let empty: [&str; 0] = [];
        let file = crate::DataFile::new(crate::METER)
            .method(method)
            .vcenter(crate::VCENTER)
            .inventory(crate::T0, &[crate::vm(crate::T0, crate::VM)])
            .events(crate::T0, crate::T1, &empty);
        assert_eq!(read(&file.build()), Ok(1), "{method:?}");
    }
}

#[test]
fn zstandard_of_any_window_and_of_several_frames_is_taken() {
    let mut zip = good().zip();
    let entry = zip.entry(1);
    let content = crate::vm(crate::T0, crate::VM).to_string() + "\n";
    let (head, tail) = content.split_at(20);
    let mut encoder = zstd::stream::Encoder::new(Vec::new(), 19).unwrap();
    // 2^27 is the window of `zstd --long`; no size is declared, so that the frame header states the window.
    encoder.window_log(27).unwrap();
    std::io::Write::write_all(&mut encoder, head.as_bytes()).unwrap();
    entry.stored = encoder.finish().unwrap();
    entry.stored.extend(zstd::bulk::compress(tail.as_bytes(), 1).unwrap());
    entry.method = 93;
    assert_eq!(read(&zip.build()), Ok(2));
}

#[test]
fn writers_that_stream_are_taken() {
    for (signature, wide) in [(false, false), (true, false), (false, true), (true, true)] {
        for zip64 in [false, true] {
            let mut zip = good().zip();
            zip.zip64 = zip64;
            for entry in &mut zip.entries {
                entry.descriptor = Some(Descriptor::Form { signature, wide });
                entry.zip64 = zip64;
                entry.flags = 1 << 11;
            }
            assert_eq!(read(&zip.build()), Ok(2), "{signature} {wide} {zip64}");
        }
    }
}

#[test]
fn zip64_and_comments_are_taken() {
    let mut zip = good().zip();
    zip.zip64 = true;
    zip.entry(1).zip64 = true;
    zip.comment = b"written by a meter".to_vec();
    zip.entry(0).comment = vec![b'c'; 65_535];
    zip.entry(2).comment = b"PK\x05\x06".to_vec();
    assert_eq!(read(&zip.build()), Ok(2));
}

#[test]
fn a_signature_is_handed_out_and_not_judged() {
    let file = good().signature(b"c2lnbmF0dXJl");
    let bytes = file.build();
    let opened = metering::UsageFile::open(&bytes, &metering::Limits::default()).unwrap();
    assert_eq!(opened.signature.as_deref(), Some(&b"c2lnbmF0dXJl"[..]));
    assert_eq!(opened.manifest_json, file.manifest_json());
    let long = good().signature(&[b'A'; 1025]).build();
    assert_refused(&long, Code::ArchiveInvalid, Some("manifest.sig"), None, None);
}
