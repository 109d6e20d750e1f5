//! Everything in `corpus`, which a fuzzer found worth keeping or a person thought of, keeps the laws.
#![allow(clippy::unwrap_used, reason = "helpers of tests fail by panicking")]

use std::fs;
use std::path::Path;

fn check(target: &str) {
    let (_, law) = fuzz::TARGETS.into_iter().find(|(name, _)| *name == target).unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target);
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    assert!(files.len() >= 10, "only {} files", files.len());
    for file in files {
        // The name is what a person needs to know when the law breaks.
        println!("{}", file.display());
        law(&fs::read(&file).unwrap());
    }
}

#[test]
fn archives() {
    check("archive");
}

#[test]
fn manifests() {
    check("manifest");
}

#[test]
fn collections() {
    check("records");
}
