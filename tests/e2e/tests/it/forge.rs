//! Large contents in small files, made piece by piece so that the tests stay small themselves.

use std::io::Write;

use flate2::Compression;
use flate2::write::DeflateEncoder;
use test_support::usage_file::{DataFile, Entry};

const PIECE_BYTES: usize = 1 << 20;

/// An honest, deflated entry of this byte so many times.
pub fn repeated(name: &str, byte: u8, bytes: usize) -> Entry {
    let piece = vec![byte; PIECE_BYTES];
    let (mut encoder, mut crc32) =
        (DeflateEncoder::new(Vec::new(), Compression::default()), crc32fast::Hasher::new());
    let mut left = bytes;
    while left > 0 {
        let part = &piece[..left.min(PIECE_BYTES)];
        encoder.write_all(part).unwrap();
        crc32.update(part);
        left -= part.len();
    }
    let mut entry = Entry::new(name, b"");
    entry.stored = encoder.finish().unwrap();
    entry.crc32 = crc32.finalize();
    entry.inflated_bytes = bytes as u64;
    entry
}

/// The file with so many more collections in its manifest, as short as they can be.
pub fn with_collections(file: &DataFile, count: usize) -> Vec<u8> {
    file.zip_with_manifest(&manifest_with_collections(file, count)).build()
}

/// That manifest.
pub fn manifest_with_collections(file: &DataFile, count: usize) -> Vec<u8> {
    let json = String::from_utf8(file.manifest_json()).unwrap();
    let list = "\"collections\":[";
    json.replacen(list, &format!("{list}{}", "{},".repeat(count)), 1).into_bytes()
}
