//! `usagectl compute`: every case, exact to the last digit.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::Value;

use crate::run::{Home, data};

fn read(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

fn compute(month: &str, files: &[PathBuf]) -> Value {
    let mut args = vec!["compute", "--json", "--month", month];
    args.extend(files.iter().map(|file| file.to_str().unwrap()));
    Home::new().run(&args).code(0).json()
}

#[test]
fn every_conformance_case_is_exact() {
    let mut folders: Vec<_> =
        fs::read_dir(data("conformance")).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.retain(|folder| folder.is_dir());
    folders.sort();
    assert!(folders.len() >= 50, "{} cases", folders.len());
    for folder in folders {
        let case = read(&folder.join("case.json"));
        let files = case["files"].as_array().unwrap().iter().map(|file| folder.join(file.as_str().unwrap()));
        let computed = compute(case["month"].as_str().unwrap(), &files.collect::<Vec<_>>());
        assert!(computed == read(&folder.join("expected.json")), "{} differs", folder.display());
    }
}

#[test]
fn the_samples_are_exact_down_to_the_text() {
    let folder = data("samples/bitbrains");
    let uploads = read(&folder.join("case.json"))["uploads"].as_array().unwrap().clone();
    let files: Vec<_> = uploads.iter().map(|upload| folder.join(upload["file"].as_str().unwrap())).collect();
    for upload in &uploads {
        let month = upload["month"].as_str().unwrap();
        let mut args = vec!["compute", "--month", month, "--json"];
        args.extend(files.iter().map(|file| file.to_str().unwrap()));
        let computed = Home::new().run(&args).code(0);
        let expected = fs::read_to_string(folder.join(format!("expected-{month}.json"))).unwrap();
        assert_eq!(computed.stdout.trim_end(), expected.trim_end(), "{month}");
    }
}

#[test]
fn without_json_it_is_a_table() {
    let file = data("samples/bitbrains/96f42878-20f2-5579-b34b-2ab9a1860e56_2026-09.data");
    let ended = Home::new().run(&["compute", "--month", "2026-09", file.to_str().unwrap()]).code(0);
    for part in [
        "VMware vCloud SP Core Bundle",
        "of these vCD",
        "GB vRAM",
        "70.732343",
        "254.0",
        "50 rows, 38 of them",
    ] {
        assert!(ended.stdout.contains(part), "{part} is not in\n{}", ended.stdout);
    }
    assert!(!ended.stdout.contains('\u{1b}'), "no colours into a pipe");
    assert_eq!(ended.stderr, "", "no progress bar where nobody looks");
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let home = Home::new();
    let file = data("samples/bitbrains/96f42878-20f2-5579-b34b-2ab9a1860e56_2026-09.data");
    let mut command = home.command(&["compute", "--json", "--month", "2026-09", file.to_str().unwrap()]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]));
}
