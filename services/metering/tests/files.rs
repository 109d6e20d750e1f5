//! Every usage data file of the conformance cases and the samples is read to its last record.
#![allow(clippy::unwrap_used, reason = "helpers of tests fail by panicking")]

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use metering::{Limits, UsageFile, inflate, records};

fn data_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            data_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "data") {
            found.push(path);
        }
    }
}

#[test]
fn all_files_are_read() {
    let mut files = Vec::new();
    data_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data"), &mut files);
    assert!(files.len() >= 100, "only {} files found", files.len());
    let limits = Limits::default();
    let mut buffer = Vec::new();
    for path in files {
        let source = File::open(&path).unwrap();
        let file =
            UsageFile::open(&source, &limits).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        for (collection, location) in file.manifest.collections.iter().zip(&file.locations) {
            inflate(&source, location, collection, &limits, &mut buffer).unwrap();
            let kind = file.manifest.product(collection.product_id).unwrap().kind;
            let mut seen = 0;
            let count = records(&buffer, collection, kind, &limits, |line| {
                seen += 1;
                assert_eq!(line.number, seen);
            });
            assert_eq!(count, Ok(collection.records), "{}", path.display());
            assert_eq!(seen, collection.records);
        }
    }
}
